"""A runbook's files to plain steps: variables put in, other files taken in, loops gone through. Pure; files are handed in.

A step taken in by an `include` that has an id is called `ID.STEP`; one of a loop `STEP@VALUE`.
"""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from msgspec.structs import replace

from campctl.findings import Finding, Related, Span
from campctl.findings.suggest import Suggester
from campctl.model.runbooks import Document, Program, Source, Text
from campctl.runbook.filling import fill, stand_in, values_of
from campctl.runbook.making import Ask, Maker, Place, Scope
from campctl.runbook.moments import day_of

MAX_STEPS = 2_000
"""Steps a runbook comes to; a loop over all offices with ten steps in it stays far below."""
MAX_TURNS = 5_000
"""Turns of all loops, also of those in which nothing is done."""
MAX_DEPTH = 10
"""Files taken in by files taken in."""
LOOPS = ("offices", "hotlines", "backends", "surges")


class Unrolled(Struct, frozen=True):
    """The steps with their places, the program (without a digest), and everything that was found."""

    places: tuple[Place, ...]
    program: Program
    findings: tuple[Finding, ...]


class _Unroller(Maker):
    """Goes through the entries of files, loops and includes; what a single step comes to is `Maker`'s."""

    def __init__(self, document: Document, ask: Ask) -> None:
        super().__init__(ask)
        self.places: list[Place] = []
        self.sources = {document.file: document.text}
        self.numbers: dict[str, dict[Span, int]] = {}
        self.seen: dict[str, Span] = {}
        self.turns = 0
        self.full = False
        self.root = self.scope(document, ask.given, None)
        self.steps(document.steps, self.root)

    def scope(self, document: Document, given: Mapping[str, str], outer: Scope | None) -> Scope:
        known = self.ask.known
        for name in given:
            if name not in document.variables:
                near = Suggester(document.variables).did_you_mean(name)
                some = ", ".join(document.variables) or "none"
                place = document.name.span if outer is None else outer.document.name.span
                self.add("runbook-bad-value", f"{document.file} has no variable `{name}`.", place, near or f"It has: {some}.")
        values = values_of(document.variables, given, known, self.found, ask=self.ask.strict or outer is not None)
        self.secrets |= {one.name: one.env for one in document.variables.values() if one.kind == "secret"}
        values = {"campaign": known.campaign, **values}
        zone = self.zone(document.zone, values, outer.zone if outer else known.zone)
        day = outer.day if outer and document.day is None else None
        if day is None:
            day = day_of(self.fill(document.day, values) if document.day else None, self.ask.now, zone, self.found)
        values.setdefault("day", day.isoformat())
        return Scope(document, values, day, zone, files=(*(outer.files if outer else ()), document.file))

    def steps(self, sources: tuple[Source, ...], scope: Scope) -> None:
        for source in sources:
            if len(self.places) >= MAX_STEPS:
                self.too_long(source, f"{MAX_STEPS:,} steps")
            if self.full:
                return
            if source.kind == "include":
                self.include(source, scope)
            elif source.kind == "for-each":
                self.loop(source, scope)
            else:
                self.places.append(self.place(source, scope, *self.id_of(source, scope)))

    def too_long(self, source: Source, what: str) -> None:
        if not self.full:
            self.full = True
            help_ = "Look for a loop in a loop, or make several runbooks of it."
            self.add("runbook-too-long", f"This comes to more than {what}; the rest was not looked at.", source.place, help_)

    def include(self, source: Source, scope: Scope) -> None:
        assert source.text is not None
        name = self.fill(source.text, scope.values)
        file, document = self.ask.fetch(scope.document.file, replace(source.text, value=name.value))
        if file in scope.files or len(scope.files) >= MAX_DEPTH:
            way = " -> ".join((*scope.files, file))
            self.add("runbook-include-loop", f"These files take each other in: {way}.", source.text.span, "Take one of the includes out.")
            return
        if document is None:
            return
        self.sources[file] = document.text
        given = {key: self.fill(value, scope.values).value for key, value in source.fields.get("with", {}).items()}
        # What the outer file knows under the same name is handed on.
        handed = {key: scope.values[key] for key in document.variables if key in scope.values and key not in given}
        inner = self.scope(document, {**handed, **given}, scope)
        label = source.get("id")
        prefix = f"{scope.prefix}{self.fill(label, scope.values).value}." if label else scope.prefix
        self.steps(document.steps, replace(inner, prefix=prefix, suffix=scope.suffix))

    def loop(self, source: Source, scope: Scope) -> None:
        each = source.fields["for-each"]
        name: str = each["name"]
        what = each["in"]
        items: list[str] = []
        if isinstance(what, tuple):
            for item in what:
                items += self.listed(item, scope)
        elif what.value in LOOPS:
            items = list(self.ask.known.ids[what.value])
        elif "{" in what.value:
            items = self.listed(what, scope)
        else:
            near = Suggester(LOOPS).did_you_mean(what.value)
            self.add(
                "runbook-bad-value",
                f"`{what.value}` is nothing to go through.",
                what.span,
                near or f"Write a list, {', '.join(f'`{one}`' for one in LOOPS)}, or `{{name}}` of a variable that is a list.",
            )
        for item in items:
            self.turns += 1
            if self.turns > MAX_TURNS:
                self.too_long(source, f"{MAX_TURNS:,} turns of loops")
            if self.full:
                return
            inner = replace(scope, values={**scope.values, name: item}, suffix=f"{scope.suffix}@{item}")
            self.steps(source.steps, inner)

    def listed(self, text: Text, scope: Scope) -> list[str]:
        whole = self.fill(text, scope.values).value
        return [part.strip() for part in whole.split(",") if part.strip()]

    def id_of(self, source: Source, scope: Scope) -> tuple[str, Span]:
        label = source.get("id") or (source.text if source.kind == "mark" else None)
        if label is not None:
            name, place = self.fill(label, scope.values).value, label.span
        else:
            key = f"{scope.prefix}{source.kind}"
            numbers = self.numbers.setdefault(key, {})
            name, place = f"{source.kind}-{numbers.setdefault(source.key, len(numbers) + 1)}", source.key
        full = f"{scope.prefix}{name}{scope.suffix}"
        if full in self.seen:
            self.add(
                "runbook-duplicate-step",
                f"Two steps are called `{full}`, so a jump or a report could mean either.",
                place,
                "Give one of them another id.",
                Related("the first one", span=self.seen[full]),
            )
        else:
            self.seen[full] = place
        return full, place


