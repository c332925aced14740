"""Loading: which files, what is merged, what the values are, where they stand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from campctl.errors import NoCampaign
from campctl.findings import Ref, Span
from campctl.findings.docs import BASE
from campctl.manifest import sources
from campctl.manifest.load import find_root, load
from campctl.model.campaign import ExtensionRange, HoursRule, Seats, Target

from .conftest import excerpt

SEED = Path(__file__).parents[3] / "seeds" / "quickstart"


def test_root_is_found_from_any_folder_below(folder):
    """The campaign is found from its folder, from one below, and from a file in it."""
    below = folder / "a" / "b"
    below.mkdir(parents=True)
    assert find_root(folder) == find_root(below) == find_root(folder / "campaign.yaml") == folder


def test_no_campaign_is_an_error_with_a_hint(tmp_path):
    """Without campaign.yaml here or above there is an error that says how to make one."""
    with pytest.raises(NoCampaign) as caught:
        find_root(tmp_path)
    assert "campctl init" in caught.value.hint


def test_base_campaign_has_no_findings(read):
    """The small campaign the examples rest on is clean."""
    loaded = read()
    assert loaded.findings == ()
    assert loaded.ok
    assert list(loaded.campaign.ports) == ["hq/d1", "hq/d2", "hq/d3", "hq/d4"]


def test_seed_is_read_with_units_and_defaults():
    """The quickstart seed has no findings of reading, and its values come out with units resolved."""
    loaded = load(SEED, cache=False)
    campaign = loaded.campaign
    assert campaign is not None
    assert not [
        finding for finding in loaded.findings if finding.severity == "error" and finding.code in {"wrong-type", "unknown-key", "yaml-trap"}
    ]
    assert campaign.policy.max_update_share == 0.3
    assert campaign.default_backend == "local"
    office = campaign.offices["chicago-hq"]
    assert ExtensionRange("3000", "3199") in office.extensions
    assert office.address.country == "US"


LANGUAGE = """\
hotlines:
  legal:
    name: Legal
    numbers: ["+1 (800) 555-0142"]
    extension: 3090
    seats: { baseline: 1, min: 0, max: 2 }
    answer: { users: [ann] }
    hours: [mon-fri 08:00-20:00, sat 20:00-02:00]
    service: { answer_within: 1m30s, target: 87.5% }
    max_wait: 5m
    overflow: outside/+13125550190
    escalation: [{ after: 60s, to: hotline/main }]
surges:
  night:
    name: Night
    from: 2026-10-13T19:00
    until: 2026-10-13T23:30
    time_zone: America/New_York
    seats: { main: +1, legal: 2 }
    ports: [{ office: hq, desks: d1-d2, hotline: main }]
    calls: { main: 20 }
