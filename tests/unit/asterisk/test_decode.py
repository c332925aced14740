"""Reading an exchange: what campctl wrote comes back exactly, what others changed shows in its field, and nothing raises."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.backends.asterisk.facts.decode import decode
from campctl.backends.asterisk.facts.image import Image
from campctl.backends.asterisk.facts.native import PLACES, Fact, Value
from campctl.model.resources import Key, Line, Location, Member, Queue, Resource, Route, fields_of, key_of
from campctl.testing.samples import ELSEWHERE, LINE, LOCATION, MEMBER, OTHER_LINE, OTHER_QUEUE, QUEUE, create

FULL_LOCATION = replace(LOCATION, building="Annex", floor="2", room="Hall B", notify=("+12175550101",))
FULL_LINE = replace(LINE, name="Zoë «Z» Lee\n", number="+13125550101", permission="national", device="poly-vvx")
FULL_QUEUE = replace(
    QUEUE,
    hours=("mon-fri 08:00-20:00",),
    time_zone="America/Chicago",
    overflow="queue/main",
    closed="outside/+13125550199",
    failover="line/user/ann.lee",
    escalation=("60s level 2", "120s queue/main"),
)
FULL_MEMBER = replace(MEMBER, name="Ann; Lee", level=2, penalty=3)
ROUTE = Route("+12175550110", f"line/{LINE.id}", "direct")
ALL: tuple[Resource, ...] = (FULL_LOCATION, ELSEWHERE, FULL_LINE, OTHER_LINE, OTHER_QUEUE, FULL_QUEUE, FULL_MEMBER, ROUTE)


def exchange(resources: Any = ALL) -> dict[Fact, Value]:
    """Facts of these resources."""
    image = Image({})
    found: dict[Fact, Value] = {}
    for resource in resources:
        found |= {write.fact: write.value for write in image.apply(create(resource)).writes if write.value is not None}
    return found


def drift(facts: dict[Fact, Value], resource: Resource) -> dict[str, Any] | None:
    """Fields that are not what they were written as, with what they are; None when it is gone."""
    found = decode(facts).resources
    others = {key: value for key, value in found.items() if key != key_of(resource)}
    expected = {key_of(other): other for other in ALL if key_of(other) != key_of(resource)}
    assert {key: value for key, value in others.items() if key in expected and value != expected[key]} == {}
    now = found.get(key_of(resource))
    return None if now is None else {name: value for name, value in fields_of(now).items() if value != getattr(resource, name)}


def test_all_of_it_comes_back() -> None:
    """Every resource, every field, whatever is in it."""
    found = decode(exchange())
    assert found.resources == {key_of(resource): resource for resource in ALL}
    assert found.faults == []


@pytest.mark.parametrize("line", [FULL_LINE, replace(FULL_LINE, enabled=False), replace(FULL_LINE, id="port/chicago-hq/a001")])
@pytest.mark.parametrize("record", [None, "", "{}"])
def test_a_line_that_lost_its_record_is_known_by_its_rows(line: Line, record: str | None) -> None:
    """It goes by its id, so that what it lost shows and can be put right; it is not somebody else's who holds its extension."""
    facts = exchange((FULL_LOCATION, line))
    name = next(fact for fact in facts if fact.place == "record" and "line" in fact.name)
    del facts[name]
    if record is not None:
        facts[name] = record
    assert [key for key in decode(facts).resources if key.kind == "line"] == [key_of(line)]
    facts[Fact("auth", line.id.partition("/")[2].replace("/", "~"))] = {"auth_type": "userpass"}
    if line.enabled:
        assert [key for key in decode(facts).resources if key.kind == "line"] == [key_of(line)]


INFO = (
    'country="US",A1="IL",A3="Springfield",RD="Example Plaza",HNO="1",NAM="Springfield office",PC="62701",BLD="Annex",FLR="2",ROOM="Hall B"'
)

