"""The exchange's own console: its objects, phones and faults changed by hand behind campctl's back, and what was asked of it.

For training ("somebody changed the old PBX: find it") and for tests. Synchronous; works while campctl runs.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
from msgspec import Struct

from campctl.backends.sim.database import Damaged, Database
from campctl.backends.sim.exchange import Exchange, decode, opens, restart
from campctl.backends.sim.faults import UNDO_SECONDS, Faults
from campctl.backends.sim.options import Settings
from campctl.backends.sim.places import faults_file, traffic_file
from campctl.errors import Refused
from campctl.model.refusals import No
from campctl.model.resources import RESOURCE_TYPES, Key, Kind, Line, Location, Member, Queue, Resource, Route, fields_of


class Plant(Struct, frozen=True, tag="plant", tag_field="do"):
    """Create an object that campctl did not."""

    resource: Resource


class Alter(Struct, frozen=True, tag="alter", tag_field="do"):
    """Change fields of an object."""

    kind: Kind
    id: str
    fields: dict[str, Any]


class Remove(Struct, frozen=True, tag="remove", tag_field="do"):
    """Delete an object nobody refers to."""

    kind: Kind
    id: str


class Register(Struct, frozen=True, tag="register", tag_field="do"):
    """A line's phone registers, or (`registered` False) loses its registration, whatever `register_after` says."""

    line: str
    registered: bool = True


class Restart(Struct, frozen=True, tag="restart", tag_field="do"):
    """The exchange restarts and loses what was acknowledged in the last `loses` seconds; the epoch changes."""

    loses: float = 1.0


class SetFaults(Struct, frozen=True, tag="faults", tag_field="do"):
    """Write the faults file (fault options by name); calls are counted from now. No options: remove it."""

    options: dict[str, Any] = {}


class CallIn(Struct, frozen=True, tag="call", tag_field="do"):
    """So many callers call a queue now."""

    queue: str
    calls: int = 1


class Emergency(Struct, frozen=True, tag="emergency", tag_field="do"):
    """Somebody dials 911 (or 933, the test of it) from a line."""

    line: str
    number: str = "911"


class Pause(Struct, frozen=True, tag="pause", tag_field="do"):
    """Whoever answers on a line pauses in all queues, or (`paused` False) is back."""

    line: str
    paused: bool = True
    reason: str = ""


Op: TypeAlias = Plant | Alter | Remove | Register | Restart | SetFaults | CallIn | Emergency | Pause


class Operation(Struct, frozen=True):
    """One line of the exchange's log: a change it was asked for. `at` in seconds since 1970.

    `result` is "done", "lied" (said yes, did nothing), "lost" (done, then lost by a restart), or a refusal's code.
    """

    call: int
    at: float
    change: str
    action: str
    key: Key
    result: str


def poke(path: Path, ops: Sequence[Op | Mapping[str, Any]], *, at: float | None = None) -> None:
    """Do all of `ops`, or none of them, to the exchange in the file `path`.

    Ops may be mappings: {"do": "plant", "resource": {"kind": "route", "number": "+1..."}}, {"do": "alter", "kind": "line",
    "id": "user/x", "fields": {"name": "X"}}, {"do": "remove", ...}, {"do": "register", "line": ..., "registered": False},
    {"do": "restart", "loses": 1}, {"do": "faults", "options": {"fail_every": 3}}, {"do": "call", "queue": "main", "calls": 5},
    {"do": "emergency", "line": "user/x"}, {"do": "pause", "line": "user/x", "reason": "lunch"}. The exchange's rules hold by hand too:
    `errors.Refused` says which one was broken. What is done by hand shows at once, whatever the propagation.
    """
    now = time.time() if at is None else at
    try:
        todo: list[Op] = [op if isinstance(op, Struct) else msgspec.convert(op, Op) for op in ops]
        for op in todo:
            if isinstance(op, SetFaults):
                Faults.parse(op.options)
    except (msgspec.ValidationError, ValueError) as fault:
        raise Refused(f"The console does not understand this: {fault}.", hint="docs/sim.md lists what it can do.") from None
    with _opened(path) as database, database.writing(wait=True) as connection:
        calls = connection.execute("SELECT calls FROM state").fetchone()[0]
        for op in todo:
            try:
                _do(connection, op, now)
            except No as no:
                raise Refused(no.sentence, backend=path.stem) from None
        for op in todo:
            if isinstance(op, SetFaults):
                _write_faults(path, op.options, calls)
            elif isinstance(op, CallIn | Emergency | Pause):
                _wish(path, op)


def log(path: Path) -> list[Operation]:
    """Every change the exchange was asked for, in order; the last 200,000 at the least."""
    with _opened(path) as database, database.reading() as connection:
        rows = connection.execute("SELECT call, at, change, action, kind, id, result FROM operation ORDER BY seq").fetchall()
    return [Operation(call, at, change, action, Key(kind, id_), result) for call, at, change, action, kind, id_, result in rows]


