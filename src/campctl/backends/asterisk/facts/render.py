"""Resources as facts: everything a resource is on an Asterisk, and nothing else.

`Names` tells the native names of what a resource refers to; a resource's own is given. Where Asterisk cannot hold what a
resource says, these raise `refusals.No` ("invalid"), before anything is written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache, partial
from typing import NamedTuple

from campctl.backends.asterisk.facts import geo, hours
from campctl.backends.asterisk.facts.grammar import FORCED, HOTLINE, LEVEL, LEVEL_STEP, Names, escalate, rule, target
from campctl.backends.asterisk.facts.names import digits, member_fact, record_name
from campctl.backends.asterisk.facts.native import Fact, Place, Value
from campctl.backends.asterisk.facts.records import ROOM, write
from campctl.backends.asterisk.facts.text import callerid, callerids, membername
from campctl.model.refusals import No
from campctl.model.resources import Key, Line, Location, Member, Queue, Resource, key_of

AOR: Mapping[str, str] = {
    "max_contacts": "1",
    "remove_existing": "yes",
    "qualify_frequency": "0",
    "minimum_expiration": "60",
    "default_expiration": "300",
    "maximum_expiration": "3600",
}
"""One phone per line; the newest registration wins."""
ENDPOINT: Mapping[str, str] = {
    "disallow": "all",
    "allow": "ulaw,alaw,g722",
    "direct_media": "no",
    "rtp_symmetric": "yes",
    "force_rport": "yes",
    "rewrite_contact": "yes",
    "allow_subscribe": "no",
    "device_state_busy_at": "1",
}
"""What all phones have: no transcoding towards the outside, and media and signalling that find their way through a home's NAT."""
ENDPOINT_OPTIONS = (*ENDPOINT, "aors", "auth", "context", "callerid", "accountcode", "geoloc_incoming_call_profile")
AUTH_OPTIONS = ("auth_type", "username", "realm")
REALM = "asterisk"
"""Part of every digest of a secret; Asterisk's default, so that auths made by hand go on."""
CONTEXT = "campctl-"
"""Before the calling permission: a context of the dialplan."""
STRATEGIES: Mapping[str, str] = {
    "longest-idle": "leastrecent",
    "ring-all": "ringall",
    "round-robin": "rrmemory",
    "fewest-calls": "fewestcalls",
    "random": "random",
}
QUEUE: Mapping[str, str] = {
    "retry": "1",
    "weight": "0",
    "ringinuse": "no",
    "autofill": "yes",
    "timeoutrestart": "no",
    "announce-frequency": "0",
    "announce-holdtime": "no",
    "announce-position": "no",
    "reportholdtime": "no",
    "setinterfacevar": "yes",
    "setqueuevar": "yes",
}
QUEUE_OPTIONS = (*QUEUE, "strategy", "maxlen", "servicelevel", "timeout", "wrapuptime", "joinempty", "leavewhenempty")
_NOBODY = "paused,unavailable,invalid"
_PERCENT = re.compile(rb"%([0-9a-f]{2})")
_fact: Callable[[tuple[Place, str]], Fact] = partial(tuple.__new__, Fact)
"""A third of the time of Fact(...): lines have seven each, and there are tens of thousands."""
MAX_PENALTY = LEVEL - 1


def render(resource: Resource, native: str, names: Names) -> dict[Fact, Value]:
    """All facts of a resource, its record included. Raises `No`."""
    key = key_of(resource)
    facts: dict[Fact, Value] = {Fact("record", record_name(key)): write(resource, native)}
    if isinstance(resource, Line):
        _line(facts, resource, native, names)
    elif isinstance(resource, Queue):
        _queue(facts, resource, native, names)
    elif isinstance(resource, Location):
        facts[Fact("geo", native)] = geo.section(resource)
        if resource.notify:
            facts[Fact("map", f"notify/{native}")] = _fits(key, "list of whom to notify", notices(resource.notify))
    elif isinstance(resource, Member):
        _member(facts, resource, names)
    else:
        facts[Fact("map", f"did/{digits(resource.number)}")] = target(resource.to, names)
    return facts


