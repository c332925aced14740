"""One machine with Asterisk on it: its connection, and what only that machine knows or can do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

import msgspec

from campctl.backends.asterisk.ami import Ami, Request, db_tree, delete, read_config
from campctl.backends.asterisk.doing.aors import Aors
from campctl.backends.asterisk.facts.names import interface
from campctl.backends.asterisk.shelves.answers import worded
from campctl.errors import Refused, Unavailable

CONTACTS: Final = "registrar/contact"
_BOOT_SECONDS: Final = 20.0
_FEW: Final = 20
"""AORs up to which each is asked about by itself; beyond it costs less to read all contacts there are."""
_RINGING: Final = frozenset(("Ring", "Ringing"))


class _Contact(msgspec.Struct):
    """A registration, as res_pjsip keeps it."""

    endpoint: str = ""
    expiration_time: str = ""


_contact: msgspec.json.Decoder[_Contact] = msgspec.json.Decoder(_Contact)


class Node:
    """One machine. `name` is "" where there is only one."""

    def __init__(self, name: str, ami: Ami) -> None:
        self.name = name
        self.ami = ami
        self.aors = Aors(ami)

    async def booted(self) -> None:
        """Wait for one that is starting: before the end of that it has not all its queues and members. Raises Unavailable."""
        if not await self.ami.wait_booted(_BOOT_SECONDS):
            raise Unavailable(
                f"Asterisk at {self.ami.where.label} is still starting.",
                backend=self.ami.options.backend,
                hint="With many queue members that takes a minute: asterisk -rx 'core waitfullybooted'",
            )

    async def taken(self) -> frozenset[str]:
        """Names in pjsip.conf: trunks, peers, and phones of others."""
        try:
            return frozenset(await read_config(self.ami, "pjsip.conf"))
        except Refused:
            return frozenset()

    async def registered(self, now: float) -> set[str]:
        """Names of AORs with a registration that has not run out at `now` (seconds since 1970)."""
        found: set[str] = set()
        for key, text in (await db_tree(self.ami, CONTACTS)).items():
            name, sign, _ = key.partition(";@")
            try:
                contact = _contact.decode(text)
            except msgspec.DecodeError:
                continue
            if sign and contact.expiration_time.isdecimal() and int(contact.expiration_time) > now:
                found.add(name)
        return found

    async def registered_of(self, names: Collection[str], now: float) -> set[str]:
        """Those of `names` that are registered; cheaper than all when they are few."""
        if len(names) > _FEW:
            return await self.registered(now) & set(names)
        found = set()
        for name in names:
            if any(_left(row, now) for row in await self._contacts(name)):
                found.add(name)
        return found

    async def cut(self, names: Collection[str]) -> None:
        """Forget every registration of these AORs: a phone with an old secret rings no more."""
        if len(names) > _FEW:
            wanted = set(names)
            keys = [key for key in await db_tree(self.ami, CONTACTS) if key.partition(";@")[0] in wanted]
        else:
            keys = [row.get("ID") for name in names for row in await self._contacts(name)]
        worded(await self.ami.many([delete(CONTACTS, key) for key in keys if key]), fine=("Database entry",))

    async def pause(self, endpoint: str, paused: bool, reason: str) -> None:
        """Pause an endpoint in every queue it is in here, or let it go on; who is in none here is let be."""
        fields = [("Interface", interface(endpoint)), ("Paused", "true" if paused else "false")]
        if paused and reason:
            fields.append(("Reason", reason))
        said = worded(await self.ami.many([Request("QueuePause", tuple(fields))]), fine=("Interface not found",))
        if said[0] is not None:
            raise Refused(f"{said[0]}; {endpoint} is as it was.", backend=self.ami.options.backend)

    async def hang_up_ringing(self, names: Collection[str]) -> None:
        """End calls that only ring at these endpoints; who talks goes on."""
        if not names:
            return
        wanted = set(names)
        requests = []
        for row in await self.ami.collect("CoreShowChannels"):
            channel = row.get("Channel")
            endpoint = channel.removeprefix("PJSIP/").rpartition("-")[0]
            if channel.startswith("PJSIP/") and endpoint in wanted and row.get("ChannelStateDesc") in _RINGING:
                requests.append(Request("Hangup", (("Channel", channel), ("Cause", "19"))))
        worded(await self.ami.many(requests), fine=("No such channel",))

    async def _contacts(self, name: str) -> list[Any]:
        try:
            rows = await self.ami.collect("PJSIPShowEndpoint", {"Endpoint": name})
        except Refused:
            return []
        return [row for row in rows if row.event == "ContactStatusDetail" and row.get("AOR") == name]


def _left(row: Any, now: float) -> bool:
    expires = row.get("RegExpire")
    return bool(expires.isdecimal() and int(expires) > now)
