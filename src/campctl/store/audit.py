"""The append-only log. Each entry's hash covers all its fields and the hash before it; a row of `meta` names the last entry.

hash = SHA-256 over canonical JSON: all fields but `hash`, keys sorted, no blanks, UTF-8, the time as ISO 8601 in UTC with
microseconds. The first entry's `prev` is empty.

`verify_audit` finds: an entry changed, removed, put in between or in another place, and entries removed at the end (the head row
no longer fits). It cannot find: a log whose every later hash and whose head were computed anew by somebody who can write the
file, nor a store replaced whole by an older copy. Against those, keep the last hash elsewhere (`campctl audit log` shows it).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

import msgspec

from campctl.errors import AuditBroken
from campctl.model.records import AuditEntry
from campctl.store.codec import dump, instant, moment, text
from campctl.store.database import Database, Row

_COLUMNS: Final = ("seq", "at", "who", "what", "why", "command", "result", "run", "prev", "hash")
_SELECT: Final = "SELECT seq, at, who, what, why, command, result, run, prev, hash FROM audit"
_INSERT: Final = "INSERT INTO audit (seq, at, who, what, why, command, result, run, prev, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_HEAD: Final = "audit head"
_PAGE: Final = 1000


class SqlAudit:
    """`ports.store.Audit`."""

    _db: Database

    def append_audit(self, entry: AuditEntry) -> AuditEntry:
        """Append; seq, prev and hash are filled in."""
        with self._db.transaction():
            seq, prev = self._head()
            words = (text(entry.who), text(entry.what), text(entry.why), text(entry.command), text(entry.result), text(entry.run))
            fields = (seq + 1, instant(entry.at), *words, prev)
            row = (*fields, _digest(fields))
            self._db.execute(_INSERT, row)
            self._db.execute(
                "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                (_HEAD, dump([seq + 1, row[-1]])),
            )
        return _entry(row)

    def audit(self, limit: int | None = None) -> Sequence[AuditEntry]:
        """Oldest first; the last `limit` of them."""
        if limit is None:
            rows = self._db.execute(_SELECT + " ORDER BY seq")
        else:
            rows = self._db.execute(_SELECT + " ORDER BY seq DESC LIMIT ?", (max(0, limit),))[::-1]
        return [_entry(row) for row in rows]

    def verify_audit(self) -> int:
        """Check the chain from the first entry to the head; AuditBroken names the first entry that does not fit."""
        seq, prev = 0, ""
        with self._db.snapshot():
            for row in self._pages():
                expected = seq + 1
                if row[0] != expected:
                    raise _broken(f"Entry {expected} is missing: after {seq} comes {row[0]}.")
                if row[-2] != prev:
                    raise _broken(f"Entry {_name(row)} does not follow entry {seq}: that one, or this one, was replaced.")
                if row[-1] != _digest(row[:-1]):
                    raise _broken(f"Entry {_name(row)} was changed: its hash does not fit what it says.")
                seq, prev = row[0], row[-1]
            head = self._head()
        if head != (seq, prev):
            ends = f"the log ends at entry {seq}" if seq else "the log is empty"
            raise _broken(f"Entry {min(seq, head[0]) + 1} is missing: {ends}, but entry {head[0]} was the last to be written.")
        return seq

    def _head(self) -> tuple[int, str]:
        found = self._db.execute("SELECT value FROM meta WHERE name = ?", (_HEAD,))
        if found:
            try:
                return msgspec.json.decode(found[0][0], type=tuple[int, str])
            except (msgspec.MsgspecError, TypeError) as error:
                raise _broken(f"The row that names the last entry cannot be read: {error}.") from error
        if self._db.execute("SELECT 1 FROM audit LIMIT 1"):
            raise _broken("The row that names the last entry is missing, so entries at the end may be, too.")
        return 0, ""

    def _pages(self) -> Iterator[Row]:
        after: Any = None
        while True:
            if after is None:
                rows = self._db.execute(_SELECT + " ORDER BY seq LIMIT ?", (_PAGE,))
            else:
                rows = self._db.execute(_SELECT + " WHERE seq > ? ORDER BY seq LIMIT ?", (after, _PAGE))
            yield from rows
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]


def _digest(fields: Sequence[Any]) -> str:
    """Of all columns but the hash, in their order."""
    import hashlib  # loads OpenSSL, which a command that only reads does not need

    return hashlib.sha256(dump(dict(sorted(zip(_COLUMNS, fields, strict=False)))).encode()).hexdigest()


def _entry(row: Row) -> AuditEntry:
    seq, at, who, what, why, command, result, run, prev, digest = row
    return AuditEntry(seq=seq, at=moment(at), who=who, what=what, why=why, command=command, result=result, run=run, prev=prev, hash=digest)


def _name(row: Row) -> str:
    return f"{row[0]} ({row[1]}, {row[2]}: {row[3]})"


def _broken(why: str) -> AuditBroken:
    return AuditBroken(
        f"The audit log's chain is broken. {why}",
        hint="Compare with a backup of the store's folder to see who changed what; keep both. Later entries are still appended.",
    )
