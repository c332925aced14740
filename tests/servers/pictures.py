"""Made-up pictures of a small campaign, for whoever draws, alerts or exports them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from campctl.app.picture import ActivityLine, DeskCell, DeskState, HotlineLine, OfficeLine, PersonLine, Picture
from campctl.live.board import BackendBoard, Emergency, Health
from campctl.model.campaign import Campaign

NOW = datetime(2026, 11, 3, 18, 0, tzinfo=UTC)


def hotline(id_: str = "main", **fields: Any) -> HotlineLine:
    """A hotline at rest: open, nobody waits, four are free; keywords say what is different."""
    base: dict[str, Any] = {
        "name": id_.capitalize(), "backend": "local", "open": True, "waiting": 0, "longest_wait": 0.0, "level_now": 0.9,
        "level_today": 0.85, "target": 0.8, "answered": 100, "abandoned": 5, "free": 4, "ringing": 0, "busy": 2, "paused": 0,
        "wrap_up": 0, "gone": 0, "seated": 6, "desired": 6, "asked": 5, "whence": "baseline", "minutes": (), "stale": False,
    }  # fmt: skip
    return HotlineLine(id=id_, **{**base, **fields})


def office(id_: str = "hq", states: tuple[DeskState, ...] = ("lit", "dark"), **fields: Any) -> OfficeLine:
    """An office whose desks are in these states."""
    desks = tuple(
        DeskCell(id=f"{id_}/d{number}", office=id_, label=f"d{number}", extension=f"31{number:02d}", state=state)
        for number, state in enumerate(states)
    )
    base: dict[str, Any] = {
        "name": id_.upper(), "backend": "local", "time_zone": "America/Chicago", "desks": desks, "people": 2, "registered": 2, "calls": 0,
        "silent": False, "evacuated": False,
    }  # fmt: skip
    return OfficeLine(id=id_, **{**base, **fields})


def person(id_: str = "ann.lee") -> PersonLine:
    """Somebody who is free."""
    return PersonLine(
        id=id_, name="Ann Lee", office="hq", extension="3001", role="lawyer", line=f"user/{id_}", state="free", reason="", since=NOW,
        hotlines=("main",),
    )  # fmt: skip


def backend(name: str = "local", health: Health = "live", **fields: Any) -> BackendBoard:
    """An exchange."""
    return BackendBoard(name=name, health=health, **{"heard": NOW, "epoch": "1", **fields})


def emergency(line: str = "user/ann.lee", at: datetime = NOW, **fields: Any) -> Emergency:
    """A call to 911."""
    base = {"backend": "local", "number": "911", "callback": "+13125550111", "location": "hq"}
    return Emergency(at=at, line=line, **{**base, **fields})


def picture(at: datetime = NOW, **fields: Any) -> Picture:
    """All is well at `at`; keywords say what is different."""
    base: dict[str, Any] = {
        "version": 1, "campaign": "Quickstart for Everyone", "time_zone": "America/Chicago", "backends": (backend(),),
        "hotlines": (hotline(),), "offices": (office(),), "people": (person(),), "activity": (), "alerts": (), "emergencies": (),
    }  # fmt: skip
    return Picture(at=at, **{**base, **fields})


def overdue(ref: str = "o1a2b3") -> ActivityLine:
    """An override that is over and has not come back."""
    return ActivityLine(at=NOW, kind="override", who="bo", what="hotline main seats +5", result="overdue", ends=NOW, ref=ref)


def campaign(seed: str = "quickstart") -> Campaign:
    """The campaign of a seed."""
    from campctl.manifest.load import load

    loaded = load(Path(__file__).parents[2] / "seeds" / seed, cache=False).campaign
    assert loaded is not None
    return loaded