"""


def test_the_language(read):
    """Durations, shares, hours past midnight, local times, seat changes, numbers and targets become values of the model."""
    campaign = read(LANGUAGE).campaign
    legal = campaign.hotlines["legal"]
    assert legal.numbers == ("+18005550142",)
    assert legal.seats == Seats(1, 0, 2)
    assert legal.hours == (HoursRule((0, 1, 2, 3, 4), 480, 1200), HoursRule((5,), 1200, 1440), HoursRule((6,), 0, 120))
    assert (legal.service.answer_within, legal.service.target, legal.max_wait) == (90, 0.875, 300)
    assert legal.overflow == Target("outside", "+13125550190")
    assert legal.time_zone == "America/Chicago"
    night = campaign.surges["night"]
    assert night.start == datetime(2026, 10, 13, 23, 0, tzinfo=UTC)
    assert (str(night.seats["main"]), str(night.seats["legal"])) == ("+1", "2")
    assert night.ports[0].desks == ("d1", "d2")
    assert night.volume == {"main": 20}


def test_a_bare_number_of_seats_is_baseline_and_max(read):
    """`seats: 2` is two ordinarily, none at the least, two at the most."""
    loaded = read("hotlines:\n  legal: { name: Legal, extension: 3090, seats: 2, answer: { users: [ann, ben] } }\n")
    assert loaded.campaign.hotlines["legal"].seats == Seats(2, 0, 2)


def test_entries_before_the_campaign_section_get_its_defaults(tmp_path):
    """Where the campaign section stands does not matter."""
    section, rest = BASE.split("offices:\n", 1)
    (tmp_path / "campaign.yaml").write_text(
        "offices:\n" + rest + section.replace("country: US", "country: US\n  defaults: { permission: local }")
    )
    loaded = load(tmp_path, cache=False)
    assert loaded.findings == ()
    assert loaded.campaign.users["ann"].permission == "local"
    assert loaded.campaign.offices["hq"].caller_id == "+13125550100"


def test_files_are_merged_and_others_skipped(folder):
    """Files below are read; hidden folders, runbooks, moves and campaigns of their own are not."""
    user = "users:\n  cal-{}: {{ name: Cal Roe, office: hq, extension: {} }}\n"
    for number, name in enumerate(("people/a.yml", ".git/b.yaml", "runbooks/c.yaml", "moves-tuesday.yaml", "other/d.yaml")):
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(user.format(number, 3020 + number))
    (folder / "other" / "campaign.yaml").write_text(BASE)
    loaded = load(folder, cache=False)
    assert loaded.findings == ()
    assert loaded.files == ("campaign.yaml", "people/a.yml")
    assert set(loaded.campaign.users) == {"ann", "ben", "cal-0"}


def test_x_keys_are_a_place_for_anchors(read):
    """Top-level keys beginning with x- are not read, and what they anchor can be used."""
    text = "x-base: &base { office: hq, skills: [legal] }\nusers:\n  cal: { <<: *base, name: Cal Roe, extension: 3003 }\n"
    loaded = read(text)
    assert loaded.findings == ()
    assert loaded.campaign.users["cal"].skills == ("legal",)


def test_overlay_replaces_and_adds(folder):
    """An overlay stands over files on disk, and adds files that are not there yet."""
    before = load(folder, cache=False)
    changed = BASE.replace("Ann Lee", "Ann Leigh").encode()
    added = b"users:\n  cal: { name: Cal Roe, office: hq, extension: 3003 }\n"
    loaded = load(folder, overlay={"campaign.yaml": changed, "new.yaml": added})
    assert loaded.campaign.users["ann"].name == "Ann Leigh"
    assert "cal" in loaded.campaign.users
    assert loaded.digest != before.digest
    assert loaded.line("new.yaml", 1) == "users:"
    assert loaded.where(Ref("users", "cal", "name")) == Span("new.yaml", 2, 16, 23)
    assert not (folder / ".campctl").exists()


def test_digest_follows_contents_only(folder):
    """The digest changes with contents and names, not with times."""
    first = load(folder, cache=False).digest
    (folder / "campaign.yaml").write_text(BASE)
    assert load(folder, cache=False).digest == first
    (folder / "campaign.yaml").write_text(BASE + "# more\n")
    assert load(folder, cache=False).digest != first


def test_every_fault_in_one_go(found):
    """Faults of several files and fields are all reported, each at its own place."""
    one = "users:\n  cal: { name: Cal Roe, office: hq, extension: x1, permission: nationl }\n"
    one += "  dee: { nme: Dee, office: hq, extension: 3004 }\n"
    two = "hotlines:\n  legal: { name: Legal, extension: 3090, seats: many, answer: { users: [ann] }, max_wait: 5 }\n"
    assert found(one_yaml=one, two_yaml=two) == [
        ("bad-extension", "one.yaml:2", "x1"),
        ("not-a-choice", "one.yaml:2", "nationl"),
        ("unknown-key", "one.yaml:3", "nme"),
        ("missing-key", "one.yaml:3", "dee"),
        ("wrong-type", "two.yaml:2", "many"),
        ("bad-duration", "two.yaml:2", "5"),
    ]


def test_a_user_with_a_bad_field_is_still_there(read):
    """A field that cannot be read does not take its user away, nor make rules repeat the fault."""
    loaded = read("users:\n  cal: { name: Cal Roe, office: HQ!, extension: 3003 }\n")
    assert loaded.campaign.users["cal"].name == "Cal Roe"
    assert [finding.code for finding in loaded.findings] == ["bad-id"]


def test_suggestions(read):
    """Misspelt keys, choices and sections come with what was meant."""
    loaded = read("users:\n  cal: { name: Cal Roe, ofice: hq, office: hq, extension: 3003, permission: nationl }\nofices: {}\n")
    helps = {finding.code: finding.help for finding in loaded.findings}
    assert helps == {
        "unknown-key": "Did you mean `office`?",
        "not-a-choice": "Did you mean `national`?",
        "unknown-section": "Did you mean `offices`?",
    }


def test_duplicates_show_both_places(read):
    """An id in two files, and a key twice in one, point at both places."""
    loaded = read("users:\n  ann: { name: Ann Two, office: hq, extension: 3009, office: hq }\n")
    codes = {finding.code: finding for finding in loaded.findings}
    assert codes["duplicate-id"].related[0].span == Span("campaign.yaml", 15, 3, 0)
    assert codes["duplicate-key"].related[0].span == Span("extra.yaml", 2, 25, 31)
    assert loaded.campaign.users["ann"].name == "Ann Lee"


@pytest.mark.parametrize(
    ("ref", "line", "text"),
    [
        (Ref("users", "ann", "extension"), 15, "3001"),
        (Ref("users", "ann"), 15, "ann"),
        (Ref("users", "ann", "number"), 15, "ann"),
        (Ref("users", "ann", "languages", ("es",)), 15, "es"),
        (Ref("users"), 14, "users"),
        (Ref("campaign", "", "time_zone"), 4, "America/Chicago"),
        (Ref("campaign", "", "default_backend"), 6, "local"),
        (Ref("campaign", "", "backends", ("local", "type")), 7, "sim"),
        (Ref("offices", "hq", "address", ("floor",)), 11, '"3"'),
        (Ref("hotlines", "main", "seats", ("max",)), 22, "4"),
        (Ref("hotlines", "main", "answer", ("users", "1")), 22, "ben"),
        (Ref("hotlines", "main", "answer", ("users", "ben")), 22, "ben"),
        (Ref("ports", "hq/d3", "extension"), 18, "3010-3013"),
        (Ref("ports", "hq/d3", "user"), 18, "bank"),
        (Ref("numbers", "+13125550100", "to"), 20, "hotline/main"),
    ],
)
def test_where(read, ref, line, text):
    """A value's place; else the nearest enclosing thing; a bank for each of its desks."""
    loaded = read()
    span = loaded.where(ref)
    assert span is not None
    assert (span.file, span.line, excerpt(loaded, span)) == ("campaign.yaml", line, text)


