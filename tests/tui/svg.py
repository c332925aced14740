"""What a board looks like, as SVG that is the same on every machine: no fonts from the network, no random ids."""

from __future__ import annotations

import re
from typing import Any

_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
_ID = re.compile(r"terminal-\d+")


def svg(app: Any, title: str) -> str:
    """The screen as it is now."""
    made = app.export_screenshot(title=title)
    return _ID.sub("board", _FONTS.sub("", made)).replace("<svg ", '<svg xml:space="preserve" ', 1).rstrip() + "\n"
