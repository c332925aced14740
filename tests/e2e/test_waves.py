"""An office goes from the old exchange to a new one in waves; everybody can be called at every moment; and the way back."""

from __future__ import annotations

import csv
from typing import Any

import pytest

OFFICE = """\
campaign:
  name: Waves
  country: US
  time_zone: America/Chicago
  main_number: "+12175550100"
  backend: old
  policy: {max_update_share: 100%, max_delete_share: 100%}
  backends:
    old: {type: sim, batch: 2}
    new: {type: sim, batch: 2}
offices:
  springfield:
    name: Springfield
    backend: old
    address: {street: 1 Example Plaza, city: Springfield, state: IL, postal_code: "62701", floor: "1"}
    extensions: [5000-5199]
    notify_911: [security@example.org]
  peoria:
    name: Peoria
    address: {street: 2 Example Street, city: Peoria, state: IL, postal_code: "61602", floor: "2"}
    extensions: [6000-6099]
    notify_911: [security@example.org]
users:
  ann.lee: {name: Ann Lee, office: springfield, extension: 5001, number: "+12175550111", role: desk}  # the boss
  bo.diaz: {name: Bo Diaz, office: springfield, extension: 5002, number: "+12175550112"}
  cy.stone: {name: Cy Stone, office: springfield, extension: 5003, floor: "2"}
  di.moss: {name: Di Moss, office: springfield, extension: 5004, role: desk}
  ed.frost: {name: Ed Frost, office: springfield, extension: 5005, number: "+12175550115"}
  zoe.pratt: {name: Zoe Pratt, office: peoria, extension: 6001, number: "+13095550111"}
ports:
  front: {office: springfield, desk: front, extension: 5100, user: ed.frost, state: lit}
  hall: {office: springfield, desks: h1-h4, extensions: 5101-5104, room: Hall}
numbers:
  "+12175550190": {label: spare, office: springfield}
hotlines:
  main: {name: Main, numbers: ["+12175550100"], extension: 5900, seats: {baseline: 2, max: 4}, answer: {roles: [desk], ports: false}}
"""
MOVE = ("move", "--office", "springfield", "--backend")


@pytest.fixture
def office(make) -> Any:
    """Springfield on the old exchange, applied; Ann and Di sit in the hotline."""
    return make(OFFICE)


def where(camp: Any) -> dict[str, tuple[str, ...]]:
    """Line to the exchanges it is on."""
    found: dict[str, list[str]] = {}
    for name, things in camp.resources("old", "new").items():
        for key in things:
            if key.startswith("line/"):
                found.setdefault(key.removeprefix("line/"), []).append(name)
    return {line: tuple(sorted(names)) for line, names in found.items()}


class Callable_:  # noqa: N801 - a check with memory
    """Watches that nobody is out of reach: after each thing an exchange did, every extension has a line, every number a way to one."""

    def __init__(self, camp: Any) -> None:
        self.camp = camp
        self.world = camp.resources("old", "new")
        self.since = {name: len(camp.log(name)) for name in ("old", "new")}
        self.wanted = self.reachable()
        assert {"5001", "5100", "5900", "+12175550111", "+12175550100"} <= self.wanted

    def reachable(self) -> set[str]:
        found = set()
        for things in self.world.values():
            for key, thing in things.items():
                if key.startswith(("line/", "queue/")) and thing.extension:
                    found.add(thing.extension)
                elif key.startswith("route/") and thing.to and thing.to in things:
                    found.add(thing.number)
        return found

    def check(self) -> None:
        """Replay what was done since the last check, one thing after another."""
        done = [
            (operation.at, number, name, operation)
            for name in ("old", "new")
            for number, operation in enumerate(self.camp.log(name)[self.since[name] :])
            if operation.result == "done"
        ]
        assert done
        now = self.camp.resources("old", "new")
        for _, _, name, operation in sorted(done, key=lambda one: one[:3]):
            key = str(operation.key)
            if operation.action == "delete":
                del self.world[name][key]
            elif key in now[name]:
                self.world[name][key] = now[name][key]
            missing = self.wanted - self.reachable()
            assert not missing, f"{missing} out of reach after {operation.change}"
        assert {name: set(things) for name, things in self.world.items()} == {name: set(things) for name, things in now.items()}
        self.since = {name: len(self.camp.log(name)) for name in ("old", "new")}


