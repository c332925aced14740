"""`top --serve`: what was wished for, looked at; then the server, until it is stopped."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from campctl.cli.session import Session
from campctl.errors import UsageError
from campctl.views.text import harmless

if TYPE_CHECKING:
    from campctl.tui.serving.child import Shown
    from campctl.tui.serving.serve import Service


class Wishes(NamedTuple):
    """What was said about serving, besides where."""

    read_only: bool = False
    acting: bool = False
    allow_remote: bool = False
    public_url: str = ""
    token_file: str = ""
    sessions: int = 8


def serve_board(session: Session, shown: Shown, address: str, wishes: Wishes) -> int:
    """Serve until stopped; the exit status."""
    from campctl.cli.serving import serve as until_stopped
    from campctl.tui.serving.serve import require_extra, serve

    service = _service(session, shown, address, wishes)
    require_extra()
    service = replace(service, title=f"{session.open().campaign.name}: the board")

    def say(words: str) -> None:
        # Also with --quiet: without the address nobody could open it.
        session.terminal.say(harmless(words) + "\n")

    def ready(address: str) -> None:
        say(f"The board: {address}")
        session.say(f"{_who(session, service)} Ctrl-C ends it.")

    if not service.place.bound_local:
        session.say(
            "Warning: other machines can reach this board over a connection without TLS: whoever can listen on the way sees it, and can"
            " take the token. Better on 127.0.0.1, behind a proxy with TLS, with --public-url https://..."
        )
    return until_stopped(lambda stop: serve(service, session.terminal.env, ready, say, stop))


def _who(session: Session, service: Service) -> str:
    """Who may do what, in a sentence."""
    by = "opens that address" if service.holders.fresh else "signs in with a token"
    if service.shown.read_only:
        return f"Whoever {by} may look, and change nothing."
    if any(holder.name for holder in service.holders.all):
        return f"Whoever {by} acts under the name it was given."
    return f"Whoever {by} acts as {session.open().who}."


def _service(session: Session, shown: Shown, address: str, wishes: Wishes) -> Service:
    """What was wished for, looked at; `errors.UsageError` and `errors.SecretError` for what makes no sense."""
    from campctl.tui.serving.places import parse_place
    from campctl.tui.serving.serve import Service
    from campctl.tui.serving.tokens import holders

    if wishes.read_only and wishes.acting:
        raise UsageError("--read-only and --acting are opposites.", hint="Leave one of them out.")
    if not 1 <= wishes.sessions <= 100:
        raise UsageError(f"--sessions {wishes.sessions} is out of bounds.", hint="1 to 100; each is a process of its own.")
    place = parse_place(address, allow_remote=wishes.allow_remote, public=wishes.public_url)
    looking = wishes.read_only or not (wishes.acting or place.local)
    return Service(
        shown=replace(shown, read_only=looking),
        holders=holders(session.terminal.env, wishes.token_file),
        place=place,
        title="",
        sessions=wishes.sessions,
    )
