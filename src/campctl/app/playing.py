"""A plan made ready to be rehearsed, and its days played one after the other."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.capacity.expected import Instead
from campctl.capacity.forecast import Forecast
from campctl.capacity.rehearsal.cast import Absence, Outage, Sitting, stints, tardy, without
from campctl.capacity.rehearsal.day import play
from campctl.capacity.rehearsal.outcome import Fates, Interval
from campctl.capacity.rehearsal.stage import Calls, Stage
from campctl.capacity.rehearsal.stage import Hotline as Line
from campctl.capacity.rehearsal.tally import at_once, tally
from campctl.capacity.rehearsal.variates import draw
from campctl.capacity.window import expected_between, times
from campctl.effective import moments
from campctl.effective.scene import lines_of, sittings
from campctl.effective.staff import staff_through
from campctl.findings import Finding
from campctl.manifest.load import located
from campctl.model.campaign import Campaign, Hotline, Shape, Volume
from campctl.model.faults import Faults

if TYPE_CHECKING:
    from campctl.app.playing_autopilot import Flown
    from campctl.manifest.load import Loaded
    from campctl.model.records import Override

STEP = 10.0
"""Seconds from one look at the trunks to the next."""
MOST = 5_000_000
"""Calls of one day: they are held in memory, 40 bytes each."""


class Setting(Struct, frozen=True, kw_only=True):
    """What every plan meets alike. `total`: calls of all hotlines together, or None; `each`: of single ones."""

    day: date
    time_zone: str
    start: datetime
    end: datetime
    length: int
    shape: Shape
    total: float | None
    each: dict[str, float]
    seed: int
    trunks: int | None
    faults: Faults | None
    tail: timedelta

    def second(self, at: datetime) -> float:
        """An instant as seconds of the day."""
        return (at - self.start).total_seconds()


class Plan(Struct, frozen=True, kw_only=True):
    """A campaign's day before it is played: hotlines, who sits where, the calls expected by hotline (faults are in all of them)."""

    campaign: Campaign
    lines: tuple[Line, ...]
    cast: tuple[Sitting, ...]
    forecasts: dict[str, Forecast]
    absences: tuple[Absence, ...]
    findings: tuple[Finding, ...] = ()
    moments: tuple[datetime, ...] = ()
    overrides: tuple[Override, ...] = ()
    piloted: bool = False
    """Whether the autopilot is at the phones."""


def prepare(loaded: Loaded, campaign: Campaign, overrides: tuple[Override, ...], setting: Setting, *, piloted: bool = False) -> Plan:
    """desired(t) at every moment of the day, and the calls to expect; `errors.UsageError` where nothing is said of any."""
    forecasts = _forecasts(campaign, setting)
    until = setting.end + setting.tail
    changes = [at for at in moments(campaign, overrides, setting.start, until) if at < until]
    staff = staff_through(campaign, [setting.start, *changes], overrides)
    found = {finding: None for one in staff for finding in one.findings if finding.at is not None and finding.at.section == "hotlines"}
    lines = lines_of(campaign, setting.start, until)
    cast = sittings(campaign, staff, until)
    faults = setting.faults or Faults()
    if faults.backends:
        lines = tuple(_down(line, campaign, faults, setting) for line in lines)
    return Plan(
        campaign=campaign,
        lines=lines,
        cast=tuple(without(cast, _outages(faults, setting))),
        forecasts=forecasts,
        absences=_absences(faults, campaign),
        findings=tuple(located(loaded, finding) for finding in found),
        moments=tuple(changes),
        overrides=overrides,
        piloted=piloted,
    )


def _forecasts(campaign: Campaign, setting: Setting) -> dict[str, Forecast]:
    """By hotline, for those of which something is said; as many calls as were asked for, and more where the faults say so."""
    found: dict[str, Forecast] = {}
    for hotline in campaign.hotlines.values():
        asked = setting.each.get(hotline.id)
        instead = Instead(calls=asked, shape=setting.shape)
        forecast = expected_between(campaign, hotline, setting.start, setting.end, setting.length, instead)
        if forecast is not None:
            found[hotline.id] = forecast if asked is None or not forecast.total else _scaled(forecast, asked / forecast.total)
    whole = sum(forecast.total for forecast in found.values())
    if not found or (setting.total and not whole):
        raise errors.UsageError(
            f"Nothing is said of the calls that any hotline gets on {setting.day}, so there is no day to play.",
            hint=f"Write `volume` of each into the YAML (docs/staffing.md), or try figures: --calls {_first(campaign)}=900.",
        )
    if setting.total is not None and whole:
        found = {name: _scaled(forecast, setting.total / whole) for name, forecast in found.items()}
    found = _rushed(found, setting.faults or Faults())
    if sum(forecast.total for forecast in found.values()) > MOST:
        rush = " or in the faults' `times`" if setting.faults is not None and setting.faults.calls else ""
        raise errors.UsageError(
            f"More than {MOST:,} calls are expected on {setting.day}.", hint=f"Look for a digit too many in `volume`{rush}."
        )
    return found


def _first(campaign: Campaign) -> str:
    return next(iter(campaign.hotlines), "HOTLINE")


