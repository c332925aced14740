"""Random manifests with comments in odd places, random edits: the data is as intended and nothing else changes."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from campctl.manifest.edit import Editor
from campctl.manifest.edit_scalars import scalar

IDS = ("ann", "bob.ray", "cy", "dee-2", "eve_x", "no", "f00")
EXAMPLES = settings().max_examples  # of the profile: more for those who explore
FIELDS = ("name", "office", "extension", "number", "role", "floor", "room")
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.sampled_from(
    ["no", "3001", "012", "a: b", "x #y", "+13125550100", "it's", '"q"', "[a", "é🗳", " pad ", "", "a,b", "{x}"]
)


@dataclass
class Made:
    """A document: its lines, each with the id it belongs to ("" for none), and the data it holds."""

    lines: list[tuple[str, str]] = field(default_factory=list)
    data: dict[str, dict[str, str]] = field(default_factory=dict)
    count: int = 0
    signs: str = ""

    def put(self, owner: str, line: str) -> None:
        self.lines.append((owner, line))

    def comment(self, owner: str) -> str:
        self.count += 1
        return f"# c{self.count} of {owner or 'nobody'}: {self.signs}"


def quoted(draw: Any, value: str, *, in_flow: bool) -> str:
    styles = [scalar(value, flow=in_flow), scalar(value, flow=in_flow, style='"'), scalar(value, flow=in_flow, style="'")]
    return draw(st.sampled_from(styles))


@st.composite
def documents(draw: Any) -> Made:
    made = Made(signs=draw(st.sampled_from(["", "[{'", "&*", "users:", '"'])))
    indent, step = " " * draw(st.integers(1, 4)), " " * draw(st.integers(1, 4))
    if draw(st.booleans()):
        made.put("", made.comment(""))
    made.put("", "campaign: { name: x }")
    if draw(st.integers(0, 3)) == 0:  # lines that look like others: the file must be read whole
        made.put("", 'other: { a: "')
        made.put("", "users:")
        made.put("", indent + 'ann: x" }')
    made.put("", "users:" + draw(st.sampled_from(["", "   # all"])))
    for name in draw(st.lists(st.sampled_from(IDS), min_size=1, max_size=5, unique=True)):
        for kind in draw(st.lists(st.sampled_from(["blank", "margin", "paragraph"]), max_size=2)):
            if kind == "blank":
                made.put("", "")
            else:
                made.put("", ("" if kind == "margin" else indent) + made.comment(""))
                made.put("", "")
        for _ in range(draw(st.integers(0, 2))):
            made.put(name, indent + made.comment(name))
        fields = {one: draw(words) for one in draw(st.lists(st.sampled_from(FIELDS), min_size=1, max_size=4, unique=True))}
        made.data[name] = fields
        key = scalar(name) if draw(st.booleans()) else f"'{name}'"
        tail = lambda owner=name: f"  {made.comment(owner)}" if draw(st.booleans()) else ""  # noqa: E731
        if draw(st.integers(0, 3)) == 0:
            inside = ", ".join(f"{one}: {quoted(draw, value, in_flow=True)}" for one, value in fields.items())
            made.put(name, f"{indent}{key}: {{ {inside} }}{tail()}")
        else:
            made.put(name, f"{indent}{key}:{tail()}")
            for one, value in fields.items():
                if draw(st.integers(0, 3)) == 0:
                    made.put(name, indent + step + draw(st.sampled_from(["", " "])) + made.comment(name))
                made.put(name, f"{indent}{step}{one}: {quoted(draw, value, in_flow=False)}{tail()}")
        for _ in range(draw(st.integers(0, 1))):
            made.put(name, indent + step + made.comment(name))
    if draw(st.booleans()):
        made.put("", "ports: {}   # the end")
    return made


def comments(text: str) -> list[str]:
    return [part.split(":")[0] for part in text.split("# c")[1:]]


def edit(text: bytes, *changes: Any) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "campaign.yaml").write_bytes(text)
        editor = Editor(Path(folder))
        for change in changes:
            change(editor)
        return editor.overlay.get("campaign.yaml", text)


def read(text: bytes) -> dict[str, Any]:
    return yaml.load(text, yaml.BaseLoader)["users"]


def text_of(made: Made, newline: str, end: bool) -> bytes:
    return (newline.join(line for _, line in made.lines) + (newline if end else "")).encode()


@settings(max_examples=max(150, EXAMPLES))
@given(documents(), st.data(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_one_field_changes_one_line(made: Made, data: st.DataObject, newline: str, end: bool) -> None:
    """Setting a field replaces one line or adds one; every other line is the same, byte for byte."""
    text = text_of(made, newline, end)
    assert read(text) == made.data
    name = data.draw(st.sampled_from(sorted(made.data)))
    one, value = data.draw(st.sampled_from(FIELDS)), data.draw(words)
    new = edit(text, lambda editor: editor.set("users", name, one, value))
    assert read(new) == {**made.data, name: {**made.data[name], one: value}}
    before, after = text.split(b"\n"), new.split(b"\n")
    changed = [line for line in before if line not in after]
    added = [line for line in after if line not in before]
    assert len(changed) <= 1 + (not end)
    assert len(added) <= 1 + (not end)
    assert comments(new.decode()) == comments(text.decode())
    start = next((at for at, (old, fresh) in enumerate(zip(before, after, strict=False)) if old != fresh), len(before))
    behind = [line.rstrip(b"\r") for line in before[start + 1 :]]
    assert [line.rstrip(b"\r") for line in after[len(after) - len(behind) :]] == behind or len(after) > len(before)


@settings(max_examples=max(150, EXAMPLES))
@given(documents(), st.data(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_a_removed_entry_takes_its_own_lines_and_no_other(made: Made, data: st.DataObject, newline: str, end: bool) -> None:
    """What is left are all lines of others, in order (a blank line less where two would meet)."""
    text = text_of(made, newline, end)
    name = data.draw(st.sampled_from(sorted(made.data)))
    new = edit(text, lambda editor: editor.remove("users", name))
    assert read(new) == {other: fields for other, fields in made.data.items() if other != name}
    left = [line for owner, line in made.lines if owner != name and line]
    found = [line for line in new.decode().replace("\r\n", "\n").split("\n") if line]
    if len(made.data) == 1:
        found = [line.replace("users: {}", "users:") for line in found]
    assert found == left


@settings(max_examples=EXAMPLES)
@given(documents(), st.data(), st.sampled_from(["\n", "\r\n"]), st.booleans())
def test_many_edits_in_a_row(made: Made, data: st.DataObject, newline: str, end: bool) -> None:
    """Whatever is set, unset, added, removed and renamed, the data is as intended and others' comments stay."""
    text = text_of(made, newline, end)
    model = {name: dict(fields) for name, fields in made.data.items()}
    changes: list[Any] = []
    gone: set[str] = set()
    for number in range(data.draw(st.integers(1, 6))):
        name = data.draw(st.sampled_from(sorted(model)))
        kind = data.draw(st.sampled_from(["set", "unset", "add", "remove", "rename"]))
        one, value = data.draw(st.sampled_from(FIELDS)), data.draw(words)
        if kind == "set":
            model[name][one] = value
            changes.append(lambda editor, name=name, one=one, value=value: editor.set("users", name, one, value))
        elif kind == "unset" and len(model[name]) > 1:
            model[name].pop(one, None)
            gone.add(name)
            changes.append(lambda editor, name=name, one=one: editor.unset("users", name, one))
        elif kind == "add":
            fresh = f"new-{number}"
            near = data.draw(st.sampled_from([None, name]))
            model[fresh] = {one: value}
            changes.append(lambda editor, fresh=fresh, one=one, value=value, near=near: editor.add("users", fresh, {one: value}, near=near))
        elif kind == "remove" and len(model) > 1:
            del model[name]
            gone.add(name)
            changes.append(lambda editor, name=name: editor.remove("users", name))
        elif kind == "rename":
            fresh = f"renamed-{number}"
            model[fresh] = {**model.pop(name), "renamed_from": name}
            if name not in made.data:
                gone.add(name)
            changes.append(lambda editor, name=name, fresh=fresh: editor.rename("users", name, fresh))
            if name in made.data:
                gone.add(name)  # what happens to it later goes by its new name
    new = edit(text, *changes)
    assert read(new) == model
    kept = [one for one in comments(text.decode()) if one.split(" of ")[1] not in gone]
    assert [one for one in comments(new.decode()) if one in kept] == kept
    if newline == "\r\n":
        assert b"\n" not in new.replace(b"\r\n", b"")


