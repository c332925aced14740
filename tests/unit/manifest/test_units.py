"""Units, times, numbers: what is read, and what is refused with which help."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from campctl.manifest import phones, times, units
from campctl.manifest.problems import Bad
from campctl.model.campaign import ExtensionRange, SeatChange
from campctl.ports.backend import Option


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (units.seconds, "20s", 20),
        (units.seconds, "5m", 300),
        (units.seconds, "1h30m", 5400),
        (units.seconds, "1d2h3m4s", 93784),
        (units.seconds, "250ms", 0.25),
        (units.seconds, "0s", 0),
        (units.share, "80%", 0.8),
        (units.share, "12.5 %", 0.125),
        (units.share, "100%", 1.0),
        (units.extension, "0300", "0300"),
        (units.extension_range, "3000-3199", ExtensionRange("3000", "3199")),
        (units.extension_range, "3500", ExtensionRange("3500", "3500")),
        (units.labels, "a008-a011", ["a008", "a009", "a010", "a011"]),
        (units.labels, "7-9", ["7", "8", "9"]),
        (units.labels, "d9-d11", ["d9", "d10", "d11"]),
        (units.labels, "front-left", ["front-left"]),
        (units.labels, "hall2-desk3", ["hall2-desk3"]),
        (units.extensions, "0099-0101", ["0099", "0100", "0101"]),
        (units.seat_change, "65", SeatChange(65)),
        (units.seat_change, "+20", SeatChange(20, relative=True)),
        (units.seat_change, "-5", SeatChange(-5, relative=True)),
        (units.clock, "24:00", 1440),
    ],
)
def test_read(read, text, value):
    """A unit written as documented is read."""
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "code", "help_"),
    [
        (units.seconds, "20", "bad-duration", "`20s`"),
        (units.seconds, "5 minutes", "bad-duration", "`5m`"),
        (units.seconds, "1h 30m", "bad-duration", "`1h30m`"),
        (units.seconds, "", "bad-duration", "20s"),
        (units.seconds, "soon", "bad-duration", "20s"),
        (units.whole_seconds, "1ms", "bad-duration", "whole"),
        (units.share, "0.8", "bad-share", "`80%`"),
        (units.share, "80", "bad-share", "`80%`"),
        (units.share, "101%", "out-of-range", "100%"),
        (units.extension, "1", "bad-extension", "2 to 8"),
        (units.extension, "\u0663\u0660\u0660", "bad-extension", "digits"),
        (units.extension_range, "3199-3000", "bad-range", "`3000-3199`"),
        (units.extension_range, "300-3199", "bad-range", "equally many"),
        (units.extension_range, "a-b", "bad-range", "first, hyphen, last"),
        (units.extension_range, "00000000-99999999", "range-too-long", "really"),
        (units.labels, "a16-a1", "bad-range", "`a1-a16`"),
        (units.labels, "a001-a16", "bad-range", "equally many"),
        (units.labels, "a001-016", "bad-range", "`a001-a016`"),
        (units.labels, "a1-a99999999999", "range-too-long", "digit too many"),
        (units.extensions, "10000000-99999999", "range-too-long", ""),
        (units.hours, "weekdays 8-20", "bad-hours", "mon-fri"),
        (units.hours, "mon-fry 08:00-20:00", "bad-hours", "sun"),
        (units.hours, "mon 08:00-08:00", "bad-hours", "00:00-24:00"),
        (units.hours, "mon 08:00-25:00", "bad-hours", "24-hour"),
        (units.seat_change, "012", "wrong-type", "ten seats"),
        (units.seat_change, "lots", "wrong-type", "ten seats"),
    ],
)
def test_refused(read, text, code, help_):
    """What is not written as documented is refused with a code and what to write instead."""
    with pytest.raises(Bad) as caught:
        read(text)
    assert caught.value.code == code
    assert help_ in caught.value.help


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("mon-fri 08:00-20:00", [((0, 1, 2, 3, 4), 480, 1200)]),
        ("sat,sun 10:00-18:00", [((5, 6), 600, 1080)]),
        ("fri-mon 10:00-18:00", [((0, 4, 5, 6), 600, 1080)]),
        ("daily 00:00-24:00", [((0, 1, 2, 3, 4, 5, 6), 0, 1440)]),
        ("Sunday 20:00-02:00", [((6,), 1200, 1440), ((0,), 0, 120)]),
        ("mon 20:00-00:00", [((0,), 1200, 1440)]),
    ],
)
def test_hours(text, rules):
    """Opening hours: ranges over the week's end, lists, whole days, past midnight."""
    assert [(rule.days, rule.start, rule.end) for rule in units.hours(text)] == rules


CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("text", "instant", "code"),
    [
        ("2026-11-03T05:00", datetime(2026, 11, 3, 11, 0, tzinfo=UTC), None),
        ("2026-11-03 05:00:30", datetime(2026, 11, 3, 11, 0, 30, tzinfo=UTC), None),
        ("2026-07-03T05:00", datetime(2026, 7, 3, 10, 0, tzinfo=UTC), None),
        ("2026-11-03T24:00", datetime(2026, 11, 4, 6, 0, tzinfo=UTC), None),
        ("2026-11-03T05:00-05:00", datetime(2026, 11, 3, 10, 0, tzinfo=UTC), None),
        ("2026-11-03T05:00Z", datetime(2026, 11, 3, 5, 0, tzinfo=UTC), None),
        ("2026-03-08T02:30", datetime(2026, 3, 8, 8, 30, tzinfo=UTC), "time-skipped"),
        ("2026-03-08T03:00", datetime(2026, 3, 8, 8, 0, tzinfo=UTC), None),
        ("2026-11-01T01:30", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "time-repeated"),
        ("2026-11-01T01:30-06:00", datetime(2026, 11, 1, 7, 30, tzinfo=UTC), None),
        ("2026-11-01T02:00", datetime(2026, 11, 1, 8, 0, tzinfo=UTC), None),
    ],
)
def test_instants(text, instant, code):
    """Wall-clock times become instants; the hours that daylight saving skips and repeats are named (US rules of 2007)."""
    value, complaint = times.instant(text, CHICAGO)
    assert value == instant
    assert (complaint.code if complaint else None) == code


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-03",
        "2026-13-03T05:00",
        "2026-02-29T05:00",
        "tomorrow",
        "2026-11-03T25:00",
        "9999-12-31T23:59",
        "2626-11-03T05:00",
        "0001-01-01T00:00+14:00",
        "",
    ],
)
def test_times_that_are_none(text):
    """Dates without time, days that do not exist and the ends of the calendar are refused."""
    with pytest.raises(Bad) as caught:
        times.instant(text, CHICAGO)
    assert caught.value.code == "bad-time"


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("America/Chigaco", "America/Chicago"),
        ("EST", "America/New_York"),
        ("Pacific", "America/Los_Angeles"),
        ("america/denver", "America/Denver"),
        ("Boise", "America/Boise"),
        ("../../etc/passwd", "IANA"),
    ],
)
def test_zones_that_are_none(name, near):
    """A zone that does not exist, or an abbreviation, is refused with the zone that was meant."""
    assert times.zone(name) is None
    assert near in times.zone_help(name)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("+13125550100", "+13125550100"),
        ("+1 312 555 0123", "+13125550123"),
        ("(312) 555-0123", "+13125550123"),
        ("312.555.0123", "+13125550123"),
        ("13125550123", "+13125550123"),
        ("+18005550142", "+18005550142"),
        ("+44 20 7946 0018", "+442079460018"),
    ],
)
def test_numbers(text, number):
    """Numbers are read however people write them, made-up ones (555-01xx) too."""
    assert phones.e164(text, "US") == number


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("+1312555010", "too few"),
        ("+131255501001", "too many"),
        ("+19995550100", "no area code 999"),
        ("+13121550100", "no such number"),
        ("+9995550100", "country code"),
        ("call me", "not made of digits"),
        ("+13125550100 ext. 5", "extension"),
    ],
)
def test_numbers_that_are_none(text, words):
    """Numbers that cannot be are refused with the reason."""
    with pytest.raises(Bad) as caught:
        phones.e164(text, "US")
    assert caught.value.code == "bad-number"
    assert words in caught.value.detail


def test_digits_of_another_script_are_digits():
    """A number typed on an Arabic keyboard is the same number."""
    assert phones.e164("+1\u0663125550100", "US") == "+13125550100"


@pytest.mark.parametrize(
    ("kind", "value", "read"),
    [
        ("duration", "5ms", 0.005),
        ("int", 5, 5),
        ("float", 0.5, 0.5),
        ("bool", True, True),
        ("text", 5, "5"),
        ("choice", "a", "a"),
        ("path", "x/y", "x/y"),
    ],
)
def test_options_of_backends(kind, value, read):
    """A backend's option is read as the backend says."""
    assert units.option(Option("x", kind, "doc", choices=("a", "b")), value) == read


@pytest.mark.parametrize(
    ("kind", "value"), [("duration", 5), ("int", "5"), ("int", True), ("float", "x"), ("bool", "true"), ("text", []), ("choice", "c")]
)
def test_options_that_are_none(kind, value):
    """A backend's option of another kind is refused."""
    with pytest.raises(Bad):
        units.option(Option("x", kind, "doc", choices=("a", "b")), value)
