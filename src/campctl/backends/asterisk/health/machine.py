"""One machine: whether it answers, is set up as campctl needs it, and is not overloaded."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from importlib.resources import files as resources
from typing import Final

from campctl.backends.asterisk.ami import Ami, Message, read_config
from campctl.backends.asterisk.doing.node import Node
from campctl.backends.asterisk.facts.render import REALM
from campctl.backends.asterisk.health.looking import count, some
from campctl.backends.asterisk.setup import DIALPLAN
from campctl.errors import AuthFailed, BackendError, Refused
from campctl.model.live import Probe
from campctl.ports.clock import Clock

LEAST: Final = 22
SKEW: Final = 5.0
"""Seconds Asterisk's clock may differ from ours: leases of several campctls are good for ten."""
LONG: Final = 200
"""Entries of one internal queue that are no longer passing."""
CLASSES: Mapping[str, tuple[str, ...]] = {
    "system": ("DBPut", "DBGetTree", "Reload"),
    "config": ("UpdateConfig", "GetConfig"),
    "agent": ("QueueAdd", "QueueReload"),
    "call": ("Hangup",),
    "command": ("Command",),
    "reporting": ("CoreShowChannels",),
}
"""Classes of the manager user (`write`), with acts that need them."""
EVENTS = ("system", "call", "agent", "user", "reporting")
"""Classes of events it has to be told of (`read`)."""
_REWRITE = "Set Asterisk up with the files of `campctl backend init asterisk` (docs/asterisk.md), or change this one by hand."


async def connection(node: Node) -> Probe:
    """Whether it lets us in, and how."""
    where = node.ami.where
    try:
        about = await node.ami.about()
    except AuthFailed as error:
        return Probe("connection", ok=False, detail=error.message, cure=error.hint)
    except BackendError as error:
        return Probe(
            "connection", ok=False, detail=error.message, cure=error.hint or "See whether Asterisk runs: systemctl status asterisk"
        )
    if where.exposed:
        return Probe(
            "connection",
            ok=False,
            detail=f"{where.label} answers in the clear: secrets of phones cross the network where others may read them.",
            cure="Name a certificate in manager.conf (`backend init asterisk --tls-cert`) and write `tls: true`, or use an SSH tunnel.",
        )
    how = "TLS 1.2 or later" if where.tls else "loopback"
    return Probe("connection", ok=True, detail=f"{where.label}, {how}, manager interface {about.protocol}, started {about.epoch}")


async def booted(ami: Ami, clock: Clock) -> Probe:  # noqa: ARG001 - the shape of a look
    """Whether it takes calls."""
    if await ami.wait_booted(0.2):
        return Probe("booted", ok=True, detail="fully booted")
    return Probe(
        "booted", ok=False, detail="Asterisk is still starting and takes no calls.", cure="Wait: asterisk -rx 'core waitfullybooted'"
    )


async def version(ami: Ami, clock: Clock) -> Probe:  # noqa: ARG001
    """Which Asterisk it is."""
    said = (await ami.ask("CoreSettings")).get("AsteriskVersion")
    match = re.match(r"(?:certified-|GIT-)?(\d+)", said)
    if match and int(match[1]) >= LEAST:
        return Probe("version", ok=True, detail=f"Asterisk {said}")
    return Probe("version", ok=False, detail=f"Asterisk {said or 'of unknown version'}", cure=f"campctl needs Asterisk {LEAST} or later.")


async def permissions(ami: Ami, clock: Clock) -> Probe:  # noqa: ARG001
    """Whether the manager user may do what campctl does, and is told what campctl has to know."""
    may = {name for name, _ in (await ami.ask("ListCommands")).pairs()}
    missing = [name for name, acts in CLASSES.items() if not may.issuperset(acts)]
    told: list[str] = []
    if "command" not in missing:
        told = await _read_classes(ami)
    unheard = [name for name in EVENTS if told and name not in told and "all" not in told]
    if missing or unheard:
        lacks = [f"write = ...,{','.join(missing)}"] if missing else []
        lacks += [f"read = ...,{','.join(unheard)}"] if unheard else []
        return Probe(
            "permissions",
            ok=False,
            detail=f"The manager user lacks {' and '.join(lacks)}.",
            cure="Add the classes to it in manager.conf and run: asterisk -rx 'manager reload'",
        )
    more = " (and may place calls, which campctl never does)" if "Originate" in may else ""
    return Probe("permissions", ok=True, detail=f"all it needs{more}")


