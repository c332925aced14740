"""What an apply tells while it runs. Progress bars, event streams and counters are listeners."""

from __future__ import annotations

from campctl.model.changes import Change, Plan, State
from campctl.model.records import Run


class Listener:
    """Hears of everything, does nothing. Methods must be quick and must not raise."""

    def run_started(self, run: Run, plan: Plan, todo: int) -> None:
        """A run begins or resumes with `todo` changes left."""

    def change_state(self, change: Change, state: State, error: str = "") -> None:
        """A change went into another state."""

    def retrying(self, change: Change, attempt: int, wait: float, why: str) -> None:
        """A request will be repeated in `wait` seconds."""

    def waiting(self, backend: str, seconds: float, why: str) -> None:
        """The engine holds requests back (rate limit, Retry-After, propagation)."""

    def run_ended(self, run: Run) -> None:
        """It is over; `run.status` says how."""
