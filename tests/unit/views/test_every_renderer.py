"""Every result, in every format, full of hostile text: nothing reaches the terminal that could steer it."""

from __future__ import annotations

import csv
import io
import json
import re
import types
import typing
from datetime import UTC, datetime
from decimal import Decimal

import msgspec
import pytest
import yaml

from campctl import errors
from campctl.app import results, results_matching, results_rehearsal, results_seating, results_staffing, running_books_report, status
from campctl.model.changes import Change, Plan, Story
from campctl.model.resources import Key, Line
from campctl.views.show import RENDERERS, show, show_error
from campctl.views.style import Style
from campctl.views.text import cells, harmless

SGR = re.compile(r"\x1b\[[0-9;]*m")
HOSTILE = "\x1b]0;pwn\x07\x1b[2J\u202eevil\u2066 ليلى 👩‍🚒 \x9b31m\r\n=cmd()"
MODULES = (results, results_matching, results_staffing, results_rehearsal, results_seating, running_books_report, status)
NOT_SHOWN = {
    "Row",
    "Share",
    "DriftItem",
    "BackendHealth",
    "Gap",
    "HotlineStaffing",
    "Span",
    "Whole",
    "Miss",
    "Moved",
    "Flight",
    "HotlineDay",
    "Difference",
    "Comparison",
    "Match",
    "Unplaced",
    "ListState",
    "Choice",
    "Card",
    "StepLine",
    "Event",
    "Lead",
    "Checked",
    "BadCheck",
}
"""Parts of results, never shown by themselves."""


def fill(kind, text):
    """A value of a type, with `text` wherever text can stand."""
    origin, args = typing.get_origin(kind), typing.get_args(kind)
    if kind in (str, typing.Any):
        return text
    if kind is bytes:
        return b""
    if kind is datetime:
        return datetime(2026, 11, 3, 12, tzinfo=UTC)
    if kind is Decimal:
        return Decimal("1.50")
    if kind in (int, float, bool):
        return kind(1)
    if origin is typing.Literal:
        return args[0]
    if origin is tuple:
        return (fill(args[0], text),) if len(args) == 2 and args[1] is ... else tuple(fill(item, text) for item in args)
    if origin is dict:
        return {fill(args[0], text): fill(args[1], text)}
    if origin in (typing.Union, types.UnionType):
        return fill(args[0], text)
    if kind is Key:
        return Key("line", text)
    hints = typing.get_type_hints(kind)
    return kind(**{name: fill(hints[name], text) for name in kind.__struct_fields__})


def make(name, text=HOSTILE):
    """A result of a type, with columns and rows that fit each other, and a plan that has a story, guards and conflicts."""
    kind = next(getattr(module, name) for module in MODULES if hasattr(module, name))
    made = fill(kind, text)
    if isinstance(made, results_staffing.Staffing):
        levels = tuple(msgspec.structs.replace(level, cost="1.50") for level in made.hotlines[0].ladder)
        plans = tuple(msgspec.structs.replace(plan, time_zone="America/Chicago", ladder=levels) for plan in made.hotlines)
        return msgspec.structs.replace(made, hotlines=plans)
    if isinstance(made, running_books_report.BookReport):
        return msgspec.structs.replace(made, zone="America/Chicago")
    if isinstance(made, results_rehearsal.Rehearsal):
        return msgspec.structs.replace(made, time_zone="America/Chicago")
    if isinstance(made, status.Status):
        return msgspec.structs.replace(made, picture=msgspec.structs.replace(made.picture, time_zone="America/Chicago"))
    if isinstance(made, results_seating.Seated):
        card = msgspec.structs.replace(made.card, time_zone="America/Chicago")
        return msgspec.structs.replace(made, applied=make("Applied", text), card=card, moved=card)
    if isinstance(made, results.Listing):
        return msgspec.structs.replace(
            made, columns=("name", text), rows=({"name": text, text: results.Share(3, 4)}, {"name": 7, text: None})
        )
    if isinstance(made, results.Details):
        return msgspec.structs.replace(made, listings=(make("Listing", text),))
    if hasattr(made, "plan") and made.plan is not None:
        line = Line(id=text, extension=text, name=text)
        changes = (
            Change(id=text, action="create", backend=text, after=line),
            Change(id="other", action="update", backend=text, before=line, after=msgspec.structs.replace(line, name="x")),
            Change(id="untold", action="delete", backend=text, before=line),
        )
        stories = (Story(verb="provision", subject=f"user/{text}", text=text, notes=(text,), changes=(text, "other")),)
        plan = msgspec.structs.replace(made.plan, changes=changes, stories=stories)
        assert isinstance(plan, Plan)
        made = msgspec.structs.replace(made, plan=plan)
    return made