BY_HAND = [
    (FULL_LINE, "endpoint", "ann.lee", {"context": "campctl-international"}, {"permission": "international"}),
    (FULL_LINE, "endpoint", "ann.lee", {"context": "from-trunk"}, {"permission": "from-trunk"}),
    (FULL_LINE, "endpoint", "ann.lee", {"context": "campctl-galactic"}, {"permission": "campctl-galactic"}),
    (FULL_LINE, "endpoint", "ann.lee", {"callerid": '"Bo" <3001>'}, {"name": "Bo"}),
    (FULL_LINE, "endpoint", "ann.lee", {"callerid": '"Zoë «Z» Lee" <911>'}, {"name": '"Zoë «Z» Lee" <911>'}),
    (FULL_LINE, "endpoint", "ann.lee", {"geoloc_incoming_call_profile": "loc-shelbyville"}, {"location": "shelbyville"}),
    (FULL_LINE, "endpoint", "ann.lee", {"geoloc_incoming_call_profile": "nowhere"}, {"location": "nowhere"}),
    (FULL_LINE, "endpoint", "ann.lee", {"geoloc_incoming_call_profile": ""}, {"location": ""}),
    (FULL_LINE, "endpoint", "ann.lee", {"aors": "other"}, {"enabled": False}),
    (FULL_LINE, "endpoint", "ann.lee", {"auth": ""}, {"enabled": False}),
    (FULL_LINE, "endpoint", "ann.lee", {"allow": ""}, {"enabled": False}),
    (FULL_LINE, "endpoint", "ann.lee", None, {"enabled": False}),
    (FULL_LINE, "aor", "ann.lee", None, {"enabled": False}),
    (FULL_LINE, "aor", "ann.lee", {"max_contacts": "0"}, {"enabled": False}),
    (FULL_LINE, "auth", "ann.lee", None, {"enabled": False}),
    (FULL_LINE, "auth", "ann.lee", {"username": "mallory"}, {"enabled": False}),
    (FULL_LINE, "map", "ext/3001", None, {"extension": ""}),
    (FULL_LINE, "map", "ext/3001", "queue:gone", {"extension": ""}),
    (FULL_LINE, "map", "cid/ann.lee", "13125550155", {"number": "+13125550155"}),
    (FULL_LINE, "map", "cid/ann.lee", None, {"number": ""}),
    (FULL_LINE, "map", "e911/ann.lee", "loc-shelbyville", {"location": "shelbyville"}),
    (FULL_LINE, "map", "e911/ann.lee", None, {"location": ""}),
    (FULL_QUEUE, "queue", QUEUE.id, {"strategy": "ringall"}, {"strategy": "ring-all"}),
    (FULL_QUEUE, "queue", QUEUE.id, {"strategy": "linear"}, {"strategy": "linear"}),
    (FULL_QUEUE, "queue", QUEUE.id, {"maxlen": "7"}, {"max_waiting": 7}),
    (FULL_QUEUE, "queue", QUEUE.id, {"timeout": "30"}, {"ring_time": 30}),
    (FULL_QUEUE, "queue", QUEUE.id, {"wrapuptime": "x"}, {"wrap_up": 0}),
    (FULL_QUEUE, "queue", QUEUE.id, {"servicelevel": "60"}, {"answer_within": 60}),
    (FULL_QUEUE, "queue", QUEUE.id, None, None),
    (FULL_QUEUE, "rule", QUEUE.id, ("30,199,0",), {"escalation": ("30s level 2", "120s queue/main")}),
    (FULL_QUEUE, "rule", QUEUE.id, None, {"escalation": ("120s queue/main",)}),
    (FULL_QUEUE, "rule", QUEUE.id, ("odd",), {"escalation": ("0s ?odd", "120s queue/main")}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/rule", None, {"escalation": ("120s queue/main",)}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/escalate", "90,line:ann.lee", {"escalation": ("60s level 2", f"90s line/{LINE.id}")}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/escalate", None, {"escalation": ("60s level 2",)}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/maxwait", "60", {"max_wait": 60}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/maxwait", None, {"max_wait": 0}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/overflow", None, {"overflow": ""}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/closed", "line:gone", {"closed": "line/gone"}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/failover", "nonsense", {"failover": "?nonsense"}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/hours", None, {"hours": ()}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/ring", None, {"ring_time": 0}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/ring", "7", {"ring_time": 7}),
    (FULL_QUEUE, "map", f"hotline/{QUEUE.id}/hours", "09:00-19:59,mon,*,*,UTC", {"hours": ("mon 09:00-20:00",), "time_zone": "UTC"}),
    (FULL_QUEUE, "map", "ext/3900", None, {"extension": ""}),
    (FULL_LOCATION, "geo", "loc-springfield", {"location_info": INFO.replace("62701", "62799")}, {"postal_code": "62799"}),
    (FULL_LOCATION, "geo", "loc-springfield", {"location_info": INFO.replace('"1"', "2")}, {"street": "2 Example Plaza"}),
    (FULL_LOCATION, "geo", "loc-springfield", {"location_info": INFO.replace('"Hall B"', '""')}, {"room": ""}),
    (FULL_LOCATION, "geo", "loc-springfield", None, None),
    (FULL_LOCATION, "map", "notify/loc-springfield", None, {"notify": ()}),
    (FULL_LOCATION, "map", "notify/loc-springfield", "mail:a@example.org|fax:1", {"notify": ("a@example.org", "?fax:1")}),
    (FULL_MEMBER, "member", f"{QUEUE.id}|PJSIP/ann.lee", {"penalty": "0"}, {"level": 1, "penalty": 0}),
    (FULL_MEMBER, "member", f"{QUEUE.id}|PJSIP/ann.lee", {"membername": "Somebody"}, {"name": "Somebody"}),
    (FULL_MEMBER, "member", f"{QUEUE.id}|PJSIP/ann.lee", {"membername": "PJSIP/ann.lee"}, {"name": ""}),
    (FULL_MEMBER, "member", f"{QUEUE.id}|PJSIP/ann.lee", None, None),
    (ROUTE, "map", "did/12175550110", "queue:main", {"to": "queue/main"}),
    (ROUTE, "map", "did/12175550110", "none:", {"to": ""}),
    (ROUTE, "map", "did/12175550110", None, None),
]


@pytest.mark.parametrize(
    ("resource", "place", "name", "new", "shows"), BY_HAND, ids=[f"{place} {name} {str(new)[:50]}" for _, place, name, new, _ in BY_HAND]
)
def test_a_change_by_hand_shows_in_its_field(resource: Resource, place: Any, name: str, new: Any, shows: dict[str, Any] | None) -> None:
    """One native value changed or removed: its field differs, no other field and no other resource does."""
    facts = exchange()
    fact = Fact(place, name)
    if new is None:
        del facts[fact]
    else:
        facts[fact] = {**facts[fact], **new} if isinstance(new, dict) else new  # type: ignore[dict-item]
    if place in {"queue", "geo"} and new is None:
        assert key_of(resource) not in decode(facts).resources
    else:
        assert drift(facts, resource) == shows


MADE_BY_HAND: dict[Fact, Value] = {
    Fact("endpoint", "1001"): {"aors": "1001", "auth": "1001", "context": "internal", "allow": "ulaw", "callerid": "Jo Doe <1001>"},
    Fact("aor", "1001"): {"max_contacts": "3"},
    Fact("auth", "1001"): {"auth_type": "userpass", "username": "jo"},
    Fact("endpoint", "lobby"): {"aors": "lobby", "context": "campctl-local", "allow": "ulaw"},
    Fact("aor", "lobby"): {"contact": "sip:192.0.2.1"},
    Fact("map", "ext/2000"): "line:lobby",
    Fact("queue", "help"): {"strategy": "linear"},
    Fact("member", "help|PJSIP/1001"): {"membername": "PJSIP/1001", "penalty": "5"},
    Fact("member", "help|Local/5@x"): {"membername": "x", "penalty": "0"},
    Fact("map", "did/13125550100"): "queue:help",
    Fact("geo", "loc-hq~3"): {"type": "profile", "format": "civicAddress", "location_info": 'country=US,A3="New York",RD=Broadway,HNO=1'},
}


def test_what_others_made_goes_by_its_native_name() -> None:
    """Without a record: fields as far as options tell them."""
    found = decode(MADE_BY_HAND)
    assert set(found.resources.values()) == {
        Line("1001", "1001", "Jo Doe"),
        Line("lobby", "2000", "lobby", permission="local"),
        Queue("help", "help", strategy="round-robin", max_waiting=0, max_wait=0, wrap_up=0, answer_within=0),
        Member("help", "1001", penalty=5),
        Route("+13125550100", "queue/help"),
        Location("hq/3", "", "1 Broadway", "New York", "", ""),
    }
    assert [fault.name for fault in found.faults] == ["help|Local/5@x"]


def test_a_damaged_record_is_told_and_its_thing_still_found() -> None:
    """The name of the record says whose it is; the options say the rest."""
    facts = exchange()
    facts[Fact("record", "line/user/ann.lee")] = "{broken"
    found = decode(facts)
    assert [fault.name for fault in found.faults] == ["line/user/ann.lee"]
    line = found.resources[key_of(LINE)]
    assert line == replace(FULL_LINE, name="Zoë «Z» Lee", device="")
    assert found.resources[key_of(FULL_MEMBER)] == FULL_MEMBER


def test_a_damaged_record_takes_no_name_from_a_sound_one() -> None:
    """What a damaged record was of is only guessed; a record that says so is believed."""
    facts = exchange()
    facts = {Fact("record", "line/port/ann.lee"): "{broken", **facts}
    found = decode(facts)
    assert found.resources == {key_of(resource): resource for resource in ALL}
    assert [fault.name for fault in found.faults] == ["line/port/ann.lee"]


def test_what_others_made_cannot_pass_for_ours() -> None:
    """A thing made by hand whose id would be that of a recorded thing is told and left out, and its members with it."""
    facts = exchange()
    record = Fact("record", "location/springfield")
    facts[record] = str(facts[record]).replace("loc-springfield", "loc-springfield-2")
    facts[Fact("geo", "loc-springfield-2")] = facts[Fact("geo", "loc-springfield")]
    facts[Fact("endpoint", "user/ann.lee")] = {"aors": "x", "allow": "ulaw"}
    facts[Fact("member", "main|PJSIP/user/ann.lee")] = {"membername": "x", "penalty": "0"}
    found = decode(facts)
    assert sorted((fault.place, fault.name) for fault in found.faults) == [
        ("line", "user/ann.lee"),
        ("location", "loc-springfield"),
        ("member", "main|PJSIP/user/ann.lee"),
    ]
    assert found.resources[key_of(LINE)] == replace(FULL_LINE, location="loc-springfield")
    assert found.names.native(key_of(LOCATION)) == "loc-springfield-2"


def test_ids_with_slashes_in_them_part_where_both_are_known() -> None:
    """A member's id has its queue's and its line's in it; only one cut gives two things that exist."""
    facts: dict[Fact, Value] = {
        Fact("queue", "a/b"): {"strategy": "ringall"},
        Fact("endpoint", "c"): {"aors": "c", "allow": "ulaw"},
        Fact("member", "a/b|PJSIP/c"): {"membername": "C", "penalty": "0"},
    }
    assert decode(facts).resources[Key("member", "a/b/c")] == Member("a/b", "c", "C")


def test_two_records_cannot_have_one_thing() -> None:
    """The second is told."""
    facts = exchange()
    text = facts[Fact("record", "line/user/ann.lee")]
    assert isinstance(text, str)
    facts[Fact("record", "line/user/bob")] = text.replace("user/ann.lee", "user/bob")
    found = decode(facts)
    assert [fault.why for fault in found.faults] == ["claims ann.lee, which is line user/ann.lee"]
    assert Key("line", "user/bob") not in found.resources


def test_a_record_that_refers_to_what_is_gone_does_not_win_over_the_map() -> None:
    """Where a number leads is what the map says, also when a stale record's target would be called the same."""
    facts = exchange()
    fact = Fact("record", f"route/{ROUTE.id}")
    text = facts[fact]
    assert isinstance(text, str)
    facts[fact] = text.replace("line/user/ann.lee", "line/port/ann.lee")
    assert decode(facts).resources[key_of(ROUTE)] == ROUTE


shapes = st.one_of(
    st.text(max_size=30),
    st.dictionaries(st.sampled_from(["context", "callerid", "allow", "maxlen", "penalty", "x"]), st.text(max_size=9)),
    st.tuples(st.text(max_size=9)),
    st.none(),
)
words = st.sampled_from(
    [
        "ann.lee",
        "ext/3001",
        "did/12175550110",
        "did/x",
        "hotline/main/hours",
        "hotline/main/escalate",
        "line/user/ann.lee",
        "main",
        "main|PJSIP/ann.lee",
        "|",
        "",
        "loc-springfield",
    ]
)


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(st.builds(Fact, st.sampled_from(PLACES), st.one_of(words, st.text(max_size=20))), shapes, max_size=12), st.booleans()
)
def test_nothing_raises(garbage: dict[Any, Any], among: bool) -> None:
    """Any facts, on their own or among good ones, are read, and an image of them can still be asked."""
    facts = {**(exchange() if among else {}), **garbage}
    image = Image(facts)
    image.bent()
    assert image.facts_of(image.resources) is not None
    refreshed = image.refresh(list(image.resources), facts)
    assert refreshed == image.resources


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_one_fact_changed_changes_one_resource(data: st.DataObject) -> None:
    """Any option of any fact set to anything: at most that one resource differs, or those that lead to it."""
    facts = exchange()
    fact = data.draw(st.sampled_from(sorted(fact for fact in facts if fact.place in {"endpoint", "queue", "member"})))
    value = facts[fact]
    assert isinstance(value, dict)
    option = data.draw(st.sampled_from(sorted(value)))
    facts[fact] = {**value, option: data.draw(st.text(max_size=12))}
    found = decode(facts).resources
    differing = [key for key in {key_of(resource): resource for resource in ALL} if found.get(key) not in ALL]
    assert len(differing) <= 1
    assert set(found) == {key_of(resource) for resource in ALL}