HALL = [f"port/springfield/h{n}" for n in range(1, 5)]
ED = {"user/ed.frost", "port/springfield/front"}
THREE = [{"user/bo.diaz", "user/cy.stone", *ED}, {*HALL[:3]}, {HALL[3], "user/ann.lee", "user/di.moss"}]
"""In shares of 25%: nine that go as one, rounded up."""
FIVE = [{"user/bo.diaz", "user/cy.stone"}, {*ED, HALL[0]}, {*HALL[1:3]}, {HALL[3]}, {"user/ann.lee", "user/di.moss"}]
"""Two by two; a hotline's two do not fit in beside the fourth desk."""


@pytest.mark.parametrize(("size", "waves"), [("25%", THREE), ("2", FIVE)])
def test_in_waves_and_back_at_once(office, size, waves) -> None:
    """People first, then desks, those of a hotline last and with it; each plan is whole; back again all at once."""
    before, yaml = office.resources("old", "new"), office.read("campaign.yaml")
    watch = Callable_(office)
    for wave in waves:
        assert "queue/main" in office.resources("old")["old"]
        was = {line for line, names in where(office).items() if names == ("new",)}
        office.do(*MOVE, "new", "--wave", size, "--yes").ok()
        watch.check()
        assert {line for line, names in where(office).items() if names == ("new",)} - was == wave
        office.settled()
    now = office.resources("old", "new")
    assert {"route/+12175550100", "member/main/user/ann.lee", "member/main/user/di.moss", "route/+12175550190"} <= now["new"].keys()
    assert set(now["old"]) == {"location/peoria", "line/user/zoe.pratt", "route/+13095550111"}
    text = office.read("campaign.yaml")
    assert "    name: Springfield\n    backend: new\n" in text
    assert text.count("backend: new") == 2, "the office and the hotline say it, nobody else"
    assert "# the boss" in text
    office.do(*MOVE, "old", "--yes").ok()
    watch.check()
    office.settled()
    assert office.resources("old", "new") == before
    assert "new" not in office.read("campaign.yaml").replace("new: {type: sim, batch: 2}", "")
    assert [line for line in yaml.splitlines() if "hall" not in line] == [
        line for line in office.read("campaign.yaml").splitlines() if "hall" not in line
    ]


def test_addresses_are_where_lines_are(office) -> None:
    """While both exchanges hold lines of the office, both know its addresses; when one holds none any more, it forgets them."""
    office.do(*MOVE, "new", "cy.stone", "--yes").ok()
    now = office.resources("old", "new")
    assert {"location/springfield/2"} == {key for key in now["new"] if key.startswith("location/")}
    assert "location/springfield" in now["old"]
    office.do(*MOVE, "new", "bo.diaz", "--yes").ok()
    assert {"location/springfield/2", "location/springfield"} == {key for key in office.resources("new")["new"] if "location" in key}
    office.do(*MOVE, "old", "bo.diaz", "cy.stone", "--yes").ok()
    assert office.resources("new")["new"] == {}
    office.settled()


def test_prepared_first(office, tmp_path) -> None:
    """With --prepare the phones get a second line and its secret; a wave takes those that have registered, and names the others."""
    office.poke({"do": "faults", "options": {}}, name="new")
    watch = Callable_(office)
    before = office.resources("old")["old"]
    secrets = tmp_path / "secrets.csv"
    said = office.do(*MOVE, "new", "--prepare", "--wave", "3", "--yes", "--secrets", str(secrets)).ok()
    watch.check()
    assert "takes them" in said.err
    rows = list(csv.DictReader(secrets.read_text().splitlines()))
    assert {(row["backend"], row["line"]) for row in rows} == {
        ("new", line) for line in ("user/bo.diaz", "user/cy.stone", "user/ed.frost", "port/springfield/front")
    }
    assert all(len(row["secret"]) > 16 for row in rows)
    both = office.resources("old", "new")
    assert both["old"] == before, "nothing changes where they are"
    assert both["new"]["line/user/bo.diaz"] == before["line/user/bo.diaz"]
    office.settled()
    office.poke({"do": "register", "line": "user/bo.diaz", "registered": False}, name="new")
    office.poke({"do": "register", "line": "user/ed.frost", "registered": False}, name="new")
    made = office.do(*MOVE, "new", "--wave", "3", "--yes", "-o", "json").ok().data["plan"]
    watch.check()
    assert [story["subject"] for story in made["stories"] if story["verb"] == "move"] == ["user/cy.stone"]
    assert any("Bo Diaz (5002)" in remark and "Ed Frost (5005)" in remark for remark in made["remarks"])
    assert where(office)["user/cy.stone"] == ("new",)
    assert where(office)["user/bo.diaz"] == ("new", "old")
    refused = office.do(*MOVE, "new", "--wave", "3", "--yes")
    assert refused.status == 5
    assert "phones-not-registered" in refused.err
    assert "Bo Diaz" in refused.err
    assert office.do(*MOVE, "new", "ed.frost", "--yes", "--allow-cut-off").status == 2, "a reason is asked for"
    cut = office.do(*MOVE, "new", "ed.frost", "--yes")
    assert cut.status == 5
    office.do(*MOVE, "new", "ed.frost", "--yes", "--allow-cut-off", "--reason", "he is on leave").ok()
    office.poke({"do": "register", "line": "user/bo.diaz", "registered": True}, name="new")
    office.do(*MOVE, "new", "--wave", "10%", "--yes").ok()
    watch.check()
    assert where(office)["user/bo.diaz"] == ("new",)
    assert "also_on" not in office.read("campaign.yaml")
    office.settled()


