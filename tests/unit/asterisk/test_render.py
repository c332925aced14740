"""What a resource is on an Asterisk, option by option."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from campctl.backends.asterisk.facts import geo, grammar, hours, render, text
from campctl.backends.asterisk.facts.directory import Directory
from campctl.backends.asterisk.facts.names import endpoint_of, given, location_id, member_parts, proposed
from campctl.backends.asterisk.facts.native import Fact, Value
from campctl.model.refusals import No
from campctl.model.resources import Key, Resource, key_of
from campctl.testing.samples import ELSEWHERE, LINE, LOCATION, MEMBER, OTHER_LINE, OTHER_QUEUE, QUEUE, ROUTE


def known() -> Directory:
    """The samples' native names."""
    names = Directory()
    for resource in (LOCATION, ELSEWHERE, LINE, OTHER_LINE, QUEUE, OTHER_QUEUE):
        names.learn(key_of(resource), proposed(key_of(resource)))
    return names


def facts(resource: Resource) -> dict[Fact, Value]:
    """Its facts but for the record."""
    names = known()
    native = names.find(key_of(resource)) or ""
    return {fact: value for fact, value in render.render(resource, native, names).items() if fact.place != "record"}


def one(resource: Resource, place: Any, name: str) -> Any:
    """One of its facts."""
    return facts(resource).get(Fact(place, name))


# -- lines --


def test_a_line_is_three_rows_and_its_maps() -> None:
    """Endpoint, AOR and auth of one name, and what the dialplan looks up; nothing else."""
    line = replace(LINE, number="+13125550101", permission="national")
    found = facts(line)
    assert found.pop(Fact("endpoint", "ann.lee")) == {
        "aors": "ann.lee",
        "auth": "ann.lee",
        "context": "campctl-national",
        "callerid": '"Ann Lee" <3001>',
        "disallow": "all",
        "allow": "ulaw,alaw,g722",
        "direct_media": "no",
        "rtp_symmetric": "yes",
        "force_rport": "yes",
        "rewrite_contact": "yes",
        "allow_subscribe": "no",
        "device_state_busy_at": "1",
        "geoloc_incoming_call_profile": "loc-springfield",
        "accountcode": "loc-springfield",
    }
    assert found.pop(Fact("aor", "ann.lee")) == render.AOR
    assert found.pop(Fact("auth", "ann.lee")) == {"auth_type": "digest", "username": "ann.lee", "realm": "asterisk"}
    assert found == {
        Fact("map", "ext/3001"): "line:ann.lee",
        Fact("map", "cid/ann.lee"): "13125550101",
        Fact("map", "e911/ann.lee"): "loc-springfield",
    }


def test_options_come_in_the_order_asterisk_needs() -> None:
    """`disallow` before `allow`: the other way round no codec is left."""
    options = list(one(LINE, "endpoint", "ann.lee"))
    assert options.index("disallow") < options.index("allow")


def test_every_option_is_listed() -> None:
    """The tuples of options, which tables are made from, leave none out."""
    assert set(one(LINE, "endpoint", "ann.lee")) <= set(render.ENDPOINT_OPTIONS)
    assert set(one(LINE, "auth", "ann.lee")) <= set(render.AUTH_OPTIONS)
    assert set(one(QUEUE, "queue", QUEUE.id)) <= set(render.QUEUE_OPTIONS)


def test_a_dark_line_keeps_its_secret_and_its_extension() -> None:
    """No endpoint and no AOR, so nobody registers and nothing rings; auth and maps stay."""
    places = {fact.place for fact in facts(replace(LINE, enabled=False))}
    assert places == {"auth", "map"}


def test_a_row_fits_one_line_whatever_the_name() -> None:
    """The longest name makes a row that AMI takes."""
    options = one(replace(LINE, name="🗳" * 500, extension="1" * 15), "endpoint", "ann.lee")
    assert sum(len(name.encode()) + len(value.encode()) + 6 for name, value in options.items()) < 900


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Ann Lee", '"Ann Lee" <3001>'),
        ('Ann "the Hammer" Lee', "\"Ann 'the Hammer' Lee\" <3001>"),
        ("a\\b <c>", '"a/b (c)" <3001>'),
        ("line\nbreak\tand \x1b[31mred", '"line break and [31mred" <3001>'),
        ("王小明", '"王小明" <3001>'),
        ("👩🏽\u200d💻", '"👩🏽\u200d💻" <3001>'),
        ("  blanks around  ", '"blanks around" <3001>'),
        ("x" * 200, f'"{"x" * 79}" <3001>'),
        ("é" * 200, f'"{"é" * 39}" <3001>'),
        ("", '"" <3001>'),
    ],
)
def test_caller_ids_are_fit_for_sip(name: str, shown: str) -> None:
    """A name with anything in it becomes a caller ID on one line, and is found again as far as it was kept."""
    assert text.callerid(name, "3001") == shown
    assert text.callerid_parts(shown) == (shown[1:-8], "3001")


# -- queues --


