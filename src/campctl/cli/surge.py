"""`surge list`."""

from __future__ import annotations

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
