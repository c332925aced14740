"""Many new lines at once come to just what they come to one by one, or are left to that way."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.backends.asterisk.doing import carrying
from campctl.backends.asterisk.facts.image import Image
from campctl.backends.asterisk.facts.names import plain_lines, proposed
from campctl.backends.asterisk.facts.native import Fact, Value
from campctl.backends.asterisk.facts.records import VERSION, Record, write, written
from campctl.backends.asterisk.facts.render import render
from campctl.backends.asterisk.facts.text import callerid, callerids
from campctl.model.refusals import No, check, lines_pass
from campctl.model.resources import Key, Line
from campctl.testing.samples import FOUNDATION, LINE, LOCATION, TEXTS, create, lines

IDS = st.one_of(
    st.sampled_from(
        ["user/bo", "user/Bo", "user/cy", "port/springfield/a009", "port/springfield~a009", "user/port/x", "user/system", "port/ann.lee"]
    ),
    st.sampled_from(["user/zoë", "nobody", "user/", "", "user/a\nb", f"user/{'x' * 70}", LINE.id, "user/peer", "user/reserved"]),
    st.from_regex(r"(user|port)/[a-z0-9._-]{1,12}", fullmatch=True),
)
LINES = st.builds(
    Line,
    IDS,
    st.one_of(st.from_regex(r"40[0-9]{2}", fullmatch=True), st.sampled_from(["3001", "3900", "", "12a", "1\n2", "5000"])),
    st.one_of(st.sampled_from(["Bo Chan", "", *TEXTS]), st.text(max_size=6)),
    number=st.sampled_from(["", "", "+13125550101", "5550101", "+1312555\n0101"]),
    location=st.sampled_from([LOCATION.id, LOCATION.id, "shelbyville", "nowhere", ""]),
    permission=st.sampled_from(["internal", "national", "national", "everywhere"]),
    enabled=st.sampled_from([True, True, False]),
    device=st.sampled_from(["", "poly-vvx", "half \ud800"]),
)
PLAIN = st.builds(
    Line,
    st.from_regex(r"(user|port)/[a-z0-9._/-]{1,9}", fullmatch=True),
    st.from_regex(r"4[0-9]{3}", fullmatch=True),
    st.one_of(st.just("Bo Chan"), st.sampled_from(TEXTS), st.text(max_size=6)),
    number=st.sampled_from(["", "+13125550101"]),
    location=st.sampled_from([LOCATION.id, "shelbyville"]),
    permission=st.sampled_from(["internal", "national"]),
    enabled=st.booleans(),
)
MANY = st.one_of(st.lists(PLAIN, min_size=1, max_size=5), st.lists(st.one_of(PLAIN, LINES), min_size=1, max_size=4))
BY_HAND: dict[Fact, Value] = {
    Fact("endpoint", "cy"): {"context": "by-hand"},
    Fact("map", "cid/dee"): "13125550100",
    Fact("map", "ext/5000"): "pstn:13125550100",
    Fact("map", "ext/5001"): "line:eve",
    Fact("record", "line/user/fay"): "{torn",
}
"""What somebody made, and a record that cannot be read."""


@cache
def foundation() -> dict[Fact, Value]:
    """What an exchange with a few things on it holds."""
    image, facts = Image(BY_HAND), dict(BY_HAND)
    for resource in FOUNDATION:
        facts.update((fact, value) for fact, value in image.apply(create(resource)).writes if value is not None)
    return facts


def founded() -> Image:
    """Such an exchange."""
    return Image(foundation(), frozenset({"Reserved"}))


def one_by_one(image: Image, wanted: list[Line], **how: Any) -> list[Any]:
    """What each comes to by itself, the long way; how each is refused."""
    image.apply_lines = lambda *_, **__: None  # type: ignore[method-assign, assignment]
    found: list[Any] = []
    for line in wanted:
        try:
            found.append(image.apply(create(line), **how))
        except No as no:
            found.append((no.code, no.sentence))
    return found


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MANY)
def test_together_is_as_one_by_one(wanted: list[Line]) -> None:
    """The same resources, native names and facts for any lines; or nothing is done, and then it can be done one by one."""
    image, other = founded(), founded()
    before = dict(image.resources)
    new = image.apply_lines([create(line) for line in wanted])
    if new is None:
        assert image.resources == before
        assert image.bent() == other.bent()
        return
    alone = one_by_one(other, wanted)
    assert image.resources == other.resources
    for ours, theirs in zip(new.each(), alone, strict=True):
        assert dict(ours.writes) == dict(theirs.writes)
        assert all(image.value(fact) == other.value(fact) for fact in dict(theirs.writes))
        assert (ours.keys, ours.learned) == (theirs.keys, theirs.learned)
        assert image.facts_of(ours.keys) == other.facts_of(theirs.keys)
    assert {Fact(place, name): value for place, values in new.by.items() for name, value in values.items()} == dict(carrying.net(alone))
    for ours in reversed(new.each()):
        image.undo(ours)
    assert image.resources == before
    again = image.apply_lines([create(line) for line in wanted])
    assert again is not None
    assert again.by == new.by


def test_plain_lines_are_taken_together() -> None:
    """Also dark ones, those without number, ports, and those whose name is in another script: nothing of an apply goes the long way."""
    wanted = [*lines(3), Line("port/springfield/a009", "4001", "", location=LOCATION.id), Line("user/dark", "4002", "D", enabled=False)]
    wanted += [Line(f"user/text-{n}", str(4100 + n), text, "+13125550101", LOCATION.id, device=text) for n, text in enumerate(TEXTS)]
    new = founded().apply_lines([create(line) for line in wanted])
    assert new is not None
    assert len(new.each()) == len(wanted)
    assert list(carrying.all_new([new, new])) == ["record", "auth", "endpoint", "aor", "map"], "an AOR never before its endpoint"
    assert "dark" not in new.learned


@pytest.mark.parametrize(
    ("wanted", "how"),
    [
        ([LINE], {}),
        ([Line("user/bo", "3900", "Bo", location=LOCATION.id)], {}),
        ([Line("user/bo", "5000", "Bo", location=LOCATION.id)], {}),
        ([Line("user/bo", "4000", "Bo", location="nowhere")], {}),
        ([Line("user/bo", "4000", "Bo")], {}),
        ([Line("user/bo", "4000", "Bo", "911", LOCATION.id)], {}),
        ([Line("user/cy", "4000", "Cy", location=LOCATION.id)], {}),
        ([Line("user/dee", "4000", "Dee", location=LOCATION.id)], {}),
        ([Line("user/eve", "4000", "Eve", location=LOCATION.id)], {}),
        ([Line("user/fay", "4000", "Fay", location=LOCATION.id)], {}),
        ([Line("user/reserved", "4000", "R", location=LOCATION.id)], {}),
        ([Line("user/peer", "4000", "P", location=LOCATION.id)], {}),
        ([replace(line, extension="4000") for line in lines(2)], {}),
        ([replace(line, id=id_) for line, id_ in zip(lines(2), ("user/bo", "user/Bo"), strict=True)], {}),
        (lines(2), {"limits": {"lines": 3}}),
        ([replace(lines(1)[0], device="x")], {"unsupported": {"line": ("device",)}}),
    ],
)
def test_what_is_not_plain_is_left_to_the_long_way(wanted: list[Line], how: Any) -> None:
    """Taken names and extensions, what is refused, what somebody made by hand: nothing is done."""
    image = founded()
    before = dict(image.resources)
    assert image.apply_lines([create(line) for line in wanted], **how) is None
    assert image.resources == before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(MANY)
def test_what_passes_together_passes_alone(wanted: list[Line]) -> None:
    """`check` lets each through; names, records and caller IDs are those of each."""
    if lines_pass(wanted, {}):
        for line in wanted:
            check(line, {})
    natives = plain_lines([line.id for line in wanted])
    if natives is not None and "user/system" not in {line.id for line in wanted} and "user/peer" not in {line.id for line in wanted}:
        assert natives == [proposed(Key("line", line.id)) for line in wanted]
    assert callerids([line.name for line in wanted], [line.extension for line in wanted]) == [
        callerid(line.name, line.extension) for line in wanted
    ]
    texts = written([Record(VERSION, "native", line) for line in wanted])
    if texts is None:
        assert any("\ud800" in line.device or not line.name.isprintable() for line in wanted)
    else:
        assert texts == [write(line, "native") for line in wanted]


def test_rendered_together_is_rendered_alone() -> None:
    """Facts of each line are those `render` gives, in an image that knows the location."""
    image = founded()
    wanted = lines(3)
    new = image.apply_lines([create(line) for line in wanted])
    assert new is not None

    class Names:
        def native(self, key: Key) -> str:
            return image.native(key) or "unknown"

    for line, applied in zip(wanted, new.each(), strict=True):
        assert dict(applied.writes) == render(line, image.native(Key("line", line.id)) or "", Names())
