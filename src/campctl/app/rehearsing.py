"""`rehearse`: a day of calls, played through on what desired(t) would be at every moment of it. No backend is asked for anything."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.results_rehearsal import Rehearsal

if TYPE_CHECKING:
    from campctl.app.playing import Plan, Setting
    from campctl.model.campaign import Campaign
    from campctl.model.faults import Faults

MOST_CALLS = 5_000_000
"""Calls of one day that can be played; the largest day of any hotline was a tenth of it."""
MOST_REPLICATIONS = 1000
PLENTY = 300_000
"""Unless told otherwise, the day is played as often as makes so many calls, ten times at the most."""
TAIL = timedelta(hours=1)
"""Who is there at the end of the day goes on answering those who wait then."""

Progress = Callable[[int, int], None]
"""(days played, days to play)"""


class Ask(Struct, frozen=True, kw_only=True):
    """What the command line asks for. `calls`: `300000` for all, or `HOTLINE=N`; `replications` 0: as many as make sense."""

    day: str = ""
    shape: str = ""
    calls: tuple[str, ...] = ()
    faults: str = ""
    against: str = ""
    seed: int = 1
    replications: int = 0
    interval: str = "15m"
    trunks: int | None = None
    hotlines: tuple[str, ...] = ()
    autopilot: bool = False


WITHOUT = "the same without the autopilot"


def rehearse(ctx: Context, ask: Ask, progress: Progress = lambda _done, _all: None) -> Rehearsal:
    """Play the day, as often as asked; with `against` also on the other plan, for the very same callers.

    With `autopilot` it is at the phones of both plans; without `against` the other one is this plan without it.
    """
    from campctl.app.playing import Days, prepare
    from campctl.app.playing_results import comparison, result

    _check(ask)
    campaign = ctx.campaign
    for name in ask.hotlines:
        one(campaign.hotlines, name, "hotline")
    setting = _setting(ctx, campaign, ask)
    overrides = tuple(ctx.store().overrides())
    if ask.autopilot:
        _check_autopilot(campaign)
    ours = prepare(ctx.loaded, campaign, overrides, setting, piloted=ask.autopilot)
    theirs = _other(ctx, ask, setting) if ask.against else replace(ours, piloted=False) if ask.autopilot else None
    count = ask.replications or _enough(ours, theirs)
    mine, other = Days(ours, setting), Days(theirs, setting) if theirs is not None else None
    done, all_ = 0, count * (1 if other is None else 2)
    for n in range(count):
        for days in (mine, other):
            if days is not None:
                progress(done, all_)
                days.play(n)
                done += 1
    progress(all_, all_)
    return result(mine, ask, comparison(mine, other, ask.against or WITHOUT) if other is not None else None, other)


def _check(ask: Ask) -> None:
    if not 0 <= ask.replications <= MOST_REPLICATIONS:
        raise errors.UsageError(
            f"--replications {ask.replications}: a day can be played 1 to {MOST_REPLICATIONS:,} times.", hint="Ten give fair intervals."
        )
    if ask.trunks is not None and not 1 <= ask.trunks <= 1_000_000:
        raise errors.UsageError(f"--trunks {ask.trunks} is no number of trunks.", hint="Leave it out for as many as it takes.")


def _check_autopilot(campaign: Campaign) -> None:
    if not any(hotline.autoscale is not None for hotline in campaign.hotlines.values()):
        raise errors.UsageError(
            "No hotline has `autoscale`, so the autopilot would move no seats.",
            hint="Write `autoscale: true` to a hotline whose target it shall hold (docs/autopilot.md).",
        )


def _setting(ctx: Context, campaign: Campaign, ask: Ask) -> Setting:
    """What both plans meet: the day, the calls asked for, the faults, the seed."""
    from zoneinfo import ZoneInfo

    from campctl.app.playing import Setting
    from campctl.app.staffing import day_of, interval_of
    from campctl.capacity.expected import bounds

    zone = ZoneInfo(campaign.time_zone)
    day = day_of(ask.day, ctx.clock.now(), zone)
    start, end = bounds(day, zone)
    total, each = _calls(campaign, ask.calls)
    return Setting(
        day=day,
        time_zone=zone.key,
        start=start,
        end=end,
        length=interval_of(ask.interval),
        shape=_shape(ask.shape),
        total=total,
        each=each,
        seed=ask.seed,
        trunks=ask.trunks,
        faults=_faults(ask.faults, day, campaign) if ask.faults else None,
        tail=TAIL,
    )


def _calls(campaign: Campaign, asked: Sequence[str]) -> tuple[float | None, dict[str, float]]:
    """`--calls`: of all hotlines together, and of single ones."""
    total: float | None = None
    each: dict[str, float] = {}
    for text in asked:
        name, equals, figure = text.rpartition("=")
        try:
            value = float(figure.replace(",", "").replace("_", ""))
        except ValueError:
            value = math.nan
        if not (math.isfinite(value) and 0 <= value <= MOST_CALLS):
            raise errors.UsageError(
                f"--calls {text}: {figure!r} is no number of calls of a day that can be played.",
                hint=f"Write --calls 300000 for all hotlines together, or --calls HOTLINE=31000; at most {MOST_CALLS:,}.",
            )
        if equals:
            each[one(campaign.hotlines, name, "hotline").id] = value
        elif total is not None:
            raise errors.UsageError("--calls says twice how many calls all hotlines get.", hint="Keep one, or name hotlines: HOTLINE=N.")
        else:
            total = value
    if total is not None and each:
        raise errors.UsageError(
            "--calls says how many all hotlines get, and how many single ones get.", hint="Keep the total, or those of the hotlines."
        )
    return total, each


def _shape(text: str) -> str | tuple[float, ...]:
    from campctl.model.shapes import SHAPES, shares

    if not text or text in SHAPES:
        return text
    try:
        return shares(text)
    except ValueError as error:
        raise errors.UsageError(f"--shape: {error}.", hint=f"Shapes: {', '.join(SHAPES)}.") from None


def _faults(file: str, day: date, campaign: Campaign) -> Faults:
    """`--faults`; `errors.InvalidManifest` with everything that is wrong with the file."""
    from campctl.findings.text import count_words
    from campctl.manifest.faults import read_faults

    try:
        data = Path(file).read_bytes()
    except OSError as error:
        raise errors.UsageError(
            f"--faults {file} cannot be read: {error.strerror}.", hint="docs/rehearsal.md shows what such a file looks like."
        ) from None
    found, findings = read_faults(file, data, day, campaign)
    if any(finding.severity == "error" for finding in findings):
        raise errors.InvalidManifest(
            f"{file} has {count_words(findings)}; nothing was played.",
            findings=tuple(findings),
            hint="docs/rehearsal.md shows what may stand in such a file.",
        )
    return found


def _other(ctx: Context, ask: Ask, setting: Setting) -> Plan:
    """The other plan, with the same live changes, and the same autopilot where it has anything to do."""
    from campctl.app.playing import prepare
    from campctl.app.variants import variant

    other = variant(ctx, ask.against)
    piloted = ask.autopilot and any(hotline.autoscale is not None for hotline in other.campaign.hotlines.values())
    return prepare(other.loaded, other.campaign, tuple(ctx.store().overrides()), setting, piloted=piloted)


def _enough(*plans: Plan | None) -> int:
    """As often as makes plenty of calls; two plans are told apart by three days at the least."""
    both = [plan for plan in plans if plan is not None]
    calls = sum(forecast.total for plan in both for forecast in plan.forecasts.values())
    return max(1 if len(both) == 1 else 3, min(10, int(PLENTY / max(1.0, calls))))
