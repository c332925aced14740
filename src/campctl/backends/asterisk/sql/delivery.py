"""What a node has to be told, as text that waits for it in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from campctl.backends.asterisk.ami import Request, delete
from campctl.backends.asterisk.aors import RELOAD
from campctl.backends.asterisk.native import Fact, Place, Value, Write
from campctl.backends.asterisk.shelves.answers import worded

if TYPE_CHECKING:
    from campctl.backends.asterisk.sql.peers import Peer

_RULES = Request("QueueReload", (("Rules", "yes"), ("Parameters", "no"), ("Members", "no")))
_PJSIP = Request("Reload", (("Module", "res_pjsip.so"),))
_GONE = ("Database entry",)


class Parcel(Struct, omit_defaults=True):
    """All of it may be told twice.

    writes: facts a node keeps for itself, [place, name, value]. learn: there are new AORs. rules: queue rules changed.
    gone: queues that were deleted, whose members would come back with the name. cut: AORs whose registration is void.
    """

    writes: list[tuple[str, str, Any]] = []
    learn: bool = False
    rules: bool = False
    gone: list[str] = []
    cut: list[str] = []

    @property
    def empty(self) -> bool:
        """Nothing in it."""
        return not (self.writes or self.learn or self.rules or self.gone or self.cut)


_decoder: msgspec.json.Decoder[Parcel] = msgspec.json.Decoder(Parcel)


def of_writes(writes: Sequence[Write]) -> Parcel:
    """Facts for a node, in order."""
    return Parcel(writes=[(fact.place, fact.name, value) for fact, value in writes])


def pack(parcel: Parcel) -> str:
    """As text."""
    return msgspec.json.encode(parcel).decode()


def unpack(text: str) -> Parcel:
    """From text; something a newer campctl packed, which this one does not understand, is empty."""
    try:
        return _decoder.decode(text)
    except msgspec.DecodeError:
        return Parcel()


async def tell(peer: Peer, parcels: Sequence[Parcel]) -> None:
    """Tell a node all of it; of facts written several times only what they hold in the end."""
    last: dict[Fact, Value | None] = {}
    for parcel in parcels:
        for place, name, value in parcel.writes:
            fact = Fact(_place(place), name)
            last.pop(fact, None)
            last[fact] = value
    if any(parcel.rules for parcel in parcels):
        worded(await peer.node.ami.many([_RULES]))
    if last:
        await peer.write([Write(fact, value) for fact, value in last.items()])
    gone = [delete("Queue/PersistentMembers", name) for parcel in parcels for name in parcel.gone]
    if gone:
        worded(await peer.node.ami.many(gone), fine=_GONE)
    for name in dict.fromkeys(name for parcel in parcels for name in parcel.cut):
        await peer.node.cut(name)
    if any(parcel.learn for parcel in parcels):
        worded(await peer.node.ami.many([_PJSIP], deadline=max(RELOAD, peer.node.ami.options.deadline)))


def _place(text: str) -> Place:
    return text  # type: ignore[return-value]
