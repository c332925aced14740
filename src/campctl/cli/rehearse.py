"""`rehearse`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session

APPS = {"rehearse": noun("")}


@command(
    APPS["rehearse"],
    "rehearse",
    examples=(
        "campctl rehearse --day 2026-11-03",
        "campctl rehearse --day 2026-11-03 --calls 300000 --shape election-day --html rehearsal.html",
        "campctl rehearse --day 2026-10-13 --calls voter-protection=4000 --hotline voter-protection",
        "campctl rehearse --day 2026-11-03 --faults bad-day.yaml --replications 20 --trunks 400",
        "campctl rehearse --day 2026-11-03 --against ../other-plan/surges.yaml",
        "campctl rehearse --day 2026-11-03 --autopilot --faults bad-day.yaml",
    ),
)
def rehearse(
    ctx: typer.Context,
    day: Annotated[str, typer.Option("--day", metavar="DAY", help="2026-11-03, today (unless told otherwise) or tomorrow.")] = "",
    shape: Annotated[str, typer.Option("--shape", metavar="SHAPE", help="flat, ordinary, debate-night, election-day, or 24 weights.")] = "",
    calls: Annotated[
        list[str],
        typer.Option("--calls", metavar="[HOTLINE=]N", help="So many calls in all, shared out as expected; or to a hotline (repeatable)."),
    ] = [],  # noqa: B006 - typer copies it
    faults: Annotated[str, typer.Option("--faults", metavar="FILE", help="What goes wrong, as YAML: docs/rehearsal.md.")] = "",
    against: Annotated[
        str, typer.Option("--against", metavar="PATH", help="Compare with another plan: a campaign's folder, or a YAML file that differs.")
    ] = "",
    autopilot: Annotated[
        bool, typer.Option("--autopilot", help="With the autopilot at the phones, and how that differs from a day without it.")
    ] = False,
    seed: Annotated[int, typer.Option("--seed", metavar="N", help="Another one draws other callers; the same one the same.")] = 1,
    replications: Annotated[
        int, typer.Option("--replications", metavar="N", help="Play the day N times. Default: as often as makes 300,000 calls, at most 10.")
    ] = 0,
    interval: Annotated[str, typer.Option("--interval", metavar="TIME", help="Length of an interval.")] = "15m",
    trunks: Annotated[
        int | None, typer.Option("--trunks", metavar="N", help="Only so many calls at once. Default: as many as it takes.")
    ] = None,
    hotline: Annotated[
        list[str], typer.Option("--hotline", metavar="HOTLINE", help="Show this one closely (repeatable); all of them are played.")
    ] = [],  # noqa: B006 - typer copies it
    html: Annotated[str, typer.Option("--html", metavar="FILE", help="Also write a report with charts; it opens without a network.")] = "",
) -> int:
    """Play a day of calls through before it comes: who waits, who gives up, when a target is missed and what would have held it.

    The day is what the manifests, surges and overrides want at every moment of it; calls come from `volume` and the surges. No
    exchange is asked, and nothing is changed. The same seed gives the same day.
    """
    from campctl.app.rehearsing import Ask
    from campctl.app.rehearsing import rehearse as use_case
    from campctl.views.counting import Counting

    session: Session = ctx.obj
    ask = Ask(
        day=day,
        shape=shape,
        calls=tuple(calls),
        faults=faults,
        against=against,
        seed=seed,
        replications=replications,
        interval=interval,
        trunks=trunks,
        hotlines=tuple(hotline),
        autopilot=autopilot,
    )
    context = session.open()
    with Counting(session.terminal, "days") as progress:
        result = use_case(context, ask, progress)
    if html:
        from pathlib import Path

        from campctl.app.files import write_private
        from campctl.views.rehearsal_html import page

        text = page(result, said=context.command)
        if html == "-":
            return session.show_text(text, of="html")
        write_private(Path(html), text.encode(), read=(faults, against))
        session.say(f"The report is in {html}.")
    return session.show(result)
