"""From days as played to what is told of them: figures with intervals, where targets were missed, and how two plans differ."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from campctl.app.playing import Days, talk_of
from campctl.app.playing_flights import flights
from campctl.app.rehearsing import Ask
from campctl.app.results_rehearsal import Comparison, Difference, HotlineDay, Miss, Rehearsal, Span, Whole
from campctl.capacity.erlang import Target, seats_needed
from campctl.capacity.rehearsal.estimate import CONFIDENCE, Estimate, difference, estimate
from campctl.capacity.rehearsal.outcome import Interval, total
from campctl.model.campaign import Hotline, Volume
from campctl.model.faults import Absent, Late

FIGURES: dict[str, Callable[[Interval], float]] = {
    "offered": lambda one: float(one.offered),
    "answered": lambda one: float(one.answered),
    "abandoned": lambda one: float(one.abandoned),
    "turned_away": lambda one: float(one.turned_away),
    "went_on": lambda one: float(one.went_on),
    "closed": lambda one: float(one.closed),
    "level": lambda one: one.level,
    "waited": lambda one: one.mean_wait,
    "occupancy": lambda one: one.occupancy,
}
COMPARED = {"abandoned": -1, "turned_away": -1, "level": 1, "waited": -1}
"""Figures in which a plan is better when it has more (1) or less (-1) of it. More answered calls may only be more that came over."""


NOTABLE = 0.05
"""A larger share of calls that come while a hotline is closed is remarked upon."""
Played = Sequence[Interval]
"""One hotline's day in one replication, by interval."""


def result(days: Days, ask: Ask, against: Comparison | None, other: Days | None = None) -> Rehearsal:
    """All of it. other: the days of the plan it is compared with."""
    setting, plan = days.setting, days.plan
    hotlines = hotline_days(days)
    return Rehearsal(
        day=setting.day.isoformat(),
        time_zone=setting.time_zone,
        start=setting.start,
        end=setting.end,
        length=setting.length,
        seed=setting.seed,
        replications=len(days.intervals),
        confidence=CONFIDENCE,
        calls=estimate([float(sum(own)) for own in days.own]),
        trunks=setting.trunks,
        at_once=tuple(_mean(column) for column in zip(*days.at_once, strict=True)),
        hotlines=hotlines,
        faults=fault_words(days),
        autopilot=flights(days, None if ask.against else other) if plan.piloted else None,
        against=against,
        shown=ask.hotlines,
        remarks=(*_remarks(days), *(f"No call came to {name}." for name in ask.hotlines if name not in {one.hotline for one in hotlines})),
        findings=plan.findings,
    )


def hotline_days(days: Days) -> tuple[HotlineDay, ...]:
    """Every hotline that has calls, in the campaign's order."""
    found = []
    for place, hotline in enumerate(days.plan.campaign.hotlines.values()):
        forecast = days.plan.forecasts.get(hotline.id)
        played = [replication[place] for replication in days.intervals]
        if forecast is None and not any(one.offered for replication in played for one in replication):
            continue
        trunks = [replication[place] for replication in days.trunks]
        spans = _spans(days, played, trunks)
        found.append(
            HotlineDay(
                hotline=hotline.id,
                name=hotline.name,
                target=hotline.service.target,
                answer_within=float(hotline.service.answer_within),
                source=forecast.source if forecast is not None else "",
                expected=round(forecast.total, 1) if forecast is not None else 0.0,
                day=_whole(played, trunks, [own[place] for own in days.own]),
                intervals=spans,
                misses=tuple(_misses(days, hotline, spans)),
            )
        )
    return tuple(found)


