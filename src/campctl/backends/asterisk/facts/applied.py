"""What one change comes to: its writes in an order that is safe to stop in, and what else is to be done about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from campctl.backends.asterisk.facts.native import Fact, Value, Write
from campctl.backends.asterisk.facts.rows import Rows
from campctl.model.changes import Change
from campctl.model.resources import Key

_PUTS = {place: n for n, place in enumerate(("record", "geo", "auth", "endpoint", "aor", "rule", "queue", "map", "member"))}
"""The order in which facts are made, and in reverse taken away. Why an AOR comes after its endpoint: see `native`."""


class Applied(Struct, frozen=True):
    """What one change comes to.

    writes: in order. keys: the resources it changed, old keys and new (a read-back looks at these). darkened: endpoints that are
    gone, so what rings there must be hung up. learned: endpoints whose phone Asterisk must be made to know (new AOR, or
    an endpoint back again). readded: members that must be removed and added, because Asterisk changes no member's name.
    """

    change: Change
    writes: tuple[Write, ...] = ()
    keys: tuple[Key, ...] = ()
    darkened: tuple[str, ...] = ()
    learned: tuple[str, ...] = ()
    readded: tuple[Fact, ...] = ()
    mark: int = 0


def told(
    change: Change, writes: Sequence[Write], before: Mapping[Fact, Value | None], rows: Rows, keys: tuple[Key, ...] = (), mark: int = 0
) -> Applied:
    """The writes in order (what is new before what is gone, a record first in and last out), and what follows from them.

    before: what the facts held. rows: what there is now.
    """
    ordered = sorted([item for item in writes if item[1] is not None], key=_made)
    if len(ordered) < len(writes):
        ordered += sorted([item for item in writes if item[1] is None], key=_made, reverse=True)
    darkened: list[str] = []
    learned: dict[str, None] = {}
    readded: list[Fact] = []
    for fact, new in ordered:
        old, place = before.get(fact), fact[0]
        if place == "endpoint" and new is None and old is not None:
            darkened.append(fact.name)
        elif place in {"endpoint", "aor"} and old is None and new is not None and fact.name in rows.by["endpoint"]:
            learned[fact.name] = None
        elif old is not None and isinstance(old, Mapping) and isinstance(new, Mapping) and old.get("membername") != new.get("membername"):
            readded.append(fact)
    return Applied(change, tuple(ordered), keys, tuple(darkened), tuple(learned), tuple(readded), mark)


def _made(item: Write) -> int:
    return _PUTS[item[0][0]]
