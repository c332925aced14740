"""What each table shows: the columns of hotlines, people, activity and alerts, and what a filter looks at. Pure."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campctl.app.picture import ActivityLine, AlertLine, HotlineLine, PersonLine
from campctl.tui.cells import ago, clock, hour, percent, spark, tame
from campctl.tui.columns import Column, Spans, View
from campctl.tui.looks import STATE_ROLES, STATE_WORDS


def said(field: str, role: str = "dim") -> Callable[[Any, View], tuple[str, str]]:
    """A cell that is a field as it is."""
    return lambda row, _: (role, getattr(row, field))


def by(field: str) -> Callable[[Any], Any]:
    """A sort key that is a field as it is."""
    return lambda row: getattr(row, field)


def counted(field: str, role: str = "text") -> Callable[[Any, View], tuple[str, str]]:
    """A cell that is a number; nothing to look at when it is none."""
    return lambda row, _: count(getattr(row, field), role)


FAR_BELOW = 0.15
"""A service level this far below its target is shown as bad, not as a warning."""
LONG = {"bad": 120.0, "warn": 45.0}
"""Seconds of the longest wait from which it is shown as bad, and as a warning."""


def level_role(level: float | None, target: float | None) -> str:
    """How a service level is shown against its target."""
    if level is None:
        return "dim"
    if target is None or level >= target:
        return "good"
    return "bad" if level < target - FAR_BELOW else "warn"


def trouble(line: HotlineLine) -> str:
    """`bad`, `warn` or nothing: what is wrong with a hotline now."""
    if not line.open:
        return ""
    if line.waiting and (not line.seated or line.longest_wait >= LONG["bad"]):
        return "bad"
    role = level_role(line.level_now, line.target)
    return role if role in {"bad", "warn"} else ("warn" if line.longest_wait >= LONG["warn"] else "")


def _sign(line: HotlineLine, view: View) -> tuple[str, str]:
    if line.stale:
        return "warn", "?"
    if not line.open:
        return "dim", view.glyphs.states["dark"]
    wrong = trouble(line)
    return (wrong, "!" if wrong == "bad" else view.glyphs.warning) if wrong else ("good", view.glyphs.states["talking"])


def _waited(line: HotlineLine, view: View) -> tuple[str, str]:
    if not line.waiting:
        return "dim", view.glyphs.dot
    wait = line.longest_wait
    return ("bad" if wait >= LONG["bad"] else "warn" if wait >= LONG["warn"] else "text"), clock(wait)


def count(number: int, role: str = "text") -> tuple[str, str]:
    """A number; nothing to look at when it is none."""
    return (role, f"{number:,}") if number else ("dim", "0")


def _name(line: HotlineLine, _: View) -> tuple[str, str]:
    return "strong" if line.open else "dim", line.name


def _waiting(line: HotlineLine, _: View) -> tuple[str, str]:
    return count(line.waiting, trouble(line) or "strong")


def _level(field: str) -> Callable[[Any], float]:
    """Worst first; hotlines that nobody called last."""
    return lambda line: 2.0 if getattr(line, field) is None else getattr(line, field)


def _percent(field: str) -> Callable[[Any, View], tuple[str, str]]:
    return lambda line, _: (level_role(getattr(line, field), line.target), percent(getattr(line, field)))


def _seats(line: HotlineLine, view: View) -> tuple[str, str]:
    short = line.open and line.seated < line.desired
    return ("warn" if short else "text"), f"{line.seated}/{line.desired}{view.glyphs.down if short else ' '}"


def _led(line: HotlineLine, view: View) -> tuple[str, str]:
    """Where its calls are led while it is failed over."""
    return "warn", view.names.get(line.diverted, line.diverted.removeprefix("outside/"))


def _asked(line: HotlineLine, view: View) -> tuple[str, str]:
    if line.asked is None:
        return "dim", view.glyphs.dot
    short = line.open and line.asked > line.seated
    return ("warn" if short else "dim"), f"{line.asked}{view.glyphs.up if short else ' '}"


def _spark(line: HotlineLine, view: View) -> tuple[str, str]:
    return ("dim" if line.stale else "bar"), spark(line.minutes, min(view.width, 60), view.glyphs.levels)


HOTLINES: tuple[Column, ...] = (
    Column(name="sign", label="", width=1, cell=_sign),
    Column(name="name", label="Hotline", width=14, most=40, key="H", sort=lambda line: line.name.casefold(), cell=_name),
    Column(name="backend", label="Exchange", width=10, rank=9, key="E", sort=by("backend"), cell=said("backend")),
    Column(
        name="waiting",
        label="Wait",
        width=4,
        align="right",
        key="W",
        falling=True,
        sort=lambda line: (line.waiting, line.longest_wait),
        cell=_waiting,
    ),
    Column(name="longest", label="Longest", width=7, align="right", key="L", falling=True, sort=by("longest_wait"), cell=_waited),
    Column(name="now", label="Now", width=4, align="right", key="O", sort=_level("level_now"), cell=_percent("level_now")),
    Column(name="today", label="Today", width=5, align="right", key="D", sort=_level("level_today"), cell=_percent("level_today")),
    Column(name="target", label="Goal", width=4, rank=10, align="right", cell=lambda line, _: ("dim", percent(line.target))),
    Column(
        name="answered",
        label="Answered",
        width=8,
        rank=7,
        align="right",
        key="A",
        falling=True,
        sort=by("answered"),
        cell=counted("answered"),
    ),
    Column(name="abandoned", label="Lost", width=4, align="right", key="S", falling=True, sort=by("abandoned"), cell=counted("abandoned")),
    Column(
        name="refused",
        label="Refused",
        width=7,
        rank=13,
        align="right",
        key="U",
        falling=True,
        sort=by("refused"),
        cell=counted("refused", "warn"),
    ),
    Column(name="free", label="Free", width=4, align="right", key="F", falling=True, sort=by("free"), cell=counted("free", "lit")),
    Column(name="ringing", label="Ring", width=4, rank=8, align="right", cell=counted("ringing", "ringing")),
    Column(name="busy", label="Busy", width=4, align="right", key="B", falling=True, sort=by("busy"), cell=counted("busy", "talking")),
    Column(name="paused", label="Paus", width=4, align="right", key="P", falling=True, sort=by("paused"), cell=counted("paused", "paused")),
    Column(name="wrap", label="Wrap", width=4, align="right", key="R", falling=True, sort=by("wrap_up"), cell=counted("wrap_up")),
    Column(name="gone", label="Gone", width=4, rank=11, align="right", cell=counted("gone", "warn")),
    Column(
        name="seats",
        label="Seats ",
        width=7,
        align="right",
        key="T",
        falling=True,
        sort=lambda line: line.desired - line.seated,
        cell=_seats,
    ),
    Column(
        name="asked",
        label="Need ",
        width=5,
        align="right",
        key="N",
        falling=True,
        sort=lambda line: (line.asked or 0) - line.seated,
        cell=_asked,
    ),
    Column(name="whence", label="Why so many", width=16, rank=12, most=36, cell=said("whence")),
    Column(name="diverted", label="Led to", width=8, rank=14, most=20, cell=_led),
    Column(name="hour", label="Last hour", width=12, rank=6, most=60, cell=_spark),
)


def state_cell(state: str, view: View, reason: str = "") -> Spans:
    """Glyph and words of a state."""
    role = STATE_ROLES.get(state, "text")
    words = STATE_WORDS.get(state, state)
    return ((role, view.glyphs.states.get(state, "?") + " "), (role, words), ("dim", f" ({tame(reason)})" if reason else ""))


def _person_state(person: PersonLine, view: View) -> Spans:
    if not person.state:
        return (("dim", view.glyphs.dot),)
    return state_cell(person.state, view, person.reason)


def _hotlines(person: PersonLine, view: View) -> tuple[str, str]:
    return "text", ", ".join(view.names.get(f"hotline/{id_}", id_) for id_ in person.hotlines)


def _where(person: PersonLine, _: View) -> tuple[str, str]:
    kind, place = person.line.partition("/")[::2]
    return "dim", "own phone" if kind == "user" else f"desk {place}" if place else ""


ORDER = ("ringing", "busy", "paused", "wrap-up", "unreachable", "gone", "free", "")


def _urgency(person: PersonLine) -> int:
    return ORDER.index(person.state) if person.state in ORDER else len(ORDER)


def _office(person: PersonLine, view: View) -> tuple[str, str]:
    return "text", view.names.get(f"office/{person.office}", person.office)


PEOPLE: tuple[Column, ...] = (
    Column(name="name", label="Name", width=18, most=36, key="N", sort=lambda person: person.name.casefold(), cell=said("name", "strong")),
    Column(name="extension", label="Ext", width=6, key="X", sort=lambda person: person.extension.rjust(12), cell=said("extension")),
    Column(name="office", label="Office", width=14, most=30, key="O", sort=by("office"), cell=_office),
    Column(name="state", label="State", width=18, most=34, key="S", sort=_urgency, cell=_person_state),
    Column(
        name="since",
        label="For",
        width=7,
        align="right",
        key="F",
        sort=lambda person: person.since.timestamp() if person.since else 9e12,
        cell=lambda person, view: ("dim", ago(view.now, person.since)),
    ),
    Column(name="role", label="Role", width=12, rank=3, most=20, key="R", sort=by("role"), cell=said("role")),
    Column(name="line", label="Answers on", width=16, rank=2, most=28, key="A", sort=by("line"), cell=_where),
    Column(name="hotlines", label="Hotlines", width=10, rank=1, most=60, key="H", sort=by("hotlines"), cell=_hotlines),
)

KINDS = {"run": "accent", "override": "warn", "surge": "ringing", "audit": "dim"}


def _result(line: ActivityLine, _: View) -> tuple[str, str]:
    bad = any(word in line.result for word in ("fail", "refus", "partial", "interrupt", "error"))
    return ("bad" if bad else "dim"), line.result


def _ends(line: ActivityLine, view: View) -> tuple[str, str]:
    if line.ends is None:
        return "dim", ""
    left = (line.ends - view.now).total_seconds()
    return ("dim", "over") if left <= 0 else ("warn" if left < 900 else "text", f"in {clock(left)}")


def _until(line: ActivityLine, view: View) -> tuple[str, str]:
    return "dim", hour(line.ends, view.zone, now=view.now) if line.ends is not None else ""


ACTIVITY: tuple[Column, ...] = (
    Column(
        name="at",
        label="When",
        width=9,
        most=15,
        key="N",
        falling=True,
        sort=by("at"),
        cell=lambda line, view: ("dim", hour(line.at, view.zone, now=view.now)),
    ),
    Column(name="kind", label="What", width=8, key="T", sort=by("kind"), cell=lambda line, _: (KINDS.get(line.kind, "text"), line.kind)),
    Column(name="who", label="Who", width=10, most=20, key="W", sort=by("who"), cell=said("who", "text")),
    Column(name="what", label="Did", width=26, most=120, cell=said("what", "strong")),
    Column(name="result", label="Result", width=12, rank=2, most=34, key="R", sort=by("result"), cell=_result),
    Column(
        name="ends", label="Ends", width=10, rank=1, key="E", sort=lambda line: line.ends.timestamp() if line.ends else 9e12, cell=_ends
    ),
    Column(name="until", label="At", width=9, rank=3, cell=_until),
    Column(name="ref", label="Run, override", width=20, rank=4, cell=said("ref")),
)

SEVERITIES = {"critical": 0, "warning": 1, "info": 2}
SEVERITY_ROLES = {"critical": "bad", "warning": "warn", "info": "accent"}


def _severity(line: AlertLine, view: View) -> tuple[str, str]:
    sign = {"critical": "!", "warning": view.glyphs.warning}.get(line.severity, view.glyphs.dot)
    return SEVERITY_ROLES[line.severity], f"{sign} {line.severity}"


ALERTS: tuple[Column, ...] = (
    Column(name="severity", label="Severity", width=10, key="S", sort=lambda line: SEVERITIES[line.severity], cell=_severity),
    Column(
        name="since",
        label="For",
        width=7,
        align="right",
        key="F",
        falling=True,
        sort=by("since"),
        cell=lambda line, view: ("text", ago(view.now, line.since)),
    ),
    Column(
        name="subject",
        label="What",
        width=18,
        most=36,
        key="W",
        sort=by("subject"),
        cell=lambda line, view: ("strong", view.names.get(line.subject, line.subject)),
    ),
    Column(name="words", label="Why", width=30, most=140, cell=said("words", "text")),
    Column(name="rule", label="Rule", width=16, rank=2, most=30, key="R", sort=by("rule"), cell=said("rule")),
    Column(name="acknowledged", label="Seen by", width=10, rank=1, most=20, key="B", sort=by("acknowledged"), cell=said("acknowledged")),
)


def hay(row: Any) -> str:
    """What a filter looks at: every text of a row, and its state in words."""
    found = [getattr(row, name) for name in row.__struct_fields__]
    texts = [item for item in found if isinstance(item, str)]
    texts += [word for item in found if isinstance(item, tuple) for word in item if isinstance(word, str)]
    if isinstance(row, HotlineLine):
        texts += ["open" if row.open else "closed", "waiting" if row.waiting else "", "stale" if row.stale else "", trouble(row)]
    state = getattr(row, "state", "")
    return " ".join([*texts, STATE_WORDS.get(state, "")]).casefold()


def matches(text: str, words: str) -> bool:
    """Whether every word of a filter is in the text; a word after `!` must not be. Both casefolded."""
    return all((word[1:] not in text) if word[0] == "!" and len(word) > 1 else word in text for word in words.split())
