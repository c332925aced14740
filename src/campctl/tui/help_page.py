"""`?`: every key and command, made from the tables that the board itself uses. Also the table of docs/board.md."""

from __future__ import annotations

from collections.abc import Sequence

from campctl.tui.keys import GROUPS, KEYS, Key
from campctl.tui.lines import Line, wrapped
from campctl.tui.looks import ASCII, UNICODE
from campctl.tui.verbs_all import VERBS

DESKS = {
    "dark": "dark: its phone rings for nobody",
    "lit": "lit, and free",
    "ringing": "ringing",
    "talking": "talking",
    "paused": "paused",
    "unreachable": "lit, and its phone is not registered",
    "no-location": "it has no 911 location, so it may not be lit",
}
WHERE = {
    "hotlines": "hotlines",
    "hotline": "a hotline",
    "offices": "offices",
    "office": "an office",
    "people": "people",
    "activity": "activity",
    "alerts": "alerts",
    "runbooks": "runbooks",
    "runbook": "a runbook",
}


def where(key: Key) -> str:
    """On which screens a key acts, in words; nothing when on all."""
    return ", ".join(WHERE[name] for name in key.where)


def help_lines(width: int) -> Sequence[Line]:
    """Groups of keys, then the commands."""
    lines: list[Line] = []
    for group in GROUPS:
        lines += [[("accent", group)]]
        for key in (key for key in KEYS if key.group == group):
            there = f" ({where(key)})" if key.where else ""
            lines += _entry(key.shown, key.words, there, width, 19)
        lines.append([])
    lines.append([("accent", "Commands, after a colon")])
    for verb in VERBS:
        lines += [*wrapped([("strong", f"  {verb.usage}")], width, hang=6), *wrapped([("dim", f"      {verb.help}")], width, hang=6)]
    return lines


def _entry(name: str, words: str, there: str, width: int, column: int) -> list[Line]:
    head = f"  {name}".ljust(column)
    return wrapped([("strong", head + " " * (0 if len(head) <= column else 1)), ("text", words), ("dim", there)], width, hang=column)


def keys_markdown() -> str:
    """The table of keys for the docs."""
    rows = ["| key | what it does | where |", "| --- | --- | --- |"]
    rows += [
        f"| `{key.shown}` | {key.words} | {where(key) or 'everywhere'} |"
        if key.keys
        else f"| {key.shown} | {key.words} | {where(key) or 'everywhere'} |"
        for group in GROUPS
        for key in KEYS
        if key.group == group
    ]
    return "\n".join(rows)


def commands_markdown() -> str:
    """The table of commands for the docs."""
    rows = ["| command | what it does |", "| --- | --- |"]
    rows += [f"| `:{verb.usage.replace('|', chr(92) + '|')}` | {verb.help} |" for verb in VERBS]
    return "\n".join(rows)


def desks_markdown() -> str:
    """Rows of the table of desks' states for the docs."""
    head = "| cell | on a plain terminal | the desk |\n| --- | --- | --- |\n"
    return head + "\n".join(f"| `{UNICODE.states[state]}` | `{ASCII.states[state]}` | {words} |" for state, words in DESKS.items())
