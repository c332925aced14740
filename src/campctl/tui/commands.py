"""What can be typed after a colon: screens, things to look at, and campctl's verbs that act; parsed and completed. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TYPE_CHECKING

from campctl.app.picture import Picture
from campctl.errors import UsageError
from campctl.tui.intents import Intent
from campctl.tui.verbs import Board, Go, Kind, Verb, World
from campctl.tui.verbs_all import VERBS

if TYPE_CHECKING:
    from campctl.app.running_books_rows import Books

OPTIONAL = {"theme"}
"""Verbs whose first word may be left out."""


def world_of(picture: Picture, books: Books | None = None) -> World:
    """Of a picture, and of what is known of runbooks."""
    rows = books.rows if books is not None else ()
    opened = books.opened.lines if books is not None and books.opened is not None else ()
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
            "book": sorted({row.book for row in rows}),
            "run": [row.run for row in rows if row.run],
            "live": [row.run for row in rows if row.run and row.state not in {"done", "rolled-back"}],
            "step": list(dict.fromkeys([*(row.step for row in rows if row.step), *(line.step for line in opened)])),
            "role": sorted({row.role for row in rows if row.role}),
            "assume": ["done", "not-done"],
        },
        books={row.run: row.book for row in rows if row.run},
    )


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
        if name in verb.options:
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
        if name in verb.flags and not equals:
            options[name] = name
            at += 1
            continue
        if name not in verb.options:
            every = (*verb.options, *verb.flags)
            known = f" It has {', '.join(every)}." if every else ""
            raise UsageError(f"{' '.join(verb.words)} has no option {name}.", hint=f"Write: {verb.usage}.{known}")
        if not equals:
            at += 1
            if at >= len(words):
                raise UsageError(f"{name} needs a value.", hint=f"Write: {verb.usage}")
            value = words[at]
        options[name] = f"{options[name]}\n{value}" if name in verb.many and name in options else value
        at += 1
    return given, options


def _check(kind: Kind, word: str, world: World) -> None:
    nouns = {"hotline": "hotline", "office": "office", "desk": "desk", "dark": "desk", "lit": "desk", "theme": "theme", "book": "runbook"}
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
    every = [name for name in (*verb.options, *verb.flags) if name not in rest or name in verb.many]
    options = every if len(plain) >= len(verb.takes) else []
    return [*here, *options]
