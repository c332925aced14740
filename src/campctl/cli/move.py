"""`move`."""

from __future__ import annotations

from typing import Annotated, NamedTuple

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
        "campctl move --office springfield --backend new --wave 25%",
        "campctl move --office springfield --backend new --prepare --secrets phones.csv",
        "campctl move --office springfield --status",
    ),
)
def move(
    ctx: typer.Context,
    users: Annotated[list[str], typer.Argument(metavar="[USER]...", help="Who moves.")] = [],  # noqa: B006
    to: Annotated[str, typer.Option("--to", metavar="OFFICE", help="Where to.")] = "",
    floor: Annotated[str, typer.Option("--floor", metavar="TEXT", help="The floor there, for the 911 location.")] = "",
    room: Annotated[str, typer.Option("--room", metavar="TEXT", help="The room there, for the 911 location.")] = "",
    file: Annotated[str, typer.Option("-f", "--file", metavar="FILE", help="Take the moves from a YAML file: user to office.")] = "",
    office: Annotated[str, typer.Option("--office", metavar="OFFICE", help="Move an office to another backend instead.")] = "",
    backend: Annotated[str, typer.Option("--backend", metavar="BACKEND", help="The backend it moves to.")] = "",
    wave: Annotated[
        str, typer.Option("--wave", metavar="SIZE", help="So many of it: 25% of all, or 10; all who are left unless told otherwise.")
    ] = "",
    prepare: Annotated[
        bool, typer.Option("--prepare", help="Only give them a second line there, for their phones to register on first.")
    ] = False,
    status: Annotated[bool, typer.Option("--status", help="Show how far the office is; change nothing.")] = False,
    allow_cut_off: Annotated[
        bool, typer.Option("--allow-cut-off", help="Override the guardrail on phones that have not registered there.")
    ] = False,
) -> int:
    """Move people to another office, or an office to another backend.

    They keep extension and number; 911 location, routing and hotlines follow. The YAML is edited in place (comments stay),
    then just that is planned and applied, across backends if need be.

    An office may go to its new backend in waves (docs/migration.md); users or desks named with it are the wave.
    """
    from campctl.app.people import move as use_case

    session: Session = ctx.obj
    if office:
        if to or file or floor or room:
            raise UsageError("--office moves an office to another backend; --to moves people to another office.", hint="Use one of them.")
        if allow_cut_off:
            session.take("allow_cut_off", True)
        return _office(session, _Wave(office, backend, wave, tuple(users), prepare, status))
    if backend or wave or prepare or status or allow_cut_off:
        raise UsageError("Which office?", hint="Add --office OFFICE.")
    if users and not to:
        raise UsageError("Where to?", hint="Add --to OFFICE.")
    moves = {user: {"office": to, "floor": floor, "room": room} for user in users}
    if file:
        from campctl.app.batch import moves as read

        moves = {**read(file), **moves}
    if not moves:
        raise UsageError("Nobody was named.", hint="Name users and --to OFFICE, or a file with -f.")
    return session.show(session.run(lambda: use_case(session.open(), session.how(), moves=moves)))


class _Wave(NamedTuple):
    office: str
    backend: str
    size: str
    names: tuple[str, ...]
    prepare: bool
    status: bool


def _office(session: Session, given: _Wave) -> int:
    """`move --office`."""
    if given.status:
        from campctl.app.wave_scene import status

        return session.show(session.run(lambda: status(session.open(), office=given.office, backend=given.backend)))
    if not given.backend:
        raise UsageError("To which backend?", hint="Add --backend BACKEND, or --status to see how far it is.")
    if given.size and given.names:
        raise UsageError("--wave picks who goes, and so do names.", hint="Use one of them.")
    from campctl.app.wave_scene import Asked
    from campctl.app.waves import move_office

    asked = Asked(office=given.office, backend=given.backend, wave=given.size, names=given.names, prepare=given.prepare)
    return session.show(session.run(lambda: move_office(session.open(), session.how(), asked=asked)))
