"""Calendars of others: RFC 5545, read back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.effective.calendar import Window
from campctl.views.icalendar import escaped, folded, icalendar, uid

MADE = datetime(2026, 10, 1, 12, tzinfo=UTC)
DEBATE = Window(
    kind="surge",
    id="debate-1",
    name="First debate; in Peoria, IL",
    start=datetime(2026, 9, 29, 23, tzinfo=UTC),
    end=datetime(2026, 9, 30, 3, 30, tzinfo=UTC),
    time_zone="America/New_York",
    what=("main: 40 seats", "20 desks lit"),
)


def parsed(text: str) -> list[dict[str, str]]:
    """The events of a file, by a reader of its own: unfolds, splits names from values, takes escapes back."""
    assert text.endswith("\r\n")
    assert "\n" not in text.replace("\r\n", "")
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-1] == "END:VCALENDAR"
    events: list[dict[str, str]] = []
    for line in lines:
        name, colon, value = line.partition(":")
        assert colon
        if line == "BEGIN:VEVENT":
            events.append({})
        elif events and not line.startswith(("BEGIN", "END")):
            assert name not in events[-1]
            events[-1][name] = unescaped(value)
    return events


def unescaped(value: str) -> str:
    """A TEXT value as it was meant."""
    out, place = "", 0
    while place < len(value):
        if value[place] == "\\":
            place += 1
            out += {"n": "\n", "N": "\n"}.get(value[place], value[place])
        else:
            out += value[place]
        place += 1
    return out


def test_an_event_is_read_back_as_it_was() -> None:
    """Times in UTC, text with semicolons and commas, lines of a description, a UID and a stamp."""
    (event,) = parsed(icalendar([DEBATE], campaign="Quick; start", made=MADE))
    assert event["DTSTART"] == "20260929T230000Z"
    assert event["DTEND"] == "20260930T033000Z"
    assert event["DTSTAMP"] == "20261001T120000Z"
    assert event["SUMMARY"] == "Surge: First debate; in Peoria, IL"
    assert event["DESCRIPTION"].split("\n") == ["main: 40 seats", "20 desks lit", "surge debate-1"]
    assert event["UID"] == uid(DEBATE, "Quick; start")


def test_what_ends_when_it_is_cleared_has_no_end() -> None:
    """An override without an end is an instant, and says so."""
    (event,) = parsed(icalendar([replace(DEBATE, kind="override", end=None)], campaign="x", made=MADE))
    assert "DTEND" not in event
    assert "until cleared" in event["DESCRIPTION"]


def test_uids_are_stable_and_different() -> None:
    """A window that was moved or renamed keeps its own; another kind, id or campaign has another one; so has each day of hours."""
    moved = replace(DEBATE, start=DEBATE.start + timedelta(hours=1), name="Debate")
    assert uid(moved, "x") == uid(DEBATE, "x")
    hours = replace(DEBATE, kind="hours")
    others = {
        uid(DEBATE, "x"),
        uid(DEBATE, "y"),
        uid(replace(DEBATE, id="debate-2"), "x"),
        uid(replace(DEBATE, kind="freeze"), "x"),
        uid(hours, "x"),
        uid(replace(hours, start=hours.start + timedelta(days=1)), "x"),
    }
    assert len(others) == 6


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_text_makes_a_file_that_can_be_read(name: str, word: str) -> None:
    """No line is over 75 octets, no character is cut in two, nothing breaks out of its value; what cannot be shown is left out."""
    text = icalendar([replace(DEBATE, name=name, what=(word,))], campaign=word, made=MADE)
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))
    (event,) = parsed(text)
    kept = "".join(char for char in name.replace("\r\n", "\n").replace("\r", "\n") if char in "\n\t" or escaped(char))
    assert event["SUMMARY"] == f"Surge: {kept}"


@given(st.text(alphabet="aé漢👩", max_size=200))
def test_folding_is_undone_by_unfolding(text: str) -> None:
    """And each piece is as long as it may be."""
    pieces = folded(text).split("\r\n")
    assert folded(text).replace("\r\n ", "") == text
    assert all(70 < len(piece.encode()) <= 75 for piece in pieces[:-1])
