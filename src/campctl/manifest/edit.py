"""Edits of manifests that keep comments, order, quoting and line ends: text is spliced in place and read again to prove it.

    editor = Editor(root)
    editor.set("users", "ann.lee", "office", "field-3")
    editor.remove("users", "bob")
    print(editor.diff())
    editor.write()

Each edit changes only the lines concerned. What is read after it must be what was read before with just that change, else the edit is
refused (EditRefused, with the edit to make by hand) and nothing of it stays. Values that come through an alias, or that an anchor gives
to others, are refused likewise. Until `write`, nothing on the disk changes.

How it is cut: `edit_document` finds what to read, `edit_nodes` reads it, `edit_splices` says what to splice, `edit_ports` splits banks of
desks, `edit_roster` edits CSV, `edit_scalars` quotes, `edit_files` shows and writes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from campctl.errors import EditRefused, NotFound
from campctl.manifest import edit_files, edit_ports, edit_scalars, edit_splices
from campctl.manifest.edit_document import Unit
from campctl.manifest.edit_nodes import MERGE, Node, Odd, data
from campctl.manifest.edit_places import Places, RowPlace, YamlPlace, parents, refuse_shared
from campctl.manifest.edit_text import Splice, new_line
from campctl.manifest.sources import ROOT_NAMES

NEVER_RENAMED: Final = frozenset({"numbers", "surges", "campaign"})
"""Sections whose entries have no `renamed_from`."""


class Editor:
    """Edits the manifests of the campaign in `root`; `overlay` holds files as if they were already changed.

    A field path is a name, names joined by dots ("seats.baseline") or a tuple of names. Ids of ports are `office/desk`; a desk of a bank
    becomes an entry of its own when it is changed. Raises NotFound, EditRefused, StalePlan (a file was changed meanwhile).
    """

    def __init__(self, root: Path, overlay: Mapping[str, bytes] | None = None) -> None:
        self._root = root
        self._places = Places(root, overlay or {})

    def set(self, section: str, id_: str, field: str | Sequence[str], value: Any) -> None:
        """Give a field a value (text, number, bool, list or dict); it is added when it is not written yet."""
        path = _path(field)
        by_hand = f"give `{id_ or section}` in `{section}` the line `{'.'.join(path)}: {edit_scalars.value_text(value, path[-1])}`"
        place = self._own(section, id_, by_hand)
        if isinstance(place, RowPlace):
            self._do(place.sheet.file, 0, by_hand, lambda: place.sheet.set(place.row, _one(path), value))
        else:
            self._edit(place, by_hand, lambda unit: _set(unit, section, path, value))

    def unset(self, section: str, id_: str, field: str | Sequence[str]) -> None:
        """Take a field away, with its own comments; nothing happens when it is not written."""
        path = _path(field)
        by_hand = f"remove `{'.'.join(path)}` from `{id_ or section}` in `{section}`"
        place = self._own(section, id_, by_hand, wanted=lambda found: _says(found, path))
        if place is None:
            return
        if isinstance(place, RowPlace):
            self._do(place.sheet.file, 0, by_hand, lambda: place.sheet.set(place.row, _one(path), None))
        else:
            self._edit(place, by_hand, lambda unit: _unset(unit, path))

    def append(self, section: str, id_: str, field: str | Sequence[str], item: Any) -> None:
        """Add an item to a list, unless it is in it."""
        self._change_list(section, id_, field, add=(item,))

    def discard(self, section: str, id_: str, field: str | Sequence[str], item: Any) -> None:
        """Take an item out of a list, if it is in it."""
        self._change_list(section, id_, field, drop=(item,))

    def add(self, section: str, id_: str, fields: Mapping[str, Any], *, near: str | None = None) -> None:
        """A new entry: behind `near` and in its style, else at the end of the section, else in a new section."""
        by_hand = f"add to `{section}`:\n{edit_scalars.block(id_, fields, '  ', '  ', chr(10))}"
        if self._guarded(by_hand, lambda: self._places.find(section, id_)) is not None:
            raise EditRefused(f"There is already an entry `{id_}` in `{section}`.", hint="Give the new one another id.")
        beside = self._guarded(by_hand, lambda: self._places.find(section, near)) if near else None
        if beside is None:
            beside = self._guarded(by_hand, lambda: self._places.last(section))
        if isinstance(beside, RowPlace):
            key = beside.sheet.key
            row = beside.row if near else None
            full = {key: id_, **fields} if key in beside.sheet.places or section != "ports" else fields
            self._do(beside.sheet.file, 0, by_hand, lambda: beside.sheet.add(full, row))
        elif beside is not None:
            self._edit(beside, by_hand, lambda unit: _add(unit, id_, dict(fields)))
        else:
            self._new_section(section, id_, fields, by_hand)

    def remove(self, section: str, id_: str) -> None:
        """Take an entry out, with its own comments: those directly above it at its indentation, behind it and within it."""
        by_hand = f"remove `{id_}` from `{section}`"
        place = self._guarded(by_hand, lambda: self._places.find(section, id_))
        if place is None:
            raise _not_found(section, id_)
        if isinstance(place, RowPlace):
            self._do(place.sheet.file, 0, by_hand, lambda: place.sheet.remove(place.row))
        elif place.bank is not None and len(place.bank.desks) > 1:
            bank, desk = place.bank, id_.rpartition("/")[2]
            self._do(place.unit.document.file, _line(place), by_hand, lambda: edit_ports.split(bank, desk, keep=False))
        else:
            others = self._places.others(place)
            if not others:
                place = self._guarded(by_hand, lambda: self._places.widened(place))
            self._edit(place, by_hand, lambda unit: _remove(unit, others=others))

    def rename(self, section: str, old: str, new: str) -> None:
        """Another id, with `renamed_from` saying the old one. What refers to the old id is not changed."""
        by_hand = f"call `{old}` in `{section}` `{new}`, and add `renamed_from: {old}` to it"
        if section in NEVER_RENAMED:
            raise EditRefused(
                f"Entries of `{section}` are not renamed: nothing remembers what they were called.", hint="Remove it and add it anew."
            )
        if self._guarded(by_hand, lambda: self._places.find(section, new)) is not None:
            raise EditRefused(f"There is already an entry `{new}` in `{section}`.", hint="Choose another id.")
        if section == "ports":
            office, _, desk = new.rpartition("/")
            self.set(section, old, "desk", desk)
            half = f"{old.rpartition('/')[0]}/{desk}"
            self.set(section, half, "office", office)
            self.set(section, new, "renamed_from", old)
            return
        place = self._own(section, old, by_hand)
        if isinstance(place, RowPlace):
            if "renamed_from" not in place.sheet.places:
                self._refuse(place.sheet.file, 0, "it has no column for `renamed_from`, which tells a rename from a new person", by_hand)
            self._do(place.sheet.file, 0, by_hand, lambda: place.sheet.set(place.row, place.sheet.key, new))
        else:
            self._edit(place, by_hand, lambda unit: _rename(unit, new))
        self.set(section, new, "renamed_from", old)

    @property
    def overlay(self) -> dict[str, bytes]:
        """The changed files, by name relative to the root, for `manifest.load`."""
        return self._places.changed()

    def diff(self) -> str:
        """What `write` would do, as a unified diff."""
        return edit_files.diff(self._places.on_disk, self.overlay)

    def write(self) -> None:
        """Write all changed files, or none; refused (StalePlan) when one of them changed on the disk since it was read."""
        changed = self.overlay
        edit_files.write(self._root, self._places.on_disk, changed)
        self._places.written(changed)

    def _own(self, section: str, id_: str, by_hand: str, wanted: Callable[[Any], bool] | None = None) -> Any:
        """Where an entry stands, a desk of a bank split off first (not when `wanted` does not want it: then None)."""
        place = self._guarded(by_hand, lambda: self._places.find(section, id_))
        if place is None:
            raise _not_found(section, id_)
        if isinstance(place, RowPlace):
            return place
        if wanted is not None and not wanted(data(place.unit.resolve(place.unit.path))):
            return None
        if place.bank is None or len(place.bank.desks) == 1:
            return place
        bank = place.bank
        self._do(place.unit.document.file, _line(place), by_hand, lambda: edit_ports.split(bank, id_.rpartition("/")[2], keep=True))
        return self._guarded(by_hand, lambda: self._places.find(section, id_))

    def _change_list(self, section: str, id_: str, field: str | Sequence[str], add: Sequence[Any] = (), drop: Sequence[Any] = ()) -> None:
        path = _path(field)
        words = ", ".join(f"`{one}`" for one in (*add, *drop))
        by_hand = f"{'add' if add else 'take'} {words} {'to' if add else 'out of'} `{'.'.join(path)}` of `{id_}` in `{section}`"
        place = self._own(section, id_, by_hand)
        items = place.items(_one(path)) if isinstance(place, RowPlace) else _below(data(place.unit.resolve(place.unit.path)), path) or []
        new = [one for one in items if one not in map(edit_scalars.as_data, drop)]
        new += [one for one in map(edit_scalars.as_data, add) if one not in new]
        if new == items:
            return
        if new:
            self.set(section, id_, path, new)
        else:
            self.unset(section, id_, path)

    def _new_section(self, section: str, id_: str, fields: Mapping[str, Any], by_hand: str) -> None:
        document = self._guarded(by_hand, lambda: self._places.document_for(section))
        if document is None:
            raise EditRefused(f"There is no {ROOT_NAMES[0]} to add `{section}` to.", hint=f"By hand: {by_hand}")

        def append() -> None:
            unit = document.whole(section)
            if unit is not None:
                node = unit.resolve(unit.path)
                pair = parents(unit, unit.path)[-1].pair(section)
                assert node is not None
                assert pair is not None
                refuse_shared(unit, unit.path)
                _fill_empty(unit, pair, id_, dict(fields))
                return
            before = data(Unit(document, 0, len(document.text), ()).root)
            unit = Unit(document, 0, len(document.text), ())
            text = section + ":" + document.newline + edit_scalars.block(id_, fields, "  ", "  ", document.newline)
            blank = document.newline if unit.text.strip() else ""
            start, end, new = new_line(unit.text, len(unit.text), blank + text.removesuffix(document.newline), document.newline)
            if unit.text and not unit.text.endswith("\n"):
                new += document.newline
            unit.commit([(start, end, new)], {**(before or {}), section: {id_: edit_scalars.as_data(fields)}})

        self._do(document.file, 0, by_hand, append)

    def _edit(self, place: YamlPlace, by_hand: str, change: Callable[[Unit], None]) -> None:
        self._do(place.unit.document.file, _line(place), by_hand, lambda: change(place.unit))

    def _do(self, file: str, line: int, by_hand: str, change: Callable[[], None]) -> None:
        try:
            change()
        except Odd as odd:
            self._refuse(file, line, str(odd), by_hand)

    def _guarded(self, by_hand: str, look: Callable[[], Any]) -> Any:
        try:
            return look()
        except Odd as odd:
            self._refuse(self._places.at_work, 0, str(odd), by_hand)

    def _refuse(self, file: str, line: int, why: str, by_hand: str) -> NoReturn:
        place = f"{file}:{line}" if line else file
        raise EditRefused(f"{place} is too unusual to be edited with certainty: {why}. Nothing was written.", hint=f"By hand: {by_hand}.")


def _set(unit: Unit, section: str, path: tuple[str, ...], value: Any) -> None:
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


def _unset(unit: Unit, path: tuple[str, ...]) -> None:
    full = (*unit.path, *path)
    within = unit.resolve(full[:-1])
    pair = within.pair(full[-1]) if within is not None and within.kind == "map" else None
    refuse_shared(unit, full)
    if within is None or pair is None:
        if within is not None and any(key.value == MERGE for key, _ in within.pairs):
            raise Odd(f"`{full[-1]}` is taken over from elsewhere (`<<`)")
        return
    unit.commit(edit_splices.remove_pair(unit.text, within, pair), _without(data(unit.root), full))


def _add(unit: Unit, name: str, fields: dict[str, Any]) -> None:
    within = parents(unit, unit.path)[-1]
    pair = within.pair(unit.path[-1])
    assert pair is not None
    refuse_shared(unit, unit.path[:-1])
    splices = edit_splices.insert_entry(unit.text, pair, within, name, fields, unit.document.newline)
    unit.commit(splices, _with(data(unit.root), (*unit.path[:-1], name), edit_scalars.as_data(fields)))


def _fill_empty(unit: Unit, pair: tuple[Node, Node], name: str, fields: dict[str, Any]) -> None:
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


def _remove(unit: Unit, *, others: bool) -> None:
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


def _rename(unit: Unit, new: str) -> None:
    within = parents(unit, unit.path)[-1]
    pair = within.pair(unit.path[-1])
    assert pair is not None
    refuse_shared(unit, unit.path[:-1])
    key = pair[0]
    written = edit_scalars.scalar(new, flow=within.flow, style=key.style)
    old = data(unit.root)
    expected = _with(_without(old, unit.path), (*unit.path[:-1], new), _below(old, unit.path))
    unit.commit([(key.start, key.end, written)], expected)


def _order(section: str, full: tuple[str, ...], unit: Unit) -> tuple[str, ...]:
    """The customary order of an entry's fields."""
    if not section or len(full) != len(unit.path) + 1:
        return ()
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


def _below(root: Any, path: tuple[str, ...]) -> Any:
    for name in path:
        root = root.get(name) if isinstance(root, dict) else None
    return root


def _says(entry: Any, path: tuple[str, ...]) -> bool:
    """Whether the entry, or what it takes over by `<<`, has the field at all."""
    within = _below(entry, path[:-1])
    return isinstance(within, dict) and (path[-1] in within or "<<" in within)


def _is_map(node: Node | None) -> bool:
    return node is not None and node.kind == "map"


def _path(field: str | Sequence[str]) -> tuple[str, ...]:
    return tuple(field.split(".")) if isinstance(field, str) else tuple(field)


def _one(path: tuple[str, ...]) -> str:
    if len(path) > 1:
        raise Odd("a cell cannot hold fields of its own")
    return path[0]


def _line(place: YamlPlace) -> int:
    node = parents(place.unit, place.unit.path)[-1].pair(place.unit.path[-1])
    return place.unit.document.line_of(place.unit.start + (node[0].start if node else 0))


def _not_found(section: str, id_: str) -> NotFound:
    return NotFound(f"No file of this campaign has `{id_}` in `{section}`.", hint="Look for it with `campctl show`, or check the spelling.")
