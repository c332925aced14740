"""Taking back what was just done with overrides: those that were made are cleared, those that were cleared are made again.

Since desired(t) is what manifests, surges and overrides say, that is the whole way back; it is a plan like any other.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from msgspec.structs import replace

from campctl.app.applying import Wish, change
from campctl.app.context import Context
from campctl.app.how import How, at_once
from campctl.app.results import Applied, Planned
from campctl.model.records import Override


async def take_back(ctx: Context, how: How, *, made: Sequence[str], cleared: Sequence[Override], of: str) -> Applied | Planned:
    """Undo `of`. What ended meanwhile by itself stays ended; what another has cleared already is left alone."""
    now = ctx.clock.now()
    there = {item.id: item for item in ctx.store().overrides()}
    gone = [there[id_] for id_ in made if id_ in there]
    # A new id: the old one stands for what was cleared, in the audit log and in other people's screens.
    again = [
        replace(item, id=f"o{secrets.token_hex(3)}") for item in cleared if item.id not in there and (item.end is None or item.end > now)
    ]
    return await change(
        ctx,
        at_once(how),
        Wish(
            targets=sorted({f"{item.kind}/{item.subject}" for item in (*gone, *again)} | _desks(gone)),
            overrides=again,
            clear=[item.id for item in gone],
            what=f"undo {of}",
        ),
    )


def _desks(overrides: Sequence[Override]) -> set[str]:
    """The people whom they seated: their own phones take calls again."""
    return {f"user/{item.user}" for item in overrides if item.user}
