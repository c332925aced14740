"""`hotline plan`: what a day asks of hotlines, against the people and desks there are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.results_staffing import Gap, HotlineStaffing, Staffing
from campctl.app.times import FIRST, LAST
from campctl.findings.text import plural

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from campctl.capacity.expected import Instead
    from campctl.capacity.forecast import Forecast
    from campctl.capacity.staffing import Assumptions, Level, Need
    from campctl.effective.staff import Staff
    from campctl.model.campaign import Campaign, Expected, Hotline, Prices

BLOCKING = 0.01
"""The share of calls that may find all trunks busy: one in a hundred."""
DESKS = 6
"""So many desks are named in one piece of advice."""
LADDER = (0.7, 0.8, 0.9, 0.95)
"""Service targets shown side by side, with the hotline's own."""
ENDLESS = frozenset({"endless", "none", "infinite", "inf"})


class Ask(Struct, frozen=True, kw_only=True):
    """What the command line asks for instead of what the manifests say; "" where it does not."""

    day: str = ""
    calls: float | None = None
    shape: str = ""
    forecast: str = ""
    target: str = ""
    patience: str = ""
    interval: str = "15m"


def plan_hotline(ctx: Context, ask: Ask, *, hotline: str) -> Staffing:
    """One hotline's day."""
    line = one(ctx.campaign.hotlines, hotline, "hotline")
    return _plan(ctx, ask, [line], alone=True)


def plan_all(ctx: Context, ask: Ask) -> Staffing:
    """The day of every hotline that says what to expect."""
    if ask.calls is not None or ask.forecast:
        raise errors.UsageError(
            "--calls and --forecast are of one hotline.", hint="Name it, or write `volume` of each into the YAML for --all."
        )
    return _plan(ctx, ask, list(ctx.campaign.hotlines.values()), alone=False)


def _plan(ctx: Context, ask: Ask, hotlines: Sequence[Hotline], *, alone: bool) -> Staffing:
    from campctl.capacity.expected import bounds, expected, zone_of
    from campctl.effective import moments
    from campctl.effective.staff import staff_through
    from campctl.manifest.load import located

    campaign = ctx.campaign
    length = interval_of(ask.interval)
    days: dict[str, tuple[date, Forecast]] = {}
    silent: list[str] = []
    for hotline in hotlines:
        zone = zone_of(campaign, hotline)
        day = day_of(ask.day, ctx.clock.now(), zone)
        instead = _instead(ask, zone)
        if instead.forecast is not None:
            _check_day(ask.forecast, instead.forecast, bounds(day, zone), zone)
        forecast = expected(campaign, hotline, day, length, instead)
        if forecast is not None:
            days[hotline.id] = day, forecast
        elif alone:
            raise errors.UsageError(
                f"Nothing is said of the calls that hotline {hotline.id} gets.",
                hint=f"Write `volume` of {hotline.id} into the YAML, or try a figure: --calls 900, --forecast FILE.",
            )
        else:
            silent.append(hotline.id)
    if not days:
        raise errors.UsageError("No hotline says how many calls it gets.", hint="Write `volume` of each into the YAML: docs/staffing.md.")
    overrides = tuple(ctx.store().overrides())
    spans = [bounds(day, zone_of(campaign, campaign.hotlines[name])) for name, (day, _) in days.items()]
    start, end = min(span[0] for span in spans), max(span[1] for span in spans)
    changes = [moment for moment in moments(campaign, overrides, start, end) if moment < end]
    staff = staff_through(campaign, [start, *changes], overrides)
    plans = tuple(_one(campaign, campaign.hotlines[name], forecast, ask, staff) for name, (_, forecast) in days.items())
    remarks = (f"Nothing is said of the calls of {', '.join(silent)}, so nothing is planned for them.",) if silent else ()
    first = next(iter(days.values()))[0]
    found = {finding: None for one_ in staff for finding in one_.findings if _concerns(finding, days)}
    return Staffing(day=first.isoformat(), hotlines=plans, remarks=remarks, findings=tuple(located(ctx.loaded, item) for item in found))


