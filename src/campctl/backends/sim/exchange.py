"""The exchange itself: changes against its rows, within one transaction. Validates before it writes, so a refusal leaves nothing."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import msgspec

from campctl.backends.sim.database import Damaged, Row, Writer
from campctl.backends.sim.options import LIMITS, Settings
from campctl.model import refusals
from campctl.model.changes import Change
from campctl.model.refusals import check, extension_of, kind_of, known_kind
from campctl.model.resources import Key, Line, Member, Resource, references, repoint

if TYPE_CHECKING:
    import sqlite3

_decoder: msgspec.json.Decoder[Resource] = msgspec.json.Decoder(Resource)
_encode = msgspec.json.Encoder().encode
_SALT = 16


def decode(body: bytes) -> Resource:
    """A row's resource; `Damaged` when it is none."""
    try:
        return _decoder.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as fault:
        raise Damaged(f"a row cannot be read: {fault}") from fault


class Exchange:
    """The exchange at one instant (`now`, seconds since 1970), in one transaction of `connection`."""

    def __init__(self, connection: sqlite3.Connection, settings: Settings, now: float) -> None:
        self.rows = Writer(connection, now, settings.propagation)
        self.settings = settings
        self.now = now
        self._registers_at = now + settings.propagation + settings.register_after
        self._counts: dict[str, int] = {}

    def apply(self, change: Change) -> None:
        """Do one change; `refusals.No` when it is refused."""
        before, after = change.before, change.after
        if change.action == "create" and after is not None:
            self.create(after)
        elif change.action == "update" and after is not None:
            if before is not None and (kind_of(before), before.id) != (kind_of(after), after.id):
                raise refusals.is_a_rename(before.id, after.id)
            self.update(after)
        elif change.action == "rename" and before is not None and after is not None:
            self.rename(Key(kind_of(before), before.id), after)
        elif change.action == "delete" and before is not None:
            self.delete(Key(kind_of(before), before.id))
        else:
            raise refusals.without_resource(change.action)

    def create(self, new: Resource) -> None:
        """Add what does not exist."""
        kind = kind_of(new)
        check(new, self.settings.unsupported)
        if self.rows.get(kind, new.id) is not None:
            raise refusals.exists(Key(kind, new.id))
        self._check_around(new)
        self._check_limits(new)
        secret = seal(os.urandom(24)) if isinstance(new, Line) else None
        self.rows.put(kind, new.id, self._row(new, None, secret), None)
        self.rows.refer(kind, new.id, (), references(new))
        if kind in self._counts:
            self._counts[kind] += 1

    def update(self, new: Resource) -> None:
        """Replace what exists."""
        kind = kind_of(new)
        check(new, self.settings.unsupported)
        row = self.rows.get(kind, new.id)
        if row is None:
            raise refusals.unknown(Key(kind, new.id))
        self._check_around(new)
        self.rows.put(kind, new.id, self._row(new, row, row.secret), row)
        self.rows.refer(kind, new.id, references(decode(row.body)), references(new))

    def rename(self, old: Key, new: Resource) -> None:
        """Give what exists another id (and other fields); whatever refers to it follows."""
        kind = kind_of(new)
        if not self.settings.rename:
            raise refusals.cannot_rename()
        if kind != old.kind or new.id == old.id:
            raise refusals.not_a_rename(old)
        check(new, self.settings.unsupported)
        row = self.rows.get(*old)
        if row is None:
            raise refusals.unknown(Key(kind, old.id))
        if self.rows.get(kind, new.id) is not None:
            raise refusals.exists(Key(kind, new.id))
        new = repoint(new, old, Key(kind, new.id))
        self._check_around(new, but=old)
        self.rows.put(old.kind, old.id, None, row)
        self.rows.refer(kind, old.id, references(decode(row.body)), ())
        self.rows.put(kind, new.id, self._row(new, row, row.secret), None)
        self.rows.refer(kind, new.id, (), references(new))
        for referrer in self.rows.referrers(*old):
            self._follow(Key(known_kind(referrer[0]), referrer[1]), old, Key(kind, new.id))

    def delete(self, key: Key) -> None:
        """Remove what exists and nobody refers to."""
        row = self.rows.get(*key)
        if row is None:
            raise refusals.unknown(key)
        users = [Key(known_kind(kind), id_) for kind, id_ in self.rows.referrers(*key) if (kind, id_) != key]
        if users:
            raise refusals.in_use(key, users)
        self.rows.put(key.kind, key.id, None, row)
        self.rows.refer(key.kind, key.id, references(decode(row.body)), ())
        if key.kind in self._counts:
            self._counts[key.kind] -= 1

    def set_secret(self, line: str, secret: str) -> None:
        """Keep a salted hash of a line's secret."""
        row = self.rows.get("line", line)
        if row is None:
            raise refusals.unknown(Key("line", line))
        self.rows.put("line", line, Row(row.body, row.extension, row.live_at, seal(secret.encode("utf-8", "surrogatepass"))), row)

    def _row(self, new: Resource, old: Row | None, secret: bytes | None) -> Row:
        try:
            body = _encode(new)
        except UnicodeEncodeError:
            raise refusals.not_unicode(Key(kind_of(new), new.id)) from None
        live_at = None
        if isinstance(new, Line) and new.enabled:
            live_at = old.live_at if old is not None and old.live_at is not None else self._registers_at
        return Row(body, extension_of(new), live_at, secret)

    def _check_around(self, new: Resource, but: Key | None = None) -> None:
        """References must lead somewhere, the extension must be free; `but` is the resource's own old key."""
        own = Key(kind_of(new), new.id)
        for to in references(new):
            if to not in {own, but} and self.rows.get(*to) is None:
                raise refusals.missing_reference(own, to)
        extension = extension_of(new)
        if extension is None:
            return
        holder = self.rows.run("SELECT kind, id FROM resource WHERE extension = ?", (extension,)).fetchone()
        if holder is not None and holder not in {own, but}:
            raise refusals.extension_taken(extension, own, f"{holder[0]} {holder[1]}")

    def _check_limits(self, new: Resource) -> None:
        limits = self.settings.limits
        if not limits:
            return
        kind = kind_of(new)
        name = next(name for name, of in LIMITS.items() if of == kind)
        if name in limits:
            if kind not in self._counts:
                self._counts[kind] = self.rows.run("SELECT count(*) FROM resource WHERE kind = ?", (kind,)).fetchone()[0]
            if self._counts[kind] >= limits[name]:
                raise refusals.too_many(Key(kind, new.id), name, limits[name])
        if isinstance(new, Member) and "members-per-queue" in limits:
            there = sum(kind == "member" for kind, _ in self.rows.referrers("queue", new.queue))
            if there >= limits["members-per-queue"]:
                raise refusals.too_many(Key("member", new.id), "members-per-queue", limits["members-per-queue"])

    def _follow(self, referrer: Key, old: Key, new: Key) -> None:
        row = self.rows.get(*referrer)
        if row is None:
            return
        resource = decode(row.body)
        after = repoint(resource, old, new)
        if after.id == referrer.id:
            self.rows.put(referrer.kind, referrer.id, self._row(after, row, row.secret), row)
        else:
            self.rows.put(referrer.kind, referrer.id, None, row)
            self.rows.put(referrer.kind, after.id, self._row(after, row, row.secret), self.rows.get(referrer.kind, after.id))
        self.rows.refer(referrer.kind, referrer.id, references(resource), ())
        self.rows.refer(referrer.kind, after.id, (), references(after))


