"""A runbook's files to plain steps: variables put in, other files taken in, loops gone through. Pure; files are handed in.

A step taken in by an `include` that has an id is called `ID.STEP`; one of a loop `STEP@VALUE`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from campctl.findings import Finding, Related, Span
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.manifest import times
from campctl.manifest.problems import Bad
from campctl.manifest.units import seconds
from campctl.model.runbooks import Act, Document, Program, Source, Step, Text
from campctl.runbook.filling import Filled, Known, fill, stand_in, values_of
from campctl.runbook.moments import day_of, moment

MAX_STEPS = 2_000
"""Steps a runbook comes to; a loop over all offices with ten steps in it stays far below."""
MAX_DEPTH = 10
"""Files taken in by files taken in."""
LOOPS = ("offices", "hotlines", "backends", "surges")
Fetch = Callable[[str, Text], tuple[str, Document | None]]
"""(file that names it, name as written) to (path, document or None with findings made)."""


class Ask(Struct, frozen=True):
    """What a runbook is unrolled with. `strict`: required variables have to be given."""

    given: Mapping[str, str]
    known: Known
    now: datetime
    fetch: Fetch
    strict: bool = True


class Place(Struct, frozen=True):
    """Beside a step: its texts as filled, for who looks on (`expect`, `when`, `wait`: expectations; `argv` by word)."""

    step: Step
    expectations: tuple[Filled, ...] = ()
    argv: tuple[Filled, ...] = ()
    undo: tuple[Filled, ...] = ()
    target: Span | None = None
    at: Span | None = None
    id_at: Span | None = None


class Unrolled(Struct, frozen=True):
    """The steps with their places, the program (without a digest), and everything that was found."""

    places: tuple[Place, ...]
    program: Program
    findings: tuple[Finding, ...]


class _Scope(Struct, frozen=True):
    document: Document
    values: Mapping[str, str]
    day: date
    zone: str
    prefix: str = ""
    suffix: str = ""
    files: tuple[str, ...] = ()


class _Unroller:
    def __init__(self, document: Document, ask: Ask) -> None:
        self.ask = ask
        self.found: list[Finding] = []
        self.places: list[Place] = []
        self.sources = {document.file: document.text}
        self.secrets: dict[str, str] = {}
        self.numbers: dict[str, dict[Span, int]] = {}
        self.seen: dict[str, Span] = {}
        self.full = False
        self.root = self.scope(document, ask.given, None)
        self.steps(document.steps, self.root)

    def add(self, code: str, detail: str, span: Span, help_: str, *related: Related) -> None:
        self.found.append(finding(code, detail, help=help_, span=span, related=related))

    def scope(self, document: Document, given: Mapping[str, str], outer: _Scope | None) -> _Scope:
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
        return _Scope(document, values, day, zone, files=(*(outer.files if outer else ()), document.file))

    def fill(self, text: Text, values: Mapping[str, str]) -> Filled:
        return fill(text, values, self.found)

    def zone(self, text: Text | None, values: Mapping[str, str], default: str) -> str:
        """An IANA zone, or that of an office."""
        if text is None:
            return default
        name = self.fill(text, values).value.strip()
        office = name.removeprefix("office ").strip()
        if office in self.ask.known.zones:
            return self.ask.known.zones[office]
        if times.zone(name) is None:
            near = Suggester(self.ask.known.zones).did_you_mean(office) or times.zone_help(name)
            self.add("unknown-time-zone", f"There is no time zone and no office `{name}`.", text.span, near)
            return default
        return name

    def steps(self, sources: tuple[Source, ...], scope: _Scope) -> None:
        for source in sources:
            if len(self.places) >= MAX_STEPS:
                if not self.full:
                    self.full = True
                    self.add(
                        "runbook-too-long",
                        f"This comes to more than {MAX_STEPS:,} steps; the rest was not looked at.",
                        source.place,
                        "Look for a loop in a loop, or make several runbooks of it.",
                    )
                return
            if source.kind == "include":
                self.include(source, scope)
            elif source.kind == "for-each":
                self.loop(source, scope)
            else:
                self.step(source, scope)

    def include(self, source: Source, scope: _Scope) -> None:
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

    def loop(self, source: Source, scope: _Scope) -> None:
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
            inner = replace(scope, values={**scope.values, name: item}, suffix=f"{scope.suffix}@{item}")
            self.steps(source.steps, inner)

    def listed(self, text: Text, scope: _Scope) -> list[str]:
        whole = self.fill(text, scope.values).value
        return [part.strip() for part in whole.split(",") if part.strip()]

    def id_of(self, source: Source, scope: _Scope) -> tuple[str, Span]:
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

    def step(self, source: Source, scope: _Scope) -> None:
        name, id_at = self.id_of(source, scope)
        values = scope.values
        made: dict[str, Any] = {"id": name, "kind": source.kind, "place": source.place}
        beside: dict[str, Any] = {"id_at": id_at}
        expectations: list[Filled] = []
        if source.kind in {"run", "shell"}:
            act, words = self.act(source.kind, source.words or source.text, scope)
            made["act"], beside["argv"] = act, words
        elif source.kind == "wait":
            self.wait(source.fields["wait"], scope, made, expectations)
        elif source.text is not None:
            text = self.fill(source.text, values)
            made["text"] = text.value.strip()
            if source.kind == "expect":
                expectations.append(text)
            if source.kind == "jump":
                made["target"], beside["target"] = self.target(text.value.strip(), scope), source.text.span
        self.common(source, scope, made, beside)
        if (condition := source.get("when")) is not None:
            expectations.append(self.fill(condition, values))
            made["when"] = expectations[-1].value
        if (back := source.fields.get("undo")) is not None:
            ((kind, what),) = back.items()
            made["undo"], beside["undo"] = self.act(kind, what, scope)
        self.places.append(Place(Step(**made), tuple(expectations), **beside))

    def target(self, name: str, scope: _Scope) -> str:
        """A step or mark as it is called here: of the same file and the same turn of a loop, where there is one of that name."""
        return f"{scope.prefix}{name}{scope.suffix}\0{scope.prefix}{name}\0{name}"

    def act(self, kind: str, what: Any, scope: _Scope) -> tuple[Act, tuple[Filled, ...]]:
        if isinstance(what, tuple):
            words = tuple(self.fill(word, scope.values) for word in what)
            argv = tuple(word.value for word in words)
            if kind == "run" and argv[:1] == ("campctl",):
                argv, words = argv[1:], words[1:]
            return Act(kind="run" if kind == "run" else "shell", argv=argv), words
        self.braces(what, scope)
        return Act(kind="shell", script=what.value), ()

    def braces(self, script: Text, scope: _Scope) -> None:
        """Nothing is put into a script; who writes `{name}` there probably thinks so."""
        for name in (*scope.values, *self.secrets):
            place = script.value.find(f"{{{name}}}")
            if place >= 0 and script.value[max(0, place - 1)] != "$":
                variable = name.replace("-", "_")
                self.add(
                    "runbook-shell-braces",
                    f"`{{{name}}}` stays as it is in a script: nothing is put into the text of a command.",
                    script.at(place, len(name) + 2),
                    f'Write `"${variable}"`: variables are environment variables there.',
                )

    def wait(self, what: Mapping[str, Text], scope: _Scope, made: dict[str, Any], expectations: list[Filled]) -> None:
        zone = self.zone(what.get("zone"), scope.values, scope.zone)
        ((kind, text),) = ((name, one) for name, one in what.items() if name != "zone")
        filled = self.fill(text, scope.values)
        if kind == "any":
            kind = "for" if filled.value[:1].isdecimal() and filled.value[-1:] in "smhd" else "expect"
            kind = "until" if filled.value[:1].isdecimal() and ":" in filled.value else kind
        if kind == "for":
            made["pause"] = self.length(filled)
        elif kind == "until":
            made["until"] = moment(filled, scope.day, zone, self.found)
        else:
            made["text"] = filled.value
            expectations.append(filled)

    def length(self, text: Filled) -> float | None:
        try:
            return float(seconds(text.value.strip()))
        except Bad as bad:
            self.add(bad.code, bad.detail, text.source.span, bad.help or "Write `30s` or `5m`.")
            return None

    def common(self, source: Source, scope: _Scope, made: dict[str, Any], beside: dict[str, Any]) -> None:
        """What every step may say."""
        values = scope.values
        for name in ("timeout", "delay"):
            if (text := source.get(name)) is not None and (length := self.length(self.fill(text, values))) is not None:
                made[name] = length
        if (text := source.get("retries")) is not None:
            number = self.fill(text, values).value.strip()
            if number.isdecimal() and int(number) <= 1000:
                made["retries"] = int(number)
            else:
                self.add("runbook-bad-value", f"`{number}` is not how often a step is tried again.", text.span, "Write `3`.")
        if (text := source.get("at")) is not None:
            zone = self.zone(source.get("zone"), values, scope.zone)
            made["at"], beside["at"] = moment(self.fill(text, values), scope.day, zone, self.found), text.span
        for name, attribute in (("about", "title"), ("role", "role")):
            if (text := source.get(name)) is not None:
                made[attribute] = self.fill(text, values).value
        made["unsafe"], made["allow_yes"] = bool(source.fields.get("unsafe")), bool(source.fields.get("allow-yes"))
        if (text := source.get("on-failure")) is not None:
            self.failure(self.fill(text, values), text, scope, made, beside)

    def failure(self, said: Filled, text: Text, scope: _Scope, made: dict[str, Any], beside: dict[str, Any]) -> None:
        words = said.value.split()
        if words in (["stop"], ["continue"], ["roll-back"]):
            made["failure"] = words[0]
        elif len(words) == 3 and words[:2] in (["roll-back", "to"], ["jump", "to"]):
            made["failure"], made["target"], beside["target"] = words[0], self.target(words[2], scope), text.span
        else:
            self.add(
                "runbook-bad-value",
                f"`{said.value}` is nothing that can follow a failure.",
                text.span,
                "Write `stop`, `continue`, `roll-back`, `roll-back to MARK` or `jump to STEP`.",
            )


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