async def _read_classes(ami: Ami) -> list[str]:
    lines = await ami.command(f"manager show user {ami.user}")
    said = next((line.partition(":")[2] for line in lines if line.strip().startswith("read perm:")), "")
    return [word.strip() for word in said.split(",") if word.strip()]


async def modules(ami: Ami, clock: Clock) -> Probe:  # noqa: ARG001
    """Whether everything is loaded that lines, queues and the dialplan need."""
    rows = [line.split() for line in await ami.command("module show")]
    running = {row[0] for row in rows if row and "Running" in row}
    if missing := [name for name in needed() if name not in running]:
        return Probe(
            "modules",
            ok=False,
            detail=f"Not running: {some(missing, 8)}.",
            cure="Add them to modules.conf and restart Asterisk; its log says why one declined to load.",
        )
    return Probe("modules", ok=True, detail=f"the {count(len(needed()), 'module')} campctl needs are running")


@cache
def needed() -> tuple[str, ...]:
    """Modules of the template that calls and campctl cannot do without."""
    text = resources("campctl.backends.asterisk.setup").joinpath("templates", "modules.conf").read_text(encoding="utf-8")
    always = text.partition(";@end")[2]
    spared = (
        "codec_",
        "format_",
        "res_srtp",
        "res_pjsip_logger",
        "res_timing",
        "bridge_softmix",
        "bridge_holding",
        "app_verbose",
        "func_version",
    )
    return tuple(name for name in re.findall(r"^load = (\S+)$", always, re.MULTILINE) if not name.startswith(spared))


async def dialplan(ami: Ami, clock: Clock) -> Probe:  # noqa: ARG001
    """Whether the dialplan is campctl's, of the version it wants."""
    said = (await ami.ask("Getvar", {"Variable": "CAMPCTL_DIALPLAN"})).get("Value")
    cure = "Put extensions.conf of `campctl backend init asterisk` in place and run: asterisk -rx 'dialplan reload'"
    if not said.isdecimal():
        return Probe("dialplan", ok=False, detail="The dialplan is not campctl's: no call would find what campctl writes.", cure=cure)
    if int(said) < DIALPLAN:
        return Probe("dialplan", ok=False, detail=f"The dialplan is of version {said}; this campctl wants {DIALPLAN}.", cure=cure)
    return Probe("dialplan", ok=True, detail=f"version {said}")


async def overload(ami: Ami, clock: Clock) -> Probe:  # noqa: ARG001
    """Whether a busy hotline would silence all phones, and whether phones' digests fit."""
    settings = await _settings(ami)
    trigger = settings.get("taskprocessor_overload_trigger", "")
    if trigger != "pjsip_only":
        return Probe(
            "overload",
            ok=False,
            detail=f"taskprocessor_overload_trigger is {trigger or 'not known'}: any long internal queue silences every phone.",
            cure="In [global] (type = global) of pjsip.conf write taskprocessor_overload_trigger = pjsip_only, then reload res_pjsip.",
        )
    if settings.get("default_realm", REALM) != REALM:
        return Probe(
            "overload",
            ok=False,
            detail=f"default_realm is {settings['default_realm']}: passwords campctl keeps are for {REALM}, so phones are refused.",
            cure=f"In [global] of pjsip.conf write default_realm = {REALM}, then reload res_pjsip.",
        )
    return Probe("overload", ok=True, detail="only SIP's own queues count")


async def _settings(ami: Ami) -> dict[str, str]:
    rows = [line.partition(":") for line in await ami.command("pjsip show settings")]
    return {name.strip(): value.strip() for name, colon, value in rows if colon}