def _concerns(finding: object, days: Mapping[str, object]) -> bool:
    at = getattr(finding, "at", None)
    return at is not None and at.section == "hotlines" and at.id in days


def _one(campaign: Campaign, hotline: Hotline, forecast: Forecast, ask: Ask, staff: Sequence[Staff]) -> HotlineStaffing:
    from campctl.capacity.expected import zone_of
    from campctl.capacity.staffing import ladder, needs, trunks
    from campctl.effective.opening import open_at, turns

    zone = zone_of(campaign, hotline)
    given = _assumptions(hotline, ask)
    starts = forecast.starts()
    length = timedelta(seconds=forecast.length)
    opens = [at for at, opening in turns(hotline.hours, zone, forecast.start, forecast.end) if opening]
    is_open = [open_at(hotline.hours, zone, start) or any(start < at < start + length for at in opens) for start in starts]
    here = [_worst(staff, hotline.id, start, start + length) for start in starts]
    try:
        rows = needs(forecast, given, [_filled(one_, hotline.id) for one_ in here], is_open)
        levels = ladder(forecast, given, sorted({*LADDER, given.target.level}), is_open)
    except ValueError as error:
        raise errors.UsageError(f"Hotline {hotline.id} cannot be staffed as asked: {error}.", hint="Ask for less than 100 %.") from None
    prices = campaign.prices.get(hotline.backend or campaign.default_backend)
    minutes = sum(row.load for row in rows) * forecast.length / 60
    return HotlineStaffing(
        hotline=hotline.id,
        name=hotline.name,
        time_zone=zone.key,
        start=forecast.start,
        end=forecast.end,
        length=round(forecast.length),
        source=forecast.source,
        calls=round(forecast.total, 1),
        calls_closed=round(sum(calls for calls, open_ in zip(forecast.counts, is_open, strict=True) if not open_), 1),
        given=given,
        intervals=tuple(rows),
        wanted=tuple(one_.seating[hotline.id].wanted for one_ in here),
        gaps=tuple(_gaps(campaign, hotline, rows, here, length, zone)),
        ladder=tuple(priced(level, prices, minutes) for level in levels) if prices else tuple(levels),
        trunks=trunks(rows, given, forecast),
        currency=prices.currency if prices else "",
    )


def priced(level: Level, prices: Prices, minutes: float) -> Level:
    """The level with what it costs that day: everybody of the busiest interval has a seat all day, and every call is answered."""
    from decimal import Decimal

    from campctl.capacity.prices import per_day, rounded

    talk = (prices.minute or Decimal(0)) * Decimal(round(minutes))
    return replace(level, cost=str(rounded(level.people * per_day(prices) + talk)))


def _assumptions(hotline: Hotline, ask: Ask) -> Assumptions:
    from campctl.capacity.erlang import Target
    from campctl.capacity.staffing import Assumptions
    from campctl.model.campaign import Volume

    volume = hotline.volume or Volume()
    level, within = target_of(ask.target) if ask.target else (hotline.service.target, hotline.service.answer_within)
    return Assumptions(
        handling=float(volume.handling_time),
        patience=patience_of(ask.patience) if ask.patience else float(volume.patience) or math.inf,
        target=Target(level, float(within), hotline.service.max_occupancy),
        shrinkage=hotline.service.shrinkage,
        blocking=BLOCKING,
    )


def _worst(staff: Sequence[Staff], hotline: str, start: datetime, end: datetime) -> Staff:
    """Of what holds in an interval, that with the fewest seats filled."""
    here = [one_ for place, one_ in enumerate(staff) if one_.at < end and (place + 1 == len(staff) or staff[place + 1].at > start)]
    return min(here, key=lambda one_: _filled(one_, hotline))


def _filled(staff: Staff, hotline: str) -> int:
    return len(staff.seating[hotline].at_level(1))


