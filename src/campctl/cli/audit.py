"""`audit log|verify`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session

APP = noun("Who did what, when and why: an append-only log whose entries are chained by hash.")
APPS = {"audit": APP}


@command(APP, "log", examples=("campctl audit log", "campctl audit log --limit 500 -o csv"))
def log(
    ctx: typer.Context,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="The newest N; 0 for all.")] = 50,
) -> int:
    """Show the newest entries, oldest of them first."""
    from campctl.app.auditing import log as use_case

    session: Session = ctx.obj
    return session.show(use_case(session.open(), limit=limit or None))


@command(APP, "verify", examples=("campctl audit verify",))
def verify(ctx: typer.Context) -> int:
    """Check that no entry was changed or removed. Exit status 13 when one was, with its number."""
    from campctl.app.auditing import verify as use_case

    session: Session = ctx.obj
    return session.show(use_case(session.open()))
