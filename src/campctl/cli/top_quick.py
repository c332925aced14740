"""`campctl top [SCREEN]` without options: no parser is needed for that, and importing it would take as long as drawing the first rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from campctl.cli.session import Session
    from campctl.views.terminal import Terminal

SCREENS = ("hotlines", "offices", "people", "activity", "alerts", "runbooks")


def quick(session: Session, words: list[str]) -> int | None:
    """The exit status; None for anything but a screen's name on a terminal, which is the parser's to have a look at."""
    terminal = session.terminal
    fit = terminal.in_tty and terminal.err_tty and not is_dumb(terminal)
    if len(words) > 1 or not all(word in SCREENS for word in words) or session.format or not fit:
        return None
    from campctl.tui.running import Options, run

    return run(session.root(), terminal.env, Options(no_color=terminal.no_color, screen=words[0] if words else SCREENS[0]))


def is_dumb(terminal: Terminal) -> bool:
    """Whether it says that no cursor can be put anywhere on it."""
    return terminal.env.get("TERM", "").lower() in {"dumb", "unknown"}
