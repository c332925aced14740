"""Times of a runbook: of its day and zone, as the clock on the wall shows them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta

from campctl.findings import Finding
from campctl.findings.catalogue import finding
from campctl.manifest import times
from campctl.manifest.problems import Bad
from campctl.runbook.filling import Filled

_CLOCK = re.compile(r"(\d{1,2}):([0-5]\d)\Z")
LATEST_HOUR = 47
"""`25:30` is half past one of the day after, as timetables have it; two days are the most."""
HELP = "Write `20:45`, `25:30` for half past one after midnight, or `2026-11-03T20:45`."


def moment(text: Filled, day: date, zone: str, found: list[Finding]) -> datetime | None:
    """The instant in UTC, or None with a finding. A time that the clock skips is an error, one that it shows twice a warning."""
    value = text.value.strip()
    clock = _CLOCK.match(value)
    if clock and int(clock[1]) <= LATEST_HOUR:
        days, hour = divmod(int(clock[1]), 24)
        value = f"{(day + timedelta(days=days)).isoformat()}T{hour:02d}:{clock[2]}"
    where = times.zone(zone)
    assert where is not None
    try:
        instant, complaint = times.instant(value, where)
    except Bad as bad:
        found.append(finding(bad.code, bad.detail, help=HELP, span=text.source.span))
        return None
    if complaint is not None:
        found.append(finding(complaint.code, complaint.detail, help=complaint.help, span=text.source.span))
    return instant.astimezone(UTC)


def day_of(text: Filled | None, now: datetime, zone: str, found: list[Finding]) -> date:
    """The runbook's day; the one on which `now` is, in its zone, where none is said."""
    where = times.zone(zone)
    assert where is not None
    today = now.astimezone(where).date()
    if text is None:
        return today
    try:
        return date.fromisoformat(text.value.strip())
    except ValueError:
        found.append(
            finding("bad-time", f"`{text.value}` is not a date.", help="Write a date: `2026-11-03`.", span=text.source.span),
        )
        return today
