"""`store check|migrate|rename|login`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import Exit

APP = noun("The campaign's own records: runs, journal, ownership, overrides, audit log.")
APPS = {"store": APP}


@command(APP, "check", examples=("campctl store check",))
def check(ctx: typer.Context) -> int:
    """Say where the store is, check its integrity, and say who holds the lock. Exit status 10 when something is wrong."""
    from campctl.app.storing import check as use_case

    session: Session = ctx.obj
    found = use_case(session.open())
    return session.show(found, exit=Exit.STORE if found.data["problems"] else Exit.OK)


@command(
    APP,
    "migrate",
    examples=(
        "campctl store migrate --to 'postgresql://ann@db.example.org/phones?schema=ohio'",
        "campctl store migrate --to .campctl",
    ),
)
def migrate(
    ctx: typer.Context,
    to: Annotated[str, typer.Option("--to", metavar="URL|DIR", help="Where to: a server's URL without a password, or a folder.")],
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask. Needed where there is no terminal.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the edit, do nothing.")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why; kept in the audit log.")] = "",
) -> int:
    """Carry all records to another store, read them back, and write the new place into the manifest.

    Nobody else can write meanwhile. What was there is kept and refuses to be used. Stopped in the middle, run it again: it goes on.
    """
    from campctl.app.how import How
    from campctl.app.storing import migrate as use_case

    session: Session = ctx.obj
    campaign = session.open()
    for name, value in (("yes", yes), ("dry_run", dry_run)):
        session.take(name, value)
    if not dry_run:
        session.sure("The campaign's records go to another store, and `store:` in campaign.yaml is changed.")
    how = How(reason=reason, dry_run=dry_run)
    return session.show(session.run(lambda: use_case(campaign, how, to=to)))


@command(APP, "rename", examples=("campctl store rename",))
def rename(ctx: typer.Context) -> int:
    """Let the shared store belong to this campaign under its new name, once `name:` in campaign.yaml was changed."""
    from campctl.app.storing import rename as use_case

    session: Session = ctx.obj
    return session.show(use_case(session.open()))


@command(APP, "login", examples=("campctl store login", "printf '%s\\n' \"$PASSWORD\" | campctl store login"))
def login(ctx: typer.Context) -> int:
    """Keep the shared store's password in the keyring. Asked for on a terminal, without echo, or read from stdin."""
    from campctl.app.storing import login as use_case

    session: Session = ctx.obj
    campaign = session.open()
    terminal = session.terminal
    if terminal.interactive:
        from getpass import getpass

        password = getpass("Password of the store (not shown): ", stream=terminal.stderr)
    else:
        password = terminal.stdin.readline().rstrip("\r\n")
    return session.show(use_case(campaign, password=password))
