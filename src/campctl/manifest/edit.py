"""Edits of manifests that keep comments, order, quoting and line ends: text is spliced in place and read again to prove it.

    editor = Editor(root)
    editor.set("users", "ann.lee", "office", "field-3")
    editor.remove("users", "bob")
    print(editor.diff())
    editor.write()

Each edit changes only the lines concerned. What is read after it must be what was read before with just that change, else the edit is
refused (EditRefused, with the edit to make by hand) and nothing of it stays. Values that come through an alias, or that an anchor gives
to others, are refused likewise. Until `write`, nothing on the disk changes.

How it is cut: `edit_document` finds what to read, `edit_nodes` reads it, `edit_changes` makes and
proves each change, `edit_splices` says what to splice, `edit_ports` splits banks of
desks, `edit_roster` edits CSV, `edit_scalars` quotes, `edit_files` shows and writes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn

from campctl.errors import EditRefused, NotFound
from campctl.manifest import edit_files, edit_ports, edit_scalars
from campctl.manifest.edit_changes import add_entry, add_first, below, change_many, remove_entry, rename_entry, set_field, unset_field
from campctl.manifest.edit_document import Unit
from campctl.manifest.edit_nodes import Odd, data
from campctl.manifest.edit_places import Places, RowPlace, YamlPlace, parents, refuse_shared
from campctl.manifest.edit_text import new_line
from campctl.manifest.sources import ROOT_NAMES

FEW: Final = 4
"""So many entries are changed one by one; for more, files are read as a whole."""
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
            says = edit_scalars.value_text(value, path[-1])
            column = f"give the roster a column for `{'.'.join(path)}` (and name it in `columns`, if there are any)"
            by_hand = f"{column}, and write {says} for `{id_}`"
            self._do(place.sheet.file, 0, by_hand, lambda: place.sheet.set(place.row, _one(path), value))
        else:
            self._edit(place, by_hand, lambda unit: set_field(unit, section, path, value))

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
            self._edit(place, by_hand, lambda unit: unset_field(unit, path))

    def set_all(self, section: str, ids: Sequence[str], field: str, value: Any) -> None:
        """Give entries of a section one field, or take it away (None), reading each file once for all of them."""
        left = dict.fromkeys(ids)
        if len(left) > FEW:
            by_hand = f"change `{field}` of {len(left)} entries in `{section}`"
            for unit in self._guarded(by_hand, lambda: self._places.sections(section)):
                for id_ in self._many(unit, section, left, field, value, by_hand):
                    del left[id_]
        for id_ in left:
            if value is None:
                self.unset(section, id_, field)
            else:
                self.set(section, id_, field, value)

    def _many(self, unit: Unit, section: str, ids: Mapping[str, Any], field: str, value: Any, by_hand: str) -> Collection[str]:
        done: dict[str, None] = {}
        self._do(unit.document.file, 0, by_hand, lambda: done.update(dict.fromkeys(change_many(unit, section, ids.keys(), field, value))))
        return done

    def set_desks(self, ids: Sequence[str], field: str, value: Any) -> None:
        """Give desks (`office/desk`) a field, or take it away (None). Neighbours within a bank become, or stay, one entry."""
        left = dict.fromkeys(ids)
        while left:
            id_ = next(iter(left))
            does = f"write `{field}: {value}` for" if value is not None else f"remove `{field}` from"
            by_hand = f"{does} desk `{id_}` in `ports`"
            place = self._guarded(by_hand, lambda id_=id_: self._places.find("ports", id_))  # type: ignore[misc]
            if place is None:
                raise _not_found("ports", id_)
            run = self._run(place, id_, left)
            for one in run:
                del left[one]
            if isinstance(place, YamlPlace) and place.bank is not None and len(run) > 1:
                self._set_run(place, run, field, value, by_hand)
            elif value is None:
                self.unset("ports", id_, field)
            else:
                self.set("ports", id_, field, value)

    def _run(self, place: Any, id_: str, wanted: Mapping[str, Any]) -> list[str]:
        """The desk with those of its bank beside it that are wanted too, without a gap."""
        bank = place.bank if isinstance(place, YamlPlace) else None
        if bank is None:
            return [id_]
        office, _, desk = id_.rpartition("/")
        first = last = bank.desks.index(desk)
        while first and f"{office}/{bank.desks[first - 1]}" in wanted:
            first -= 1
        while last + 1 < len(bank.desks) and f"{office}/{bank.desks[last + 1]}" in wanted:
            last += 1
        return [f"{office}/{one}" for one in bank.desks[first : last + 1]]

    def _set_run(self, place: YamlPlace, run: Sequence[str], field: str, value: Any, by_hand: str) -> None:
        bank = place.bank
        assert bank is not None
        if value is None and not _says(data(place.unit.resolve(place.unit.path)), (field,)):
            return
        if len(run) < len(bank.desks):
            first = bank.desks.index(run[0].rpartition("/")[2])
            self._do(place.unit.document.file, _line(place), by_hand, lambda: edit_ports.cut(bank, first, first + len(run), keep=True))
            place = self._guarded(by_hand, lambda: self._places.find("ports", run[0]))
        if value is None:
            self._edit(place, by_hand, lambda unit: unset_field(unit, (field,)))
        else:
            self._edit(place, by_hand, lambda unit: set_field(unit, "ports", (field,), value))

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
            self._edit(beside, by_hand, lambda unit: add_entry(unit, id_, dict(fields)))
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
            self._edit(place, by_hand, lambda unit: remove_entry(unit, others=others))

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
            self._edit(place, by_hand, lambda unit: rename_entry(unit, new))
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
        items = place.items(_one(path)) if isinstance(place, RowPlace) else below(data(place.unit.resolve(place.unit.path)), path) or []
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
                add_first(unit, pair, id_, dict(fields))
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


def _says(entry: Any, path: tuple[str, ...]) -> bool:
    """Whether the entry, or what it takes over by `<<`, has the field at all."""
    within = below(entry, path[:-1])
    return isinstance(within, dict) and (path[-1] in within or "<<" in within)
