"""Every result as one flat listing: what `--output csv` writes, and what the tables of lists.py start from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campctl.app.results import (
    Applied,
    AuditLog,
    Details,
    Drift,
    Health,
    Listing,
    Message,
    OverrideList,
    Planned,
    RunDetails,
    Text,
    Validation,
)
from campctl.model.records import Override


def rows(result: Any) -> Listing:
    """The result as rows."""
    return ROWS[type(result).__name__](result)


def _validation(result: Validation) -> Listing:
    columns = ("file", "line", "column", "severity", "code", "summary", "detail", "help")
    made = []
    for item in result.findings:
        span = item.span
        place = {"file": span.file, "line": span.line, "column": span.column} if span else {}
        made.append(
            {**place, "severity": item.severity, "code": item.code, "summary": item.summary, "detail": item.detail, "help": item.help}
        )
    return Listing(of="findings", columns=columns, rows=tuple(made))


def _planned(result: Planned) -> Listing:
    from campctl.views.plan import field_changes

    columns = ("action", "backend", "resource", "field", "before", "after")
    made = []
    for change in result.plan.changes:
        base = {"action": change.action, "backend": change.backend, "resource": str(change.key)}
        fields = field_changes(change)
        made += [{**base, "field": item.field, "before": item.before, "after": item.after} for item in fields] or [base]
    return Listing(of="changes", columns=columns, rows=tuple(made))


def _applied(result: Applied) -> Listing:
    made = tuple(
        {"change": change.id, "state": result.states.get(change.id, "pending"), "error": result.errors.get(change.id, "")}
        for change in result.plan.changes
    )
    return Listing(of="changes", columns=("change", "state", "error"), rows=made)


def _drift(result: Drift) -> Listing:
    made = []
    for item in result.items:
        base = {"backend": item.backend, "resource": item.resource, "what": item.what}
        made += [{**base, "field": name, "left": left, "found": found} for name, left, found in item.fields] or [base]
    return Listing(of="drift", columns=("backend", "resource", "what", "field", "left", "found"), rows=tuple(made))


def _details(result: Details) -> Listing:
    made = tuple({"field": name, "value": value} for name, value in result.fields.items())
    return Listing(of=result.of, columns=("field", "value"), rows=made)


def _run(result: RunDetails) -> Listing:
    made = tuple(
        {"seq": line.seq, "at": line.at, "change": line.change, "state": line.state, "attempt": line.attempt, "error": line.error}
        for line in result.journal
    )
    return Listing(of="journal", columns=("seq", "at", "change", "state", "attempt", "error"), rows=made)


def _health(result: Health) -> Listing:
    made = tuple(
        {"backend": one.backend, "type": one.type, "probe": probe.name, "ok": probe.ok, "detail": probe.detail, "cure": probe.cure}
        for one in result.backends
        for probe in one.probes
    )
    return Listing(
        of="probes", columns=("backend", "type", "probe", "ok", "detail", "cure"), rows=made, empty="The campaign has no backends."
    )


def _audit(result: AuditLog) -> Listing:
    columns = ("seq", "at", "who", "what", "why", "result", "run", "command")
    made = tuple({name: getattr(entry, name) for name in columns} for entry in result.entries)
    return Listing(of="audit", columns=columns, rows=made, empty="The audit log is empty: nothing was changed yet.")


def _overrides(result: OverrideList) -> Listing:
    active = set(result.active)
    made = []
    for item in result.overrides:
        state = "active" if item.id in active else "ended" if item.end and item.end <= result.at else "to come"
        made.append(
            {
                "id": item.id,
                "subject": f"{item.kind}/{item.subject}",
                "what": _override_what(item),
                "who": item.user or item.volunteer,
                "hotline": item.hotline,
                "state": state,
                "start": item.start,
                "end": item.end,
                "author": item.author,
                "reason": item.reason,
            }
        )
    columns = ("id", "subject", "what", "who", "end", "state", "author", "reason", "hotline", "start")
    return Listing(of="overrides", columns=columns, rows=tuple(made), empty="No overrides: everything is as the manifests and surges say.")


def _override_what(item: Override) -> str:
    if item.kind == "office":
        return f"evacuated to {item.refuge}; calls to {item.to}"
    if item.kind == "hotline":
        return f"seats {item.seats}" if item.to is None else f"failed over to {item.to}"
    return "lit" if item.lit else "dark" if item.lit is not None else "seated"


def _message(result: Message) -> Listing:
    return Listing(of="message", columns=("text",), rows=({"text": result.text},))


def _text(result: Text) -> Listing:
    return Listing(of=result.of, columns=("line",), rows=tuple({"line": line} for line in result.text.splitlines()))


def _matching(result: Any) -> Listing:
    from campctl.views.matching import matches

    return matches(result)


def _explained(result: Any) -> Listing:
    from campctl.views.matching import choices

    return choices(result)


def _staffing(result: Any) -> Listing:
    from campctl.views.staffing import intervals

    return intervals(result)


def _rehearsal(result: Any) -> Listing:
    from campctl.views.rehearsal import intervals

    return intervals(result)


def _status(result: Any) -> Listing:
    from campctl.views.status import rows

    return rows(result)


def _seated(result: Any) -> Listing:
    made = tuple({"field": name, "value": getattr(result.card, name)} for name in result.card.__struct_fields__ if name != "ask")
    return Listing(of="card", columns=("field", "value"), rows=made)


def _book_report(result: Any) -> Listing:
    from campctl.views.runbook import steps

    return steps(result.lines)


ROWS: dict[str, Callable[[Any], Listing]] = {
    "Listing": lambda result: result,
    "Validation": _validation,
    "Planned": _planned,
    "Applied": _applied,
    "Drift": _drift,
    "Details": _details,
    "RunDetails": _run,
    "Health": _health,
    "AuditLog": _audit,
    "OverrideList": _overrides,
    "Message": _message,
    "Text": _text,
    "Staffing": _staffing,
    "Matching": _matching,
    "Explained": _explained,
    "Rehearsal": _rehearsal,
    "BookReport": _book_report,
    "Seated": _seated,
    "Status": _status,
}
