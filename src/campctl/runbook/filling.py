"""`{name}` in the texts of a runbook, and what the values of variables may be."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date

from msgspec import Struct

from campctl.findings import Finding, Span
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.model.runbooks import Text, Variable

_PLACE = re.compile(r"\{\{|\}\}|\{([A-Za-z][A-Za-z0-9_-]*)\}|\{|\}")
_DURATION = re.compile(r"(?:\d+d)?(?:\d+h)?(?:\d+m)?(?:\d+s)?\Z")
EMPTY = frozenset({"text", "list"})
"""Types of variables that are empty where nothing is given and no default is written."""
NOUNS: Mapping[str, str] = {
    "office": "offices",
    "hotline": "hotlines",
    "user": "users",
    "port": "ports",
    "number": "numbers",
    "backend": "backends",
    "surge": "surges",
}
"""Type of a variable, or noun of an id, to the section of the campaign it is in."""


class Known(Struct, frozen=True):
    """What a runbook may refer to: section to ids, office to its time zone, the campaign's zone."""

    ids: Mapping[str, Collection[str]]
    zones: Mapping[str, str]
    zone: str
    campaign: str = ""


class Filled(Struct, frozen=True):
    """A text with its variables put in. `origins`: for each character, which one of the source it came from."""

    value: str
    source: Text
    origins: tuple[int, ...] = ()

    def at(self, offset: int, length: int = 1) -> Span:
        """The place in the source of a part of the filled text."""
        if not self.origins:
            return self.source.at(offset, length)
        here = self.origins[min(offset, len(self.origins) - 1)] if self.origins else 0
        last = self.origins[min(offset + max(1, length) - 1, len(self.origins) - 1)]
        return self.source.at(here, max(1, last - here + 1))


def fill(text: Text, values: Mapping[str, str], found: list[Finding]) -> Filled:
    """Put values in; `{{` and `}}` are braces. An unknown name is a finding, and stays as it is written."""
    if "{" not in text.value and "}" not in text.value:
        return Filled(text.value, text)
    parts: list[str] = []
    origins: list[int] = []
    place = 0

    def add(words: str, start: int, *, spread: bool) -> None:
        parts.append(words)
        origins.extend(range(start, start + len(words)) if spread else [start] * len(words))

    for match in _PLACE.finditer(text.value):
        add(text.value[place : match.start()], place, spread=True)
        place = match.end()
        name = match[1]
        if match[0] in {"{{", "}}"}:
            add(match[0][0], match.start(), spread=False)
        elif name is None:
            add(match[0], match.start(), spread=True)
        elif name in values:
            add(values[name], match.start(), spread=False)
        else:
            near = Suggester(values).did_you_mean(name)
            known = f"There are {', '.join(f'`{{{one}}}`' for one in sorted(values))}." if values else "Declare it below `vars:`."
            found.append(
                finding(
                    "runbook-unknown-variable",
                    f"No variable is called `{name}`, so nothing can be put in its place.",
                    help=near or f"{known} A brace that is meant as one is written `{{{{`.",
                    span=text.at(match.start(), len(match[0])),
                )
            )
            add(match[0], match.start(), spread=True)
    add(text.value[place:], place, spread=True)
    return Filled("".join(parts), text, tuple(origins))


def wrong_value(variable: Variable, value: str, known: Known) -> str:
    """Why a value is none of the variable's type, in a sentence; "" when it is."""
    kind = variable.kind
    if kind in NOUNS:
        ids = known.ids[NOUNS[kind]]
        if value not in ids:
            near = Suggester(ids).did_you_mean(value)
            return f"There is no {kind} `{value}` in the campaign. {near}".strip()
        return ""
    wanted = _wanted(variable, value)
    return f"`{value}` is not {wanted}." if wanted else ""


def _wanted(variable: Variable, value: str) -> str:
    kind = variable.kind
    if kind == "int" and not re.fullmatch(r"[+-]?\d{1,9}", value):
        return "a whole number"
    if kind == "bool" and value not in {"true", "false"}:
        return "`true` or `false`"
    if kind == "time" and not re.fullmatch(r"([0-3]?\d|4[0-7]):[0-5]\d", value):
        return "a time such as `20:45`"
    if kind == "duration" and not (value and _DURATION.match(value)):
        return "a length of time such as `5m`"
    if kind == "choice" and value not in variable.choices:
        return f"one of {', '.join(f'`{one}`' for one in variable.choices)}"
    if kind == "date":
        try:
            date.fromisoformat(value)
        except ValueError:
            return "a date such as `2026-11-03`"
    return ""


def values_of(
    variables: Mapping[str, Variable], given: Mapping[str, str], known: Known, found: list[Finding], *, ask: bool
) -> dict[str, str]:
    """What each variable comes to. One that has to be given and was not is a finding when `ask`; else something of its type stands for it.

    Every one without a default has to be given, but for texts and lists: those are empty then. Nobody's office is anybody's guess.
    Secrets are not among them: a text never holds one.
    """
    values: dict[str, str] = {}
    for name, variable in variables.items():
        if variable.kind == "secret":
            continue
        value = given.get(name, variable.default.value if variable.default else "")
        place = variable.default.span if variable.default and name not in given else variable.place
        if name not in given and variable.default is None:
            if ask and not variable.required and variable.kind in EMPTY:
                values[name] = ""
                continue
            if ask:
                about = f" ({variable.about})" if variable.about else ""
                found.append(
                    finding(
                        "runbook-bad-value",
                        f"`{name}`{about} has to be given, and was not.",
                        help=f"Add `--var {name}=VALUE`.",
                        span=place,
                    )
                )
            values[name] = stand_in(variable, known)
            continue
        wrong = wrong_value(variable, value, known)
        if wrong:
            said = "--var" if name in given else "The default"
            found.append(
                finding(
                    "runbook-bad-value", f"{wrong} {said} gives it to `{name}`.", help=f"`{name}` is of type {variable.kind}.", span=place
                )
            )
        values[name] = stand_in(variable, known) if wrong else value  # told once, not at every place it is put in
    return values


def stand_in(variable: Variable, known: Known) -> str:
    """A value of the right type, to look through a runbook whose required variables nobody gave yet."""
    if variable.kind in NOUNS:
        return next(iter(known.ids[NOUNS[variable.kind]]), "none")
    plain = {"int": "1", "bool": "true", "date": "2100-01-01", "time": "12:00", "duration": "1m"}
    return variable.choices[0] if variable.kind == "choice" else plain.get(variable.kind, "text")
