"""`--secrets FILE`: new lines get new SIP secrets, written to a 0600 file, this once, and kept nowhere else."""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Mapping
from pathlib import Path

from campctl import errors
from campctl.app.asking import ask
from campctl.app.files import write_private
from campctl.findings.text import plural
from campctl.model.changes import Plan
from campctl.model.resources import Line
from campctl.ports.backend import Backend
from campctl.ports.clock import Clock

DONE = frozenset({"accepted", "configured", "live"})


def check_place(path: Path) -> None:
    """Refuse before anything is done what could not be written after it: a secret that was set and not kept is lost."""
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK) or path.is_dir():
        raise errors.UsageError(
            f"--secrets {path}: no file can be written there. Nothing was changed.", hint="Name a file in a folder that is yours."
        )


async def hand_out(plan: Plan, states: Mapping[str, str], backends: Mapping[str, Backend], path: Path, clock: Clock) -> tuple[str, ...]:
    """Give every line that was created a new secret and write all to `path`; says how many, and who got none and why."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(("backend", "line", "extension", "secret"))
    count = 0
    missed: list[str] = []
    for change in plan.changes:
        line = change.after
        if change.action != "create" or not isinstance(line, Line) or states.get(change.id) not in DONE:
            continue
        secret, backend = secrets.token_urlsafe(18), backends[change.backend]
        try:
            await ask(clock, lambda backend=backend, line=line, secret=secret: backend.set_secret(line.id, secret))  # type: ignore[misc]
        except errors.BackendError as error:
            missed.append(f"{line.id} was given no new secret: {error.message} `campctl {_verb(line.id)}` makes one.")
            continue
        table.writerow((change.backend, line.id, line.extension, secret))
        count += 1
    write_private(path, text.getvalue().encode())
    return (f"{plural(count, 'secret')} written to {path} (0600); kept nowhere else.", *missed)


def _verb(line: str) -> str:
    noun, _, name = line.partition("/")
    return f"{noun} secret {name}"
