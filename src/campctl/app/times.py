"""Times as people type them: `21:00`, `+2h`, `2026-11-03T06:00`, `2026-11-03T06:00-05:00`, `now`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from campctl import errors

_RELATIVE = re.compile(r"\+(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_CLOCK = re.compile(r"(\d{1,2}):(\d{2})")
FIRST, LAST = 1971, 2200
"""Years between which every time lies, the first included and the last not: outside, a slip, and sums that no calendar holds."""


def parse_time(text: str, *, now: datetime, time_zone: str, future: bool = False) -> datetime:
    """An instant in UTC. Without an offset it is local to `time_zone`; a bare `21:00` is the next one when `future`.

    A local time that daylight saving skips is refused; of one that it repeats, the first is taken, for a bare `21:00` the next.
    """
    try:
        found = _instant(text.strip(), now, time_zone, future=future)
    except OverflowError:
        found = None
    if found is None or (found != now and not FIRST <= found.year < LAST):
        raise errors.UsageError(f"{text.strip()} is out of the calendar.", hint="Look at the year.")
    return found


def _instant(text: str, now: datetime, time_zone: str, *, future: bool) -> datetime:
    zone = ZoneInfo(time_zone)
    if text == "now":
        return now
    if (match := _RELATIVE.fullmatch(text)) and any(match.groups()):
        days, hours, minutes, seconds = (int(group or 0) for group in match.groups())
        return now + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    if match := _CLOCK.fullmatch(text):
        hour, minute = int(match[1]), int(match[2])
        if hour > 23 or minute > 59:
            raise _not_a_time(text)
        local = now.astimezone(zone).replace(hour=hour, minute=minute, second=0, microsecond=0, fold=0)
        # While the clock shows an hour for the second time, what lies ahead is of that second time.
        if future and local.astimezone(UTC) <= now:
            local = local.replace(fold=1)
        if future and local.astimezone(UTC) <= now:
            local = local.replace(fold=0) + timedelta(days=1)
        return _to_utc(local.replace(tzinfo=None), zone, text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _not_a_time(text) from None
    return moment.astimezone(UTC) if moment.tzinfo else _to_utc(moment, zone, text)


def _to_utc(naive: datetime, zone: ZoneInfo, text: str) -> datetime:
    utc = naive.replace(tzinfo=zone).astimezone(UTC)
    if utc.astimezone(zone).replace(tzinfo=None) != naive:
        raise errors.UsageError(
            f"{text} does not exist in {zone.key}: daylight saving begins then and skips it.", hint="Write the time with its offset."
        )
    return utc


def _not_a_time(text: str) -> errors.UsageError:
    return errors.UsageError(f"{text!r} is not a time.", hint="Write 21:00, +2h, 2026-11-03T06:00 or 2026-11-03T06:00-05:00.")
