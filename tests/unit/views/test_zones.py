"""People read times in the campaign's zone; programs get UTC."""

from __future__ import annotations

import json

import pytest

from campctl.views.show import show
from campctl.views.style import Style

from .test_every_renderer import make

TIMED = ["Applied", "AuditLog", "OverrideList", "Planned", "RunDetails"]


@pytest.mark.parametrize("name", TIMED)
def test_people_read_the_campaigns_zone(name, terminal) -> None:
    """2026-11-03 12:00 UTC is six in the morning in Chicago."""
    made = terminal()
    show(make(name, "x"), Style(time_zone="America/Chicago", details=True), made)
    text = made.stdout.getvalue()
    assert "12:00Z" not in text
    assert name == "Applied" or "2026-11-03 06:00 CST" in text


@pytest.mark.parametrize("form", ["json", "csv"])
@pytest.mark.parametrize("name", ["AuditLog", "OverrideList"])
def test_programs_get_utc(name, form, terminal) -> None:
    """JSON and CSV do not depend on anybody's zone."""
    made = terminal()
    show(make(name, "x"), Style(format=form, time_zone="America/Chicago"), made)
    text = made.stdout.getvalue()
    assert "2026-11-03T12:00:00" in text
    assert "06:00" not in text
    if form == "json":
        json.loads(text)
