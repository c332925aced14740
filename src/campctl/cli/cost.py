"""`cost`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session

APPS = {"cost": noun("")}


@command(
    APPS["cost"],
    "cost",
    examples=("campctl cost", "campctl cost --month 2026-11 --by hotline", "campctl cost --month 2026-10 -o csv > october.csv"),
)
def cost(
    ctx: typer.Context,
    month: Annotated[str, typer.Option("--month", metavar="YYYY-MM", help="Which month. Default: this one.")] = "",
    by: Annotated[str, typer.Option("--by", metavar="office|hotline|backend", help="Add up by these. Default: a line per item.")] = "",
) -> int:
    """Say what a month costs: lines, numbers, seats with surges and overrides, and minutes of the calls expected."""
    from campctl.app.costing import month_cost

    session: Session = ctx.obj
    context = session.open()
    found = month_cost(context, month=month, by=by)
    if not context.campaign.prices:
        session.say(
            "The campaign has no price book, so only quantities are known. Write `prices` into the `campaign` section: "
            "`prices: { BACKEND: { line_per_month: 8.00, seat_per_day: 4.00 } }` (docs/cost.md)."
        )
    return session.show(found.listings[0] if session.format == "csv" else found)
