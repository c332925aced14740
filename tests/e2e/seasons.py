"""The seeds have dates: surges and a freeze in the autumn of 2026. A test that goes by the machine's clock goes by a later one then."""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from campctl.app import running_books_hands, wiring

SEASON = (datetime(2026, 8, 17, tzinfo=UTC), datetime(2026, 11, 5, tzinfo=UTC))
"""From the first surge of a seed to the end of the last freeze."""
AHEAD = timedelta(days=100 if SEASON[0] <= datetime.now(UTC) < SEASON[1] else 0)
"""How far the clock of what is tested is ahead of the machine's."""
LATER = f"""\
import sys, time
from datetime import timedelta
from campctl.app import running_books_hands, wiring
wiring.SystemClock.now = lambda self, now=wiring.SystemClock.now: now(self) + timedelta(seconds={AHEAD.total_seconds()})
time.time = lambda now=time.time: now() + {AHEAD.total_seconds()}
running_books_hands.PROGRAM[:] = [sys.executable, "-c", sys.orig_argv[sys.orig_argv.index("-c") + 1]]
sys.argv = ["campctl", *sys.argv[1:]]
"""
GO = """\
from campctl.__main__ import main
sys.exit(main())
"""


def program() -> list[str]:
    """What Python is started with to be campctl."""
    return ["-c", LATER + GO] if AHEAD else ["-m", "campctl"]


def later(code: str) -> str:
    """A program in Python that becomes campctl, by that clock."""
    return LATER + code if AHEAD else code


def begin(patch: pytest.MonkeyPatch) -> None:
    """The clocks of this process go by it, until the patch is undone."""
    if AHEAD:
        now, seconds = wiring.SystemClock.now, time.time
        patch.setattr(wiring.SystemClock, "now", lambda self: now(self) + AHEAD)
        patch.setattr(time, "time", lambda: seconds() + AHEAD.total_seconds())
        patch.setattr(running_books_hands, "PROGRAM", [sys.executable, *program()])


def today() -> datetime:
    """Now, by that clock."""
    return wiring.SystemClock().now()
