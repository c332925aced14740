"""YAML as nodes with places, built straight from the parser's events: a seventh of the time `yaml.load` takes.

A scalar is the parser's own event (`value`, `style`, `start_mark`, `end_mark`): nothing is made for it. Mappings keep
their first key of each name; every later one is reported. Nothing is resolved here: what `no` or `012` means is for
the field that reads it. Marks count from 0 in characters, of the text without its byte order mark.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

from yaml.error import MarkedYAMLError
from yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from campctl.manifest.limits import MAX_ALIASES, MAX_DEPTH, MAX_EXPANSION, MAX_VALUES

if TYPE_CHECKING:
    from campctl.manifest.problems import Problems

try:
    from yaml._yaml import CParser as EventSource
except ImportError:  # a PyYAML built without libyaml: ten times slower, the same events
    from yaml import SafeLoader as EventSource  # type: ignore[assignment]

Scalar: TypeAlias = ScalarEvent


class Map:
    """A mapping: key text to (key, value), in the order of writing."""

    __slots__ = ("end_mark", "items", "start_mark")

    def __init__(self, start_mark: Any) -> None:
        self.items: dict[str, tuple[Any, Node]] = {}
        self.start_mark = start_mark
        self.end_mark = start_mark


class Seq:
    """A list."""

    __slots__ = ("end_mark", "items", "start_mark")

    def __init__(self, start_mark: Any) -> None:
        self.items: list[Node] = []
        self.start_mark = start_mark
        self.end_mark = start_mark


class Lost:
    """Stands for a value that cannot be known; its finding is made, so whoever reads it stays silent."""

    __slots__ = ("end_mark", "start_mark")
    style = "lost"

    def __init__(self, start_mark: Any, end_mark: Any) -> None:
        self.start_mark = start_mark
        self.end_mark = end_mark


Node: TypeAlias = "Any"
"""A Scalar, Map, Seq, or a roster's Cell; `Any`, because the events are untyped and this is the hot path."""


class TooBroken(Exception):
    """Nothing more can be read from this file; the finding has been made."""


