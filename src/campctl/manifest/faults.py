"""The faults of a rehearsal from YAML, with a table of fields as manifests have, and every finding at its place.

Such a file has lists of `offices` and `backends` that are down, of people who come `late` or are `absent`, and of more `calls`:
`calls: [{ times: 2, from: 17:00 }]`. The page docs/rehearsal.md shows one.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from campctl.findings import Finding, Span
from campctl.manifest import times
from campctl.manifest.combine import WORDS, list_of
from campctl.manifest.decode import definition, table
from campctl.manifest.kinds import DURATION, SHARE, Context, Kind, check_null, did_you_mean, text_of, wrong
from campctl.manifest.nodes import Map, Node, Seq
from campctl.manifest.nouns import Field, Noun
from campctl.manifest.problems import Bad
from campctl.model.campaign import Campaign
from campctl.model.faults import Absent, BackendDown, Faults, Late, OfficeDown, Rush

MOST = 100.0
"""So many times the calls nobody ever had."""
_CLOCK_PATTERN = r"^(([01]?\d|2[0-4]):[0-5]\d|\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d.*)$"


class FaultContext(Context):
    """What reading needs besides: the day, and the campaign whose offices and hotlines are named."""

    def __init__(self, day: date, campaign: Campaign) -> None:
        super().__init__()
        self.day = day
        self.campaign = campaign
        self.zone_name = campaign.time_zone


def _moment(ctx: Context, node: Node) -> datetime:
    """`11:00` of the day that is rehearsed, or a date with a time. Here an unquoted `11:00` is a time and no number."""
    if node.__class__ in (Map, Seq):
        raise wrong(node, "a time of day")
    check_null(ctx, node)
    assert isinstance(ctx, FaultContext)
    text = str(node.value).strip()
    zone = ZoneInfo(ctx.zone_name)
    hours, colon, minutes = text.partition(":")
    if colon and hours.isdecimal() and minutes.isdecimal() and len(text) <= 5 and len(minutes) == 2:
        if int(hours) * 60 + int(minutes) > 1440 or int(minutes) > 59:
            raise Bad("bad-time", f"There is no such time as `{text}`.", "Write hours and minutes of the 24-hour clock: `17:00`.")
        text = f"{ctx.day.isoformat()}T{int(hours):02d}:{minutes}"
    try:
        found, complaint = times.instant(text, zone)
    except Bad as bad:
        raise Bad(bad.code, bad.detail, "Write `17:00` for a time of that day, or `2026-11-03T17:00`.") from None
    if complaint is not None:
        ctx.bad(complaint, node)
    return found


def _factor(ctx: Context, node: Node) -> float:
    check_null(ctx, node)
    text = text_of(ctx, node, "a number").strip()
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise Bad("wrong-type", f"`{text}` is not a number.", "Write `2` for twice the calls, `1.5` or `150%` for half as many again.")
    if not 0 <= value <= MOST:
        raise Bad("out-of-range", f"`{text}` times the calls is not between 0 and {MOST:g}.", "Write `2` for twice the calls.")
    return value


def _some(ctx: Context, node: Node) -> float:
    value: float = SHARE.parse(ctx, node)
    if not value:
        raise Bad("out-of-range", "`0%` is nobody.", "Write a share such as `10%`.")
    return value


def _wait(ctx: Context, node: Node) -> int:
    value: int = DURATION.parse(ctx, node)
    if not 0 < value <= 86_400:
        raise Bad("out-of-range", "Somebody who is late comes a second to a day late.", "Write `45m`; who never comes is `absent`.")
    return value


def _known(noun: str, section: str) -> Kind:
    """An id of the campaign's own."""

    def parse(ctx: Context, node: Node) -> str:
        assert isinstance(ctx, FaultContext)
        name = text_of(ctx, node, f"the id of {'an' if noun[0] in 'aeiou' else 'a'} {noun}").strip()
        known = getattr(ctx.campaign, section)
        if name not in known:
            near = did_you_mean(tuple(known), name) or f"There are {', '.join(sorted(known)[:6])}."
            raise Bad(f"unknown-{noun}", f"There is no {noun} `{name}` in the campaign, so this fault would hit nobody.", near)
        return name

    return Kind(noun, parse, {"type": ["string", "integer"]}, f"id of {'an' if noun[0] in 'aeiou' else 'a'} {noun}")


def _window(values: dict[str, Any]) -> Bad | None:
    start, end = values.get("start"), values.get("end")
    if start is not None and end is not None and start >= end:
        return Bad(
            "out-of-range", "This ends before it begins, or lasts no time at all.", "`until` is later than `from`, and not included."
        )
    return None