def _spans(days: Days, played: Sequence[Played], trunks: Sequence[Sequence[int]]) -> tuple[Span, ...]:
    """The mean of all replications by interval."""
    step, start, count = timedelta(seconds=days.setting.length), days.setting.start, len(played)
    found = []
    for n, column in enumerate(zip(*played, strict=True)):
        open_ = sum(one.offered - one.closed for one in column)
        answered = sum(one.answered for one in column)
        seats, busy = _mean([one.seats for one in column]), _mean([one.busy for one in column])
        found.append(
            Span(
                start=start + n * step,
                offered=sum(one.offered for one in column) / count,
                answered=answered / count,
                within=sum(one.within for one in column) / count,
                abandoned=sum(one.abandoned for one in column) / count,
                turned_away=sum(one.turned_away for one in column) / count,
                went_on=sum(one.went_on for one in column) / count,
                closed=sum(one.closed for one in column) / count,
                level=sum(one.within for one in column) / open_ if open_ else None,
                waited=math.fsum(one.waited for one in column) / answered if answered else 0.0,
                longest=max(one.longest for one in column),
                seats=seats,
                busy=busy,
                occupancy=min(1.0, busy / seats) if seats else 0.0,
                trunks=_mean([row[n] for row in trunks]),
            )
        )
    return tuple(found)


def _whole(played: Sequence[Played], trunks: Sequence[Sequence[int]], own: Sequence[int]) -> Whole:
    totals = [total(replication) for replication in played]
    figures = {name: estimate([of(one) for one in totals]) for name, of in FIGURES.items()}
    return Whole(
        **figures,
        came_over=estimate([float(one.offered - mine) for one, mine in zip(totals, own, strict=True)]),
        trunks=estimate([float(max(row, default=0)) for row in trunks]),
        longest=max(one.longest for one in totals),
    )


def _misses(days: Days, hotline: Hotline, spans: Sequence[Span]) -> list[Miss]:
    """Stretches below the target, without those that chance alone may have made."""
    target, count = hotline.service.target, len(days.intervals)
    step = timedelta(seconds=days.setting.length)
    found, place = [], 0
    while place < len(spans):
        first = place
        while place < len(spans) and (level := spans[place].level) is not None and level < target:
            place += 1
        if any(_surely(span, target, count) for span in spans[first:place]):
            found.append(_miss(days, hotline, spans[first:place], first, step))
        place = max(place, first + 1)
    return found


def _surely(span: Span, target: float, count: int) -> bool:
    """Whether more callers waited too long than the binomial's deviation, and one more, would explain."""
    calls = (span.offered - span.closed) * count
    return calls * target - span.within * count > 1 + math.sqrt(calls * target * (1 - target))


def _miss(days: Days, hotline: Hotline, spans: Sequence[Span], first: int, step: timedelta) -> Miss:
    needed = [_held(days, hotline, span, first + n) for n, span in enumerate(spans)]
    worst = max(range(len(spans)), key=lambda n: (needed[n] - spans[n].seats, -(spans[n].level or 0.0)))
    calls = sum(span.offered - span.closed for span in spans)
    start, end = spans[0].start, spans[-1].start + step
    return Miss(
        start=start,
        end=end,
        level=sum(span.within for span in spans) / calls,
        worst=spans[worst].start,
        worst_level=spans[worst].level or 0.0,
        seats=spans[worst].seats,
        held=needed[worst] if needed[worst] > spans[worst].seats else 0,
        during=tuple(words for words, since, until in _timed(days) if since < end and start < until),
    )


def _held(days: Days, hotline: Hotline, span: Span, n: int) -> int:
    """People who would have held the target for the calls that came then (Erlang A; 0 where no number would)."""
    volume = hotline.volume or Volume()
    forecast = days.plan.forecasts.get(hotline.id)
    handling = forecast.handling[n] if forecast is not None else float(volume.handling_time)
    handling = talk_of(hotline, handling) + hotline.wrap_up
    load = (span.offered - span.closed) / days.setting.length * handling
    target = Target(hotline.service.target, float(hotline.service.answer_within))
    try:
        return seats_needed(load, handling, target, float(volume.patience) or math.inf)
    except ValueError:
        return 0


def fault_words(days: Days) -> tuple[str, ...]:
    """What went wrong, a line for each."""
    faults = days.setting.faults
    if faults is None:
        return ()
    words = [words for words, _, _ in _timed(days)]
    words += [f"{late.share:.0%} {_who(late)} come {late.by / 60:g} min late" for late in faults.late]
    words += [f"{absent.share:.0%} {_who(absent)} do not come" for absent in faults.absent]
    return tuple(words)


