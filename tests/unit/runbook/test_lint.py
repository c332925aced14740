"""`runbook lint`: each mistake at its place, sound runbooks without a word."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from campctl.app.documents import schema_text
from campctl.app.running_books_lint import look_through
from campctl.cli.runbook_verbs import verbs
from campctl.findings.catalogue import load_all
from campctl.findings.docs import files_of

HEAD = """\
name: Tonight
vars:
  hotline: { type: hotline, default: main }
  seats: { type: int, default: 3 }
  crew: { type: list, default: [ann, ben] }
steps:
"""
SOUND = (
    HEAD
    + """\
  - { id: sound, run: validate }
  - mark: before
  - id: more
    run: ["hotline", "scale", "{hotline}", "{seats}", "--until", "23:00"]
    undo: override clear --all
    on-failure: roll-back to before
    unsafe: true
  - { id: enough, expect: "hotline {hotline} seats >= {seats} within 30s", timeout: 1m, retries: 2, delay: 5s, on-failure: continue }
  - { id: quiet, wait: { expect: "hotline {hotline} waiting < 5", }, timeout: 10m, when: "hotline {hotline} open" }
  - { id: nap, wait: 10s }
  - for-each: { who: "{crew}" }
    steps:
      - { id: call, run: "user show {who}" }
  - for-each: { office: offices }
    steps:
      - { id: look, run: "office show {office}" }
  - { id: late, wait: { until: "2100-01-01T05:00", zone: hq } }
  - { id: told, confirm: "Told?", allow-yes: true, on-failure: jump to mend }
  - { end: "Done." }
  - { id: mend, shell: [echo, "{hotline}"] }
  - { fail: "Not told." }