def unroll(document: Document, ask: Ask) -> Unrolled:
    """The steps a runbook comes to with these values, and everything that is wrong on the way there."""
    made = _Unroller(document, ask)
    scope = made.root
    places = _resolved(made)
    given = {name: value for name, value in scope.values.items() if name in document.variables}
    program = Program(
        file=document.file,
        name=fill(document.name, scope.values, made.found).value,
        about=document.about.strip(),
        zone=scope.zone,
        day=scope.day.isoformat(),
        roles=document.roles,
        variables=given,
        secrets=made.secrets,
        steps=tuple(place.step for place in places),
        sources=made.sources,
        digest="",
        given=dict(ask.given),
    )
    return Unrolled(places, program, tuple(_once(made.found)))


def _resolved(made: _Unroller) -> tuple[Place, ...]:
    """Targets by the names steps have; one that is not there is a finding."""
    marks = {place.step.id for place in made.places if place.step.kind == "mark"}
    found = []
    for place in made.places:
        step = place.step
        if not step.target:
            found.append(place)
            continue
        choices = marks if step.failure == "roll-back" and step.kind != "jump" else made.seen
        meant = next((name for name in step.target.split("\0") if name in choices), "")
        if not meant:
            wanted = step.target.rpartition("\0")[2]
            what = "mark" if choices is marks else "step"
            near = Suggester(choices).did_you_mean(wanted)
            span = place.target or step.place
            some = ", ".join(sorted(choices)[:6]) or "none"
            made.add("runbook-unknown-step", f"There is no {what} `{wanted}` to go to.", span, near or f"There are: {some}.")
        found.append(replace(place, step=replace(step, target=meant)))
    return tuple(found)


def _once(found: list[Finding]) -> list[Finding]:
    """Loops say the same of the same place many times."""
    seen: dict[tuple[str, Span | None, str], Finding] = {}
    for one in found:
        seen.setdefault((one.code, one.span, one.detail), one)
    return list(seen.values())


__all__ = ["Ask", "Place", "Unrolled", "stand_in", "unroll"]
