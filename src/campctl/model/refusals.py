"""What an exchange lets through, and why not: pure checks of one resource, and the words of each refusal.

The exchanges that check for themselves (sim, Asterisk's image) share them, so that they refuse alike.

Codes are stable: exists, unknown, invalid, extension-taken, missing-reference, location-required, in-use, limit,
unsupported.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from campctl.model.addresses import lacking
from campctl.model.campaign import PERMISSIONS
from campctl.model.resources import KINDS, Key, Kind, Line, Location, Member, Queue, Resource, Route, target_key

_DIGITS = re.compile(r"[0-9]{1,15}", re.ASCII)
_NUMBER = re.compile(r"\+[0-9]{2,15}", re.ASCII)
_ALL_DIGITS = re.compile(r"(?:[0-9]{1,15}\n)*+", re.ASCII)
_ALL_NUMBERS = re.compile(r"(?:(?:\+[0-9]{2,15})?\n)*+", re.ASCII)
_LEVEL = re.compile(r"[0-9]+s level [1-9][0-9]*", re.ASCII)
_STEP = re.compile(r"[0-9]+s (\S.*)", re.ASCII)
_PERMISSIONS = frozenset(PERMISSIONS)
_STRATEGIES = ("longest-idle", "ring-all", "round-robin", "fewest-calls", "random")


class No(Exception):
    """One change is refused: a stable code, and a sentence."""

    def __init__(self, code: str, sentence: str) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence


def check(resource: Resource, unsupported: Mapping[Kind, tuple[str, ...]]) -> None:
    """Refuse what is wrong in itself, whatever else there is. Raises `No`."""
    kind = kind_of(resource)
    if not resource.id or "\0" in resource.id:
        raise No("invalid", f"A {kind} needs an id.")
    fault = _CHECKS[kind](resource)
    if fault:
        raise No("invalid", f"{kind} {resource.id}: {fault}.")
    if isinstance(resource, Line) and resource.enabled and not resource.location:
        raise No(
            "location-required",
            f"line {resource.id} cannot be enabled without a location: a 911 call from it would lead nobody there.",
        )
    for name in unsupported.get(kind, ()):
        default = type(resource).__struct_defaults__[_from_end(resource, name)]
        if getattr(resource, name) != default:
            raise No("unsupported", f"This exchange cannot keep `{name}` of a {kind}.")


def lines_pass(lines: Sequence[Line], unsupported: Mapping[Kind, tuple[str, ...]]) -> bool:
    """Whether `check` would let all of these through, for a fraction of the time; False may also mean that each has to be looked at."""
    extensions, numbers = [line.extension for line in lines], [line.number for line in lines]
    return (
        not unsupported.get("line")
        and {line.permission for line in lines} <= _PERMISSIONS
        and all(line.location or not line.enabled for line in lines)
        and all(line.id for line in lines)
        and "\0" not in "".join([line.id for line in lines])
        and _each(_ALL_DIGITS, extensions)
        and _each(_ALL_NUMBERS, numbers)
    )


def _each(pattern: re.Pattern[str], texts: Sequence[str]) -> bool:
    """Whether a pattern of lines matches all of these."""
    text = "\n".join(texts) + "\n"
    return text.count("\n") == len(texts) and pattern.fullmatch(text) is not None


def exists(key: Key) -> No:
    """It is there already."""
    return No("exists", f"{key.kind} {key.id} exists.")


def unknown(key: Key) -> No:
    """It is not there."""
    return No("unknown", f"{key.kind} {key.id} does not exist.")


def missing_reference(own: Key, to: Key) -> No:
    """It refers to what is not there."""
    return No("missing-reference", f"{own.kind} {own.id} refers to {to.kind} {to.id}, which does not exist.")


def extension_taken(extension: str, own: Key, holder: str) -> No:
    """Its extension is another's; `holder` in words ("line user/ann.lee")."""
    return No("extension-taken", f"Extension {extension} of {own.kind} {own.id} is taken by {holder}.")


def in_use(key: Key, users: Sequence[Key]) -> No:
    """Others refer to it."""
    more = f" and {len(users) - 3} more" if len(users) > 3 else ""
    return No("in-use", f"{key.kind} {key.id} is still referred to by {', '.join(f'{kind} {id_}' for kind, id_ in users[:3])}{more}.")


