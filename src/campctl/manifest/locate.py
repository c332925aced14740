"""Where a value is written. Parses the files again, once, when it is first asked: loading keeps no positions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from yaml import YAMLError

from campctl.findings import Ref, Span
from campctl.manifest import phones, sources, units
from campctl.manifest.decode import SECRET_LINE
from campctl.manifest.fields import KEYED, SECTIONS
from campctl.manifest.kinds import Context
from campctl.manifest.nodes import Lost, Map, Node, Reader, Seq, TooBroken
from campctl.manifest.nouns import Noun
from campctl.manifest.problems import Bad, span_of
from campctl.manifest.reading import plain_entries, text_bytes
from campctl.manifest.roster import ROSTER_KEYS, Rosters
from campctl.model.stores import without_secrets

_OTHER_NAMES = {"default_backend": "backend", "default_permission": "defaults", "lit": "state", "number": "to"}
_MANY = {"desk": "desks", "extension": "extensions"}


class Locator:
    """Finds places in the files of one campaign."""

    def __init__(self, root: Path, overlay: Mapping[str, bytes], files: tuple[str, ...]) -> None:
        self._root = root
        self._overlay = overlay
        self._files = files
        self._lines: dict[str, list[str]] = {}
        self._entries: dict[tuple[str, str], tuple[str, Any, Node]] | None = None
        self._sections: dict[str, tuple[str, Any]] = {}
        self._region = "US"

    def line(self, file: str, line: int) -> str:
        """A line of a file, without its end."""
        lines = self._lines.get(file)
        if lines is None:
            data = self._data(file)
            try:
                text = data.decode("utf-8-sig")
            except UnicodeDecodeError:
                text = data.decode("cp1252", errors="replace")
            lines = self._lines[file] = text.split("\n")
        return _without_secrets(lines[line - 1].rstrip("\r")) if 0 < line <= len(lines) else ""

    def where(self, ref: Ref) -> Span | None:
        """The place of what `ref` names."""
        entries = self._index()
        found = entries.get((ref.section, ref.id if ref.section != "campaign" else ""))
        if found is None:
            section = self._sections.get(ref.section)
            return span_of(*section) if section else None
        file, key, node = found
        steps = (ref.field, *ref.path) if ref.field else ref.path
        return self._below(file, key, node, steps, SECTIONS.get(ref.section))

    def _below(self, file: str, key: Any, node: Node, steps: tuple[str, ...], noun: Noun | None) -> Span:
        """Go down as far as it is written."""
        best = key
        for step in steps:
            pair = None
            if node.__class__ is Map:
                pair = _pair(node, step, noun)
            elif node.__class__ is Seq:
                pair = _item(node, step)
            if pair is None:
                break
            noun = _inner(noun, step)
            best, node = pair
        if node.__class__ is Lost and node.start_mark is None:  # a cell that the roster does not have
            return span_of(file, key if best is node else best)
        if best is not key and (node.__class__ not in (Map, Seq) or node.end_mark.line == node.start_mark.line):
            return span_of(file, node)
        return span_of(file, best)

    def _index(self) -> dict[tuple[str, str], tuple[str, Any, Node]]:
        if self._entries is None:
            self._entries = {}
            for file in self._files:
                if file.endswith(sources.SUFFIXES):
                    self._index_file(file)
        return self._entries

    def _index_file(self, file: str) -> None:
        ctx = Context()
        ctx.file = file
        sink = _Sink(self, ctx)
        rosters = Rosters(ctx, lambda name, _: self._data(name) if name in self._files else None)
        text = text_bytes(ctx, self._data(file))
        if text is None:
            return
        with suppress(TooBroken, YAMLError):  # what stands before the fault is found
            for section, key, node in plain_entries(text, ctx) or Reader(text, ctx).entries(KEYED):
                if section is None or section.value not in SECTIONS:
                    continue
                name = section.value
                self._sections.setdefault(name, (file, section))
                if name == "campaign":
                    self._remember(name, "", file, section, node)
                    country = node.items.get("country") if node.__class__ is Map else None
                    self._region = getattr(country[1], "value", "US") if country else "US"
                elif key is None:
                    for entry_key, entry in node.items.values() if node.__class__ is Map else ():
                        sink.entry(name, entry_key, entry)
                elif key.value in ROSTER_KEYS and SECTIONS[name].roster:
                    rosters.note(name, key, node)
                else:
                    sink.entry(name, key, node)
        rosters.finish(sink)

    def _remember(self, section: str, name: str, file: str, key: Any, node: Node) -> None:
        assert self._entries is not None
        self._entries.setdefault((section, name), (file, key, node))

    def add(self, section: str, file: str, key: Any, node: Node) -> None:
        """One entry; a bank of desks under each of its desks too."""
        name = key.value
        if section == "numbers":
            with suppress(Bad):
                name = phones.e164(name.strip(), self._region)
        if section != "ports":
            self._remember(section, name, file, key, node)
            return
        if key.style != "csv":
            self._remember(section, name, file, key, node)
        if node.__class__ is Map:
            office = getattr(node.items.get("office", (None, None))[1], "value", "")
            for desk in _desks(node):
                self._remember(section, f"{office}/{desk}", file, key, node)

    def _data(self, file: str) -> bytes:
        if file in self._overlay:
            return self._overlay[file]
        try:
            return sources.read(self._root / file)
        except OSError:
            return b""


class _Sink:
    """Takes what a roster yields, in the assembly's place."""

    def __init__(self, locator: Locator, ctx: Context) -> None:
        self._locator = locator
        self._ctx = ctx

    def begin_file(self, file: str) -> None:
        """A roster begins."""

    def entry(self, section: str, key: Any, node: Node) -> None:
        """One entry."""
        self._locator.add(section, self._ctx.file, key, node)


def _without_secrets(line: str) -> str:
    """The line with what may be a secret starred out, as long as it was: excerpts go to terminals and logs."""
    line = without_secrets(line)
    match = SECRET_LINE.search(line)
    return line if match is None else line[: match.end()] + re.sub(r"[^\s,}]", "*", line[match.end() :])


def _pair(node: Map, step: str, noun: Noun | None) -> tuple[Any, Node] | None:
    names = [step, _OTHER_NAMES.get(step, ""), _MANY.get(step, "")]
    if noun is not None:
        names += (field.name for field in noun.fields if field.attr == step)
    for name in names:
        if name in node.items:
            return node.items[name]
    return None


def _item(node: Seq, step: str) -> tuple[Any, Node] | None:
    """The item of that index; else the mapping of that name, or the value of that text."""
    if step.isdecimal() and int(step) < len(node.items):
        item = node.items[int(step)]
        return item, item
    for item in node.items:
        name = item.items.get("name") if item.__class__ is Map else None
        if (getattr(name[1], "value", None) if name else getattr(item, "value", None)) == step:
            return item, item
    return None


def _inner(noun: Noun | None, step: str) -> Noun | None:
    """The noun inside a field, for the names of what is below it; it stays while indices are passed."""
    if noun is None:
        return None
    for field in noun.fields:
        if step in (field.name, field.attr):
            inner: Noun | None = field.kind.table
            return inner
    return noun


def _desks(node: Map) -> list[str]:
    found: list[str] = []
    for name in ("desk", "desks"):
        value = node.items.get(name, (None, None))[1]
        for item in value.items if value.__class__ is Seq else (value,):
            text = getattr(item, "value", None)
            if not text:
                continue
            try:
                found += units.labels(text.strip()) if name == "desks" else [text]
            except Bad:
                continue
    return found
