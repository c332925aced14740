"""New AORs are made known to Asterisk: objects written behind its back register, but no queue rings them before that.

Up to `FEW` are made known one by one right after they were written (`pjsip reload qualify aor`, some ms each); more at once
by one reload of res_pjsip (0.1 s at 2,000 lines; calls and registrations stay). What is to be done is remembered in AstDB
first, so that a crash of campctl leaves no phone that never rings: the next connection does it.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Final

from campctl.backends.asterisk.ami import Ami, Request, db_del, db_put, db_tree
from campctl.backends.asterisk.shelves.answers import worded
from campctl.backends.asterisk.shelves.astdb import CAMPCTL
from campctl.backends.asterisk.shelves.reloading import reloaded
from campctl.errors import Refused

FEW: Final = 10
RELOAD: Final = 240.0
"""Seconds a reload of res_pjsip may take: 0.1 at 2,000 lines, 19 at 20,000, over a minute there on a busy machine."""
MARK: Final = "unknown/"
"""Keys of the rows that remember, in family `campctl`: one for each connection that has something to make known."""
_MANY: Final = "*"


class Aors:
    """What one connection has to make known on one Asterisk."""

    def __init__(self, ami: Ami) -> None:
        self._ami = ami
        self._key = f"{MARK}{secrets.token_hex(6)}"
        self._new: set[str] = set()
        self._many = False
        self._marked = ""

    @property
    def waiting(self) -> bool:
        """Whether something is still to be made known."""
        return self._many or bool(self._new)

    @property
    def few(self) -> bool:
        """Whether it is little enough to be made known at once."""
        return not self._many

    async def expect(self, names: Collection[str]) -> None:
        """These are about to be written: remember them."""
        if not names or self._many:
            return
        self._new.update(names)
        self._many = len(self._new) > FEW
        mark = _MANY if self._many else " ".join(sorted(self._new))
        if mark != self._marked:
            self._marked = mark
            await db_put(self._ami, CAMPCTL, self._key, mark)

    async def make_known(self) -> None:
        """Make known whatever is to be."""
        if not self.waiting:
            return
        await self._tell(self._new, self._many)
        self._new, self._many, self._marked = set(), False, ""
        await db_del(self._ami, CAMPCTL, self._key)

    async def take_over(self) -> None:
        """Do what others left undone. One that is still at work does it once more, which is no harm."""
        rows = await db_tree(self._ami, f"{CAMPCTL}/{MARK.rstrip('/')}")
        left = {f"{MARK}{key}": mark for key, mark in rows.items() if f"{MARK}{key}" != self._key}
        if not left:
            return
        names = {name for mark in left.values() if mark != _MANY for name in mark.split()}
        await self._tell(names, _MANY in left.values() or len(names) > FEW)
        for key in left:
            await db_del(self._ami, CAMPCTL, key)

    async def _tell(self, names: Collection[str], many: bool) -> None:
        if many:
            reload = Request("Reload", (("Module", "res_pjsip.so"),))
            why = await reloaded(self._ami, reload, deadline=max(RELOAD, self._ami.options.deadline))
            if why is not None:
                raise Refused(
                    f"res_pjsip cannot be reloaded, so new phones would not ring in queues: {why}.", backend=self._ami.options.backend
                )
            return
        # One that is gone again says so, and is nothing to make known.
        worded(await self._ami.many([Request("Command", (("Command", f"pjsip reload qualify aor {name}"),)) for name in sorted(names)]))
