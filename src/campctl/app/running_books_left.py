"""What a run that was killed left behind: its step's process may still be at work, and nothing is begun beside it.

The journal names the process before it does anything (`held`), so there is none that nobody knows of. Its whole group counts: what it
started and did not put into a session of its own. Whoever goes on with the run waits for all of them, or is told why that cannot be.
"""

from __future__ import annotations

import os
import signal
import socket
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from campctl import errors
from campctl.findings.text import listed
from campctl.model.runbooks import BookRun, Left, Program, Step
from campctl.ports.processes import group_of, mark, sign
from campctl.runbook.progress import numbers, stand

if TYPE_CHECKING:
    from campctl.app.context import Context
    from campctl.app.running_books import Crew
    from campctl.ports.store import Store

HOLD: Final = ("/bin/sh", "-c", 'read -r go && exec "$@" < /dev/null', "sh")
"""Before a command: it begins when a line comes, and never when whoever would have written that line is gone."""
LOOK: Final = 0.5
"""Seconds between two looks whether it is still there."""
BEAT: Final = 10.0
"""Seconds between two words to others that this run is followed."""
PATIENCE: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGKILL)
"""How a process that takes longer than its step may is ended, `GRACE` seconds between."""
GRACE: Final = 10.0


def held(argv: Sequence[str]) -> list[str]:
    """The command line of a process that waits until the journal names it."""
    return [*HOLD, *argv]


def why_not(argv: Sequence[str], env: Mapping[str, str], folder: str) -> str:
    """Why a command cannot be run, in the system's words; "" when it can."""
    import shutil
    from errno import EACCES, ENOENT

    name = argv[0]
    if any("\0" in word for word in argv):
        return "it has a zero byte in it"
    if "/" not in name:
        return "" if shutil.which(name, path=env.get("PATH", os.defpath)) else os.strerror(ENOENT)
    path = os.path.join(folder, name)  # noqa: PTH118 - an absolute name stays as it is, and nothing is opened
    if not os.path.isfile(path):  # noqa: PTH113
        return os.strerror(ENOENT)
    return "" if os.access(path, os.X_OK) else os.strerror(EACCES)


def this_one(pid: int) -> Left:
    """A process just begun here, as the journal names it."""
    return Left(socket.gethostname(), pid, mark(pid))


def still_there(left: Left) -> list[int] | None:
    """Which processes of it are alive; None where that cannot be seen from here: another machine, another container, no /proc."""
    if left.host != socket.gethostname():
        return None
    found = group_of(left.pid, left.mark)
    return found if found or sign(left.pid, left.mark) == "dead" else None


def left_behind(program: Program, store: Store, run: str) -> tuple[Step, Left] | None:
    """The step without an outcome and its process; None where none was begun."""
    standing = stand(program, store.book_entries(run))
    for name, entry in standing.processes.items():
        left = Left.parse(entry.detail)
        if left is not None:
            return program.steps[numbers(program)[name]], left
    return None


def in_words(step: str, left: Left, pids: Sequence[int] | None) -> str:
    """For whoever looks at a run that nobody follows; "" where nothing is left."""
    if pids is None:
        return f"`{step}` was begun as process {left.pid} on {left.host}; whether it still runs cannot be seen from here."
    if not pids:
        return ""
    which = f"process {pids[0]}" if len(pids) == 1 else f"processes {listed([str(pid) for pid in pids], 5)}"
    return f"The command of `{step}` outlived its runner and still runs ({which}); `resume` waits for it."


async def outlived(ctx: Context, store: Store, book: BookRun, program: Program, crew: Crew, token: str, *, assume: bool) -> None:
    """Return when nothing of the step that was going on is at work any more; its timeout counts anew, and past it it is ended.

    `errors.Undecided` where that cannot be seen from here and nobody said what came of it (`assume`); `errors.Interrupted` when asked
    to stop meanwhile: then it goes on by itself, and the next `resume` waits for it.
    """
    found = left_behind(program, store, book.id)
    if found is None:
        return
    step, left = found
    pids = still_there(left)
    if pids is None and not assume:
        raise errors.Undecided(
            f"`{step.id}` was begun as process {left.pid} on {left.host}, and whether it still runs cannot be seen from here. "
            "It is not begun beside itself; nothing more was done.",
            hint=f"Look there, then say it: campctl runbook resume {book.id} --assume done (go on after it), or --assume not-done "
            "(do it again).",
        )
    began = beat = ctx.clock.monotonic()
    if pids:
        crew.desk.waiting(step, None, in_words(step.id, left, pids))
    while pids:
        now = ctx.clock.monotonic()
        if crew.stop.asked:
            raise errors.Interrupted(
                f"Stopped while `{step.id}` still runs (process {listed([str(pid) for pid in pids], 5)}); it goes on by itself.",
                hint=f"`campctl runbook resume {book.id}` waits for it; `kill -INT -{left.pid}` ends it.",
            )
        if step.timeout is not None and now - began >= step.timeout:
            await _end(ctx, left)
            return
        if now - beat >= BEAT:
            beat = now
            store.beat_book(token, ctx.clock.now())
        await ctx.clock.sleep(LOOK)
        pids = still_there(left)


async def _end(ctx: Context, left: Left) -> None:
    """Ask it and what it started to end, then make it: as whoever began it would have done by now."""
    for number in PATIENCE:
        if not still_there(left):
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(left.pid, number)
        began = ctx.clock.monotonic()
        while still_there(left) and ctx.clock.monotonic() - began < GRACE:
            await ctx.clock.sleep(LOOK)