def calls(path: Path) -> int:
    """How many calls (requests that would change something) the exchange has had since it was made."""
    with _opened(path) as database, database.reading() as connection:
        count: int = connection.execute("SELECT calls FROM state").fetchone()[0]
    return count


def verify_secret(path: Path, line: str, secret: str) -> bool:
    """Whether a phone with this secret would register on the line; a line that does not exist has none."""
    with _opened(path) as database, database.reading() as connection:
        row = connection.execute("SELECT secret FROM resource WHERE kind = 'line' AND id = ?", (line,)).fetchone()
    return row is not None and opens(row[0], secret.encode("utf-8", "surrogatepass"))


def old_pbx(people: int = 12, *, first_extension: int = 7000) -> tuple[Plant, ...]:
    """An old PBX to take over: an address, `people` lines, a queue that three of them answer, and two numbers.

    Ids are what an old system would have ("legacy/7000"), not campctl's.
    """
    address = Location("legacy-building", "Old building", "500 Example Avenue", "Springfield", "IL", "62701", floor="1")
    extensions = [str(first_extension + n) for n in range(people)]
    lines = [Line(f"legacy/{extension}", extension, f"Old phone {extension}", location=address.id) for extension in extensions]
    queue = Queue("legacy-hunt", "Old hunt group", strategy="ring-all")
    members = [Member(queue.id, line.id) for line in lines[:3]]
    routes = [Route("+12175550100", f"queue/{queue.id}", "old main number"), Route("+12175550101", label="spare")]
    planted: tuple[Resource, ...] = (address, *lines, queue, *members, *routes)
    return tuple(map(Plant, planted))


@contextmanager
def _opened(path: Path) -> Iterator[Database]:
    database = Database(path, path.stem)
    try:
        yield database
    except (sqlite3.Error, OSError, Damaged) as fault:
        raise database.translate(fault) from fault
    finally:
        database.close()


def _do(connection: sqlite3.Connection, op: Op, now: float) -> None:
    exchange = Exchange(connection, Settings(), now)
    if isinstance(op, Plant):
        exchange.create(op.resource)
    elif isinstance(op, Alter):
        exchange.update(_altered(connection, op))
    elif isinstance(op, Remove):
        exchange.delete(Key(op.kind, op.id))
    elif isinstance(op, Register):
        live_at = now if op.registered else None
        if not connection.execute("UPDATE resource SET live_at = ? WHERE kind = 'line' AND id = ?", (live_at, op.line)).rowcount:
            raise No("unknown", f"line {op.line} does not exist.")
    elif isinstance(op, CallIn | Emergency | Pause):
        key = Key("queue", op.queue) if isinstance(op, CallIn) else Key("line", op.line)
        if not connection.execute("SELECT 1 FROM resource WHERE kind = ? AND id = ?", key).fetchone():
            raise No("unknown", f"{key.kind} {key.id} does not exist.")
    elif isinstance(op, Restart):
        restart(connection, Settings(), now, min(op.loses, UNDO_SECONDS))


def _wish(path: Path, op: CallIn | Emergency | Pause) -> None:
    """Leave it for whoever moves the floor on next."""
    from campctl.backends.sim.traffic.ledger import Ledger

    ledger = Ledger(traffic_file(path))
    try:
        if isinstance(op, CallIn):
            ledger.wish("call", op.queue, [""] * op.calls)
        elif isinstance(op, Emergency):
            ledger.wish("emergency", op.line, [op.number])
        else:
            ledger.wish("pause" if op.paused else "resume", op.line, [op.reason])
    finally:
        ledger.close()


def _altered(connection: sqlite3.Connection, op: Alter) -> Resource:
    row = connection.execute("SELECT body FROM resource WHERE kind = ? AND id = ?", (op.kind, op.id)).fetchone()
    if row is None:
        raise No("unknown", f"{op.kind} {op.id} does not exist.")
    before = decode(row[0])
    of = RESOURCE_TYPES[op.kind]
    strange = [name for name in op.fields if name not in of.__struct_fields__]
    if strange:
        raise No("invalid", f"A {op.kind} has no field {', '.join(strange)}; it has {', '.join(of.__struct_fields__)}.")
    try:
        after = msgspec.convert({"kind": op.kind, **fields_of(before), **op.fields}, of)
    except msgspec.ValidationError as fault:
        raise No("invalid", f"{op.kind} {op.id}: {fault}.") from None
    if after.id != before.id:
        raise No("invalid", f"{op.kind} {op.id} cannot become another one.")
    return after


def _write_faults(path: Path, options: Mapping[str, Any], calls_so_far: int) -> None:
    """Atomically, so that no request sees half a file."""
    target = faults_file(path)
    if not options:
        target.unlink(missing_ok=True)
        return
    fresh = target.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as file:
        file.write(msgspec.json.format(msgspec.json.encode({"faults_from": calls_so_far, **options})))
    fresh.replace(target)
