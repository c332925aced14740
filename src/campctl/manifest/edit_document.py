"""One YAML file under edit: where its sections and entries are, found without reading all of it.

An edit reads, splices, and reads again one *unit*: an entry with its comments (block style), else its section, else the file. That a
unit may be read by itself is certain when no quoted text or bracket above it is left open at the end of a line (`_OPEN`); a file
where one is, is read whole. So one edit in a file of 3 MB takes some 100 ms, where reading it twice would take a second.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from campctl.manifest.edit_nodes import Node, Odd, data, parse
from campctl.manifest.edit_text import Splice, comments_above, is_blank, line_end, line_start, splice

_DOUBLE: Final = r'"(?:[^"\\\n]|\\.)*"'
_SINGLE: Final = r"'(?:[^'\n]|'')*'"
_ATOM: Final = rf"""[^\[\]{{}}"'\n#]|{_DOUBLE}|{_SINGLE}"""
_INNER: Final = rf"\[(?:{_ATOM})*\]|\{{(?:{_ATOM})*\}}"
_FLOW: Final = rf"\[(?:{_ATOM}|{_INNER})*\]|\{{(?:{_ATOM}|{_INNER})*\}}"
_COMMENT: Final = re.compile(r"(?m)(?:^|(?<=[ \t]))#.*")
_OPEN: Final = re.compile(
    rf"""(?m)(?:^ *(?:- +)*|: +)(?:[&!][^ \n]* +)*(?=["'\[{{])(?!(?:{_DOUBLE}|{_SINGLE}|{_FLOW})[ \t]*(?:[:,\]}}]|\#|\r?$))"""
)
"""A value that begins with a quote or bracket and does not plainly end on its line."""

_ALIKE: Final = bytes(ord("a") if chr(code).isalnum() or code > 126 else code for code in range(256))
"""Letters and digits as one: they mean nothing to `_OPEN`, and most lines become alike."""

_TOP: Final = re.compile(r"\n[^\s#]")  # "\n" where "^" would do: the search for a fixed character is several times faster
_CHILD: Final = re.compile(r"\n( +)(?=[^\s#])")
BOM: Final = b"\xef\xbb\xbf"


@dataclass(slots=True)
class Section:
    """Where a section stands: its key's line, and, in block style, the indentation of its entries (else None)."""

    start: int
    end: int
    indent: int | None


class Unit:
    """A part of a file that can be read by itself. `path` leads from its root to what was looked for."""

    def __init__(self, document: Document, start: int, end: int, path: tuple[str, ...]) -> None:
        self.document = document
        self.start = start
        self.end = end
        self.path = path
        self.text = document.text[start:end]
        self.root = parse(self.text)

    def resolve(self, path: tuple[str, ...]) -> Node | None:
        """The node that `path` leads to from the root, through own keys only."""
        node = self.root
        for name in path:
            node = node.get(name) if node is not None and node.kind == "map" else None
        return node

    def commit(self, splices: list[Splice], expected: Any) -> None:
        """Do the splices, read the result, and keep it only when it says `expected`. Raises Odd."""
        new = splice(self.text, splices)
        found = data(parse(new))
        if found != expected:
            raise Odd("reading it after the change does not give what was intended")
        self.document.text = self.document.text[: self.start] + new + self.document.text[self.end :]


class Document:
    """The text of one YAML file, without byte order mark. Raises Odd when it is not UTF-8."""

    def __init__(self, file: str, content: bytes) -> None:
        self.file = file
        self.bom = content.startswith(BOM)
        try:
            self.text = content[len(BOM) if self.bom else 0 :].decode()
        except UnicodeDecodeError as error:
            raise Odd("it is not UTF-8") from error
        self.newline = "\r\n" if "\r\n" in self.text[: self.text.find("\n") + 1] else "\n"
        self._plain: bool | None = None

    @property
    def content(self) -> bytes:
        """The bytes of the file as it stands now."""
        return (BOM if self.bom else b"") + self.text.encode()

    @property
    def plain(self) -> bool:
        """Whether lines tell where sections and entries begin. Edits are proved, so once is enough."""
        if self._plain is None:
            text = self.text
            begins = text.lstrip(" \n\r")[:1]
            odd = "\t" in text or ("\r" in text and "\r" in text.replace("\r\n", "")) or begins in ("{", "?", "%") or "\n? " in text
            lines = b"\n".join(set(text.encode().translate(_ALIKE).split(b"\n"))).decode()
            self._plain = not odd and _OPEN.search(_COMMENT.sub("", lines)) is None
        return self._plain

    def section(self, name: str) -> Section | None:
        """Where a section is. Raises Odd when it stands twice."""
        found = self._keys(name, 0, 0, len(self.text))
        if len(found) > 1:
            raise Odd(f"`{name}` stands twice in it")
        if not found:
            return None
        start, after = found[0]
        first = line_end(self.text, after)
        rest = self.text[after:first].strip()
        top = _TOP.search(self.text, first - 1)
        end = top.start() + 1 if top else len(self.text)
        child = _CHILD.search(self.text, first - 1, end) if not rest or rest.startswith("#") else None
        return Section(start, end, len(child[1]) if child else None)

    def whole(self, section: str) -> Unit | None:
        """The unit that holds all of a section, with its path."""
        if not self.plain:
            unit = Unit(self, 0, len(self.text), (section,))
            return unit if unit.root is not None and unit.resolve((section,)) is not None else None
        found = self.section(section)
        return Unit(self, found.start, found.end, (section,)) if found else None

    def entry(self, section: str, name: str) -> Unit | None:
        """The smallest unit that holds one entry of a section, its comments included, with its path."""
        found = self.section(section) if self.plain else None
        if found is None or found.indent is None:
            if self.plain and found is None:
                return None
            unit = self.whole(section)
            return _below(unit, name) if unit else None
        places = self._keys(name, found.indent, found.start, found.end)
        if len(places) > 1:
            raise Odd(f"`{name}` stands twice in `{section}`")
        if not places:
            unit = self.whole(section) if self._keys("also", found.indent, found.start, found.end) else None
            return _below(unit, name) if unit else None
        begin, after = places[0]
        next_ = re.compile(rf"\n {{0,{found.indent}}}[^\s#]").search(self.text, after, found.end)
        start = comments_above(self.text, begin, found.indent)
        if start > 0 and is_blank(self.text, line_start(self.text, start - 1)):
            start = line_start(self.text, start - 1)  # so that a removal can see it
        return Unit(self, start, next_.start() + 1 if next_ else found.end, (name,))

    def names(self, section: str) -> list[str]:
        """The entries of a section in block style, by line; [] for any other style, or when one has a name that is no plain word."""
        return [name for name, _ in self.outline(section)]

    def outline(self, section: str) -> list[tuple[str, str]]:
        """As `names`, each with its text and what stands between it and the next."""
        found = self.section(section) if self.plain else None
        if found is None or found.indent is None:
            return []
        line = re.compile(rf"""\n {{{found.indent}}}(?:"([^"\\\n]+)"|'([^'\n]+)'|([^\s#"'][^\n]*?))[ ]*:(?=[ \r\n]|\Z)""")
        keys = list(line.finditer(self.text, found.start, found.end))
        if len(keys) != len(re.findall(rf"\n {{{found.indent}}}[^\s#]", self.text[found.start : found.end])):
            return []
        ends = [*(key.start() for key in keys[1:]), found.end]
        return [(key[1] or key[2] or key[3], self.text[key.start() : end]) for key, end in zip(keys, ends, strict=False)]

    def _keys(self, name: str, indent: int, start: int, end: int) -> list[tuple[int, int]]:
        """Where lines begin that hold a key at an indentation, and where its colon ends, from the line at `start` on."""
        found = []
        for quote in ("", '"', "'"):
            begins = " " * indent + quote + name
            key = re.compile(re.escape(begins) + quote + r"[ ]*:(?=[ \t\r\n]|\Z)")
            at = start
            while True:
                match = key.match(self.text, at, end)
                if match:
                    found.append((at, match.end()))
                at = self.text.find("\n" + begins, at, end) + 1
                if at == 0:
                    break
        return sorted(found)

    def line_of(self, at: int) -> int:
        """The line number, from 1, of a position."""
        return self.text.count("\n", 0, line_start(self.text, at)) + 1


def _below(unit: Unit, name: str) -> Unit | None:
    """The unit with its path going on to an entry, beside or below `also`."""
    for path in ((*unit.path, name), (*unit.path, "also", name)):
        if unit.resolve(path) is not None:
            unit.path = path
            return unit
    return None