def restart(connection: sqlite3.Connection, settings: Settings, now: float, loses: float) -> int:
    """The exchange goes down and comes up: writes acknowledged within `loses` seconds are gone, phones register anew.

    How many writes were lost.
    """
    rows = Writer(connection, now, 0.0)
    lost = connection.execute(
        "SELECT kind, id, body, extension, live_at, secret FROM undo WHERE at > ? ORDER BY seq DESC", (now - loses,)
    ).fetchall()
    for kind, id_, *columns in lost:
        current = rows.get(kind, id_)
        back = None if columns[0] is None else Row(*columns)
        rows.set(kind, id_, back)
        rows.refer(kind, id_, _references(current), _references(back))
    connection.execute("DELETE FROM undo")
    connection.execute("DELETE FROM seen WHERE since > ?", (now - loses,))
    connection.execute("UPDATE operation SET result = 'lost' WHERE at > ? AND result = 'done'", (now - loses,))
    connection.execute("UPDATE resource SET live_at = ? WHERE live_at IS NOT NULL", (now + settings.register_after,))
    connection.execute("UPDATE state SET epoch = ?, starts = starts + 1", (os.urandom(4).hex(),))
    return len(lost)


def _references(row: Row | None) -> tuple[Key, ...]:
    return () if row is None else references(decode(row.body))


def seal(secret: bytes) -> bytes:
    """Salt and hash. One round is enough for what has as many bits as a generated SIP secret; nothing gives it back."""
    salt = os.urandom(_SALT)
    return salt + hashlib.blake2b(secret, salt=salt, digest_size=32).digest()


def opens(sealed: bytes | None, secret: bytes) -> bool:
    """Whether this is the secret that was sealed."""
    import hmac

    if sealed is None:
        return False
    return hmac.compare_digest(sealed[_SALT:], hashlib.blake2b(secret, salt=sealed[:_SALT], digest_size=32).digest())
