"""`top`: the live board."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from campctl.cli.command import Cmd, command, noun
from campctl.cli.session import Session
from campctl.cli.top_quick import SCREENS, is_dumb
from campctl.errors import UsageError

APP = noun("The live board.")
APPS = {"top": APP}
EXAMPLES = (
    "campctl top",
    "campctl top offices --theme light",
    "CAMPCTL_REDUCED_MOTION=1 campctl top",
    "campctl top --serve",
    "campctl top hotlines --serve 127.0.0.1:9000 --read-only",
    "campctl top --serve --public-url https://board.example.org/ --token-file ~/board-tokens --acting",
)


class ServeCmd(Cmd):
    """`--serve` may stand alone."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Give it its usual address, where what follows is none."""
        if "--serve" not in args:
            return super().parse_args(ctx, args)
        from campctl.tui.serving.places import DEFAULT

        given: list[str] = []
        for word, following in zip(args, [*args[1:], ""], strict=True):
            meant = not following.startswith("-") and (":" in following or following.isdigit())
            given.append(f"--serve={DEFAULT}" if word == "--serve" and not meant else word)
        return super().parse_args(ctx, given)


@command(APP, "top", examples=EXAMPLES, cls=ServeCmd)
def top(
    ctx: typer.Context,
    screen: Annotated[str, typer.Argument(metavar="[SCREEN]", help="hotlines, offices, people, activity, alerts, runbooks.")] = "hotlines",
    theme: Annotated[
        str, typer.Option("--theme", metavar="dark|light", help="Colours; t changes them (default: dark, or CAMPCTL_THEME).")
    ] = "",
    no_motion: Annotated[bool, typer.Option("--no-motion", help="Nothing blinks, as CAMPCTL_REDUCED_MOTION=1.")] = False,
    hz: Annotated[float, typer.Option("--hz", metavar="N", help="Pictures a second at most, 1 to 10 (default: 5).")] = 5.0,
    serve: Annotated[
        str,
        typer.Option("--serve", metavar="[HOST:PORT]", help="Show it in browsers instead (127.0.0.1:8321; port 0: any free one)."),
    ] = "",
    read_only: Annotated[bool, typer.Option("--read-only", help="With --serve: to look at, nothing can be changed from it.")] = False,
    acting: Annotated[
        bool, typer.Option("--acting", help="With --serve: changes can be made from it, also where --read-only is the default: elsewhere.")
    ] = False,
    allow_remote: Annotated[bool, typer.Option("--allow-remote", help="With --serve: let other machines reach it, without TLS.")] = False,
    public_url: Annotated[
        str, typer.Option("--public-url", metavar="URL", help="With --serve: where a proxy with TLS shows it to others.")
    ] = "",
    token_file: Annotated[
        str,
        typer.Option("--token-file", metavar="FILE", help="With --serve: a 0600 file with a token, or a line NAME TOKEN [read-only] each."),
    ] = "",
    sessions: Annotated[int, typer.Option("--sessions", metavar="N", help="With --serve: pages open at once, at most (default: 8).")] = 8,
) -> int:
    """Watch the campaign's phones live, and act on what you see: `?` tells all keys.

    Hotlines, offices and their desks, people, activity and alerts of all exchanges at once. Whatever is done from here is shown as a plan
    first, is audited, and can be undone with u.

    With --serve it is shown in browsers (extra `web`), to whoever has the token: the one in CAMPCTL_WEB_TOKEN or --token-file, else a new
    one, printed with the address. Ctrl-C ends it. docs/board.md tells who acts as whom, and how others can reach it safely.
    """
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
    from campctl.cli.top_serving import Wishes, serve_board

    wishes = Wishes(read_only, acting, allow_remote, public_url, token_file, sessions)
    if serve:
        from campctl.tui.serving.child import Shown

        shown = Shown(root=str(root), theme=theme, no_color=terminal.no_color, no_motion=no_motion, hz=hz, screen=screen)
        return serve_board(session, shown, serve, wishes)
    if wishes != Wishes():
        raise UsageError("--read-only, --acting, --allow-remote, --public-url, --token-file and --sessions are for --serve.")
    if not (terminal.in_tty and terminal.err_tty):
        raise UsageError("A board needs a terminal to be shown on.", hint="For scripts: `campctl status`, `campctl watch`.")
    if is_dumb(terminal):
        raise UsageError(
            f"A board is drawn all over the screen, and a terminal with TERM={terminal.env['TERM']} has lines only.",
            hint="Open it in another terminal, or say in TERM what this one is; in lines: `campctl status`, `campctl watch -o table`.",
        )
    from campctl.tui.running import Options, run

    options = Options(theme=theme, no_color=terminal.no_color, no_motion=no_motion, hz=hz, screen=screen)
    return run(root, terminal.env, options)
