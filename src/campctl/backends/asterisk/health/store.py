"""Whether what campctl writes is kept, whether Asterisk sees it, and what earlier runs left behind."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from campctl.backends.asterisk.ami import Ami, db_del, db_get, db_put, db_tree
from campctl.backends.asterisk.doing.aors import MARK
from campctl.backends.asterisk.doing.node import Node
from campctl.backends.asterisk.facts.native import Fact, Value
from campctl.backends.asterisk.health.looking import count, some
from campctl.backends.asterisk.shelves.astdb import CAMPCTL
from campctl.backends.asterisk.shelves.members import LOCK_QUEUE
from campctl.errors import Refused
from campctl.model.live import Probe
from campctl.ports.clock import Clock

SEEN: Final = 3
"""Lines that are asked for: enough to tell, few enough for a machine with thousands."""
HELD: Final = 120.0
"""Seconds into the future at which a lease ends that nobody can have taken by a clock that goes right."""
_NOON: Final = 1_768_478_400, 1_784_116_800
"""A day in January and one in July 2026, to tell summer time."""


async def round_trip(ami: Ami) -> Probe:
    """Writes a row, reads it and removes it: an answer to a ping says nothing of the disk."""
    key, value = f"check/{secrets.token_hex(6)}", secrets.token_hex(16)
    cure = "See whether the disk is full and whether /var/lib/asterisk belongs to the user Asterisk runs as; then its log."
    try:
        await db_put(ami, CAMPCTL, key, value)
        found = await db_get(ami, CAMPCTL, key)
        gone = await db_del(ami, CAMPCTL, key)
    except Refused as error:
        return Probe("store", ok=False, detail=f"AstDB does not keep what is written: {error.message}", cure=error.hint or cure)
    if found != value or not gone:
        return Probe("store", ok=False, detail="AstDB says that it keeps a row, and does not give it back.", cure=cure)
    return Probe("store", ok=True, detail="AstDB keeps rows and gives them back")


async def sees(ami: Ami, facts: Mapping[Fact, Value]) -> Probe:
    """Whether Asterisk itself finds lines that are kept: it may be looking somewhere else."""
    names = sorted(
        fact.name for fact, value in facts.items() if fact.place == "endpoint" and isinstance(value, Mapping) and "allow" in value
    )
    if not names:
        return Probe("lines seen", ok=True, detail="there are no lines yet")
    missing = []
    for name in names[: SEEN - 1] + names[-1:]:
        try:
            await ami.collect("PJSIPShowEndpoint", {"Endpoint": name})
        except Refused:
            missing.append(name)
    if missing:
        return Probe(
            "lines seen",
            ok=False,
            detail=f"Asterisk does not find {some(missing)}, though the rows are there.",
            cure="Compare sorcery.conf (and extconfig.conf, res_pgsql.conf of a cluster) with those of `backend init asterisk`; restart.",
        )
    return Probe("lines seen", ok=True, detail=f"{count(len(names), 'line')} lit; asked for {min(SEEN, len(names))}, found all")


async def locations(ami: Ami, facts: Mapping[Fact, Value]) -> Probe:
    """Whether the address of every line is loaded, so that it goes with an emergency call."""
    rows = [line.split()[0] for line in await ami.command("geoloc list profiles") if line.strip()]
    loaded = {row for row in rows if not row.startswith("<")}
    wanted = {
        str(value["geoloc_incoming_call_profile"])
        for fact, value in facts.items()
        if fact.place == "endpoint" and isinstance(value, Mapping) and value.get("geoloc_incoming_call_profile")
    }
    written = {fact.name for fact in facts if fact.place == "geo"}
    if missing := sorted((wanted | written) - loaded):
        return Probe(
            "locations",
            ok=False,
            detail=f"Not loaded: {some(missing)}. Lines there do not exist for Asterisk: their phones are refused.",
            cure="Run: asterisk -rx 'module reload res_geolocation.so'; if that does not help, `campctl apply` writes them anew.",
        )
    return Probe("locations", ok=True, detail=f"{count(len(wanted), 'address', 'addresses')} of lines, all loaded")


async def zones(ami: Ami, facts: Mapping[Fact, Value]) -> Probe:
    """Whether Asterisk knows the time zones of hotlines' hours; one it does not know it takes for UTC without a word."""
    hours = [str(value) for fact, value in facts.items() if fact.place == "map" and re.fullmatch(r"hotline/[^/]+/hours", fact.name)]
    used = sorted({spec.split(",")[4] for text in hours for spec in text.split("|") if spec.count(",") == 4})
    wrong = [zone for zone in used if not await _same(ami, zone)]
    if wrong:
        return Probe(
            "time zones",
            ok=False,
            detail=f"Asterisk does not know {some(wrong)}: hotlines would open and close by another clock.",
            cure="Install or renew the package tzdata on Asterisk's machine and restart Asterisk.",
        )
    return Probe("time zones", ok=True, detail=some(used) if used else "none is used")


async def _same(ami: Ami, zone: str) -> bool:
    for moment in _NOON:
        said = (await ami.ask("Getvar", {"Variable": f"STRFTIME({moment},{zone},%z)"})).get("Value")
        try:
            ours = datetime.fromtimestamp(moment, ZoneInfo(zone)).strftime("%z")
        except (ZoneInfoNotFoundError, ValueError):
            return False
        if said != ours:
            return False
    return True


async def lock(ami: Ami, clock: Clock) -> Probe:
    """Whether somebody holds the lock, or held it when they died."""
    try:
        rows = await ami.collect("QueueStatus", {"Queue": LOCK_QUEUE})
    except Refused:
        rows = []
    now = clock.now().timestamp()
    names = [row.get("Name") for row in rows if row.event == "QueueMember" and row.get("Queue") == LOCK_QUEUE]
    for name in names:
        ends = next((word for word in name.split()[1:2] if word.isdecimal()), "")
        if ends and float(ends) - now > HELD:
            return Probe(
                "lock",
                ok=False,
                detail=f"A lease ends {float(ends) - now:.0f} s from now: whoever took it has a clock that goes wrong.",
                cure=f"Put right the clocks of machines with campctl; `queue show {LOCK_QUEUE}` names the member to remove.",
            )
        if not ends or float(ends) < now:
            return Probe("lock", ok=True, detail="left behind by a run that was killed; the next one takes it over")
    return Probe("lock", ok=True, detail="another campctl is at work" if names else "free")


async def unknown(ami: Ami) -> Probe:
    """Whether lines were made that Asterisk's queues do not know of yet."""
    rows = {key: mark for key, mark in (await db_tree(ami, CAMPCTL)).items() if key.startswith(MARK)}
    if rows:
        return Probe(
            "new lines",
            ok=False,
            detail="A run ended before it made new lines known: their phones register, but no hotline rings them.",
            cure="Run `campctl plan` or `campctl apply`: each makes them known before anything else. A run that is at work does by itself.",
        )
    return Probe("new lines", ok=True, detail="all are known to hotlines")


async def names(node: Node, facts: Mapping[Fact, Value]) -> Probe:
    """Whether a line has the name of something in pjsip.conf, which then wins."""
    taken = await node.taken()
    both = sorted({fact.name for fact in facts if fact.place in {"endpoint", "aor", "auth"}} & taken)
    if both:
        return Probe(
            "names",
            ok=False,
            detail=f"Both pjsip.conf and campctl have {some(both)}; Asterisk takes the one of the file.",
            cure="Rename it in pjsip.conf and restart Asterisk, or delete the line from campctl and provision it anew.",
        )
    return Probe("names", ok=True, detail="none is used twice")
