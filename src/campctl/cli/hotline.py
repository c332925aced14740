"""`hotline list|show|scale`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import SignedCmd, command, noun
from campctl.cli.session import Session
from campctl.errors import UsageError

APP = noun("Hotlines and their seats. Scaling is an override with an end; no file is touched.")
APPS = {"hotline": APP}
At = Annotated[str, typer.Option("--at", metavar="TIME", help="Then instead of now: 21:00, +2h, 2026-11-03T06:00.")]


@command(APP, "list", examples=("campctl hotline list", "campctl hotline list --at 2026-11-03T06:00"))
def list_(ctx: typer.Context, at: At = "") -> int:
    """List hotlines with their seats, filled and wanted."""
    from campctl.app.hotlines import list_hotlines

    session: Session = ctx.obj
    return session.show(session.run(lambda: list_hotlines(session.open(), at=at)))


@command(APP, "show", examples=("campctl hotline show voter-protection", "campctl hotline show main --at 21:00"))
def show(ctx: typer.Context, hotline: Annotated[str, typer.Argument(metavar="HOTLINE", help="Its id.")], at: At = "") -> int:
    """Show one hotline: its settings, and who sits in which seat and why."""
    from campctl.app.hotlines import show_hotline

    session: Session = ctx.obj
    return session.show(session.run(lambda: show_hotline(session.open(), hotline=hotline, at=at)))


@command(
    APP,
    "scale",
    cls=SignedCmd,
    examples=(
        "campctl hotline scale voter-protection 65 --until 23:30 --reason 'debate night'",
        "campctl hotline scale main +20",
        "campctl hotline scale main -5 --yes",
        "campctl hotline scale -f tonight.yaml",
    ),
)
def scale(
    ctx: typer.Context,
    hotline: Annotated[str, typer.Argument(metavar="[HOTLINE]", help="Its id.")] = "",
    seats: Annotated[str, typer.Argument(metavar="[N|+N|-N]", help="So many seats, or so many more or fewer.")] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Until then. Default: until cleared.")] = "",
    file: Annotated[str, typer.Option("-f", "--file", metavar="FILE", help="Take them from a YAML file: hotline to seats.")] = "",
) -> int:
    """Change a hotline's seats. A deterministic rule decides who sits in them; the plan says who and why."""
    from campctl.app.hotlines import scale as use_case

    session: Session = ctx.obj
    if file:
        from campctl.app.batch import scale_all

        return session.show(session.run(lambda: scale_all(session.open(), session.how(), path=file)))
    if not hotline or not seats:
        raise UsageError("Name a hotline and its seats.", hint="`campctl hotline scale main +20`, or a file with -f.")
    wanted = seats.replace("\u2212", "-")
    return session.show(session.run(lambda: use_case(session.open(), session.how(), hotline=hotline, seats=wanted, until=until)))
