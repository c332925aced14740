"""The store's contract for alerts: of one key at most one is open, on every implementation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from campctl.errors import NotFound
from campctl.model.alerts import Alert, Caller
from campctl.ports.store import Store
from campctl.store import open_store
from campctl.testing import FakeClock

NOW = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
Open = Callable[[], Store]


def postgres_url(request: pytest.FixtureRequest) -> str:
    """A schema of this module's own."""
    place = request.getfixturevalue("postgres")
    request.getfixturevalue("monkeypatch").setenv("PGPASSWORD", place.password)
    return f"{place.url}?schema=campctl_alerts"


IMPLEMENTATIONS = [pytest.param(lambda _request: "", id="sqlite"), pytest.param(postgres_url, id="postgresql", marks=pytest.mark.live)]


@pytest.fixture(params=IMPLEMENTATIONS)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Open]:
    """Opens the same store again and again, empty of alerts at first."""
    url = str(request.param(request))
    stores: list[Store] = []

    def again() -> Store:
        stores.append(open_store(tmp_path, url, clock=FakeClock(NOW, auto=False)))
        return stores[-1]

    again()._db.execute("DELETE FROM alerts")  # type: ignore[attr-defined]
    yield again
    for store in stores:
        store.close()


def alert(id_: str = "a1b2c3d4", key: str = "nobody-free hotline/main", **fields: object) -> Alert:
    """An alert; keywords say what is different about it."""
    made = Alert(
        id=id_,
        key=key,
        rule=key.partition(" ")[0],
        subject="hotline/main",
        severity="critical",
        words="Main: 5 callers wait and not one agent is free.",
        since=NOW - timedelta(seconds=20),
        raised=NOW,
        caller=Caller(who="Ann Lee", line="user/ann.lee", number="911", where="hq", callback="+13125550111", at=NOW),
    )
    return replace(made, **fields)


def test_of_one_key_one_is_open(opened: Open) -> None:
    """The second process that sees the same is given the first one's alert, and it comes back as it was."""
    one, other = opened(), opened()
    assert one.raise_alert(alert()) is None
    assert other.raise_alert(alert("ffffffff", words="the same, seen by another")) == alert()
    assert other.raise_alert(alert("eeeeeeee", key="nobody-free hotline/other")) is None
    assert [found.id for found in one.alerts()] == ["a1b2c3d4", "eeeeeeee"]


def test_what_is_over_may_be_raised_again(opened: Open) -> None:
    """Cleared once, by one of those who try; the next of its key is a new one, and the old one is still to be seen."""
    store = opened()
    store.raise_alert(alert())
    later = NOW + timedelta(minutes=1)
    assert store.clear_alert("a1b2c3d4", later)
    assert not opened().clear_alert("a1b2c3d4", later)
    assert not store.clear_alert("nothing", later)
    assert store.raise_alert(alert("bbbbbbbb")) is None
    assert [(found.id, found.cleared) for found in store.alerts(cleared=5)] == [("bbbbbbbb", None), ("a1b2c3d4", later)]


def test_an_emergency_call_is_raised_once(opened: Open) -> None:
    """Also when it is over already: another board that sees the call late tells of it no second time."""
    store = opened()
    call = alert(key="emergency-call line/user/ann.lee", once=True)
    assert store.raise_alert(call) is None
    store.clear_alert(call.id, NOW)
    found = opened().raise_alert(call)
    assert found is not None
    assert found.cleared == NOW
    assert store.alerts() == []


def test_the_first_who_acknowledges_stays(opened: Open) -> None:
    """By id or the beginning of one; unknown and ambiguous ones say so."""
    store = opened()
    store.raise_alert(alert("a1b2c3d4"))
    store.raise_alert(alert("a1ffffff", key="other"))
    assert store.acknowledge_alert("a1b", "bo", NOW).acknowledged == "bo"
    assert opened().acknowledge_alert("a1b2c3d4", "cy", NOW + timedelta(hours=1)).acknowledged == "bo"
    assert store.alerts()[0].acknowledged_at == NOW
    for unknown in ("a1", "", "zz"):
        with pytest.raises(NotFound):
            store.acknowledge_alert(unknown, "bo", NOW)


def test_what_came_of_telling_is_kept(opened: Open) -> None:
    """The last of each, also after it is over; of one not known it is forgotten."""
    store = opened()
    store.raise_alert(alert())
    store.note_telling("a1b2c3d4", "war-room", "failed: \udcff")
    store.clear_alert("a1b2c3d4", NOW)
    opened().note_telling("a1b2c3d4", "war-room", "told")
    store.note_telling("nothing", "war-room", "told")
    assert store.alerts(cleared=1)[0].told == {"war-room": "told"}
    assert store.alerts() == []


def test_of_many_at_once_one_is_new(opened: Open) -> None:
    """Four that raise the same at the same moment: one is told that it is new."""
    stores = [opened() for _ in range(4)]
    new: list[bool] = []
    barrier = threading.Barrier(len(stores))

    def work(index: int, store: Store) -> None:
        barrier.wait()
        new.append(store.raise_alert(alert(f"{index:08x}")) is None)

    threads = [threading.Thread(target=work, args=item) for item in enumerate(stores)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(new) == [False, False, False, True]
    assert len(stores[0].alerts()) == 1


def test_what_is_over_does_not_pile_up(opened: Open) -> None:
    """Of thousands that came and went, the newest hundreds are kept; the open ones always."""
    store = opened()
    store.raise_alert(alert("00000000", key="open"))
    with store._db.transaction():  # type: ignore[attr-defined]
        for index in range(1, 900):
            store.raise_alert(alert(f"{index:08x}", key=f"key {index}"))
            store.clear_alert(f"{index:08x}", NOW)
    kept = store.alerts(cleared=10_000)
    assert kept[0].key == "open"
    assert 490 <= len(kept) <= 510