@settings(max_examples=EXAMPLES)
@given(
    st.integers(1, 12),
    st.integers(0, 95),
    st.lists(st.tuples(st.integers(0, 11), st.sampled_from(["lit", "gone"])), max_size=6),
    st.booleans(),
)
def test_banks_keep_desk_and_extension_together(size: int, first: int, changes: list[tuple[int, str]], flow: bool) -> None:
    """However desks are lit and removed, each desk keeps its extension and its state, and stands once."""
    desks = [f"a{number:03d}" for number in range(first, first + size)]
    extensions = [str(3000 + number) for number in range(size)]
    values = {"office": "hq", "desks": f"{desks[0]}-{desks[-1]}", "extensions": f"{extensions[0]}-{extensions[-1]}", "state": "dark"}
    body = "  b: { " + ", ".join(f"{key}: {value}" for key, value in values.items()) + " } # bank\n"
    if not flow:
        body = "  b: # bank\n" + "".join(f"    {key}: {value}\n" for key, value in values.items())
    model = dict(zip(desks, ((extension, "dark") for extension in extensions), strict=True))
    edits = []
    for at, what in changes:
        if at < size and desks[at] in model and (what == "lit" or len(model) > 1):
            if what == "lit":
                model[desks[at]] = (model[desks[at]][0], "lit")
                edits.append(lambda editor, desk=desks[at]: editor.set("ports", f"hq/{desk}", "state", "lit"))
            else:
                del model[desks[at]]
                edits.append(lambda editor, desk=desks[at]: editor.remove("ports", f"hq/{desk}"))
    new = edit(("ports:\n" + body).encode(), *edits)
    found: dict[str, tuple[str, str]] = {}
    for entry in yaml.load(new, yaml.BaseLoader)["ports"].values():
        for desk, extension in zip(spread(entry, "desk"), spread(entry, "extension"), strict=True):
            assert desk not in found
            found[desk] = (extension, entry["state"])
    assert found == model
    assert list(found) == sorted(found)


def spread(entry: dict[str, Any], what: str) -> list[str]:
    several = entry.get(what + "s", entry.get(what))
    found = []
    for part in several if isinstance(several, list) else [several]:
        first, _, last = part.partition("-")
        prefix = first.rstrip("0123456789")
        digits = len(first) - len(prefix)
        low, high = int(first[len(prefix) :]), int((last or first)[len(prefix) :])
        found += [f"{prefix}{number:0{digits}d}" for number in range(low, high + 1)]
    return found


@settings(max_examples=max(300, EXAMPLES))
@given(words, st.sampled_from(["", "'", '"']))
def test_any_text_is_written_as_itself(text: str, style: str) -> None:
    """In block and flow style, to a reader that resolves and to one that does not."""
    for loader in (yaml.BaseLoader, yaml.SafeLoader):
        assert yaml.load(f"a:\n  b: {scalar(text, style=style)} # x\n", loader) == {"a": {"b": text}}
        assert yaml.load(f"a: {{ b: {scalar(text, flow=True, style=style)} }}\n", loader) == {"a": {"b": text}}
