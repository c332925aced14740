"""Two admins at once: one waits or hears who is at work; the lock of the dead is free; clocks may jump."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from typing import Any

import pytest

from campctl.app import applying
from campctl.app.applying import apply
from campctl.app.context import Context, open_campaign
from campctl.app.desks import Seating, dark, light
from campctl.app.diverting import fail_over
from campctl.app.hotlines import scale
from campctl.app.how import How
from campctl.app.results import Applied
from campctl.errors import InvalidManifest, StalePlan

SINGLE = {"batch": "1", "concurrency": "1"}


@pytest.fixture
def busy(make, processes, until) -> Any:
    """A campaign on which another process applies just now, and goes on once it is let go."""
    camp = make(apply=False, **SINGLE)
    camp.process = camp.start("apply", "--yes", env={"CAMPCTL_USER": "rosa"}, hold=1)
    processes.append(camp.process)
    until(lambda: camp.held_up, camp.process)
    return camp


def ends_well(busy: Any) -> None:
    """The other process is let go, and does the rest."""
    busy.let_go()
    _, err = busy.process.communicate(timeout=120)
    assert busy.process.returncode == 0, err


def test_the_second_hears_who_is_at_work(busy) -> None:
    """Exit 7 with who, where, since when and doing what; looking is still possible."""
    refused = busy.run("port", "light", "hq/a001", "--yes", "-o", "json")
    assert refused.status == 7
    (error,) = refused.json["errors"]
    assert error["code"] == "locked"
    for word in ("rosa", str(busy.process.pid), "campctl apply --yes", "UTC"):
        assert word in error["message"]
    assert "Wait" in error["hint"]
    assert busy.do("plan").status == 0
    assert busy.do("override", "list", "-o", "json").data["overrides"] == []
    ends_well(busy)
    busy.settled()


def test_the_second_can_wait(busy, processes) -> None:
    """--wait-for-lock takes its turn once the first has ended."""
    waits = busy.start("port", "light", "hq/a001", "--yes", "--wait-for-lock", "120")
    processes.append(waits)
    busy.do("plan").ok()
    assert waits.poll() is None
    ends_well(busy)
    out, err = waits.communicate(timeout=120)
    assert waits.returncode == 0, err
    assert "Light desk a001" in out
    rows = busy.do("history", "-o", "json").data["rows"]
    assert [row["status"] for row in rows] == ["done", "done"]
    busy.settled()


def test_the_lock_of_the_dead_is_free_at_once(busy) -> None:
    """A holder killed with `kill -9` holds up nobody."""
    busy.process.kill()
    busy.process.communicate()
    busy.do("apply", "--yes").ok()
    busy.settled()


def test_the_lock_of_the_stopped_is_not_taken(busy) -> None:
    """A holder that only sleeps (a laptop's lid) is not robbed; it goes on and ends well."""
    os.kill(busy.process.pid, signal.SIGSTOP)
    try:
        assert busy.do("apply", "--yes").status == 7
    finally:
        os.kill(busy.process.pid, signal.SIGCONT)
    ends_well(busy)
    busy.settled()


def test_many_at_once(make) -> None:
    """Six processes light six desks at the same moment, each waiting for its turn: all six are lit, each by its own run."""
    camp = make()
    started = [camp.start("port", "light", f"hq/a00{n}", "--yes", "--wait-for-lock", "120") for n in range(1, 7)]
    ended = [process.communicate(timeout=180) for process in started]
    assert [process.returncode for process in started] == [0] * 6, ended
    assert all(camp.line(f"port/hq/a00{n}").enabled for n in range(1, 7))
    assert len(camp.do("override", "list", "-o", "json").data["overrides"]) == 6
    camp.settled()


def test_looking_while_another_writes(busy) -> None:
    """Plan, drift, history and lists work while a run is under way; none of them waits or fails."""
    for argv in (["plan"], ["drift"], ["history"], ["user", "list"], ["hotline"], ["audit"], ["backend", "check"]):
        busy.do(*argv, "-o", "json").ok()
    assert busy.process.poll() is None
    ends_well(busy)
    busy.settled()


def test_the_clock_is_set_back(make, clock) -> None:
    """An hour back between two runs: the second applies, history keeps their order, the audit log verifies."""
    camp = make()
    first = camp.do("history", "-o", "json").data["rows"][0]["run"]
    clock.set_back(3600)
    camp.do("port", "light", "hq/a001", "--until", "+2h", "--yes").ok()
    rows = [row["run"] for row in camp.do("history", "-o", "json").data["rows"]]
    assert rows[-1] == first
    assert len(set(rows)) == 2
    assert rows[0] < rows[1]  # ids say the clock's time, the list the true order
    camp.do("audit", "verify").ok()
    assert camp.line("port/hq/a001").enabled
    camp.settled()


def test_the_clock_jumps_while_a_run_is_open(make, clock, processes, until) -> None:
    """A killed run, then a clock a day back: its lock and its journal do not stand in the way."""
    camp = make(apply=False, **SINGLE)
    process = camp.start("apply", "--yes", hold=2)
    processes.append(process)
    until(lambda: camp.held_up, process)
    process.kill()
    process.communicate()
    clock.set_back(86400)
    camp.do("apply", "--yes").ok()
    camp.settled()


def of(camp: Any) -> Context:
    """A command that has read the manifests, and is about to ask for its turn."""
    ctx = open_campaign(camp.root, environ={}, command="campctl apply", who="rosa")
    assert ctx.campaign
    return ctx


def test_an_apply_that_began_before_somebody_was_added(make) -> None:
    """It goes by what is written once its turn comes, and so takes away no phone of which it had not read."""
    camp = make()
    with closing(of(camp)) as ctx:
        camp.do("user", "provision", "new.here", "--name", "New Here", "--office", "hq", "--yes").ok()
        done = asyncio.run(apply(ctx, How()))
    assert isinstance(done, Applied)
    assert done.plan.empty
    assert camp.line("user/new.here").enabled
    camp.settled()


def test_an_apply_whose_manifests_got_errors_meanwhile(make) -> None:
    """They are what it would go by, so it says what is wrong with them."""
    camp = make()
    with closing(of(camp)) as ctx:
        camp.edit("campaign.yaml", "name: Ann Lee, office: hq", "name: Ann Lee, office: moon")
        with pytest.raises(InvalidManifest):
            asyncio.run(apply(ctx, How()))


def test_a_verb_that_began_before_an_edit(make) -> None:
    """Who sits where was worked out from other manifests: refused, in words, and nothing is changed; what says the same is no edit."""
    camp = make()
    with closing(of(camp)) as ctx:
        text = camp.read("campaign.yaml")
        camp.edit("campaign.yaml", "# The boss.", "# The old boss.")
        with pytest.raises(StalePlan, match="changed by somebody else"):
            asyncio.run(light(ctx, How(), desks=["hq/a001"]))
        assert not camp.line("port/hq/a001").enabled
        (camp.root / "campaign.yaml").write_text(text)
        assert isinstance(asyncio.run(light(ctx, How(), desks=["hq/a001"])), Applied)
    assert camp.line("port/hq/a001").enabled
    camp.settled()


@pytest.fixture
def after(monkeypatch) -> Callable[[Callable[[], Any]], None]:
    """The next command has to wait for its turn, and meanwhile somebody else does something."""
    usual = applying.locked

    def call(other: Callable[[], Any]) -> None:
        @asynccontextmanager
        async def late(*given: Any) -> AsyncIterator[Any]:
            monkeypatch.setattr(applying, "locked", usual)
            await asyncio.to_thread(other)
            async with usual(*given) as held:
                yield held

        monkeypatch.setattr(applying, "locked", late)

    return call


def seats(hotline: str, number: str) -> Callable[[Context], Any]:
    return lambda ctx: scale(ctx, How(), hotline=hotline, seats=number)


def lights(**what: Any) -> Callable[[Context], Any]:
    return lambda ctx: light(ctx, How(), **what)


@pytest.mark.parametrize(
    ("first", "second", "left"),
    [
        (lights(office="hq", any_=1), lights(office="hq", any_=1), ["hq/a001", "hq/a002"]),
        (lights(desks=["hq/a001"]), lights(desks=["hq/a001"], seating=Seating(volunteer="Sam")), ["hq/a001 Sam"]),
        (lights(desks=["hq/a001"]), lambda ctx: dark(ctx, How(), desks=["hq/a001"]), []),
        (seats("help", "4"), seats("help", "5"), ["help 5"]),
        (
            lambda ctx: fail_over(ctx, How(), hotline="help", to="user/bo.diaz"),
            lambda ctx: fail_over(ctx, How(), hotline="help", to="user/cy.stone"),
            ["help user/cy.stone"],
        ),
    ],
    ids=["any-desk", "the-same-desk", "light-and-dark", "as-many-seats", "failover"],
)
def test_what_is_replaced_is_seen_under_the_lock(make, after, first, second, left) -> None:
    """Of two at the same moment the second takes the place of what the first left, or another desk, as if it had begun after it."""
    camp = make()
    with closing(of(camp)) as one, closing(of(camp)) as other:
        after(lambda: asyncio.run(first(one)))
        asyncio.run(second(other))
        found = one.store().overrides()
    assert sorted(" ".join(map(str, filter(None, (item.subject, item.volunteer, item.seats, item.to)))) for item in found) == left
    camp.settled()


BAD_FILES = {
    "ports": "ports:\n  hq/a001: {until: soon}\n",
    "any": "- {any: 2, office: nowhere}\n",
    "twice": "- {desk: hq/a001}\n- {desk: hq/a001, volunteer: Sam}\n",
    "hotlines": "hotlines:\n  help: {seats: '4', until: soon}\n",
}


@pytest.mark.parametrize(
    ("verb", "status"),
    [
        ("port light hq/a001 --until soon", 2),
        ("port light --any 2", 2),
        ("port light --any 2 --office nowhere", 11),
        ("port light --any 1 --office hq --until 2001-01-01T00:00", 2),
        ("port seat hq/a001 --volunteer Sam --until soon", 2),
        ("port dark hq/a001 --until soon", 2),
        ("hotline failover help --to user/bo.diaz --until soon", 2),
        ("hotline scale help 4 --until soon", 2),
        ("port light -f ports", 2),
        ("port light -f any", 11),
        ("port light -f twice", 2),
        ("hotline scale -f hotlines", 2),
    ],
)
def test_what_is_wrong_in_itself_is_said_without_the_lock(make, verb, status) -> None:
    """A time that is none, or an office that is not there, is told at once: no turn is waited for, and no store is made."""
    camp = make(apply=False)
    words = verb.split()
    if "-f" in words:
        path = camp.root.parent / f"{words[-1]}.yaml"
        path.write_text(BAD_FILES[words[-1]])
        words[-1] = str(path)
    assert camp.do(*words, "--yes").status == status
    assert not (camp.root / ".campctl" / "store.db").exists()


def test_two_overrides_that_were_given_the_same_name(make, monkeypatch) -> None:
    """Names are short, so that people can type them: of those that come up twice the second gets another, and nothing is refused."""
    camp = make()
    usual, names = secrets.token_hex, iter(["aaaaaa", "aaaaaa", "bbbbbb", "aaaaaa", "aaaaaa", "cccccc"])
    monkeypatch.setattr(secrets, "token_hex", lambda count: next(names, usual(3)) if count == 3 else usual(count))
    with closing(of(camp)) as ctx:
        asyncio.run(light(ctx, How(), desks=["hq/a001", "hq/a002"]))
        asyncio.run(scale(ctx, How(), hotline="help", seats="4"))
        assert sorted(item.id for item in ctx.store().overrides()) == ["oaaaaaa", "obbbbbb", "occcccc"]
    camp.settled()
