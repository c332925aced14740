"""The autopilot's rule: from what a hotline's queue shows, how many seats it should have now, and why. Pure: values in, values out.

The seats that hold the service target are Erlang A's (`erlang.seats_needed`) for the calls measured over the last minutes, those who
wait already drained within `DRAIN` seconds on top. Up is quick: by at most `step` seats every `every` seconds. Down is slow: only when
the most that was needed over the whole of `hold` was less by more than the dead band, no seat came within `hold`, and by at most
`step` every quarter of `hold`. While the target is held, a difference within the dead band brings nobody in either (while it is more than
held, within twice of it); within `hold` after seats went, the band is wider by one more. What cannot be trusted
(no figures, stale ones, counters that went back) moves nothing, and giving back needs a whole `hold` of good figures again.

Times are seconds since 1970, by the clock of whoever looks.
"""

from __future__ import annotations

import math
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from campctl.capacity.erlang import Target, seats_needed
from campctl.model.campaign import Hotline, Volume

WINDOW = 600.0
"""Seconds over which calls are counted."""
QUICK = (300.0, 120.0)
"""Seconds over which a surge shows sooner, when more came than chance explains: their count less one standard deviation, its root."""
LEAST = 60.0
"""Seconds of figures before anything is moved."""
DRAIN = 120.0
"""Seconds within which those who wait beyond what the target lets wait shall be answered."""
STALE = 90.0
"""Seconds after which figures are not of now; an exchange's clock may be off by as much."""
BELIEVED = 20.0
"""As many calls as the manifest's handling time weighs against the time measured."""
MEMORY = 200.0
"""Calls that the measured handling time is of, about."""
APART = 4.0
"""The measured handling time is believed within this factor of the manifest's."""
JUDGED = 20
"""Calls answered or lost since the last move up, before the service they met counts for more than the formula."""
BAND = 8
"""The dead band: a difference of one seat in so many takes none away."""
SLACK = 1.0
"""Seconds by which two looks may be nearer to each other than they should be."""
ABSURD = 1_000_000

Kind = Literal["up", "down", "hold"]


class Rule(Struct, frozen=True, kw_only=True):
    """How a hotline's seats are moved: `model.campaign.Autoscale` with its defaults filled in, and what is to be held. Seconds."""

    step: int
    every: float
    hold: float
    target: Target
    handling: float
    patience: float


class Look(Struct, frozen=True, kw_only=True):
    """A queue at `at`. answered, abandoned, within: counted since a beginning that `life` names.

    present: agents who could take calls; busy: those with one. None where the exchange does not say.
    """

    at: float
    life: str
    waiting: int
    longest: float
    answered: int
    abandoned: int
    within: int
    present: int | None = None
    busy: int | None = None


class Room(Struct, frozen=True, kw_only=True):
    """Between what seats may move: wanted `now`, `low` to `high`; `filled` of them. `held`: why nothing may be moved, or ""."""

    now: int
    low: int
    high: int
    filled: int
    held: str = ""


class Sample(Struct, frozen=True, array_like=True, gc=False):
    """What of a look is kept."""

    at: float
    answered: int
    abandoned: int
    within: int
    waiting: int
    missing: int

    @property
    def arrived(self) -> int:
        """Who has called so far."""
        return self.answered + self.abandoned + self.waiting


class Memory(Struct, frozen=True, kw_only=True):
    """What is remembered from look to look; small, and kept over restarts.

    needs: (when, seats that were needed) of the last `hold`. up, down: when seats came and went last. talked, taken: seconds agents
    were busy, over so many calls.
    """

    life: str = ""
    samples: tuple[Sample, ...] = ()
    needs: tuple[tuple[float, int], ...] = ()
    up: float = 0.0
    down: float = 0.0
    talked: float = 0.0
    taken: float = 0.0


class Decision(Struct, frozen=True, kw_only=True):
    """What to do: `to` seats, which is what there are when held. need, level: seats needed, share answered in time; None: unknown.

    trusted: whether the figures could be used.
    """

    kind: Kind
    to: int
    reason: str
    need: int | None = None
    level: float | None = None
    trusted: bool = True


class Load(Struct, frozen=True):
    """What was measured.

    rate: calls a second. handling: seconds. level: share answered in time, of those since the last move up when these are enough
    (`judged` of them), else of the `met` in the window. missing: seats that nobody sits in.
    """

    rate: float
    handling: float
    level: float | None
    judged: int
    met: int
    missing: int


