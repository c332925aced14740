"""What is wrong with a runbook as a whole, once it is unrolled: verbs, ways nobody goes, times, ways back, roles. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from campctl.findings import Finding, Related
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.model.runbooks import Program, Step
from campctl.runbook.filling import Known
from campctl.runbook.unroll import Place, Unrolled
from campctl.runbook.verbs import Verb, Verbs, look

ACTS = frozenset({"run", "shell"})
TRIED = frozenset({"run", "shell", "expect"})
QUICK = frozenset({"note", "mark", "jump", "end", "fail"})


def inspect(made: Unrolled, verbs: Verbs, known: Known, now: datetime) -> list[Finding]:
    """Everything that is found, in the order of steps; each once, however many turns of a loop say it."""
    found: list[Finding] = []
    changing: dict[str, bool] = {}
    for place in made.places:
        verb = None
        if place.step.kind == "run" and place.argv:
            verb, wrong = look(place.argv, verbs, known)
            found += wrong
        if place.undo and place.step.undo is not None and place.step.undo.kind == "run":
            found += look(place.undo, verbs, known)[1]
        changing[place.step.id] = _changes(place.step, verb)
        found += _fields(place)
        found += _role(place, made.program)
    found += _unreachable(made.places)
    found += _times(made.places, now)
    found += _ways_back(made.places, changing)
    seen: dict[object, Finding] = {}
    for one in found:
        seen.setdefault((one.code, one.span, one.detail), one)
    return list(seen.values())


def _changes(step: Step, verb: Verb | None) -> bool:
    if step.kind == "run":
        return verb is not None and verb.changes and step.act is not None and "--dry-run" not in step.act.argv
    return step.kind == "shell"


def _fields(place: Place) -> Iterator[Finding]:
    """Fields that say nothing where they stand, or contradict each other."""
    step = place.step
    idle = [
        ("retries", bool(step.retries) and step.kind not in TRIED, "only run, shell and expect are tried again"),
        ("undo", step.undo is not None and step.kind not in ACTS, "only what was run can be taken back"),
        ("unsafe", step.unsafe and step.kind not in ACTS, "only run and shell do something that could do harm twice"),
        ("allow-yes", step.allow_yes and step.kind != "confirm", "only `confirm` asks"),
        ("timeout", step.timeout is not None and step.kind in QUICK, f"a {step.kind} takes no time"),
    ]
    for name, is_idle, why in idle:
        if is_idle:
            yield finding(
                "runbook-idle-field",
                f"`{name}` says nothing at a {step.kind}: {why}.",
                help=f"Take `{name}` out.",
                span=step.place,
            )
    if step.unsafe and step.retries:
        yield finding(
            "runbook-unsafe-retries",
            f"`{step.id}` would do harm twice, and is to be tried {step.retries} times again.",
            help="Take `retries` out, or `unsafe` if it may be repeated.",
            span=step.place,
        )


def _role(place: Place, program: Program) -> Iterator[Finding]:
    role = place.step.role
    if role and program.roles and role not in program.roles:
        near = Suggester(program.roles).did_you_mean(role)
        yield finding(
            "runbook-unknown-role",
            f"Nobody has the role `{role}`, so `{place.step.id}` could wait for ever.",
            help=near or f"The roles are {', '.join(sorted(program.roles))}.",
            span=place.step.place,
        )


def _next(places: Sequence[Place], at: int) -> Iterator[str | int]:
    """Where a run may go from a step: the number of the next one, or the id of another."""
    step = places[at].step
    always = step.kind in {"end", "fail", "jump"} and not step.when
    if not always:
        yield at + 1
    if step.kind == "jump" or (step.failure == "jump" and step.kind not in QUICK - {"fail"}):
        yield step.target


def _unreachable(places: Sequence[Place]) -> Iterator[Finding]:
    where = {place.step.id: number for number, place in reversed(list(enumerate(places)))}
    reached: set[int] = set()
    todo: list[int] = [0] if places else []
    while todo:
        at = todo.pop()
        if at in reached or at >= len(places):
            continue
        reached.add(at)
        for step in _next(places, at):
            number = where.get(step) if isinstance(step, str) else step
            if number is not None:
                todo.append(number)
    for number, place in enumerate(places):
        if number not in reached and (number == 0 or number - 1 in reached or places[number - 1].step.kind in {"end", "fail", "jump"}):
            yield finding(
                "runbook-unreachable",
                f"No way leads to `{place.step.id}`: what stands above it ends the run or jumps away, and nothing jumps to it.",
                help="Jump to it from somewhere, or take it out.",
                span=place.id_at or place.step.place,
            )


def _times(places: Sequence[Place], now: datetime) -> Iterator[Finding]:
    """Times that are over, and times that go back."""
    before: Place | None = None
    for place in places:
        step = place.step
        for name, at in (("at", step.at), ("until", step.until)):
            if at is not None and at < now:
                yield finding(
                    "runbook-past",
                    f"`{name}` of `{step.id}` is over: {at:%Y-%m-%d %H:%M} UTC. The step would begin at once.",
                    help="Look at `day`, or leave it as it is if the day is over.",
                    span=(place.at if name == "at" else None) or step.place,
                )
        if step.at is None:
            continue
        if before is not None and before.step.at is not None and step.at < before.step.at:
            yield finding(
                "runbook-order",
                f"`{step.id}` is planned before `{before.step.id}`, which stands above it: it would begin late.",
                help="Put the steps in the order of their times. After midnight hours go on: `25:30`.",
                span=place.at or step.place,
                related=(Related(f"`{before.step.id}`", span=before.at or before.step.place),),
            )
        before = place


def _ways_back(places: Sequence[Place], changing: dict[str, bool]) -> Iterator[Finding]:
    """Steps that a roll-back would have to leave as they are, and unsafe ones without a way back."""
    numbers = {place.step.id: number for number, place in enumerate(places)}
    covered: dict[int, str] = {}
    for number, place in enumerate(places):
        step = place.step
        if step.failure == "roll-back":
            first = numbers.get(step.target, 0) if step.target else 0
            for one in range(first, number + 1):
                covered.setdefault(one, step.id)
    for number, place in enumerate(places):
        step = place.step
        if step.undo is not None or step.kind not in ACTS:
            continue
        if number in covered and changing[step.id]:
            why = f"when `{covered[number]}` fails, a roll-back goes past it and leaves it as it is"
        elif step.unsafe:
            why = "it is unsafe, and what went wrong with it could only be mended by hand"
        else:
            continue
        yield finding(
            "runbook-no-undo",
            f"`{step.id}` has no way back: {why}.",
            help="Add `undo:` with the command that takes it back. `undo: plan`, which only looks, says there is nothing to take back.",
            span=place.id_at or step.place,
        )
