"""A snapshot and lines of events as people see them, as files: on wide and narrow terminals, in a pipe, as CSV.

CAMPCTL_UPDATE_GOLDEN=1 writes the files anew; look at the diff before committing it.
"""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from campctl.app.picture import AlertLine, DeskCell, HotlineLine, OfficeLine, Picture
from campctl.app.status import Checked, Status
from campctl.app.watcher import Notice
from campctl.live.board import BackendBoard, Emergency
from campctl.model.live import Event
from campctl.model.resources import Key
from campctl.views.events import json_line, words_line
from campctl.views.show import show
from campctl.views.style import Style
from campctl.views.terminal import Terminal

HERE = Path(__file__).parent
NOW = datetime(2026, 11, 3, 18, 0, 5, tzinfo=UTC)


class Tty(io.StringIO):
    def isatty(self) -> bool:
        return True


def drawn(result: Any, *, width: int | None = None, **style: Any) -> str:
    """stdout, then stderr under a rule."""
    kind = io.StringIO if width is None else Tty
    terminal = Terminal(kind(), kind(), kind(), {"NO_COLOR": "1"}, width=width)
    show(result, Style(time_zone="America/Chicago", **style), terminal)
    words = terminal.stderr.getvalue()  # type: ignore[attr-defined]
    return terminal.stdout.getvalue() + (f"--- stderr\n{words}" if words else "")  # type: ignore[attr-defined]


def hotline(id_: str, **more: Any) -> HotlineLine:
    plain: dict[str, Any] = {
        "name": id_.title(),
        "backend": "pbx",
        "open": True,
        "waiting": 0,
        "longest_wait": 0.0,
        "level_now": None,
        "level_today": None,
        "target": 0.8,
        "answered": 0,
        "abandoned": 0,
        "free": 0,
        "ringing": 0,
        "busy": 0,
        "paused": 0,
        "wrap_up": 0,
        "gone": 0,
        "seated": 0,
        "desired": 0,
        "asked": None,
        "whence": "",
        "minutes": (),
        "stale": False,
    }
    return HotlineLine(id=id_, **{**plain, **more})


