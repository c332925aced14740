"""Templates of configuration files: `@NAME@` is replaced, `;@if`, `;@else`, `;@each` and `;@end` choose and repeat lines.

    ;@if tls            lines up to ;@else or ;@end stay when `tls` is not empty, nor no
    ;@each peer         lines are repeated for each of `peer`: @ITEM@ for texts, the names of its values for mappings

A name without a value is a mistake in campctl, and raises KeyError.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Item: TypeAlias = str | Mapping[str, str]
Values: TypeAlias = Mapping[str, "str | bool | Sequence[Item]"]

_NAME = re.compile(r"@([A-Z][A-Z0-9_]*)@")


def fill(template: str, values: Values) -> str:
    """The file's text."""
    lines = iter(template.splitlines())
    return "\n".join(_block(lines, values, keep=True)) + "\n"


def _block(lines: Iterator[str], values: Values, *, keep: bool) -> list[str]:
    """Lines up to the `;@end` that belongs to this block, or to the last; both halves of a choice."""
    found: list[str] = []
    for line in lines:
        word, _, name = line.partition(" ")
        if word == ";@end":
            break
        if word == ";@else":
            keep = not keep
        elif word == ";@if":
            inner = _block(lines, values, keep=bool(values[name]))
            found += inner if keep else ()
        elif word == ";@each":
            template = _raw(lines)
            if keep:
                items = values[name]
                assert not isinstance(items, str | bool)
                for item in items:
                    more = {"ITEM": item} if isinstance(item, str) else dict(item)
                    found += _block(iter(template), {**values, **more}, keep=True)
        elif keep:
            found.append(_NAME.sub(lambda match: _text(values[match[1]]), line))
    return found


def _raw(lines: Iterator[str]) -> list[str]:
    """Lines of a block as they are, up to its own end."""
    found: list[str] = []
    depth = 1
    for line in lines:
        word = line.partition(" ")[0]
        depth += (word in {";@if", ";@each"}) - (word == ";@end")
        if not depth:
            break
        found.append(line)
    return found


def _text(value: object) -> str:
    assert isinstance(value, str), value
    return value