class Own(NamedTuple):
    """Names of what many lines may own, a column each: records, maps (extension, caller number, emergency location), where they lead."""

    record: list[str]
    ext: list[str]
    cid: list[str]
    e911: list[str]
    target: list[str]


def own(lines: Sequence[Line], natives: Sequence[str]) -> Own:
    """Of lines whose ids are plain (`names.plain_lines`); what `belongings` has for each, but for what its native name is."""
    return Own(
        [f"line/{line.id}" for line in lines],
        [f"ext/{line.extension}" for line in lines],
        [f"cid/{native}" for native in natives],
        [f"e911/{native}" for native in natives],
        [f"line:{native}" for native in natives],
    )


def render_lines(lines: Sequence[Line], natives: Sequence[str], locations: Mapping[str, str], names: Own) -> dict[Place, dict[str, Value]]:
    """The facts of many lines by place, in the order in which they are to be made, but for their records; what `render` gives for each.

    locations: native names by id, "" for none.
    """
    endpoints: dict[str, Value] = {}
    maps: dict[str, Value] = dict(zip(names.ext, names.target, strict=True))
    shown = callerids([line.name for line in lines], [line.extension for line in lines])
    for line, native, caller, cid, e911 in zip(lines, natives, shown, names.cid, names.e911, strict=True):
        location = locations[line.location]
        if line.enabled:
            options = _common(line.permission, location).copy()
            options["aors"] = options["auth"] = native
            options["callerid"] = caller
            endpoints[native] = options
        if line.number:
            maps[cid] = line.number.removeprefix("+")
        if location:
            maps[e911] = location
    auths: dict[str, Value] = {native: {"auth_type": "digest", "username": native, "realm": REALM} for native in natives}
    return {"record": {}, "auth": auths, "endpoint": endpoints, "aor": dict.fromkeys(endpoints, AOR), "map": maps}


def belongings(key: Key, native: str, extension: str) -> tuple[Fact, ...]:
    """Everything that may be of a resource, there or not, but for the record: what to look at, and what a delete takes away.

    `extension` is the one it has ("" for none).
    """
    if key.kind == "member":
        return ()
    found: list[Fact] = []
    if key.kind == "line":
        found = [Fact("endpoint", native), Fact("auth", native), Fact("aor", native)]
        found += [Fact("map", f"cid/{native}"), Fact("map", f"e911/{native}")]
    elif key.kind == "queue":
        found = [Fact("queue", native), Fact("rule", native)]
        found += [Fact("map", f"hotline/{native}/{what}") for what in (*HOTLINE, FORCED)]
    elif key.kind == "location":
        return (Fact("geo", native), Fact("map", f"notify/{native}"))
    else:
        return (Fact("map", f"did/{digits(key.id)}"),)
    return (*found, Fact("map", f"ext/{extension}")) if extension else tuple(found)


def endpoint(line: Line, native: str, location: str) -> dict[str, str]:
    """Options of an enabled line's endpoint; `location` is its location's native name, "" without one."""
    options = _common(line.permission, location).copy()
    options["aors"] = options["auth"] = native
    options["callerid"] = callerid(line.name, line.extension)
    return options


@lru_cache(maxsize=4096)
def _common(permission: str, location: str) -> dict[str, str]:
    """What endpoints with the same permission and location share, with room for the rest; not to be changed."""
    options = {"aors": "", "auth": "", "context": CONTEXT + permission, "callerid": "", **ENDPOINT}
    if location:
        options["geoloc_incoming_call_profile"] = options["accountcode"] = location
    return options


def auth(native: str) -> dict[str, str]:
    """Options of a line's auth; the secret is the shelf's affair, which keeps a digest of it for this user and realm."""
    return {"auth_type": "digest", "username": native, "realm": REALM}


def queue_options(queue: Queue) -> dict[str, str]:
    """Options of its section in queues.conf. Who finds nobody there waits, unless there is somewhere else to go."""
    elsewhere = bool(queue.overflow or queue.failover)
    return {
        "strategy": STRATEGIES.get(queue.strategy, queue.strategy),
        "maxlen": str(queue.max_waiting),
        "timeout": str(queue.ring_time),
        "wrapuptime": str(queue.wrap_up),
        "servicelevel": str(queue.answer_within),
        "joinempty": _NOBODY if elsewhere else "yes",
        "leavewhenempty": _NOBODY if elsewhere else "no",
        **QUEUE,
    }


