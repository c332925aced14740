"""Banks of desks are spread out into ports."""

from __future__ import annotations

import pytest


def test_a_bank_becomes_ports(read):
    """Each desk gets its extension, and what the bank says."""
    loaded = read(
        "ports:\n  hall: { office: hq, desks: [a08-a10, front], extensions: [3020-3022, 3050], state: lit, room: Hall A, hotline: main }\n"
    )
    ports = {name: port.extension for name, port in loaded.campaign.ports.items() if port.room}
    assert ports == {"hq/a08": "3020", "hq/a09": "3021", "hq/a10": "3022", "hq/front": "3050"}
    assert all(port.lit and port.permission == "internal" for name, port in loaded.campaign.ports.items() if name in ports)


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ("office: hq, desks: a1-a4, extensions: 3020-3022", "unequal-ranges", "3020-3022"),
        ("office: hq, desks: a4-a1, extensions: 3020-3023", "bad-range", "a4-a1"),
        ("office: hq, desks: a1-a90000, extensions: 3020-3023", "range-too-long", "a1-a90000"),
        ("office: hq, desks: A1, extension: 3020", "bad-id", "A1"),
        ("office: hq, desk: d9, desks: d5-d6, extensions: 3020-3021", "bad-combination", "desk"),
        ("office: hq, desks: d5-d6, extensions: 3020-3021, user: ann", "bad-combination", "ann"),
        ("office: hq, desks: d5-d6", "missing-key", "more"),
        ("office: hq, extension: 3020", "missing-key", "more"),
        ("desk: d9, extension: 3020", "missing-key", "more"),
        ("office: hq, desk: 012, extension: 3020", "yaml-trap", "012"),
        ("office: hq, desk: d9, extension: 3020, state: on", "not-a-choice", "on"),
    ],
)
def test_faults_of_banks(found, fields, code, text):
    """Each fault of a bank is shown at the field concerned."""
    assert (code, "extra.yaml:2", text) in found(f"ports:\n  more: {{ {fields} }}\n")


def test_a_desk_in_two_banks_shows_both(read):
    """A desk that stands twice is reported with the first place, and stays what it was first."""
    loaded = read("ports:\n  again: { office: hq, desks: d4-d5, extensions: 3020-3021 }\n")
    finding = next(finding for finding in loaded.findings if finding.code == "duplicate-desk")
    assert finding.related[0].span.file == "campaign.yaml"
    assert loaded.campaign.ports["hq/d4"].extension == "3013"
    assert loaded.campaign.ports["hq/d5"].extension == "3021"
