"""`drift` and `adopt`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import ApplyCmd, command, noun
from campctl.cli.session import Session
from campctl.errors import Exit

APPS = {"drift": noun(""), "adopt": noun("")}
BackendName = Annotated[str, typer.Option("--backend", metavar="BACKEND", help="Only on this backend.")]


@command(APPS["drift"], "drift", examples=("campctl drift", "campctl drift --exit-code -q", "campctl drift --backend local -o csv"))
def drift(
    ctx: typer.Context,
    backend: BackendName = "",
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit status 4 when something changed or is missing (unmanaged things do not count).")
    ] = False,
) -> int:
    """Tell what was changed behind campctl's back, by field, what is missing, and what is there that campctl does not own."""
    from campctl.app.drifting import drift as use_case

    session: Session = ctx.obj
    found = session.run(lambda: use_case(session.open(), backend=backend))
    drifted = any(item.what != "unmanaged" for item in found.items)
    return session.show(found, exit=Exit.CHANGES if exit_code and drifted else Exit.OK)


@command(
    APPS["adopt"],
    "adopt",
    cls=ApplyCmd,
    examples=("campctl adopt line/user/ann.lee", "campctl adopt --all --dry-run", "campctl adopt --all --backend local"),
)
def adopt(
    ctx: typer.Context,
    resources: Annotated[list[str], typer.Argument(metavar="[KIND/ID]...", help="Resources as `campctl drift` names them.")] = [],  # noqa: B006
    every: Annotated[bool, typer.Option("--all", help="Everything that is unmanaged.")] = False,
    backend: BackendName = "",
) -> int:
    """Take in what campctl did not create: from then on it is managed; what the manifests lack is written into the YAML."""
    from campctl.app.drifting import adopt as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), session.how(), resources=resources, every=every, backend=backend)))