def test_phones_that_do_not_follow_are_not_cut_off(office, monkeypatch) -> None:
    """Where phones need a new secret by hand, a wave of people who are on the phone is refused by name, unless they are prepared."""
    from msgspec.structs import replace

    from campctl.backends.sim import factory

    plain = type(factory).capabilities
    monkeypatch.setattr(type(factory), "capabilities", lambda self, options: replace(plain(self, options), self_registering=False))
    yaml = office.read("campaign.yaml")
    refused = office.do(*MOVE, "new", "--wave", "2", "--yes")
    assert refused.status == 5
    assert "phones-cut-off" in refused.err
    assert "--allow-cut-off" in refused.err
    assert "Bo Diaz (5002)" in refused.err
    assert office.read("campaign.yaml") == yaml
    said = office.do(*MOVE, "new", "--wave", "2", "--prepare", "--yes").ok()
    assert "--secrets" in said.err
    office.do(*MOVE, "new", "--wave", "2", "--yes").ok()
    assert where(office)["user/bo.diaz"] == ("new",)
    office.do(*MOVE, "new", "--wave", "1", "--yes", "--allow-cut-off", "--reason", "at night").ok()
    office.settled()


def test_a_wave_is_taken_back_exactly(office) -> None:
    """`rollback` of any wave, of a prepared one, and of the last with its hotline: both exchanges are as they were."""
    for argv in (["--wave", "3"], ["--prepare", "--wave", "3"], ["--wave", "all"]):
        before, yaml = office.resources("old", "new"), office.read("campaign.yaml")
        run = office.do(*MOVE, "new", *argv, "--yes", "-o", "json").ok().data["run"]["id"]
        assert office.resources("old", "new") != before
        office.do("rollback", run, "--yes").ok()
        assert office.resources("old", "new") == before
        (office.root / "campaign.yaml").write_text(yaml)
        office.settled()


def test_status_tells_who_is_where(office) -> None:
    """`move --status` and `office show`: exchanges with their people and desks, who is prepared, registered, seated."""
    office.do(*MOVE, "new", "--wave", "2", "--yes").ok()
    office.do(*MOVE, "new", "--prepare", "ann.lee", "--yes").ok()
    shown = office.do("move", "--office", "springfield", "--status", "-o", "json").ok().data
    assert shown["fields"]["on new"] == "2 people, 1 prepared"
    assert shown["fields"]["on old"] == "3 people, 5 desks"
    rows = {row["id"]: row for row in shown["listings"][0]["rows"]}
    assert rows["user/bo.diaz"]["backend"] == "new"
    assert (rows["user/ann.lee"]["also on"], rows["user/ann.lee"]["hotlines"]) == ("new", ["main"])
    assert rows["user/ann.lee"]["registered on"] == ["new", "old"]
    assert list(rows)[-2:] == ["user/ann.lee", "user/di.moss"], "in the order of going"
    assert "2 people, 1 prepared" in office.do("office", "show", "springfield").ok().out
    assert "ALSO ON" not in office.do("office", "show", "peoria").ok().out


