"""What to splice where, for one change of one mapping or list: set, insert, remove. Positions are those of the unit's text.

Block style is edited by whole lines, flow style between its separators. What cannot be done without losing a comment, or has an
unexpected form, raises Odd; whatever is spliced is read again and proved by the caller.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from campctl.manifest import edit_scalars as scalars
from campctl.manifest.edit_nodes import Node, Odd
from campctl.manifest.edit_text import (
    Splice,
    body_end,
    column,
    comments_above,
    line_end,
    line_start,
    new_line,
    without_lines,
)

Pair = tuple[Node, Node]


def replace_value(text: str, key: Node, old: Node, value: Any, *, in_flow: bool) -> list[Splice]:
    """Another value for a key."""
    if isinstance(value, dict | list | tuple):
        new = scalars.flow(value, key.value)
    else:
        quote = old.style if old.style in {"'", '"'} else ""
        plain = old.kind == "scalar" and not old.style and old.value.isdigit()
        new = scalars.scalar(value, key.value, flow=in_flow, style=quote, plain=plain)
    if old.kind == "scalar" and old.style not in {"|", ">"} and old.end > old.start:
        return [_aligned(text, old, new)]
    start = colon(text, key)
    if old.kind == "scalar" and not old.style:
        return [(start, start, " " + new)]
    if _has_comment(text, start, old.end, old):
        raise Odd(f"comments stand inside the value of `{key.value}`, and would be lost")
    return [(start, old.end, " " + new)]


def insert_pair(text: str, into: Node, name: str, value: Any, order: Sequence[str], newline: str) -> list[Splice]:
    """A new key in a mapping, behind the keys that come before it in `order`."""
    written = f"{scalars.key(name, flow=into.flow)}: "
    written += scalars.flow(value, name) if into.flow else scalars.value_text(value, name)
    if not into.pairs:
        return [(into.start, into.end, f"{{ {written} }}")]
    before = _before(into, name, order)
    first = into.pairs[0][0]
    if into.flow:
        return [(first.start, first.start, written + ", ")] if before is None else [(before[1].end, before[1].end, ", " + written)]
    indent = column(text, first.start)
    if before is None:
        return [(first.start, first.start, written + newline + " " * indent)]
    return [new_line(text, body_end(text, before[1].end - 1, indent), " " * indent + written, newline)]


def remove_pair(text: str, within: Node, pair: Pair, *, allow_last: bool = False) -> list[Splice]:
    """Take a key out of a mapping, with its own comments."""
    key, value = pair
    at = within.pairs.index(pair)
    if len(within.pairs) == 1 and not allow_last:
        raise Odd(f"`{key.value}` is the only thing there")
    if within.flow:
        return [_from_flow(text, within, [(one.start, other.end) for one, other in within.pairs], at)]
    start = line_start(text, key.start)
    if text[start : key.start].strip():  # behind the dash of a list's item
        if at + 1 == len(within.pairs):
            raise Odd(f"`{key.value}` is the only thing there")
        following = within.pairs[at + 1][0].start
        if _has_comment(text, value.end, following, within):
            raise Odd(f"a comment stands behind `{key.value}`, and would be lost")
        return [(key.start, following, "")]
    return [lines_of(text, key.start, max(value.end, colon(text, key)))]


def append_item(text: str, items: Node, value: Any, field: str, newline: str) -> list[Splice]:
    """A new last item of a list."""
    if not items.items:
        return [(items.start, items.end, scalars.flow([value], field))]
    last = items.items[-1]
    if items.flow:
        return [(last.end, last.end, ", " + scalars.flow(value, field))]
    dash = _dash(text, last)
    return [new_line(text, body_end(text, last.end - 1, len(dash.rstrip()) - 1), dash + scalars.value_text(value, field), newline)]


def remove_item(text: str, items: Node, at: int) -> list[Splice]:
    """Take an item out of a list; the only one of a flow list leaves `[]`."""
    item = items.items[at]
    if items.flow:
        if len(items.items) == 1:
            if _has_comment(text, items.start, items.end, items):
                raise Odd("a comment stands inside the list, and would be lost")
            return [(items.start, items.end, "[]")]
        return [_from_flow(text, items, [(one.start, one.end) for one in items.items], at)]
    if len(items.items) == 1:
        raise Odd("it is the only item of the list")
    dash = _dash(text, item)
    return [lines_of(text, line_start(text, item.start) + len(dash) - len(dash.lstrip()), item.end)]


def lines_of(text: str, begin: int, end: int) -> Splice:
    """Remove the lines of something whose content begins, first on its line, at `begin` and ends at `end`, with its comments."""
    indent = column(text, begin)
    start = comments_above(text, line_start(text, begin), indent)
    return without_lines(text, start, body_end(text, end - 1, indent))


def _aligned(text: str, old: Node, new: str) -> Splice:
    """Another scalar in place of one; a comment set off behind it stays in its column where there is room."""
    blanks = re.compile(r"( {2,})#").match(text, old.end)
    if blanks is None:
        return old.start, old.end, new
    width = old.end - old.start + len(blanks[1])
    return old.start, old.end + len(blanks[1]), new + " " * max(2, width - len(new))


def colon(text: str, key: Node) -> int:
    """The place behind a key's colon."""
    match = re.compile(r"[ ]*:").match(text, key.end)
    if not match:
        raise Odd(f"the colon of `{key.value}` is not where it was expected")
    return match.end()


