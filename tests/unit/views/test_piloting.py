"""The autopilot's lines: for people on a terminal and in a log, for programs."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest

from campctl.app.results_piloting import Happened
from campctl.views.piloting import Lines
from campctl.views.terminal import Terminal

AT = datetime(2026, 10, 14, 0, 30, 5, tzinfo=UTC)
MOVED = Happened(
    at=AT, event="moved", level="info", message="help 4 to 6 seats: 9.5 calls a minute of 240 s, 3 waiting up to 31 s", data={"to": 6}
)
WRONG = Happened(at=AT, event="not-applied", level="error", message="local does not answer\x1b[2J.")


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


class Closed(io.StringIO):
    def write(self, _: str) -> int:
        raise BrokenPipeError


def told(
    *events: Happened, kind: type[io.StringIO] = io.StringIO, as_json: bool = False, quiet: bool = False, **env: str
) -> tuple[str, str]:
    """What is on stdout and stderr."""
    terminal = Terminal(io.StringIO(), kind(), kind(), env, width=60)
    terminal.quiet = quiet
    lines = Lines(terminal, "America/Chicago", json=as_json)
    for event in events:
        lines(event)
    return terminal.stdout.getvalue(), terminal.stderr.getvalue()  # type: ignore[attr-defined]


def test_in_a_log_each_is_a_line_with_its_day() -> None:
    """What goes well on stdout, what does not on stderr; harmless wherever it is read."""
    out, err = told(MOVED, WRONG)
    assert out == "2026-10-13 19:30:05 CDT moved            help 4 to 6 seats: 9.5 calls a minute of 240 s, 3 waiting up to 31 s\n"
    assert err.startswith("2026-10-13 19:30:05 CDT not-applied      local does not answer")
    assert "\x1b" not in err
    assert err.count("\n") == 1


def test_on_a_terminal_they_are_wrapped_beside_the_time() -> None:
    """The day is known there; errors stand out, unless colours are not wanted."""
    out, err = told(MOVED, WRONG, kind=Tty)
    assert out.split("\n") == [
        "19:30:05 moved            help 4 to 6 seats: 9.5 calls a",
        "                          minute of 240 s, 3 waiting up to",
        "                          31 s",
        "",
    ]
    assert err.startswith("\x1b[1;31m19:30:05 not-applied")
    assert "\x1b" not in told(WRONG, kind=Tty, NO_COLOR="1")[1]


def test_quiet_leaves_only_what_is_wrong() -> None:
    """On a terminal, in a log, and as JSON."""
    assert told(MOVED, quiet=True) == ("", "")
    assert told(MOVED, WRONG, quiet=True)[1] != ""


def test_as_json_all_are_lines_on_stdout() -> None:
    """With the version and the kind, whatever their level."""
    out, err = told(MOVED, WRONG, as_json=True)
    assert err == ""
    first, second = (json.loads(line) for line in out.splitlines())
    assert first == {
        "campctl": 1, "kind": "autopilot-event", "at": "2026-10-14T00:30:05Z", "event": "moved", "level": "info",
        "message": MOVED.message, "data": {"to": 6},
    }  # fmt: skip
    assert second["level"] == "error"


@pytest.mark.parametrize("as_json", [False, True])
def test_a_reader_that_went_away_is_no_reason_to_end(as_json: bool) -> None:
    """Nothing is raised, now or later."""
    told(MOVED, WRONG, MOVED, kind=Closed, as_json=as_json)