async def queues(ami: Ami, clock: Clock) -> Probe:  # noqa: ARG001
    """Whether members outlive a restart."""
    general = dict((await read_config(ami, "queues.conf")).get("general", ()))
    if general.get("persistentmembers", "no").lower() not in {"yes", "true", "on", "1"}:
        return Probe(
            "queues",
            ok=False,
            detail="persistentmembers is off: a restart of Asterisk empties every hotline.",
            cure="In [general] of queues.conf write persistentmembers = yes, then: asterisk -rx 'queue reload all'",
        )
    return Probe("queues", ok=True, detail="members outlive a restart")


async def load(ami: Ami, clock: Clock) -> Probe:  # noqa: ARG001
    """Whether its internal queues are long."""
    deep: list[str] = []
    total = 0
    for line in await ami.command("core show taskprocessors"):
        words = line.split()
        if len(words) >= 6 and words[1].isdecimal() and words[2].isdecimal():
            total += int(words[2])
            if int(words[2]) > LONG:
                deep.append(f"{words[0]} ({words[2]})")
    if deep:
        return Probe(
            "load",
            ok=False,
            detail=f"Asterisk is behind with its work: {some(deep)}.",
            cure="Wait and check again; if it stays, there are too many lines or members for this machine, or its database is slow.",
        )
    return Probe("load", ok=True, detail=f"{total} tasks waiting")


async def time(ami: Ami, clock: Clock) -> Probe:
    """Whether its clock goes with ours."""
    before = clock.now().timestamp()
    said = (await ami.ask("Getvar", {"Variable": "EPOCH"})).get("Value")
    after = clock.now().timestamp()
    theirs = float(said)
    off = theirs - after if theirs > after else min(0.0, theirs + 1 - before)
    if abs(off) > SKEW:
        word = "ahead of" if off > 0 else "behind"
        return Probe(
            "clock", ok=False, detail=f"Its clock is {abs(off):.0f} s {word} this machine's.", cure="Let both keep time by NTP: timedatectl"
        )
    return Probe("clock", ok=True, detail="within a second of this machine's" if abs(off) <= 1 else f"{abs(off):.0f} s off")


async def trunk(ami: Ami, clock: Clock) -> Probe:  # noqa: ARG001
    """Whether there is a way outside, and whether it and the peers answer."""
    asked = [(await ami.ask("Getvar", {"Variable": name})).get("Value") for name in ("TRUNK", "PEERS")]
    names = [asked[0], *asked[1].split("&")]
    states = {name: await _reachable(ami, name) for name in names if name}
    if dead := [name for name, state in states.items() if not state]:
        return Probe(
            "trunk",
            ok=False,
            detail=f"Not answering: {some(dead)}.",
            cure="Check its address in pjsip.conf, the firewall, and whether the carrier or the other exchange is up.",
        )
    if refused := await _registrations(ami):
        return Probe("trunk", ok=False, detail=refused, cure="Check the account's name and password in pjsip.conf with the carrier.")
    if not asked[0]:
        return Probe("trunk", ok=True, detail="none: nothing goes outside, and neither do emergency calls but by a peer")
    return Probe("trunk", ok=True, detail=some(list(states)))


async def _reachable(ami: Ami, name: str) -> bool:
    """Whether an endpoint is there, and no contact of it is known not to answer."""
    try:
        rows: list[Message] = await ami.collect("PJSIPShowEndpoint", {"Endpoint": name})
    except Refused:
        return False
    states = [row.get("Status") for row in rows if row.event == "ContactStatusDetail"]
    return not states or any(state not in {"Unreachable", "Unavailable", "Unavail"} for state in states)


async def _registrations(ami: Ami) -> str:
    """What a registration with the carrier that failed says; "" when all is well."""
    for row in await ami.collect("PJSIPShowRegistrationsOutbound"):
        status = row.get("Status")
        if row.event == "OutboundRegistrationDetail" and status not in {"Registered", ""}:
            return f"The carrier {row.get('ServerUri')} does not take our registration ({status})."
    return ""


LOOKS: Mapping[str, Callable[[Ami, Clock], Awaitable[Probe]]] = {
    "booted": booted,
    "version": version,
    "permissions": permissions,
    "modules": modules,
    "dialplan": dialplan,
    "overload": overload,
    "queues": queues,
    "clock": time,
    "load": load,
    "trunk": trunk,
}
"""By the name their probe has when they fail."""
