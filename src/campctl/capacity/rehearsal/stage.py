"""What a day is played on: hotlines, the people who answer them when, and the calls that come. Times in seconds of the day."""

from __future__ import annotations

from array import array

from msgspec import Struct


class Stint(Struct, frozen=True, gc=False):
    """Somebody answers a hotline (by its place in the stage) at a level, from `start` up to but not including `end`.

    Who talks at the end finishes the call. Level 1 answers from the first second, others from `Hotline.opens` on.
    """

    agent: int
    hotline: int
    start: float
    end: float
    level: int = 1


class Hotline(Struct, frozen=True, kw_only=True):
    """How a hotline treats its callers.

    opens: seconds of waiting to the level that joins in then. leaves: seconds of waiting to the hotline the call goes on to
    then (-1: outside). overflow: where calls go that find it full or wait `max_wait`; None: they are lost. closed: hours in
    which nobody is let in, each from up to but not including; closed_to: where calls go then (None: nowhere). down: when
    its exchange lets no call in.
    """

    name: str
    answer_within: float = 20.0
    wrap_up: float = 0.0
    max_waiting: int | None = None
    max_wait: float | None = None
    opens: tuple[tuple[float, int], ...] = ()
    leaves: tuple[float, int] | None = None
    overflow: int | None = None
    closed: tuple[tuple[float, float], ...] = ()
    closed_to: int | None = None
    down: tuple[tuple[float, float], ...] = ()


class Calls(Struct, frozen=True):
    """The calls of one hotline in order of arrival: when, how long they would talk, how long they would wait."""

    arrivals: array[float]
    talk: array[float]
    patience: array[float]


class Stage(Struct, frozen=True):
    """Everything that is there before the day begins. `calls` are by hotline. `trunks`: calls at once, waiting ones too."""

    hotlines: tuple[Hotline, ...]
    stints: tuple[Stint, ...]
    calls: tuple[Calls, ...]
    trunks: int | None = None

    def plain(self, place: int) -> bool:
        """Whether a hotline is a world of its own: one level, no limits, nobody who also answers another one."""
        hotline = self.hotlines[place]
        if self.trunks is not None or hotline.max_waiting is not None or hotline.max_wait is not None:
            return False
        if hotline.opens or hotline.leaves or hotline.closed or hotline.down:
            return False
        if any(place in (other.overflow, other.closed_to, other.leaves[1] if other.leaves else None) for other in self.hotlines):
            return False
        mine = {stint.agent for stint in self.stints if stint.hotline == place}
        return all(stint.level == 1 if stint.hotline == place else stint.agent not in mine for stint in self.stints)
