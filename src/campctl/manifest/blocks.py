"""Long lists of plain entries, read line by line: a fifth of what the parser's events cost, and the same nodes.

What it takes: a run of entries as rosters in YAML have them, two spaces and a key, below it fields four spaces in:

      ann.lee:                            # comments and empty lines may stand anywhere
        name: Ann Lee
        number: "+13125550111"
        skills: [voter-protection, 'es']

Everything else (nested mappings, anchors, escapes, values over several lines, tabs, ...) ends the run and is left to the
parser, which gets the text with the inside of every run blanked out.

Why that is safe: the first and the last entry of a run stay in the text that the parser reads, and the parser must have
found both: as neighbouring entries of one section, at their lines, equal to the nodes made here. So it stood between two
entries where the run's inside was taken out, and there every line of the run has one meaning only; that meaning does not
depend on the lines around it. If the parser finds any fault anywhere in the file, or not what was expected, then nothing
made here is used and the whole file is read by `nodes.Reader`. What is wrong *in* a plain entry (a field that does not
exist, an unquoted 012) is a matter for who decodes the nodes, and these are the same on both ways.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec import Struct
from yaml import YAMLError

from campctl.manifest.nodes import Map, Node, Reader, Seq, TooBroken
from campctl.manifest.problems import Problems

Entry = tuple[Any, Any, Node]
"""As `Reader.entries` yields: section, key, node."""

_ODD = "\u2028\u2029\ufeff\ufffe\uffff"
"""Beyond Latin-1, what ends a line for YAML or may not stand in it; a text with one of these is not read here at all."""

_CONTROL = r"\x00-\x1f\x7f-\x9f"
_ANY = f"[^{_CONTROL}]"
_BLACK = f"[^ :#{_CONTROL}]"
_INNER = f"[^ :{_CONTROL}]"
_WORD = f"{_INNER}*+(?::{_INNER}++)*"
_PLAIN = rf"[^ !\"#%&'*,:>?@\[\]`{{|}}{_CONTROL}-]{_WORD}(?: ++{_BLACK}{_WORD})*"
"""Begins with nothing that means something to YAML, holds neither `: ` nor ` #`, ends in no space and no colon."""
_QUOTED = rf"\"[^\"\\{_CONTROL}]*+\"|'[^'{_CONTROL}]*+'"
_ITEM = rf"[+./0-9A-Z_a-z][+./0-9@A-Z_a-z-]*+(?: ++[+./0-9@A-Z_a-z][+./0-9@A-Z_a-z-]*+)*|{_QUOTED}"
_LIST = rf"\[ *+(?:(?:{_ITEM})(?: *+, *+(?:{_ITEM}))* *+)?\]"
_END = rf"(?: ++(?:#{_ANY}*+)?)?\n"
_FIELD = rf"    ([a-z_][a-z0-9_]{{0,40}}+):( ++)(?:({_PLAIN})|({_QUOTED}|{_LIST})){_END}"
_CHECK = rf"    [a-z_][a-z0-9_]{{0,40}}+: ++(?:{_PLAIN}|{_QUOTED}|{_LIST}){_END}"
"""As `_FIELD`, without groups: 3.11 loses count of those in a group that is repeated."""
_EMPTY = rf" *+(?:#{_ANY}*+)?\n"
_HEAD = rf"  (?:[A-Za-z0-9][A-Za-z0-9._-]{{0,62}}+|\"[A-Za-z0-9+._-]{{1,62}}+\"):{_END}"
_LINES = re.compile(f"{_FIELD}|{_EMPTY}")
_ENTRY = re.compile(f"{_HEAD}(?:{_EMPTY})*{_CHECK}(?:{_CHECK}|{_EMPTY})*")
_START = re.compile(f"^{_HEAD}", re.MULTILINE)
_ITEMS = re.compile(_ITEM)

_LEAST = 8
"""Entries that make a run."""
_LONGEST = 100_000
"""Characters of an entry; so many values that a limit of the reader's is passed do not fit in."""


class Mark(Struct, gc=False):
    """A place, from 0."""

    line: int
    column: int


class Text(Struct, gc=False):
    """A scalar, in the place of the parser's event."""

    value: str
    style: str
    line: int
    column: int

    @property
    def start_mark(self) -> Mark:
        """Its first character, or the quote before it."""
        return Mark(self.line, self.column)

    @property
    def end_mark(self) -> Mark:
        """The character after it."""
        return Mark(self.line, self.column + len(self.value) + 2 * len(self.style))


def entries(text: bytes, problems: Problems, keyed: frozenset[str]) -> Iterator[Entry] | None:
    """What `Reader(text, problems).entries(keyed)` yields; None when little of the text is plain, or something is wrong with it."""
    decoded = text.decode()
    if not decoded.isascii() and any(character in decoded for character in _ODD):
        return None
    runs = _runs(decoded)
    if sum(run.bounds[-2] - run.bounds[1] for run in runs) * 2 < len(decoded):
        return None
    doubts = Problems()
    try:
        others = list(Reader(_without(decoded, runs).encode(), doubts).entries(keyed))
    except (YAMLError, TooBroken):
        return None
    places = {key.start_mark.line: place for place, (_, key, _) in enumerate(others) if key is not None}
    for run in runs:
        run.place = places.get(run.line, -1)
        if run.place < 0 or not run.is_confirmed(others[run.place : run.place + 2], doubts):
            return None
    return None if doubts.findings else _joined(others, runs, problems)


