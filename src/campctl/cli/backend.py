"""`backend list|check|login`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import SecretError

APP = noun("Telephony systems: list them, check them, sign in.")
APPS = {"backend": APP}


@command(APP, "list", examples=("campctl backend list",))
def list_(ctx: typer.Context) -> int:
    """List backends, their options, and where their secrets come from (never the secrets)."""
    from campctl.app.telephony import list_backends

    session: Session = ctx.obj
    return session.show(list_backends(session.open()))


@command(APP, "check", examples=("campctl backend check", "campctl backend check local -o json"))
def check(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="[BACKEND]", help="Only this one.")] = "") -> int:
    """Look whether backends are well: reached, signed in, within their limits. Exit status 16 when one is not."""
    from campctl.app.telephony import check as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), name=name)))


@command(
    APP,
    "login",
    examples=("campctl backend login cloud", "printf '%s\\n' \"$TOKEN\" | campctl backend login cloud"),
)
def login(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="BACKEND", help="Its name.")]) -> int:
    """Keep a backend's secrets in the keyring, each read back.

    They are asked for on a terminal, without echo, or read from stdin, one a line; never taken from the command line.
    """
    from campctl.app.telephony import login as use_case
    from campctl.app.telephony import secrets_asked

    session: Session = ctx.obj
    campaign = session.open()
    values = {secret: _secret(session, name, secret) for secret in secrets_asked(campaign, name=name)}
    return session.show(use_case(campaign, name=name, values=values))


@command(
    APP,
    "poke",
    examples=(
        """campctl backend poke local '{"do": "alter", "kind": "line", "id": "user/ann.lee", "fields": {"name": "A. Lee"}}'""",
        """campctl backend poke local '{"do": "faults", "options": {"fail_every": 3}}'""",
        "campctl backend poke local --old-pbx 20",
    ),
)
def poke(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="BACKEND", help="An embedded exchange (type sim).")],
    ops: Annotated[list[str], typer.Argument(metavar="[OP]...", help="What to do, each as JSON (docs/sim.md).")] = [],  # noqa: B006
    old_pbx: Annotated[int, typer.Option("--old-pbx", metavar="N", min=0, help="Put N lines on it that campctl did not make.")] = 0,
) -> int:
    """Change the embedded exchange behind campctl's back, to practise drift, adoption and bad days."""
    from campctl.app.training import poke as use_case

    session: Session = ctx.obj
    return session.show(use_case(session.open(), name=name, ops=ops, old_pbx=old_pbx))


def _secret(session: Session, backend: str, secret: str) -> str:
    from campctl.views.text import harmless

    terminal = session.terminal
    if terminal.interactive:
        from getpass import getpass

        return getpass(harmless(f"{secret} of {backend} (not shown): "), stream=terminal.stderr)
    line = terminal.stdin.readline()
    if not line.strip():
        raise SecretError(f"stdin has no line for {secret}.", hint="Give one line for each secret, in the order of `campctl backend list`.")
    return line.rstrip("\r\n")