def _scaled(forecast: Forecast, factor: float) -> Forecast:
    return replace(forecast, counts=tuple(count * factor for count in forecast.counts))


def _rushed(forecasts: dict[str, Forecast], faults: Faults) -> dict[str, Forecast]:
    found = dict(forecasts)
    for rush in faults.calls:
        for name in rush.hotlines or tuple(found):
            if name in found:
                found[name] = times(found[name], rush.times, rush.start, rush.end)
    return found


def _outages(faults: Faults, setting: Setting) -> list[Outage]:
    offices = [Outage("office", one.office, setting.second(one.start), setting.second(one.end)) for one in faults.offices]
    return offices + [Outage("backend", one.backend, setting.second(one.start), setting.second(one.end)) for one in faults.backends]


def _absences(faults: Faults, campaign: Campaign) -> tuple[Absence, ...]:
    place = {name: n for n, name in enumerate(campaign.hotlines)}

    def at(names: Sequence[str]) -> tuple[int, ...]:
        # A hotline that only the other plan has: nobody here sits at it.
        return tuple(place.get(name, -1) for name in names)

    late = [Absence(one.share, float(one.by), one.offices, one.roles, at(one.hotlines)) for one in faults.late]
    return (*late, *(Absence(one.share, None, one.offices, one.roles, at(one.hotlines)) for one in faults.absent))


def _down(line: Line, campaign: Campaign, faults: Faults, setting: Setting) -> Line:
    backend = campaign.hotlines[line.name].backend or campaign.default_backend
    spans = ((setting.second(one.start), setting.second(one.end)) for one in faults.backends if one.backend == backend)
    return replace(line, down=tuple(sorted(spans)))


def talk_of(hotline: Hotline, handling: float) -> float:
    """Seconds of talking: what is said of handling counts the work after the call, which the exchange adds as `wrap_up`."""
    return max(1.0, handling - hotline.wrap_up)


class Days:
    """The days of one plan as played: by replication and hotline the intervals, and calls at once."""

    def __init__(self, plan: Plan, setting: Setting) -> None:
        self.plan = plan
        self.setting = setting
        self.intervals: list[list[list[Interval]]] = []
        self.trunks: list[list[list[int]]] = []
        """The most calls at once at each hotline, by interval."""
        self.own: list[list[int]] = []
        """Calls that came to each hotline from outside."""
        self.at_once: list[list[int]] = []
        """The same over all hotlines together."""
        self.flown: list[Flown] = []
        """What the autopilot did."""

    def play(self, n: int) -> None:
        """One more day: the n-th of this seed meets the same callers on every plan."""
        plan, setting = self.plan, self.setting
        calls = tuple(self._calls(hotline, n) for hotline in plan.campaign.hotlines.values())
        stage = Stage(hotlines=plan.lines, stints=(), calls=calls, trunks=setting.trunks)
        if plan.piloted:
            stage, fates = self._fly(stage, n)
        else:
            cast: Sequence[Sitting] = plan.cast
            for number, absence in enumerate(plan.absences):
                cast = tardy(cast, absence, plan.lines, lambda person, a=absence, m=number: self._chance(n, m, person) < a.share)  # type: ignore[misc]
            stage = replace(stage, stints=stints(cast))
            fates = play(stage)
        until = setting.second(setting.end)
        self.intervals.append(tally(stage, fates, setting.length, until))
        self.own.append([len(mine.arrivals) for mine in calls])
        steps = [at_once((mine,), (fate,), until, STEP) for mine, fate in zip(calls, fates, strict=True)]
        self.trunks.append([self._most(one) for one in steps])
        self.at_once.append(self._most([sum(now) for now in zip(*steps, strict=True)]))

    def _fly(self, stage: Stage, n: int) -> tuple[Stage, list[Fates]]:
        from campctl.app.playing_autopilot import Pilot, absent_by

        plan, setting = self.plan, self.setting
        chosen = absent_by(plan.absences, lambda number, person: self._chance(n, number, person))
        outages = _outages(setting.faults or Faults(), setting)
        flown = Pilot(plan, setting.start, setting.second(setting.end + setting.tail), outages, chosen).fly(stage)
        self.flown.append(flown)
        return flown.stage, flown.fates

    def _calls(self, hotline: Hotline, n: int) -> Calls:
        forecast = self.plan.forecasts.get(hotline.id)
        if forecast is None:
            return Calls(array("d"), array("d"), array("d"))
        patience = float((hotline.volume or Volume()).patience) or float("inf")
        talk = [talk_of(hotline, handling) for handling in forecast.handling]
        random = Random(f"{self.setting.seed}/{n}/{hotline.id}")  # noqa: S311 - chance that can be repeated
        return draw(forecast.counts, forecast.length, talk, patience, random.random)

    def _chance(self, n: int, absence: int, person: str) -> float:
        """Whether somebody is late does not depend on who else is there, so that plans are hit alike."""
        return Random(f"{self.setting.seed}/{n}/{absence}/{person}").random()  # noqa: S311

    def _most(self, steps: Sequence[int]) -> list[int]:
        per = round(self.setting.length / STEP)
        return [max(steps[start : start + per], default=0) for start in range(0, round(self.setting.second(self.setting.end) / STEP), per)]
