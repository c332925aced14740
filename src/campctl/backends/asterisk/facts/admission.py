"""Whether there is room for a resource among the others: references, extensions, limits. Raises `refusals.No`."""

from __future__ import annotations

from collections.abc import Mapping

from campctl.backends.asterisk.facts.decode import Decoded
from campctl.backends.asterisk.facts.grammar import target_text
from campctl.backends.asterisk.facts.index import Index
from campctl.model import refusals
from campctl.model.refusals import extension_of
from campctl.model.resources import Key, Kind, Member, Resource, references, target_key

LIMITS: Mapping[Kind, str] = {"line": "lines", "queue": "queues", "member": "members", "route": "routes"}
"""The limit that counts a kind."""


def check_around(seen: Decoded, index: Index, own: Key, new: Resource, but: Key | None = None) -> None:
    """References must lead somewhere, the extension must be free; `but` is the resource's own old key."""
    for to in references(new):
        if to not in seen.resources and to not in {own, but}:
            raise refusals.missing_reference(own, to)
    extension = extension_of(new)
    if extension is None:
        return
    holder: Key | str | None = index.holder(extension) or _led(seen, extension)
    if holder is not None and holder not in {own, but}:
        words = f"{holder.kind} {holder.id}" if isinstance(holder, Key) else holder
        raise refusals.extension_taken(extension, own, words)


def check_limits(index: Index, key: Key, new: Resource, limits: Mapping[str, int]) -> None:
    """One more must not be too many."""
    name = LIMITS.get(key.kind, "")
    if name in limits and index.count(key.kind) >= limits[name]:
        raise refusals.too_many(key, name, limits[name])
    most = limits.get("members-per-queue")
    if isinstance(new, Member) and most is not None and index.members(new.queue) >= most:
        raise refusals.too_many(key, "members-per-queue", most)


def _led(seen: Decoded, extension: str) -> Key | str | None:
    """Whom an extension leads to that is nobody's own: a thing's second one, or an outside number put there by hand."""
    value = seen.rows.ext(extension)
    if value is None:
        return None
    text = target_text(value, seen.names)
    key = target_key(text)
    if key is not None:
        return key if key in seen.resources else None
    return text if text.startswith("outside/") else None
