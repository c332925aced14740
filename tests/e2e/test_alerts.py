"""Alerts and metrics as their user has them: real processes, a real receiver, a real exchange that breaks."""

from __future__ import annotations

import json
import os
import re
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from servers.receivers import Receiver, hangs_until, receiver, statuses

from . import seasons  # type: ignore[attr-defined]
from .conftest import Camp  # type: ignore[import-not-found]

LOST = "alerts: { backend-lost: { when: backend-lost, severity: critical, clear_after: 0s } }\n"
EMERGENCY = {"do": "emergency", "line": "user/ella.brooks", "number": "911"}
SECRETS = {"CAMPCTL_NOTIFY_WAR_ROOM_SIGNING": "made-up", "CAMPCTL_NOTIFY_STUCK_SIGNING": "made-up"}


@contextmanager
def process(camp: Any, *argv: str, **env: str) -> Iterator[subprocess.Popen[str]]:
    """`campctl` at work in the campaign; it is gone at the end, however the test ends."""
    child = camp.start(*argv, env={**SECRETS, **env})
    late = threading.Timer(600, child.kill)  # what is waited for below then ends, too
    late.start()
    try:
        yield child
    finally:
        late.cancel()
        if child.poll() is None:
            child.kill()
        child.communicate(timeout=120)


@contextmanager
def notifications() -> Iterator[tuple[str, Callable[[str], set[str]]]]:
    """systemd's side of sd_notify: where it listens, and all that was said up to a word."""
    name = f"campctl-tests-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as there:
        there.bind(f"\0{name}")
        there.settimeout(120)

        def heard(last: str) -> set[str]:
            said = {there.recv(4096).decode()}
            while last not in said:
                said.add(there.recv(4096).decode())
            return said

        yield f"@{name}", heard


