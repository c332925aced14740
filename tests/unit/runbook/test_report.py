"""The report of a run: planned against actual, drawn; words stay words in Markdown and HTML."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from xml.etree import ElementTree as ET

import msgspec
import pytest

from campctl.app.running_books_report import BookReport, report_of
from campctl.findings import Span
from campctl.model.runbooks import Act, BookEntry, BookRun, Program, Step
from campctl.views.runbook import book_report
from campctl.views.runbook_report import markdown, page
from campctl.views.runbook_timeline import axis, svg, text
from campctl.views.sheet import Sheet
from campctl.views.style import Style
from campctl.views.terminal import Terminal

START = datetime(2026, 11, 3, 11, 0, tzinfo=UTC)
PLACE = Span("x.yaml", 1, 1)
HOSTILE = "a <script>alert(1)</script> | `b` \x1b[31m *c*\n# d"


def made(*, status: str = "failed", name: str = "Election day") -> BookReport:
    back = Act(kind="run", argv=("plan",))
    steps = (
        Step(id="before", kind="mark", place=PLACE),
        Step(
            id="more",
            kind="shell",
            place=PLACE,
            act=Act(kind="shell", argv=("x",)),
            at=START,
            title=HOSTILE,
            undo=back,
        ),
        Step(id="told", kind="confirm", place=PLACE, text="Told?", role="lead", at=START + timedelta(minutes=30)),
        Step(id="enough", kind="expect", place=PLACE, text="drift none"),
        Step(id="last", kind="note", place=PLACE, text="Bye", at=START + timedelta(hours=2)),
    )
    program = Program(
        file="x.yaml", name=name, about="A day.", zone="America/Chicago", day="2026-11-03", roles={}, variables={"h": "main"}, secrets={},
        steps=steps, sources={}, digest="d",
    )  # fmt: skip
    run = BookRun(
        id="r1", book="x", name=name, started=START, author="dana", command="campctl runbook run x", digest="d", status=status,  # type: ignore[arg-type]
        ended=START + timedelta(hours=1), program=msgspec.json.encode(program),
    )  # fmt: skip
    lines = [
        ("", "started", 0, {}),
        ("before", "begun", 0, {"attempt": 1}),
        ("before", "done", 0, {}),
        ("more", "begun", 240, {"attempt": 1}),
        ("more", "begun", 300, {"attempt": 2, "detail": "attempt 1: exit status 1"}),
        ("more", "done", 310, {"took": 10.0, "code": 0, "output": "```\n" + HOSTILE}),
        ("told", "begun", 1800, {"attempt": 1}),
        ("told", "confirmed", 1900, {"who": "lee", "role": "lead"}),
        ("told", "done", 1901, {"who": "lee", "role": "lead", "took": 101.0, "detail": "lee as lead said yes"}),
        ("enough", "begun", 2000, {"attempt": 1}),
        ("enough", "failed", 2030, {"took": 30.0, "detail": "it does not hold after 30 s: drift items is 2"}),
        ("", "rolling-back", 2030, {"attempt": 0}),
        ("more", "undo-begun", 2030, {}),
        ("more", "undone", 2031, {"took": 1.0}),
        ("", "ended", 2031, {"detail": "rolled-back"}),
    ]
    entries = [
        BookEntry(run="r1", step=step, state=state, at=START + timedelta(seconds=at), seq=n, **{"who": "dana", **more})  # type: ignore[arg-type]
        for n, (step, state, at, more) in enumerate(lines, 1)
    ]
    return report_of(run, entries)


def test_lines_of_a_run() -> None:
    """Each step with when it was planned and began, how often it was tried, who did it, and what came after."""
    report = made()
    by = {line.step: line for line in report.lines}
    assert (by["more"].late, by["more"].attempts, by["more"].state, by["more"].undone) == (240.0, 2, "done", "undone")
    assert (by["told"].who, by["told"].role, by["told"].took) == ("lee", "lead", 101.0)
    assert (by["enough"].state, by["last"].state, by["last"].began) == ("failed", "", None)
    assert [event.what for event in report.events] == ["begun", "rolling-back", "ended"]


def test_the_timeline_as_text() -> None:
    """A bar for each step that was planned or begun, at its time; the axis is the runbook's clock."""
    lines = text(made(), 80)
    assert [line.split()[0] for line in lines[:4]] == ["more", "told", "enough", "last"]
    assert lines[0].index("◆") < lines[0].index("█")
    assert "!" in lines[2]
    assert "█" not in lines[3]
    assert "05:00" in lines[4]
    assert "06:00" in lines[4]
    assert max(map(len, lines[:5])) <= 80
    assert text(made(), 20)  # narrow, and still something


def test_the_timeline_as_svg() -> None:
    """It is well-formed, with a bar for what went on and a diamond for what was planned, and words in titles."""
    drawn = svg(made())
    tree = ET.fromstring(drawn)
    names = [node.tag.rpartition("}")[2] for node in tree.iter()]
    assert (names.count("rect"), names.count("polygon")) == (3, 3)
    assert "script" not in names


@pytest.mark.parametrize("length", [timedelta(seconds=3), timedelta(minutes=40), timedelta(hours=19), timedelta(days=9)])
def test_the_axis_has_few_round_labels(length: timedelta) -> None:
    """Between one and nine labels, in order, within the picture; also across the change of clocks."""
    first = datetime(2026, 11, 1, 4, 13, 7, tzinfo=UTC)
    labels = axis(first, first + length, "America/Chicago", 8)
    assert 1 <= len(labels) <= 9
    assert all(0 <= share <= 1 for share, _ in labels)
    assert labels == sorted(labels)


def test_words_stay_words() -> None:
    """What a manifest or a command says is neither markup nor an escape code, in Markdown, HTML and on a terminal."""
    report = made(name=HOSTILE)
    as_text = markdown(report)
    assert "\x1b" not in as_text
    assert "<script>" not in as_text.replace("\\<script\\>", "").split("## What commands said")[0]
    assert as_text.count("```") == 4  # two blocks, whatever was in the output
    as_page = page(report, said="campctl runbook report", made=START)
    assert "<script>" not in as_page
    assert "\x1b" not in as_page
    assert "default-src 'none'" in as_page
    out = io.StringIO()
    terminal = Terminal(io.StringIO(), out, out, {})
    sheet = Sheet(Style(format="", command="runbook status", details=False, exit=0, time_zone="America/Chicago", silent=()), terminal)
    book_report(report, sheet)
    assert "\x1b" not in sheet.page.text()


def test_the_report_tells_who_and_when() -> None:
    """Facts, table, confirmations and outputs are all there, in the runbook's zone."""
    told = markdown(made())
    assert "- **Begun**: 2026-11-03 05:00 CST by dana" in told
    assert "4 min late" in told
    assert "confirmed told | lee | lee as lead said yes" in told
    assert "h=main" in told
    assert "done, 2 attempts, undone" in told
