"""`init`, `validate`, `schema`, `show`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import Cmd, command, noun
from campctl.cli.session import Session

APPS = {name: noun("") for name in ("init", "validate", "schema", "show")}
At = Annotated[str, typer.Option("--at", metavar="TIME", help="Then instead of now: 21:00, +2h, 2026-11-03T06:00.")]


@command(
    APPS["init"],
    "init",
    examples=("campctl init my-campaign", "campctl init rehearsal --seed national"),
)
def init(
    ctx: typer.Context,
    directory: Annotated[str, typer.Argument(metavar="[DIR]", help="A new or empty folder (default: here).")] = ".",
    seed: Annotated[
        str,
        typer.Option("--seed", metavar="quickstart|national", help="A commented tutorial, or 2,150 people in some 60 offices."),
    ] = "quickstart",
) -> int:
    """Start a campaign: copy a seed into a new folder. Nothing is asked of any telephony system."""
    from pathlib import Path

    from campctl.app.init import init as use_case

    session: Session = ctx.obj
    return session.show(use_case(Path(directory).absolute(), seed=seed))


class ValidateCmd(Cmd):
    """`validate`, which knows one more output format."""


@command(
    APPS["validate"],
    "validate",
    cls=ValidateCmd,
    examples=("campctl validate", "campctl validate --output github", "campctl validate -o json | jq '.findings[].code'"),
)
def validate(ctx: typer.Context) -> int:
    """Find everything that is wrong with the manifests, in every file, in one go.

    Each finding has its place, why it matters and what to do. Exit status 3 when there are errors; warnings alone are 0.
    """
    from campctl.app.validate import validate as use_case

    session: Session = ctx.obj
    return session.show(use_case(session.open()))


@command(
    APPS["schema"],
    "schema",
    examples=(
        "campctl schema",
        "campctl schema --output-file .campctl/schema.json",
        "campctl schema --faults",
        "campctl schema --runbook --output-file .campctl/runbook.json",
    ),
)
def schema(
    ctx: typer.Context,
    output_file: Annotated[str, typer.Option("--output-file", metavar="FILE", help="Write it there instead of to stdout.")] = "",
    faults: Annotated[bool, typer.Option("--faults", help="That of the faults of a rehearsal instead.")] = False,
    runbook: Annotated[bool, typer.Option("--runbook", help="That of runbooks instead.")] = False,
) -> int:
    """Print the JSON Schema of the manifests, for editors that complete and check YAML."""
    from campctl.app.documents import schema as use_case
    from campctl.errors import UsageError

    if faults and runbook:
        raise UsageError("--faults and --runbook are schemas of different files.", hint="Ask for one of them.")
    session: Session = ctx.obj
    return session.show(use_case(output_file=output_file, faults=faults, runbook=runbook))


@command(
    APPS["show"],
    "show",
    examples=("campctl show", "campctl show hotline/main --at 2026-11-03T06:00", "campctl show user/ann.lee -o json"),
)
def show(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(metavar="[KIND/ID]", help="One noun, or a kind of resource; all when left out.")] = "",
    at: At = "",
) -> int:
    """Show what the campaign wants: manifests, surges and overrides taken together, now or at a time."""
    from campctl.app.showing import show as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), at=at, what=what)))
