"""What `adopt` writes for telephony resources, and what it leaves alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from campctl.app.adopting import write_yaml
from campctl.errors import EditRefused
from campctl.manifest.edit import Editor
from campctl.manifest.load import load
from campctl.model.live import Snapshot
from campctl.model.resources import Line, Location, Member, Queue, Route, key_of

CAMPAIGN = """\
campaign:
  name: Test
  time_zone: America/Chicago
  main_number: "+13125550100"
  backend: new
  backends: { new: { type: sim }, old: { type: sim } }
offices:
  hq:
    address: { street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601", floor: "3" }
    extensions: [3000-3099]
    backend: old
    notify_911: [desk@example.org]
users:
  ann: { name: Ann Lee, office: hq, extension: 3001, number: "+13125550111" }
numbers:
  "+13125550100": { to: user/ann }
"""
HOUSE = Location("house", "House", "1 Old Street", "Springfield", "IL", "62701", floor="1")


def adopt(root: Path, *resources: Any, there: tuple[Any, ...] = ()) -> tuple[set[str], str, Any]:
    """Adopt `resources` of backend `old`, which holds `there` besides: keys owned, notes, the campaign then."""
    (root / "campaign.yaml").write_text(CAMPAIGN)
    campaign = load(root, cache=False).campaign
    assert campaign is not None
    editor = Editor(root)
    held = Snapshot({key_of(one): one for one in (*resources, *there)})
    chosen = {("old", key_of(one)): one for one in resources}
    work = write_yaml(campaign, editor, chosen, {"old": held, "new": Snapshot({})})
    loaded = load(root, overlay=editor.overlay, cache=False)
    assert [found for found in loaded.findings if found.severity == "error"] == []
    return {str(key) for _, key in work.adopted}, "\n".join(work.notes), loaded.campaign


@pytest.mark.parametrize(
    ("resource", "why"),
    [
        (Line("a", "", "A", location="hq"), "Line a has no extension: left alone."),
        (Line("a", "7", "A", location="hq"), "which is not 2 to 8 digits"),
        (Line("a", "9110", "A", location="hq"), "in the way of calls for help"),
        (Line("a", "3001", "A", location="hq"), "which is user/ann's"),
        (Line("a", "7001", "A", location="hq"), "Add 7001 to the `extensions` of hq"),
        (Line("a", "7001", "A"), "has no location"),
        (Line("a", "7001", "A", location="house"), "Write an office for it with `renamed_from: location/house`"),
        (Location("b", "B", "", "Springfield", "IL", ""), "has no street, postal code"),
        (Queue("q", "Q", extension="3001"), "which is user/ann's"),
        (Member("q", "a"), "Adopt queue/q and line/a with it."),
        (Route("+13125550122", "queue/q"), "leads to queue/q, which is not in the YAML"),
    ],
)
def test_what_cannot_be_written(tmp_path, resource, why) -> None:
    """It is neither written nor owned, and the sentence says what to do."""
    ann = Line("user/ann", "3001", "Ann Lee")
    owned, notes, _ = adopt(tmp_path, resource, there=(ann,))
    assert owned == set()
    assert why in notes
    assert "left alone" in notes


def test_a_line_in_a_room_of_an_office(tmp_path) -> None:
    """Its person is in that room, so that the location stays."""
    room = Location("hq/4/hall", "HQ", "1 Example Plaza", "Chicago", "IL", "60601", floor="4", room="Hall")
    office = Location("hq", "hq, floor 3", "1 Example Plaza", "Chicago", "IL", "60601", floor="3")
    owned, _, campaign = adopt(tmp_path, room, Line("a", "3002", "A", location=room.id), there=(office,))
    assert owned == {"location/hq/4/hall", "line/a"}
    assert (campaign.users["a"].office, campaign.users["a"].floor, campaign.users["a"].room) == ("hq", "4", "Hall")


def test_an_office_from_a_location(tmp_path) -> None:
    """Ranges of its lines' extensions, but none that another office has; its backend; whom to tell; the number all show."""
    place = Location("house", "House, floor 1", "1 Old Street", "Springfield", "IL", "62701", floor="1", notify=("desk@example.org",))
    lines = [Line(str(n), str(n), f"P{n}", "+13125550122", "house") for n in (7000, 7001, 7005, 3050, 800)]
    _, notes, campaign = adopt(tmp_path, place, *lines, Route("+13125550122", label="spare"))
    office = campaign.offices["house"]
    assert (office.name, office.backend, office.notify_911, office.caller_id) == ("House", "old", ("desk@example.org",), "+13125550122")
    assert list(map(str, office.extensions)) == ["800", "7000-7001", "7005"]
    assert office.address.floor == "1"
    assert "(America/Chicago): check it." in notes
    assert campaign.users["line-7000"].renamed_from == "line/7000"
    assert not campaign.users["line-7000"].number
    assert campaign.offices[campaign.numbers["+13125550122"].office].backend == "old"


def test_a_hotline_from_a_queue(tmp_path) -> None:
    """Seats and people are its first line; lit ports do not come in; where nobody is taken in, nobody is seated."""
    lines = (Line("a", "7001", "A", location="house"), Line("b", "7002", "B", location="house"))
    queue = Queue("q", "Q", overflow="line/gone", escalation=("30s level 2", "40s level 3"))
    members = (Member("q", "a"), Member("q", "b", level=2), Member("q", "gone"), Member("e", "gone"))
    owned, notes, campaign = adopt(tmp_path, HOUSE, *lines, queue, Queue("e", "E"), *members)
    hotline = campaign.hotlines["q"]
    assert (hotline.seats.baseline, hotline.answer.users, hotline.answer.ports) == (1, ("a",), False)
    assert [(step.after, step.answer.users, step.seats) for step in hotline.escalation] == [(30, ("b",), 1)]
    assert hotline.backend == "old"
    assert campaign.hotlines["e"].seats.baseline == 0
    assert "Member q/gone is of a line that is not in the YAML: left alone. Adopt line/gone with it" in notes
    assert "Queue q leads calls to line/gone (overflow)" in notes
    assert owned == {"location/house", "line/a", "line/b", "queue/q", "queue/e", "member/q/a", "member/q/b"}


def test_a_roster_without_the_columns(tmp_path) -> None:
    """Where people stand in a spreadsheet only, it is said once which columns the adopted need."""
    (tmp_path / "campaign.yaml").write_text(CAMPAIGN.partition("users:")[0] + "users: { from: people.csv }\n")
    (tmp_path / "people.csv").write_text("id,name,office,extension\nann,Ann Lee,hq,3001\n")
    campaign = load(tmp_path, cache=False).campaign
    line = Line("a", "3002", "A", location="hq")
    with pytest.raises(EditRefused) as refused:
        write_yaml(campaign, Editor(tmp_path), {("old", key_of(line)): line}, {"old": Snapshot({key_of(line): line})})
    assert "name, office, extension, permission, renamed_from" in refused.value.hint
    (tmp_path / "people.csv").write_text("id,name,office,extension,permission,renamed_from\nann,Ann Lee,hq,3001,,\n")
    editor = Editor(tmp_path)
    write_yaml(campaign, editor, {("old", key_of(line)): line}, {"old": Snapshot({key_of(line): line})})
    assert b"a,A,hq,3002,internal,line/a" in editor.overlay["people.csv"]


def test_what_the_yaml_took_over_already_is_only_owned(tmp_path) -> None:
    """A line that a `renamed_from` names is owned, and nothing is written for it."""
    text = CAMPAIGN.replace('number: "+13125550111" }', 'number: "+13125550111", renamed_from: line/a }')
    (tmp_path / "campaign.yaml").write_text(text)
    campaign = load(tmp_path, cache=False).campaign
    line, editor = Line("a", "3001", "A", location="hq"), Editor(tmp_path)
    work = write_yaml(campaign, editor, {("old", key_of(line)): line}, {"old": Snapshot({key_of(line): line})})
    assert (list(work.adopted), work.notes, editor.diff()) == ([("old", key_of(line))], [], "")