def test_a_secret_of_the_second_line(office) -> None:
    """Who has two lines has a secret on each; the one meant is named, and one they do not have is told."""
    from campctl.backends.sim.console import verify_secret

    office.do(*MOVE, "new", "--prepare", "bo.diaz", "ed.frost", "--yes").ok()
    for name, argv in (("old", ()), ("new", ("--backend", "new"))):
        secret = office.do("user", "secret", "bo.diaz", *argv, "--yes", "-o", "json").ok().data["data"]["secret"]
        assert verify_secret(office.exchange(name), "user/bo.diaz", secret)
        desk = office.do("port", "secret", "springfield/front", *argv, "--yes", "-o", "json").ok().data["data"]["secret"]
        assert verify_secret(office.exchange(name), "port/springfield/front", desk)
    refused = office.do("user", "secret", "cy.stone", "--backend", "new", "--yes")
    assert refused.status == 2
    assert "has no line on new" in refused.err


def test_who_leaves_the_office_goes_to_the_exchange_of_the_new_one(office) -> None:
    """A person's own exchange, and their second line, were of the office that moves: with another office they end."""
    office.do(*MOVE, "new", "bo.diaz", "--yes").ok()
    office.do(*MOVE, "new", "--prepare", "ann.lee", "--yes").ok()
    office.do("move", "bo.diaz", "ann.lee", "--to", "peoria", "--yes").ok()
    assert office.resources("new")["new"] == {}
    assert office.line("user/bo.diaz", "old").location == "peoria"
    office.settled()


ROSTER = "id,name,office,extension,backend,also_on\nbo.diaz,Bo Diaz,springfield,5002,,\ncy.stone,Cy Stone,springfield,5003,,\n"


def test_a_roster_with_the_columns(make) -> None:
    """People in a CSV roster are moved by its `backend` and `also_on` columns; without them the edit is refused with what to do."""
    start, end = OFFICE.index("users:\n"), OFFICE.index("ports:\n")
    text = f"{OFFICE[:start]}users:\n  from: people.csv\n{OFFICE[end:]}".replace(", user: ed.frost", "")
    text = text.replace("answer: {roles: [desk], ports: false}", "answer: {ports: true}")
    camp = make(text, apply=False)
    (camp.root / "people.csv").write_text(ROSTER)
    camp.do("apply", "--yes").ok()
    camp.do(*MOVE, "new", "--prepare", "--wave", "2", "--yes").ok()
    assert camp.read("people.csv").splitlines()[1] == "bo.diaz,Bo Diaz,springfield,5002,,new"
    camp.do(*MOVE, "new", "--wave", "1", "--yes").ok()
    assert camp.read("people.csv").splitlines()[1:] == ["bo.diaz,Bo Diaz,springfield,5002,new,", "cy.stone,Cy Stone,springfield,5003,,new"]
    camp.do(*MOVE, "new", "--yes").ok()
    assert camp.read("people.csv") == ROSTER
    camp.settled()
    (camp.root / "people.csv").write_text("".join(f"{line.rsplit(',', 2)[0]}\n" for line in ROSTER.splitlines()))
    refused = camp.do(*MOVE, "old", "--wave", "1", "--yes")
    assert refused.status == 3, refused.err
    assert "`backend`" in refused.err
    camp.do(*MOVE, "old", "--yes").ok()
    camp.settled()


def test_a_desk_with_two_lines_is_lit_and_darkened_on_both(office) -> None:
    """A prepared desk is one desk: whoever comes to it can be called by the phone on either exchange."""
    office.do(*MOVE, "new", "--prepare", "springfield/h1", "--yes").ok()
    office.do("port", "light", "springfield/h1", "--volunteer", "Vi Example", "--yes").ok()
    assert {name: office.line("port/springfield/h1", name).enabled for name in ("old", "new")} == {"old": True, "new": True}
    office.settled()
    office.do("port", "dark", "springfield/h1", "--yes").ok()
    assert not office.line("port/springfield/h1", "new").enabled
    shown = office.do("user", "show", "bo.diaz", "-o", "json").ok().data["fields"]
    assert "also on" not in shown
    office.do(*MOVE, "new", "--prepare", "bo.diaz", "--yes").ok()
    shown = office.do("user", "show", "bo.diaz", "-o", "json").ok().data
    assert (shown["fields"]["backend"], shown["fields"]["also on"]) == ("old", "new")
    assert {row["backend"] for row in shown["listings"][0]["rows"]} == {"old", "new"}
    office.settled()


