"""`history` and `history show RUN`."""

from __future__ import annotations

from campctl.app.context import Context
from campctl.app.results import Listing, RunDetails


def list_runs(ctx: Context, *, limit: int = 50) -> Listing:
    """Runs, newest first."""
    rows = tuple(
        {
            "run": run.id,
            "started": run.started,
            "seconds": round((run.ended - run.started).total_seconds(), 1) if run.ended else None,
            "who": run.author,
            "status": run.status,
            "done": sum(run.counts.get(state, 0) for state in ("accepted", "configured", "live")),
            "failed": run.counts.get("failed", 0) + run.counts.get("skipped", 0),
            "command": run.command,
            "reason": run.reason,
        }
        for run in ctx.store().runs(limit)
    )
    columns = ("run", "started", "who", "status", "command", "done", "failed", "reason", "seconds")
    return Listing(of="run", columns=columns, rows=rows, empty="Nothing was applied yet: `campctl apply` does.")


def show_run(ctx: Context, *, run: str) -> RunDetails:
    """One run: its plan and its journal."""
    from campctl.planning import decode

    store = ctx.store()
    found = store.run(run)
    return RunDetails(run=found, plan=decode(found.plan) if found.plan else None, journal=tuple(store.journal(found.id)))
