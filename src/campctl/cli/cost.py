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
    found = month_cost(session.open(), month=month, by=by)
    return session.show(found.listings[0] if session.format == "csv" else found)
