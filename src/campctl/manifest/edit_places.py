"""Where entries stand: in which file, as YAML or as a row of a roster."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from campctl.errors import EditRefused
from campctl.manifest import edit_ports
from campctl.manifest.edit_document import Document, Unit
from campctl.manifest.edit_nodes import MERGE, Node, Odd, data
from campctl.manifest.edit_ports import Bank
from campctl.manifest.edit_roster import KEY, Row, Sheet
from campctl.manifest.sources import ROOT_NAMES, inside, scan, with_overlay


@dataclass(slots=True)
class YamlPlace:
    """An entry in YAML; `unit.path` leads to it. `bank`: the desks it stands for, of a port."""

    unit: Unit
    section: str
    bank: Bank | None = None


@dataclass(slots=True)
class RowPlace:
    """An entry in a roster."""

    sheet: Roster
    row: Row

    def items(self, field: str) -> list[str]:
        """The parts of a cell that holds a list."""
        at = self.sheet.places.get(field)
        words = self.row.cells[at].value if at is not None and at < len(self.row.cells) else ""
        return [one.strip() for one in words.replace(";", ",").split(",") if one.strip()]


class Roster(Sheet):
    """A roster's sheet, which knows the field of its ids."""

    @property
    def key(self) -> str:
        """The field that holds the id."""
        return KEY[self.section]


Place: TypeAlias = YamlPlace | RowPlace


class Places:
    """The files of a campaign under edit, read when first needed."""

    def __init__(self, root: Path, overlay: Mapping[str, bytes]) -> None:
        self._root = root
        self._overlay = dict(overlay)
        self._documents: dict[str, Document] | None = None
        self._odd: dict[str, str] = {}
        self._sheets: dict[str, Roster] = {}
        self._named: dict[tuple[str, str], list[Roster]] = {}
        self.on_disk: dict[str, bytes] = {}
        self.at_work = ""
        """The file that was last looked at: what a refusal is about."""

    def find(self, section: str, id_: str) -> Place | None:
        """Where an entry stands; None when nowhere. Raises Odd when it stands twice."""
        found: list[Place] = []
        for document in self._all():
            if section not in document.text:
                continue
            self.at_work = document.file
            place = self._yaml(document, section, id_)
            found += [place] if place else []
            for sheet in self._rosters(document, section):
                self.at_work = sheet.file
                row = _row(sheet, section, id_)
                found += [RowPlace(sheet, row)] if row else []
        if len(found) > 1:
            raise Odd(f"`{id_}` stands more than once in `{section}`")
        if not found and self._odd:
            self.at_work, why = next(iter(self._odd.items()))
            raise Odd(why)
        return found[0] if found else None

    def last(self, section: str) -> Place | None:
        """The last entry of the section where it is longest: a new one goes behind it."""
        best: tuple[int, Place] | None = None
        for document in self._all():
            if section not in document.text:
                continue
            self.at_work = document.file
            names = [name for name in document.names(section) if name not in {"from", "columns", "also"}]
            unit = document.entry(section, names[-1]) if names else _last_of(document, section)
            if unit is not None and (best is None or len(names) > best[0]):
                best = (len(names), YamlPlace(unit, section))
            for sheet in self._rosters(document, section):
                row = Row(sheet.first, sheet.first, [])
                if best is None:
                    best = (0, RowPlace(sheet, row))
        return best[1] if best else None

    def sections(self, section: str) -> list[Unit]:
        """Each unit that holds all of a section that stands once in its file. Raises Odd."""
        found = [document.whole(section) for document in self._all() if section in document.text]
        if self._odd:
            self.at_work, why = next(iter(self._odd.items()))
            raise Odd(why)
        return [unit for unit in found if unit is not None]

    def others(self, place: YamlPlace) -> bool:
        """Whether the section has other entries in this file, by line."""
        return len(place.unit.document.names(place.section)) > 1

    def widened(self, place: YamlPlace) -> YamlPlace:
        """The same entry in a unit that holds all of its section."""
        if place.unit.path[0] == place.section:
            return place
        unit = place.unit.document.whole(place.section)
        assert unit is not None
        unit.path = (*unit.path, *place.unit.path)
        return YamlPlace(unit, place.section, place.bank)

    def document_for(self, section: str) -> Document | None:
        """The file a section that has no entries yet belongs to: where it is written, else the campaign's own."""
        documents = list(self._all())
        for document in documents:
            if section in document.text and document.whole(section) is not None:
                return document
        return next((document for document in documents if document.file in ROOT_NAMES), None)

    def changed(self) -> dict[str, bytes]:
        """The files whose contents differ from those on the disk."""
        contents = {document.file: document.content for document in (self._documents or {}).values()}
        contents |= {sheet.file: sheet.content for sheet in self._sheets.values()}
        contents = {**self._overlay, **contents}
        return {file: content for file, content in sorted(contents.items()) if content != self.on_disk.get(file)}

    def written(self, contents: Mapping[str, bytes]) -> None:
        """The disk now holds these."""
        self.on_disk.update(contents)

    def _all(self) -> list[Document]:
        if self._documents is None:
            self._documents = {}
            for stamp in with_overlay(scan(self._root), self._overlay):
                try:
                    self._documents[stamp.file] = Document(stamp.file, self._read(stamp.file))
                except Odd as odd:
                    self._odd[stamp.file] = str(odd)
        return list(self._documents.values())

    def _read(self, file: str) -> bytes:
        path = self._root / file
        try:
            if file not in self._overlay or path.exists():
                self.on_disk[file] = path.read_bytes()
        except OSError as error:
            raise EditRefused(f"{file} cannot be read: {error.strerror}.", hint="Look at its rights (`ls -la`).") from error
        return self._overlay.get(file, self.on_disk.get(file, b""))

    def _yaml(self, document: Document, section: str, id_: str) -> YamlPlace | None:
        if section == "campaign":
            unit = document.whole(section)
            return YamlPlace(unit, section) if unit else None
        if section == "ports" and "/" in id_:
            return self._port(document, id_)
        unit = document.entry(section, id_)
        if unit is None and section == "numbers":
            same = [name for name in document.names(section) if _digits(name) == _digits(id_)]
            unit = document.entry(section, same[0]) if same else None
        return YamlPlace(unit, section) if unit else None

    def _port(self, document: Document, id_: str) -> YamlPlace | None:
        """The entry that holds a desk: in block style only those are read that name the office."""
        office, _, desk = id_.rpartition("/")
        outline = document.outline("ports")
        units: list[Unit | None] = [document.whole("ports")]
        if outline:
            units = [document.entry("ports", label) for label, text in outline if office in text]
        places = []
        for unit in units:
            if unit is None:
                continue
            if outline:
                unit.path = ()
            bank = edit_ports.find(unit, office, desk)
            if bank is not None:
                unit.path = bank.path
                places.append(YamlPlace(unit, "ports", bank))
        if len(places) > 1:
            raise Odd(f"desk `{id_}` stands twice in it")
        return places[0] if places else None

    def _rosters(self, document: Document, section: str) -> list[Roster]:
        """The roster a section names, opened; at most one."""
        known = self._named.get((document.file, section))
        if known is None:
            known = self._named[document.file, section] = self._open_rosters(document, section)
        return known

    def _open_rosters(self, document: Document, section: str) -> list[Roster]:
        if section not in KEY or "from" not in document.text:
            return []
        unit = document.entry(section, "from")
        node = unit.resolve(unit.path) if unit else None
        if node is None or node.kind != "scalar" or not node.value:
            return []
        file = node.value
        if file not in self._sheets:
            self.at_work = file
            if inside(self._root, file) is None:
                raise Odd(f"the roster {file} is outside the campaign's folder")
            columns = document.entry(section, "columns")
            says = data(columns.resolve(columns.path)) if columns else None
            self._sheets[file] = Roster(file, self._read(file), section, says if isinstance(says, dict) else None)
        return [self._sheets[file]]


