"""`store check`."""

from __future__ import annotations

from campctl.app.context import Context
from campctl.app.results import Message
from campctl.findings.text import plural


def check(ctx: Context) -> Message:
    """The store's integrity, and who holds the lock. `data["problems"]` is empty when all is well."""
    store = ctx.store()
    problems = list(store.check())
    holder = store.holder()
    lock = (
        f"{holder.who} on {holder.host} (process {holder.pid}) since {holder.since:%Y-%m-%d %H:%M:%SZ}, for {holder.command}"
        if holder
        else ""
    )
    lines = problems or ["The store is well."]
    lines.append(f"Locked by {lock}." if lock else "Nobody holds the lock.")
    if unfinished := [run.id for run in store.unfinished()]:
        lines.append(f"{plural(len(unfinished), 'run')} unfinished ({', '.join(unfinished)}): `campctl resume` goes on.")
    return Message(text="\n".join(lines), data={"problems": problems, "lock": lock, "unfinished": unfinished})
