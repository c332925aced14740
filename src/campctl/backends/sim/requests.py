"""What one request does to the exchange's file: counted, judged by the faults, executed, logged. Synchronous, one transaction each."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from msgspec import Struct

from campctl.backends.sim.exchange import Exchange, restart
from campctl.backends.sim.faults import UNDO_SECONDS, Faults
from campctl.backends.sim.options import Settings
from campctl.model.changes import Change, Outcome
from campctl.model.refusals import No

if TYPE_CHECKING:
    import sqlite3

LOG_KEEP = 200_000
"""Lines the log of operations keeps at the least; older ones go."""
_LOST: frozenset[str] = frozenset({"fail", "drop_before"})
_INSERT = "INSERT INTO operation (call, at, change, action, kind, id, result) VALUES (?, ?, ?, ?, ?, ?, ?)"

Logged: TypeAlias = tuple[str, str, str, str, str]
"""change id, action, kind, id, result ("done", "lied", "lost", or the code of a refusal)."""


class Answer(Struct, frozen=True):
    """What came of a request: the call's number, the outcomes of its changes, and the fault that hit it ("" = none)."""

    call: int
    outcomes: tuple[Outcome, ...] = ()
    fault: str = ""


class Moment(Struct, frozen=True):
    """A request's surroundings: `now` in seconds since 1970."""

    settings: Settings
    faults: Faults
    now: float


def execute(connection: sqlite3.Connection, moment: Moment, changes: Sequence[Change]) -> Answer:
    """One batch. Refusals are outcomes; faults are for the caller to act out."""

    def work(exchange: Exchange, fault: str) -> tuple[tuple[Outcome, ...], list[Logged]]:
        outcomes: list[Outcome] = []
        log: list[Logged] = []
        for change in changes:
            outcome, result = Outcome(change=change.id), "done"
            if fault == "lie":
                result = "lied"
            else:
                try:
                    exchange.apply(change)
                except No as no:
                    outcome, result = Outcome(change=change.id, error=no.sentence, code=no.code), no.code
            outcomes.append(outcome)
            log.append((change.id, change.action, *_of(change), result))
        return tuple(outcomes), log

    return _call(connection, moment, work)


def set_secrets(connection: sqlite3.Connection, moment: Moment, secrets: Mapping[str, str]) -> Answer:
    """New secrets for lines; the outcome of each goes by the line's id, refused as one with an error."""

    def work(exchange: Exchange, fault: str) -> tuple[tuple[Outcome, ...], list[Logged]]:
        outcomes: list[Outcome] = []
        log: list[Logged] = []
        for line, secret in secrets.items():
            outcome, result = Outcome(change=line), "done"
            if fault == "lie":
                result = "lied"
            else:
                try:
                    exchange.set_secret(line, secret)
                except No as no:
                    outcome, result = Outcome(change=line, error=no.sentence, code=no.code), no.code
            outcomes.append(outcome)
            log.append(("", "secret", "line", line, result))
        return tuple(outcomes), log

    return _call(connection, moment, work)


def _call(
    connection: sqlite3.Connection, moment: Moment, work: Callable[[Exchange, str], tuple[tuple[Outcome, ...], list[Logged]]]
) -> Answer:
    call = connection.execute("UPDATE state SET calls = calls + 1 RETURNING calls").fetchone()[0]
    fault = moment.faults.verdict(call)
    if fault == "restart":
        restart(connection, moment.settings, moment.now, moment.faults.restart_loses)
        return Answer(call, fault=fault)
    if fault in _LOST:
        return Answer(call, fault=fault)
    outcomes, log = work(Exchange(connection, moment.settings, moment.now), fault)
    connection.executemany(_INSERT, [(call, moment.now, *line) for line in log])
    _tidy(connection, moment.now, call)
    return Answer(call, outcomes, fault)


def count_read(connection: sqlite3.Connection) -> int:
    """The number of this read."""
    number: int = connection.execute("UPDATE state SET reads = reads + 1 RETURNING reads").fetchone()[0]
    return number


def take_token(connection: sqlite3.Connection, rate: float, burst: int, now: float) -> float:
    """Take one from the bucket all processes share: 0, or seconds until there will be one."""
    tokens, at = connection.execute("SELECT tokens, tokens_at FROM state").fetchone()
    # A clock set back must not leave the bucket shut until it catches up.
    tokens = float(burst) if tokens is None else min(float(burst), tokens + max(0.0, now - at) * rate)
    wait = 0.0 if tokens >= 1 - 1e-9 else (1 - tokens) / rate
    connection.execute("UPDATE state SET tokens = ?, tokens_at = ?", (tokens if wait else tokens - 1, now))
    return wait


def retry_after(wait: float, said: str) -> float | None:
    """What a 429 says of `wait` seconds."""
    return None if said == "none" else wait if said == "exact" else float(max(1, math.ceil(wait)))


def _of(change: Change) -> tuple[str, str]:
    resource = change.after if change.after is not None else change.before
    return ("", "") if resource is None else (resource.__struct_config__.tag, resource.id)  # type: ignore[return-value]


def _tidy(connection: sqlite3.Connection, now: float, call: int) -> None:
    connection.execute("DELETE FROM undo WHERE at < ?", (now - UNDO_SECONDS,))
    connection.execute("DELETE FROM seen WHERE until <= ?", (now,))
    if call % 1000 == 0:
        connection.execute("DELETE FROM operation WHERE seq <= (SELECT max(seq) FROM operation) - ?", (LOG_KEEP,))
