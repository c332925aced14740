"""`surge list|show`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session

APP = noun("Named windows of time that change seats and lit ports.")
APPS = {"surge": APP}


@command(APP, "list", examples=("campctl surge list",))
def list_(ctx: typer.Context) -> int:
    """List surges in order of beginning, with what each changes."""
    from campctl.app.places import list_surges

    session: Session = ctx.obj
    return session.show(list_surges(session.open()))


@command(APP, "show", examples=("campctl surge show election-day", "campctl surge show debate-1 -o json"))
def show(ctx: typer.Context, surge: Annotated[str, typer.Argument(metavar="SURGE", help="Its id.")]) -> int:
    """Show one surge: when it holds, and what it changes: seats, desks, calls."""
    from campctl.app.calendar import show_surge

    session: Session = ctx.obj
    return session.show(show_surge(session.open(), surge=surge))
