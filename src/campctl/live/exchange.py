"""What is known of one exchange: the mutable part of the fold. Times are seconds since 1970.

An event changes it, a look sets it right. Callers whom a look counted and no event has named are `unnamed`: there are so many of
them, and the first came at such a time. A call that is over is remembered for a while, so that an event that comes twice, or
after one that followed it, counts once.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from campctl.live.windows import MINUTES, Window
from campctl.model.live import AgentState

OVER: Final = 5_000
"""Calls that are over, and members that left, which are remembered of each exchange."""
MOST_CALLS: Final = 50_000
"""Calls in progress that are known by name; of an exchange that never tells of an end the oldest are forgotten."""
PRECEDENCE: Final[dict[AgentState, int]] = {"ringing": 0, "busy": 1, "wrap-up": 2, "free": 3, "paused": 4, "gone": 5}
"""What a line does that sits in several queues: the first of these that one of them says. Of one that rings for one queue another
says that it is busy."""


class Call:
    """One call in one queue. `left`: when it left the queue, answered or not. `queued`: its coming was told of, not only its leaving.

    `took`: it was taken for one of those nobody named, the oldest of whom had come then.
    """

    __slots__ = ("abandoned", "answered", "ended", "entered", "left", "line", "offered", "queue", "queued", "took")

    def __init__(self, queue: str, entered: float) -> None:
        self.queue = queue
        self.entered = entered
        self.left: float | None = None
        self.line = ""
        self.took: float | None = None
        self.queued = False
        self.offered = False
        self.answered = False
        self.abandoned = False
        self.ended = False


class Queue:
    """One hotline on one exchange. Counts are of this life of the exchange; `base` what they were at midnight."""

    __slots__ = (
        "abandoned",
        "answered",
        "base",
        "counts",
        "first_of_look",
        "first_unnamed",
        "owed",
        "refused",
        "since",
        "unnamed",
        "waiting",
        "window",
        "within",
    )

    def __init__(self) -> None:
        self.waiting: dict[str, float] = {}
        self.unnamed = self.owed = 0
        self.first_unnamed = self.first_of_look = 0.0
        self.answered = self.abandoned = self.within = self.refused = 0
        self.base = (0, 0, 0)
        self.since: float | None = None
        self.counts: dict[AgentState, int] = {}
        self.window = Window()

    def oldest(self) -> float | None:
        """Since when the longest waiting caller waits."""
        named = min(self.waiting.values(), default=None)
        if not self.unnamed:
            return named
        return self.first_unnamed if named is None else min(named, self.first_unnamed)

    def leaves_unnamed(self, entered: float) -> None:
        """One of those nobody named is gone; the others came later."""
        if not self.unnamed:
            self.owed += 1
            return
        self.unnamed -= 1
        self.first_unnamed = max(self.first_unnamed, entered) if self.unnamed else 0.0

    def comes_back(self, since: float) -> None:
        """Who was taken for one of them was somebody else: whoever left when none was there was one instead, else one still waits."""
        if self.owed:
            self.owed -= 1
        else:
            self.unnamed, self.first_unnamed = self.unnamed + 1, since


class Member:
    """A line in a queue."""

    __slots__ = ("at", "line", "queue", "reason", "state")

    def __init__(self, queue: str, line: str, state: AgentState, reason: str, at: float) -> None:
        self.queue = queue
        self.line = line
        self.state = state
        self.reason = reason
        self.at = at


class Line:
    """A line: its phone, its places in queues, and the call it has."""

    __slots__ = ("call", "heard", "members", "registered", "shown", "since")

    def __init__(self) -> None:
        self.registered = False
        self.heard = 0.0
        self.members: dict[str, Member] = {}
        self.call = ""
        self.shown: tuple[AgentState | str, str] = ("", "")
        self.since: float | None = None

    def state(self) -> tuple[AgentState | str, str]:
        """What it does, and why it pauses."""
        if not self.members:
            return ("free" if self.registered else "", "")
        first = min(self.members.values(), key=lambda member: PRECEDENCE[member.state])
        return first.state, first.reason


class Exchange:
    """One backend."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.health = "lost"
        self.why = "not heard of yet"
        self.heard: float | None = None
        self.since: float | None = None
        self.epoch = ""
        self.gaps = 0
        self.calls_now = 0
        self.looked: float | None = None
        """What a look has counted: everything up to this instant."""
        self.first: float | None = None
        """Since when its calls are known."""
        self.asked = 0.0
        """Before which the last look was certainly not made."""
        self.queues: dict[str, Queue] = {}
        self.lines: dict[str, Line] = {}
        self.members: dict[str, Member] = {}
        self.calls: dict[tuple[str, str], Call] = {}
        self.over: deque[tuple[tuple[str, str], Call]] = deque()
        self.left: dict[str, float] = {}
        """Members that left a queue, and when."""

    def watched(self, now: float) -> int:
        """Whole minutes of the last hour whose calls are known."""
        return 0 if self.first is None else max(0, min(MINUTES, int(now // 60) - -int(-self.first // 60)))

    def queue(self, name: str) -> Queue:
        """The queue; a new one when it was not heard of."""
        found = self.queues.get(name)
        if found is None:
            found = self.queues[name] = Queue()
            found.since = self.looked
        return found

    def line(self, name: str) -> Line:
        """The line; a new one when it was not heard of."""
        found = self.lines.get(name)
        if found is None:
            found = self.lines[name] = Line()
        return found

    def new_call(self, key: tuple[str, str], entered: float) -> Call:
        """A call that was not heard of in this queue."""
        if len(self.calls) - len(self.over) >= MOST_CALLS:
            self._forget_oldest()
        call = self.calls[key] = Call(key[1], entered)
        return call

    def is_over(self, key: tuple[str, str], call: Call) -> None:
        """Nothing more is expected of this call; it is remembered among the last of its kind."""
        self.over.append((key, call))
        while len(self.over) > OVER:
            old, forgotten = self.over.popleft()
            if self.calls.get(old) is forgotten:
                del self.calls[old]

    def set_member(self, name: str, state: AgentState, reason: str, at: float) -> Member:
        """A member stands so now; counts of its queue follow."""
        member = self.members.get(name)
        if member is None:
            queue, _, line = name.partition("/")
            member = self.members[name] = Member(queue, line, state, reason, at)
            self.line(line).members[queue] = member
            self.left.pop(name, None)
        else:
            _less(self.queue(member.queue).counts, member.state)
            member.state, member.reason, member.at = state, reason, at
        counts = self.queue(member.queue).counts
        counts[state] = counts.get(state, 0) + 1
        return member

    def drop_member(self, name: str, at: float) -> Member | None:
        """A member left its queue."""
        member = self.members.pop(name, None)
        self.left[name] = at
        if len(self.left) > OVER:
            del self.left[next(iter(self.left))]
        if member is not None:
            _less(self.queue(member.queue).counts, member.state)
            line = self.lines.get(member.line)
            if line is not None:
                line.members.pop(member.queue, None)
        return member

    def shift(self, seconds: float) -> None:
        """The clock was set by so much."""
        for name in ("heard", "since", "looked", "asked", "first"):
            at = getattr(self, name)
            setattr(self, name, None if at is None else at + seconds)
        for queue in self.queues.values():
            queue.waiting = {call: at + seconds for call, at in queue.waiting.items()}
            queue.first_unnamed += seconds if queue.unnamed else 0.0
            queue.first_of_look += seconds
            queue.window.shift(seconds)
        for call in self.calls.values():
            call.entered += seconds
            call.left = None if call.left is None else call.left + seconds
        for member in self.members.values():
            member.at += seconds
        for line in self.lines.values():
            line.heard += seconds
            line.since = None if line.since is None else line.since + seconds
        self.left = {name: at + seconds for name, at in self.left.items()}

    def _forget_oldest(self) -> None:
        """The oldest call that is not over; its waiting caller goes with it."""
        key, call = next((key, call) for key, call in self.calls.items() if not (call.ended or call.abandoned))
        self.queue(call.queue).waiting.pop(key[0], None)
        del self.calls[key]


def _less(counts: dict[AgentState, int], state: AgentState) -> None:
    left = counts.get(state, 0) - 1
    if left > 0:
        counts[state] = left
    else:
        counts.pop(state, None)
