"""`audit log` and `audit verify`."""

from __future__ import annotations

from campctl.app.context import Context
from campctl.app.results import AuditLog, Message
from campctl.findings.text import plural


def log(ctx: Context, *, limit: int | None = 50) -> AuditLog:
    """The newest entries, oldest of them first."""
    return AuditLog(entries=tuple(ctx.store().audit(limit)))


def verify(ctx: Context) -> Message:
    """Check the chain; `errors.AuditBroken` names the first entry that does not fit."""
    length = ctx.store().verify_audit()
    return Message(
        text=f"The audit log is whole: {plural(length, 'entry', 'entries')}, each fits the one before.", data={"entries": length}
    )
