"""`match`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import UsageError

if TYPE_CHECKING:
    from campctl.model.campaign import Campaign

APPS = {"match": noun("")}


@command(
    APPS["match"],
    "match",
    examples=(
        "campctl match --volunteers volunteers.csv --lists lists.csv",
        "campctl match --volunteers volunteers.csv --lists lists.csv --prefer prefer.yaml --out calls.csv",
        "campctl match --volunteers volunteers.csv --lists lists.csv --explain v07",
        "campctl match --volunteers roster --lists lists.csv --weight skills=8 --week 2026-10-26 -o json",
    ),
)
def match(
    ctx: typer.Context,
    volunteers: Annotated[str, typer.Option("--volunteers", metavar="FILE", help="A CSV of volunteers; or `roster`: the campaign's own.")],
    lists: Annotated[str, typer.Option("--lists", metavar="FILE", help="A CSV of call lists.")],
    prefer: Annotated[str, typer.Option("--prefer", metavar="FILE", help="YAML: weights, require, overlap.")] = "",
    weight: Annotated[list[str] | None, typer.Option("--weight", metavar="NAME=N", help="One weight; may be said often.")] = None,
    week: Annotated[
        str, typer.Option("--week", metavar="DAY", help="A day of the week the hours are of (clocks change). Default: this week.")
    ] = "",
    time_zone: Annotated[
        str, typer.Option("--time-zone", metavar="ZONE", help="Of rows that say none. Default: the campaign's, if there is one here.")
    ] = "",
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Also write the matches as CSV (0600).")] = "",
    explain: Annotated[str, typer.Option("--explain", metavar="PERSON", help="Instead: every list for one volunteer, and why.")] = "",
) -> int:
    """Match volunteers to call lists by shared background, languages, places and hours: the best total there is, with the reasons.

    Files are read and written here and nowhere else; nothing of them goes into the store or the audit log.
    """
    from campctl.app import matching
    from campctl.app.wiring import SystemClock

    session: Session = ctx.obj
    ask = matching.Ask(volunteers=volunteers, lists=lists, prefer=prefer, weights=tuple(weight or ()), week=week, time_zone=time_zone)
    campaign = _campaign(session, needed=volunteers == matching.ROSTER)
    now = SystemClock().now()
    if explain:
        if out:
            raise UsageError("--explain shows one volunteer; --out writes all.", hint="Use one of the two; `-o csv` shows choices as CSV.")
        return session.show(matching.explain(ask, now, campaign, who=explain))
    result = matching.make_matching(ask, now, campaign)
    if out:
        from pathlib import Path

        from campctl.app.files import write_private
        from campctl.views.matching import matches
        from campctl.views.tables import csv_table

        text = csv_table(matches(result))
        if out == "-":
            return session.show_text(text, of="csv")
        write_private(Path(out), text.encode(), read=(volunteers, lists, prefer))
        session.say(f"The matches are in {out}.")
    return session.show(result)


def _campaign(session: Session, *, needed: bool) -> Campaign | None:
    """The campaign here, for its time zone and its people; lists can be matched without one."""
    from campctl.errors import NoCampaign

    if not needed and "campaign" not in session.options:
        try:
            session.open()
        except NoCampaign:
            return None
    context = session.open()
    return context.campaign if needed else context.loaded.campaign
