"""Queues and their members from sections, maps and rules, field by field."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campctl.backends.asterisk.facts import hours
from campctl.backends.asterisk.facts.directory import Directory
from campctl.backends.asterisk.facts.grammar import HOTLINE, LEVEL, rule, steps, target, target_text
from campctl.backends.asterisk.facts.render import STRATEGIES, hotline, member_options, queue_options
from campctl.backends.asterisk.facts.rows import Rows, text
from campctl.model.refusals import No
from campctl.model.resources import Key, Member, Queue

_OF_STRATEGY = {
    **{native: name for name, native in STRATEGIES.items()},
    "rrordered": "round-robin",
    "roundrobin": "round-robin",
    "": "ring-all",
}
_FOREIGN_STRATEGY = {"linear": "round-robin", "wrandom": "random"}
_NUMBERS = {"max_waiting": "maxlen", "ring_time": "timeout", "wrap_up": "wrapuptime", "answer_within": "servicelevel"}
_DEFAULTS = {"maxlen": 0, "timeout": 15, "wrapuptime": 0, "servicelevel": 0}
"""What Asterisk takes when a section says nothing."""


def queue(rows: Rows, names: Directory, id_: str, known: Queue | None) -> Queue | None:
    """One queue; None without its section."""
    native = names.native(Key("queue", id_))
    options = rows.by["queue"].get(native)
    if options is None:
        return None
    maps = {what: value for what in HOTLINE if (value := rows.by["map"].get(f"hotline/{native}/{what}")) is not None}
    lines = rows.by["rule"].get(native, ())
    leading = rows.extensions.get(f"queue:{native}", ())
    base = known if known is not None else Queue(id_, id_)
    expected = _expected(base, native, names)
    as_written = known is not None and options == queue_options(base) and maps == expected and lines == rule(base.escalation)
    if as_written and (base.extension in leading or not (base.extension or leading)):
        return base
    extension = base.extension if base.extension in leading else min(leading, default="")
    return _by_field(base, options, maps, lines, expected, names, extension, foreign=known is None)


def member(options: Mapping[str, Any], queue_: str, line: str, endpoint: str, known: Member | None) -> Member:
    """One member of a queue."""
    name, penalty = text(options, "membername"), _whole(text(options, "penalty"), 0)
    expected = member_options(known, endpoint) if known is not None else {}
    shown = "" if name in {endpoint, f"PJSIP/{endpoint}"} else name
    if known is not None and name == expected["membername"]:
        shown = known.name
    if known is not None and str(penalty) == expected["penalty"]:
        return Member(queue_, line, shown, known.level, known.penalty)
    return Member(queue_, line, shown, max(penalty, 0) // LEVEL + 1, max(penalty, 0) % LEVEL)


def _expected(base: Queue, native: str, names: Directory) -> dict[str, str]:
    try:
        return hotline(base, native, names)
    except (No, ValueError):
        return {}


def _by_field(
    base: Queue,
    options: Mapping[str, Any],
    maps: Mapping[str, str],
    lines: tuple[str, ...],
    expected: Mapping[str, str],
    names: Directory,
    extension: str,
    *,
    foreign: bool,
) -> Queue:
    def lead(what: str) -> str:
        """A target; that of `base` when it is led to so."""
        own: str = getattr(base, what)
        value = maps.get(what, "")
        if value == (target(own, names) if own else ""):
            return own
        return target_text(value, names) if value else ""

    open_hours, zone = base.hours, base.time_zone
    if maps.get("hours", "") != expected.get("hours", ""):
        open_hours, zone = hours.rules(maps.get("hours", ""))
        zone = zone or base.time_zone
    escalation = base.escalation
    led = lines if "rule" in maps else ()
    if led != rule(escalation) or maps.get("escalate", "") != expected.get("escalate", ""):
        escalation = steps(led, maps.get("escalate", ""), names)
    numbers = {name: _whole(text(options, option), _DEFAULTS[option]) for name, option in _NUMBERS.items()}
    if not foreign and numbers["ring_time"] == base.ring_time and maps.get("ring", "") != expected.get("ring", ""):
        numbers["ring_time"] = _whole(maps.get("ring", ""), 0)  # what the dialplan goes by is part of it
    return Queue(
        id=base.id,
        name=base.name,
        extension=extension,
        strategy=_strategy(text(options, "strategy").lower(), foreign=foreign),
        max_wait=_whole(maps.get("maxwait", ""), 0),
        target=base.target,
        hours=open_hours,
        time_zone=zone,
        overflow=lead("overflow"),
        closed=lead("closed"),
        failover=lead("failover"),
        escalation=escalation,
        **numbers,
    )


def _strategy(native: str, *, foreign: bool) -> str:
    known = _OF_STRATEGY.get(native)
    if known is not None:
        return known
    return _FOREIGN_STRATEGY.get(native, "longest-idle") if foreign else native


def _whole(value: str, otherwise: int) -> int:
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else otherwise
