"""`office list|show|audit|evacuate`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import ApplyCmd, command, noun
from campctl.cli.session import Session
from campctl.errors import Exit, UsageError

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


@command(
    APP,
    "evacuate",
    cls=ApplyCmd,
    examples=(
        "campctl office evacuate phoenix-field --to chicago-hq --reason 'power is out'",
        "campctl office evacuate boston --to new-york --calls-to hotline/main --until 18:00 --dry-run",
        "campctl office evacuate phoenix-field --back",
    ),
)
def evacuate(
    ctx: typer.Context,
    office: Annotated[str, typer.Argument(metavar="OFFICE", help="The office that lost power or network.")],
    to: Annotated[str, typer.Option("--to", metavar="OFFICE", help="Where as many dark desks are lit as answered there.")] = "",
    calls_to: Annotated[
        str,
        typer.Option(
            "--calls-to",
            metavar="TARGET",
            help="Where its people's and desks' numbers lead: hotline/ID, user/ID, outside/+1... "
            "Default: that office's desk `front`, or the main number's hotline.",
        ),
    ] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Until then. Default: until --back.")] = "",
    back: Annotated[bool, typer.Option("--back", help="It is there again: everything goes back as it was.")] = False,
) -> int:
    """Give an office's seats, desks and numbers to others while it is without power or network; with --back, back as they were."""
    from campctl.app.evacuating import come_back
    from campctl.app.evacuating import evacuate as use_case

    session: Session = ctx.obj
    if back:
        if to or calls_to or until:
            raise UsageError("--back ends an evacuation; --to, --calls-to and --until begin one.", hint="Use --back alone.")
        return session.show(session.run(lambda: come_back(session.open(), session.how(), office=office)))
    return session.show(session.run(lambda: use_case(session.open(), session.how(), office=office, to=to, calls_to=calls_to, until=until)))
