"""Lists, details and sentences on a sheet."""

from __future__ import annotations

from campctl.app.results import AuditLog, Details, Drift, Health, Listing, Message, OverrideList, RunDetails, Text
from campctl.views.rows import rows
from campctl.views.sheet import Sheet
from campctl.views.text import count, quoted, seconds

DRIFT_SIGNS = {"changed": ("yellow", "~"), "missing": ("red", "-"), "unmanaged": ("dim", "?")}


def listing(result: Listing, sheet: Sheet) -> None:
    """A table."""
    sheet.table(result)


def details(result: Details, sheet: Sheet) -> None:
    """One thing in full."""
    sheet.page.line(("bold", f"{result.of}/{result.id}" if result.id else result.of))
    sheet.facts(result.fields, indent=2)
    for part in result.listings:
        if part.rows or part.empty:
            sheet.page.blank()
        sheet.table(part, title=part.of.replace("_", " ").capitalize())


def drift(result: Drift, sheet: Sheet) -> None:
    """By resource, with the fields that differ."""
    for item in result.items:
        sign = DRIFT_SIGNS.get(item.what, ("", "!"))
        sheet.page.line((sign[0], f"{sign[1]} {item.what} "), f"{item.resource} on {item.backend}")
        for name, left, found in item.fields:
            sheet.page.line(f"{name}: {quoted(left)} was left, {quoted(found)} was found", indent=4)
    changed = sum(item.what != "unmanaged" for item in result.items)
    if not result.items:
        sheet.words.line(("bold green", "No drift"), ": every resource is as campctl left it.")
    else:
        rest = len(result.items) - changed
        sheet.words.line(
            f"{count(changed, 'resource')} drifted" + (f", {count(rest, 'resource')} unmanaged" if rest else "") + ".",
            " `campctl plan` shows what would put it right." if changed else "",
        )


def run_details(result: RunDetails, sheet: Sheet) -> None:
    """A run: who, why, how it ended, its story, and its journal when asked for details."""
    from campctl.views.plan import plan_text

    run = result.run
    took = seconds((run.ended - run.started).total_seconds()) if run.ended else ""
    sheet.page.line(("bold", f"Run {run.id}"), f" {run.status}")
    facts = {"started": run.started, "took": took, "by": run.author, "command": run.command, "reason": run.reason, "undoes": run.undoes}
    sheet.facts({**facts, "counts": {name: number for name, number in run.counts.items() if number}}, indent=2)
    failed = {line.change: line for line in result.journal if line.state in {"failed", "skipped"}}
    for line in result.journal:
        if line.state not in {"failed", "skipped", "pending"}:
            failed.pop(line.change, None)
    for line in failed.values():
        sheet.page.line(("red", f"{line.state} "), f"{line.change}: {line.error}", indent=2)
    if result.plan is not None:
        sheet.page.blank()
        plan_text(result.plan, sheet.page, details=sheet.style.details)
    if sheet.style.details:
        sheet.page.blank()
        sheet.table(rows(result), title="Journal")


def health(result: Health, sheet: Sheet) -> None:
    """Each backend's probes with a tick or a cross and, when it is not well, the cure."""
    if not result.backends:
        sheet.words.line("The campaign has no backends.")
    for one in result.backends:
        sheet.page.line(("bold", one.backend), f" ({one.type})")
        for name, source in one.secrets.items():
            sheet.page.line(f"secret {name}: {source or 'not found'}", indent=2)
        for probe in one.probes:
            sheet.page.line(("green", "ok   ") if probe.ok else ("bold red", "bad  "), f"{probe.name}: {probe.detail}", indent=2, hang=5)
            if probe.cure and not probe.ok:
                sheet.page.line(("cyan", "= "), probe.cure, indent=7)


def audit_log(result: AuditLog, sheet: Sheet) -> None:
    """A table, oldest first."""
    sheet.table(rows(result))


def override_list(result: OverrideList, sheet: Sheet) -> None:
    """A table with each override's state."""
    sheet.table(rows(result))


def message(result: Message, sheet: Sheet) -> None:
    """Words for stderr; a new secret, which is what was asked for, goes to stdout by itself, and so does an edit of the YAML."""
    if "secret" in result.data:
        sheet.page.line(str(result.data["secret"]))
    if result.data.get("diff"):
        from campctl.views.plan import diff

        diff(str(result.data["diff"]), sheet.page)
    for line in result.text.split("\n"):
        sheet.words.line(line)


def text(result: Text, sheet: Sheet) -> None:
    """As it is, line by line, never wrapped or cut."""
    from campctl.views.text import harmless

    for line in result.text.splitlines():
        sheet.page.ready(harmless(line) + "\n")
