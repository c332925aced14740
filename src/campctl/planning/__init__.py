"""desired(t) and observed to a plan: diff, order, story, cost, guardrails; drift, rollback, plan files. Pure.

plan(PlanInput) -> Plan                    rollback(RollbackInput) -> Plan         last_states(journal) -> {change: state}
drift(owned, snapshot) -> list[Drifted]    fingerprint(snapshot) -> str            stale(plan, ...) -> reasons
encode(plan) -> bytes, decode(bytes)       field_changes(change), after_state(change), before_state, carried, touched
"""

from __future__ import annotations

from campctl.planning.binding import fingerprint, stale
from campctl.planning.codec import decode, encode
from campctl.planning.drifting import Drifted, drift
from campctl.planning.effects import after_state, before_state, carried, field_changes, touched
from campctl.planning.inputs import PlanInput
from campctl.planning.planner import plan
from campctl.planning.undoing import RollbackInput, last_states, rollback

__all__ = [
    "Drifted",
    "PlanInput",
    "RollbackInput",
    "after_state",
    "before_state",
    "carried",
    "decode",
    "drift",
    "encode",
    "field_changes",
    "fingerprint",
    "last_states",
    "plan",
    "rollback",
    "stale",
    "touched",
]