def parents(unit: Unit, path: tuple[str, ...]) -> list[Node]:
    """The mappings on the way to the end of a path, from the root."""
    found = [unit.resolve(path[:depth]) for depth in range(len(path))]
    return [node for node in found if node is not None]


def refuse_shared(unit: Unit, path: tuple[str, ...]) -> None:
    """Raise Odd when what `path` leads to comes from elsewhere (alias, merge), or is given elsewhere (an anchor that is used)."""
    nodes = [unit.resolve(path[:depth]) for depth in range(len(path) + 1)]
    for depth, node in enumerate(nodes):
        if node is None:
            above = nodes[depth - 1] if depth else None
            inner = depth < len(path) or path[-1] == ""
            if above is not None and any(key.value == MERGE for key, _ in above.pairs) and inner:
                raise Odd(f"`{path[depth - 1]}` is taken over from elsewhere (`<<`); write it out here first")
            break
        if node.kind == "alias":
            raise Odd(f"`{path[depth - 1]}` is taken over from elsewhere (`*{node.value}`); write it out here first")
        _refuse_anchor(unit, node)
    last = nodes[-1]
    for node in last.walk() if last is not None else ():
        _refuse_anchor(unit, node)


def _refuse_anchor(unit: Unit, node: Node) -> None:
    if node.anchor and re.search(rf"\*{re.escape(node.anchor)}(?![\w-])", unit.document.text):
        raise Odd(f"what is marked `&{node.anchor}` is taken over elsewhere (`*{node.anchor}`), and would change there too")


def _row(sheet: Roster, section: str, id_: str) -> Row | None:
    if section == "ports":
        office, _, desk = id_.rpartition("/")
        return sheet.find(desk=desk, office=office) if office else None
    return sheet.find(**{sheet.key: id_})


def _last_of(document: Document, section: str) -> Unit | None:
    """The unit of a section that is not in block style, its path leading to the last entry."""
    unit = document.whole(section)
    node: Any = unit.resolve(unit.path) if unit else None
    names = [key.value for key, _ in node.pairs if key.value not in {"from", "columns", "also"}] if node is not None else []
    if unit is None or not names:
        return None
    unit.path = (*unit.path, names[-1])
    return unit


def _digits(text: str) -> str:
    return re.sub(r"[^\d+]", "", text)