def test_a_queue_is_a_section_and_its_maps() -> None:
    """Options of queues.conf, hours, targets, escalation and rule, each where the dialplan or app_queue looks."""
    queue = replace(
        QUEUE,
        hours=("mon-fri 08:00-20:00", "sat,sun 10:00-24:00"),
        time_zone="America/Chicago",
        overflow="queue/main",
        closed="outside/+13125550199",
        failover="line/user/ann.lee",
        escalation=("60s level 2", "120s queue/main", "90s level 3"),
    )
    found = facts(queue)
    assert found.pop(Fact("queue", QUEUE.id)) == {
        "strategy": "leastrecent",
        "maxlen": "100",
        "timeout": "15",
        "wrapuptime": "15",
        "servicelevel": "20",
        "joinempty": "paused,unavailable,invalid",
        "leavewhenempty": "paused,unavailable,invalid",
        **render.QUEUE,
    }
    assert found.pop(Fact("rule", QUEUE.id)) == ("60,199,0", "90,299,0")
    assert {fact.name.removeprefix("hotline/voter-protection/"): value for fact, value in found.items()} == {
        "ext/3900": "queue:voter-protection",
        "hours": "08:00-19:59,mon-fri,*,*,America/Chicago|10:00-23:59,sat&sun,*,*,America/Chicago",
        "maxwait": "600",
        "overflow": "queue:main",
        "closed": "pstn:13125550199",
        "failover": "line:ann.lee",
        "escalate": "120,queue:main",
        "rule": "voter-protection",
        "ring": "15",
    }


def test_who_has_nowhere_else_to_go_waits() -> None:
    """Without overflow and failover callers wait also when nobody is there: the next port that is lit takes them."""
    options = one(QUEUE, "queue", QUEUE.id)
    assert (options["joinempty"], options["leavewhenempty"]) == ("yes", "no")


@pytest.mark.parametrize(
    ("strategy", "native"),
    [
        ("longest-idle", "leastrecent"),
        ("ring-all", "ringall"),
        ("round-robin", "rrmemory"),
        ("fewest-calls", "fewestcalls"),
        ("random", "random"),
    ],
)
def test_strategies(strategy: str, native: str) -> None:
    """Each strategy has its own."""
    assert one(replace(QUEUE, strategy=strategy), "queue", QUEUE.id)["strategy"] == native


# -- hours --


@pytest.mark.parametrize(
    ("rules", "specs"),
    [
        ((), ""),
        (("mon-fri 08:00-20:00",), "08:00-19:59,mon-fri,*,*,America/Chicago"),
        (("never",), "*,*,31,feb,America/Chicago"),
        (("mon-sun 00:00-24:00",), "00:00-23:59,mon-sun,*,*,America/Chicago"),
        (("mon,wed,fri-sun 09:30-09:31",), "09:30-09:30,mon&wed&fri-sun,*,*,America/Chicago"),
        (("fri 22:00-24:00", "sat 00:00-02:00"), "22:00-23:59,fri,*,*,America/Chicago|00:00-01:59,sat,*,*,America/Chicago"),
    ],
)
def test_hours_become_specifications_and_back(rules: tuple[str, ...], specs: str) -> None:
    """The end is inclusive there and exclusive here; days are listed with `&`."""
    assert hours.specifications(rules, "America/Chicago") == specs
    assert hours.rules(specs) == (rules, "America/Chicago" if rules else "")


@pytest.mark.parametrize(
    "rule", ["", "08:00-20:00", "mon 8:00-20:00", "mon 20:00-08:00", "mon 08:00-24:01", "mon 08:60-09:00", "mon 08:00-20:00,*"]
)
def test_other_hours_are_refused(rule: str) -> None:
    """What is no canonical rule is refused; nothing is let through into the dialplan."""
    with pytest.raises(No, match="hours"):
        hours.specifications((rule,), "UTC")


@pytest.mark.parametrize("specs", ["garbage", "08:00-19:59,mon-fri,1-7,*,UTC", "99:00-19:59,mon,*,*,UTC", "*,*,*,*", "|"])
def test_hours_made_by_hand_show(specs: str) -> None:
    """A specification we have no words for stays as it is."""
    found, _ = hours.rules(specs)
    assert found == tuple(specs.split("|"))


# -- members, routes, targets --


@pytest.mark.parametrize(
    ("member", "options"),
    [
        (MEMBER, {"membername": "ann.lee", "penalty": "0"}),
        (replace(MEMBER, name="Volunteer 7", level=3, penalty=4), {"membername": "Volunteer 7", "penalty": "204"}),
        (replace(MEMBER, name="a;b|c,d\r\n\x1be"), {"membername": "a b c d e", "penalty": "0"}),
        (replace(MEMBER, name='"\\"'), {"membername": "'/'", "penalty": "0"}),
        (replace(MEMBER, name=";|"), {"membername": "ann.lee", "penalty": "0"}),
    ],
)
def test_members(member: Resource, options: dict[str, str]) -> None:
    """Level and penalty are one number; a name has nothing that persistent members are separated by."""
    assert facts(member) == {Fact("member", "voter-protection|PJSIP/ann.lee"): options}


