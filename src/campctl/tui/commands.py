"""What can be typed after a colon: screens, things to look at, and campctl's verbs that act; parsed and completed. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from msgspec import Struct

from campctl.app.picture import Picture
from campctl.errors import UsageError
from campctl.tui.intents import Clear, Dark, Intent, Light, Pause, Scale, See, WalkIn

Kind = Literal["hotline", "office", "desk", "dark", "lit", "person", "override", "alert", "theme", "seats", "text", "time"]


class Go(Struct, frozen=True, kw_only=True):
    """To a screen, or to one thing."""

    screen: str
    id: str = ""


class Board(Struct, frozen=True, kw_only=True):
    """Something the board does itself: `quit`, `help`, `undo`, `theme`, `emergencies`, `filter`."""

    action: str
    value: str = ""


class World(Struct, frozen=True, kw_only=True):
    """The ids there are, for completion and for "did you mean"."""

    ids: Mapping[str, Sequence[str]]


class Verb(Struct, frozen=True, kw_only=True):
    """A command: its words, what its places take, its options and what their values are."""

    words: tuple[str, ...]
    takes: tuple[Kind, ...] = ()
    more: Kind | None = None
    options: Mapping[str, Kind] = {}
    make: Callable[[Sequence[str], Mapping[str, str], World], Go | Board | Intent]
    usage: str
    help: str


def world_of(picture: Picture) -> World:
    """Of a picture."""
    desks = [desk for office in picture.offices for desk in office.desks]
    return World(
        ids={
            "hotline": [line.id for line in picture.hotlines],
            "office": [office.id for office in picture.offices],
            "desk": [desk.id for desk in desks],
            "dark": [desk.id for desk in desks if desk.state == "dark"],
            "lit": [desk.id for desk in desks if desk.state not in {"dark", "no-location"}],
            "person": [person.id for person in picture.people],
            "override": [line.ref for line in picture.activity if line.kind == "override" and line.ref],
            "alert": [line.id for line in picture.alerts if line.id and not line.acknowledged],
            "theme": ["dark", "light"],
            "seats": ["+1", "+5", "+10", "-1", "-5", "-10"],
            "time": ["+1h", "+2h", "21:00", "23:30"],
        },
    )


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
    _own("undo", "Undo what was last done from here"),
    _own("emergencies", "All emergency calls"),
    _own("theme", "Colours", "theme", usage="theme dark|light"),
    _own("help", "All keys and commands"),
    _own("quit", "Leave"),
)
OPTIONAL = {"theme"}
"""Verbs whose first word may be left out."""


def parse(text: str, world: World) -> Go | Board | Intent:
    """What was typed; `errors.UsageError` in words when it makes no sense."""
    try:
        words = shlex.split(text)
    except ValueError:
        raise UsageError("A quote is not closed.", hint='Names of several words go in quotes: seat "Bo Doe".') from None
    if words[:1] == ["campctl"]:
        words = words[1:]
    if not words:
        raise UsageError("Nothing was typed.", hint="Tab shows what there is.")
    if words == ["q"]:
        words = ["quit"]
    verb = _verb(words)
    if verb is None:
        raise _unknown(words)
    given, options = _options(verb, words[len(verb.words) :])
    least = 0 if verb.words[0] in OPTIONAL else len(verb.takes)
    if len(given) < least or (len(given) > len(verb.takes) and verb.more is None):
        raise UsageError(f"{' '.join(verb.words)} takes other words.", hint=f"Write: {verb.usage}")
    for kind, word in zip(verb.takes, given, strict=False):
        _check(kind, word, world)
    for name, value in options.items():
        _check(verb.options[name], value, world)
    return verb.make(given, options, world)


def _verb(words: Sequence[str]) -> Verb | None:
    return next((verb for verb in VERBS if tuple(words[: len(verb.words)]) == verb.words), None)


def _unknown(words: Sequence[str]) -> UsageError:
    from difflib import get_close_matches

    known = sorted({" ".join(verb.words) for verb in VERBS})
    near = get_close_matches(" ".join(words[:2]), known, 2) or get_close_matches(words[0], known, 2)
    guess = f"Did you mean {' or '.join(f'`{name}`' for name in near)}? " if near else ""
    return UsageError(f"There is no command `{words[0]}` here.", hint=f"{guess}? lists them.")


def _options(verb: Verb, words: Sequence[str]) -> tuple[list[str], dict[str, str]]:
    given, options = [], {}
    at = 0
    while at < len(words):
        word = words[at]
        if not word.startswith("--"):
            given.append(word)
            at += 1
            continue
        name, equals, value = word.partition("=")
        if name not in verb.options:
            known = f" It has {', '.join(verb.options)}." if verb.options else ""
            raise UsageError(f"{' '.join(verb.words)} has no option {name}.", hint=f"Write: {verb.usage}.{known}")
        if not equals:
            at += 1
            if at >= len(words):
                raise UsageError(f"{name} needs a value.", hint=f"Write: {verb.usage}")
            value = words[at]
        options[name] = value
        at += 1
    return given, options


def _check(kind: Kind, word: str, world: World) -> None:
    nouns = {"hotline": "hotline", "office": "office", "desk": "desk", "dark": "desk", "lit": "desk", "theme": "theme"}
    if kind not in nouns:
        return
    known = world.ids["desk" if kind in {"dark", "lit"} else kind]
    if word in known:
        return
    from difflib import get_close_matches

    near = get_close_matches(word, known, 1)
    raise UsageError(f"There is no {nouns[kind]} `{word}`.", hint=f"Did you mean `{near[0]}`?" if near else "Tab shows those there are.")


def complete(text: str, world: World) -> list[str]:
    """What may stand instead of the last word of what was typed, best first; at most 200."""
    head, _, last = text.rpartition(" ")
    before = head.split()
    if before[:1] == ["campctl"]:
        before = before[1:]
    found: list[str] = []
    for verb in VERBS:
        if len(before) < len(verb.words):
            if verb.words[: len(before)] == tuple(before):
                found.append(verb.words[len(before)])
            continue
        if tuple(before[: len(verb.words)]) != verb.words:
            continue
        found += _places(verb, before[len(verb.words) :], world)
        if verb.takes:
            break
    begins = [word for word in dict.fromkeys(found) if word.startswith(last)]
    within = [word for word in dict.fromkeys(found) if last and last.casefold() in word.casefold() and word not in begins]
    return [*begins, *within][:200]


def _places(verb: Verb, rest: Sequence[str], world: World) -> list[str]:
    if rest and rest[-1] in verb.options:
        return list(world.ids.get(verb.options[rest[-1]], ()))
    plain = [word for at, word in enumerate(rest) if not word.startswith("--") and not (at and rest[at - 1] in verb.options)]
    kind = verb.takes[len(plain)] if len(plain) < len(verb.takes) else verb.more
    here = [word for word in world.ids.get(kind, ()) if word not in plain] if kind is not None else []
    options = [name for name in verb.options if name not in rest] if len(plain) >= len(verb.takes) else []
    return [*here, *options]
