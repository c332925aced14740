"""`number list`."""

from __future__ import annotations

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session

APP = noun("The numbers the campaign holds.")
APPS = {"number": APP}


@command(APP, "list", examples=("campctl number list", "campctl number list -o csv"))
def list_(ctx: typer.Context) -> int:
    """List every number and what it leads to."""
    from campctl.app.places import list_numbers

    session: Session = ctx.obj
    return session.show(list_numbers(session.open()))