def too_many(key: Key, name: str, most: int) -> No:
    """The exchange holds its limit of `name` ("lines", "members-per-queue", ...)."""
    of = "a queue of this exchange" if name == "members-per-queue" else "this exchange"
    return No("limit", f"{key.kind} {key.id}: {of} takes {most} {name.partition('-')[0]}.")


def cannot_rename() -> No:
    """The exchange has no way to."""
    return No("unsupported", "This exchange cannot rename.")


def not_a_rename(old: Key) -> No:
    """A rename without another id of the same kind."""
    return No("invalid", f"A rename of {old} needs another id of the same kind.")


def is_a_rename(old: str, new: str) -> No:
    """An update with another id."""
    return No("invalid", f"An update cannot turn {old} into {new}; that is a rename.")


def without_resource(action: str) -> No:
    """A change that lacks what it is about."""
    return No("invalid", f"A {action} without its resource.")


def not_unicode(key: Key) -> No:
    """A text with half a character in it."""
    return No("invalid", f"{key.kind} {key.id!a}: a text in it is not Unicode (a lone surrogate).")


def kind_of(resource: Resource) -> Kind:
    """Its kind."""
    return resource.__struct_config__.tag  # type: ignore[return-value]


def known_kind(kind: str) -> Kind:
    """A kind from outside, checked."""
    for known in KINDS:
        if known == kind:
            return known
    raise No("invalid", f"There is no kind of resource called {kind}.")


def extension_of(resource: Resource) -> str | None:
    """The extension it takes up; lines and queues share one plan."""
    return resource.extension or None if isinstance(resource, Line | Queue) else None


def _from_end(resource: Resource, name: str) -> int:
    return resource.__struct_fields__.index(name) - len(resource.__struct_fields__)


def _location(location: Location) -> str:
    missing = [*lacking(location), *([] if location.country.strip() else ["country"])]
    return f"an address that can be dispatched to needs {', '.join(missing)}" if missing else ""


def _line(line: Line) -> str:
    if not _DIGITS.fullmatch(line.extension):
        return f"extension {line.extension!r} is not 1 to 15 digits"
    if line.number and not _NUMBER.fullmatch(line.number):
        return f"number {line.number!r} is not of the form +13125550100"
    if line.permission not in PERMISSIONS:
        return f"permission {line.permission!r} is none of {', '.join(PERMISSIONS)}"
    return ""


def _queue(queue: Queue) -> str:
    if queue.extension and not _DIGITS.fullmatch(queue.extension):
        return f"extension {queue.extension!r} is not 1 to 15 digits"
    if queue.strategy not in _STRATEGIES:
        return f"strategy {queue.strategy!r} is none of {', '.join(_STRATEGIES)}"
    for name in ("max_waiting", "max_wait", "ring_time", "wrap_up", "answer_within"):
        if getattr(queue, name) < 0:
            return f"{name} is below 0"
    if not 0 <= queue.target <= 1:
        return f"target {queue.target} is not a share from 0 to 1"
    for name in ("overflow", "closed", "failover"):
        if not _is_target(getattr(queue, name)):
            return f"{name} {getattr(queue, name)!r} is no target such as queue/main, line/user/ann.lee or outside/+13125550100"
    for step in queue.escalation:
        match = _STEP.fullmatch(step)
        if match is None or not (_LEVEL.fullmatch(step) or (match[1] and _is_target(match[1]))):
            return f"escalation step {step!r} is neither like `60s level 2` nor like `120s queue/legal`"
    return ""


def _member(member: Member) -> str:
    if not member.queue or not member.line:
        return "a member needs its queue and its line"
    return "" if member.level >= 1 and member.penalty >= 0 else "level starts at 1, penalty at 0"


def _route(route: Route) -> str:
    if not _NUMBER.fullmatch(route.number):
        return f"number {route.number!r} is not of the form +13125550100"
    return "" if _is_target(route.to) else f"it leads to {route.to!r}, which is no target such as queue/main or outside/+13125550100"


def _is_target(text: str) -> bool:
    return not text or target_key(text) is not None or (text.startswith("outside/") and bool(_NUMBER.fullmatch(text[8:])))


_CHECKS: dict[Kind, Callable[[Any], str]] = {"location": _location, "line": _line, "queue": _queue, "member": _member, "route": _route}
