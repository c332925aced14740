"""`history list|show`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session

APP = noun("Past runs: when, who, how they ended, and each one's plan and journal.")
APPS = {"history": APP}


@command(APP, "list", examples=("campctl history", "campctl history list --limit 5 -o json"))
def list_(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=1, help="No more than the newest N.")] = 50,
) -> int:
    """List runs, newest first."""
    from campctl.app.history import list_runs

    session: Session = ctx.obj
    return session.show(list_runs(session.open(), limit=limit))


@command(APP, "show", examples=("campctl history show 20261103-060012-3f9a", "campctl history show 20261103-06 --details"))
def show(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or a beginning of it that only one has.")],
    details: Annotated[bool, typer.Option("--details", help="List every change with its fields, and the journal.")] = False,
) -> int:
    """Show one run: what it was to do, what came of it, and what failed."""
    from campctl.app.history import show_run

    session: Session = ctx.obj
    if details:
        session.take("details", value=True)
    return session.show(show_run(session.open(), run=run))
