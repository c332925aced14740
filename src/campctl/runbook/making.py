"""One entry of `steps:` to one plain step: texts filled in, lengths, times and zones read. What is wrong is a finding at its place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from msgspec import Struct

from campctl.findings import Finding, Related, Span
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.manifest import times
from campctl.manifest.problems import Bad
from campctl.manifest.units import seconds
from campctl.model.runbooks import Act, Document, Source, Step, Text
from campctl.runbook.filling import Filled, Known, fill
from campctl.runbook.moments import moment

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


class Scope(Struct, frozen=True):
    """Where a step stands: its file, what is known there, the day and zone of its times, and what its name begins and ends with."""

    document: Document
    values: Mapping[str, str]
    day: date
    zone: str
    prefix: str = ""
    suffix: str = ""
    files: tuple[str, ...] = ()


class Maker:
    """Makes steps; `found` is everything that was wrong with them, `secrets` the names of variables whose values stand in no text."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.found: list[Finding] = []
        self.secrets: dict[str, str] = {}

    def add(self, code: str, detail: str, span: Span, help_: str, *related: Related) -> None:
        """A finding."""
        self.found.append(finding(code, detail, help=help_, span=span, related=related))

    def fill(self, text: Text, values: Mapping[str, str]) -> Filled:
        """A text with its variables put in."""
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

    def place(self, source: Source, scope: Scope, name: str, id_at: Span) -> Place:
        """One step, called `name`."""
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
        return Place(Step(**made), tuple(expectations), **beside)

    def target(self, name: str, scope: Scope) -> str:
        """A step or mark as it is called here: of the same file and the same turn of a loop, where there is one of that name."""
        return f"{scope.prefix}{name}{scope.suffix}\0{scope.prefix}{name}\0{name}"

    def act(self, kind: str, what: Any, scope: Scope) -> tuple[Act, tuple[Filled, ...]]:
        if isinstance(what, tuple):
            words = tuple(self.fill(word, scope.values) for word in what)
            argv = tuple(word.value for word in words)
            if kind == "run" and argv[:1] == ("campctl",):
                argv, words = argv[1:], words[1:]
            return Act(kind="run" if kind == "run" else "shell", argv=argv), words
        self.braces(what, scope)
        return Act(kind="shell", script=what.value), ()

    def braces(self, script: Text, scope: Scope) -> None:
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

    def wait(self, what: Mapping[str, Text], scope: Scope, made: dict[str, Any], expectations: list[Filled]) -> None:
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

    def common(self, source: Source, scope: Scope, made: dict[str, Any], beside: dict[str, Any]) -> None:
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

    def failure(self, said: Filled, text: Text, scope: Scope, made: dict[str, Any], beside: dict[str, Any]) -> None:
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
