"""YAML as nodes with their places, aliases and merge keys left as they are written: what an edit needs to see.

`manifest.nodes` resolves aliases while reading; an edit must not, or it would change what others take over.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from yaml.error import YAMLError
from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from campctl.manifest.nodes import EventSource
from campctl.manifest.traps import NULLS

MERGE: Final = "<<"


@dataclass(slots=True)
class Node:
    """One node; `start` and `end` count characters from the beginning of the text that was read.

    end is behind the last character of its content: of a block mapping or list, of the last thing in it.
    """

    kind: Literal["scalar", "map", "list", "alias"]
    start: int
    end: int
    value: str = ""
    style: str = ""
    flow: bool = False
    anchor: str = ""
    pairs: list[tuple[Node, Node]] = field(default_factory=list)
    items: list[Node] = field(default_factory=list)

    def pair(self, name: str) -> tuple[Node, Node] | None:
        """Key and value of a mapping's own key."""
        return next((pair for pair in self.pairs if pair[0].kind == "scalar" and pair[0].value == name), None)

    def get(self, name: str) -> Node | None:
        """The value of a mapping's own key."""
        found = self.pair(name)
        return found[1] if found else None

    @property
    def is_null(self) -> bool:
        """Nothing, written plainly."""
        return self.kind == "scalar" and not self.style and self.value in NULLS

    def walk(self) -> Iterator[Node]:
        """The node and all below it."""
        yield self
        for one, other in self.pairs:
            yield from one.walk()
            yield from other.walk()
        for item in self.items:
            yield from item.walk()


class Odd(Exception):
    """The text has a form that edits do not deal with; the words say which."""


def parse(text: str) -> Node | None:
    """The one document in `text`; None when there is only blank and comment. Raises Odd."""
    try:
        source = EventSource(text)
        get = source.get_event
        get()
        if not isinstance(get(), DocumentStartEvent):
            return None
        node = _node(get, get(), text)
        get()
        if isinstance(get(), DocumentStartEvent):
            raise Odd("it holds a second YAML document (`---`)")
    except YAMLError as error:
        raise Odd(f"it is not YAML that can be read ({' '.join(str(error).split())})") from error
    except RecursionError as error:
        raise Odd("it is nested too deeply") from error
    if node.kind == "scalar" and node.is_null and node.start == node.end:
        return None
    return node


def data(node: Node | None) -> Any:
    """As dicts, lists and text; None where nothing is written plainly. Raises Odd for a key that is not text or stands twice."""
    if node is None or node.is_null:
        return None
    if node.kind == "scalar":
        return node.value
    if node.kind == "alias":
        return ("*", node.value)
    if node.kind == "list":
        return [data(item) for item in node.items]
    found: dict[str, Any] = {}
    for key, value in node.pairs:
        if key.kind != "scalar":
            raise Odd("it has a key that is no plain word")
        if key.value in found:
            raise Odd(f"the key `{key.value}` stands twice in one mapping")
        found[key.value] = data(value)
    return found


def _node(get: Any, event: Any, text: str) -> Node:
    start, end = event.start_mark.index, event.end_mark.index
    if isinstance(event, ScalarEvent):
        if event.tag:
            raise Odd(f"it has the YAML tag `{event.tag}`")
        if event.style in {"|", ">"}:  # libyaml's mark is behind the empty lines that follow
            end = start + len(text[start:end].rstrip())
        return Node("scalar", start, end, event.value, event.style or "", anchor=event.anchor or "")
    if isinstance(event, AliasEvent):
        return Node("alias", start, end, event.anchor or "")
    if event.tag:
        raise Odd(f"it has the YAML tag `{event.tag}`")
    closing: Any
    node = Node("list", start, end, flow=bool(event.flow_style), anchor=event.anchor or "")
    if isinstance(event, MappingStartEvent):
        node.kind = "map"
        while not isinstance(closing := get(), MappingEndEvent):
            node.pairs.append((_node(get, closing, text), _node(get, get(), text)))
        last = node.pairs[-1][1] if node.pairs else None
    else:
        assert isinstance(event, SequenceStartEvent)
        while not isinstance(closing := get(), SequenceEndEvent):
            node.items.append(_node(get, closing, text))
        last = node.items[-1] if node.items else None
    if node.flow:
        node.end = closing.end_mark.index
    elif last is not None:
        node.end = last.end
    return node