"""
)


def places(found: object) -> list[tuple[str, int, int]]:
    return [(one.code, one.span.line, one.span.column) for one in found.findings]  # type: ignore[attr-defined]


def test_a_sound_runbook_has_no_findings(look) -> None:
    """Every kind of step, as the docs write it, without a word; loops and words are unrolled."""
    made = look(SOUND)
    assert places(made) == []
    ids = [step.id for step in made.program.steps]
    assert ids[:3] == ["sound", "before", "more"]
    assert {"call@ann", "call@ben", "look@hq", "end-1", "fail-1"} <= set(ids)
    assert made.program.steps[2].act.argv == ("hotline", "scale", "main", "3", "--until", "23:00")
    assert made.program.steps[-2].act.argv == ("echo", "main")


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ("  - { id: a, run: hotline scael main 4 }\n", [("runbook-unknown-verb", 7, 27)]),
        ("  - { id: a, run: hotlin list }\n", [("runbook-unknown-verb", 7, 19)]),
        ("  - { id: a, run: hotline scale mian 4 }\n", [("runbook-unknown-id", 7, 33)]),
        ("  - { id: a, run: 'hotline show main --att 9' }\n", [("runbook-unknown-option", 7, 38)]),
        ("  - { id: a, run: 'hotline show' }\n", [("runbook-unknown-option", 7, 20)]),
        ("  - { id: a, run: 'hotline show main now' }\n", [("runbook-unknown-option", 7, 38)]),
        ("  - { id: a, run: 'hotline list --at' }\n", [("runbook-unknown-option", 7, 33)]),
        ("  - { id: a, run: 'plan --exit-code=yes' }\n", [("runbook-unknown-option", 7, 25)]),
        ("  - { id: a, run: 'port light --for annn --any 1 --office hq' }\n", [("runbook-unknown-id", 7, 37)]),
        ("  - { id: a, run: 'hotline failover main --to user/annn' }\n", [("runbook-unknown-id", 7, 47)]),
        ("  - { id: a, run: 'user provision new.one --office hq' }\n  - { id: b, run: user show new.one }\n", []),
        ("  - { id: a, run: 'plan -C /elsewhere' }\n", [("runbook-unknown-option", 7, 25)]),
        ("  - { id: a, run: backend login local }\n", [("runbook-verb-refused", 7, 19)]),
        ("  - { id: a, run: user secret ann }\n", [("runbook-verb-refused", 7, 19)]),
        ("  - { id: a, run: autopilot run }\n", [("runbook-verb-refused", 7, 19)]),
        ("  - { id: a, run: autopilot run --once }\n", []),
        ("  - { id: a, run: runbook resume }\n", [("runbook-verb-refused", 7, 19)]),
        ("  - { id: a, run: 'hotline show {hotlin}' }\n", [("runbook-unknown-variable", 7, 33)]),
        ("  - { id: a, expect: 'hotline {hotline} wating < 2' }\n", [("runbook-expectation", 7, 41)]),
        ("  - { id: a, expect: 'hotline main waiting < 2', when: 'drift none within 3s' }\n", [("runbook-expectation", 7, 57)]),
        ("  - { id: a, expect: 'user annn registered' }\n", [("runbook-unknown-id", 7, 28)]),
        ("  - { id: a, expect: plan empty, when: step b done }\n", [("runbook-unknown-id", 7, 45)]),
        ("  - { id: a, expect: plan empty, on-failure: jump to b }\n", [("runbook-unknown-step", 7, 46)]),
        ("  - { id: a, expect: plan empty, on-failure: roll-back to a }\n", [("runbook-unknown-step", 7, 46)]),
        ("  - { id: a, expect: plan empty, on-failure: panic }\n", [("runbook-bad-value", 7, 46)]),
        ("  - { id: a, run: plan, timeout: 3 }\n", [("bad-duration", 7, 34)]),
        ("  - { id: a, run: plan, retries: many }\n", [("runbook-bad-value", 7, 34)]),
        ("  - { id: a, run: plan, at: 5 o'clock }\n", [("bad-time", 7, 29)]),
        ("  - { id: a, run: plan, at: 2100-03-14T02:30 }\n", [("time-skipped", 7, 29)]),
        ("  - { id: a, run: plan, at: 2100-11-07T01:30 }\n", [("time-repeated", 7, 29)]),
        ("  - { id: a, run: plan, at: 2020-01-01T05:00 }\n", [("runbook-past", 7, 29)]),
        ("  - { id: a, wait: { until: '23:00', zone: Mars } }\n", [("unknown-time-zone", 7, 44)]),
        ("  - { id: a, run: plan }\n  - { id: a, run: plan }\n", [("runbook-duplicate-step", 8, 11)]),
        ("  - { end: Bye. }\n  - { id: b, run: plan }\n  - { id: c, run: plan }\n", [("runbook-unreachable", 8, 11)]),
        ("  - { id: a, jump: c }\n  - { id: b, run: plan }\n  - { id: c, run: plan }\n", [("runbook-unreachable", 8, 11)]),
        ("  - { id: a, run: plan, shell: ls }\n", [("step-act", 7, 5)]),
        ("  - { id: a, timeout: 3s }\n", [("step-act", 7, 5)]),
        ("  - { id: a, rum: plan }\n", [("unknown-key", 7, 14)]),
        ("  - { id: a, run: 'plan \"x' }\n", [("bad-command-line", 7, 19)]),
        ("  - { id: a, shell: 'echo {seats}' }\n", [("runbook-shell-braces", 7, 27)]),
        ("  - { id: a, shell: 'echo ${seats}' }\n", []),
        ("  - { note: Hello., retries: 2 }\n", [("runbook-idle-field", 7, 5)]),
        ("  - { id: a, shell: [ls], unsafe: true, undo: [drift], retries: 2 }\n", [("runbook-unsafe-retries", 7, 5)]),
        ("  - { id: a, shell: [ls], unsafe: true }\n", [("runbook-no-undo", 7, 11)]),
        ("  - { id: a, run: hotline scale main 3 }\n  - { id: b, run: plan, on-failure: roll-back }\n", [("runbook-no-undo", 7, 11)]),
        ("  - { id: a, run: hotline scale main 3 --dry-run }\n  - { id: b, run: plan, on-failure: roll-back }\n", []),
        ("  - { include: tonight.yaml }\n", [("runbook-include-loop", 7, 16)]),
        ("  - { include: nope.yaml }\n", [("runbook-include-missing", 7, 16)]),
        ("  - { include: ../../../etc/passwd }\n", [("runbook-include-missing", 7, 16)]),
        ("  - { for-each: { x: hotlins }, steps: [{ run: 'hotline show {x}' }] }\n", [("runbook-bad-value", 7, 22)]),
        ("  - { for-each: { x: [main] } }\n", [("missing-key", 7, 7)]),
        ("  - plan\n", [("wrong-type", 7, 5)]),
        ("  -\n", [("null-value", 7, 4)]),
        ("  - { id: a, undo: plan, note: x }\n", [("runbook-idle-field", 7, 5)]),
        ("  - { id: a, undo: { run: plan, shell: ls }, run: plan }\n", [("step-act", 7, 20)]),
    ],
)
def test_a_mistake_is_found_at_its_place(look, steps: str, expected: list[tuple[str, int, int]]) -> None:
    """Code, line and column of everything that is wrong, and nothing else."""
    assert places(look(HEAD + steps)) == expected


def test_all_mistakes_at_once(look) -> None:
    """One mistake does not hide the next."""
    made = look(HEAD + "  - { id: a, run: hotlin list }\n  - { id: b, expect: plan emty }\n  - { id: c, run: user show annn }\n")
    assert [code for code, _, _ in places(made)] == ["runbook-unknown-verb", "runbook-expectation", "runbook-unknown-id"]
    assert made.broken


def test_too_many_steps(look) -> None:
    """A loop in a loop ends in a finding, at the step where it became too much."""
    many = ", ".join(f"x{n}" for n in range(60))
    steps = (
        f"  - for-each: {{ a: [{many}] }}\n"
        f"    steps:\n"
        f"      - for-each: {{ b: [{many}] }}\n"
        f"        steps:\n"
        f"          - {{ id: s, run: plan }}\n"
    )
    made = look(HEAD + steps)
    assert [one.code for one in made.findings] == ["runbook-too-long"]
    assert len(made.program.steps) == 2000


def test_loops_in_which_nothing_is_done_end_too(look, monkeypatch: pytest.MonkeyPatch) -> None:
    """Five loops in each other that take in a file without a step: found long before the end of days."""
    monkeypatch.setattr("campctl.runbook.unroll.MAX_TURNS", 100)
    turns = ", ".join(f"'{number}'" for number in range(60))
    lines = [f"{'    ' * deep}  - for-each: {{ v{deep}: [{turns}] }}\n{'    ' * deep}    steps:\n" for deep in range(5)]
    made = look("name: T\nsteps:\n" + "".join(lines) + f"{'    ' * 5}  - include: inner.yaml\n", inner="name: I\nsteps: []\n")
    assert "runbook-too-long" in [one.code for one in made.findings]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"hotline": "mian"}, "Did you mean `main`?"),
        ({"seats": "many"}, "whole number"),
        ({}, "`hotline` has to be given"),
    ],
)
def test_values_are_checked(look, given: dict[str, str], words: str) -> None:
    """A value of the wrong type, and a required one that is missing, are found before the first step."""
    text = (
        "name: T\n"
        "vars:\n"
        "  hotline: { type: hotline, required: true }\n"
        "  seats: { type: int, default: 3 }\n"
        "steps: [{ run: 'hotline show {hotline}' }]\n"
    )
    found = look(text, {"hotline": "main", **given} if given else {})
    assert [one.code for one in found.findings] == ["runbook-bad-value"]
    assert words in found.findings[0].detail


@pytest.mark.parametrize("kind", ["office", "hotline", "user", "port", "int", "bool", "date", "time", "duration", "choice"])
def test_nothing_is_made_up(look, kind: str) -> None:
    """A variable nobody gave and that has no default is never some office, some hotline or a 1: it has to be given."""
    more = ", one-of: [a, b]" if kind == "choice" else ""
    text = f"name: T\nvars: {{ what: {{ type: {kind}{more} }} }}\nsteps: [{{ note: 'About {{what}}.' }}]\n"
    (found,) = look(text).findings
    assert found.code == "runbook-bad-value"
    assert "`what` has to be given" in found.detail
    assert look(text, strict=False).findings == ()


@pytest.mark.parametrize("kind", ["text", "list"])
def test_words_may_be_left_out(look, kind: str) -> None:
    """A text or a list that nobody gave is empty."""
    made = look(f"name: T\nvars: {{ what: {{ type: {kind} }} }}\nsteps: [{{ note: 'About <{{what}}>.' }}]\n")
    assert made.findings == ()
    assert [step.text for step in made.program.steps] == ["About <>."]


def test_required_variables_stand_for_any_value(look) -> None:
    """Linting a runbook does not need the values of the day."""
    text = (
        "name: T\n"
        "vars: { h: { type: hotline, required: true }, d: { type: date, required: true } }\n"
        "day: '{d}'\n"
        "steps: [{ run: 'hotline show {h}' }]\n"
    )
    assert places(look(text, strict=False)) == []


def test_a_secret_stands_nowhere(look) -> None:
    """A secret has no default, and cannot be put into a text; only the name of its environment variable is kept."""
    text = "name: T\nvars: { token: { type: secret, env: PAGER_TOKEN } }\nsteps: [{ id: page, shell: [./page, '{token}'] }]\n"
    made = look(text)
    assert [one.code for one in made.findings] == ["runbook-unknown-variable"]
    assert made.program.secrets == {"token": "PAGER_TOKEN"}
    wrong = look("name: T\nvars: { token: { type: secret, env: X, default: hunter2 } }\nsteps: [{ note: x }]\n")
    assert [one.code for one in wrong.findings] == ["bad-variable"]
    assert "hunter2" not in wrong.findings[0].detail


def test_includes_have_values_and_names_of_their_own(look) -> None:
    """Steps taken in are called after the include; variables are handed on by name, or given with `with`."""
    inner = (
        "name: I\n"
        "vars: { hotline: { type: hotline }, seats: { type: int, default: 1 } }\n"
        "steps: [{ id: s, run: 'hotline scale {hotline} {seats}' }]\n"
    )
    made = look(HEAD + "  - { id: one, include: inner.yaml }\n  - { id: two, include: inner.yaml, with: { seats: 2 } }\n", inner=inner)
    assert places(made) == []
    assert [(step.id, step.act.argv[2:]) for step in made.program.steps] == [("one.s", ("main", "3")), ("two.s", ("main", "2"))]
    assert sorted(made.program.sources) == ["runbooks/inner.yaml", "runbooks/tonight.yaml"]


def test_times_are_of_the_day_and_zone(look) -> None:
    """Times are the wall clock's of the runbook's day; hours beyond 24 are of the day after, an office's name is its zone."""
    text = (
        "name: T\n"
        "day: 2100-11-03\n"
        "time_zone: America/Phoenix\n"
        "steps:\n"
        "  - { id: a, run: plan, at: 05:00 }\n"
        "  - { id: b, wait: 25:30 }\n"
        "  - { id: c, run: plan, at: '07:30', zone: hq }\n"
    )
    made = look(text)
    assert places(made) == []
    first, second, third = made.program.steps
    assert (first.at.isoformat(), second.until.isoformat()) == ("2100-11-03T12:00:00+00:00", "2100-11-04T08:30:00+00:00")
    assert third.at.isoformat() == "2100-11-03T12:30:00+00:00"


@pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"- a\n", b"name: [", b"steps: []\nname: x\n", b"a: &x [*x]\n", b"name: x\nname: y\n"])
def test_any_file_ends_in_findings(root: Path, ctx, data: bytes) -> None:
    """What is no runbook, no YAML or no text is told, never a fault."""
    (root / "runbooks/tonight.yaml").write_bytes(data)
    made = look_through(ctx, verbs(), "tonight", {}, strict=True)
    assert made.broken


@pytest.mark.parametrize(
    "entry", [entry for entry in load_all().values() if "runbooks/tonight.yaml" in files_of(entry)], ids=lambda one: one.code
)
def test_the_catalogue_s_examples_happen(entry, root: Path, ctx) -> None:
    """The example of each finding has that finding, with a place in the runbook and something to do."""
    for name, text in files_of(entry).items():
        (root / name).write_text(text)
    made = look_through(ctx, verbs(), "tonight", {}, strict=True)
    found = [one for one in made.findings if one.code == entry.code]
    assert found
    assert found[0].span.file == "runbooks/tonight.yaml"
    assert found[0].help


def test_the_schema_knows_what_lint_knows() -> None:
    """The JSON Schema takes a sound runbook, and refuses unknown fields and steps that do two things."""
    schema = json.loads(schema_text(runbook=True))
    jsonschema.Draft7Validator.check_schema(schema)
    checker = jsonschema.Draft7Validator(schema)
    assert [error.message for error in checker.iter_errors(yaml.safe_load(SOUND))] == []
    for wrong in ({"name": "x"}, {"name": "x", "steps": [{"rum": "plan"}]}, {"name": "x", "steps": [{"run": "plan", "shell": "ls"}]}):
        assert list(checker.iter_errors(wrong)), wrong


def test_refused_verbs_are_verbs() -> None:
    """Every verb and option that is refused exists: a new name of one would let it through."""
    from campctl.cli.runbook_verbs import BANNED, REFUSED, UNLESS

    every = verbs().every
    assert set(REFUSED) <= set(every)
    assert all(option in every[path].options for path, option in UNLESS.items())
    assert all(option in every[path].options for path, options in BANNED.items() for option in options)
