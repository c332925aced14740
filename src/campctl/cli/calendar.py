"""`calendar`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session

APPS = {"calendar": noun("")}


@command(
    APPS["calendar"],
    "calendar",
    examples=(
        "campctl calendar",
        "campctl calendar --from 2026-10-30 --until 2026-11-04",
        "campctl calendar --from 2026-11-02 --until 2026-11-04 --hours -o json",
        "campctl calendar --ics campaign.ics",
    ),
)
def calendar(
    ctx: typer.Context,
    start: Annotated[
        str, typer.Option("--from", metavar="TIME", help="From a day, 2026-11-03, or a time on; now unless told otherwise.")
    ] = "",
    until: Annotated[str, typer.Option("--until", metavar="TIME", help="Until then; the last change known unless told otherwise.")] = "",
    hours: Annotated[bool, typer.Option("--hours", help="Also when hotlines open and close.")] = False,
    ics: Annotated[str, typer.Option("--ics", metavar="FILE", help="Also write an iCalendar file; - prints it alone.")] = "",
) -> int:
    """List every moment at which seats, desks or freezes change, with what holds from then on."""
    from campctl.app.calendar import show_calendar

    session: Session = ctx.obj
    context = session.open()
    found = show_calendar(context, start=start, until=until, hours=hours)
    if ics:
        from pathlib import Path

        from campctl.app.files import write_private
        from campctl.findings.text import plural
        from campctl.views.icalendar import icalendar

        text = icalendar(found.windows, campaign=context.campaign.name, made=context.clock.now())
        if ics == "-":
            return session.show_text(text, of="icalendar")
        write_private(Path(ics), text.encode())
        session.say(f"{plural(len(found.windows), 'event')} in {ics}.")
    return session.show(found.listing)
