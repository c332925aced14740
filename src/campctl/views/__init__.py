"""Results to tables, plan text, carets and JSON; the only place that prints."""

from __future__ import annotations

from campctl.views.sheet import Style
from campctl.views.show import FORMATS, show, show_error

__all__ = ["FORMATS", "Style", "show", "show_error"]
