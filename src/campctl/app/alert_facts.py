"""What each alert rule says of a picture: of which things it is true, of which it is not, and of which nobody knows. Pure.

Not knowing is an answer of its own: a hotline whose exchange is silent has neither callers nor none. Such a fact neither raises
an alert nor clears one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from msgspec import Struct

from campctl.app.alert_words import Directory, called, clock, span
from campctl.app.picture import HotlineLine, Picture
from campctl.findings.text import plural
from campctl.live.board import BackendBoard
from campctl.model.alerts import MEASURES, AlertRule, Caller, When


class Fact(Struct, frozen=True, kw_only=True):
    """Whether a rule holds for one subject; None where that cannot be known now. `mark` tells two of one subject apart.

    once: it happened (an emergency call), and is over neither by itself nor by not being seen any more.
    """

    rule: AlertRule
    subject: str
    holds: bool | None
    words: str
    mark: str = ""
    once: bool = False
    caller: Caller | None = None

    @property
    def key(self) -> str:
        """By which it is known from one picture to the next."""
        return f"{self.rule.id} {self.subject}" + (f" {self.mark}" if self.mark else "")


def facts(rules: Sequence[AlertRule], picture: Picture, directory: Directory) -> Iterator[Fact]:
    """All that the rules say of a picture, in their order."""
    for rule in rules:
        yield from _TELLERS[rule.when](rule, picture, directory)


Say = Callable[[AlertRule, HotlineLine], tuple[bool, str]]


def _hotlines(say: Say) -> Callable[[AlertRule, Picture, Directory], Iterator[Fact]]:
    def tell(rule: AlertRule, picture: Picture, directory: Directory) -> Iterator[Fact]:  # noqa: ARG001 - as all tellers
        for line in picture.hotlines:
            if not rule.hotlines or line.id in rule.hotlines:
                holds, words = say(rule, line)
                yield Fact(rule=rule, subject=f"hotline/{line.id}", holds=None if line.stale else holds, words=f"{line.name}: {words}")

    return tell


def _limit(rule: AlertRule) -> float:
    default = MEASURES[rule.when].default or 0.0
    given = rule.above if rule.above is not None else rule.below
    return default if given is None else given


def _waiting(rule: AlertRule, line: HotlineLine) -> tuple[bool, str]:
    most = _limit(rule)
    first = f", the first for {span(line.longest_wait)}" if line.waiting else ""
    return line.waiting > most, f"{_wait(line.waiting)} (more than {most:,.0f}){first}."


def _longest(rule: AlertRule, line: HotlineLine) -> tuple[bool, str]:
    most = _limit(rule)
    return line.waiting > 0 and line.longest_wait > most, f"a caller has waited for {span(line.longest_wait)} (more than {span(most)})."


def _level(rule: AlertRule, line: HotlineLine) -> tuple[bool, str]:
    least = rule.below if rule.below is not None else line.target
    if least is None or line.level_now is None:
        return False, "nobody has called lately."
    return line.open and line.level_now < least, (
        f"{line.level_now:.0%} of the last half hour's calls were answered in time (less than {least:.0%})."
    )


def _free(rule: AlertRule, line: HotlineLine) -> tuple[bool, str]:
    least = _limit(rule)
    return line.open and line.free < least, f"{plural(line.free, 'agent')} free (fewer than {least:,.0f}); {_wait(line.waiting)}."


def _nobody(rule: AlertRule, line: HotlineLine) -> tuple[bool, str]:  # noqa: ARG001 - as its siblings
    others = ", ".join(f"{count} {word}" for count, word in _others(line) if count) or "nobody answers it at all"
    # Whoever is being rung is about to answer one of those who wait.
    return line.free == 0 and line.waiting > line.ringing, f"{_wait(line.waiting)} and not one agent is free ({others})."


def _short(rule: AlertRule, line: HotlineLine) -> tuple[bool, str]:
    missing = line.desired - line.seated
    return line.open and missing > _limit(rule), f"{line.seated} of {plural(line.desired, 'seat')} have somebody in them ({line.whence})."


def _wait(count: int) -> str:
    return f"{plural(count, 'caller')} {'waits' if count == 1 else 'wait'}"


def _others(line: HotlineLine) -> tuple[tuple[int, str], ...]:
    return (
        (line.busy, "talking"),
        (line.ringing, "ringing"),
        (line.wrap_up, "in wrap-up"),
        (line.paused, "paused"),
        (line.gone, "gone"),
    )


def _emergencies(rule: AlertRule, picture: Picture, directory: Directory) -> Iterator[Fact]:
    for call in picture.emergencies:
        if rule.offices and directory.office_of(call.line) not in rule.offices:
            continue
        caller = directory.caller(call, picture)
        mark = f"{call.backend} {call.number} {call.at.isoformat()}"
        yield Fact(rule=rule, subject=f"line/{call.line}", mark=mark, holds=True, words=called(caller), once=True, caller=caller)


def _silent(rule: AlertRule, picture: Picture, directory: Directory) -> Iterator[Fact]:  # noqa: ARG001 - as all tellers
    dumb = {board.name for board in picture.backends if board.health != "live"}
    for office in picture.offices:
        if not rule.offices or office.id in rule.offices:
            holds = office.silent and not office.evacuated
            words = f"{office.name} is silent: not one of its phones is registered on {office.backend}."
            yield Fact(rule=rule, subject=f"office/{office.id}", holds=None if office.backend in dumb else holds, words=words)


def _lost(rule: AlertRule, picture: Picture, directory: Directory) -> Iterator[Fact]:  # noqa: ARG001 - as all tellers
    bad = ("lost",) if rule.when == "backend-lost" else ("lost", "stale")
    for board in picture.backends:
        if not rule.backends or board.name in rule.backends:
            yield Fact(rule=rule, subject=f"backend/{board.name}", holds=board.health in bad, words=_health(board, picture.time_zone))


def _health(board: BackendBoard, zone: str) -> str:
    heard = f", last heard at {clock(board.heard, zone)}" if board.heard else ", never heard"
    why = f": {board.why}" if board.why else ""
    state = {"lost": "is lost", "stale": "is silent", "live": "is back"}[board.health]
    return f"Backend {board.name} {state}{heard}{why.rstrip('.')}. What is shown of it may be old."


def _overdue(rule: AlertRule, picture: Picture, directory: Directory) -> Iterator[Fact]:  # noqa: ARG001 - as all tellers
    for line in picture.activity:
        if line.kind == "override" and line.result == "overdue" and line.ref:
            ended = f" ended at {clock(line.ends, picture.time_zone)} and" if line.ends else ""
            words = f"Override {line.ref} by {line.who} ({line.what}){ended} has not been taken back (`campctl override list --overdue`)."
            yield Fact(rule=rule, subject=f"override/{line.ref}", holds=True, words=words)


_TELLERS: dict[When, Callable[[AlertRule, Picture, Directory], Iterator[Fact]]] = {
    "waiting": _hotlines(_waiting),
    "longest-wait": _hotlines(_longest),
    "service-level": _hotlines(_level),
    "free-agents": _hotlines(_free),
    "nobody-free": _hotlines(_nobody),
    "seats-short": _hotlines(_short),
    "emergency-call": _emergencies,
    "office-silent": _silent,
    "backend-lost": _lost,
    "backend-stale": _lost,
    "override-overdue": _overdue,
}
