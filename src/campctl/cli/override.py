"""`override list|clear|promote`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import ApplyCmd, command, noun
from campctl.cli.session import Session
from campctl.errors import Exit

APP = noun("Live changes with an author, a reason and an end.")
APPS = {"override": APP}
Ids = Annotated[list[str], typer.Argument(metavar="[ID]...", help="Their ids (`campctl override list`).")]


@command(
    APP, "list", examples=("campctl override list", "campctl override list --all -o json", "campctl override list --overdue --exit-code")
)
def list_(
    ctx: typer.Context,
    every: Annotated[bool, typer.Option("--all", help="Also those that are over.")] = False,
    overdue: Annotated[bool, typer.Option("--overdue", help="What is over and not yet taken back on the exchanges, and why.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="With --overdue: exit status 4 when there is any.")] = False,
) -> int:
    """List overrides that hold or will; with --overdue what is over, of overrides and surges, and still there."""
    from campctl.app.overriding import list_overrides

    session: Session = ctx.obj
    if overdue:
        from campctl.app.overdue import overdue as use_case

        found = session.run(lambda: use_case(session.open(), or_none=True))
        return session.show(found, exit=Exit.CHANGES if exit_code and found.rows else Exit.OK)
    return session.show(list_overrides(session.open(), every=every))


@command(APP, "clear", cls=ApplyCmd, examples=("campctl override clear o1f2a3", "campctl override clear --all --reason 'polls are closed'"))
def clear(
    ctx: typer.Context,
    ids: Ids = [],  # noqa: B006
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
    file: Annotated[str, typer.Option("-f", "--file", metavar="FILE", help="Take ids from a YAML file.")] = "",
) -> int:
    """End overrides now; what they changed goes back to what manifests and surges say."""
    from campctl.app.overriding import clear as use_case

    session: Session = ctx.obj
    if file:
        from campctl.app.batch import ids as read

        ids = [*ids, *read(file, "overrides")]
    return session.show(session.run(lambda: use_case(session.open(), session.how(), ids=ids, every=every)))


@command(APP, "promote", cls=ApplyCmd, examples=("campctl override promote o1f2a3 --dry-run",))
def promote(
    ctx: typer.Context,
    ids: Ids = [],  # noqa: B006
    file: Annotated[str, typer.Option("-f", "--file", metavar="FILE", help="Take ids from a YAML file.")] = "",
) -> int:
    """Write overrides into the YAML, where they stay, and clear them."""
    from campctl.app.overriding import promote as use_case

    session: Session = ctx.obj
    if file:
        from campctl.app.batch import ids as read

        ids = [*ids, *read(file, "overrides")]
    return session.show(session.run(lambda: use_case(session.open(), session.how(), ids=ids)))
