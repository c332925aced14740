"""What happened to the calls of one hotline in the last hour, by the minute: a few numbers, however many calls there were."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from msgspec import Struct

MINUTES: Final = 60
"""Minutes that are kept beside the present one."""
_MINUTE: Final = 60.0


class Minute(Struct, gc=False):
    """One minute: calls offered, answered, given up, answered within the service level; seconds talked in calls that ended."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    within: int = 0
    ended: int = 0
    talked: float = 0.0


class Window:
    """Minutes by their number since 1970. Never more than an hour and two minutes of them, whatever times come in."""

    __slots__ = ("minutes",)

    def __init__(self) -> None:
        self.minutes: dict[int, Minute] = {}

    def at(self, seconds: float, now: float) -> Minute:
        """The minute of an instant (seconds since 1970); the present one for what lies ahead, a spare one for what is too long ago."""
        number, present = int(seconds // _MINUTE), int(now // _MINUTE)
        number = min(number, present)
        found = self.minutes.get(number)
        if found is None:
            found = Minute()
            if number >= present - MINUTES:
                self.minutes[number] = found
                if len(self.minutes) > MINUTES + 2:
                    self.forget(now)
        return found

    def forget(self, now: float) -> bool:
        """Let go of what is over an hour old; whether there was any."""
        first = int(now // _MINUTE) - MINUTES
        old = [number for number in self.minutes if number < first]
        for number in old:
            del self.minutes[number]
        return bool(old)

    def offered(self, now: float) -> tuple[int, ...]:
        """Calls offered in each of the last 60 whole minutes, oldest first; nothing while there were none."""
        if not self.minutes:
            return ()
        present = int(now // _MINUTE)
        return tuple(minute.offered if (minute := self.minutes.get(number)) else 0 for number in range(present - MINUTES, present))

    def recent(self, now: float, length: float) -> Minute:
        """All of the last `length` seconds together, to the minute."""
        first = int((now - length) // _MINUTE) + 1
        return total(minute for number, minute in self.minutes.items() if number >= first)

    def shift(self, seconds: float) -> None:
        """The clock was set by so much: what happened did so as long ago as before."""
        by = round(seconds / _MINUTE)
        self.minutes = {number + by: minute for number, minute in self.minutes.items()}

    def spread(self, more: Minute, start: float, end: float, now: float) -> None:
        """Share out calls that came at unknown instants between two, evenly over the whole minutes."""
        places = range(int(start // _MINUTE), int(end // _MINUTE) + 1)
        for name in ("offered", "answered", "abandoned", "within", "ended"):
            each, rest = divmod(getattr(more, name), len(places))
            for n, number in enumerate(places):
                add = each + (n < rest)
                if add:
                    minute = self.at(number * _MINUTE, now)
                    setattr(minute, name, getattr(minute, name) + add)


def total(minutes: Iterable[Minute]) -> Minute:
    """Their sum."""
    sum_ = Minute()
    for minute in minutes:
        sum_.offered += minute.offered
        sum_.answered += minute.answered
        sum_.abandoned += minute.abandoned
        sum_.within += minute.within
        sum_.ended += minute.ended
        sum_.talked += minute.talked
    return sum_


def restored(minutes: Mapping[int, Minute]) -> Window:
    """A window of minutes that were kept elsewhere."""
    window = Window()
    window.minutes = dict(minutes)
    return window
