"""`calendar`, `surge show`, `plan --between`, and a surge that is edited while it runs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from . import seasons
from .conftest import Camp


def test_what_changes_when(camp: Camp) -> None:
    """The seed's debate night: a moment at each end, with seats and desks, in the campaign's zone."""
    done = camp.do("calendar", "--from", "2026-10-01", "--until", "2026-10-31").ok()
    begins, ends = done.out.splitlines()[1:]
    assert begins.startswith("2026-10-13 18:00 CDT")
    assert "surge debate-night begins, 19:00 EDT there" in begins
    assert "voter-protection 4 to 10" in begins
    assert "+6" in begins
    assert "surge debate-night ends" in ends
    assert "-6" in ends


def test_as_data_in_utc(camp: Camp) -> None:
    """JSON has instants in UTC, desks by id, and seats before, wanted and filled."""
    rows = camp.do("calendar", "--from", "2026-10-01", "--until", "2026-10-31", "-o", "json").ok().data["rows"]
    assert [row["at"] for row in rows] == ["2026-10-13T23:00:00Z", "2026-10-14T03:30:00Z"]
    assert rows[0]["desks_lit"] == rows[1]["desks_darkened"]
    assert rows[0]["seats_by_hotline"]["voter-protection"]["before"] == 4
    assert rows[0]["surges"] == ["debate-night"]


def test_opening_hours_follow_the_clock(camp: Camp) -> None:
    """New York's 08:00 is 12:00 UTC before the clocks go back on 1 November, and 13:00 after: two days before election day."""
    rows = camp.do("calendar", "--from", "2026-10-30", "--until", "2026-11-03", "--hours", "-o", "json").ok().data["rows"]
    opens = [row["at"] for row in rows if "hotline voter-protection opens" in row["what"]]
    assert opens == ["2026-10-30T12:00:00Z", "2026-10-31T14:00:00Z", "2026-11-01T15:00:00Z", "2026-11-02T13:00:00Z", "2026-11-03T13:00:00Z"]


def test_a_file_for_other_calendars(camp: Camp, tmp_path: Path) -> None:
    """An event for each window, with the same UID at each export; its owner alone can read it."""
    file = tmp_path / "campaign.ics"
    span = ("--from", "2026-10-01", "--until", "2026-10-31")
    done = camp.do("calendar", *span, "--ics", str(file)).ok()
    assert "1 event in" in done.err
    text = file.read_bytes().decode()
    assert text.count("BEGIN:VEVENT") == 1
    assert "DTSTART:20261013T230000Z\r\n" in text
    assert file.stat().st_mode & 0o777 == 0o600
    camp.do("calendar", *span, "--ics", str(file)).ok()
    again = file.read_bytes().decode()
    uids = [[line for line in one.split("\r\n") if line.startswith("UID:")] for one in (text, again)]
    assert uids[0] == uids[1]


def test_nothing_to_come(camp: Camp) -> None:
    """Said in words, with until when."""
    done = camp.do("calendar", "--from", "2027-01-01", "--until", "2027-01-31").ok()
    assert done.out == ""
    assert "Nothing changes until 2027-02-01 00:00" in done.err


def test_one_surge_in_full(camp: Camp) -> None:
    """What it says, what there will be, which desks, which calls; and its own time where that differs."""
    done = camp.do("surge", "show", "debate-night").ok()
    for words in (
        "2026-10-13 18:00 CDT",
        "2026-10-13 19:00 EDT to 2026-10-13 23:30 EDT",
        "4.5 h",
        "chicago-hq/a001",
        "debate-night",
        "900",
    ):
        assert words in done.out
    data = camp.do("surge", "show", "debate-night", "-o", "json").ok().data
    seats = {row["hotline"]: row for row in data["listings"][0]["rows"]}
    assert (seats["voter-protection"]["before"], seats["voter-protection"]["then"]) == (4, 10)
    assert data["fields"]["lasts"] == "4.5 h"
    camp.edit("surges.yaml", "until: 2026-10-13T23:30", "until: 2026-10-13T19:20")
    assert camp.do("surge", "show", "debate-night", "-o", "json").ok().data["fields"]["lasts"] == "20 min"
    assert "Did you mean `debate-night`?" in camp.do("surge", "show", "debate-nite").err


