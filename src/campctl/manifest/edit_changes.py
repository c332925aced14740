"""The changes an entry in YAML can undergo: splices, and beside them what the data shall be, so that one proves the other."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from campctl.manifest import edit_scalars, edit_splices
from campctl.manifest.edit_document import Unit
from campctl.manifest.edit_nodes import MERGE, Node, Odd, data
from campctl.manifest.edit_places import parents, refuse_shared
from campctl.manifest.edit_text import Splice


def set_field(unit: Unit, section: str, path: tuple[str, ...], value: Any) -> None:
    """Give the field at `path` of the entry a value. Raises Odd, as all of these."""
    full = (*unit.path, *path)
    at = unit.resolve(full[:-1])
    if section == "hotlines" and path == ("seats", "baseline") and at is not None and at.kind == "scalar":
        full, at = full[:-1], unit.resolve(full[:-2])  # `seats: 2` is short for a baseline of 2
    refuse_shared(unit, full)
    while at is None and len(full) > len(unit.path) + 1:
        value = {full[-1]: value}  # what holds the field is not written yet either
        full = full[:-1]
        at = unit.resolve(full[:-1])
    if isinstance(value, dict) and unit.resolve(full) is not None and _is_map(unit.resolve(full)):
        _merge(unit, full, value)
        return
    unit.commit(_put(unit, section, full, value), _with(data(unit.root), full, edit_scalars.as_data(value)))


def _put(unit: Unit, section: str, full: tuple[str, ...], value: Any) -> list[Splice]:
    """Splices that give the key at the end of a path a value."""
    within, name = unit.resolve(full[:-1]), full[-1]
    if within is not None and within.is_null and len(full) > 1:
        above = unit.resolve(full[:-2])
        pair = above.pair(full[-2]) if above else None
        assert pair is not None
        return edit_splices.replace_value(unit.text, pair[0], pair[1], {name: value}, in_flow=bool(above and above.flow))
    if within is None or within.kind != "map":
        raise Odd(f"`{'.'.join(full[:-1])}` is no mapping")
    pair = within.pair(name)
    if pair is None:
        return edit_splices.insert_pair(unit.text, within, name, value, _order(section, full, unit), unit.document.newline)
    if isinstance(value, list | tuple) and pair[1].kind == "list":
        one_item = _by_item(unit, pair, list(value), name)
        if one_item is not None:
            return one_item
    return edit_splices.replace_value(unit.text, pair[0], pair[1], value, in_flow=within.flow)


def _by_item(unit: Unit, pair: tuple[Node, Node], value: list[Any], name: str) -> list[Splice] | None:
    """A list with one more at its end, or one less, changed by that item alone."""
    node = pair[1]
    old, new = data(node), edit_scalars.as_data(value)
    if new[:-1] == old:
        return edit_splices.append_item(unit.text, node, value[-1], name, unit.document.newline)
    if len(new) == len(old) - 1 and new:
        at = next((place for place, (one, other) in enumerate(zip(old, new, strict=False)) if one != other), len(new))
        if old[:at] + old[at + 1 :] == new:
            return edit_splices.remove_item(unit.text, node, at)
    return None


def _merge(unit: Unit, full: tuple[str, ...], value: Mapping[str, Any]) -> None:
    """A mapping made another one by as few changes as that takes; only where all of it can be written at once."""
    node = unit.resolve(full)
    assert node is not None
    old = data(node)
    changed = [name for name, one in value.items() if name not in old or old[name] != edit_scalars.as_data(one)]
    gone = [name for name in old if name not in value]
    present = all(node.get(name) is not None for name in changed)
    if not gone and (present or len(changed) == 1):
        splices = [one for name in changed for one in _put(unit, "", (*full, name), value[name])]
    else:
        above = unit.resolve(full[:-1])
        pair = above.pair(full[-1]) if above else None
        assert pair is not None
        splices = edit_splices.replace_value(unit.text, pair[0], pair[1], dict(value), in_flow=bool(above and above.flow))
    unit.commit(splices, _with(data(unit.root), full, edit_scalars.as_data(value)))


def unset_field(unit: Unit, path: tuple[str, ...]) -> None:
    """Take the field at `path` of the entry away."""
    full = (*unit.path, *path)
    within = unit.resolve(full[:-1])
    pair = within.pair(full[-1]) if within is not None and within.kind == "map" else None
    refuse_shared(unit, full)
    if within is None or pair is None:
        if within is not None and any(key.value == MERGE for key, _ in within.pairs):
            raise Odd(f"`{full[-1]}` is taken over from elsewhere (`<<`)")
        return
    unit.commit(edit_splices.remove_pair(unit.text, within, pair), _without(data(unit.root), full))


def change_many(unit: Unit, section: str, ids: Collection[str], field: str, value: Any) -> set[str]:
    """Give one field to those of these entries that stand below the unit's path, or take it away (None); their ids.

    One reading before and one after, however many they are. Where anything is shared between entries, nothing is done.
    """
    if any(sign in unit.text for sign in ("&", "*", MERGE)):
        return set()
    expected = data(unit.root)
    splices: list[Splice] = []
    done: set[str] = set()
    for path in (unit.path, (*unit.path, "also")):
        within, says = unit.resolve(path), expected
        if within is None or within.kind != "map":
            continue
        for name in path:
            says = says[name]
        for key, entry in within.pairs:
            if key.value not in ids or entry.kind != "map" or key.value in done:
                continue
            done.add(key.value)
            pair = entry.pair(field)
            if value is not None:
                splices += (
                    edit_splices.insert_pair(unit.text, entry, field, value, _customary(section), unit.document.newline)
                    if pair is None
                    else edit_splices.replace_value(unit.text, pair[0], pair[1], value, in_flow=entry.flow)
                )
                says[key.value] = {**(says[key.value] or {}), field: edit_scalars.as_data(value)}
            elif pair is not None:
                splices += edit_splices.remove_pair(unit.text, entry, pair)
                del says[key.value][field]
    if splices:
        unit.commit(splices, expected)
    return done


def add_entry(unit: Unit, name: str, fields: dict[str, Any]) -> None:
    """A new entry behind the one the unit's path leads to."""
    within = parents(unit, unit.path)[-1]
    pair = within.pair(unit.path[-1])
    assert pair is not None
    refuse_shared(unit, unit.path[:-1])
    splices = edit_splices.insert_entry(unit.text, pair, within, name, fields, unit.document.newline)
    unit.commit(splices, _with(data(unit.root), (*unit.path[:-1], name), edit_scalars.as_data(fields)))