def _before(into: Node, name: str, order: Sequence[str]) -> Pair | None:
    """The pair behind which a new key belongs; None for the first place."""
    rank = {one: place for place, one in enumerate(order)}
    if name not in rank:
        return into.pairs[-1]
    lower = [pair for pair in into.pairs if rank.get(pair[0].value, -1) < rank[name]]
    return lower[-1] if lower else None


def _from_flow(text: str, within: Node, spans: list[tuple[int, int]], at: int) -> Splice:
    """Remove one of several things between brackets, with one separator."""
    if at + 1 < len(spans):
        start, end = spans[at][0], spans[at + 1][0]
    elif at > 0:
        start, end = spans[at - 1][1], spans[at][1]
    else:
        start, end = spans[at]
    if _has_comment(text, start, end, within):
        raise Odd("a comment stands inside the brackets, and would be lost")
    return start, end, ""


def _has_comment(text: str, start: int, end: int, node: Node) -> bool:
    """Whether a comment stands between two places in `node`: a `#` that is not part of a scalar, whatever stands before it."""
    places = [match.start() for match in re.compile("#").finditer(text, start, end)]
    if not places:
        return False
    contents = [_content(text, one) for one in node.walk() if one.kind == "scalar" and one.start < end and one.end > start]
    return any(not any(first <= place < last for first, last in contents) for place in places)


def _content(text: str, scalar: Node) -> tuple[int, int]:
    """Where a scalar's own characters stand: behind its anchor, and below the line of a `|`."""
    start = scalar.start
    if scalar.anchor:
        start = scalar.end - len(text[start + 1 + len(scalar.anchor) : scalar.end].lstrip())
        if text.startswith("#", start):  # a comment between the two: where the scalar begins is not worth finding out
            return scalar.end, scalar.end
    return line_end(text, start) if scalar.style in {"|", ">"} else start, scalar.end


def _dash(text: str, item: Node) -> str:
    """The indentation and dash before an item of a block list."""
    dash = text[line_start(text, item.start) : item.start]
    if not re.fullmatch(r" *- +", dash):
        raise Odd("an item of the list does not stand behind a dash of its own")
    return dash


def insert_entry(text: str, beside: Pair, within: Node, name: str, fields: dict[str, Any], newline: str) -> list[Splice]:
    """A new entry behind another one of its section, in that one's style."""
    key, value = beside
    if within.flow:
        return [(value.end, value.end, f", {scalars.key(name, flow=True)}: {scalars.flow(fields)}")]
    indent = column(text, key.start)
    if value.kind == "map" and not value.flow and value.pairs:
        step = column(text, value.pairs[0][0].start) - indent
        lines = scalars.block(name, fields, " " * indent, " " * step, newline)
    elif value.kind == "map" and value.pairs and "\n" not in text[value.start : value.end]:
        lines = f"{' ' * indent}{scalars.key(name)}: {scalars.flow(fields)}{newline}"
    else:
        lines = scalars.block(name, fields, " " * indent, "  ", newline)
    end = body_end(text, max(value.end - 1, key.end), indent)
    if end == len(text) and text and not text.endswith("\n"):
        return [(end, end, newline + lines.removesuffix(newline))]
    return [(end, end, lines)]


__all__ = [
    "append_item",
    "colon",
    "insert_entry",
    "insert_pair",
    "lines_of",
    "remove_item",
    "remove_pair",
    "replace_value",
]
