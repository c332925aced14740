"""Where facts live: AstDB, sections of configuration files, members of queues. Each implements `native.Shelf`."""

from __future__ import annotations

from campctl.backends.asterisk.shelves.answers import worded
from campctl.backends.asterisk.shelves.astdb import AstDbShelf
from campctl.backends.asterisk.shelves.members import LOCK_QUEUE, MemberShelf
from campctl.backends.asterisk.shelves.sections import SectionShelf

__all__ = ["LOCK_QUEUE", "AstDbShelf", "MemberShelf", "SectionShelf", "worded"]
