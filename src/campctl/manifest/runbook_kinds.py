"""Values in runbooks: texts that keep their place, command lines, times, lengths, expectations."""

from __future__ import annotations

import re
import shlex
from typing import Any

from campctl.findings import Span
from campctl.manifest.kinds import Context, Kind, check_null, text_of, wrong
from campctl.manifest.nodes import Map, Node, Seq
from campctl.manifest.problems import Bad
from campctl.model.runbooks import Text

MAX_SCRIPT = 20_000
"""Characters of a shell script, or of words to read out."""
_WORD = re.compile(r"""(?:[^\s"'\\]|\\.|"(?:\\.|[^"\\])*"|'[^']*')+""", re.DOTALL)


def text_at(ctx: Context, node: Node, *, plain: bool = True, most: int = 0) -> Text:
    """A scalar with its place. `plain`: say what other YAML readers make of it unquoted; `most`: characters instead of the usual limit."""
    if node.__class__ in (Map, Seq):
        raise wrong(node, "a text")
    check_null(ctx, node)
    if most and len(str(getattr(node, "value", ""))) > most:
        raise Bad("too-long", f"This text has {len(node.value):,} characters; {most:,} are the most.", "Put it into a file of its own.")
    value: str = node.value if most or not plain else text_of(ctx, node)
    start, end = node.start_mark, node.end_mark
    quotes = 1 if node.style in ("'", '"') else 0
    one_line = start.line == end.line and end.column - start.column == len(value) + 2 * quotes
    column = start.column + 1 + (quotes if one_line else 0)
    last = column + len(value) if one_line else (end.column + 1 if start.line == end.line else 0)
    return Text(value, Span(ctx.file, start.line + 1, column, last), one_line)


def words_of(ctx: Context, node: Node) -> tuple[Text, ...]:
    """A command line as words: a list, or one line split as a shell splits it (and nothing else of a shell's)."""
    if node.__class__ is Seq:
        found = tuple(text_at(ctx, item, plain=False) for item in node.items)
    else:
        found = _split(text_at(ctx, node, most=MAX_SCRIPT))
    if not found:
        raise Bad("missing-key", "There is no command here.", "Write a command: `hotline scale main 40 --until 23:00`.")
    return found


def _split(line: Text) -> tuple[Text, ...]:
    found: list[Text] = []
    place = 0
    for match in _WORD.finditer(line.value):
        if line.value[place : match.start()].strip():
            break
        place = match.end()
        found.append(
            Text(shlex.split(match[0])[0], line.at(match.start(), len(match[0])), line.exact and match[0] == shlex.split(match[0])[0])
        )
    if line.value[place:].strip():
        raise Bad("bad-command-line", "A quote is opened here and not closed.", "Close it, or write the words as a list.")
    return tuple(found)


def kind(name: str, read: Any, schema: dict[str, Any], written: str) -> Kind:
    """A kind of value: its name, how it is read, its schema, and how one writes it."""
    return Kind(name, read, schema, written)


SCALAR = {"type": ["string", "integer", "number"]}
TEXT = kind("text", text_at, {"type": ["string", "integer"]}, "text; `{name}` stands for a variable")
LONG = kind("words", lambda ctx, node: text_at(ctx, node, most=MAX_SCRIPT), {"type": "string"}, "words, over several lines where needed")
RAW = kind("value", lambda ctx, node: text_at(ctx, node, plain=False), SCALAR, "value")
TIME = kind("moment", RAW.parse, {"type": "string"}, "`05:00` of the runbook's day (`25:30` is after midnight), or `2026-11-03T05:00`")
LENGTH = kind("duration", RAW.parse, {"type": "string"}, "length of time: `20s`, `5m`")
EXPECTATION = kind("expectation", LONG.parse, {"type": "string"}, "expectation: `hotline main waiting < 20`")
COMMAND = kind("command", words_of, {"type": ["string", "array"], "items": SCALAR}, "`campctl` verb with its options, as a line or a list")


def _shell(ctx: Context, node: Node) -> Text | tuple[Text, ...]:
    return words_of(ctx, node) if node.__class__ is Seq else text_at(ctx, node, most=MAX_SCRIPT)


SHELL = kind("shell", _shell, COMMAND.schema, "a command as a list of words, or a text for `sh -c`")
