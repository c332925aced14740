"""What the store needs of a database: a few methods, and names for types."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, TypeAlias

Row: TypeAlias = tuple[Any, ...]


class Database(Protocol):
    """One connection, usable from any thread. Raises `errors.StoreError`s and nothing else of its own.

    Parameters are written `?`; an implementation whose driver wants another style replaces them (no SQL of ours holds a `?`
    that is not a parameter; a test holds us to it).
    """

    @property
    def types(self) -> Mapping[str, str]:
        """What this database calls the types `int` (64 bits), `text` and `bytes`."""
        ...

    @property
    def shared(self) -> bool:
        """Whether processes of other machines, with clocks of their own, may be at it, too."""
        ...

    def time(self, given: datetime) -> datetime:
        """Within a transaction: the instant by which the lock is judged, of the clock all those share who use this database.

        `given` is what the caller's own clock says, which is that clock on a database that is not shared.
        """
        ...

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        """Run one statement and return all its rows; outside a transaction it is one of its own."""
        ...

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run one statement per row; only within a transaction."""
        ...

    def transaction(self) -> AbstractContextManager[None]:
        """All or nothing, durable when left, undone by an exception; one writer at a time. Nested ones join the outer."""
        ...

    def snapshot(self) -> AbstractContextManager[None]:
        """Reads of one instant; nothing may be written."""
        ...

    def tables(self) -> frozenset[str]:
        """The names of the tables there are."""
        ...

    def check(self) -> Sequence[str]:
        """Integrity problems in words; empty when well."""
        ...

    def about(self) -> Mapping[str, str]:
        """What and where it is, for people: `kind`, `place`, `bytes`, and what else there is to know."""
        ...

    def close(self) -> None:
        """Let go. Safe to call twice."""
        ...
