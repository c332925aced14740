"""What state a member of a queue is in, from what app_queue says about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from campctl.model.live import AgentState

_BUSY: Final = frozenset("2378")
_GONE: Final = frozenset("45")
_RINGING: Final = "6"


def number(text: str) -> float:
    """A number of a message; 0 for what is none."""
    try:
        return float(text)
    except ValueError:
        return 0.0


def state_of(member: Mapping[str, str], wrap_up: int, now: float, *, called: bool = False) -> tuple[AgentState, str, float]:
    """State, reason, and when wrap-up ends (0 when it is none), of the fields of QueueMember or QueueMemberStatus.

    `Status` is ast_device_state: 1 free, 2 in use, 3 busy, 4 invalid, 5 unavailable, 6 ringing, 7 in use and ringing, 8 on
    hold; 0, unknown, app_queue rings like a free one. An endpoint with `device_state_busy_at` of 1 is busy, not ringing, as
    soon as it rings: `called` says that a queue has just called it. `now` is the time by Asterisk's clock, as `LastCall` is.
    """
    status = member.get("Status", "0")
    if status in _GONE:
        return "gone", "", 0.0
    if member.get("InCall") == "1":
        return "busy", "", 0.0
    if status in _BUSY:
        return ("ringing" if called else "busy"), "", 0.0
    if status == _RINGING:
        return "ringing", "", 0.0
    if member.get("Paused") == "1":
        return "paused", member.get("PausedReason", ""), 0.0
    seconds = number(member.get("Wrapuptime", "")) or wrap_up
    last = number(member.get("LastCall", ""))
    if last and last + seconds > now:
        return "wrap-up", "", last + seconds
    return "free", "", 0.0


def is_engaged(member: Mapping[str, str]) -> bool:
    """Whether its phone is in use, in whatever way."""
    return member.get("Status", "0") in _BUSY
