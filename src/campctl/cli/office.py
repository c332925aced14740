"""`office list|show|audit`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import Exit

APP = noun("Offices: their people and desks, and where a 911 call would come from.")
APPS = {"office": APP}


@command(APP, "list", examples=("campctl office list",))
def list_(ctx: typer.Context) -> int:
    """List offices with their people and desks."""
    from campctl.app.places import list_offices

    session: Session = ctx.obj
    return session.show(list_offices(session.open()))


@command(APP, "show", examples=("campctl office show chicago-hq",))
def show(ctx: typer.Context, office: Annotated[str, typer.Argument(metavar="OFFICE", help="Its id.")]) -> int:
    """Show one office: its address, people and desks."""
    from campctl.app.places import show_office

    session: Session = ctx.obj
    return session.show(show_office(session.open(), office=office))


@command(APP, "audit", examples=("campctl office audit", "campctl office audit chicago-hq --faults --exit-code"))
def audit(
    ctx: typer.Context,
    office: Annotated[str, typer.Argument(metavar="[OFFICE]", help="Only this one.")] = "",
    faults: Annotated[bool, typer.Option("--faults", help="Only lines with a fault.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="With --faults: exit status 4 when there are any.")] = False,
) -> int:
    """Check every lit line on the backends against its dispatchable location."""
    from campctl.app.places import audit_locations

    session: Session = ctx.obj
    found = session.run(lambda: audit_locations(session.open(), office=office, faults=faults))
    return session.show(found, exit=Exit.CHANGES if exit_code and faults and found.rows else Exit.OK)
