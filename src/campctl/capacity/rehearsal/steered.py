"""A day on which somebody looks at the queues as it goes on, and changes who sits where: the event loop with a hand on it."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable

from msgspec import Struct
from msgspec.structs import replace

from campctl.capacity.rehearsal.loop import WAKE, Loop
from campctl.capacity.rehearsal.outcome import LOST, Fates
from campctl.capacity.rehearsal.stage import Stage, Stint

Place = tuple[str, int, int]
"""Who sits at which hotline (by its place in the stage), at which level."""


class Shown(Struct, frozen=True, kw_only=True):
    """What an exchange would show of a hotline. Counted since the day began; `longest` in seconds; `present` at its first level."""

    waiting: int
    longest: float
    answered: int
    abandoned: int
    within: int
    present: int
    busy: int


class _Count:
    """One hotline's counters as far as they were taken; `open`: its own calls of which nothing had become yet."""

    def __init__(self) -> None:
        self.answered = self.abandoned = self.within = 0
        self.next = self.guests = 0
        self.open: list[int] = []


class Steered(Loop):
    """One day. At 0, and whenever it asked for, `wake` is called with the instant; it may `look`, `seat`, and ask to be woken again."""

    def __init__(self, stage: Stage, wake: Callable[[float], None]) -> None:
        super().__init__(replace(stage, stints=()))
        self._wake = wake
        self._wanted: set[float] = set()
        self._counts = [_Count() for _ in stage.hotlines]
        self._numbers: dict[str, int] = {}
        self._here: dict[Place, int] = {}
        self.wake_at(0.0)

    def fly(self, until: float) -> tuple[Stage, list[Fates]]:
        """Go through the day; also the stage with everybody's stints as they came to be, open ones up to `until`."""
        fates = self.play()
        for stint in self._here.values():
            self._stints[stint] = replace(self._stints[stint], end=until)
        return replace(self._stage, stints=tuple(one for one in self._stints if one.start < one.end)), fates

    def wake_at(self, at: float) -> None:
        """Ask to be woken; once for an instant."""
        if at not in self._wanted:
            self._wanted.add(at)
            self._plan(at, WAKE, 0)

    def seat(self, now: float, who: Iterable[Place]) -> None:
        """These sit there from now on, and nobody else; who talks finishes the call."""
        wanted = dict.fromkeys(who)
        for place in [place for place in self._here if place not in wanted]:
            stint = self._here.pop(place)
            self._stints[stint] = replace(self._stints[stint], end=now)
            self._leaves(now, stint, None)
        for place in wanted:
            person, hotline, level = place
            if place in self._here or level not in self._idle[hotline]:
                continue
            self._here[place] = len(self._stints)
            self._stints.append(Stint(self._agent(person), hotline, now, float("inf"), level))
            self._active.append(False)
            self._joins(now, self._here[place], None)

    def look(self, now: float, at: int) -> Shown:
        """What is to be seen of a hotline: those who gave up are gone from its queue."""
        queue, count = self._waiting[at], self._counts[at]
        for call in [call for call in queue if now - call.arrival > call.patience]:
            queue.remove(call)
            self._lost(call)
        self._count_own(count, at, now)
        for _, fate, _, _ in self._fates[at].guests[count.guests :]:
            self._add(count, at, fate)
        count.guests = len(self._fates[at].guests)
        agents = {self._stints[stint].agent for (_, hotline, level), stint in self._here.items() if hotline == at and level == 1}
        return Shown(
            waiting=len(queue),
            longest=max((now - call.arrival for call in queue), default=0.0),
            answered=count.answered,
            abandoned=count.abandoned,
            within=count.within,
            present=len(agents),
            busy=sum(self._busy[agent] for agent in agents),
        )

    def _count_own(self, count: _Count, at: int, now: float) -> None:
        """A call that waits, or went nowhere yet, has neither waited nor begun."""
        fates = self._fates[at]
        arrived = bisect_left(self._stage.calls[at].arrivals, now)
        left = array("q")
        for number in (*count.open, *range(count.next, arrived)):
            wait = fates.waits[number]
            if wait == 0.0 and fates.begun[number] == 0.0:
                left.append(number)
            else:
                self._add(count, at, wait)
        count.open, count.next = list(left), arrived

    def _add(self, count: _Count, at: int, fate: float) -> None:
        if fate >= 0.0:
            count.answered += 1
            count.within += fate <= self._hotlines[at].answer_within
        elif fate == LOST:
            count.abandoned += 1

    def _agent(self, person: str) -> int:
        number = self._numbers.setdefault(person, len(self._numbers))
        if number == len(self._stamp):
            self._stamp.append(0)
            self._busy.append(False)
            self._seats.append([])
        return number

    def _wakes(self, now: float, _: int, __: None) -> None:
        self._wanted.discard(now)
        self._wake(now)

    def _goes_on_after(self) -> bool:
        return bool(self._wanted) or super()._goes_on_after()
