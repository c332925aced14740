"""`runbook list|show|lint`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session

APPS = {"runbook": noun("Ordered steps with times, checks, confirmations and a way back: docs/runbooks.md.")}
NAME = typer.Argument(metavar="RUNBOOK", help="The name of a file in runbooks/ without its end, or a path.")
Var = Annotated[list[str], typer.Option("--var", metavar="NAME=VALUE", help="The value of a variable (repeatable).")]


def given(pairs: list[str]) -> dict[str, str]:
    """`--var name=value`, several of them."""
    from campctl.errors import UsageError

    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"--var {pair!r} gives no value.", hint="Write --var hotline=main.")
        if name in found:
            raise UsageError(f"--var gives `{name}` twice.", hint="Say it once.")
        found[name] = value
    return found


@command(APPS["runbook"], "list", examples=("campctl runbook list", "campctl runbook list -o json | jq '.data.rows[].runbook'"))
def list_(ctx: typer.Context) -> int:
    """The campaign's runbooks, with how many steps they come to and what is wrong with them."""
    from campctl.app.running_books_lint import list_books
    from campctl.cli.runbook_verbs import verbs

    session: Session = ctx.obj
    return session.show(list_books(session.open(), verbs()))


@command(APPS["runbook"], "show", examples=("campctl runbook show election-day", "campctl runbook show debate --var hotline=main -o json"))
def show(ctx: typer.Context, name: Annotated[str, NAME], var: Var = []) -> int:  # noqa: B006 - typer copies it
    """The steps a runbook comes to: variables put in, loops gone through, other files taken in."""
    from campctl.app.running_books_lint import show_book
    from campctl.cli.runbook_verbs import verbs

    session: Session = ctx.obj
    return session.show(show_book(session.open(), verbs(), name, given(var)))


@command(
    APPS["runbook"],
    "lint",
    examples=(
        "campctl runbook lint",
        "campctl runbook lint election-day --var hotline=voter-protection",
        "campctl runbook lint examples/runbooks/debate-night.yaml -o github",
    ),
)
def lint(
    ctx: typer.Context,
    name: Annotated[list[str], typer.Argument(metavar="[RUNBOOK]...", help="These; all in runbooks/ when left out.")] = [],  # noqa: B006
    var: Var = [],  # noqa: B006 - typer copies it
) -> int:
    """Find everything that is wrong with runbooks before the day, in one go.

    Unknown verbs, options and ids, variables, expectations that cannot be read, steps no way leads to, times that are over or that no
    clock shows, missing ways back: each with its place. Exit status 3 when there are errors; warnings alone are 0.
    """
    from campctl.app.running_books_lint import lint as use_case
    from campctl.cli.runbook_verbs import verbs

    session: Session = ctx.obj
    return session.show(use_case(session.open(), verbs(), name, given(var)))