def _gaps(
    campaign: Campaign, hotline: Hotline, rows: Sequence[Need], here: Sequence[Staff], length: timedelta, zone: ZoneInfo
) -> list[Gap]:
    """Stretches in which people are missing, each with what would help at its worst."""
    found: list[Gap] = []
    place = 0
    while place < len(rows):
        first = place
        while place < len(rows) and rows[place].short and here[place] is here[first]:
            place += 1
        if place > first:
            worst = max(range(first, place), key=lambda n: (rows[n].short, -n))
            found.append(_gap(campaign, hotline, rows[worst], here[worst], rows[first].start, rows[place - 1].start + length, zone))
        else:
            place += 1
    return found


def _gap(campaign: Campaign, hotline: Hotline, row: Need, staff: Staff, start: datetime, end: datetime, zone: ZoneInfo) -> Gap:
    from campctl.effective.staff import empty_desks, free_people, off_people

    wanted = staff.seating[hotline.id].wanted
    free = free_people(campaign, hotline, staff)
    away = off_people(campaign, hotline, staff)
    desks = empty_desks(campaign, hotline, staff)
    seats = min(row.people, hotline.seats.max)
    called = [*free, *away][: max(0, row.short)]
    by_people = min(len(free), max(0, seats - row.have))
    by_desks = min(len(desks), max(0, seats - row.have - by_people))
    until = end.astimezone(zone)
    advice = []
    if seats > wanted and by_people:
        begins = start.astimezone(zone)
        advice.append(
            f"at {begins:%H:%M}: campctl hotline scale {hotline.id} {min(seats, row.have + by_people)} --until {until:%Y-%m-%dT%H:%M} "
            f"({by_people} who may answer it sit{'s' * (by_people == 1)} nowhere); ahead of time, write a surge"
        )
    by_call = min(len(away), row.short - by_people)
    if by_call > 0:
        advice.append(f"call in {by_call} of {len(away)} who may answer it and are off shift then")
    if by_desks:
        these = " ".join(desks[: min(by_desks, DESKS)]) + (" ..." if by_desks > DESKS else "")
        advice.append(f"light {plural(by_desks, 'desk')} for volunteers: campctl port light {these} --hotline {hotline.id}")
    if row.people > hotline.seats.max:
        advice.append(f"`seats.max` of {hotline.id} is {hotline.seats.max}: {row.people} people cannot sit there at once")
    left = row.short - by_people - by_desks
    if left > 0 and seats - row.have - by_people - by_desks > 0:
        advice.append(f"find {left} more who may answer it ({_asked_for(hotline)}), or widen `answer`")
    return Gap(
        start=start,
        end=end,
        worst=row.start,
        people=row.people,
        have=row.have,
        short=row.short,
        left=max(0, left),
        free=len(free),
        off=len(away),
        call_in=tuple(user.id for user in called),
        dark=len(desks),
        desks=tuple(desks[: max(0, row.short)]),
        advice=tuple(advice),
    )


def _asked_for(hotline: Hotline) -> str:
    answer = hotline.answer
    parts = (("skill", answer.skills), ("language", answer.languages), ("role", answer.roles), ("office", answer.offices))
    return "; ".join(f"{word} {' or '.join(entries)}" for word, entries in parts if entries) or "named in `users`"


def _instead(ask: Ask, zone: ZoneInfo) -> Instead:
    from campctl.capacity.expected import Instead
    from campctl.model.shapes import SHAPES, shares

    if ask.calls is not None and not (math.isfinite(ask.calls) and 0 <= ask.calls <= 50_000_000):
        raise errors.UsageError(f"--calls {ask.calls:g} is no number of calls of a day.", hint="Write a number, such as 31000.")
    shape: str | tuple[float, ...] = ask.shape
    if ask.shape and ask.shape not in SHAPES:
        try:
            shape = shares(ask.shape)
        except ValueError as error:
            raise errors.UsageError(f"--shape: {error}.", hint=f"Shapes: {', '.join(SHAPES)}.") from None
    if ask.calls is not None and ask.forecast:
        raise errors.UsageError("--calls and --forecast both say how many calls come.", hint="Keep one of the two.")
    return Instead(calls=ask.calls, shape=shape, forecast=read_forecast(ask.forecast, zone) if ask.forecast else None)


