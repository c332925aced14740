"""Reading the values of a backend's options, from YAML or elsewhere. Each raises ValueError with words that follow "option: "."""

from __future__ import annotations

import math
import re
from typing import Any

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|s|m|h)")


def duration(value: Any) -> float:
    """Seconds: a number, or text with a unit (ms, s, m, h)."""
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value) and value >= 0:
        return float(value)
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a duration such as 20ms or 2s")
    return float(match[1]) * _UNITS[match[2]]


def whole_number(value: Any, *, least: int) -> int:
    """A whole number of at least `least`."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ValueError(f"{value!r} is not a whole number of at least {least}")
    return value


def yes_or_no(value: Any) -> bool:
    """A truth value; YAML gives a bool, people write yes and no."""
    if isinstance(value, bool):
        return value
    found = {"yes": True, "true": True, "on": True, "no": False, "false": False, "off": False}.get(str(value).lower())
    if found is None:
        raise ValueError(f"{value!r} is neither yes nor no")
    return found


def share(value: Any) -> float:
    """A share from 0 to 1; "5%" is 0.05."""
    try:
        found = float(value[:-1]) / 100 if isinstance(value, str) and value.endswith("%") else float(value)
    except (TypeError, ValueError):
        found = math.nan
    if isinstance(value, bool) or not 0 <= found <= 1:
        raise ValueError(f"{value!r} is not a share such as 0.05 or 5%")
    return found


def numbers(value: Any) -> frozenset[int]:
    """Numbers of calls: "5,17", 5, or a list."""
    words = value.replace(",", " ").split() if isinstance(value, str) else value if isinstance(value, list | tuple) else [value]
    return frozenset(whole_number(word, least=1) for word in words)
