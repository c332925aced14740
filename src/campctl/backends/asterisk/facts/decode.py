"""Facts as resources: what is on an exchange, campctl's or not.

Where the native facts are what the record renders to, the record's values are taken as they are (any Unicode, device, label). Where they
differ, each field is read from its own native option, so a change by hand shows in its field; fields that no option tells
keep the record's value. Without a record a thing goes by its native name: line "1001", queue "help".

A thing exists when it is on the exchange: a line has an endpoint, an auth or an AOR, a location its section, and so on. A
record alone is an orphan. A line with any of its three rows missing, or a row that Asterisk cannot use, is dark. Nothing here raises,
whatever the facts are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct, field

from campctl.backends.asterisk.facts import decode_lines, decode_queues, geo
from campctl.backends.asterisk.facts.directory import NAMED, Directory
from campctl.backends.asterisk.facts.grammar import target, target_text
from campctl.backends.asterisk.facts.names import (
    digits,
    endpoint_of,
    line_id,
    location_id,
    member_fact,
    member_parts,
    number,
    proposed,
    record_key,
)
from campctl.backends.asterisk.facts.native import Facts
from campctl.backends.asterisk.facts.records import Fault, Record, read
from campctl.backends.asterisk.facts.render import noticed, notices
from campctl.backends.asterisk.facts.rows import Rows, sorted_out, text
from campctl.model.refusals import No
from campctl.model.resources import Key, Location, Resource, Route, key_of


class Decoded(Struct):
    """What facts say.

    names: native names of what exists, and of orphans (so that they are given again). records: those that count, by key.
    orphans: keys of records whose thing is not there. faults: what nobody can have meant, for `backend check`.
    """

    rows: Rows
    resources: dict[Key, Resource] = field(default_factory=dict)
    names: Directory = field(default_factory=Directory)
    records: dict[Key, Record] = field(default_factory=dict)
    orphans: frozenset[Key] = frozenset()
    faults: list[Fault] = field(default_factory=list)

    def known(self, key: Key) -> Any:
        """The resource as last written."""
        record = self.records.get(key)
        return record.r if record is not None else None


def decode(facts: Facts) -> Decoded:
    """Everything there is."""
    return decode_rows(*sorted_out(facts))


def decode_rows(rows: Rows, faults: list[Fault]) -> Decoded:
    """Everything there is, of facts that were sorted out already."""
    found = Decoded(rows, faults=faults)
    _read_records(found)
    _name_foreign(found)
    for kind in NAMED:
        read_one, resources = _READERS[kind], found.resources
        for key in found.names.keys(kind):
            resource = read_one(found, key)
            if resource is not None:
                resources[key] = resource
    for key in [*_members(found), *_routes(found)]:
        again(found, key)
    found.orphans = frozenset(key for key in found.records if key not in found.resources)
    return found


def again(found: Decoded, key: Key) -> Resource | None:
    """Read one resource from `found.rows`, whatever was known of it, and put it in its place; None when it is not there."""
    resource = _READERS[key.kind](found, key)
    if resource is None:
        found.resources.pop(key, None)
    else:
        found.resources[key] = resource
    return resource


def _read_records(found: Decoded) -> None:
    records: dict[Key, tuple[str, Record]] = {}
    damaged = []
    for name, value in found.rows.by["record"].items():
        record = read(name, value)
        if isinstance(record, Record):
            records[key_of(record.r)] = (name, record)
        else:
            found.faults.append(record)
            damaged.append(name)
    natives, ids = found.names.natives, found.names.ids
    for key, (name, record) in records.items():
        if record.was and _counts(records, record.was, record):
            continue
        kind, id_ = key
        if kind in natives:
            # As Directory.learn, but for what cannot be here: a second name for the same id.
            holder = ids[kind].setdefault(record.n, id_)
            if holder != id_:
                found.faults.append(Fault("record", name, f"claims {record.n}, which is {kind} {holder}"))
                continue
            natives[kind][id_] = record.n
        found.records[key] = record
    for name in damaged:
        _guess(found, name)


def _counts(records: Mapping[Key, tuple[str, Record]], was: str, record: Record) -> bool:
    """Whether the record of before a rename is there too: the rename did not come to its end, so it was none."""
    old = record_key(was)
    held = records.get(old) if old is not None else None
    return held is not None and held[1].n == record.n and bool(record.n)


def _guess(found: Decoded, name: str) -> None:
    """A damaged record still tells whose it is; its native name is most likely the proposed one."""
    key = record_key(name)
    if key is None or key.kind not in NAMED:
        return
    try:
        native = proposed(key)
    except No:
        return
    if found.names.holder(key.kind, native) is None:
        found.names.learn(key, native)


def _name_foreign(found: Decoded) -> None:
    """Things without a record go by their native name, unless a record's thing is called so."""
    by, ids = found.rows.by, found.names.ids
    for native in sorted(by["geo"].keys() - ids["location"].keys()):
        _foreign(found, Key("location", location_id(native)), native)
    for native in sorted((by["endpoint"].keys() | by["auth"].keys() | by["aor"].keys()) - ids["line"].keys()):
        # One that lost its record is still known by its rows: taken for somebody else's it would hold its own extension.
        _foreign(found, Key("line", line_id(native) if decode_lines.as_rendered(found.rows, native) else native), native)
    for native in sorted(by["queue"].keys() - ids["queue"].keys()):
        _foreign(found, Key("queue", native), native)


