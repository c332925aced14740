"""Forecasts and shapes: read as they are written, at the right instants, and never from a stale cache."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from campctl.manifest.forecasts import read_file
from campctl.manifest.load import load

CAMPAIGN = """\
campaign:
  name: Example
  country: US
  time_zone: America/Chicago
  backend: local
  backends: { local: { type: sim } }
offices:
  hq:
    address: { street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601", floor: "3" }
    notify_911: [security@example.org]
users:
  ann: { name: Ann Lee, office: hq, extension: 3001 }
hotlines:
  main:
    extension: 3000
    seats: 1
    answer: { users: [ann] }
    time_zone: America/New_York
    service: { max_occupancy: 85%, shrinkage: 20% }
    volume:
"""
NEW_YORK = ZoneInfo("America/New_York")


def volume(root: Path, fields: str, **files: str):
    """The hotline's volume, from a campaign without findings."""
    (root / "campaign.yaml").write_text(CAMPAIGN + "".join(f"      {line}\n" for line in fields.split("\n")))
    for name, text in files.items():
        (root / f"{name}.csv").write_text(text)
    loaded = load(root, cache=False)
    assert loaded.findings == (), loaded.findings
    assert loaded.campaign is not None
    return loaded.campaign.hotlines["main"].volume


def test_a_csv_forecast(tmp_path) -> None:
    """Starts are of the hotline's zone, not the campaign's; handling times are seconds or lengths of time."""
    found = volume(
        tmp_path, "forecast: calls.csv", calls="Start;Calls;Handling\n2026-11-03 06:00;40;5m\n2026-11-03 06:15;55.5;290\n"
    ).forecast
    assert found.start == datetime(2026, 11, 3, 11, tzinfo=UTC)
    assert (found.length, found.counts, found.handling, found.source) == (900, (40, 55.5), (300, 290), "calls.csv")
    assert load(tmp_path, cache=False).files == ("campaign.yaml", "calls.csv")


def test_a_forecast_in_yaml(tmp_path) -> None:
    """The same, written out."""
    found = volume(tmp_path, "forecast: { from: 2026-11-03T06:00, every: 15m, calls: [40, 55.5], source: made up }").forecast
    assert found.start == datetime(2026, 11, 3, 11, tzinfo=UTC)
    assert (found.length, found.counts, found.source) == (900, (40, 55.5), "made up")


def test_what_staffing_needs_of_a_service(tmp_path) -> None:
    """Occupancy and shrinkage are shares; unless told otherwise 90% and none."""
    volume(tmp_path, "calls_per_day: 9")
    campaign = load(tmp_path, cache=False).campaign
    service = campaign.hotlines["main"].service
    assert (service.max_occupancy, service.shrinkage, service.target) == (0.85, 0.2, 0.8)


def test_the_hour_that_comes_twice_is_two_hours(tmp_path) -> None:
    """In the night of 1 November 2026 local starts repeat; read one after the other they are evenly spaced instants."""
    rows = ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00"]
    text = "start,calls\n" + "".join(f"2026-11-01T{row},{n}\n" for n, row in enumerate(rows))
    found = volume(tmp_path, "forecast: calls.csv", calls=text).forecast
    assert (found.start, found.length, found.counts) == (datetime(2026, 11, 1, 4, 30, tzinfo=UTC), 1800, (0, 1, 2, 3, 4, 5))


def test_offsets_of_one_zone_may_differ(tmp_path) -> None:
    """-04:00 before the clocks go back and -05:00 after are of one clock."""
    text = "start,calls\n2026-11-01T01:30-04:00,1\n2026-11-01T01:00-05:00,2\n2026-11-01T01:30-05:00,3\n"
    found = volume(tmp_path, "forecast: calls.csv", calls=text).forecast
    assert found.start == datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    assert len(found.counts) == 3


def test_rows_out_of_order_are_put_in_order(tmp_path) -> None:
    """With a warning: the figures are those of their starts."""
    found, findings = read_file("x.csv", b"start,calls\n2026-11-03T06:15,2\n2026-11-03T06:00,1\n2026-11-03T06:30,3\n", NEW_YORK)
    assert found is not None
    assert found.counts == (1, 2, 3)
    assert [one.code for one in findings] == ["forecast-unsorted"]


def test_an_edited_file_is_read_again(tmp_path) -> None:
    """The cache and the digest know the files that manifests name."""
    volume(tmp_path, "forecast: calls.csv", calls="start,calls\n2026-11-03T06:00,40\n2026-11-03T06:15,55\n")
    for file in ("campaign.yaml", "calls.csv"):
        os.utime(tmp_path / file, (1_700_000_000, 1_700_000_000))
    first, again = load(tmp_path), load(tmp_path)
    assert again.from_cache
    assert again.campaign == first.campaign
    (tmp_path / "calls.csv").write_text("start,calls\n2026-11-03T06:00,40\n2026-11-03T06:15,99\n")
    edited = load(tmp_path)
    assert edited.campaign.hotlines["main"].volume.forecast.counts == (40, 99)
    assert edited.digest != first.digest


@pytest.mark.parametrize("written", ["election-day", "[" + ", ".join(["1"] * 24) + "]", "[" + ", ".join(["4%"] * 23 + ["8%"]) + "]"])
def test_shapes(tmp_path, written: str) -> None:
    """A name, weights, or shares that add up to the whole."""
    found = volume(tmp_path, f"shape: {written}")
    assert found.shape == (written if written == "election-day" else tuple(float(part.rstrip("%")) for part in written[1:-1].split(", ")))


@given(st.lists(st.floats(0, 1e5), min_size=2, max_size=60), st.sampled_from([300, 900, 1800, 3600]), st.integers(0, 365 * 24))
def test_what_is_written_is_read(counts: list[float], length: int, hour: int) -> None:
    """Any figures from any hour of the year on, in UTC or in local time, are read back: across both changes of the clock."""
    start = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=hour)
    starts = [start + timedelta(seconds=length * n) for n in range(len(counts))]
    for write in (lambda at: at.isoformat(), lambda at: at.astimezone(NEW_YORK).strftime("%Y-%m-%dT%H:%M")):
        first_is_second = starts[0].astimezone(NEW_YORK).fold
        text = "start,calls\n" + "".join(f"{write(at)},{count!r}\n" for at, count in zip(starts, counts, strict=True))
        found, findings = read_file("x.csv", text.encode(), NEW_YORK)
        assert not [one for one in findings if one.severity == "error"] or first_is_second
        if found is not None and not first_is_second:
            assert (found.start, found.length, found.counts) == (start, length, tuple(counts))
