"""A clock that does not wait, for tests: the one rehearsals of runbooks go by."""

from __future__ import annotations

from campctl.runbook.jumping import START, JumpingClock

__all__ = ["START", "FakeClock"]


class FakeClock(JumpingClock):
    """See `campctl.runbook.jumping`: time stands still while anything can run, and jumps when everything sleeps."""
