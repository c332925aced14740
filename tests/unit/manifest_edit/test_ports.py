"""One desk of a bank becomes an entry of its own; the rest stays a bank, or two."""

from __future__ import annotations

import pytest

from campctl.errors import EditRefused, NotFound

TEXT = """\
ports:
  # the hall
  hall:                  # label
    office: hq
    desks: a001-a016
    extensions: 3100-3115   # equally many
    device: poly-vvx     # phones
    floor: "3"
    state: dark
  front: { office: hq, desk: front, extension: 3050 }
"""
COPY = '  hall-{d}:\n    office: hq\n    {desks}\n    {ext}\n    device: poly-vvx\n    floor: "3"\n    state: {state}\n'


def copy(desks: str, ext: str) -> str:
    """Another part of the bank: "a001" is the desk that is lit, "a001-a001" a bank of one."""
    first, _, last = desks.partition("-")
    if not last:
        return COPY.format(d=first, desks=f"desk: {desks}", ext=f"extension: {ext}", state="lit")
    desks = first if first == last else desks
    return COPY.format(d=first, desks=f"desks: {desks}", ext=f"extensions: {ext}", state="dark")


KEEPER = TEXT[TEXT.index("  # the hall") : TEXT.index("  front")]


def keeper(desks: str, ext: str) -> str:
    new = KEEPER.replace("a001-a016\n", desks + "\n")
    return new.replace("3100-3115   #", f"{ext}".ljust(12) + "#")


@pytest.mark.parametrize(
    ("desk", "parts"),
    [
        ("a005", [copy("a001-a004", "3100-3103"), copy("a005", "3104"), keeper("a006-a016", "3105-3115")]),
        ("a001", [copy("a001", "3100"), keeper("a002-a016", "3101-3115")]),
        ("a016", [keeper("a001-a015", "3100-3114"), copy("a016", "3115")]),
        ("a012", [keeper("a001-a011", "3100-3110"), copy("a012", "3111"), copy("a013-a016", "3112-3115")]),
        ("a002", [copy("a001-a001", "3100"), copy("a002", "3101"), keeper("a003-a016", "3102-3115")]),
    ],
)  # fmt: skip
def test_a_desk_is_split_off(camp, desk, parts) -> None:
    """Extensions go along; label, text and comments stay with the larger rest."""
    new = camp(TEXT).edit(lambda editor: editor.set("ports", f"hq/{desk}", "state", "lit"))
    assert new == TEXT.replace(KEEPER, "".join(parts))


def test_several_desks_and_fields(camp) -> None:
    """Each desk once; a second field of the same desk changes its own entry."""

    def change(editor):
        editor.set("ports", "hq/a008", "state", "lit")
        editor.set("ports", "hq/a008", "user", "ann")
        editor.set("ports", "hq/a009", "hotline", "main")
        editor.unset("ports", "hq/a010", "device")
        editor.unset("ports", "hq/a011", "hotline")  # not written: nothing to split for

    new = camp(TEXT).edit(change)
    ports = camp(TEXT).data(new)["ports"]
    desks = {name: (one.get("desks") or one["desk"], one.get("extensions") or one["extension"]) for name, one in ports.items()}
    assert list(desks.values()) == [
        ("a001-a007", "3100-3106"),
        ("a008", "3107"),
        ("a009", "3108"),
        ("a010", "3109"),
        ("a011-a016", "3110-3115"),
        ("front", "3050"),
    ]
    by_desk = {one[0]: ports[name] for name, one in desks.items()}
    assert by_desk["a008"] == {
        "office": "hq",
        "desk": "a008",
        "extension": "3107",
        "device": "poly-vvx",
        "floor": "3",
        "state": "lit",
        "user": "ann",
    }
    assert by_desk["a009"]["hotline"] == "main"
    assert "device" not in by_desk["a010"]


def test_neighbours_get_a_field_as_one_entry(camp) -> None:
    """Many desks at once: each run of a bank becomes one entry, a whole bank stays as it is, and it can be taken away again."""

    def named(*numbers: int) -> list[str]:
        return [f"hq/a{number:03d}" for number in numbers]

    def desks(text: str) -> dict[str, str]:
        ports = camp(TEXT).data(text)["ports"].values()
        return {f"{one.get('desks') or one['desk']} {one.get('extensions') or one['extension']}": one.get("backend", "") for one in ports}

    some = camp(TEXT).edit(lambda editor: editor.set_desks([*named(3, 2, 4, 9), "hq/front"], "backend", "new"))
    assert desks(some) == {
        "a001 3100": "",
        "a002-a004 3101-3103": "new",
        "a005-a008 3104-3107": "",
        "a009 3108": "new",
        "a010-a016 3109-3115": "",
        "front 3050": "new",
    }
    whole = camp(TEXT).edit(lambda editor: editor.set_desks(named(*range(1, 17)), "backend", "new"))
    assert whole == TEXT.replace("    state: dark\n", "    state: dark\n    backend: new\n")
    again = camp(whole).edit(lambda editor: editor.set_desks(named(*range(1, 17)), "backend", None))
    assert again == TEXT
    assert camp(TEXT).edit(lambda editor: editor.set_desks(named(1, 2), "backend", None)) == TEXT, "nothing is split for nothing"
    last = camp(TEXT).edit(lambda editor: editor.set_desks(named(*range(2, 17)), "backend", "new"))
    assert desks(last) == {"a001 3100": "", "a002-a016 3101-3115": "new", "front 3050": ""}
    with pytest.raises(NotFound):
        camp(TEXT).edit(lambda editor: editor.set_desks(["hq/a099"], "backend", "new"))