MOMENT = Kind("moment", _moment, {"type": "string", "pattern": _CLOCK_PATTERN}, "time of that day `17:00`, or `2026-11-03T17:00`")
FACTOR = Kind("factor", _factor, {"type": ["number", "string"], "pattern": r"^\d+(\.\d+)?%?$"}, "number: `2`, `1.5`, `150%`")
SOME = Kind("share", _some, SHARE.schema, SHARE.written)
LATENESS = Kind("duration", _wait, DURATION.schema, DURATION.written)
OFFICE, BACKEND, HOTLINE = _known("office", "offices"), _known("backend", "backends"), _known("hotline", "hotlines")
_FROM = Field("from", MOMENT, "Its beginning.", "11:00", default="the day's beginning", attr="start")
_UNTIL = Field("until", MOMENT, "Its end, not included.", "11:40", default="the day's end", attr="end")
_WHO = (
    Field("offices", list_of(OFFICE), "Of those who answer from one of these.", "[chicago-hq]"),
    Field("roles", WORDS, "Of those with one of these roles; a desk where nobody of the roster sits is a `volunteer`.", "[volunteer]"),
    Field("hotlines", list_of(HOTLINE), "Of those who sit at one of these.", "[voter-protection]"),
)
OFFICES = Noun(
    "office down",
    "An office without power or network: nobody answers from there.",
    (Field("office", OFFICE, "Which one.", "chicago-hq", required=True), _FROM, _UNTIL),
    check=_window,
)
BACKENDS = Noun(
    "backend down",
    "An exchange that is down: nobody on it answers, and calls to its hotlines are turned away.",
    (Field("backend", BACKEND, "Which one.", "local", required=True), _FROM, _UNTIL),
    check=_window,
)
LATE = Noun(
    "late",
    "People who come late.",
    (
        Field("share", SOME, "So many of them, each by chance.", "10%", required=True),
        Field("by", LATENESS, "So late.", "45m", required=True),
        *_WHO,
    ),
    Late,
)
ABSENT = Noun(
    "absent", "People who do not come.", (Field("share", SOME, "So many of them, each by chance.", "5%", required=True), *_WHO), Absent
)
CALLS = Noun(
    "calls",
    "More calls than expected, or fewer.",
    (
        Field("times", FACTOR, "So many times the calls.", "2", required=True),
        _FROM,
        _UNTIL,
        Field("hotlines", list_of(HOTLINE), "To these.", "[voter-protection]", default="all"),
    ),
    check=_window,
)
FILE = Noun(
    "faults",
    "What goes wrong on a rehearsed day.",
    (
        Field("offices", list_of(table(OFFICES)), OFFICES.doc, "[{ office: chicago-hq, from: 11:00, until: 11:40 }]"),
        Field("backends", list_of(table(BACKENDS)), BACKENDS.doc, "[{ backend: local, from: 14:00, until: 14:10 }]"),
        Field("late", list_of(table(LATE)), LATE.doc, "[{ share: 10%, by: 45m, roles: [volunteer] }]"),
        Field("absent", list_of(table(ABSENT)), ABSENT.doc, "[{ share: 5% }]"),
        Field("calls", list_of(table(CALLS)), CALLS.doc, "[{ times: 2, from: 17:00 }]"),
    ),
)
NOUNS = (FILE, OFFICES, BACKENDS, LATE, ABSENT, CALLS)


def read_faults(name: str, data: bytes, day: date, campaign: Campaign) -> tuple[Faults, list[Finding]]:
    """The file's faults for that day of the campaign's zone, with everything that is wrong with it."""
    from yaml import YAMLError

    from campctl.manifest.nodes import Reader, TooBroken

    ctx = FaultContext(day, campaign)
    ctx.file = name
    try:
        root = Reader(data, ctx).root()
        if root is None:
            ctx.add("empty-file", f"{name} is empty.", Span(name, 1, 1), help="docs/rehearsal.md shows what may stand in it.")
        else:
            return _joined(table(FILE).parse(ctx, root), day, ZoneInfo(campaign.time_zone)), ctx.findings
    except TooBroken:
        pass
    except UnicodeDecodeError:
        ctx.add("not-utf-8", f"{name} is no text in UTF-8.", Span(name, 1, 1), help="Save it as UTF-8.")
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Span(name, mark.line + 1, mark.column + 1) if mark else Span(name, 1, 1)
        ctx.add("yaml-syntax", f"{name} is no YAML: {getattr(error, 'problem', None) or error}.", place, help="Look at the line named.")
    except Bad as bad:
        ctx.bad(bad, Span(name, 1, 1))
    return Faults(), ctx.findings


def _joined(found: dict[str, Any], day: date, zone: ZoneInfo) -> Faults:
    """Entries that were read whole; where no time is given, the day's ends."""
    first, last = (datetime(one.year, one.month, one.day, tzinfo=zone).astimezone(UTC) for one in (day, day + timedelta(days=1)))

    def window(entry: dict[str, Any]) -> tuple[datetime, datetime]:
        return entry.get("start", first), entry.get("end", last)

    return Faults(
        offices=tuple(OfficeDown(one["office"], *window(one)) for one in found.get("offices", ()) if "office" in one),
        backends=tuple(BackendDown(one["backend"], *window(one)) for one in found.get("backends", ()) if "backend" in one),
        late=found.get("late", ()),
        absent=found.get("absent", ()),
        calls=tuple(Rush(one["times"], *window(one), one.get("hotlines", ())) for one in found.get("calls", ()) if "times" in one),
    )


def json_schema() -> dict[str, Any]:
    """The JSON Schema of such a file, for editors."""
    from campctl.manifest.schema import object_schema

    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "campctl faults",
        **object_schema(FILE),
        "definitions": {definition(noun): object_schema(noun) for noun in NOUNS[1:]},
    }
