"""`autopilot`, `autopilot status`."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import UsageError

if TYPE_CHECKING:
    from campctl.app.piloting_cockpit import Reins
    from campctl.errors import Exit

APP = noun(
    "The autopilot: applies what the campaign wants whenever that changes, and moves the seats of hotlines with `autoscale`"
    " to hold their service target."
)
APPS = {"autopilot": APP}


@command(
    APP,
    "run",
    examples=(
        "campctl autopilot",
        "campctl autopilot --dry-run",
        "campctl autopilot --standby -o json",
        "campctl autopilot --once --quiet",
    ),
)
def run(
    ctx: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="One turn, for cron: apply, look at the hotlines, end.")] = False,
    standby: Annotated[bool, typer.Option("--standby", help="While another autopilot leads, wait, and take over when it ends.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be done, as time goes by. Takes no lead.")] = False,
) -> int:
    """Lead: apply the plan at every moment at which it changes, take back what is over, and move seats by live figures.

    It runs until it is stopped (Ctrl-C, SIGTERM): the change in progress is finished, nothing new is begun. One leads at a time.
    SIGHUP reads the manifests anew, which it also does when they are edited. A line for each event: what goes well on stdout,
    warnings and errors on stderr; with -o json each is a line of JSON on stdout.
    """
    from campctl.app.notifying import Notifier
    from campctl.app.piloting import fly
    from campctl.app.piloting_cockpit import Orders, Reins
    from campctl.views.piloting import Lines

    session: Session = ctx.obj
    if session.format in {"yaml", "csv"}:
        raise UsageError(f"The autopilot tells no {session.format}.", hint="Lines of text, or -o json for lines of JSON.")
    if once and standby:
        raise UsageError("--once and --standby do not go together.", hint="--once ends with status 7 while another leads.")
    context = session.open()
    tell = Lines(session.terminal, context.campaign.time_zone, json=session.format == "json")
    reins = Reins()
    orders = Orders(once=once, standby=standby, dry_run=dry_run)
    notifier = Notifier(session.terminal.env, context.clock)

    async def work() -> Exit:
        return await fly(context, orders, reins, tell, notifier)

    attended = session.terminal.in_tty or session.terminal.err_tty
    return int(asyncio.run(_with_signals(work, reins, attended=attended)))


async def _with_signals(work: Callable[[], Awaitable[Exit]], reins: Reins, *, attended: bool) -> Exit:
    """Run with the signals led to the reins. SIGHUP ends it where a terminal went away, and is for reading anew where there is none."""
    loop = asyncio.get_running_loop()
    hangup: Callable[[], None] = (lambda: reins.stop("SIGHUP")) if attended else reins.again
    wishes = {signal.SIGINT: lambda: reins.stop("Ctrl-C"), signal.SIGTERM: lambda: reins.stop("SIGTERM"), signal.SIGHUP: hangup}
    caught = []
    for number, wish in wishes.items():
        try:
            loop.add_signal_handler(number, wish)
        except (NotImplementedError, RuntimeError, ValueError):
            continue  # not the main thread: whoever runs us there minds the signals
        caught.append(number)
    try:
        return await work()
    finally:
        for number in caught:
            loop.remove_signal_handler(number)


@command(APP, "status", examples=("campctl autopilot status", "campctl autopilot status -o json"))
def status(ctx: typer.Context) -> int:
    """Show who leads since when, what comes next, and why each hotline with `autoscale` has its seats."""
    from campctl.app.piloting_status import status as use_case

    session: Session = ctx.obj
    return session.show(use_case(session.open()))
