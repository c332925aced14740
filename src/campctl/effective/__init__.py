"""Campaign, surges, overrides and an instant to desired resources. Pure: values in, values out.

desired(campaign, at, overrides, present) -> Desired
moments(campaign, overrides, start, end) -> list[datetime]
present_members(observed, renames) -> present
check(campaign, capabilities) -> list[Finding]
"""

from __future__ import annotations

from campctl.effective.capability import check
from campctl.effective.diversion import circle, diversion, ended, restored
from campctl.effective.formula import active_at, desired, surges_at, wanted_seats
from campctl.effective.renames import present_members, renames
from campctl.effective.result import Desired, LitPort, Seat, Seating
from campctl.effective.timeline import moments
from campctl.effective.words import hours_rules

__all__ = [
    "Desired",
    "LitPort",
    "Seat",
    "Seating",
    "active_at",
    "check",
    "circle",
    "desired",
    "diversion",
    "ended",
    "hours_rules",
    "moments",
    "present_members",
    "renames",
    "restored",
    "surges_at",
    "wanted_seats",
]
