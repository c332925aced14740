"""`--secrets FILE`: new lines get new SIP secrets, written to a 0600 file, this once, and kept nowhere else.

So what an earlier run wrote there stays in it: a file named again is added to, and of a line that was made anew the newer secret holds.
"""

from __future__ import annotations

import csv
import io
import os
import secrets
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from campctl import errors
from campctl.app.asking import ask
from campctl.app.files import write_private
from campctl.findings.text import plural
from campctl.model.changes import Plan
from campctl.model.resources import Line
from campctl.ports.backend import Backend, SetsManySecrets
from campctl.ports.clock import Clock

DONE = frozenset({"accepted", "configured", "live"})
TOGETHER = 1000
"""Secrets set at once where a backend can: a request that is lost is made again as a whole."""
_HEADER = ("backend", "line", "extension", "secret")


def check_place(path: Path) -> None:
    """Refuse before anything is done what could not be written after it: a secret that was set and not kept is lost."""
    if not path.parent.is_dir() or not os.access(path.parent, os.W_OK) or (path.exists() and not path.is_file()):
        raise errors.UsageError(
            f"--secrets {path}: no file can be written there. Nothing was changed.", hint="Name a file in a folder that is yours."
        )


def check_file(path: Path) -> None:
    """Refuse, before anything is done, what `hand_out` could not write to."""
    check_place(path)
    _of_earlier_runs(path)


def _of_earlier_runs(path: Path) -> list[tuple[str, ...]]:
    """Rows of such a file, none where there is none; refuses one that is something else."""
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = [tuple(row) for row in csv.reader(file) if row]
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError, csv.Error):
        rows = [()]
    if rows and (rows[0] != _HEADER or any(len(row) != len(_HEADER) for row in rows)):
        raise errors.UsageError(
            f"--secrets {path}: that file is there already, and holds something else. Nothing was changed.",
            hint="Name another file, or one that --secrets wrote before: new secrets are added to it.",
        )
    return rows[1:]


def new_lines(plan: Plan, states: Mapping[str, str]) -> list[tuple[str, Line]]:
    """Lines that a plan made, with their backends; `states`: what became of each change."""
    return [
        (change.backend, change.after)
        for change in plan.changes
        if change.action == "create" and isinstance(change.after, Line) and states.get(change.id) in DONE
    ]


async def hand_out(lines: Sequence[tuple[str, Line]], backends: Mapping[str, Backend], path: Path, clock: Clock) -> tuple[str, ...]:
    """Give each of these lines a new secret and write all to `path`; says how many, and who got none and why."""
    if not lines:
        return (f"No line is new, so no secret was made and {path} is as it was.",)
    before = _of_earlier_runs(path)
    given: dict[tuple[str, str], str] = {}
    refused: dict[tuple[str, str], str] = {}
    for name, backend in backends.items():
        wanted = {line.id: secrets.token_urlsafe(18) for of, line in lines if of == name}
        given |= {(name, line): secret for line, secret in wanted.items()}
        refused |= {(name, line): why for line, why in (await _set(backend, wanted, clock)).items()}
    made: list[tuple[str, ...]] = []
    missed: list[str] = []
    for name, line in lines:
        if (why := refused.get((name, line.id))) is not None:
            missed.append(f"{line.id} was given no new secret: {why} `campctl {_verb(line.id)}` makes one.")
            continue
        made.append((name, line.id, line.extension, given[name, line.id]))
    if not made:
        return tuple(missed)
    new = {row[:2] for row in made}
    kept = [row for row in before if row[:2] not in new]
    text = io.StringIO()
    csv.writer(text).writerows((_HEADER, *kept, *made))
    write_private(path, text.getvalue().encode())
    beside = f", beside {len(kept)} of earlier runs" if kept else ""
    return (f"{plural(len(made), 'secret')} written to {path} (0600){beside}; kept nowhere else.", *missed)


async def _set(backend: Backend, wanted: Mapping[str, str], clock: Clock) -> dict[str, str]:
    """Give these lines these secrets; why lines were given none."""
    if hasattr(backend, "set_secrets"):
        return await _set_many(cast("SetsManySecrets", backend), wanted, clock)
    refused: dict[str, str] = {}
    for line, secret in wanted.items():
        try:
            await ask(clock, lambda line=line, secret=secret: backend.set_secret(line, secret))  # type: ignore[misc]
        except errors.BackendError as error:
            refused[line] = error.message
    return refused


async def _set_many(backend: SetsManySecrets, wanted: Mapping[str, str], clock: Clock) -> dict[str, str]:
    refused: dict[str, str] = {}
    lines = list(wanted)
    for start in range(0, len(lines), TOGETHER):
        part = {line: wanted[line] for line in lines[start : start + TOGETHER]}
        try:
            without = await ask(clock, lambda part=part: backend.set_secrets(part))  # type: ignore[misc]
        except errors.BackendError as error:
            refused.update(dict.fromkeys(part, error.message))
        else:
            refused.update(dict.fromkeys(without, "There is no such line that could have one."))
    return refused


def _verb(line: str) -> str:
    noun, _, name = line.partition("/")
    return f"{noun} secret {name}"
