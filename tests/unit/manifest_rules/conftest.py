"""A small campaign as values, to be changed by each case."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.findings import Ref
from campctl.model import alerts
from campctl.model import campaign as m

ADDRESS = m.Address(street="1 Example Plaza", city="Chicago", state="IL", postal_code="60601", country="US", floor="3")


def office(name: str, **more: Any) -> m.Office:
    fields = {"name": name, "address": ADDRESS, "time_zone": "America/Chicago", "backend": "local", "notify_911": ("desk@example.org",)}
    return m.Office(id=name, **{**fields, **more})


def user(name: str, extension: str, **more: Any) -> m.User:
    return m.User(id=name, name=name.title(), extension=extension, **{"office": "hq", **more})


def port(desk: str, extension: str, **more: Any) -> m.Port:
    return m.Port(desk=desk, extension=extension, **{"office": "hq", **more})


def hotline(name: str, **more: Any) -> m.Hotline:
    fields = {"seats": m.Seats(1, 0, 4), "answer": m.Answer(users=("ann", "ben")), "extension": ""}
    return m.Hotline(id=name, name=name, **{**fields, **more})


def at(day: int, hour: int = 0) -> datetime:
    """An instant of November 2026, UTC."""
    return datetime(2026, 11, day, hour, tzinfo=UTC)


def surge(name: str, start: datetime, end: datetime, **more: Any) -> m.Surge:
    return m.Surge(id=name, name=name, start=start, end=end, time_zone="UTC", **more)


def alert(name: str, when: Any, **more: Any) -> alerts.AlertRule:
    return alerts.AlertRule(id=name, when=when, **more)


def build(*things: Any, **campaign: Any) -> m.Campaign:
    """The base campaign with `things` added (or put in the place of those with the same id) and fields replaced."""
    sections: dict[type, dict[str, Any]] = {
        m.Office: {"hq": office("hq", extensions=(m.ExtensionRange("3000", "3099"),))},
        m.User: {"ann": user("ann", "3001", skills=("legal",), languages=("en", "es")), "ben": user("ben", "3002")},
        m.Port: {f"hq/d{n}": port(f"d{n}", f"301{n}") for n in range(4)},
        m.Number: {"+13125550100": m.Number("+13125550100", m.Target("hotline", "main"))},
        m.Hotline: {"main": hotline("main")},
        m.Surge: {},
    }
    for thing in things:
        sections[type(thing)][getattr(thing, "number" if isinstance(thing, m.Number) else "id")] = thing
    base = m.Campaign(
        name="Example",
        country="US",
        time_zone="America/Chicago",
        default_backend="local",
        main_number="+13125550100",
        backends={name: m.BackendSpec(name, "sim") for name in ("local", "other")},
        offices=sections[m.Office],
        users=sections[m.User],
        ports=sections[m.Port],
        numbers=sections[m.Number],
        hotlines=sections[m.Hotline],
        surges=sections[m.Surge],
    )
    return replace(base, **campaign)


@pytest.fixture
def make() -> SimpleNamespace:
    """The builders above: `make.build(make.user("cat", "3003"), main_number="")`."""
    return SimpleNamespace(
        build=build,
        alert=alert,
        alerts=alerts,
        office=office,
        user=user,
        port=port,
        hotline=hotline,
        surge=surge,
        at=at,
        address=ADDRESS,
        m=m,
        m_ref=Ref,
        replace=replace,
    )