def check(text, *, lines=True):
    """Nothing but letters, newlines and our own colours."""
    bare = SGR.sub("", text)
    for line in bare.split("\n") if lines else [bare]:
        assert harmless(line) == line, ascii(line)


SHOWN = sorted(
    name
    for module in MODULES
    for name, kind in vars(module).items()
    if isinstance(kind, type) and kind.__module__ == module.__name__ and name not in NOT_SHOWN
)


def test_every_result_has_a_renderer() -> None:
    """A new result without a renderer is found here, not by a user."""
    assert sorted(RENDERERS) == SHOWN


@pytest.mark.parametrize("details", [False, True])
@pytest.mark.parametrize(("tty", "width"), [(False, None), (True, 40), (True, 120)])
@pytest.mark.parametrize("name", SHOWN)
def test_for_people(name, tty, width, details, terminal) -> None:
    """Tables, plans and sentences are harmless and fit the terminal, 40 columns wide too."""
    made = terminal(tty=tty, width=width)
    show(make(name), Style(details=details), made)
    written = made.stdout.getvalue() + made.stderr.getvalue()
    assert written
    check(written)
    if width and name != "Text":
        assert max(cells(SGR.sub("", line)) for line in written.split("\n")) <= width


@pytest.mark.parametrize("name", SHOWN)
def test_json(name, terminal) -> None:
    """JSON is one versioned envelope, harmless as written and exact as read."""
    made = terminal(tty=True)
    show(make(name), Style(format="json", command="x", exit=0), made)
    text = made.stdout.getvalue()
    check(text)
    envelope = json.loads(text)
    assert list(envelope) == ["campctl", "command", "kind", "status", "exit", "data", "findings", "errors"]
    assert envelope["campctl"] == 1
    assert HOSTILE in text or HOSTILE in json.dumps(envelope, ensure_ascii=False) or any(HOSTILE in item for item in walk(envelope))
    assert not made.stderr.getvalue()


@pytest.mark.parametrize("name", SHOWN)
def test_yaml_says_the_same_as_json(name, terminal) -> None:
    """YAML is the same envelope."""
    as_json, as_yaml = terminal(), terminal()
    show(make(name), Style(format="json"), as_json)
    show(make(name), Style(format="yaml"), as_yaml)
    check(as_yaml.stdout.getvalue())
    assert yaml.safe_load(as_yaml.stdout.getvalue()) == json.loads(as_json.stdout.getvalue())


@pytest.mark.parametrize("name", SHOWN)
def test_csv(name, terminal) -> None:
    """CSV is rectangular, harmless, and no cell is a formula."""
    made = terminal(tty=True)
    show(make(name, HOSTILE), Style(format="csv"), made)
    text = made.stdout.getvalue()
    check(text.replace("\r\n", "\n"))
    read = list(csv.reader(io.StringIO(text)))
    assert len({len(row) for row in read}) == 1
    assert not [cell for row in read[1:] for cell in row if cell[:1] in "=@" and cell]


def test_github(terminal) -> None:
    """Annotations are one line each, with the runner's own escapes."""
    made = terminal(tty=True)
    show(make("Validation"), Style(format="github"), made)
    text = made.stdout.getvalue()
    check(text)
    assert text.count("\n") == 1
    assert text.startswith("::error file=")


@pytest.mark.parametrize("form", ["", "json", "yaml"])
def test_errors(form, terminal) -> None:
    """Errors are harmless on stderr, and an envelope on stdout when asked for."""
    made = terminal(tty=True, width=40)
    error = errors.GuardrailRefused(HOSTILE, guardrails=(HOSTILE,), hint=HOSTILE)
    show_error(error, Style(format=form, command=HOSTILE, exit=5), made)
    check(made.stdout.getvalue() + made.stderr.getvalue())
    assert "Error: " in SGR.sub("", made.stderr.getvalue())
    assert bool(made.stdout.getvalue()) is bool(form)


def test_bytes_from_argv_do_not_break_json(terminal) -> None:
    """A lone surrogate, which is how Python hands over bytes that are no UTF-8, still gives valid JSON."""
    made = terminal()
    show_error(errors.NotFound("no user \udcff"), Style(format="json"), made)
    assert json.loads(made.stdout.getvalue())["errors"][0]["message"] == "no user \\udcff"


def walk(value):
    """All texts of plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from walk(item)
    elif isinstance(value, list):
        for item in value:
            yield from walk(item)
