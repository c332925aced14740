"""What the maps hold that the dialplan looks up: the one grammar shared by renderings and dialplan.

Numbers are E.164 digits without the plus; TARGET is what a call is led to:

    line:<endpoint>     the phone, at PJSIP/<endpoint>      (rings if it is registered here, else the peers are asked)
    queue:<queue>       the hotline, by its native name
    pstn:<digits>       out over a trunk
    none:               nothing: a number held in reserve

    did/<digits>                TARGET                      a number called from outside
    ext/<digits>                TARGET                      an extension called from inside; there too while a line is dark
    cid/<endpoint>              digits                      number shown to the outside; absent: none of its own
    e911/<endpoint>             location's native name      where it is; absent: unknown
    notify/<location>           NOTICE[|NOTICE...]          who is told of a 911 call from there: pstn:<digits> or mail:<address>
    hotline/<queue>/hours       SPEC[|SPEC...]              GotoIfTime specifications; open when one fits; absent: always open
    hotline/<queue>/maxwait     seconds                     the longest wait, then overflow; absent: no limit
    hotline/<queue>/overflow    TARGET                      queue full, waited too long, nobody there; absent: busy
    hotline/<queue>/closed      TARGET                      outside its hours; absent: busy
    hotline/<queue>/failover    TARGET                      nobody there (JOINEMPTY, LEAVEEMPTY: the office is down); absent: overflow
    hotline/<queue>/escalate    SECONDS,TARGET[|...]        who has waited that long leaves the queue for the target; earliest first
    hotline/<queue>/rule        name of a queue rule        8th argument of Queue(); with one, QUEUE_MAX_PENALTY starts at 99
    hotline/<queue>/ring        seconds                     whose phone rang so long unanswered is paused there for a while; absent: nobody
    hotline/<queue>/forced      WORD                        an operator's: open, closed, failover; campctl only takes it away with the queue

A member at level n with penalty p has Asterisk's penalty (n - 1) * 100 + p. A queue rule's line "60,199,0" (seconds, maximum,
minimum) lets level 2 in after 60 s; so members beyond level 1 wait for their step exactly when the queue has such a rule.
"""

from __future__ import annotations

import re
from typing import Protocol

from campctl.backends.asterisk.facts.names import digits
from campctl.model.resources import Key

LEVEL = 100
"""Penalties a level takes up."""
HOTLINE = ("hours", "maxwait", "overflow", "closed", "failover", "escalate", "rule", "ring")
"""Keys of a hotline that campctl writes."""
FORCED = "forced"
LEVEL_STEP = re.compile(r"([0-9]+)s level ([1-9][0-9]*)", re.ASCII)
_PSTN = re.compile(r"[0-9]{2,15}", re.ASCII)
_ESCALATE = re.compile(r"([0-9]+),(.+)", re.ASCII)


class Names(Protocol):
    """Native names of lines, queues and locations, both ways."""

    def native(self, key: Key) -> str:
        """The native name of what is known, or the one it would have."""
        ...

    def id_of(self, kind: str, native: str) -> str:
        """The id of what has this native name, or the name itself."""
        ...


def target(text: str, names: Names) -> str:
    """`queue/x`, `line/user/x`, `outside/+1...` or "" as TARGET."""
    kind, _, rest = text.partition("/")
    if kind == "queue":
        return f"queue:{names.native(Key('queue', rest))}"
    if kind == "line":
        return f"line:{names.native(Key('line', rest))}"
    return f"pstn:{digits(rest)}" if kind == "outside" else "none:"


def target_text(value: str, names: Names) -> str:
    """A TARGET as resources write it; what is none has a question mark before it."""
    kind, colon, rest = value.partition(":")
    if colon and rest and kind in {"line", "queue"}:
        return f"{kind}/{names.id_of(kind, rest)}"
    if kind == "pstn" and _PSTN.fullmatch(rest):
        return f"outside/+{rest}"
    return "" if value == "none:" else f"?{value}"


def escalate(steps: tuple[str, ...], names: Names) -> str:
    """The steps that lead elsewhere, earliest first; "" without any."""
    found = []
    for step in steps:
        if not LEVEL_STEP.fullmatch(step):
            after, _, text = step.partition("s ")
            found.append((int(after), target(text, names)))
    return "|".join(f"{after},{text}" for after, text in sorted(found, key=lambda step: step[0]))


def rule(steps: tuple[str, ...]) -> tuple[str, ...]:
    """Lines of the queue rule that lets levels in; empty without such steps."""
    matches = [match for step in steps if (match := LEVEL_STEP.fullmatch(step))]
    found = sorted((int(match[1]), int(match[2]) * LEVEL - 1) for match in matches)
    return tuple(f"{after},{most},0" for after, most in found)


def steps(rule_lines: tuple[str, ...], escalate_text: str, names: Names) -> tuple[str, ...]:
    """Escalation steps, as far as lines and text say any, in order of time."""
    found: list[tuple[int, str]] = []
    for line in rule_lines:
        parts = line.split(",")
        after, most = (parts[0].strip(), parts[1].strip()) if len(parts) > 1 else ("", "")
        if after.isascii() and after.isdigit() and most.isascii() and most.isdigit() and (int(most) + 1) % LEVEL == 0:
            found.append((int(after), f"level {(int(most) + 1) // LEVEL}"))
        else:
            found.append((0, f"?{line}"))
    for part in escalate_text.split("|") if escalate_text else ():
        match = _ESCALATE.fullmatch(part)
        found.append((int(match[1]), target_text(match[2], names)) if match else (0, f"?{part}"))
    return tuple(f"{after}s {what}" for after, what in sorted(found, key=lambda step: step[0]))
