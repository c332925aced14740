"""`watch`."""

from __future__ import annotations

import os
import select
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Annotated, Any

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import Exit, Interrupted, UsageError

if TYPE_CHECKING:
    from campctl.app.watcher import Heard

APP = noun("What happens, as it happens.")
APPS = {"watch": APP}
_ENDINGS = ("SIGHUP", "SIGTERM")


@command(
    APP,
    "watch",
    examples=(
        "campctl watch",
        "campctl watch --hotline voter-protection --type call-abandoned --for 10m",
        'campctl watch --type emergency-call | while read -r line; do ./page-security.sh "$line"; done',
        "campctl watch -o table",
    ),
)
def watch(
    ctx: typer.Context,
    hotline: Annotated[list[str], typer.Option("--hotline", metavar="HOTLINE", help="Only what is about it. May be repeated.")] = [],  # noqa: B006
    type_: Annotated[list[str], typer.Option("--type", metavar="TYPE", help="Only events of this type. May be repeated.")] = [],  # noqa: B006
    backend: Annotated[list[str], typer.Option("--backend", metavar="BACKEND", help="Only what is on it. May be repeated.")] = [],  # noqa: B006
    for_: Annotated[str, typer.Option("--for", metavar="DURATION", help="End after 10s, 5m, 1h30m. Default: when stopped.")] = "",
) -> int:
    """Print what happens, a line of JSON for each event, until stopped; with -o table in words.

    Events that were missed, a connection that is lost and one that is back are lines, too. Ends in 9 when, at the end of --for,
    an exchange does not answer.
    """
    from campctl.app.following import Wanted, follow
    from campctl.cli.serving import length

    session: Session = ctx.obj
    campaign = session.open().campaign
    say = _say(session, campaign.time_zone)
    wanted = Wanted(hotlines=tuple(hotline), types=tuple(type_), backends=tuple(backend), seconds=length(for_))
    with _ending() as alive:
        try:
            board = session.run(lambda: follow(session.open(), wanted, say, lambda: alive() and _is_read(session)))
        except Interrupted:
            return int(Exit.INTERRUPTED)
    return int(Exit.BACKEND if any(one.health == "lost" for one in board.backends.values()) else Exit.OK)


def _say(session: Session, time_zone: str) -> Callable[[Heard], None]:
    """How a line is written: at once, so that whoever reads it knows at once."""
    from zoneinfo import ZoneInfo

    from campctl.views.events import json_line, words_line

    if session.format not in {"", "json", "table", "plain"}:
        raise UsageError(f"watch has no lines of {session.format}.", hint="Formats: json (a line each), table (words).")
    zone, terminal = ZoneInfo(time_zone), session.terminal
    words = session.format in {"table", "plain"}

    def say(heard: Heard) -> None:
        terminal.write(words_line(heard, zone) if words else json_line(heard))
        terminal.flush()

    return say


def _is_read(session: Session) -> bool:
    """Whether somebody still reads a pipe that stdout is: where nothing happens, no write would tell."""
    try:
        number = session.terminal.stdout.fileno()
        if not stat.S_ISFIFO(os.fstat(number).st_mode):
            return True
        poll = select.poll()
        poll.register(number, select.POLLERR)
        return not any(event & select.POLLERR for _, event in poll.poll(0))
    except (OSError, ValueError, AttributeError):
        return True


@contextmanager
def _ending() -> Iterator[Callable[[], bool]]:
    """Hang-up and SIGTERM end the watching within a second, and then the process as they would have: nothing is left open."""
    caught: list[int] = []
    before: dict[int, Any] = {}
    with suppress(ValueError):  # not the main thread: whoever runs us there minds the signals
        for name in _ENDINGS:
            number = getattr(signal, name, None)
            if number is not None and signal.getsignal(number) == signal.SIG_DFL:
                before[number] = signal.signal(number, lambda number, _: caught.append(number))
    try:
        yield lambda: not caught
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        if caught:
            os.kill(os.getpid(), caught[0])