def rule_of(hotline: Hotline) -> Rule:
    """The rule of a hotline with `autoscale`."""
    auto = hotline.autoscale
    assert auto is not None
    volume, service = hotline.volume or Volume(), hotline.service
    return Rule(
        step=auto.step or max(1, hotline.seats.max // 10),
        every=float(auto.every),
        hold=float(auto.hold),
        target=Target(level=service.target, within=float(service.answer_within), occupancy=service.max_occupancy),
        handling=float(volume.handling_time or Volume().handling_time),
        patience=float(volume.patience) or math.inf,
    )


def decide(rule: Rule, memory: Memory, look: Look | None, room: Room, now: float) -> tuple[Decision, Memory]:
    """The decision at `now`, and what to remember of it. The caller carries it out, or keeps the old memory if it could not."""
    before = tuple((at, one) for at, one in memory.needs if now - rule.hold - rule.every < at <= now)
    memory = replace(memory, needs=before, up=min(memory.up, now), down=min(memory.down, now))
    fault, memory = _take_in(rule, memory, look, room, now)
    if fault or look is None:
        return _bounded(room, fault, trusted=False), replace(memory, needs=())
    if memory.samples[-1].at - memory.samples[0].at < LEAST:
        seconds = memory.samples[-1].at - memory.samples[0].at
        return _bounded(room, f"measuring: {seconds:.0f} of the first {LEAST:.0f} s", trusted=False), memory
    load = _load(rule, memory)
    need, words = _need(rule, load, look, room)
    memory = replace(memory, needs=(*memory.needs, (now, need)))
    kind, to, why = _move(rule, memory, load, look, room, need, now)
    if kind == "up":
        memory = replace(memory, up=now)
    elif kind == "down":
        memory = replace(memory, down=now)
    return Decision(kind=kind, to=to, reason=f"{words}; {why}", need=need, level=load.level), memory


def across(rule: Rule, memory: Memory, base: int, room: Room, now: float) -> int:
    """Seats when what the plan says changes under a hotline (a surge begins or ends) and now says `base`; there were `room.now`.

    Never fewer than it says; and what goes with a surge's end stays as long as the calls of the last `hold` needed it.
    """
    needed = max((need for at, need in memory.needs if now - rule.hold <= at <= now), default=0)
    return max(room.low, min(room.high, max(base, min(room.now, needed))))


def _bounded(room: Room, why: str, *, trusted: bool) -> Decision:
    """No figure moves anything; bounds do, unless something else holds."""
    to = room.now if room.held else max(room.low, min(room.high, room.now))
    if to == room.now:
        return Decision(kind="hold", to=to, reason=room.held or why, trusted=trusted)
    return Decision(kind="up" if to > room.now else "down", to=to, reason=_bounds(room, to), trusted=trusted)


def _bounds(room: Room, to: int) -> str:
    return f"{room.now} {'seats are' if room.now != 1 else 'seat is'} {'fewer' if to > room.now else 'more'} than the plan allows now"


def _take_in(rule: Rule, memory: Memory, look: Look | None, room: Room, now: float) -> tuple[str, Memory]:
    """Why the look cannot be used, or "", and the memory with it; without what no longer fits together."""
    fresh = replace(memory, samples=(), needs=())
    if look is None:
        return "no figures", memory
    figures = (look.waiting, look.answered, look.abandoned, look.within, look.longest, look.present or 0, look.busy or 0)
    if not all(math.isfinite(figure) and 0 <= figure <= 1000 * ABSURD for figure in figures) or look.waiting > ABSURD:
        return "the figures make no sense", fresh
    if look.within > look.answered:
        return "the figures make no sense: more answered in time than answered", fresh
    if abs(now - look.at) > STALE + rule.every:
        side = "old" if look.at < now else "ahead of this clock"
        return f"the figures are {abs(now - look.at):.0f} s {side}", fresh
    missing = max(0, room.filled - look.present) if look.present is not None else 0
    sample = Sample(now, look.answered, look.abandoned, look.within, look.waiting, missing)
    begun = replace(fresh, life=look.life, samples=(sample,))
    if not memory.samples:
        return "", replace(memory, life=look.life, samples=(sample,))
    last = memory.samples[-1]
    if memory.life != look.life:
        return "the exchange counts anew (it restarted, or its day began)", begun
    # Where an exchange keeps only the share answered in time (Asterisk, to a tenth of a percent), its figure wavers a little.
    if look.answered < last.answered or look.abandoned < last.abandoned or look.within < last.within - max(5, look.answered // 500):
        return "the exchange's counters went back", begun
    if now <= last.at:
        return "the clock went back", begun
    if now - last.at > max(WINDOW, 4 * rule.every):
        return "", replace(begun, up=memory.up, down=memory.down)
    talked, taken = memory.talked, memory.taken
    if look.busy is not None:
        talked, taken = talked + look.busy * (now - last.at), taken + look.answered - last.answered
    if taken > MEMORY:
        talked, taken = talked / 2, taken / 2
    # One sample from before the window is kept, so that the window is whole.
    older = [one for one in memory.samples if one.at <= now - WINDOW][-1:]
    samples = (*older, *(one for one in memory.samples if one.at > now - WINDOW), sample)
    return "", replace(memory, samples=samples, talked=talked, taken=taken)


def _load(rule: Rule, memory: Memory) -> Load:
    first, last = memory.samples[0], memory.samples[-1]
    span = last.at - first.at
    rate = max(0, last.arrived - first.arrived) / span
    for seconds in QUICK:
        quick = next(one for one in memory.samples if one.at >= last.at - seconds)
        if quick is not last:
            came = max(0, last.arrived - quick.arrived)
            rate = max(rate, (came - math.sqrt(came)) / (last.at - quick.at))
    measured = (rule.handling * BELIEVED + memory.talked) / (BELIEVED + memory.taken)
    handling = min(rule.handling * APART, max(rule.handling / APART, measured))
    since = next((one for one in memory.samples if one.at >= memory.up), last)
    judged = last.answered + last.abandoned - since.answered - since.abandoned
    met = last.answered + last.abandoned - first.answered - first.abandoned
    level = (last.within - first.within) / met if met else None
    if judged >= JUDGED:
        level = (last.within - since.within) / judged
    return Load(rate, handling, level, judged, met, min(one.missing for one in memory.samples if one.at >= last.at - QUICK[-1]))


def _need(rule: Rule, load: Load, look: Look, room: Room) -> tuple[int, str]:
    """Seats that hold the target, and the figures they follow from."""
    excess = max(0.0, look.waiting - load.rate * rule.target.within)
    erlangs = (load.rate + excess / DRAIN) * load.handling
    need = seats_needed(erlangs, load.handling, rule.target, rule.patience, near=max(1, room.now)) + load.missing
    met = "" if load.level is None else f", {load.level:.0%} answered in {rule.target.within:.0f} s"
    waits = f", {look.waiting} waiting up to {look.longest:.0f} s" if look.waiting else ""
    gone = f", {load.missing} {'seats' if load.missing > 1 else 'seat'} without anybody" if load.missing else ""
    words = f"{load.rate * 60:.1f} calls a minute of {load.handling:.0f} s{waits}{met}{gone}"
    if not need:
        return 0, "nobody calls"
    if need <= room.now and load.judged >= JUDGED and load.level is not None and load.level < rule.target.level - 0.02:
        need = room.now + max(1, room.now // 20)
        return need, f"{words}: fewer than {rule.target.level:.0%}, although the formula asks for no more seats"
    return need, f"{words}: {need} {'seats hold' if need != 1 else 'seat holds'} {rule.target.level:.0%}"


def _move(rule: Rule, memory: Memory, load: Load, look: Look, room: Room, need: int, now: float) -> tuple[Kind, int, str]:
    """What follows from the need, within bounds, rates and dead band."""
    if room.held:
        return "hold", room.now, room.held
    if not room.low <= room.now <= room.high:
        to = max(room.low, min(room.high, room.now))
        return "up" if to > room.now else "down", to, _bounds(room, to)
    wanted = max(room.low, min(room.high, need))
    if wanted > room.now:
        return _up(rule, memory, (load, look), room, wanted, now)
    if wanted < room.now:
        return _down(rule, memory, load, room, now)
    if need > room.high:
        return "hold", room.now, f"{room.now} is the most there may be"
    return "hold", room.now, "as it is" if need >= room.low else f"{room.now} is the least there may be"


def _up(rule: Rule, memory: Memory, seen: tuple[Load, Look], room: Room, wanted: int, now: float) -> tuple[Kind, int, str]:
    load, look = seen
    if now - memory.up < rule.every - SLACK:
        return "hold", room.now, f"more came {now - memory.up:.0f} s ago"
    if room.filled < room.now:
        return "hold", room.now, f"{room.now - room.filled} of {room.now} are empty already: there is nobody else to sit there"
    missed = load.level is not None and load.met >= JUDGED // 2 and load.level < rule.target.level
    band = max(1, room.now // BAND)
    waits = look.longest > rule.target.within * (1 if look.waiting > band else 3)
    if not missed and not (look.waiting and waits):
        well = load.level is not None and load.met >= JUDGED // 2 and load.level >= (1 + rule.target.level) / 2
        if now - memory.down < rule.hold and wanted - room.now <= (3 if well else 2) * band:
            return "hold", room.now, f"some went {_minutes(now - memory.down)} ago, and the target is held as it is"
        if wanted - room.now <= (2 if well else 1) * band:
            return "hold", room.now, "the target is held as it is"
    to = min(wanted, room.now + rule.step)
    return "up", to, f"{room.now} to {to}"


def _down(rule: Rule, memory: Memory, load: Load, room: Room, now: float) -> tuple[Kind, int, str]:
    if now - memory.up < rule.hold:
        return "hold", room.now, f"some came {_minutes(now - memory.up)} ago, and stay for {_minutes(rule.hold)}"
    first = memory.needs[0][0]
    if now - first < rule.hold - rule.every:
        return "hold", room.now, f"fewer have been enough for {_minutes(now - first)} of {_minutes(rule.hold)}"
    most = max(room.low, min(room.high, max(need for _, need in memory.needs)))
    band = max(1, most // BAND) if most > room.low else 0
    if room.now - most <= band:
        return "hold", room.now, f"up to {most} were needed in the last {_minutes(rule.hold)}"
    if load.level is not None and load.met >= JUDGED // 2 and load.level < rule.target.level:
        return "hold", room.now, "the target is not held, so none are given back"
    if now - memory.down < rule.hold / 4:
        return "hold", room.now, f"some went {_minutes(now - memory.down)} ago, more go later"
    to = max(room.now - rule.step, most + band // 2)
    return "down", to, f"no more than {most} were needed for {_minutes(rule.hold)}: {room.now} to {to}"


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
