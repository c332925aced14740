"""What a node has to be told, as text that waits for it in PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
from msgspec import Struct

from campctl.backends.asterisk.ami import Request
from campctl.backends.asterisk.doing.aors import RELOAD
from campctl.backends.asterisk.facts.native import Fact, Place, Value, Write
from campctl.backends.asterisk.shelves.reloading import reloaded
from campctl.backends.asterisk.sql.peers import ordered

if TYPE_CHECKING:
    from campctl.backends.asterisk.sql.peers import Peer

_PJSIP = Request("Reload", (("Module", "res_pjsip.so"),))


class Parcel(Struct, omit_defaults=True):
    """All of it may be told twice.

    writes: facts a node keeps for itself, [place, name, value]. learn: there are new AORs. cut: AORs whose registration is void.
    """

    writes: list[tuple[str, str, Any]] = []
    learn: bool = False
    cut: list[str] = []

    @property
    def empty(self) -> bool:
        """Nothing in it."""
        return not (self.writes or self.learn or self.cut)


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
    if last:
        await peer.write(ordered(last))
    if cut := list(dict.fromkeys(name for parcel in parcels for name in parcel.cut)):
        await peer.node.cut(cut)
    if any(parcel.learn for parcel in parcels):
        await reloaded(peer.node.ami, _PJSIP, deadline=max(RELOAD, peer.node.ami.options.deadline))


def _place(text: str) -> Place:
    return text  # type: ignore[return-value]
