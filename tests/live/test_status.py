"""`status`, `watch` and pauses on a real Asterisk, while calls are made."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from typing import Any

import pytest

from live.conftest import Camp, People
from servers.sipp import Phone, until

pytestmark = pytest.mark.live


class Lines:
    """What a `watch` prints, read by a thread."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.heard: list[dict[str, Any]] = []
        self._thread = threading.Thread(target=self._read, args=(process,), daemon=True)
        self._thread.start()

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        for line in process.stdout:
            self.heard.append(json.loads(line))

    def wait(self, event: str, **fields: Any) -> dict[str, Any]:
        """The first line of that kind."""

        def found() -> dict[str, Any] | None:
            return next((one for one in self.heard if one["event"] == event and fields.items() <= one.items()), None)

        line = until(found, lambda: f"{event} {fields} among {self.heard[-20:]}")
        assert line is not None
        return line


def help_(camp: Camp) -> dict[str, Any]:
    """The hotline's row of a snapshot."""
    data = camp.do("status", "hotline/help", "--timeout", "60", "-o", "json").ok().data
    row: dict[str, Any] = data["picture"]["hotlines"][0]
    return row


def test_a_call_as_a_snapshot_and_as_lines(camp: Camp, people: People, processes: list[subprocess.Popen[str]]) -> None:
    """A caller waits, is answered and leaves: each stage in `status`, whose checks follow it; each event is a line of `watch`, or a gap."""
    process = camp.start("watch", "--hotline", "help")
    processes.append(process)
    lines = Lines(process)
    lines.wait("live")
    (ann,) = people.here("user/ann.lee")
    ann.rings()
    until(lambda: help_(camp)["free"] == 1, "a free agent")

    def queued() -> bool:  # whoever begins to listen hears of what comes after that
        return any(line["event"] == "agent-state" for line in lines.heard)

    until(queued, "the agent as a line")
    for calls in (1, 2, 3):
        try:
            _one_call(camp, people, ann, lines, calls)
            break
        except AssertionError:
            # On a machine that is busy with others the way to Asterisk may be lost for a moment; that is said, and the next call is whole.
            if calls == 3 or not {"lost", "gap", "missed"} & {line["event"] for line in lines.heard}:
                raise
        lines.heard.clear()
        until(lambda: help_(camp)["busy"] == 0, "the end of the call")
    drawn = camp.do("status").ok().out
    assert "live  pbx" in drawn
    ann.gone()


def _one_call(camp: Camp, people: People, ann: Phone, lines: Lines, calls: int) -> None:
    """It comes, is answered, and ends; `calls` have come with it."""
    call = people.carrier().call("+13125550190")
    until(lambda: help_(camp)["waiting"] == 1, "a waiting caller")
    assert camp.do("status", "--check", "hotline help waiting = 0").status == 18
    waiting = lines.wait("call-queued", hotline="help")
    ann.picks_up()
    answered = lines.wait("call-answered", hotline="help", line="user/ann.lee")
    assert answered["call"] == waiting["call"]
    camp.do("status", "--check", "hotline:help waiting<1 within 90s", "--check", "hotline help busy = 1 within 90s").ok()
    talked = time.monotonic() + 2  # in whole seconds at least one of them
    until(lambda: time.monotonic() > talked, "two seconds")
    call.hangs_up()
    ended = lines.wait("call-ended", call=waiting["call"])
    assert ended["talked"] >= 1
    until(lambda: help_(camp)["answered"] == calls and help_(camp)["busy"] == 0, "the end of the call")


def test_a_pause_is_seen_and_ends(camp: Camp, people: People) -> None:
    """Whoever is paused by an admin gets no call until unpaused; Asterisk itself says so, and no plan or drift does."""
    people.here("user/ann.lee")
    until(lambda: help_(camp)["free"] == 1, "a free agent")
    data = camp.do("user", "pause", "ann.lee", "--reason", "lunch", "-o", "json").ok().data
    assert "help" in data["data"]["queues"]
    until(lambda: help_(camp)["paused"] == 1, "the pause")
    assert "paused:lunch" in camp.server.cli("queue show help").replace("(", "").replace(")", "")
    camp.settled()
    camp.do("user", "unpause", "ann.lee").ok()
    until(lambda: help_(camp)["free"] == 1, "the end of the pause")


def test_an_asterisk_that_goes_and_comes(camp: Camp, processes: list[subprocess.Popen[str]]) -> None:
    """Killed while it is watched: a line says so, `status` says so and ends in 9; started again it is back by itself."""
    process = camp.start("watch")
    processes.append(process)
    lines = Lines(process)
    lines.wait("live")
    camp.server.kill()
    assert lines.wait("lost")["why"]
    result = camp.do("status", "--timeout", "60")
    assert result.status == 9
    assert "lost  pbx" in result.out
    camp.server.start()
    lines.wait("back")
    until(lambda: camp.do("status").status == 0, "an exchange that answers")


def test_two_exchanges_side_by_side(camp: Camp, people: People, processes: list[subprocess.Popen[str]]) -> None:
    """A real Asterisk and the embedded exchange in one campaign: one snapshot, one watch; one that dies leaves the other as it is."""
    camp.edit("    pbx: { type: asterisk", "    local: { type: sim }\n    pbx: { type: asterisk")
    camp.edit("  field:\n    name: Field office\n", "  field:\n    name: Field office\n    backend: local\n")
    camp.apply("--allow-deletes", "--reason", "two exchanges")
    process = camp.start("watch")
    processes.append(process)
    lines = Lines(process)
    for name in ("local", "pbx"):
        lines.wait("live", backend=name)
    people.here("user/ann.lee")
    lines.wait("line-state", backend="pbx", line="user/ann.lee", state="registered")
    camp.do("backend", "poke", "local", json.dumps({"do": "emergency", "line": "user/cy.stone"})).ok()
    assert lines.wait("emergency-call", backend="local")["line"] == "user/cy.stone"
    camp.do("status", "--check", "backend local reachable and backend pbx reachable within 90s").ok()
    camp.server.kill()
    lines.wait("lost", backend="pbx")
    result = camp.do("status", "--timeout", "60")
    assert result.status == 9
    assert "live  local" in result.out
    assert "lost  pbx" in result.out
    camp.do("status", "backend/local").ok()
