"""`port list|light|dark|seat|secret`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import ApplyCmd, PauseCmd, command, noun
from campctl.cli.session import Session
from campctl.errors import UsageError

APP = noun("Desks. What is changed here is an override with an end; no file is touched.")
APPS = {"port": APP}
Desks = Annotated[list[str], typer.Argument(metavar="[DESK]...", help="office/desk, or the desk alone where only one office has it.")]
OfficeName = Annotated[str, typer.Option("--office", metavar="OFFICE", help="The office of the desks.")]
Until = Annotated[str, typer.Option("--until", metavar="TIME", help="Until then: 21:00, +2h, 2026-11-03T21:00. Default: until cleared.")]
For = Annotated[str, typer.Option("--for", metavar="USER", help="Who sits there: a user of the campaign.")]
Volunteer = Annotated[str, typer.Option("--volunteer", metavar="NAME", help="Who sits there: anybody.")]
HotlineName = Annotated[str, typer.Option("--hotline", metavar="HOTLINE", help="What they answer.")]
Batch = Annotated[str, typer.Option("-f", "--file", metavar="FILE", help="Take them from a YAML file.")]


@command(APP, "list", examples=("campctl port list", "campctl port list --office chicago-hq --state dark", "campctl port list --at 21:00"))
def list_(
    ctx: typer.Context,
    office: OfficeName = "",
    state: Annotated[str, typer.Option("--state", metavar="lit|dark", help="Only lit or dark ones.")] = "",
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="Then instead of now.")] = "",
) -> int:
    """List desks: lit or dark, who sits there, what they answer, and why."""
    from campctl.app.desks import list_ports

    if state not in {"", "lit", "dark"}:
        raise UsageError(f"--state {state!r} is neither lit nor dark.")
    session: Session = ctx.obj
    return session.show(session.run(lambda: list_ports(session.open(), office=office, state=state, at=at)))


@command(
    APP,
    "light",
    cls=ApplyCmd,
    examples=(
        "campctl port light chicago-hq/a001 --volunteer 'Sam Ortiz' --hotline main --until 21:00",
        "campctl port light a001 a002 a003 --office chicago-hq --hotline voter-protection --yes",
        "campctl port light --office chicago-hq --any 12 --hotline voter-protection --until +4h",
        "campctl port light -f debate-desks.yaml",
    ),
)
def light(
    ctx: typer.Context,
    desks: Desks = [],  # noqa: B006
    office: OfficeName = "",
    any_: Annotated[int, typer.Option("--any", metavar="N", min=0, help="Any N dark desks of the office.")] = 0,
    user: For = "",
    volunteer: Volunteer = "",
    hotline: HotlineName = "",
    until: Until = "",
    file: Batch = "",
) -> int:
    """Light desks: their phones ring, and answer a hotline if one is named. No desk is lit without a dispatchable location."""
    from campctl.app.desks import Seating
    from campctl.app.desks import light as use_case

    session: Session = ctx.obj
    if file:
        from campctl.app.batch import light_all

        return session.show(session.run(lambda: light_all(session.open(), session.how(), path=file)))
    seating = Seating(user=user, volunteer=volunteer, hotline=hotline, until=until)
    return session.show(
        session.run(lambda: use_case(session.open(), session.how(), desks=desks, office=office, any_=any_, seating=seating))
    )


@command(APP, "dark", cls=ApplyCmd, examples=("campctl port dark chicago-hq/a001", "campctl port dark a001 a002 --office chicago-hq --yes"))
def dark(
    ctx: typer.Context,
    desks: Desks = [],  # noqa: B006
    office: OfficeName = "",
    until: Until = "",
    file: Batch = "",
) -> int:
    """Darken desks: overrides that light them are cleared; where a manifest or surge lights them, an override says dark."""
    from campctl.app.desks import dark as use_case

    session: Session = ctx.obj
    if file:
        from campctl.app.batch import ids

        desks = [*desks, *ids(file, "desks")]
    if not desks:
        raise UsageError("No desk was named.", hint="Name desks, or a file with -f.")
    return session.show(session.run(lambda: use_case(session.open(), session.how(), desks=desks, office=office, until=until)))


@command(
    APP,
    "seat",
    cls=ApplyCmd,
    examples=("campctl port seat chicago-hq/a001 --for ann.lee", "campctl port seat a001 --volunteer 'Sam Ortiz' --until 21:00"),
)
def seat(
    ctx: typer.Context,
    desk: Annotated[str, typer.Argument(metavar="[DESK]", help="office/desk, or the desk alone where only one office has it.")] = "",
    office: OfficeName = "",
    user: For = "",
    volunteer: Volunteer = "",
    hotline: HotlineName = "",
    until: Until = "",
    file: Batch = "",
) -> int:
    """Say who sits at a desk; it is lit if it was dark."""
    from campctl.app.desks import Seating
    from campctl.app.desks import seat as use_case

    session: Session = ctx.obj
    if file:
        from campctl.app.batch import light_all

        return session.show(session.run(lambda: light_all(session.open(), session.how(), path=file, seated=True)))
    if not desk:
        raise UsageError("No desk was named.", hint="Name one, or a file with -f.")
    seating = Seating(user=user, volunteer=volunteer, hotline=hotline, until=until)
    return session.show(session.run(lambda: use_case(session.open(), session.how(), desk_=desk, office=office, seating=seating)))


@command(APP, "secret", cls=ApplyCmd, examples=("campctl port secret chicago-hq/a001",))
def secret(
    ctx: typer.Context,
    desk: Annotated[str, typer.Argument(metavar="DESK", help="office/desk.")],
    backend: Annotated[str, typer.Option("--backend", metavar="BACKEND", help="Of the line there, of a desk that has two.")] = "",
) -> int:
    """Make a new SIP secret for a desk's phone, give it to the backend and show it, this once. The old one ends."""
    from campctl.app.people import new_secret

    session: Session = ctx.obj
    return session.show(session.run(lambda: new_secret(session.open(), session.how(), session.sure, port=desk, backend=backend)))


@command(APP, "pause", cls=PauseCmd, examples=("campctl port pause chicago-hq/a003 --reason 'headset broken'",))
def pause(ctx: typer.Context, desk_: Annotated[str, typer.Argument(metavar="DESK", help="office/desk, or the desk alone.")]) -> int:
    """Pause whoever answers at a desk: no more calls of hotlines, until unpaused. A call they are in is not cut off.

    Live state, as a key on their own phone: audited, never drift, in no plan.
    """
    from campctl.app.pausing import pause as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), session.how(), f"port/{desk_}", paused=True)))


@command(APP, "unpause", cls=PauseCmd, examples=("campctl port unpause chicago-hq/a003",))
def unpause(ctx: typer.Context, desk_: Annotated[str, typer.Argument(metavar="DESK", help="office/desk, or the desk alone.")]) -> int:
    """A desk gets calls of its hotlines again."""
    from campctl.app.pausing import pause as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), session.how(), f"port/{desk_}", paused=False)))