def test_a_desk_is_taken_out(camp) -> None:
    """Removing one leaves the others with the extensions they had."""
    new = camp(TEXT).edit(lambda editor: editor.remove("ports", "hq/a003"))
    assert new == TEXT.replace(KEEPER, copy("a001-a002", "3100-3101") + keeper("a004-a016", "3103-3115"))
    assert camp(TEXT).edit(lambda editor: editor.remove("ports", "hq/front")) == TEXT[: TEXT.index("  front")]


@pytest.mark.parametrize(
    ("bank", "desk", "expected"),
    [
        (
            "desks: [a1-a3, front], extensions: [3100-3102, 3200]",
            "a2",
            [("a1", "3100"), ("a2", "3101"), (["a3", "front"], ["3102", "3200"])],
        ),
        ("desks: a08-a11, extensions: 0998-1001", "a09", [("a08", "0998"), ("a09", "0999"), ("a10-a11", "1000-1001")]),
        ("desks: a9-a12, extensions: 3100-3103", "a12", [("[a9, a10-a11]", None), ("a12", "3103")]),
        ("desks: x, extensions: 3100", "x", [("x", "3100")]),
    ],
)
def test_other_shapes(camp, bank, desk, expected) -> None:
    """Lists of ranges, numbers with leading zeros, one more digit in between, a bank of one; in flow style."""
    text = f"ports:\n  b: {{ office: hq, {bank} }}   # bank\n"
    new = camp(text).edit(lambda editor: editor.set("ports", f"hq/{desk}", "state", "lit"))
    found = [
        (one.get("desks") or one.get("desk"), one.get("extensions") or one.get("extension"))
        for one in camp(text).data(new)["ports"].values()
    ]
    wanted = [(["a9", "a10-a11"], "3100-3102") if desks == "[a9, a10-a11]" else (desks, ext) for desks, ext in expected]
    assert found == wanted
    assert new.count("# bank") == 1
    assert new.count("state: lit") == 1


def test_labels_are_unique(camp) -> None:
    """A label that is taken already gets a number."""
    text = TEXT + "  hall-a001: { office: west, desk: z, extension: 1 }\n"
    new = camp(text).edit(lambda editor: editor.set("ports", "hq/a001", "state", "lit"))
    assert list(camp(text).data(new)["ports"]) == ["hall-a001-2", "hall", "front", "hall-a001"]


def test_the_same_desk_of_another_office_is_another(camp) -> None:
    """Desks are found by office and desk."""
    text = TEXT + "  west: { office: west, desks: a001-a002, extensions: 4100-4101 }\n"
    new = camp(text).edit(lambda editor: editor.set("ports", "west/a001", "state", "lit"))
    assert new.startswith(TEXT)
    with pytest.raises(NotFound):
        camp(text).edit(lambda editor: editor.set("ports", "west/a003", "state", "lit"))


def test_rename_a_desk(camp) -> None:
    """It is split off, gets its new name, and says its old one."""
    new = camp(TEXT).edit(lambda editor: editor.rename("ports", "hq/a001", "west/b001"))
    one = camp(TEXT).data(new)["ports"]["hall-a001"]
    assert (one["office"], one["desk"], one["extension"], one["renamed_from"]) == ("west", "b001", "3100", "hq/a001")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ports:\n  b: { office: hq, desks: a1-a3, extensions: 3100-3101 }\n", "3 desks and 2 extensions"),
        ("ports: { b: { office: hq, desks: a1-a3, extensions: 3100-3102 } }\n", "between brackets"),
        ("x: &x { state: lit }\nports:\n  b:\n    <<: *x\n    office: hq\n    desks: a1-a3\n    extensions: 3100-3102\n", "<<"),
        ("x: &x poly\nports:\n  b: { office: hq, desks: a1-a3, extensions: 3100-3102, device: *x }\n", "alias"),
        ("ports:\n  b: { office: hq, desks: a1-a3, extensions: 1-3 }\n  c: { office: hq, desks: a2-a4, extensions: 4-6 }\n", "twice"),
    ],
)
def test_what_cannot_be_split_is_refused(camp, text, why) -> None:
    """With the reason and the edit to make by hand."""
    with pytest.raises(EditRefused, match=why) as caught:
        camp(text).edit(lambda editor: editor.set("ports", "hq/a2", "state", "lit"))
    assert "state: lit" in caught.value.hint


def test_labels_that_are_no_plain_words(camp) -> None:
    """A bank is found whatever it is called."""
    text = 'ports:\n  "hall: a":\n    office: hq\n    desks: a1-a3\n    extensions: 3100-3102\n  b: { office: hq, desk: b, extension: 1 }\n'
    new = camp(text).edit(lambda editor: editor.set("ports", "hq/a1", "state", "lit"))
    assert list(camp(text).data(new)["ports"]) == ["hall: a-a1", "hall: a", "b"]
