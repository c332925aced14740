"""What campctl created or adopted, with the value it last wrote."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial

from campctl.model.records import Owned
from campctl.model.resources import Key, Resource
from campctl.store.codec import damaged, dump, load_resources
from campctl.store.database import Database, Row

_key: Callable[[Row], Key] = partial(tuple.__new__, Key)
"""Key._make without a Python call each, for owned_keys."""


class SqlOwnership:
    """`ports.store.Ownership`."""

    _db: Database

    def owned_keys(self, backend: str) -> frozenset[Key]:
        """Read from the table's own index, values untouched."""
        return frozenset(map(_key, self._db.execute("SELECT kind, id FROM owned WHERE backend = ?", (backend,))))

    def owned(self, backend: str) -> Mapping[Key, Resource]:
        """With the values last written, sorted by key."""
        rows = self._db.execute("SELECT kind, id, value FROM owned WHERE backend = ? ORDER BY kind, id", (backend,))
        values = load_resources([row[2] for row in rows])
        if len(values) != len(rows):
            raise damaged(f"the values of what campctl owns on {backend} do not add up")
        return {Key(kind, name): value for (kind, name, _), value in zip(rows, values, strict=True)}

    def own(self, resources: Iterable[Owned]) -> None:
        """Take in, or replace the value and run of, each."""
        with self._db.transaction():
            own(self._db, list(resources))

    def disown(self, keys: Iterable[tuple[str, Key]]) -> None:
        """Forget each `(backend, key)`; those not owned are none the worse."""
        with self._db.transaction():
            disown(self._db, list(keys))


def own(db: Database, resources: Sequence[Owned]) -> None:
    """Within a transaction."""
    if resources:
        db.executemany(
            "INSERT INTO owned (backend, kind, id, value, run) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (backend, kind, id) DO UPDATE SET value = excluded.value, run = excluded.run",
            [(one.backend, one.key.kind, one.key.id, dump(one.value), one.run) for one in resources],
        )


def disown(db: Database, keys: Sequence[tuple[str, Key]]) -> None:
    """Within a transaction."""
    if keys:
        db.executemany(
            "DELETE FROM owned WHERE backend = ? AND kind = ? AND id = ?", [(backend, key.kind, key.id) for backend, key in keys]
        )
