"""`move`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import ApplyCmd, command, noun
from campctl.cli.session import Session
from campctl.errors import UsageError

APPS = {"move": noun("")}


@command(
    APPS["move"],
    "move",
    cls=ApplyCmd,
    examples=(
        "campctl move ann.lee --to field-17",
        "campctl move ann.lee bo.diaz --to chicago-hq --floor 3 --room 'Hall A' --dry-run",
        "campctl move -f moves.yaml --yes",
    ),
)
def move(
    ctx: typer.Context,
    users: Annotated[list[str], typer.Argument(metavar="[USER]...", help="Who moves.")] = [],  # noqa: B006
    to: Annotated[str, typer.Option("--to", metavar="OFFICE", help="Where to.")] = "",
    floor: Annotated[str, typer.Option("--floor", metavar="TEXT", help="The floor there, for the 911 location.")] = "",
    room: Annotated[str, typer.Option("--room", metavar="TEXT", help="The room there, for the 911 location.")] = "",
    file: Annotated[str, typer.Option("-f", "--file", metavar="FILE", help="Take the moves from a YAML file: user to office.")] = "",
) -> int:
    """Move people to another office. They keep extension and number; 911 location, routing and hotlines follow.

    The YAML is edited in place (comments stay), then just that is planned and applied, across backends if need be.
    """
    from campctl.app.people import move as use_case

    session: Session = ctx.obj
    if users and not to:
        raise UsageError("Where to?", hint="Add --to OFFICE.")
    moves = {user: {"office": to, "floor": floor, "room": room} for user in users}
    if file:
        from campctl.app.batch import moves as read

        moves = {**read(file), **moves}
    if not moves:
        raise UsageError("Nobody was named.", hint="Name users and --to OFFICE, or a file with -f.")
    return session.show(session.run(lambda: use_case(session.open(), session.how(), moves=moves)))
