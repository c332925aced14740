"""Whether a runbook is still what it was when a run of it began, and what is different."""

from __future__ import annotations

from difflib import unified_diff
from pathlib import Path

from campctl.app.context import Context
from campctl.manifest.runbooks import MAX_RUNBOOK
from campctl.model.runbooks import BookRun, Program

MOST_LINES = 40


def edits(ctx: Context, book: BookRun, program: Program) -> str:
    """A unified diff of its files; "" when they are what they were (whatever happened to them in between)."""
    parts: list[str] = []
    for file, before in sorted(program.sources.items()):
        path = Path(file) if Path(file).is_absolute() else ctx.root / file
        try:
            with path.open("rb") as opened:
                now = opened.read(MAX_RUNBOOK + 1).decode("utf-8-sig", "replace")
        except OSError as error:
            parts.append(f"{file} cannot be read: {error.strerror}.")
            continue
        if now != before:
            parts += unified_diff(before.splitlines(), now.splitlines(), f"{file} (run {book.id})", f"{file} (now)", lineterm="", n=1)
    if len(parts) > MOST_LINES:
        parts = [*parts[:MOST_LINES], f"... and {len(parts) - MOST_LINES} lines more"]
    return "\n".join(parts)
