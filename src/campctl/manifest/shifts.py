"""Shifts: when somebody is there, written as one text by the clock on the wall of their office.

    shifts: ["2026-11-03T06:00/14:00", "2026-11-03T22:00/2026-11-04T02:00"]

Which office that is, and so which zone the times are in, is known only when everything is read; until then a shift is `Written`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from campctl.findings import Related
from campctl.manifest import times
from campctl.manifest.combine import list_of
from campctl.manifest.kinds import Context, Kind, from_text
from campctl.manifest.nodes import Node, Seq
from campctl.manifest.problems import Bad, span_of
from campctl.model.campaign import Shift

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

LONGEST = timedelta(hours=24)
"""Nobody is at a desk for longer; who writes it means a window of days, or another day."""
_CLOCK = re.compile(r"\d\d?:\d\d(?::\d\d)? ?(?:Z|z|[+-]\d\d:?\d\d)?\Z")
_EXAMPLE = "Write `2026-11-03T06:00/14:00`, or past midnight `2026-11-03T22:00/2026-11-04T02:00`."


class Written(Struct):
    """A shift as it stands there: times without a zone are local to an office. `node` in `file` is where."""

    text: str
    start: str
    end: str
    node: Any
    file: str


def _halves(text: str) -> tuple[str, str, str]:
    """The text, its beginning and its end, each as a date with a time."""
    start, slash, end = (part.strip() for part in text.partition("/"))
    if not slash:
        raise Bad("bad-shift", f"`{text}` does not say from when to when.", _EXAMPLE)
    if _CLOCK.match(end):
        end = f"{start[:10]}T{end if end[1:2] != ':' else '0' + end}"
    for half in (start, end):
        try:
            times.parse_time(half)
        except Bad as bad:
            raise Bad(
                "bad-shift", f"In `{text}`: {bad.detail[:1].lower() if bad.detail[:1] != '`' else '`'}{bad.detail[1:]}", _EXAMPLE
            ) from None
    return text, start, end


_ONE = from_text(
    "shift",
    _halves,
    "a shift",
    {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*/.*\d\d?:\d\d.*$"},
    "shift, local to the office: `2026-11-03T06:00/14:00`, past midnight `2026-11-03T22:00/2026-11-04T02:00`",
)


def _one(ctx: Context, node: Node) -> Written:
    text, start, end = _ONE.parse(ctx, node)
    return Written(text, start, end, node, ctx.file)


_MANY = list_of(Kind(_ONE.name, _one, _ONE.schema, _ONE.written))


def _many(ctx: Context, node: Node) -> tuple[Written, ...]:
    if node.__class__ is Seq and not node.items:
        ctx.add(
            "no-shifts",
            "This list of shifts is empty, and who has no shifts counts as there at any time.",
            node,
            help="Write their shifts, or remove `shifts`; who never comes is left out of `users`.",
        )
    return _MANY.parse(ctx, node)  # type: ignore[no-any-return]


SHIFTS = Kind("list", _many, _MANY.schema, _MANY.written)


def resolve(ctx: Context, name: str, written: Sequence[Written], zone_name: str) -> tuple[Shift, ...]:
    """The shifts of `name` as instants, in order; those that are none are reported and left out."""
    where = times.zone(zone_name) or times.zone("UTC")
    assert where is not None
    found: list[tuple[Shift, Written]] = []
    for one in written:
        ctx.file = one.file
        shift, complaints = _resolved(one.start, one.end, where)
        for complaint in complaints:
            ctx.bad(complaint, one.node)
        if shift.end <= shift.start:
            ctx.bad(_backwards(one, shift), one.node)
            continue
        if shift.end - shift.start > LONGEST:
            hours = (shift.end - shift.start) / timedelta(hours=1)
            ctx.add(
                "shift-too-long",
                f"This shift of `{name}` lasts {hours:,.0f} hours; until it ends they count as there by day and by night.",
                one.node,
                help="Look at the dates; write one shift for each day.",
            )
        found.append((shift, one))
    found.sort(key=lambda pair: (pair[0].start, pair[0].end))
    _overlaps(ctx, name, found)
    return tuple(shift for shift, _ in found)


@lru_cache(maxsize=4096)
def _resolved(start: str, end: str, where: ZoneInfo) -> tuple[Shift, tuple[Bad, ...]]:
    """Thousands of people have the same few shifts."""
    instants: list[datetime] = []
    complaints = []
    for half in (start, end):
        instant, complaint = times.instant(half, where)
        instants.append(instant)
        if complaint is not None:
            complaints.append(complaint)
    return Shift(*instants), tuple(complaints)


def _backwards(one: Written, shift: Shift) -> Bad:
    if one.start[:10] != one.end[:10] or shift.end == shift.start:
        how = "when it begins" if shift.end == shift.start else "before it begins"
        return Bad("bad-shift", f"`{one.text}` ends {how}: nobody is ever there.", "Correct one of the two times.")
    day = times.parse_time(one.end) + timedelta(days=1)
    until = f"{one.start}/{day.date().isoformat()}{one.end[10:]}"
    return Bad("bad-shift", f"`{one.text}` ends before it begins.", f"When it runs past midnight, write `{until}`.")


def _overlaps(ctx: Context, name: str, found: Sequence[tuple[Shift, Written]]) -> None:
    """Shifts of one person at the same time: one is easily a slip, and they count as one long shift."""
    latest: tuple[Shift, Written] | None = None
    for shift, one in found:
        if latest is not None and shift.start < latest[0].end:
            ctx.file = one.file
            first = latest[1]
            same = " twice" if shift == latest[0] else f"; `{first.text}` is at the same time"
            ctx.add(
                "shifts-overlap",
                f"`{name}` has the shift `{one.text}`{same}. They count as one, from the first beginning to the last end.",
                one.node,
                help="Remove one, or let the first end when the second begins.",
                related=(Related("the other one", span=span_of(first.file, first.node)),),
            )
        if latest is None or shift.end > latest[0].end:
            latest = shift, one