def _foreign(found: Decoded, key: Key, native: str) -> None:
    if found.names.find(key) is not None:
        found.faults.append(Fault(key.kind, native, f"is not {key}, which goes by {found.names.native(key)}"))
        return
    found.names.learn(key, native)


def _members(found: Decoded) -> Iterable[Key]:
    names = found.names
    for name in found.rows.by["member"]:
        queue, interface = member_parts(name)
        endpoint = endpoint_of(interface)
        if endpoint is None or queue not in found.rows.by["queue"] or names.holder("line", endpoint) is None:
            found.faults.append(Fault("member", name, "is of a queue or a phone which campctl does not see"))
            continue
        yield Key("member", f"{names.id_of('queue', queue)}/{names.id_of('line', endpoint)}")


def _routes(found: Decoded) -> Iterable[Key]:
    for name in found.rows.by["map"]:
        if name.startswith("did/"):
            if name[4:].isascii() and name[4:].isdigit():
                yield Key("route", number(name[4:]))
            else:
                found.faults.append(Fault("map", name, "is no number"))


def _location(found: Decoded, key: Key) -> Resource | None:
    native = found.names.native(key)
    options = found.rows.by["geo"].get(native)
    if options is None:
        return None
    known = found.known(key)
    seen = geo.fields({name: text(options, name) for name in options}, known)
    notify_text = found.rows.by["map"].get(f"notify/{native}", "")
    same = known is not None and notify_text == notices(known.notify)
    return Location(id=key.id, notify=known.notify if same else noticed(notify_text), **seen)


def _member(found: Decoded, key: Key) -> Resource | None:
    known = found.known(key)
    if known is not None:
        queue, line = known.queue, known.line
    else:
        queue, line = _halves(found, key.id)
    endpoint = found.names.native(Key("line", line))
    options = found.rows.by["member"].get(member_fact(found.names.native(Key("queue", queue)), endpoint).name)
    if options is None or Key("queue", queue) not in found.resources or Key("line", line) not in found.resources:
        return None
    return decode_queues.member(options, queue, line, endpoint, known)


def _halves(found: Decoded, id_: str) -> tuple[str, str]:
    """Queue and line of a member's id; both may have slashes in it, so the first cut at which both are known counts."""
    cut = id_.find("/")
    while cut >= 0:
        queue, line = id_[:cut], id_[cut + 1 :]
        if found.names.find(Key("queue", queue)) is not None and found.names.find(Key("line", line)) is not None:
            return queue, line
        cut = id_.find("/", cut + 1)
    queue, _, line = id_.partition("/")
    return queue, line


def _route(found: Decoded, key: Key) -> Resource | None:
    value = found.rows.by["map"].get(f"did/{digits(key.id)}")
    if value is None:
        return None
    known = found.known(key)
    if known is not None and target(known.to, found.names) == value:
        return Route(key.id, known.to, known.label)
    return Route(key.id, target_text(value, found.names), known.label if known is not None else "")


def _line(found: Decoded, key: Key) -> Resource | None:
    record = found.records.get(key)
    return decode_lines.line(found.rows, found.names, key.id, record.r if record is not None else None)  # type: ignore[arg-type]


def _queue(found: Decoded, key: Key) -> Resource | None:
    return decode_queues.queue(found.rows, found.names, key.id, found.known(key))


_READERS = {"location": _location, "line": _line, "queue": _queue, "member": _member, "route": _route}