@pytest.mark.parametrize(
    ("to", "target"),
    [
        ("", "none:"),
        ("queue/main", "queue:main"),
        ("line/port/springfield/a001", "line:springfield~a001"),
        ("outside/+13125550100", "pstn:13125550100"),
    ],
)
def test_targets(to: str, target: str) -> None:
    """One grammar for all of them, both ways."""
    assert facts(replace(ROUTE, to=to)) == {Fact("map", "did/12175550110"): target}
    assert grammar.target_text(target, known()) == to


@pytest.mark.parametrize("value", ["", "ext:3001", "queue:", "pstn:abc", "queue/main", "line"])
def test_no_target_shows_as_it_is(value: str) -> None:
    """What the dialplan cannot follow leads nowhere we could name."""
    assert grammar.target_text(value, known()) == f"?{value}"


# -- locations --


def test_a_location_is_a_profile_with_a_civic_address() -> None:
    """Country, state, city, house number and road, name, postal code, building, floor and room."""
    location = replace(LOCATION, building="Annex", floor="12", room="Hall B", notify=("+12175550101", "security@example.org"))
    section = one(location, "geo", "loc-springfield")
    info = (
        'country="US",A1="IL",A3="Springfield",RD="Example Plaza",HNO="1",NAM="Springfield office",PC="62701",'
        'BLD="Annex",FLR="12",ROOM="Hall B"'
    )
    assert section == {**geo.FIXED, "location_info": info}
    assert one(location, "map", "notify/loc-springfield") == "pstn:12175550101|mail:security@example.org"
    assert render.noticed("pstn:12175550101|mail:security@example.org") == location.notify


@pytest.mark.parametrize(
    "street", ["1 Example Plaza", "12a Example Road", "1-3 Example Way", "Example Plaza", "1", "1  Example", "", "10 Downing 5"]
)
def test_streets_come_back(street: str) -> None:
    """House number and road together are the street again."""
    section = geo.section(replace(LOCATION, street=street))
    assert geo.fields(section, None)["street"] == " ".join(street.split())


def test_addresses_hold_nothing_asterisk_would_replace() -> None:
    """No quotation mark, backslash or variable gets into a section; the rest does."""
    info = geo.section(replace(LOCATION, street='1 "A" \\ Street; ${SECRET}', room="a,b=c"))["location_info"]
    assert "RD=\"\\'A\\' / Street; ＄{SECRET}\"" in info
    assert 'ROOM="a,b=c"' in info
    assert geo.fields({**geo.FIXED, "location_info": info}, None)["room"] == "a,b=c"


@pytest.mark.parametrize("whom", ["a|b", "100%", "tab\there", "🗳", "", "+49 30"])
def test_whom_to_tell_comes_back(whom: str) -> None:
    """Anything written there is told apart and found again."""
    assert render.noticed(render.notices((whom, "+12175550101"))) == (whom, "+12175550101")


# -- names --


@pytest.mark.parametrize(
    ("key", "native"),
    [
        (Key("line", "user/ann.lee"), "ann.lee"),
        (Key("line", "port/chicago-hq/a001"), "chicago-hq~a001"),
        (Key("line", "1001"), "1001"),
        (Key("queue", "voter-protection"), "voter-protection"),
        (Key("queue", "general"), "general-1"),
        (Key("location", "chicago-hq/3/hall-a"), "loc-chicago-hq~3~hall-a"),
        (Key("location", "hq/größe"), "loc-hq~gr=c3=b6=c3=9fe"),
        (Key("line", "user/a b;c"), "a=20b=3bc"),
    ],
)
def test_native_names(key: Key, native: str) -> None:
    """Readable where they can be, and of harmless characters always."""
    assert proposed(key) == native
    if key.kind == "location":
        assert location_id(native) == key.id


def test_long_names_stay_apart() -> None:
    """A name too long for app_queue is cut and told apart by a digest, and numbers still fit."""
    first, second = (proposed(Key("line", "user/" + "x" * 80 + end)) for end in "ab")
    assert first != second
    assert len(first) == len(second) == 60
    assert given(Key("line", "user/" + "x" * 60), {"x" * 60}.__contains__) == "x" * 58 + "-2"


def test_interfaces() -> None:
    """Only plain PJSIP phones are ours."""
    assert [endpoint_of(name) for name in ("PJSIP/ann.lee", "Local/1@x", "PJSIP/a@trunk", "PJSIP/")] == ["ann.lee", None, None, None]
    assert member_parts("main|PJSIP/ann.lee") == ("main", "PJSIP/ann.lee")


def test_an_apostrophe_in_an_address_swallows_nothing() -> None:
    """Asterisk takes it for a quotation mark: it has a backslash before it in the file, and is read back as it was."""
    location = replace(LOCATION, street="12 O'Hare's Plaza", city="Coeur d'Alene", name='Bob\'s "Big" Hall')
    section = geo.section(location)
    assert 'A3="Coeur d\\\'Alene",RD="O\\\'Hare\\\'s Plaza"' in section["location_info"]
    assert geo.fields(section, location) == {
        name: getattr(location, name) for name in ("street", "city", "state", "postal_code", "country", "building", "floor", "room", "name")
    }
    assert geo.fields(section, None)["city"] == "Coeur d'Alene"
