"""Opening hours as Asterisk tells them: canonical rules to GotoIfTime specifications and back.

    "mon-fri 08:00-20:00" in America/Chicago  <->  "08:00-19:59,mon-fri,*,*,America/Chicago"

Our end is the first closed minute, Asterisk's the last open one; 24:00 ends in 23:59. Days with commas become days with `&`.
Several specifications stand side by side with `|` between; one that fits is enough. The rule "never" is the 31st of February.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from campctl.model.refusals import No
from campctl.model.resources import NEVER

_DAY = "(?:mon|tue|wed|thu|fri|sat|sun)"
_DAYS = rf"{_DAY}(?:-{_DAY})?"
_RULE = re.compile(rf"({_DAYS}(?:,{_DAYS})*) ([0-9]{{2}}):([0-9]{{2}})-([0-9]{{2}}):([0-9]{{2}})")
_SPEC = rf"([0-9]{{2}}):([0-9]{{2}})-([0-9]{{2}}):([0-9]{{2}}),({_DAYS}(?:&{_DAYS})*),\*,\*,([A-Za-z0-9_+/-]+)"
_NO_DAY = r"\*,\*,31,feb,([A-Za-z0-9_+/-]+)"
"""These two are compiled when hours are found that are not as they were written."""
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+/-]{0,63}")


def specifications(rules: Sequence[str], zone: str) -> str:
    """What `hotline/<queue>/hours` holds; "" for always open. Raises `No` (invalid) for what is no canonical rule."""
    if rules and not _ZONE.fullmatch(zone):
        raise No("invalid", f"Time zone {zone!r} is no name such as America/Chicago.")
    if tuple(rules) == NEVER:
        return f"*,*,31,feb,{zone}"
    return "|".join(_specification(rule, zone) for rule in rules)


def rules(text: str) -> tuple[tuple[str, ...], str]:
    """Canonical rules and time zone of such a text. A part that cannot be said so stays as it is, so that it shows."""
    if never := re.fullmatch(_NO_DAY, text):
        return NEVER, never[1]
    found: list[str] = []
    zone = ""
    for part in text.split("|") if text else ():
        match = re.fullmatch(_SPEC, part)
        minute = _minute(match[3], match[4]) if match else None
        if match is None or minute is None or _minute(match[1], match[2]) is None or zone not in {"", match[6]}:
            found.append(part)
            continue
        zone = match[6]
        found.append(f"{match[5].replace('&', ',')} {match[1]}:{match[2]}-{_clock(minute + 1)}")
    return tuple(found), zone


def _specification(rule: str, zone: str) -> str:
    match = _RULE.fullmatch(rule)
    if match:
        start, end = _minute(match[2], match[3]), _minute(match[4], match[5])
        if start is not None and end is not None and start < end:
            return f"{_clock(start)}-{_clock(end - 1)},{match[1].replace(',', '&')},*,*,{zone}"
    raise No("invalid", f"Opening hours {rule!r} are not like `mon-fri 08:00-20:00`.")


def _minute(hour: str, minute: str) -> int | None:
    value = int(hour) * 60 + int(minute)
    return value if int(minute) < 60 and value <= 1440 else None


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"
