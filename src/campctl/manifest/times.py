"""Local times and time zones: instants are written as the clock on the wall shows them, and kept in UTC.

Twice a year a wall clock skips or repeats an hour (IANA time zone data, through zoneinfo); a time in there is reported.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import TYPE_CHECKING

from campctl.manifest.problems import Bad

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[Tt ](\d\d):(\d\d)(?::(\d\d))?)? ?(Z|z|[+-]\d\d:?\d\d)?\Z")
_YEARS = (1971, 2200)
"""The first, and the one after the last: outside, a slip, and sums that no calendar holds."""
COMMON = {
    "America/New_York": ("est", "edt", "et", "eastern", "us/eastern", "est5edt", "new york", "new_york"),
    "America/Chicago": ("cst", "cdt", "ct", "central", "us/central", "cst6cdt", "chicago"),
    "America/Denver": ("mst", "mdt", "mt", "mountain", "us/mountain", "mst7mdt", "denver"),
    "America/Phoenix": ("arizona", "phoenix"),
    "America/Los_Angeles": ("pst", "pdt", "pt", "pacific", "us/pacific", "pst8pdt", "los angeles", "los_angeles"),
    "America/Anchorage": ("akst", "akdt", "alaska"),
    "Pacific/Honolulu": ("hst", "hawaii"),
    "UTC": ("gmt", "z", "zulu"),
}
_SHORT = {short: name for name, shorts in COMMON.items() for short in shorts}


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo | None:
    """The zone of an IANA name such as America/Chicago; None when there is none, or when it is an abbreviation.

    Abbreviations such as EST are fixed offsets in the data: whoever writes them would be an hour off all summer.
    """
    from zoneinfo import ZoneInfo

    if "/" not in name and name != "UTC":
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        return None


@lru_cache(maxsize=256)
def zone_help(name: str) -> str:
    """What was meant instead of a name that is no zone."""
    near = _SHORT.get(name.strip().lower())
    if not near:
        from zoneinfo import available_timezones

        from campctl.findings.suggest import Suggester

        names = sorted(found for found in available_timezones() if "/" in found)
        near = Suggester(names).nearest(name) or next((found for found in names if found.lower() == name.lower()), "")
        cities = {found.rpartition("/")[2].lower(): found for found in reversed(names)}
        near = near or cities.get(name.strip().lower().replace(" ", "_"), "")
    return f"Did you mean `{near}`?" if near else "Write an IANA name: `America/Chicago`, `America/New_York`."


def parse_time(text: str) -> datetime:
    """A local time without zone, or an instant when an offset is written."""
    match = _TIME.match(text)
    if not match or match[4] is None:
        more = f" Write `{text}T00:00` for the beginning of that day." if match else " Write it as `2026-11-03T18:00`."
        raise Bad("bad-time", f"`{text}` is not a date with a time.", more.strip())
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        if not _YEARS[0] <= year < _YEARS[1]:
            raise Bad("bad-time", f"`{text}` is out of the calendar.", "Look at the year.")
        if (hour, minute, second) == (24, 0, 0):
            moment = datetime(year, month, day) + timedelta(days=1)  # noqa: DTZ001 - a wall clock's time
        else:
            moment = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a wall clock's time
        return moment if match[7] is None else moment.replace(tzinfo=_offset(match[7]))
    except (ValueError, OverflowError):
        raise Bad("bad-time", f"There is no such time as `{text}`.", "Look at the day of the month and the hour.") from None


def _offset(text: str) -> timezone:
    if text in "Zz":
        return UTC
    minutes = int(text[1:3]) * 60 + int(text[-2:])
    return timezone(timedelta(minutes=-minutes if text[0] == "-" else minutes))


def resolve(moment: datetime, where: ZoneInfo) -> tuple[datetime, str]:
    """The instant in UTC, and "skipped" or "repeated" when the clock does that to it, else "".

    Of a repeated time the first is taken; a skipped one is read with the offset from before the change.
    """
    if moment.tzinfo is not None:
        return moment.astimezone(UTC), ""
    local = moment.replace(tzinfo=where)
    instant = local.astimezone(UTC)
    if instant.astimezone(where).replace(tzinfo=None) != moment:
        return instant, "skipped"
    return instant, "repeated" if local.utcoffset() != local.replace(fold=1).utcoffset() else ""


def instant(text: str, where: ZoneInfo) -> tuple[datetime, Bad | None]:
    """`2026-11-03T05:00` in UTC, with a complaint (to be shown; the value can be used) when the clock has no such time, or two."""
    moment = parse_time(text)
    value, odd = resolve(moment, where)
    if odd == "skipped":
        shown = value.astimezone(where)
        return value, Bad(
            "time-skipped",
            f"On that night the clocks in {where.key} go forward, and no clock shows `{text}`.",
            f"Write a time before or after the change, such as `{shown:%Y-%m-%dT%H:%M}`.",
        )
    if odd == "repeated":
        first, second = (moment.replace(tzinfo=where, fold=fold).isoformat(timespec="minutes") for fold in (0, 1))
        return value, Bad(
            "time-repeated",
            f"On that night the clocks in {where.key} go back and show `{text}` twice; the first one is taken.",
            f"Say which one: `{first}` or `{second}`.",
        )
    return value, None
