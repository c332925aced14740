"""One desk of a bank: the bank is split into what stands before it, the desk, and what stands behind it.

The larger rest keeps the entry's own text, label and comments; the other parts are new entries beside it that repeat its values as they
are written. Extensions are split along: the third desk has the third extension.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

from campctl.manifest import edit_scalars as scalars
from campctl.manifest import units
from campctl.manifest.edit_document import Unit
from campctl.manifest.edit_nodes import MERGE, Node, Odd, data
from campctl.manifest.edit_splices import replace_value
from campctl.manifest.edit_text import Splice, body_end, column, comments_above, line_start
from campctl.manifest.problems import Bad

_NUMBERED: Final = re.compile(r"(.*?)(\d+)\Z")


@dataclass(slots=True)
class Bank:
    """An entry of `ports`: its label, its place in the unit, its desks and their extensions, one each."""

    unit: Unit
    path: tuple[str, ...]
    desks: list[str]
    extensions: list[str]


def find(unit: Unit, office: str, desk: str) -> Bank | None:
    """The entry of a ports section (`unit.path` leads to it) that holds a desk. Raises Odd when two do."""
    found: list[Bank] = []
    for path in (unit.path, (*unit.path, "also")):
        section = unit.resolve(path)
        if section is None or section.kind != "map":
            continue
        for key, value in section.pairs:
            if key.value in {"also", "from", "columns"} or value.kind != "map" or _text(value.get("office")) != office:
                continue
            desks = _desks(value)
            if desk in desks:
                found.append(Bank(unit, (*path, key.value), desks, _spread(value, "extensions", "extension", units.extensions)))
    if len(found) > 1:
        raise Odd(f"desk `{office}/{desk}` stands twice in it")
    return found[0] if found else None


def split(bank: Bank, desk: str, *, keep: bool) -> None:
    """Make `desk` an entry of its own (`keep`), or take it out of the bank. Raises Odd."""
    at = bank.desks.index(desk)
    cut(bank, at, at + 1, keep=keep)


def cut(bank: Bank, first: int, last: int, *, keep: bool) -> None:
    """Make the desks from index `first` up to but not including `last` an entry of their own, or take them out. Raises Odd."""
    unit = bank.unit
    section, value = unit.resolve(bank.path[:-1]), unit.resolve(bank.path)
    assert section is not None
    assert value is not None
    if section.flow or any(key.value == MERGE for key, _ in value.pairs):
        raise Odd("the bank is written between brackets, or takes values over from elsewhere (`<<`)")
    if len(bank.extensions) != len(bank.desks):
        raise Odd(f"there are {len(bank.desks)} desks and {len(bank.extensions)} extensions")
    spans = [(0, first), (first, last), (last, len(bank.desks))]
    keeper = 0 if first > len(bank.desks) - last else 2
    known = {*(key.value for key, _ in section.pairs), *unit.document.names("ports")}
    label = bank.path[-1]
    expected = data(unit.root)
    entries = expected
    for name in bank.path[:-1]:
        entries = entries[name]
    whole = entries[label]
    texts: list[str] = ["", "", ""]
    for part, (start, end) in enumerate(spans):
        if start == end or (part == 1 and not keep):
            continue
        fields = _fields(bank, start, end, single=part == 1 and end - start == 1)
        if part == keeper:
            entries[label] = {**whole, **fields}
            continue
        name = _label(label, bank.desks[start], known)
        texts[part], entries[name] = _copy(unit, section, (label, name), fields)
    key, _ = section.pair(label) or (None, None)
    assert key is not None
    above = comments_above(unit.text, line_start(unit.text, key.start), column(unit.text, key.start))
    below = body_end(unit.text, value.end - 1, column(unit.text, key.start))
    head = "".join(texts[:keeper])
    tail = "".join(texts[keeper + 1 :])
    splices = [*_shrink(unit, value, _fields(bank, *spans[keeper], single=False))]
    if head:
        splices.append((above, above, head))
    if tail:
        newline = unit.document.newline
        ends = unit.text.endswith("\n") or below < len(unit.text)
        splices.append((below, below, tail if ends else newline + tail.removesuffix(newline)))
    unit.commit(splices, expected)


def _fields(bank: Bank, start: int, end: int, *, single: bool) -> dict[str, Any]:
    """Desks and extensions of a part, under the keys that part has."""
    if single:
        return {"desk": bank.desks[start], "extension": bank.extensions[start]}
    desks, extensions = _ranges(bank.desks[start:end]), _ranges(bank.extensions[start:end])
    return {"desks": desks[0] if len(desks) == 1 else desks, "extensions": extensions[0] if len(extensions) == 1 else extensions}


def _shrink(unit: Unit, value: Node, fields: dict[str, Any]) -> list[Splice]:
    found: list[Splice] = []
    for name, new in fields.items():
        pair = value.pair(name)
        if pair is None:
            raise Odd(f"the bank has no `{name}` of its own")
        found += replace_value(unit.text, pair[0], pair[1], new, in_flow=value.flow)
    return found


def _copy(unit: Unit, section: Node, labels: tuple[str, str], fields: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Another entry like `labels[0]`, called `labels[1]`, with other desks: its lines and its data."""
    key, value = section.pair(labels[0]) or (None, None)
    assert key is not None
    assert value is not None
    new = dict(fields)
    written: list[tuple[str, str]] = []
    says: dict[str, Any] = {}
    for field, old in value.pairs:
        if field.value == "renamed_from":
            continue  # the bank's earlier name is not this desk's
        name = field.value
        if name in {"desks", "extensions", "desk", "extension"}:
            name = next((one for one in new if one.rstrip("s") == name.rstrip("s")), "")
            text = scalars.flow(new[name], name) if value.flow else scalars.value_text(new[name], name)
            says[name] = scalars.as_data(new.pop(name))
        else:
            text = unit.text[old.start : old.end] if old.kind == "scalar" and old.style not in {"|", ">"} else scalars.flow(data(old), name)
            if "\n" in text or old.kind == "alias" or old.anchor:
                raise Odd(f"`{name}` of the bank is written over several lines, or shared by an anchor or alias")
            says[name] = data(old)
        written.append((name, text))
    newline = unit.document.newline
    indent = column(unit.text, key.start)
    if value.flow:
        inside = ", ".join(f"{name}: {text}" for name, text in written)
        return f"{' ' * indent}{scalars.key(labels[1])}: {{ {inside} }}{newline}", says
    step = column(unit.text, value.pairs[0][0].start)
    lines = [f"{' ' * indent}{scalars.key(labels[1])}:", *(f"{' ' * step}{name}: {text}".rstrip() for name, text in written)]
    return "".join(line + newline for line in lines), says


