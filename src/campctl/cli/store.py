"""`store check`."""

from __future__ import annotations

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import Exit

APP = noun("The campaign's own records: runs, journal, ownership, overrides, audit log.")
APPS = {"store": APP}


@command(APP, "check", examples=("campctl store check",))
def check(ctx: typer.Context) -> int:
    """Check the store's integrity, page by page, and say who holds the lock. Exit status 10 when something is wrong."""
    from campctl.app.storing import check as use_case

    session: Session = ctx.obj
    found = use_case(session.open())
    return session.show(found, exit=Exit.STORE if found.data["problems"] else Exit.OK)
