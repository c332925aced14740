"""What an apply is given, what it hands back, and how it is asked to stop. Values; nothing here runs anything."""

from __future__ import annotations

import random as randomness
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct, field

from campctl.errors import CampctlError
from campctl.model.changes import Plan, State
from campctl.model.records import JournalEntry, Run
from campctl.ports.backend import Backend
from campctl.ports.clock import Clock
from campctl.ports.listener import Listener
from campctl.ports.store import Store

Wait = Literal["accepted", "configured", "live"]


class Limits(Struct, frozen=True, kw_only=True):
    """How long an apply keeps trying. Times in seconds; every bound holds in attempts and in time, whichever comes first.

    attempts, seconds: one request that is not answered or not reached. throttled_attempts, throttled_seconds: one
    request answered with "too many requests". first_wait, longest_wait: the exponential backoff between attempts, before
    jitter (0.5 to 1.5 times). margin: on top of a backend's own propagation, until "accepted but not in effect" is
    believed. live_seconds: how long `wait="live"` waits. bulk: from so many keys on, everything is read back at once.
    """

    attempts: int = 6
    seconds: float = 60.0
    throttled_attempts: int = 30
    throttled_seconds: float = 300.0
    first_wait: float = 0.2
    longest_wait: float = 10.0
    margin: float = 1.0
    live_seconds: float = 30.0
    bulk: int = 200


class Stopper:
    """Ctrl-C, or a lost lock: the first `stop` lets what is in flight finish, the second ends everything at once.

    Not safe to call from another thread; a signal handler of the event loop is right.
    """

    def __init__(self) -> None:
        self.asked = 0
        self.why = ""
        self.error: CampctlError | None = None
        self._heard: list[Callable[[], None]] = []

    def stop(self, why: str = "stopped by Ctrl-C", error: CampctlError | None = None) -> None:
        """Ask to stop; `error` is what the report gives as the reason (none: errors.Interrupted)."""
        self.asked += 1
        if self.asked == 1:
            self.why, self.error = why, error
        for heard in tuple(self._heard):
            heard()

    def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard` at every stop from now on, and now if one was asked for."""
        self._heard.append(heard)
        if self.asked:
            heard()


class ApplyInput(Struct, frozen=True, kw_only=True):
    """One apply of `plan` as `run`. `backends` holds an open one for every name the plan's changes use.

    wait: how far each change is taken before the run ends. resume_from: the journal of this run so far, when it was
    interrupted or killed; then the run is not begun anew. random: for jitter only.
    """

    plan: Plan
    run: Run
    backends: Mapping[str, Backend]
    store: Store
    clock: Clock
    listeners: Sequence[Listener] = ()
    wait: Wait = "configured"
    limits: Limits = Limits()
    stopper: Stopper = field(default_factory=Stopper)
    resume_from: Sequence[JournalEntry] | None = None
    random: randomness.Random = field(default_factory=randomness.Random)


class ApplyReport(Struct, frozen=True, kw_only=True):
    """What did and did not happen. `states` has every change of the plan, `errors` why some failed or were skipped.

    notes: remarks on changes that did not fail ("configured, but not yet live"). stopped_by: what ended the run early
    (Interrupted, LockHeld, StoreError); show the report, then raise it. Run status: "done", "partial" (some changes did
    not get as far as asked), "failed" (none did), "interrupted" (something is left that a resume settles).
    """

    states: dict[str, State]
    errors: dict[str, str]
    run: Run
    notes: dict[str, str] = {}
    stopped_by: CampctlError | None = None