def _label(label: str, desk: str, known: set[str]) -> str:
    """A label that is not taken: the bank's and the first desk's."""
    name, number = f"{label}-{desk}", 2
    while name in known:
        name, number = f"{label}-{desk}-{number}", number + 1
    known.add(name)
    return name


def _desks(value: Node) -> list[str]:
    single = _text(value.get("desk"))
    return [single] if single and value.get("desks") is None else _spread(value, "desks", "desk", units.labels)


def _spread(value: Node, many: str, one: str, spread: Any) -> list[str]:
    """Every desk or extension of an entry, in order."""
    node = value.get(many) or value.get(one)
    if node is None:
        return []
    parts = [node] if node.kind == "scalar" else node.items
    try:
        return [each for part in parts for each in spread(part.value.strip())]
    except Bad:
        return []


def _text(node: Node | None) -> str:
    return node.value if node is not None and node.kind == "scalar" else ""


def _ranges(names: list[str]) -> list[str]:
    """Consecutive ones as ranges: a001, a002, a003, b1 as a001-a003, b1."""
    runs: list[list[str]] = []
    for name in names:
        if runs and _follows(runs[-1][-1], name):
            runs[-1].append(name)
        else:
            runs.append([name])
    return [run[0] if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs]


def _follows(one: str, other: str) -> bool:
    first, second = _NUMBERED.match(one), _NUMBERED.match(other)
    if not first or not second or first[1] != second[1] or len(first[2]) != len(second[2]):
        return False
    return int(second[2]) == int(first[2]) + 1