def test_nobody_is_left(office) -> None:
    """A wave of nobody does nothing and says so."""
    office.do(*MOVE, "new", "--yes").ok()
    calls = office.calls("old"), office.calls("new")
    yaml = office.read("campaign.yaml")
    assert "Nothing to do" in office.do(*MOVE, "new", "--wave", "25%", "--yes").ok().out
    assert (office.calls("old"), office.calls("new"), office.read("campaign.yaml")) == (*calls, yaml)


def test_who_is_led_to_by_extension_goes_with_the_hotline(make) -> None:
    """Whom a hotline leads to without a number stays until the hotline goes: from another exchange it could not reach them."""
    camp = make(OFFICE.replace("ports: false}}", "ports: false}, overflow: user/cy.stone}"))
    camp.do(*MOVE, "new", "--wave", "4", "--yes").ok()
    assert where(camp)["user/cy.stone"] == ("old",)
    camp.do(*MOVE, "new", "--yes").ok()
    assert camp.resources("new")["new"]["queue/main"].overflow == "line/user/cy.stone"
    camp.settled()


def test_a_hotline_that_others_can_answer_stays(make) -> None:
    """With as many left on the old exchange who may answer, the hotline stays and they take the seats; with fewer it goes."""
    another = "  yan.bell: {name: Yan Bell, office: peoria, extension: 6002, role: desk}\nports:\n"
    text = OFFICE.replace("6001, number", "6001, role: desk, number")
    for yaml, stays in ((text.replace("ports:\n", another, 1), True), (text, False)):
        camp = make(yaml, name=f"stays-{stays}")
        camp.do(*MOVE, "new", "--yes").ok()
        seated = {key: where for where, things in camp.resources("old", "new").items() for key in things if key.startswith("member/")}
        if stays:
            assert seated == {"member/main/user/zoe.pratt": "old", "member/main/user/yan.bell": "old"}
        else:
            assert seated == {"member/main/user/ann.lee": "new", "member/main/user/di.moss": "new"}
        camp.settled()


def test_second_lines_change_with_the_first(office) -> None:
    """A name that changes while somebody has two lines changes on both, as one update; and who leaves then leaves both."""
    office.do(*MOVE, "new", "--prepare", "bo.diaz", "--yes").ok()
    office.edit("campaign.yaml", "name: Bo Diaz", "name: Bo Diaz-Lee")
    made = office.do("apply", "--yes", "-o", "json").ok().data["plan"]
    assert [(story["verb"], story["subject"]) for story in made["stories"]] == [("update", "user/bo.diaz")]
    assert {office.line("user/bo.diaz", name).name for name in ("old", "new")} == {"Bo Diaz-Lee"}
    office.do("user", "deprovision", "bo.diaz", "--yes").ok()
    assert "user/bo.diaz" not in where(office)
    office.settled()


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (["--office", "springfield"], 2, "which backend"),
        (["--office", "springfeld", "--backend", "new"], 11, "springfield"),
        (["--office", "springfield", "--backend", "nwe"], 11, "new"),
        (["--office", "springfield", "--backend", "new", "--wave", "0"], 2, "25%"),
        (["--office", "springfield", "--backend", "new", "--wave", "101%"], 2, "25%"),
        (["--office", "springfield", "--backend", "new", "--wave", "half"], 2, "25%"),
        (["--office", "springfield", "--backend", "new", "--wave", "2", "bo.diaz"], 2, "names"),
        (["--office", "springfield", "--backend", "new", "zoe.pratt"], 11, "springfield"),
        (["--office", "springfield", "--backend", "new", "--to", "peoria"], 2, "--to"),
        (["--backend", "new"], 2, "--office"),
        (["--wave", "25%"], 2, "--office"),
    ],
)
def test_what_cannot_be_meant(office, argv, status, words) -> None:
    """Mistakes on the command line end in a sentence that says what to write, and change nothing."""
    answer = office.do("move", *argv, "--yes")
    assert answer.status == status, answer.err
    assert words in answer.err
    assert office.resources("new")["new"] == {}


@pytest.mark.parametrize("dies", ["old", "new"])
def test_one_exchange_fails_during_a_wave(office, dies) -> None:
    """One of them stops answering in the middle: everybody can still be called, and the next apply ends it."""
    watch = Callable_(office)
    office.faults(exchange=dies, drop_after_calls="1", fail_calls="2,3")
    office.do(*MOVE, "new", "--wave", "4", "--yes")
    office.faults(exchange=dies)
    office.do("apply", "--yes").ok()
    watch.check()
    office.settled()
