"""`user list|show|why|provision|deprovision|secret`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from campctl.cli.command import ApplyCmd, PauseCmd, command, noun
from campctl.cli.session import Session
from campctl.errors import UsageError

APP = noun("People and their phones. What is changed here is written into the YAML, then applied.")
APPS = {"user": APP}
Batch = Annotated[str, typer.Option("-f", "--file", metavar="FILE", help="Take them from a YAML file.")]


@command(APP, "list", examples=("campctl user list", "campctl user list --office chicago-hq -o csv", "campctl user list --skill spanish"))
def list_(
    ctx: typer.Context,
    office: Annotated[str, typer.Option("--office", metavar="OFFICE", help="Only those of an office.")] = "",
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="Only those in a role.")] = "",
    skill: Annotated[str, typer.Option("--skill", metavar="SKILL", help="Only those with a skill.")] = "",
) -> int:
    """List people."""
    from campctl.app.people import list_users

    session: Session = ctx.obj
    return session.show(list_users(session.open(), office=office, role=role, skill=skill))


@command(APP, "show", examples=("campctl user show ann.lee",))
def show(ctx: typer.Context, user: Annotated[str, typer.Argument(metavar="USER", help="The person's id.")]) -> int:
    """Show one person: what the manifests say, and what follows from it."""
    from campctl.app.people import show_user

    session: Session = ctx.obj
    return session.show(session.run(lambda: show_user(session.open(), user=user)))


@command(
    APP,
    "why",
    examples=("campctl user why ann.lee", "campctl user why ann.lee --at 2026-11-03T18:00", "campctl user why 'Sam Ortiz' -o json"),
)
def why(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER", help="The person's id; of somebody who walked in, the name or the desk.")],
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="Then instead of now: 21:00, +2h, 2026-11-03T06:00.")] = "",
) -> int:
    """Say where a person sits and why; of each hotline, whether they may answer it and which rule says no, or why they do not sit there."""
    from campctl.app.seats_why import why as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), user=user, at=at)))


@command(
    APP,
    "provision",
    cls=ApplyCmd,
    examples=(
        "campctl user provision bo.diaz --name 'Bo Diaz' --office chicago-hq",
        "campctl user provision bo.diaz --name 'Bo Diaz' --office chicago-hq --number +13125550123 --skill spanish --dry-run",
        "campctl user provision -f new-people.yaml --yes --secrets phones.csv",
    ),
)
def provision(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(metavar="[USER]", help="The new person's id.")] = "",
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Their name.")] = "",
    office: Annotated[str, typer.Option("--office", metavar="OFFICE", help="Their office.")] = "",
    extension: Annotated[
        str, typer.Option("--extension", metavar="DIGITS", help="Their extension (default: the office's next free).")
    ] = "",
    number: Annotated[str, typer.Option("--number", metavar="E.164", help="Their direct number.")] = "",
    role: Annotated[str, typer.Option("--role", metavar="ROLE", help="Their role.")] = "",
    skill: Annotated[list[str], typer.Option("--skill", metavar="SKILL", help="A skill. May be repeated.")] = [],  # noqa: B006
    language: Annotated[list[str], typer.Option("--language", metavar="CODE", help="A language. May be repeated.")] = [],  # noqa: B006
    shift: Annotated[
        list[str], typer.Option("--shift", metavar="SHIFT", help="When they are there: 2026-11-03T06:00/14:00; once for each.")
    ] = [],  # noqa: B006
    permission: Annotated[
        str, typer.Option("--permission", metavar="internal|local|national|international", help="Where they may call.")
    ] = "",
    floor: Annotated[str, typer.Option("--floor", metavar="TEXT", help="Their floor, for the 911 location.")] = "",
    room: Annotated[str, typer.Option("--room", metavar="TEXT", help="Their room, for the 911 location.")] = "",
    file: Batch = "",
) -> int:
    """Add people: write them into the YAML and make their phones."""
    from campctl.app.people import provision as use_case

    session: Session = ctx.obj
    if bool(user) == bool(file):
        raise UsageError("Name one new user, or a file with -f.", hint="`campctl user provision --help` has examples.")
    people: dict[str, Any]
    if file:
        from campctl.app.batch import people as read

        people = read(file)
    else:
        texts = {
            "name": name or user,
            "office": office,
            "extension": extension,
            "number": number,
            "role": role,
            "floor": floor,
            "room": room,
        }
        people = {user: {**texts, "skills": skill, "languages": language, "shifts": shift, "permission": permission}}
    return session.show(session.run(lambda: use_case(session.open(), session.how(), people=people)))


@command(
    APP,
    "deprovision",
    cls=ApplyCmd,
    examples=(
        "campctl user deprovision bo.diaz",
        "campctl user deprovision bo.diaz --release",
        "campctl user deprovision -f leaving.yaml --reason 'end of contract'",
    ),
)
def deprovision(
    ctx: typer.Context,
    users: Annotated[list[str], typer.Argument(metavar="[USER]...", help="Their ids.")] = [],  # noqa: B006
    file: Batch = "",
    release: Annotated[
        bool, typer.Option("--release", help="Also hold their numbers in reserve, empty their desks, and name them nowhere.")
    ] = False,
) -> int:
    """Remove people: take them out of the YAML and remove their phones."""
    from campctl.app.people import deprovision as use_case

    session: Session = ctx.obj
    if file:
        from campctl.app.batch import ids

        users = [*users, *ids(file, "users")]
    if not users:
        raise UsageError("Nobody was named.", hint="Name users, or a file with -f.")
    return session.show(session.run(lambda: use_case(session.open(), session.how(), users=users, release=release)))


@command(APP, "secret", cls=ApplyCmd, examples=("campctl user secret ann.lee", "campctl user secret ann.lee --yes --reason 'lost phone'"))
def secret(
    ctx: typer.Context,
    user: Annotated[str, typer.Argument(metavar="USER", help="The person's id.")],
    backend: Annotated[str, typer.Option("--backend", metavar="BACKEND", help="Of the line there, of somebody who has two.")] = "",
) -> int:
    """Make a new SIP secret for a person's phone, give it to the backend and show it, this once. The old one ends."""
    from campctl.app.people import new_secret

    session: Session = ctx.obj
    return session.show(session.run(lambda: new_secret(session.open(), session.how(), session.sure, user=user, backend=backend)))


@command(
    APP,
    "pause",
    cls=PauseCmd,
    examples=("campctl user pause ann.lee --reason lunch", "campctl user pause ann.lee --reason 'called to the desk' -q"),
)
def pause(ctx: typer.Context, user: Annotated[str, typer.Argument(metavar="USER", help="The person's id.")]) -> int:
    """Pause a person: no more calls of hotlines, until unpaused. A call they are in is not cut off.

    Live state, as a key on their own phone: audited, never drift, in no plan.
    """
    from campctl.app.pausing import pause as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), session.how(), f"user/{user}", paused=True)))


@command(APP, "unpause", cls=PauseCmd, examples=("campctl user unpause ann.lee",))
def unpause(ctx: typer.Context, user: Annotated[str, typer.Argument(metavar="USER", help="The person's id.")]) -> int:
    """A person gets calls of their hotlines again."""
    from campctl.app.pausing import pause as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), session.how(), f"user/{user}", paused=False)))
