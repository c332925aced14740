"""Two admins on two machines with one store on PostgreSQL follow the same run of a runbook."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from campctl.errors import Exit
from servers.postgres import Place

from .test_shared_store import Admin, admins, as_just_heard, grow_old, secret_env  # noqa: F401 - fixtures

pytestmark = pytest.mark.live

BOOK = """\
name: Tonight
roles: { shift-lead: [bo] }
steps:
  - { id: told, confirm: "Is the news desk told?", role: shift-lead }
  - { id: last, shell: "echo done >> log" }
"""


def told(admin: Admin) -> dict[str, Any]:
    """The run as this admin sees it; empty while there is none."""
    status = admin.do("runbook", "status", "-o", "json")
    return dict(status.data) if status.out and status.json["data"] else {}


def wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not what():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.2)


def test_two_machines_follow_one_run(admins: Callable[..., tuple[Admin, Admin]], postgres: Place, processes: list[Any]) -> None:  # noqa: F811
    """What one machine runs the other sees and confirms; it cannot run it as well, until the first is silent for long enough."""
    ann, bo = admins()
    for admin in (ann, bo):
        (admin.root / "runbooks").mkdir()
        (admin.root / "runbooks/tonight.yaml").write_text(BOOK)
    ann.do("apply", "--yes").ok()
    first = ann.start("runbook", "run", "tonight")
    processes.append(first)
    wait_for(lambda: told(bo).get("turn") == "told" and told(bo)["followed_by"])
    seen = told(bo)
    assert seen["followed_by"] == "ann on hq-1.example.org"
    status, words = bo.run("runbook", "resume", seen["run"]["id"])
    assert status == Exit.LOCKED, words
    follower = bo.start("runbook", "status", "--follow", "--events")
    processes.append(follower)
    bo.do("runbook", "confirm", seen["run"]["id"], "told", "--as", "shift-lead").ok()
    first.communicate(timeout=120)
    assert first.returncode == 0
    lines = [json.loads(line) for line in follower.communicate(timeout=120)[0].splitlines()]
    assert [(line["step"], line["state"], line["who"]) for line in lines if line["state"] == "done"] == [
        ("told", "done", "bo"),
        ("last", "done", "ann"),
    ]
    assert (ann.root / "log").read_text() == "done\n"
    assert not (bo.root / "log").exists()


def test_another_machine_goes_on_when_one_dies(admins: Callable[..., tuple[Admin, Admin]], postgres: Place, processes: list[Any]) -> None:  # noqa: F811
    """A machine that died holds its run for half a minute; then another goes on with it."""
    ann, bo = admins()
    for admin in (ann, bo):
        (admin.root / "runbooks").mkdir()
        (admin.root / "runbooks/tonight.yaml").write_text(BOOK)
    ann.do("apply", "--yes").ok()
    first = ann.start("runbook", "run", "tonight")
    processes.append(first)
    wait_for(lambda: told(bo).get("turn") == "told" and told(bo)["followed_by"])
    first.kill()
    first.wait()
    as_just_heard(postgres, "book_followers")
    assert bo.run("runbook", "resume")[0] == Exit.LOCKED  # another machine's process: nobody here can see that it is dead
    grow_old(postgres, 31, "book_followers")
    assert told(bo)["run"]["status"] == "interrupted"
    second = bo.start("runbook", "resume")
    processes.append(second)
    wait_for(lambda: told(ann)["followed_by"] == "bo on field-7.example.org")
    bo.do("runbook", "confirm", told(ann)["run"]["id"], "--as", "shift-lead").ok()
    second.communicate(timeout=120)
    assert second.returncode == 0
    assert (bo.root / "log").read_text() == "done\n"