class Reader:
    """Reads one text. `entries` yields what stands in the sections; `root` builds everything."""

    def __init__(self, data: bytes, problems: Problems) -> None:
        self._get: Callable[[], Any] = EventSource(data).get_event
        self._problems = problems
        self._marked = b"&" in data or b"!" in data
        self._anchors: dict[str, Node | None] = {}
        self._aliases = 0
        self._expanded = 0
        self._built = 0
        self.section: Any = None
        """Key of the section being read."""
        self.key: Any = None
        """Key of the entry being read, None before the first."""

    def entries(self, keyed: frozenset[str]) -> Iterator[tuple[Any, Any, Node]]:
        """(section, key, node) for every entry of a section of `keyed`; (section, None, node) for any other.

        Raises yaml.YAMLError where the text is not YAML, TooBroken where it is not read on. A top level that is no
        mapping is yielded as (None, None, node).
        """
        get = self._get
        event = self._first()
        if event is None:
            return
        if event.__class__ is not MappingStartEvent:
            yield None, None, self._node(event, 0)
            return
        seen: dict[str, Any] = {}
        while (section := get()).__class__ is not MappingEndEvent:
            if section.__class__ is not ScalarEvent:
                self._complex_key(section, 0)
                continue
            if section.value in seen:
                self._problems.duplicate_key(section, seen[section.value])
            else:
                seen[section.value] = section
            self.section, self.key, self._built = section, None, 0
            event = get()
            if section.value not in keyed or event.__class__ is not MappingStartEvent:
                yield section, None, self._node(event, 1)
                continue
            self._check_marks(event, None)
            yield section, None, None
            last: tuple[Any, Any, Node] | None = None
            while True:
                key = get()
                if last is not None:  # not before what follows is known to be YAML: it may be a part of it gone astray
                    yield last
                    last = None
                if key.__class__ is ScalarEvent:
                    self.key, self._built = key, 0
                    last = (section, key, self._node(get(), 2))
                elif key.__class__ is MappingEndEvent:
                    break
                else:
                    self._complex_key(key, 2)
        self._last()

    def root(self) -> Node | None:
        """The whole document as nodes; None when it is empty. Errors as `entries`."""
        event = self._first()
        if event is None:
            return None
        node = self._node(event, 0)
        self._last()
        return node

    def _first(self) -> Any:
        get = self._get
        get()  # the stream's start
        if get().__class__ is StreamEndEvent:
            return None
        return get()

    def _last(self) -> None:
        get = self._get
        event = get()
        while event.__class__ is DocumentEndEvent:
            event = get()
        if event.__class__ is DocumentStartEvent:
            self._problems.add(
                "multiple-documents",
                "A second YAML document begins here (`---`); campctl reads one document a file, so the rest is not read.",
                event,
                help="Put it into a file of its own, or remove the `---`.",
            )
            raise TooBroken

    def _node(self, event: Any, depth: int) -> Node:
        """The node that begins with `event`."""
        kind = event.__class__
        if kind is ScalarEvent:
            if self._marked and (event.anchor or event.tag):
                self._check_marks(event, event)
            return event
        if kind is MappingStartEvent:
            return self._map(event, depth)
        if kind is SequenceStartEvent:
            return self._seq(event, depth)
        return self._alias(event)

    def _map(self, start: Any, depth: int) -> Map:
        node = Map(start.start_mark)
        if self._marked:
            self._check_marks(start, None)
        if depth >= MAX_DEPTH:
            self._too_deep(start)
        get = self._get
        items = node.items
        marked = self._marked
        merges = []
        while True:
            key = get()
            if key.__class__ is not ScalarEvent:
                if key.__class__ is MappingEndEvent:
                    break
                self._complex_key(key, depth)
                continue
            value = get()
            if marked or value.__class__ is not ScalarEvent:
                value = self._node(value, depth + 1)
            name = key.value
            if name == "<<" and not key.style:
                merges.append(value)
            elif name in items:
                self._problems.duplicate_key(key, items[name][0])
            else:
                items[name] = (key, value)
            if len(items) > MAX_VALUES:
                self._too_many(key)
        node.end_mark = key.end_mark
        self._count(len(items), start)
        for value in merges:
            self._merge(items, value)
        if start.anchor:
            self._anchors[start.anchor] = node
        return node

    def _seq(self, start: Any, depth: int) -> Seq:
        node = Seq(start.start_mark)
        if self._marked:
            self._check_marks(start, None)
        if depth >= MAX_DEPTH:
            self._too_deep(start)
        get = self._get
        items = node.items
        marked = self._marked
        while (event := get()).__class__ is not SequenceEndEvent:
            if marked or event.__class__ is not ScalarEvent:
                event = self._node(event, depth + 1)
            items.append(event)
            if len(items) > MAX_VALUES:
                self._too_many(start)
        self._count(len(items), start)
        node.end_mark = event.end_mark
        if start.anchor:
            self._anchors[start.anchor] = node
        return node

    def _merge(self, items: dict[str, tuple[Any, Node]], value: Node) -> None:
        """`<<: *base`: the keys of `base` that are not written here. Of several bases the first wins, as in YAML 1.1."""
        for base in value.items if value.__class__ is Seq else (value,):
            if base.__class__ is Map:
                for name, pair in base.items.items():
                    items.setdefault(name, pair)
            elif base.__class__ is not Lost:
                self._problems.add(
                    "bad-merge",
                    "`<<` takes in the keys of a mapping, and this is none.",
                    base,
                    help="Name a mapping after it: `<<: *defaults`.",
                )

    def _alias(self, event: Any) -> Node:
        """What `*name` stands for; Lost in place of one that cannot be followed."""
        self._aliases += 1
        if self._aliases > MAX_ALIASES:
            self._problems.add(
                "too-many-aliases",
                f"This file has more than {MAX_ALIASES:,} aliases (`*{event.anchor}`); the rest of it is not read.",
                event,
                help="Write the values out, or share fewer of them.",
            )
            raise TooBroken
        if event.anchor not in self._anchors:
            self._problems.add(
                "unknown-alias",
                f"Nothing above is marked `&{event.anchor}`, so `*{event.anchor}` stands for nothing.",
                event,
                help=f"Mark the value it shall stand for with `&{event.anchor}`. A text that begins with `*` needs quotes.",
            )
            return Lost(event.start_mark, event.end_mark)
        node = self._anchors[event.anchor]
        if node is None:
            self._problems.add(
                "recursive-alias",
                f"`*{event.anchor}` stands inside the very value that `&{event.anchor}` marks, so it would never end.",
                event,
                help="Write the inner value out.",
            )
            return Lost(event.start_mark, event.end_mark)
        self._expanded += _size(node, MAX_EXPANSION)
        if self._expanded > MAX_EXPANSION:
            self._problems.add(
                "alias-bomb",
                f"The aliases of this file stand for more than {MAX_EXPANSION:,} values; the rest of it is not read.",
                event,
                help="Aliases of aliases multiply. Write the values out.",
            )
            raise TooBroken
        return node

    def _check_marks(self, event: Any, node: Node | None) -> None:
        """Report a tag, remember an anchor (as None while its value is still being read)."""
        if event.tag:
            self._problems.add(
                "yaml-tag",
                f"`{event.tag}` is a YAML tag. The fields themselves say what a value is, so tags are not read.",
                event,
                help="Remove the tag. A text that begins with `!` needs quotes.",
            )
        if event.anchor:
            self._anchors[event.anchor] = node

    def _complex_key(self, event: Any, depth: int) -> None:
        """Report a key that is no text, and read over it and its value."""
        node = self._node(event, depth + 1)
        if node.__class__ is ScalarEvent:
            self._problems.add("bad-key", "A key is an alias here; keys are plain words.", event, help="Write the key out.")
        else:
            self._problems.add("bad-key", "A key is a list or a mapping here; keys are plain words.", node, help=_BRACES)
        self._node(self._get(), depth + 1)

    def _count(self, values: int, event: Any) -> None:
        self._built += values
        if self._built > MAX_VALUES:
            self._too_many(event)

    def _too_many(self, event: Any) -> None:
        self._problems.add(
            "too-many-values",
            f"There are more than {MAX_VALUES:,} values in one entry; the rest of this file is not read.",
            event,
            help="Look for a program that wrote too much, or a file that is no manifest.",
        )
        raise TooBroken

    def _too_deep(self, event: Any) -> None:
        self._problems.add(
            "too-deep",
            f"Mappings and lists are nested more than {MAX_DEPTH} deep here; the rest of this file is not read.",
            event,
            help="No field of campctl's goes that deep; look for brackets that are not closed.",
        )
        raise TooBroken


_BRACES = "A text that begins with `[` or `{` needs quotes; a placeholder such as `{{ name }}` is not filled in by campctl."


def _size(node: Node, limit: int) -> int:
    """How many nodes there are, counted up to `limit`."""
    todo, count = [node], 0
    while todo and count <= limit:
        node = todo.pop()
        count += 1
        if node.__class__ is Map:
            todo.extend(value for _, value in node.items.values())
        elif node.__class__ is Seq:
            todo.extend(node.items)
    return count


__all__ = ["EventSource", "Lost", "Map", "MarkedYAMLError", "Node", "Reader", "Scalar", "Seq", "TooBroken"]