def _who(those: Late | Absent) -> str:
    parts = (("with the role", those.roles), ("from", those.offices), ("at", those.hotlines))
    words = " ".join(f"{word} {' or '.join(names)}" for word, names in parts if names)
    return f"of those {words}" if words else "of all people"


def _timed(days: Days) -> list[tuple[str, datetime, datetime]]:
    """(words, from, until) of the faults that have a beginning and an end."""
    faults = days.setting.faults
    if faults is None:
        return []
    words = [(f"office {one.office} down", one.start, one.end) for one in faults.offices]
    words += [(f"exchange {one.backend} down", one.start, one.end) for one in faults.backends]
    for one in faults.calls:
        names = f" to {', '.join(one.hotlines)}" if one.hotlines else ""
        words.append((f"{one.times:g} times the calls{names}", one.start, one.end))
    return [(f"{what} {_clock(days, start, end)}", start, end) for what, start, end in words]


def _clock(days: Days, start: datetime, end: datetime) -> str:
    zone = ZoneInfo(days.setting.time_zone)
    last = "24:00" if end == days.setting.end else f"{end.astimezone(zone):%H:%M}"
    return f"{start.astimezone(zone):%H:%M}-{last}"


def _remarks(days: Days) -> list[str]:
    plan, found = days.plan, []
    silent = [name for name in plan.campaign.hotlines if name not in plan.forecasts]
    if silent:
        found.append(f"Nothing is said of the calls of {', '.join(silent)}: only calls that came over from others were played there.")
    for place, (name, hotline) in enumerate(plan.campaign.hotlines.items()):
        if name in plan.forecasts and plan.forecasts[name].total and not any(one.hotline == place and one.level == 1 for one in plan.cast):
            found.append(f"Nobody sits at {name} on this day.")
        if name in plan.forecasts and any(handling <= hotline.wrap_up for handling in plan.forecasts[name].handling):
            found.append(f"A call of {name} takes no longer than the pause after it (`wrap_up`), so it was played with a second of talk.")
    for place, name in enumerate(plan.campaign.hotlines):
        offered = sum(one.offered for replication in days.intervals for one in replication[place])
        closed = sum(one.closed for replication in days.intervals for one in replication[place])
        if closed > NOTABLE * offered:
            found.append(f"Of the calls of {name}, {closed / offered:.0%} come while it is closed; they count neither way for its target.")
    found += [
        f"This fault is not on {days.setting.day}: {words}."
        for words, since, until in _timed(days)
        if until <= days.setting.start or since >= days.setting.end
    ]
    trunks = days.setting.trunks
    if trunks is not None and any(most >= trunks for replication in days.at_once for most in replication):
        found.append(
            f"At times no trunk was free ({trunks:,} in all), and callers were turned away; without --trunks it shows how many it takes."
        )
    if len(days.intervals) == 1:
        found.append("The day was played once, so nothing is known of how far its figures vary; --replications 10 tells.")
    return found


def comparison(mine: Days, other: Days, path: str) -> Comparison:
    """How this plan differs from the other, for hotlines that both have."""
    ours, theirs = _by_hotline(mine), _by_hotline(other)
    return Comparison(
        other=path,
        hotlines=hotline_days(other),
        differences=tuple(_difference(name, ours[name], theirs[name]) for name in ours if name in theirs),
    )


def _by_hotline(days: Days) -> dict[str, list[Interval]]:
    """The whole day of each hotline, by replication."""
    return {name: [total(one[n]) for one in days.intervals] for n, name in enumerate(days.plan.campaign.hotlines)}


def _difference(name: str, ours: Sequence[Interval], theirs: Sequence[Interval]) -> Difference:
    figures = {key: difference([of(one) for one in ours], [of(one) for one in theirs]) for key, of in FIGURES.items()}
    sure = {key: sign for key, sign in COMPARED.items() if _sure(figures[key])}
    return Difference(
        hotline=name,
        **{key: value for key, value in figures.items() if key not in {"went_on", "closed"}},
        better=tuple(key for key, sign in sure.items() if figures[key].mean * sign > 0),
        worse=tuple(key for key, sign in sure.items() if figures[key].mean * sign < 0),
    )


def _sure(found: Estimate) -> bool:
    return found.half is not None and abs(found.mean) > found.half


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)
