"""One YAML file into the assembly: bytes that are text, text that is YAML, and going on after a syntax error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from yaml import YAMLError
from yaml.error import MarkedYAMLError

from campctl.findings import Span
from campctl.findings.suggest import Suggester
from campctl.manifest.assemble import Assembly
from campctl.manifest.fields import KEYED, SECTIONS
from campctl.manifest.kinds import Context
from campctl.manifest.limits import MAX_FILE_BYTES, MAX_SYNTAX_ERRORS
from campctl.manifest.nodes import Map, Node, Reader, Seq, TooBroken
from campctl.manifest.problems import Problems
from campctl.manifest.roster import ROSTER_KEYS, Rosters

_BOM = b"\xef\xbb\xbf"
_LONG = 48 * 1024
"""Bytes from which on a text gains more by quick reading than the patterns for it cost: some 300 people."""
_TOP_KEY = re.compile(rb"[A-Za-z_]+:(\s|$)")


def too_large(ctx: Context, file: str, size: int) -> bool:
    """Whether a file is over the limit; then reported."""
    if size <= MAX_FILE_BYTES:
        return False
    ctx.add(
        "file-too-large",
        f"{file} has more than {MAX_FILE_BYTES // 1024 // 1024} MiB, so it was not read.",
        Span(file, 1, 1),
        help="Split it into several files, or move what is no manifest out of the campaign's folder.",
    )
    return True


def text_bytes(ctx: Context, data: bytes) -> bytes | None:
    """The bytes without byte order mark when they are UTF-8 text; None (and a finding) when they are not."""
    file = ctx.file
    if data[:3] == _BOM:
        data = data[3:]
        ctx.add(
            "byte-order-mark",
            "The file begins with a byte order mark, which no one can see and some tools stumble over.",
            Span(file, 1, 1),
            help="Save it as UTF-8 without BOM.",
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        ctx.add("not-utf-8", f"{file} is UTF-16, not UTF-8, so it was not read.", Span(file, 1, 1), help="Save it as UTF-8.")
        return None
    if b"\0" in data:
        ctx.add(
            "binary-file", f"{file} holds zero bytes, so it is no text.", Span(file, 1, 1), help="Move it out of the campaign's folder."
        )
        return None
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        begin = data.rfind(b"\n", 0, error.start) + 1
        column = len(data[begin : error.start].decode(errors="replace")) + 1
        what = f"The byte 0x{data[error.start]:02x} on line {line} is not UTF-8, so {file} was not read."
        ctx.add("not-utf-8", what, Span(file, line, column, column + 1), help="Save the file as UTF-8; it may be Latin-1 or Windows-1252.")
        return None
    return data


def plain_entries(text: bytes, problems: Problems) -> Iterator[tuple[Any, Any, Node]] | None:
    """The entries of a text that is long, without fault, and for the most part plain (`manifest.blocks`); None for any other."""
    if len(text) < _LONG:
        return None
    from campctl.manifest.blocks import entries

    return entries(text, problems, KEYED)


class FileReader:
    """Reads the files of one campaign into one assembly. `broken`: some file could not be read to its end."""

    def __init__(self, ctx: Context, assembly: Assembly, rosters: Rosters) -> None:
        self._ctx = ctx
        self._assembly = assembly
        self._rosters = rosters
        self._unknown: list[Any] = []
        self._known = False
        self.broken = False

    def read(self, file: str, data: bytes) -> None:
        """One file, with everything that is wrong with it."""
        ctx = self._ctx
        self._assembly.begin_file(file)
        text = text_bytes(ctx, data)
        if text is None:
            self.broken = True
            return
        self._unknown, self._known = [], False
        before = len(ctx.findings)
        errors = 0
        quick = plain_entries(text, ctx)
        if quick is not None:
            self._sections(quick)
        rest: bytes | None = text if quick is None else None
        while rest is not None:
            reader = Reader(rest, ctx)
            try:
                self._sections(reader.entries(KEYED))
                break
            except TooBroken:
                self.broken = True
                break
            except YAMLError as error:
                self.broken = True
                errors += 1
                line = max(self._syntax(error, text), reader.key.start_mark.line if reader.key else 0)
                rest = _after(text, line, reader) if errors < MAX_SYNTAX_ERRORS else None
        self._rosters.finish(self._assembly)
        self._report_unknown(file, text, len(ctx.findings) > before)

    def _sections(self, entries: Iterator[tuple[Any, Any, Node]]) -> None:
        """Hand every entry to the assembly."""
        assembly, rosters = self._assembly, self._rosters
        for section, key, node in entries:
            if section is None:
                self._top_level(node)
                continue
            name = section.value
            if name not in SECTIONS:
                if name.startswith("x-"):
                    self._known = True  # a place for anchors
                else:
                    self._unknown.append(section)
                continue
            self._known = True
            if key is None:
                if name == "campaign":
                    assembly.campaign_section(section, node)
                elif node is not None:
                    self._bare_section(section, node)
                continue
            if key.value in ROSTER_KEYS and SECTIONS[name].roster:
                rosters.note(name, key, node)
            else:
                assembly.entry(name, key, node)

    def _bare_section(self, section: Any, node: Node) -> None:
        """A section that is no block of entries: null is fine (nothing yet), an alias to a mapping too."""
        if node.__class__ is Map:
            for key, value in node.items.values():
                self._assembly.entry(section.value, key, value)
        elif node.__class__ is Seq or node.style or node.value not in ("", "~", "null"):
            what = f"`{section.value}` holds a mapping of id to fields."
            self._ctx.add("wrong-type", what, section, help=f"Write `{section.value}:` and below it `  some-id:` with its fields.")

    def _top_level(self, node: Node) -> None:
        """A document that is no mapping: a file that is not ours, or an empty one."""
        if node.__class__ is not Seq and not node.style and node.value == "":
            return
        self._known = True
        self._ctx.add(
            "not-a-manifest",
            f"This file holds {'a list' if node.__class__ is Seq else 'a text'} and no sections such as `users:`, so it was not read.",
            node,
            help="Add a section, or move the file into a folder named `runbooks` or out of the campaign's folder.",
        )

    def _report_unknown(self, file: str, text: bytes, found: bool) -> None:
        """Top-level keys that are no sections. A file with none at all that are is somebody else's."""
        ctx = self._ctx
        suggester = Suggester(SECTIONS)
        near = [suggester.did_you_mean(key.value) for key in self._unknown]
        if not self._unknown:
            if not self._known and not found:
                words = "is empty" if not text.strip() else "holds nothing but comments"
                ctx.add("empty-file", f"{file} {words}.", Span(file, 1, 1), help="Write a section such as `users:` into it, or remove it.")
            return
        if not self._known and not any(near) and not file.startswith("campaign."):
            ctx.add(
                "not-a-manifest",
                f"None of this file's top-level keys is a section ({', '.join(SECTIONS)}), so it was not read.",
                self._unknown[0],
                help="Move it into a folder named `runbooks` or out of the campaign's folder, or correct the section's name.",
            )
            return
        for key, hint in zip(self._unknown, near, strict=True):
            what = f"`{key.value}` is not a section, so nothing below it was read."
            ctx.add("unknown-section", what, key, help=hint or f"The sections are {', '.join(SECTIONS)}.")

    def _syntax(self, error: YAMLError, text: bytes) -> int:
        """Report a syntax error; the line (from 0) it was noticed on."""
        if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
            position = min(getattr(error, "position", 0) or 0, len(text))
            line = text.count(b"\n", 0, position)
            column = position - text.rfind(b"\n", 0, position)
            what = f"The character at line {line + 1}, column {column} is a control character, which YAML does not allow."
            self._ctx.add(
                "yaml-syntax",
                what,
                Span(self._ctx.file, line + 1, column, column + 1),
                help='Remove it, or write it as an escape in double quotes ("\\x07").',
            )
            return line
        from campctl.manifest.syntax_words import explain

        mark, code, detail, help_ = explain(error, text)
        place = Span(self._ctx.file, mark.line + 1, mark.column + 1, mark.column + 2)
        self._ctx.add(
            code, f"{detail} What belongs to it was not read, so references are not checked until this is mended.", place, help=help_
        )
        return int(mark.line)


def _after(text: bytes, line: int, reader: Reader) -> bytes | None:
    """The text from the next entry or section on, with empty lines before it so that places stay right; None if there is none."""
    section = reader.section.value if reader.section else ""
    indent = reader.key.start_mark.column if reader.key else 0
    lines = text.split(b"\n")
    entry = re.compile(rb" {%d}[^\s#-][^:]*:(\s|$)" % indent) if section in KEYED and indent else None
    for number in range(line + 1, len(lines)):
        if _TOP_KEY.match(lines[number]):
            return b"\n" * number + b"\n".join(lines[number:])
        if entry is not None and entry.match(lines[number]):
            return b"\n" * (number - 1) + section.encode() + b":\n" + b"\n".join(lines[number:])
    return None