def end(child: subprocess.Popen[str], number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Send a signal; status and the rest of what it said."""
    child.send_signal(number)
    out, err = child.communicate(timeout=120)
    return child.returncode, out, err


def told(camp: Any, *receivers: str) -> None:
    """Write `notify` into the campaign: name to what it is, in YAML."""
    path = camp.root / "campaign.yaml"
    lines = "".join(f"    {one}\n" for one in receivers)
    path.write_text(path.read_text().replace("  policy:\n", f"  notify:\n{lines}  policy:\n", 1))


def wait_for(there: Receiver, count: int) -> None:
    """Until so many requests have come."""
    with there.changed:
        assert there.changed.wait_for(lambda: len(there.received) >= count, timeout=120)


def paged(camp: Any) -> int:
    """How many alerts the pager was told of."""
    pages = camp.root / "pages"
    return pages.read_text().count("alert.raised") if pages.exists() else 0


def line(child: subprocess.Popen[str], **wanted: Any) -> dict[str, Any]:
    """The next line of JSON with these values."""
    assert child.stdout is not None
    for text in child.stdout:
        found: dict[str, Any] = json.loads(text)
        if all(found.get(name) == value for name, value in wanted.items()):
            return found
    raise AssertionError(wanted)


def watching(child: subprocess.Popen[str]) -> None:
    """Until it has looked for the first time."""
    assert "emergency-call" in line(child, kind="watching")["rules"]


def test_an_emergency_call_from_the_exchange_to_the_phone_that_rings(camp: Any) -> None:
    """Raised and told at once beside a receiver that hangs; acknowledged by somebody else, it is over; audited; a clean end.

    systemd hears when it watches, that it lives and that it stops.
    """
    let_go = threading.Event()
    with receiver(statuses(500, 200)) as there, receiver(hangs_until(let_go)) as stuck, notifications() as (place, heard):
        told(
            camp, f'war-room: {{ webhook: "{there.url}" }}', f'stuck: {{ webhook: "{stuck.url}" }}', "pager: { command: [tee, -a, pages] }"
        )
        with process(camp, "alert", "run", "-o", "json", NOTIFY_SOCKET=place, WATCHDOG_USEC="60000000") as child:
            watching(child)
            assert heard("READY=1") == {"READY=1", "STATUS=Watching by 3 rules; telling war-room, stuck and pager.", "WATCHDOG=1"}
            camp.poke(EMERGENCY)
            raised = line(child, kind="raised")
            assert raised["alert"]["rule"] == "emergency-call"
            assert raised["emergency"]["who"] == "Ella Brooks (extension 3005)"
            assert "1 Example Plaza, Chicago, IL 60601" in raised["emergency"]["where"]
            assert raised["emergency"]["callback"].startswith("+1")
            assert line(child, kind="told", receiver="pager")["ok"]
            wait_for(there, 2)
            assert len({got.headers["webhook-id"] for got in there.received}) == 1
            listed = camp.do("alert", "list", "-o", "json", env=SECRETS).ok().data["listings"][0]["rows"]
            assert [(row["state"], row["id"]) for row in listed] == [("raised", raised["alert"]["id"])]
            camp.do("alert", "ack", raised["alert"]["id"][:5]).ok()
            cleared = line(child, kind="cleared")
            assert cleared["alert"]["acknowledged"] == "tess"
            let_go.set()
            status, _, err = end(child)
            assert (status, err) == (0, "")
            assert "READY=1" not in heard("STOPPING=1")
    pages = (camp.root / "pages").read_text()
    assert pages.count('"alert.raised"') == pages.count('"alert.cleared"') == 1
    audit = [entry["what"] for entry in camp.do("audit", "log", "-o", "json").ok().data["entries"]]
    id_ = raised["alert"]["id"]
    assert f"alert {id_} emergency-call: board" in audit
    assert f"alert {id_} emergency-call: pager" in audit
    assert any(what.startswith(f"alert ack {id_}") for what in audit)


def test_a_full_disk_and_a_reader_that_went_away(camp: Any, tmp_path: Path, processes: list[Any], until: Any) -> None:
    """Lines that cannot be written stop nobody from being told; without a reader it ends, as any command in a pipe, after telling."""
    told(camp, "pager: { command: [tee, -a, pages] }")
    other = Camp(shutil.copytree(camp.root, tmp_path / "other"))  # both at the same time: each takes its seconds to begin to listen
    shell = f"exec {shlex.join([sys.executable, *seasons.program()])} alert run > /dev/full"
    full = subprocess.Popen(["/bin/sh", "-c", shell], cwd=other.root, env={**os.environ, **SECRETS}, stderr=subprocess.PIPE, text=True)
    processes.append(full)
    with process(camp, "alert", "run", "-o", "json") as one:
        watching(one)
        assert full.stderr is not None
        assert full.stderr.readline().startswith("Watching")
        assert one.stdout is not None
        one.stdout.close()
        camp.poke(EMERGENCY)
        assert one.wait(timeout=120) == 141
        assert one.stderr is not None
        assert one.stderr.read() == ""
    assert paged(camp) == 1
    other.poke(EMERGENCY)
    until(lambda: paged(other), full)
    status, _, said = end(full)
    assert status == 0
    assert "People are told of alerts all the same." in said


def test_two_watch_and_one_tells(camp: Any, until: Any) -> None:
    """A second `alert run` beside the first is a second pair of eyes, not a second call; killed, the other goes on."""
    told(camp, "pager: { command: [tee, -a, pages] }")
    (camp.root / "alerts.yaml").write_text(LOST)
    camp.faults(down=True)
    with process(camp, "alert", "run", "-o", "json") as one, process(camp, "alert", "run", "-o", "json") as two:
        line(one, kind="watching")
        line(two, kind="watching")
        until(lambda: paged(camp), two)
        # Who is killed before it wrote down that it told is followed by another call, in time: there shall be none between these.
        two.send_signal(signal.SIGSTOP)
        one.kill()
        two.send_signal(signal.SIGINT)
        two.send_signal(signal.SIGCONT)
        out, _ = two.communicate(timeout=120)
        assert two.returncode == 130
        assert paged(camp) == 1
        assert {json.loads(text)["kind"] for text in out.splitlines()} <= {"raised", "told"}


def test_a_backend_that_is_lost_and_comes_back(camp: Any) -> None:
    """Raised though nobody ever heard of it; what is shown may be old, and it says so; over when it answers again."""
    (camp.root / "alerts.yaml").write_text(LOST)
    camp.faults(down=True)
    with process(camp, "alert", "run", "-o", "json") as child:
        raised = line(child, kind="raised")
        assert raised["alert"]["subject"] == "backend/local"
        assert "What is shown of it may be old." in raised["alert"]["words"]
        camp.faults()
        assert line(child, kind="cleared")["alert"]["id"] == raised["alert"]["id"]
        assert end(child)[0] == 0


def test_a_test_reaches_those_it_names(camp: Any) -> None:
    """Marked as a test; one that fails makes it end in 8 and says why; unknown names are near something."""
    with receiver(statuses(204)) as there:
        told(camp, f'war-room: {{ webhook: "{there.url}" }}', 'broken: { command: [sh, -c, "echo no paper >&2; exit 3"] }')
        done = camp.do("alert", "test", "nobody-free", "-o", "json", env=SECRETS)
        assert done.status == 8
        assert {row["receiver"]: row["what"] for row in done.data["rows"]} == {
            "war-room": "told (answered 204)", "broken": "sh ended in 3: no paper",
        }  # fmt: skip
        camp.do("alert", "test", "nobody-free", "--to", "war-room", env=SECRETS).ok()
    for got in there.received:
        body = json.loads(got.body)
        assert (body["type"], body["data"]["test"]) == ("alert.test", True)
        assert "TEST, nothing is wrong" in body["text"]
    assert "Did you mean `war-room`?" in camp.do("alert", "test", "nobody-free", "--to", "warroom").err
    assert camp.do("alert", "ack", "nothing").status == 11


def test_a_secret_that_is_missing_is_said_before_the_day(camp: Any) -> None:
    """`alert run` does not begin to watch for somebody it cannot tell."""
    told(camp, "war-room: { webhook: https://hooks.example.org/ }", "chat: { webhook: secret }")
    done = camp.run("alert", "run", "--for", "1s")
    assert done.status == 15
    assert "`signing` of war-room, `url` of chat and `signing` of chat" in done.err
    assert "campctl alert login chat" in done.err
    assert "NOWHERE" in camp.do("alert", "list", "-o", "plain").ok().out


def test_a_scrape_of_a_live_exchange(camp: Any) -> None:
    """The exporter as a service: it says where it listens, counts events, ends well on SIGTERM, and leaves no secret or person in it."""
    with process(camp, "exporter", "--listen", "127.0.0.1:0") as child:
        assert child.stderr is not None
        address = re.search(r"http://127\.0\.0\.1:\d+/metrics", child.stderr.readline())
        assert address is not None
        wanted = re.compile(r'alerts_raised\{rule="emergency-call",severity="critical"\} [1-9]')
        made: list[str] = []
        while True:  # until it is killed for being late
            with urllib.request.urlopen(address[0], timeout=120) as answer:
                page = answer.read().decode()
            if wanted.search(page) and "campctl_overrides_overdue" in page:
                break
            before, made = made, re.findall(r"^campctl_picture_timestamp_seconds .*", page, re.MULTILINE)
            if made and made != before:
                camp.poke(EMERGENCY)  # one placed before it listens is not heard
        assert 'campctl_backend_events_total{backend="local",type="emergency-call"}' in page
        assert 'campctl_hotline_seats_seated{hotline="main"} 2.0' in page
        assert 'campctl_last_run_status{status="done"} 1.0' in page
        assert not re.search(r"ella|brooks|\+1\d{10}", page, re.IGNORECASE)
        status, out, err = end(child)
        assert (status, out, err) == (0, "", "")


@pytest.mark.parametrize(("argv", "status", "words"), [
    (("--listen", "0.0.0.0:0"), 2, "lets other machines ask"),
    (("--listen", "nowhere"), 2, "no address to listen on"),
    (("-o", "json"), 2, "The exporter has no json"),
])  # fmt: skip
def test_what_the_exporter_refuses(camp: Any, argv: tuple[str, ...], status: int, words: str) -> None:
    """In a sentence, before it listens."""
    done = camp.do("exporter", *argv)
    assert done.status == status
    assert words in done.err + done.out


def test_metrics_once(camp: Any) -> None:
    """`--once` prints what a scrape would, of one look; with an exchange that is down, too."""
    assert 'campctl_backend_up{backend="local"} 1.0' in camp.do("exporter", "--once").ok().out
    camp.faults(down=True)
    page = camp.do("exporter", "--once").ok().out
    assert 'campctl_backend_up{backend="local"} 0.0' in page
    assert 'campctl_hotline_stale{hotline="main"} 1.0' in page
