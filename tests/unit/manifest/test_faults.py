"""The faults of a rehearsal from YAML: what they come to, and every mistake with its code and place."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import jsonschema
import pytest
import yaml

from campctl.findings import Finding
from campctl.manifest.faults import json_schema, read_faults
from campctl.manifest.load import load
from campctl.model.campaign import Campaign
from campctl.model.faults import Absent, BackendDown, Faults, Late, OfficeDown, Rush

DAY = date(2026, 11, 3)
SOUND = """\
offices:
  - { office: chicago-hq, from: 11:00, until: 11:40 }
backends:
  - { backend: local, from: "14:00", until: 2026-11-03T14:10 }
late:
  - { share: 10%, by: 45m, roles: [volunteer] }
absent:
  - { share: 5%, offices: [phoenix-field], hotlines: [main] }
calls:
  - { times: 2, from: 17:00 }
  - { times: 150%, until: 9:30, hotlines: [voter-protection] }
"""


@pytest.fixture(scope="module")
def campaign() -> Campaign:
    found = load(Path(__file__).parents[3] / "seeds" / "quickstart", cache=False).campaign
    assert found is not None
    return found


def read(text: str | bytes, campaign: Campaign, day: date = DAY) -> tuple[Faults, list[Finding]]:
    return read_faults("bad.yaml", text.encode() if isinstance(text, str) else text, day, campaign)


def at(hour: int, minute: int = 0, day: int = 3) -> datetime:
    """On the wall in Chicago, on election day (six hours behind)."""
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


def test_what_it_says(campaign: Campaign) -> None:
    """Times are those of the day in the campaign's zone; what is left out is the day's beginning or end."""
    found, findings = read(SOUND, campaign)
    assert not findings
    assert found == Faults(
        offices=(OfficeDown("chicago-hq", at(17), at(17, 40)),),
        backends=(BackendDown("local", at(20), at(20, 10)),),
        late=(Late(0.1, 2700, roles=("volunteer",)),),
        absent=(Absent(0.05, offices=("phoenix-field",), hotlines=("main",)),),
        calls=(Rush(2.0, at(23), at(6, day=4)), Rush(1.5, at(6), at(15, 30), ("voter-protection",))),
    )


def test_the_schema_takes_it() -> None:
    """What editors are told fits what is read: the sound file passes, the typical mistakes do not."""
    schema = json_schema()
    jsonschema.Draft7Validator.check_schema(schema)
    as_editors_read_it = yaml.safe_load(
        SOUND.replace("from: 11:00, until: 11:40", 'from: "11:00"').replace("17:00", '"17:00"').replace("9:30", '"9:30"')
    )
    as_editors_read_it["backends"][0]["until"] = "2026-11-03T14:10"
    jsonschema.validate(as_editors_read_it, schema)
    for wrong in ({"late": [{"share": "10%"}]}, {"calls": [{"times": 2, "fro": "17:00"}]}, {"outages": []}):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, schema)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("offices:\n  - { office: chicago-hk, from: 11:00 }\n", [("unknown-office", 2, 15)]),
        ("backends:\n  - { backend: pbx }\n", [("unknown-backend", 2, 16)]),
        ("calls:\n  - { times: 2, hotlines: [mian] }\n", [("unknown-hotline", 2, 28)]),
        ("offices:\n  - { from: 11:00 }\n", [("missing-key", 2, 5)]),
        ("late:\n  - { share: 10% }\n", [("missing-key", 2, 5)]),
        ("late:\n  - { share: 0%, by: 45m }\n", [("out-of-range", 2, 14)]),
        ("late:\n  - { share: 0.1, by: 45m }\n", [("bad-share", 2, 14)]),
        ("late:\n  - { share: 10%, by: 45 }\n", [("bad-duration", 2, 23)]),
        ("late:\n  - { share: 10%, by: 0s }\n", [("out-of-range", 2, 23)]),
        ("absent:\n  - { share: 110% }\n", [("out-of-range", 2, 14)]),
        ("calls:\n  - { times: -1 }\n", [("out-of-range", 2, 14)]),
        ("calls:\n  - { times: many }\n", [("wrong-type", 2, 14)]),
        ("calls:\n  - { times: nan }\n", [("wrong-type", 2, 14)]),
        ("calls:\n  - { times: 2, from: 25:00 }\n", [("bad-time", 2, 23)]),
        ("calls:\n  - { times: 2, from: 11:75 }\n", [("bad-time", 2, 23)]),
        ("calls:\n  - { times: 2, from: noon }\n", [("bad-time", 2, 23)]),
        ("calls:\n  - { times: 2, from: 12:00, until: 11:00 }\n", [("out-of-range", 2, 5)]),
        ("calls:\n  - { times: 2, form: 12:00 }\n", [("unknown-key", 2, 17)]),
        ("outages:\n  - { office: chicago-hq }\n", [("unknown-key", 1, 1)]),
        ("calls: { times: 2 }\n", [("wrong-type", 1, 8)]),
        ("calls:\n  - 2\n", [("wrong-type", 2, 5)]),
        ("- calls\n", [("wrong-type", 1, 1)]),
        ("calls: [}\n", [("yaml-syntax", 1, 9)]),
        ("", [("empty-file", 1, 1)]),
        (b"calls:\n  - \xff\n", [("yaml-syntax", 1, 1)]),
        ("calls:\n- { times: x }\nlate:\n- { share: 2, by: 3 }\n", [("wrong-type", 2, 12), ("bad-share", 4, 12), ("bad-duration", 4, 19)]),
    ],
)
def test_mistakes_are_told_at_their_places(campaign: Campaign, text: str | bytes, found: list[tuple[str, int, int]]) -> None:
    """All of a file at once."""
    _, findings = read(text, campaign)
    placed = [(one.code, one.span.line, one.span.column) for one in findings if one.span]
    assert placed == found
    assert all(one.help or one.code == "wrong-type" for one in findings)


def test_the_night_on_which_the_clock_goes_back(campaign: Campaign) -> None:
    """Half past one comes twice on 1 November: the first is taken, and it is said."""
    found, findings = read("calls:\n  - { times: 2, from: 01:30 }\n", campaign, date(2026, 11, 1))
    assert [one.code for one in findings] == ["time-repeated"]
    assert found.calls[0].start == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert found.calls[0].end == datetime(2026, 11, 2, 6, 0, tzinfo=UTC)