def hotline(queue: Queue, native: str, names: Names) -> dict[str, str]:
    """What the dialplan looks up about it, by the last part of the map's name."""
    levels = any(map(LEVEL_STEP.fullmatch, queue.escalation))
    found = {
        "hours": hours.specifications(queue.hours, queue.time_zone),
        "maxwait": str(queue.max_wait) if queue.max_wait else "",
        "overflow": target(queue.overflow, names) if queue.overflow else "",
        "closed": target(queue.closed, names) if queue.closed else "",
        "failover": target(queue.failover, names) if queue.failover else "",
        "escalate": escalate(queue.escalation, names),
        "rule": native if levels else "",
        # Where all ring at once, one who does not answer keeps nobody from it but the next level.
        "ring": str(queue.ring_time) if levels or queue.strategy != "ring-all" else "",
    }
    return {name: value for name, value in found.items() if value}


def member_options(member: Member, endpoint_name: str) -> dict[str, str]:
    """Name and penalty of a member."""
    penalty = (member.level - 1) * LEVEL + member.penalty
    return {"membername": membername(member.name, endpoint_name), "penalty": str(penalty)}


def notices(notify: tuple[str, ...]) -> str:
    """NOTICEs for whom to tell: numbers and addresses."""
    return "|".join(_notice(whom) for whom in notify)


def _notice(whom: str) -> str:
    if whom.startswith("+") and whom[1:].isascii() and whom[1:].isdigit():
        return f"pstn:{whom[1:]}"
    return f"mail:{''.join(char if char.isprintable() and char not in '|%' else _percent(char) for char in whom)}"


def noticed(text: str) -> tuple[str, ...]:
    """Whom to tell, of such a text."""
    found = []
    for notice in text.split("|") if text else ():
        kind, _, whom = notice.partition(":")
        if kind == "pstn":
            found.append(f"+{whom}")
        else:
            raw = _PERCENT.sub(lambda match: bytes([int(match[1], 16)]), whom.encode("utf-8", "replace"))
            found.append(raw.decode("utf-8", "replace") if kind == "mail" else f"?{notice}")
    return tuple(found)


def _percent(char: str) -> str:
    return "".join(f"%{byte:02x}" for byte in char.encode("utf-8", "replace"))


def _line(facts: dict[Fact, Value], line: Line, native: str, names: Names) -> None:
    location = names.native(Key("location", line.location)) if line.location else ""
    facts[_fact(("auth", native))] = auth(native)
    if line.enabled:  # a dark line has neither: native.py says why
        facts[_fact(("endpoint", native))] = endpoint(line, native, location)
        facts[_fact(("aor", native))] = AOR
    facts[_fact(("map", f"ext/{line.extension}"))] = f"line:{native}"
    if line.number:
        facts[_fact(("map", f"cid/{native}"))] = digits(line.number)
    if location:
        facts[_fact(("map", f"e911/{native}"))] = location


def _queue(facts: dict[Fact, Value], queue: Queue, native: str, names: Names) -> None:
    key = Key("queue", queue.id)
    facts[Fact("queue", native)] = queue_options(queue)
    lines = rule(queue.escalation)
    if lines:
        facts[Fact("rule", native)] = lines
    for name, value in hotline(queue, native, names).items():
        facts[Fact("map", f"hotline/{native}/{name}")] = _fits(key, name, value)
    if queue.extension:
        facts[Fact("map", f"ext/{queue.extension}")] = f"queue:{native}"


def _member(facts: dict[Fact, Value], member: Member, names: Names) -> None:
    if member.penalty > MAX_PENALTY:
        raise No("invalid", f"member {member.id}: penalty {member.penalty} is above {MAX_PENALTY}, where the next level begins.")
    name = names.native(Key("line", member.line))
    facts[member_fact(names.native(Key("queue", member.queue)), name)] = member_options(member, name)


def _fits(key: Key, what: str, value: str) -> str:
    if len(value.encode()) > ROOM:
        raise No("invalid", f"{key.kind} {key.id}: its {what} takes {len(value.encode())} bytes; an Asterisk can be told {ROOM} at once.")
    return value
