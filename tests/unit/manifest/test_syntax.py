"""Syntax errors say what to do and hide as little as they can; what YAML can hurt with is reported."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from campctl.findings.docs import BASE
from campctl.manifest.load import load

CAL = "users:\n  cal: { name: Cal Roe, office: hq, extension: 3003 }\n"


@pytest.mark.parametrize(
    ("text", "code", "line", "words"),
    [
        ("users:\n\tcal: {}\n", "yaml-tab", 2, "tab"),
        ("users:\n  cal:\n    name: Cal: Roe\n", "yaml-syntax", 3, "colon"),
        ("users:\n  cal:\n    name: 'Cal\n    office: hq\n", "yaml-syntax", 3, "never closed"),
        ("users:\n  cal: { name: Cal Roe, office: hq\n", "yaml-syntax", 2, "bracket"),
        ("users:\n  cal:\n    role: @all\n", "yaml-syntax", 3, "`@`"),
        ("users:\n  cal:\n    role: %x\n", "yaml-syntax", 3, "`%`"),
        ("users:\n  cal:\n    name: Cal\n   office: hq\n", "yaml-syntax", 4, "ndent"),
        ("users:\n  cal:\n    name\n    office: hq\n", "yaml-syntax", 3, ""),
        ('users:\n  cal:\n    name: "a\\qb"\n', "yaml-syntax", 3, "escape"),
        ("users:\n  cal: *\n", "yaml-syntax", 2, "alias"),
    ],
)
def test_syntax_errors_in_words(read, text, code, line, words):
    """A syntax error is shown where it is, in words that help."""
    loaded = read(text)
    assert [finding.code for finding in loaded.findings] == [code]
    finding = loaded.findings[0]
    assert finding.span.line in {line, line + 1}
    assert words in finding.detail + finding.help


def test_reading_goes_on_after_a_syntax_error(read):
    """Entries and sections after a syntax error are read, at their right places, and so are their faults."""
    text = (
        "users:\n  cal: { name: Cal Roe, office: hq, extension: 3003 }\n  dee: { name: 'Dee, office: hq }\n"
        '  eli: { name: Eli Day, office: hq, extension: x }\nnumbers:\n  "+1312555": {}\n'
    )
    loaded = read(text)
    assert [(finding.code, finding.span.line) for finding in loaded.findings] == [
        ("yaml-syntax", 3),
        ("bad-extension", 4),
        ("bad-number", 6),
    ]
    assert {"cal", "eli"} < set(loaded.campaign.users)


def test_a_syntax_error_keeps_rules_from_guessing(read):
    """References are not checked while part of the campaign could not be read."""
    loaded = read("hotlines:\n  x: { name: X, seats: 1, answer: { users: [nobody-here] } }\n  y: [\n")
    assert {finding.code for finding in loaded.findings} == {"yaml-syntax"}


def test_many_syntax_errors_end(read):
    """A file full of errors is given up at a limit."""
    loaded = read("users:\n" + "".join(f"  u{n}: {{ name: '\n" for n in range(200)))
    assert 1 <= len(loaded.findings) <= 20


def test_merge_keys_give_way_to_what_is_written(read):
    """`<<` fills in keys that are not written, from one mapping or several, the first winning."""
    text = (
        "x-a: &a { office: hq, role: one }\nx-b: &b { role: two, room: Hall A }\n"
        "users:\n  cal: { name: Cal Roe, extension: 3003, room: Room 1, <<: [*a, *b] }\n"
    )
    loaded = read(text)
    assert loaded.findings == ()
    user = loaded.campaign.users["cal"]
    assert (user.office, user.role, user.room) == ("hq", "one", "Room 1")


def test_an_entry_may_be_an_alias(read):
    """A whole list can be shared by alias."""
    loaded = read(
        "users:\n  cal: { name: Cal, office: hq, extension: 3003, skills: &s [legal] }\n"
        "  dee: { name: Dee, office: hq, extension: 3004, skills: *s }\n"
    )
    assert loaded.findings == ()
    assert loaded.campaign.users["dee"].skills == ("legal",)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        (CAL + "---\nusers: {}\n", ["multiple-documents"]),
        ("--- \n" + CAL + "...\n", []),
        ("%YAML 1.1\n---\n" + CAL, []),
        (CAL.replace("Cal Roe", "!!python/object:os.system Cal"), ["yaml-tag"]),
        (CAL.replace("Cal Roe", "*nobody"), ["unknown-alias"]),
        ("users: &u\n  cal: &c { name: Cal Roe, office: hq, extension: 3003, skills: [*c] }\n", ["recursive-alias"]),
        ("users:\n  [1, 2]: { name: Cal }\n", ["bad-key"]),
        ("users:\n  cal: { <<: 5, name: Cal Roe, office: hq, extension: 3003 }\n", ["bad-merge"]),
        ("users: [cal]\n", ["wrong-type"]),
        ("users: 5\n", ["wrong-type"]),
        ("users:\n", []),
        ("users:\n  cal:\n", ["null-value"]),
        ("users:\n  cal: Cal Roe\n", ["wrong-type"]),
        (CAL + "users: {}\n", ["duplicate-key"]),
    ],
)
def test_what_yaml_can_do(read, text, codes):
    """Documents, directives, tags, aliases, odd keys and odd shapes: a finding where it can hurt, none where not."""
    assert [finding.code for finding in read(text).findings] == codes


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(st.data())
def test_no_text_makes_it_fail(tmp_path, data):
    """Whatever is cut out of, or put into, a manifest: findings with places, never an exception."""
    text = BASE + "surges:\n  s: { name: S, from: 2026-10-13T19:00, until: 2026-10-13T23:30, seats: { main: +1 } }\n"
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 12)))
    odd = st.sampled_from(
        [
            "",
            "~",
            "[",
            "{",
            "}",
            "]",
            "'",
            '"',
            "\t",
            ": ",
            "- ",
            "&a ",
            "*a",
            "<<: ",
            "!!x ",
            "#",
            "\n",
            "012",
            "6:30",
            "no",
            "\u2028",
            "a-b",
            "9" * 30,
            "\ufffe",
            "é",
        ]
    )
    changed = text[:start] + "".join(data.draw(st.lists(odd, max_size=3))) + text[end:]
    loaded = load(tmp_path, overlay={"campaign.yaml": changed.encode()})
    for finding in loaded.findings:
        if finding.span is not None:
            assert finding.span.line >= 1
            assert finding.span.column >= 1
        loaded.line("campaign.yaml", finding.span.line if finding.span else 1)
