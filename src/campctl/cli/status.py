"""`status`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import UsageError

APP = noun("A snapshot of what goes on.")
APPS = {"status": APP}


@command(
    APP,
    "status",
    examples=(
        "campctl status",
        "campctl status hotline/main office/chicago-hq",
        "campctl status --check 'hotline:voter-protection waiting<20' -q",
        "campctl status --check 'hotline main short none within 30s' --check 'not office chicago-hq silent'",
        "campctl status -o json",
    ),
)
def status(
    ctx: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="[HOTLINE|OFFICE|BACKEND]...", help="Only these: ids, or hotline/main, office/hq, backend/pbx.")
    ] = [],  # noqa: B006
    check: Annotated[
        list[str], typer.Option("--check", metavar="EXPECTATION", help="End in status 18 when it does not hold. May be repeated.")
    ] = [],  # noqa: B006
    timeout: Annotated[
        float,
        typer.Option("--timeout", metavar="SECONDS", help="How long each exchange may take to answer (default: 10).", show_default=False),
    ] = 10.0,
) -> int:
    """Show what goes on now: exchanges, hotlines, offices; and check what is expected of it.

    Ends in 18 when a check does not hold, and in 9 when an exchange does not answer or a check cannot be known.
    """
    from campctl.app.status import BadCheck, outcome
    from campctl.app.status import status as use_case

    session: Session = ctx.obj
    if not 0 < timeout <= 3600:
        raise UsageError(f"--timeout {timeout:g} is no length of time to wait.", hint="Give seconds, more than 0 and at most 3600.")
    try:
        result = session.run(lambda: use_case(session.open(), names=names, checks=check, patience=timeout))
    except BadCheck as bad:
        _point(session, bad.text, bad.offset, bad.length)
        raise
    return session.show(result, exit=outcome(result))


def _point(session: Session, text: str, offset: int, length: int) -> None:
    """The text with carets below what is wrong with it."""
    from campctl.views.page import Page
    from campctl.views.text import cells, harmless

    if session.format in {"json", "yaml"}:
        return
    page = Page.err(session.terminal)
    page.exact(f"  {text}")
    page.exact("  ", " " * cells(harmless(text[:offset])), ("bold red", "^" * max(1, cells(harmless(text[offset : offset + length])))))
    page.to(session.terminal.say)
