"""Every command of the board, once: parsing, completion, help and docs are made from this table."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from campctl.errors import UsageError
from campctl.tui.intents import Clear, Dark, Intent, Light, Pause, Scale, See, WalkIn
from campctl.tui.verbs import Board, Go, Kind, Verb, World
from campctl.tui.verbs_books import BOOK_VERBS


def _walk_in(words: Sequence[str], options: Mapping[str, str], _: World) -> Intent:
    if not options.get("--desk") and not options.get("--office"):
        raise UsageError("Where is not said.", hint="Add --desk DESK, or --office OFFICE for the best desk there.")
    given = {name.removeprefix("--"): value for name, value in options.items()}
    return WalkIn(name=words[0], **given)


def _pause(noun: str, *, paused: bool) -> Callable[[Sequence[str], Mapping[str, str], World], Intent]:
    return lambda words, options, _: Pause(subject=f"{noun}/{words[0]}", paused=paused, why=options.get("--reason", ""))


def _screen(name: str, text: str) -> Verb:
    return Verb(words=(name,), make=lambda _words, _options, _world: Go(screen=name), usage=name, help=text)


def _own(name: str, text: str, *takes: Kind, usage: str = "") -> Verb:
    return Verb(
        words=(name,),
        takes=takes,
        make=lambda words, _options, _world: Board(action=name, value=words[0] if words else ""),
        usage=usage or name,
        help=text,
    )


VERBS: tuple[Verb, ...] = (
    _screen("hotlines", "All hotlines"),
    _screen("offices", "The map of offices and desks"),
    _screen("people", "Everybody"),
    _screen("activity", "Runs, overrides, surges, audit"),
    _screen("alerts", "What is raised"),
    _screen("runbooks", "Runbooks and their runs"),
    Verb(
        words=("hotline", "scale"),
        takes=("hotline", "seats"),
        options={"--until": "time"},
        make=lambda words, options, _world: Scale(hotline=words[0], seats=words[1], until=options.get("--until", "")),
        usage="hotline scale HOTLINE N|+N|-N [--until TIME]",
        help="Change a hotline's seats",
    ),
    Verb(
        words=("hotline",),
        takes=("hotline",),
        make=lambda words, _options, _world: Go(screen="hotline", id=words[0]),
        usage="hotline HOTLINE",
        help="Look into a hotline",
    ),
    Verb(
        words=("office",),
        takes=("office",),
        make=lambda words, _options, _world: Go(screen="office", id=words[0]),
        usage="office OFFICE",
        help="Look into an office",
    ),
    Verb(
        words=("port", "light"),
        takes=("dark",),
        more="dark",
        options={"--hotline": "hotline", "--until": "time"},
        make=lambda words, options, _world: Light(
            desks=tuple(words), hotline=options.get("--hotline", ""), until=options.get("--until", "")
        ),
        usage="port light DESK... [--hotline HOTLINE] [--until TIME]",
        help="Light desks",
    ),
    Verb(
        words=("port", "dark"),
        takes=("lit",),
        more="lit",
        options={"--until": "time"},
        make=lambda words, options, _world: Dark(desks=tuple(words), until=options.get("--until", "")),
        usage="port dark DESK... [--until TIME]",
        help="Darken desks",
    ),
    Verb(
        words=("seat", "check-in"),
        takes=("person",),
        options={"--desk": "desk", "--office": "office", "--hotline": "hotline", "--until": "time"},
        make=_walk_in,
        usage="seat check-in NAME --office OFFICE|--desk DESK [--hotline HOTLINE] [--until TIME]",
        help="Seat somebody who walked in; quote a name of several words",
    ),
    *(
        Verb(
            words=(noun, verb),
            takes=("person" if noun == "user" else "lit",),
            options={"--reason": "text"},
            make=_pause(noun, paused=verb == "pause"),
            usage=f"{noun} {verb} {'PERSON' if noun == 'user' else 'DESK'} [--reason TEXT]",
            help=f"{'Pause' if verb == 'pause' else 'Let go on'} {'an agent' if noun == 'user' else 'who sits at a desk'}",
        )
        for noun in ("user", "port")
        for verb in ("pause", "unpause")
    ),
    Verb(
        words=("override", "clear"),
        takes=("override",),
        more="override",
        make=lambda words, _options, _world: Clear(ids=tuple(words)),
        usage="override clear ID...",
        help="End overrides now",
    ),
    Verb(
        words=("alert", "ack"),
        takes=("alert",),
        make=lambda words, _options, _world: See(alert=words[0]),
        usage="alert ack ID",
        help="Say that you see to an alert",
    ),
    *BOOK_VERBS,
    _own("undo", "Undo what was last done from here"),
    _own("emergencies", "All emergency calls"),
    _own("theme", "Colours", "theme", usage="theme dark|light"),
    _own("help", "All keys and commands"),
    _own("quit", "Leave"),
)
