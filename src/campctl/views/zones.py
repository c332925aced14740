"""Instants in the campaign's time zone, for people; JSON, YAML and CSV keep UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from msgspec.structs import replace

from campctl.app.results import Applied, AuditLog, Details, Listing, OverrideList, Planned, RunDetails

T = TypeVar("T")
FIELDS = ("at", "started", "ended", "start", "end")
"""Where results and their records keep instants."""


def localized(result: T, time_zone: str) -> T:
    """The result with its instants in the zone; as it is when no zone is named."""
    return _localized(result, ZoneInfo(time_zone)) if time_zone else result


def _localized(result: Any, zone: ZoneInfo) -> Any:
    if isinstance(result, Listing):
        return replace(result, rows=tuple({name: _local(value, zone) for name, value in row.items()} for row in result.rows))
    if isinstance(result, Details):
        fields = {name: _local(value, zone) for name, value in result.fields.items()}
        return replace(result, fields=fields, listings=tuple(_localized(part, zone) for part in result.listings))
    if isinstance(result, Planned):
        return replace(result, plan=_plan(result.plan, zone))
    if isinstance(result, Applied):
        return replace(result, plan=_plan(result.plan, zone), run=_record(result.run, zone))
    if isinstance(result, RunDetails):
        journal = tuple(_record(line, zone) for line in result.journal)
        return replace(result, run=_record(result.run, zone), plan=_plan(result.plan, zone), journal=journal)
    if isinstance(result, AuditLog):
        return replace(result, entries=tuple(_record(entry, zone) for entry in result.entries))
    if isinstance(result, OverrideList):
        return replace(_record(result, zone), overrides=tuple(_record(item, zone) for item in result.overrides))
    return result


def _record(record: Any, zone: ZoneInfo) -> Any:
    if record is None:
        return None
    return replace(record, **{name: _local(getattr(record, name), zone) for name in FIELDS if name in record.__struct_fields__})


def _plan(plan: Any, zone: ZoneInfo) -> Any:
    """A plan, where there is one, with the ends of what it costs."""
    if plan is None:
        return None
    made = _record(plan, zone)
    return replace(made, prices=tuple(replace(one, until=_local(one.until, zone)) for one in plan.prices)) if plan.prices else made


def _local(value: Any, zone: ZoneInfo) -> Any:
    return value.astimezone(zone) if isinstance(value, datetime) and value.tzinfo is not None else value
