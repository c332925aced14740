"""`hotline list|show|who|scale|failover|plan`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import ApplyCmd, SignedCmd, command, noun
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
    "who",
    examples=(
        "campctl hotline who voter-protection",
        "campctl hotline who voter-protection --at 2026-11-03T06:00",
        "campctl hotline who main --next 50",
        "campctl hotline who main -o json",
    ),
)
def who(
    ctx: typer.Context,
    hotline: Annotated[str, typer.Argument(metavar="HOTLINE", help="Its id.")],
    at: At = "",
    count: Annotated[int, typer.Option("--next", metavar="N", help="Show so many of those who are next in line.")] = 10,
) -> int:
    """Say who sits in every seat, since when and why; who is next in line and why not seated; and what is missing."""
    from campctl.app.seats_why import who as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), hotline=hotline, at=at, count=count)))


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


@command(
    APP,
    "failover",
    cls=ApplyCmd,
    examples=(
        "campctl hotline failover voter-protection --to hotline/main --until 21:00 --reason 'lines are down'",
        "campctl hotline failover main --to outside/+13125550190",
        "campctl hotline failover main --back",
    ),
)
def failover(
    ctx: typer.Context,
    hotline: Annotated[str, typer.Argument(metavar="HOTLINE", help="Its id.")],
    to: Annotated[
        str,
        typer.Option(
            "--to", metavar="TARGET", help="hotline/ID, user/ID, port/OFFICE/DESK, outside/+1..., or an office. Default: its `failover`."
        ),
    ] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Until then. Default: until it is taken back.")] = "",
    back: Annotated[bool, typer.Option("--back", help="It takes its own calls again.")] = False,
) -> int:
    """Lead all new calls of a hotline somewhere else, or take them back. Who waits in it already is still answered by its seats."""
    from campctl.app.diverting import fail_back, fail_over

    session: Session = ctx.obj
    if back:
        if to or until:
            raise UsageError("--back ends a failover; --to and --until begin one.", hint="Use --back alone.")
        return session.show(session.run(lambda: fail_back(session.open(), session.how(), hotline=hotline)))
    return session.show(session.run(lambda: fail_over(session.open(), session.how(), hotline=hotline, to=to, until=until)))


@command(
    APP,
    "plan",
    examples=(
        "campctl hotline plan voter-protection",
        "campctl hotline plan voter-protection --day 2026-11-03 --target 90%/15s --html plan.html",
        "campctl hotline plan main --day 2026-10-13 --calls 4000 --shape debate-night --patience endless",
        "campctl hotline plan --all --day 2026-11-03",
    ),
)
def plan(
    ctx: typer.Context,
    hotline: Annotated[str, typer.Argument(metavar="[HOTLINE]", help="Its id; or --all.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Every hotline that says what to expect.")] = False,
    day: Annotated[str, typer.Option("--day", metavar="DAY", help="2026-11-03, today (unless told otherwise) or tomorrow.")] = "",
    calls: Annotated[float | None, typer.Option("--calls", metavar="N", help="So many calls that day.")] = None,
    shape: Annotated[str, typer.Option("--shape", metavar="SHAPE", help="flat, ordinary, debate-night, election-day, or 24 weights.")] = "",
    forecast: Annotated[
        str, typer.Option("--forecast", metavar="FILE", help="Calls by interval: CSV with start,calls[,handling], or YAML.")
    ] = "",
    target: Annotated[str, typer.Option("--target", metavar="SHARE/TIME", help="The service target: 80%/20s.")] = "",
    patience: Annotated[
        str, typer.Option("--patience", metavar="TIME", help="How long callers wait: 3m (Erlang A); endless (Erlang C).")
    ] = "",
    interval: Annotated[str, typer.Option("--interval", metavar="TIME", help="Length of an interval.")] = "15m",
    html: Annotated[str, typer.Option("--html", metavar="FILE", help="Also write a report with charts; it opens without a network.")] = "",
) -> int:
    """Say how many people a day needs, against those there are: where it is short, whom to call in, which desks to light.

    Calls come from `volume` of the hotline and the surges of that day, or from what is asked for here. Nothing is changed.
    """
    from campctl.app.staffing import Ask, plan_all, plan_hotline

    session: Session = ctx.obj
    if bool(hotline) == every:
        raise UsageError(
            "Name a hotline, or say --all." if not every else "--all and a hotline are one too many.", hint="`campctl hotline list`."
        )
    ask = Ask(day=day, calls=calls, shape=shape, forecast=forecast, target=target, patience=patience, interval=interval)
    result = plan_all(session.open(), ask) if every else plan_hotline(session.open(), ask, hotline=hotline)
    if html:
        from pathlib import Path

        from campctl.app.files import write_private
        from campctl.views.staffing_html import page

        context = session.open()
        text = page(result, said=context.command, made=context.clock.now())
        if html == "-":
            return session.show_text(text, of="html")
        write_private(Path(html), text.encode(), read=(forecast,))
        session.say(f"The report is in {html}.")
    return session.show(result)
