"""Canonical text: hours rules, names for slugs, instants for people."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from campctl.findings.text import plural
from campctl.model.campaign import Answer, HoursRule

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours_rules(rules: Iterable[HoursRule]) -> tuple[str, ...]:
    """Opening hours as queues hold them; empty means always open."""
    return tuple(map(hours_text, rules))


def hours_text(rule: HoursRule) -> str:
    """A rule as every backend gets it: "mon-fri 08:00-20:00", "mon,wed 09:00-24:00"."""
    days = sorted(set(rule.days))
    runs: list[list[int]] = []
    for day in days:
        if runs and day == runs[-1][-1] + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    parts = [f"{DAYS[run[0]]}-{DAYS[run[-1]]}" if len(run) > 1 else DAYS[run[0]] for run in runs]
    return f"{','.join(parts)} {_clock(rule.start)}-{_clock(rule.end)}"


def _clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def slug(text: str) -> str:
    """A floor's or room's name as part of an id: "Hall A" is "hall-a".

    Case and blanks do not tell two places apart. Anything else that is dropped leaves a checksum behind ("Room #1" and
    "Room 1" differ), because two rooms that share an id would share a 911 address.
    """
    folded = "-".join(text.lower().split())
    kept = "".join(char if char.isalnum() or char == "-" else "-" for char in folded)
    if kept == folded and kept.strip("-"):
        return kept
    kept = "-".join(part for part in kept.split("-") if part)
    return f"{kept}-{zlib.crc32(folded.encode()):08x}".lstrip("-")


def until_text(end: datetime | None, at: datetime, time_zone: str, home: str = "") -> str:
    """The end with a blank and "until" before it, in that zone, with the date when it is another day; "" without an end.

    Where clocks show another time at `home`, the zone of what stands around it, the zone is said.
    """
    if end is None:
        return ""
    zone = ZoneInfo(time_zone or "UTC")
    local, now = end.astimezone(zone), at.astimezone(zone)
    name = f" {local.tzname()}" if home and local.utcoffset() != end.astimezone(ZoneInfo(home)).utcoffset() else ""
    return f" until {local:%H:%M}{name}" if local.date() == now.date() else f" until {local:%Y-%m-%d %H:%M}{name}"


def asked_for(answer: Answer) -> str:
    """`skill voter-protection; language es or pl`."""
    parts = (("skill", answer.skills), ("language", answer.languages), ("role", answer.roles), ("office", answer.offices))
    found = [f"{word} {' or '.join(entries)}" for word, entries in parts if entries]
    if answer.users:
        found.append(f"{'or ' if found else ''}one of {plural(len(answer.users), 'named person', 'named people')}")
    return "; ".join(found)