def add_first(unit: Unit, pair: tuple[Node, Node], name: str, fields: dict[str, Any]) -> None:
    """The first entry of a section that is written, but empty."""
    key, value = pair
    if data(value):
        raise Odd("its entries could not be found")
    newline = unit.document.newline
    start = edit_splices.colon(unit.text, key)
    lines = edit_scalars.block(name, fields, "  ", "  ", newline)
    ends = unit.text.find("\n", max(value.end, start))
    at = len(unit.text) if ends < 0 else ends + 1
    splices: list[Splice] = [(start, value.end, "")] if value.end > value.start else []
    splices.append((at, at, lines if ends >= 0 else newline + lines))
    unit.commit(splices, _with(data(unit.root), (*unit.path, name), edit_scalars.as_data(fields)))


def remove_entry(unit: Unit, *, others: bool) -> None:
    """Take the entry out; `others`: its section has more of them beside it."""
    within = parents(unit, unit.path)[-1]
    pair = within.pair(unit.path[-1])
    assert pair is not None
    refuse_shared(unit, unit.path)
    expected = _without(data(unit.root), unit.path)
    if len(unit.path) == 1 and others:
        unit.commit(edit_splices.remove_pair(unit.text, within, pair, allow_last=True), expected or None)
        return
    if len(within.pairs) > 1 or within.flow:
        unit.commit(edit_splices.remove_pair(unit.text, within, pair, allow_last=True), expected)
        return
    above = parents(unit, unit.path[:-1])[-1].pair(unit.path[-2])
    assert above is not None
    start = edit_splices.colon(unit.text, above[0])
    unit.commit([(start, start, " {}"), *edit_splices.remove_pair(unit.text, within, pair, allow_last=True)], expected)


def rename_entry(unit: Unit, new: str) -> None:
    """Another key for the entry."""
    within = parents(unit, unit.path)[-1]
    pair = within.pair(unit.path[-1])
    assert pair is not None
    refuse_shared(unit, unit.path[:-1])
    key = pair[0]
    written = edit_scalars.scalar(new, flow=within.flow, style=key.style)
    old = data(unit.root)
    expected = _with(_without(old, unit.path), (*unit.path[:-1], new), below(old, unit.path))
    unit.commit([(key.start, key.end, written)], expected)


def _order(section: str, full: tuple[str, ...], unit: Unit) -> tuple[str, ...]:
    """The customary order of an entry's fields."""
    return _customary(section) if section and len(full) == len(unit.path) + 1 else ()


def _customary(section: str) -> tuple[str, ...]:
    from campctl.manifest.fields import SECTIONS

    noun = SECTIONS.get(section)
    return tuple(field.name for field in noun.fields) if noun else ()


def _with(root: Any, path: tuple[str, ...], value: Any) -> Any:
    """A copy of data with one value put in."""
    if not path:
        return value
    return {**(root or {}), path[0]: _with((root or {}).get(path[0]), path[1:], value)}


def _without(root: Any, path: tuple[str, ...]) -> Any:
    if len(path) == 1:
        return {name: one for name, one in root.items() if name != path[0]}
    return {**root, path[0]: _without(root[path[0]], path[1:])}


def below(root: Any, path: tuple[str, ...]) -> Any:
    """What stands at the end of a path in data; None when nothing."""
    for name in path:
        root = root.get(name) if isinstance(root, dict) else None
    return root


def _is_map(node: Node | None) -> bool:
    return node is not None and node.kind == "map"
