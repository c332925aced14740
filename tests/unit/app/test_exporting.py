"""The exporter: what a scrape says of a picture, what only grows, who may ask."""

from __future__ import annotations

import re
import socket
import threading
import urllib.request
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from campctl import errors
from campctl.app.exporting import Exporter, require_client
from campctl.app.exporting_server import Listen, _Server, parse_listen
from campctl.app.picture import ActivityLine, AlertLine, Picture
from campctl.model.alerts import DEFAULT_RULES
from campctl.model.live import Event
from servers.pictures import NOW, backend, hotline, office, picture


def exporter(*shown: Picture, overdue: int | None = 0) -> Exporter:
    """One that was shown these pictures."""
    made = Exporter(lambda: DEFAULT_RULES, lambda: overdue)
    for one in shown:
        made.show(one)
    return made


def text(made: Exporter) -> str:
    """What a scrape answers."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(made)
    return generate_latest(registry).decode()


def values(made: Exporter) -> dict[str, float]:
    """`name{label="value"}` to value."""
    found = {}
    for line in text(made).splitlines():
        if not line.startswith("#"):
            name, _, value = line.rpartition(" ")
            found[name] = float(value)
    return found


FULL = picture(
    backends=(backend(gaps=2, calls=7), backend("pbx", "lost", heard=NOW - timedelta(seconds=90))),
    hotlines=(
        hotline(waiting=3, longest_wait=41.0, refused=2, diverted="", since=NOW),
        hotline("legal", level_now=None, asked=None, stale=True),
    ),
    offices=(office(states=("dark", "lit", "lit", "talking", "no-location")),),
    activity=(
        ActivityLine(at=NOW, kind="override", who="bo", what="hotline/main +5 seats", ends=NOW + timedelta(hours=1), ref="o1"),
        ActivityLine(at=NOW + timedelta(hours=2), kind="override", who="bo", what="later", ref="o2"),
        ActivityLine(at=NOW - timedelta(minutes=5), kind="run", who="bo", what="campctl apply", result="partial", ref="r1"),
        ActivityLine(at=NOW - timedelta(days=1), kind="run", who="bo", what="campctl apply", result="done", ref="r0"),
    ),
    alerts=(AlertLine(rule="nobody-free", severity="critical", subject="hotline/main", words="", since=NOW),),
)


@pytest.mark.parametrize(
    ("sample", "value"),
    [
        ('campctl_backend_up{backend="local"}', 1),
        ('campctl_backend_up{backend="pbx"}', 0),
        ('campctl_backend_stale_seconds{backend="pbx"}', 90),
        ('campctl_backend_gaps_total{backend="local"}', 2),
        ('campctl_backend_active_calls{backend="local"}', 7),
        ('campctl_backend_events_total{backend="local",type="call-queued"}', 2),
        ('campctl_hotline_waiting_callers{hotline="main"}', 3),
        ('campctl_hotline_longest_wait_seconds{hotline="main"}', 41),
        ('campctl_hotline_service_level_ratio{hotline="main"}', 0.9),
        ('campctl_hotline_calls_answered_total{hotline="main"}', 100),
        ('campctl_hotline_calls_answered_within_total{hotline="main"}', 89),
        ('campctl_hotline_calls_offered_total{hotline="main"}', 108),
        ('campctl_hotline_calls_refused_total{hotline="main"}', 2),
        ('campctl_hotline_agents{hotline="main",state="free"}', 4),
        ('campctl_hotline_agents{hotline="main",state="wrap-up"}', 0),
        ('campctl_hotline_seats_desired{hotline="main"}', 6),
        ('campctl_hotline_seats_asked{hotline="main"}', 5),
        ('campctl_hotline_stale{hotline="legal"}', 1),
        ('campctl_office_desks{office="hq",state="lit"}', 2),
        ('campctl_office_desks{office="hq",state="paused"}', 0),
        ("campctl_overrides_active", 1),
        ("campctl_overrides_overdue", 3),
        ('campctl_last_run_status{status="partial"}', 1),
        ('campctl_last_run_status{status="done"}', 0),
        ("campctl_last_run_timestamp_seconds", (NOW - timedelta(minutes=5)).timestamp()),
        ('campctl_alerts_raised{rule="nobody-free",severity="critical"}', 1),
        ('campctl_alerts_raised{rule="backend-lost",severity="critical"}', 0),
        ("campctl_picture_timestamp_seconds", NOW.timestamp()),
    ],
)
def test_each_figure(sample: str, value: float) -> None:
    """A scrape says what the picture says."""
    made = exporter(overdue=3)
    for _ in range(2):
        made.hear(Event(at=NOW, backend="local", type="call-queued"))
    made.show(FULL)
    assert values(made)[sample] == pytest.approx(value)


def test_what_is_not_known_is_not_said() -> None:
    """A share of no calls, seats nobody computed, counters of an exchange that was never heard: no figure, rather than a zero."""
    found = values(exporter(FULL, overdue=None))
    for name in ("service_level_ratio", "seats_asked", "calls_answered_total"):
        assert f'campctl_hotline_{name}{{hotline="legal"}}' not in found
    assert "campctl_overrides_overdue" not in found


def test_before_the_first_picture() -> None:
    """A scrape that comes early says what campctl this is, and nothing wrong."""
    assert list(values(exporter())) == [f'campctl_build_info{{version="{__import__("campctl").__version__}"}}']


def test_names_are_as_prometheus_wants_them() -> None:
    """Lower case, base units, `_total` for counters alone, a help text for each, and no label that names a person."""
    labels = set()
    for family in text_string_to_metric_families(text(exporter(FULL))):
        assert re.fullmatch(r"campctl_[a-z_]+", family.name)
        assert family.documentation.endswith((".", ")")), family.name
        assert not re.search(r"milli|minute|percent", family.name)
        for sample in family.samples:
            assert sample.name.endswith("_total") == (family.type == "counter")
            labels |= sample.labels.keys()
    assert labels <= {"backend", "hotline", "office", "state", "type", "status", "rule", "severity", "version"}


@pytest.mark.parametrize(
    ("answered", "total"),
    [([100, 110, 110, 125], 125), ([100, 3], 103), ([100, 0, 0, 7, 2], 109), ([0, 0], 0)],
    ids=["grows", "midnight", "two restarts", "nothing"],
)
def test_counters_never_fall(answered: list[int], total: float) -> None:
    """An exchange that begins to count anew (midnight, a restart) takes nothing away."""
    made = exporter(*(picture(hotlines=(hotline(answered=count, abandoned=0),)) for count in answered))
    assert values(made)['campctl_hotline_calls_answered_total{hotline="main"}'] == total


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.booleans(), st.booleans()), max_size=40))
def test_counters_never_fall_whatever_comes(steps: list[tuple[int, int, int, bool, bool]]) -> None:
    """Calls come, are answered, give up; the exchange restarts, or is silent: totals only grow."""
    made = exporter()
    answered = abandoned = 0
    before: dict[str, float] = {}
    for more_answered, more_abandoned, waiting, restarts, silent in steps:
        if restarts:
            answered = abandoned = 0
        answered += more_answered
        abandoned += more_abandoned
        level = 0.5 if answered + abandoned else None
        made.show(picture(hotlines=(hotline(answered=answered, abandoned=abandoned, waiting=waiting, level_today=level, stale=silent),)))
        now = {name: value for name, value in values(made).items() if "_total" in name}
        assert all(now[name] >= value for name, value in before.items() if name in now)
        before = now
        if not silent:
            offered = now['campctl_hotline_calls_offered_total{hotline="main"}']
            counted = (
                now['campctl_hotline_calls_answered_total{hotline="main"}'] + now['campctl_hotline_calls_abandoned_total{hotline="main"}']
            )
            assert offered >= counted + waiting


def test_many_hotlines_and_desks_are_few_series() -> None:
    """50 hotlines and 2,000 desks and people: as many series as there are things, not as there are people."""
    offices = tuple(office(f"o{number}", ("lit", "dark") * 20) for number in range(50))
    shown = picture(hotlines=tuple(hotline(f"h{number}") for number in range(50)), offices=offices)
    assert len(values(exporter(shown))) < 50 * 22 + 50 * 12 + 60


# Serving


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        ("127.0.0.1:9464", Listen("127.0.0.1", 9464)),
        ("9464", Listen("127.0.0.1", 9464)),
        ("localhost:1", Listen("localhost", 1)),
        ("[::1]:9464", Listen("::1", 9464)),
    ],
)
def test_where_it_may_listen(listen: str, expected: Listen) -> None:
    """This machine alone needs no word."""
    assert parse_listen(listen, allow_remote=False) == expected


@pytest.mark.parametrize("listen", ["0.0.0.0:9464", ":9464", "[::]:9464", "192.0.2.7:9464", "metrics.example.org:9464"])
def test_other_machines_may_ask_when_that_is_said(listen: str) -> None:
    """Not without --allow-remote."""
    with pytest.raises(errors.UsageError, match="lets other machines ask"):
        parse_listen(listen, allow_remote=False)
    assert parse_listen(listen, allow_remote=True).port == 9464


@pytest.mark.parametrize("listen", ["", "x", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:-1", "a b:1", "127.0.0.1:٣"])
def test_what_is_no_address(listen: str) -> None:
    """Says how one is written."""
    with pytest.raises(errors.UsageError, match="no address to listen on"):
        parse_listen(listen, allow_remote=True)


def get(address: str, **headers: str) -> tuple[str, str]:
    """Ask once: content type and body."""
    with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=120) as answer:
        return answer.headers["content-type"], answer.read().decode()


def test_a_scrape_over_http() -> None:
    """The newest picture, in the format that is asked for; slow and rude clients hold up nobody; the port is free afterwards."""
    made = exporter(FULL)
    with _Server(made, Listen("127.0.0.1", 0)) as address:
        port = int(address.rpartition(":")[2].partition("/")[0])
        slow = socket.create_connection(("127.0.0.1", port))
        slow.sendall(b"GET /met")
        kind, body = get(address)
        assert kind.startswith("text/plain")
        assert 'campctl_hotline_waiting_callers{hotline="main"} 3.0' in body
        made.show(picture(hotlines=(hotline(waiting=9),)))
        kind, body = get(address, Accept="application/openmetrics-text; version=1.0.0")
        assert kind.startswith("application/openmetrics-text")
        assert 'campctl_hotline_waiting_callers{hotline="main"} 9.0' in body
        slow.close()
    with _Server(made, Listen("127.0.0.1", port)) as again:
        assert again == address
        with pytest.raises(errors.UsageError, match="cannot be listened on"):
            _Server(made, Listen("127.0.0.1", port)).__enter__()


def test_scrapes_while_pictures_change() -> None:
    """Many at once, from threads: each is of one picture, whole."""
    made = exporter(FULL)
    bad: list[Any] = []

    def scrape() -> None:
        for _ in range(20):
            found = values(made)
            free, seats = (
                found['campctl_hotline_agents{hotline="main",state="free"}'],
                found['campctl_hotline_seats_seated{hotline="main"}'],
            )
            if free != seats:
                bad.append((free, seats))

    for number in range(2):
        made.show(picture(hotlines=(hotline(free=number, seated=number),)))
    threads = [threading.Thread(target=scrape) for _ in range(3)]
    for thread in threads:
        thread.start()
    for number in range(300):
        made.show(picture(hotlines=(hotline(free=number, seated=number),)))
    for thread in threads:
        thread.join()
    assert bad == []


def test_without_the_library(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the extra."""
    monkeypatch.setitem(__import__("sys").modules, "prometheus_client", None)
    with pytest.raises(errors.UsageError) as caught:
        require_client()
    assert "campctl[metrics]" in caught.value.hint
