"""What a store says of itself, in rows of `meta`: whose it is, and whether its records have gone elsewhere or are still coming.

- `campaign`: the name of the campaign it belongs to. Two campaigns that were given the same schema would take each other's phones
  for their own; so the second is refused.
- `id`: a random name, by which a copy knows what it is a copy of.
- `coming`: a copy that was not yet declared the one that counts. Nobody may use it.
- `gone`: the records were carried elsewhere. Nobody may use what stayed behind, which is kept as it was.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from campctl.errors import StoreError
from campctl.store.codec import damaged, dump
from campctl.store.database import Database
from campctl.store.schema import Place

Mark = Literal["campaign", "id", "coming", "gone"]
MARKS: Final[tuple[Mark, ...]] = ("campaign", "id", "coming", "gone")

_UPSERT: Final = "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value"


def marks(db: Database) -> dict[Mark, Any]:
    """Those there are."""
    rows = db.execute("SELECT name, value FROM meta WHERE name IN ('campaign', 'id', 'coming', 'gone')")
    try:
        return {name: msgspec.json.decode(value) for name, value in rows}
    except msgspec.DecodeError as error:
        raise damaged(f"a row of meta does not read: {error}") from error


def set_mark(db: Database, name: Mark, value: Any) -> None:
    """Within a transaction."""
    db.execute(_UPSERT, (name, dump(value)))


def unset_mark(db: Database, name: Mark) -> None:
    """Within a transaction."""
    db.execute("DELETE FROM meta WHERE name = ?", (name,))


def require_in_use(db: Database, place: Place, campaign: str) -> dict[Mark, Any]:
    """Refuse a store that is not the one that counts, or another campaign's; what it says of itself otherwise."""
    found = marks(db)
    if "gone" in found:
        to = found["gone"]["to"] or "the folder .campctl"
        raise StoreError(
            f"The records of this campaign are no longer in {place}: they were carried to {to} on {found['gone']['at'][:10]}.",
            hint=f"Let `store:` in campaign.yaml say so (`campctl store migrate --to '{found['gone']['to']}'` writes it), "
            "or take the current campaign.yaml from git.",
        )
    if "coming" in found:
        raise StoreError(
            f"The records of this campaign are on their way to {place}, and whoever carried them there was stopped.",
            hint="Run the same `campctl store migrate` again, in the same folder; it goes on where it stopped.",
        )
    whose = found.get("campaign")
    if campaign and whose and whose != campaign and db.shared:
        raise StoreError(
            f"{place} holds the records of the campaign `{whose}`, not of `{campaign}`. Nothing was read or changed.",
            hint="Each campaign needs a schema of its own: add `?schema=NAME` to `store:`. If it is the same campaign under a new name, "
            "run `campctl store rename` once.",
        )
    return found


def refuse_gone(db: Database) -> None:
    """Within a transaction: a store that was opened while it was the one that counts may have been left behind since."""
    if "gone" in marks(db):
        raise StoreError(
            "The campaign's records were carried to another store since this one was opened. Nothing was begun.",
            hint="Repeat the command: it then uses the store that campaign.yaml names.",
        )