def test_the_sum_of_what_changes_between_two_times(camp: Camp) -> None:
    """One plan, without regard to what the exchange holds now; what comes and goes in between is not in it."""
    done = camp.do("plan", "--between", "2026-10-13T12:00", "2026-10-13T20:00").ok()
    assert "Light 6 ports" in done.out
    assert "at 2026-10-13 18:00" in done.out
    over = camp.do("plan", "--between", "2026-10-13T12:00", "2026-10-14T12:00", "-o", "json").ok().data["plan"]
    assert over["changes"] == []
    back = camp.do("plan", "--between", "2026-10-13T20:00", "2026-10-14T12:00", "--exit-code")
    assert back.status == 4
    assert "Darken 6 ports" in back.out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("calendar", "--from", "2026-11-03", "--until", "2026-11-02"), "end before it begins"),
        (("calendar", "--from", "soon"), "is not a time"),
        (("calendar", "--until", "2099-01-01"), "more than three years"),
        (("surge", "show", "nothing"), "There is no surge `nothing`"),
        (("plan", "--between", "2026-11-03T06:00", "2026-11-02T06:00"), "does not come after"),
        (("plan", "--between", "2026-11-03T06:00", "2026-11-04T06:00", "--at", "now"), "--between goes with"),
        (("plan", "--between", "2026-03-08T02:30", "2026-11-04T06:00"), "does not exist in"),
    ],
)
def test_mistakes_are_told(camp: Camp, argv: tuple[str, ...], words: str) -> None:
    """What is wrong, without a traceback."""
    refused = camp.do(*argv)
    assert refused.status not in (0, 1)
    assert words in refused.err


def _surge(start: datetime, end: datetime, seats: str) -> str:
    return (
        "surges:\n  rush:\n    name: Rush\n"
        f"    from: {start:%Y-%m-%dT%H:%M}Z\n    until: {end:%Y-%m-%dT%H:%M}Z\n    seats: {{ voter-protection: {seats} }}\n"
    )


def test_a_surge_edited_while_it_runs(camp: Camp) -> None:
    """The next apply goes by what is written then: more seats, fewer, an end that is past; a plan saved before is refused."""
    now = seasons.today()
    begun, later = now - timedelta(hours=1), now + timedelta(hours=2)
    file = camp.root / "surges.yaml"

    def seats() -> int:
        rows = camp.do("hotline", "list", "-o", "json").ok().data["rows"]
        return next(row["wanted"] for row in rows if row["id"] == "voter-protection")

    file.write_text(_surge(begun, later, "+2"))
    camp.do("apply", "--yes").ok()
    assert seats() == 6
    file.write_text(_surge(begun, later, "+3"))
    saved = camp.root / "more.plan"
    camp.do("plan", "--out", str(saved)).ok()
    file.write_text(_surge(begun, later, "-1"))
    assert camp.do("apply", str(saved), "--yes").status != 0
    done = camp.do("apply", "--yes").ok()
    assert "3 seats" in done.out
    assert seats() == 3
    file.write_text(_surge(begun, now - timedelta(minutes=5), "-1"))
    camp.do("apply", "--yes").ok()
    assert seats() == 4
    assert camp.do("plan", "-o", "json").ok().data["plan"]["changes"] == []


def test_surges_that_overlap_are_found(camp: Camp) -> None:
    """A warning at the place of the second one, and both in the calendar."""
    begun = datetime(2026, 10, 13, 22, tzinfo=UTC)
    other = _surge(begun, begun + timedelta(hours=3), "+1")
    file = camp.root / "rush.yaml"
    file.write_text(other)
    found = camp.do("validate", "-o", "json").ok().json["findings"]
    assert "surges-overlap" in {one["code"] for one in found}
    rows = camp.do("calendar", "--from", "2026-10-13", "--until", "2026-10-14", "-o", "json").ok().data["rows"]
    assert [sorted(row["surges"]) for row in rows] == [["rush"], ["debate-night", "rush"], ["debate-night"], []]


@pytest.mark.parametrize(
    ("argv", "begins"),
    [
        (("calendar", "--ics", "-"), "BEGIN:VCALENDAR"),
        (("hotline", "plan", "voter-protection", "--day", "2026-10-13", "--html", "-"), "<!DOCTYPE html>"),
        (("rehearse", "--day", "2026-10-13", "--replications", "1", "--html", "-"), "<!DOCTYPE html>"),
    ],
)
def test_a_dash_is_stdout(camp: Camp, argv: tuple[str, ...], begins: str) -> None:
    """A file named `-` is printed, and nothing but it; no such file is made."""
    out = camp.do(*argv).ok().out
    assert out.lower().startswith(begins.lower())
    assert not (camp.root / "-").exists()
    assert not Path("-").exists()
