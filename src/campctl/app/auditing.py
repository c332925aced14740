"""`audit log`, `audit verify`, and what every change writes there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campctl.app.context import Context
from campctl.app.results import AuditLog, Message
from campctl.findings.text import plural
from campctl.model.records import AuditEntry, Run

if TYPE_CHECKING:
    from campctl.app.how import How
    from campctl.ports.store import Store


def log(ctx: Context, *, limit: int | None = 50) -> AuditLog:
    """The newest entries, oldest of them first."""
    return AuditLog(entries=tuple(ctx.store().audit(limit)))


def verify(ctx: Context) -> Message:
    """Check the chain; `errors.AuditBroken` names the first entry that does not fit."""
    length = ctx.store().verify_audit()
    return Message(
        text=f"The audit log is whole: {plural(length, 'entry', 'entries')}, each fits the one before.", data={"entries": length}
    )


def record_audit(ctx: Context, store: Store, what: str, how: How, *, result: str, run: str = "") -> None:
    """Who did what, why, and with what result."""
    overridden = f" ({', '.join(sorted(how.allow))})" if how.allow else ""
    store.append_audit(
        AuditEntry(at=ctx.clock.now(), who=ctx.who, what=what + overridden, why=how.reason, command=ctx.command, result=result, run=run)
    )


def result_words(run: Run) -> str:
    """`partial: 12 configured, 1 failed`."""
    counts = ", ".join(f"{count} {state}" for state, count in sorted(run.counts.items()) if count and state in _STATES)
    return f"{run.status}: {counts}" if counts else run.status


_STATES = frozenset({"pending", "accepted", "configured", "live", "failed", "skipped"})