HOTLINES = (
    hotline(
        "voter-protection",
        waiting=31,
        longest_wait=252.0,
        level_now=0.61,
        level_today=0.84,
        answered=12_345,
        abandoned=678,
        free=0,
        ringing=3,
        busy=34,
        paused=2,
        wrap_up=1,
        seated=40,
        desired=45,
        asked=58,
        minutes=tuple(range(60)),
        since=NOW - timedelta(hours=12),
    ),
    hotline("main", open=False, diverted="hotline/voter-protection", free=4, gone=1, seated=5, desired=5, since=NOW - timedelta(days=3)),
    hotline(
        "spanish",
        backend="old",
        stale=True,
        since=NOW - timedelta(hours=2),
        waiting=2,
        longest_wait=4000.0,
        level_today=1.0,
        answered=9,
        seated=3,
        desired=2,
    ),
)
OFFICES = (
    OfficeLine(
        id="chicago-hq",
        name="Chicago headquarters",
        backend="pbx",
        time_zone="America/Chicago",
        desks=tuple(
            DeskCell(id=f"chicago-hq/a{n}", office="chicago-hq", label=f"a{n}", extension=f"310{n}", state=state)
            for n, state in enumerate(("dark", "lit", "talking", "unreachable", "no-location", "paused"))  # type: ignore[arg-type]
        ),
        people=30,
        registered=28,
        calls=12,
        silent=False,
        evacuated=False,
    ),
    OfficeLine(
        id="phoenix",
        name="Phoenix",
        backend="old",
        time_zone="America/Phoenix",
        desks=(),
        people=3,
        registered=0,
        calls=0,
        silent=True,
        evacuated=True,
    ),
)
FULL = Status(
    picture=Picture(
        at=NOW,
        version=7,
        campaign="Everyone \x1b[2J 2026",
        time_zone="America/Chicago",
        backends=(
            BackendBoard(name="pbx", health="live", heard=NOW, calls=1042),
            BackendBoard(name="old", health="lost", heard=NOW - timedelta(minutes=3), why="old was not reached: connection refused."),
            BackendBoard(name="cloud", health="stale", heard=NOW - timedelta(seconds=45), why="nothing was heard for 30 s"),
        ),
        hotlines=HOTLINES,
        offices=OFFICES,
        people=(),
        activity=(),
        alerts=(
            AlertLine(
                rule="waiting",
                severity="critical",
                subject="hotline/voter-protection",
                words="31 wait (more than 20).",
                since=NOW,
                acknowledged="tess",
            ),
        ),
        emergencies=(
            Emergency(at=NOW, backend="pbx", line="user/ann.lee", number="911", callback="+13125550111", location="chicago-hq/3"),
        ),
    ),
    checks=(
        Checked(check="hotline:main waiting<20", holds=True, found="hotline main waiting is 0"),
        Checked(check="hotline voter-protection service-level >= 90%", holds=False, found="hotline voter-protection service-level is 84%"),
        Checked(check="hotline spanish free > 0", holds=None, found="hotline spanish free is not known"),
    ),
)
QUIET = Status(
    picture=Picture(
        at=NOW,
        version=1,
        campaign="Quiet",
        time_zone="America/Chicago",
        backends=(BackendBoard(name="pbx", health="live", heard=NOW),),
        hotlines=(hotline("main", seated=1, desired=1, free=1, since=NOW - timedelta(hours=1)),),
        offices=(),
        people=(),
        activity=(),
        alerts=(),
    )
)
HEARD = (
    Notice(at=NOW, backend="pbx", type="live"),
    Event(at=NOW, backend="pbx", type="call-queued", key=Key("queue", "main"), data={"call": "c1", "caller": "+12175550100", "waiting": 3}),
    Event(at=NOW, backend="pbx", type="call-queued", key=Key("queue", "main"), data={"call": "c2", "caller": "\x1b]0;x\x07", "waiting": 4}),
    Event(
        at=NOW, backend="pbx", type="call-answered", key=Key("queue", "main"), data={"call": "c1", "line": "user/ann.lee", "waited": 4.5}
    ),
    Event(at=NOW, backend="pbx", type="call-abandoned", key=Key("queue", "main"), data={"call": "c2", "waited": 30.0, "why": "timeout"}),
    Event(at=NOW, backend="pbx", type="call-ended", key=Key("queue", "main"), data={"call": "c1", "line": "user/ann.lee", "talked": 181.0}),
    Event(at=NOW, backend="pbx", type="agent-state", key=Key("member", "main/user/ann.lee"), data={"state": "paused", "reason": "lunch"}),
    Event(at=NOW, backend="pbx", type="line-state", key=Key("line", "port/hq/a001"), data={"state": "gone"}),
    Event(
        at=NOW,
        backend="pbx",
        type="emergency-call",
        key=Key("line", "user/ann.lee"),
        data={"call": "c3", "number": "911", "callback": "+13125550111", "location": "hq/3"},
    ),
    Event(at=NOW, backend="pbx", type="call-answered", key=Key("queue", "main"), data={"waited": "long"}),
    Event(at=NOW, backend="pbx", type="gap", data={"why": "whoever listens was too slow"}),
    Notice(at=NOW, backend="pbx", type="missed", why="over 20,000 events a second"),
    Notice(at=NOW, backend="pbx", type="lost", why="pbx was not reached"),
    Notice(at=NOW, backend="pbx", type="back"),
)
CASES = {
    "status-180.txt": drawn(FULL, width=180),
    "status-100.txt": drawn(FULL, width=100),
    "status-80.txt": drawn(FULL, width=80),
    "status-40.txt": drawn(FULL, width=40),
    "status-pipe.txt": drawn(FULL),
    "status-quiet.txt": drawn(QUIET, width=100),
    "status.csv": drawn(FULL, format="csv").replace("\r\n", "\n"),
    "events.txt": "".join(words_line(one, ZoneInfo("America/Chicago")) for one in HEARD),
    "events.jsonl": "".join(json_line(one) for one in HEARD),
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    """What is drawn is what the file says."""
    path = HERE / name
    if os.environ.get("CAMPCTL_UPDATE_GOLDEN"):
        path.write_text(CASES[name], encoding="utf-8")
    assert CASES[name] == path.read_text(encoding="utf-8")


def test_no_file_is_left_over() -> None:
    """Every golden file belongs to a case."""
    assert {path.name for path in HERE.iterdir() if path.suffix in {".txt", ".csv", ".jsonl"}} == set(CASES)