def test_where_of_what_is_nowhere(read):
    """What no file speaks of has no place."""
    assert read().where(Ref("surges", "none", "start")) is None


def test_line_of_what_is_nowhere(read):
    """A line that is not there is empty text."""
    assert read().line("campaign.yaml", 999) == ""
    assert read().line("none.yaml", 1) == ""


@pytest.mark.parametrize(
    ("kind", "text", "good"),
    [
        ("users", "renamed_from: line/legacy/7000", True),
        ("users", "renamed_from: 'line/Phone 7'", True),
        ("users", "renamed_from: anne.lee", True),
        ("users", "renamed_from: line/", False),
        ("users", "renamed_from: queue/hunt", False),
        ("users", "renamed_from: Anne Lee", False),
        ("offices", "renamed_from: location/legacy/b1", True),
        ("hotlines", "renamed_from: queue/Hunt 3", True),
        ("hotlines", "renamed_from: line/7000", False),
    ],
)
def test_renamed_from_names_an_id_or_what_the_exchange_calls_it(read, kind, text, good):
    """An earlier id, or KIND/ID as it is called on the exchange, which may be anything; a resource of another kind is none."""
    loaded = read(f"{kind}:\n  some: {{ {text} }}\n")
    assert ("bad-id" in {finding.code for finding in loaded.findings}) is not good


def test_who_reads_in_the_midst_of_an_edit_reads_again(folder, monkeypatch):
    """A number's user is renamed in two files between the reading of one and of the other: the campaign is what it is then."""
    first, second = folder / "numbers.yaml", folder / "people.yaml"

    def write(name: str) -> None:
        first.write_text(f'numbers: {{"+13125550177": {{to: user/{name}}}}}\n')
        second.write_text(f"users: {{{name}: {{name: New Here, office: hq, extension: 3077}}}}\n")

    write("old.name")
    usual = sources.read

    def late(path):
        if path == second and path.read_text().startswith("users: {old"):
            write("new.name")
        return usual(path)

    monkeypatch.setattr(sources, "read", late)
    for cache in (False, True):
        write("old.name")
        loaded = load(folder, cache=cache)
        assert loaded.ok, loaded.findings
        assert "new.name" in loaded.campaign.users
        assert not loaded.outdated()


@pytest.mark.parametrize("roster", ["people.csv", "runbooks/people.yaml"])
def test_what_was_read_is_outdated_once_a_file_of_it_differs(folder, roster):
    """Whatever a roster is called, and whether it came from the cache: changed, gone or new files tell, and nothing else does."""
    place, other, third = folder / roster, folder / "numbers.yaml", folder / "third.yaml"
    place.parent.mkdir(exist_ok=True)
    text = "id,name,office,ext\nnew.name,New Here,hq,3077\n"
    (folder / "rosters.yaml").write_text(f"users:\n  from: {roster}\n  columns: {{ id: id, name: name, office: office, extension: ext }}\n")
    for _ in range(2):
        place.write_text(text)
        other.write_text("# none yet\n")
        loaded = load(folder)
        assert loaded.ok, loaded.findings
        assert not loaded.outdated()
        place.touch()
        assert not loaded.outdated()
        place.write_text(text.replace("3077", "3078"))
        assert loaded.outdated()
        place.write_text(text)
        other.unlink()
        assert loaded.outdated()
        other.write_text("# none yet\n")
        third.write_text("# new\n")
        assert loaded.outdated()
        third.unlink()
        assert not loaded.outdated()
