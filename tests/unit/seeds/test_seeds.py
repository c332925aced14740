"""The seeds keep what seeds/README.md says of them."""

from __future__ import annotations

import runpy
from datetime import timedelta
from pathlib import Path

import pytest

from campctl.effective import desired, moments, present_members
from campctl.manifest.load import load
from campctl.model.live import Snapshot

SEEDS = Path(__file__).parents[3] / "seeds"


@pytest.fixture(scope="module", params=["quickstart", "national"])
def loaded(request):
    return load(SEEDS / request.param, cache=False)


def test_no_findings(loaded):
    """Both validate without an error and without a warning."""
    assert [(one.code, one.span) for one in loaded.findings] == []


def test_every_moment_is_fulfilled(loaded):
    """At every moment of the calendar each seat is filled and each port lit, and planning again changes nothing."""
    campaign = loaded.campaign
    first = min(surge.start for surge in campaign.surges.values()) - timedelta(days=1)
    last = max(surge.end for surge in campaign.surges.values()) + timedelta(days=1)
    present = {}
    for at in [first, *moments(campaign, (), first, last)]:
        wanted = desired(campaign, at, (), present)
        assert wanted.findings == ()
        assert {hid: seating.short for hid, seating in wanted.seating.items() if seating.short} == {}
        present = present_members({name: Snapshot(resources) for name, resources in wanted.backends.items()})
        assert desired(campaign, at, (), present).backends == wanted.backends


def test_files_name_the_schema(loaded):
    """The first line of each YAML file leads editors to the schema that `init` writes."""
    for name in loaded.files:
        path = Path(name)
        if path.suffix == ".yaml":
            first = (SEEDS / loaded_root(loaded) / name).read_text(encoding="utf-8").partition("\n")[0]
            assert first == f"# yaml-language-server: $schema={'../' * (len(path.parts) - 1)}.campctl/schema.json"


def loaded_root(loaded):
    return "quickstart" if loaded.campaign.name.startswith("Quickstart") else "national"


@pytest.mark.parametrize(
    ("seed", "offices", "users", "ports", "hotlines", "surges"), [("quickstart", 2, 12, 20, 2, 1), ("national", 61, 2150, 900, 7, 6)]
)
def test_sizes(seed, offices, users, ports, hotlines, surges):
    """They are as large as they say."""
    campaign = load(SEEDS / seed, cache=False).campaign
    found = tuple(map(len, (campaign.offices, campaign.users, campaign.ports, campaign.hotlines, campaign.surges)))
    assert found == (offices, users, ports, hotlines, surges)


def test_every_time_zone_of_the_states():
    """National spans Eastern to Hawaii, and the places with rules of their own."""
    zones = {office.time_zone for office in load(SEEDS / "national", cache=False).campaign.offices.values()}
    names = ("New_York", "Chicago", "Denver", "Los_Angeles", "Anchorage", "Phoenix", "Boise", "Detroit")
    assert {f"America/{name}" for name in names} | {"Pacific/Honolulu"} <= zones


def test_numbers_are_sample_numbers():
    """Every number is one of those set aside for examples."""
    for seed in ("quickstart", "national"):
        campaign = load(SEEDS / seed, cache=False).campaign
        numbers = [user.number for user in campaign.users.values() if user.number]
        numbers += [*campaign.numbers, *(number for hotline in campaign.hotlines.values() for number in hotline.numbers)]
        assert len(numbers) > 8
        assert {number[5:10] for number in numbers} == {"55501"}


def test_the_script_makes_what_is_committed(tmp_path, monkeypatch):
    """scripts/make-national is deterministic, and nobody edited its output by hand."""
    script = SEEDS.parent / "scripts" / "make-national"
    monkeypatch.setattr("sys.argv", [str(script), str(tmp_path)])
    runpy.run_path(str(script), run_name="__main__")
    made = {path.relative_to(tmp_path): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert len(made) == 18
    assert {name: (SEEDS / "national" / name).read_bytes() for name in made} == made
