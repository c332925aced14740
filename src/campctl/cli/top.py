"""`top`: the live board."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.cli.top_quick import SCREENS
from campctl.errors import UsageError

APP = noun("The live board.")
APPS = {"top": APP}


@command(APP, "top", examples=("campctl top", "campctl top offices --theme light", "CAMPCTL_REDUCED_MOTION=1 campctl top"))
def top(
    ctx: typer.Context,
    screen: Annotated[str, typer.Argument(metavar="[SCREEN]", help="hotlines, offices, people, activity or alerts.")] = "hotlines",
    theme: Annotated[
        str, typer.Option("--theme", metavar="dark|light", help="Colours; t changes them (default: dark, or CAMPCTL_THEME).")
    ] = "",
    no_motion: Annotated[bool, typer.Option("--no-motion", help="Nothing blinks, as CAMPCTL_REDUCED_MOTION=1.")] = False,
    hz: Annotated[float, typer.Option("--hz", metavar="N", help="Pictures a second at most, 1 to 10 (default: 5).")] = 5.0,
) -> int:
    """Watch the campaign's phones live, and act on what you see: `?` tells all keys.

    Hotlines, offices and their desks, people, activity and alerts of all exchanges at once. Whatever is done from here is shown as a plan
    first, is audited, and can be undone with u.
    """
    from campctl.tui.running import Options, run

    session: Session = ctx.obj
    root = session.open().root
    if screen not in SCREENS:
        raise UsageError(f"There is no screen {screen!r}.", hint=f"Screens: {', '.join(SCREENS)}.")
    if theme not in {"", "dark", "light"}:
        raise UsageError(f"--theme {theme!r} is no theme.", hint="Themes: dark, light.")
    if not 1 <= hz <= 10:
        raise UsageError(f"--hz {hz:g} is out of bounds.", hint="1 to 10 pictures a second.")
    if session.format:
        raise UsageError("A board has no --output.", hint="For scripts: `campctl status -o json`, `campctl watch`.")
    terminal = session.terminal
    if not (terminal.in_tty and terminal.err_tty):
        raise UsageError("A board needs a terminal to be shown on.", hint="For scripts: `campctl status`, `campctl watch`.")
    options = Options(theme=theme, no_color=terminal.no_color, no_motion=no_motion, hz=hz, screen=screen)
    return run(root, terminal.env, options)
