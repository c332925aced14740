"""Units: how durations, shares, ranges, hours and seat changes are written. Text in, value out, `Bad` when it is not one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from campctl.manifest.limits import MAX_RANGE
from campctl.manifest.problems import Bad
from campctl.model.campaign import ExtensionRange, HoursRule, SeatChange

if TYPE_CHECKING:
    from campctl.ports.backend import Option

_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:(\d+)s)?(?:(\d+)ms)?\Z")
_LABELS = re.compile(r"(.*?)(\d+) ?- ?(.*?)(\d+)\Z")
_SHARE = re.compile(r"(\d{1,3}(?:\.\d+)?) ?%\Z")
_EXTENSION = re.compile(r"[0-9]{2,8}\Z")
_SEATS = re.compile(r"[+-]?(0|[1-9]\d{0,5})\Z", re.ASCII)
_CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)\Z")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def seconds(text: str) -> float:
    """`20s`, `5m`, `1h30m`, `500ms` as seconds."""
    match = _DURATION.match(text)
    if not match or not text:
        raise Bad("bad-duration", f"`{text}` is not a length of time.", _duration_help(text))
    days, hours, minutes, secs, millis = (int(part or 0) for part in match.groups())
    total = days * 86400 + hours * 3600 + minutes * 60 + secs
    if total > 366 * 86400:
        raise Bad("out-of-range", f"`{text}` is longer than a year.", "Look for a digit too many.")
    return total + millis / 1000 if millis else total


def whole_seconds(text: str) -> int:
    """As `seconds`, but in whole ones."""
    value = seconds(text)
    if value != int(value):
        raise Bad("bad-duration", f"`{text}` is not in whole seconds.", "Write whole seconds, such as `20s`.")
    return int(value)


def ring_time(text: str) -> int:
    """As `whole_seconds`; a phone rings for one at least."""
    value = whole_seconds(text)
    if value < 1:
        raise Bad("out-of-range", f"A phone that rings for `{text}` is answered by nobody.", "Write `15s`.")
    return value


def _duration_help(text: str) -> str:
    if text.isdecimal():
        return f"Say the unit: `{text}s` for seconds, `{text}m` for minutes."
    squeezed = text.replace(" ", "").lower()
    for words, unit in (("seconds?|secs?", "s"), ("minutes?|mins?", "m"), ("hours?|hrs?", "h"), ("days?", "d")):
        squeezed = re.sub(rf"(?<=\d)({words})", unit, squeezed)
    if squeezed and squeezed != text and _DURATION.match(squeezed):
        return f"Write `{squeezed}`."
    return "Write it as `20s`, `5m`, `1h30m` or `2d`."


def share(text: str) -> float:
    """`80%` as 0.8; 0% to 100%."""
    match = _SHARE.match(text)
    if not match:
        raise Bad("bad-share", f"`{text}` is not a share.", _share_help(text))
    value = float(match[1])
    if value > 100:
        raise Bad("out-of-range", f"`{text}` is more than the whole.", "Write a share from `0%` to `100%`.")
    return round(value / 100, 10)


def _share_help(text: str) -> str:
    try:
        value = float(text)
    except ValueError:
        return "Write it with a percent sign, such as `80%`."
    return f"Write `{value * 100:g}%`." if 0 < value <= 1 else f"Write `{text}%`."


def extension(text: str) -> str:
    """Two to eight digits."""
    if not _EXTENSION.match(text):
        raise Bad("bad-extension", f"`{text}` is not an extension.", "An extension is 2 to 8 digits, such as `3001`.")
    return text


def extension_range(text: str) -> ExtensionRange:
    """`3000-3199` or `3500`."""
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not dash:
        return ExtensionRange(extension(text), text)
    if not (_EXTENSION.match(first) and _EXTENSION.match(last)):
        raise Bad("bad-range", f"`{text}` is not a range of extensions.", "Write `3000-3199`: first, hyphen, last.")
    if len(first) != len(last):
        raise Bad("bad-range", f"`{first}` and `{last}` have different numbers of digits.", "Both ends need equally many digits.")
    if last < first:
        raise Bad("bad-range", f"`{text}` runs backwards.", f"Write `{last}-{first}`.")
    if int(last) - int(first) >= 10_000_000:
        raise Bad("range-too-long", f"`{text}` is {int(last) - int(first) + 1:,} extensions.", "Write the range the office really has.")
    return ExtensionRange(first, last)


def extensions(text: str) -> list[str]:
    """Every extension of a range, for a bank of desks."""
    found = extension_range(text)
    first, last = int(found.first), int(found.last)
    _check_length(text, last - first + 1)
    return [f"{number:0{len(found.first)}d}" for number in range(first, last + 1)]


def labels(text: str) -> list[str]:
    """`a001-a016` as a001, a002, ...; a text that is no range is one label (with a hyphen too: `front-left`)."""
    match = _LABELS.match(text) if text[-1:].isdecimal() else None
    if not match:
        return [text]
    prefix, first, prefix_last, last = match.groups()
    if prefix != prefix_last:
        if prefix_last == "":
            help_ = f"Write `{prefix}{first}-{prefix}{last}`."
            raise Bad("bad-range", f"`{text}` says `{prefix}` only at its first desk.", help_)
        return [text]  # a label such as hall2-desk3
    if len(first) != len(last) and (first[0] == "0" or last[0] == "0"):
        raise Bad("bad-range", f"`{first}` and `{last}` have different numbers of digits.", "Both ends need equally many digits.")
    low, high = int(first), int(last)
    if high < low:
        raise Bad("bad-range", f"`{text}` runs backwards.", f"Write `{prefix}{last}-{prefix}{first}`.")
    _check_length(text, high - low + 1)
    return [f"{prefix}{number:0{len(first)}d}" for number in range(low, high + 1)]


def _check_length(text: str, count: int) -> None:
    if count > MAX_RANGE:
        raise Bad("range-too-long", f"`{text}` is {count:,} of them; one range may hold {MAX_RANGE:,}.", "Look for a digit too many.")


def seat_change(text: str) -> SeatChange:
    """`65` is absolute, `+20` and `-5` are relative."""
    if not _SEATS.match(text):
        raise Bad("wrong-type", f"`{text}` is not a number of seats.", "Write `10` for ten seats, `+5` or `-5` for more or fewer.")
    return SeatChange(int(text), relative=text[0] in "+-")


def clock(text: str) -> int:
    """`08:00` as minutes after midnight; `24:00` is the end of the day."""
    match = _CLOCK.match(text)
    value = int(match[1]) * 60 + int(match[2]) if match else -1
    if not 0 <= value <= 1440:
        raise Bad(
            "bad-hours", f"`{text}` is not a time of day.", "Write hours and minutes of the 24-hour clock: `08:00`, `20:30`, `24:00`."
        )
    return value


def hours(text: str) -> list[HoursRule]:
    """`mon-fri 08:00-20:00`; days with commas and hyphens, or `daily`. Past midnight (`20:00-02:00`) makes two rules."""
    words = text.lower().split()
    if len(words) != 2 or words[1].count("-") != 1:
        raise Bad("bad-hours", f"`{text}` is not opening hours.", "Write days, then times: `mon-fri 08:00-20:00`, `sat,sun 10:00-18:00`.")
    days = _days(words[0])
    start, end = (clock(part) for part in words[1].split("-"))
    if start == end:
        raise Bad("bad-hours", f"`{words[1]}` is open for no time at all.", "All day is `00:00-24:00`.")
    if start < end:
        return [HoursRule(days, start, end)]
    rules = [HoursRule(days, start, 1440)] if start < 1440 else []
    return [*rules, HoursRule(tuple(sorted((day + 1) % 7 for day in days)), 0, end)] if end else rules


def _days(text: str) -> tuple[int, ...]:
    found: set[int] = set()
    for part in text.split(","):
        if part in ("daily", "everyday"):
            found.update(range(7))
            continue
        first, dash, last = part.partition("-")
        low, high = _day(first), _day(last if dash else first)
        found.update(range(low, high + 1) if low <= high else (*range(low, 7), *range(high + 1)))
    return tuple(sorted(found))


def _day(text: str) -> int:
    for number, day in enumerate(DAYS):
        if text == day or (
            len(text) > 3 and (text.startswith(day) and "monday tuesday wednesday thursday friday saturday sunday".find(text) >= 0)
        ):
            return number
    raise Bad("bad-hours", f"`{text}` is not a day of the week.", f"The days are {', '.join(DAYS)}; ranges are such as `mon-fri`.")


def option(spec: Option, value: Any) -> Any:
    """One option of a backend as its own `Option` says; durations become seconds. `Bad` when it is not of its kind."""
    text = str(value)
    if spec.kind == "duration":
        return seconds(text)
    if spec.kind == "bool":
        if not isinstance(value, bool):
            raise Bad("wrong-type", f"`{value}` is neither true nor false.", "Write `true` or `false`.")
        return value
    if spec.kind in ("int", "float"):
        if isinstance(value, bool) or not isinstance(value, int if spec.kind == "int" else (int, float)):
            raise Bad("wrong-type", f"`{value}` is not a number.", "Write a number.")
        return value
    if isinstance(value, dict | list):
        raise Bad("wrong-type", "A text was expected here.", "Write a text.")
    if spec.kind == "choice" and text not in spec.choices:
        raise Bad("not-a-choice", f"`{text}` is none of {', '.join(spec.choices)}.", f"Choose one of {', '.join(spec.choices)}.")
    return text