def read_forecast(file: str, zone: ZoneInfo) -> Expected:
    """A forecast that is not in the manifests; `errors.InvalidManifest` with everything that is wrong with it."""
    from campctl.findings.text import count_words
    from campctl.manifest.forecasts import read_file

    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise errors.UsageError(f"{file} cannot be read: {error.strerror}.", hint="It is a CSV file with `start` and `calls`.") from None
    found, findings = read_file(file, data, zone)
    if found is None:
        raise errors.InvalidManifest(
            f"{file} has {count_words(findings)}; nothing was planned.",
            findings=tuple(findings),
            hint="docs/staffing.md shows how it looks.",
        )
    return found


def _check_day(file: str, forecast: Expected, day: tuple[datetime, datetime], zone: ZoneInfo) -> None:
    """Refuse a forecast that says nothing of the day."""
    end = forecast.start + timedelta(seconds=forecast.length * len(forecast.counts))
    if forecast.start < day[1] and end > day[0]:
        return
    first, last = forecast.start.astimezone(zone), end.astimezone(zone)
    raise errors.UsageError(
        f"{file} says nothing of {day[0].astimezone(zone):%Y-%m-%d}: it is of {first:%Y-%m-%d %H:%M} to {last:%Y-%m-%d %H:%M}.",
        hint=f"--day {first:%Y-%m-%d} plans a day that it says something of.",
    )


def day_of(text: str, now: datetime, zone: ZoneInfo) -> date:
    """`2026-11-03`, `today`, `tomorrow`; "" is today, in that zone."""
    today = now.astimezone(zone).date()
    if text in {"", "today"}:
        return today
    if text == "tomorrow":
        return today + timedelta(days=1)
    try:
        found = date.fromisoformat(text)
    except ValueError:
        raise errors.UsageError(f"{text!r} is not a day.", hint="Write 2026-11-03, today or tomorrow.") from None
    if not FIRST <= found.year < LAST:
        raise errors.UsageError(f"{text} is not a day of this campaign.", hint="Look at the year.")
    return found


def target_of(text: str) -> tuple[float, int]:
    """`80%/20s`, or `80/20`: share and seconds."""
    from campctl.manifest.problems import Bad
    from campctl.manifest.units import share, whole_seconds

    level, _, within = text.replace(" ", "").partition("/")
    if not within:
        raise errors.UsageError(f"--target {text} does not say within what time.", hint="Write 80%/20s: the share, and within what time.")
    try:
        found = share(level if level.endswith("%") else f"{level}%"), whole_seconds(f"{within}s" if within.isdecimal() else within)
    except Bad as bad:
        raise errors.UsageError(f"--target {text}: {bad.detail}", hint="Write 80%/20s: the share, and within what time.") from None
    if not 0 < found[0] < 1:
        raise errors.UsageError(f"--target {text} is no service target.", hint="Write 80%/20s; 100% of the calls nobody can promise.")
    return found


def patience_of(text: str) -> float:
    """Seconds; `endless` for callers who never give up."""
    from campctl.manifest.problems import Bad
    from campctl.manifest.units import seconds

    if text.lower() in ENDLESS:
        return math.inf
    try:
        found = seconds(text)
    except Bad as bad:
        raise errors.UsageError(f"--patience {text}: {bad.detail}", hint="Write 3m, 90s, or endless.") from None
    if found <= 0:
        raise errors.UsageError("--patience 0s: callers would hang up before anybody answers.", hint="Write 3m, 90s, or endless.")
    return found


def interval_of(text: str) -> int:
    """Seconds: a minute to an hour, and the hour has a whole number of them."""
    from campctl.manifest.problems import Bad
    from campctl.manifest.units import whole_seconds

    try:
        found = whole_seconds(text)
    except Bad as bad:
        raise errors.UsageError(f"--interval {text}: {bad.detail}", hint="Write 15m, 30m or 1h.") from None
    if not 60 <= found <= 3600 or 3600 % found:
        raise errors.UsageError(f"--interval {text} does not divide the hour.", hint="Write 5m, 10m, 15m, 20m, 30m or 1h.")
    return found