def _runs(text: str) -> list[_Run]:
    """Where the plain entries stand."""
    runs = []
    match_entry, line, counted = _ENTRY.match, 0, 0
    start = _START.search(text)
    while start is not None:
        bounds = [start.start()]
        while (entry := match_entry(text, bounds[-1])) is not None and entry.end() - bounds[-1] < _LONGEST:
            bounds.append(entry.end())
        if len(bounds) > _LEAST:
            line += text.count("\n", counted, bounds[0])
            counted = bounds[0]
            runs.append(_Run(text, bounds, line))
        start = _START.search(text, max(bounds[-1], start.end()))
    return runs


def _without(text: str, runs: list[_Run]) -> str:
    """The text with every entry of a run but the first and the last blanked out; lines stay where they are."""
    parts: list[str] = []
    start = 0
    for run in runs:
        begin, end = run.bounds[1], run.bounds[-2]
        parts += (text[start:begin], "\n" * text.count("\n", begin, end))
        start = end
    return "".join((*parts, text[start:]))


def _joined(others: list[Entry], runs: list[_Run], problems: Problems) -> Iterator[Entry]:
    """All entries, in the order of the text."""
    start = 0
    for run in runs:
        yield from others[start : run.place]
        section, line = others[run.place][0], run.line
        for index in range(len(run.bounds) - 2):
            key, node, line = run.entry(index, line, problems)
            yield section, key, node
        start = run.place + 1
    yield from others[start:]


class _Run:
    """Neighbouring plain entries. `bounds`: where each begins, and where the last ends; `line` of the first, from 0."""

    __slots__ = ("_lists", "_text", "bounds", "line", "place")

    def __init__(self, text: str, bounds: list[int], line: int) -> None:
        self._text = text
        self._lists: dict[str, list[tuple[str, str, int]]] = {}
        self.bounds = bounds
        self.line = line
        self.place = -1
        """Index of the first one among the entries that the parser found."""

    def is_confirmed(self, found: list[Entry], problems: Problems) -> bool:
        """Whether the parser found the first and the last entry, as neighbours in one section, and sees in them what is seen here."""
        if len(found) != 2 or found[0][0] is not found[1][0]:
            return False
        last = len(self.bounds) - 2
        last_line = self.line + self._text.count("\n", self.bounds[0], self.bounds[last])
        ours = (self.entry(0, self.line, problems), self.entry(last, last_line, problems))
        return all(_same(key, entry[1]) and _same(node, entry[2]) for (key, node, _), entry in zip(ours, found, strict=True))

    def entry(self, index: int, line: int, problems: Problems) -> tuple[Text, Map, int]:
        """Key, fields, and the line of the next entry, of the entry that begins on `line`."""
        text, start = self._text, self.bounds[index]
        name = text[start + 2 : text.index(":", start)]
        entry_key = Text(name, "", line, 2) if name[0] != '"' else Text(name[1:-1], '"', line, 2)
        node = Map(None)
        items = node.items
        for name, gap, plain, other in _LINES.findall(text, text.index("\n", start) + 1, self.bounds[index + 1]):
            line += 1
            if not name:
                continue
            key, column = Text(name, "", line, 4), 5 + len(name) + len(gap)
            value: Node
            if plain:
                value = Text(plain, "", line, column)
            elif other[0] == "[":
                value = self._list(other, line, column)
            else:
                value = Text(other[1:-1], other[0], line, column)
            if node.start_mark is None:
                node.start_mark = Mark(line, 4)
            if name in items:
                problems.duplicate_key(key, items[name][0])
            else:
                items[name] = (key, value)
        node.end_mark = Mark(line + 1, 2)
        return entry_key, node, line + 1

    def _list(self, text: str, line: int, column: int) -> Seq:
        """`[a, 'b']`; what stands in it is found once, as thousands have the same."""
        known = self._lists.get(text)
        if known is None:
            known = self._lists[text] = []
            for match in _ITEMS.finditer(text, 1, len(text) - 1):
                item, style = match[0], match[0][0] if match[0][0] in "\"'" else ""
                known.append((item[1:-1] if style else item, style, match.start()))
        node = Seq(Mark(line, column))
        node.items = [Text(item, style, line, column + within) for item, style, within in known]
        node.end_mark = Mark(line, column + len(text))
        return node


def _same(ours: Node, theirs: Node) -> bool:
    """Whether two nodes are equal, but for the parser's end of a mapping: it is where the next thing begins, and that was taken out."""
    if ours.start_mark.line != theirs.start_mark.line or ours.start_mark.column != theirs.start_mark.column:
        return False
    if ours.__class__ is Map:
        if theirs.__class__ is not Map or list(ours.items) != list(theirs.items):
            return False
        pairs = zip(ours.items.values(), theirs.items.values(), strict=True)
        return all(_same(key, other_key) and _same(value, other) for (key, value), (other_key, other) in pairs)
    if ours.end_mark.line != theirs.end_mark.line or ours.end_mark.column != theirs.end_mark.column:
        return False
    if ours.__class__ is Seq:
        return (
            theirs.__class__ is Seq
            and len(ours.items) == len(theirs.items)
            and all(_same(mine, other) for mine, other in zip(ours.items, theirs.items, strict=True))
        )
    return bool(getattr(theirs, "value", None) == ours.value and theirs.style == ours.style)
