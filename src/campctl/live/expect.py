"""Expectations: `hotline voter-protection seats >= 40 within 30s`, as runbooks and `status --check` write them.

    wanted = parse("hotline:main waiting < 20 and not office hq silent")
    facts(wanted)                     # which facts it needs: (("hotline", "main", "waiting"), ("office", "hq", "silent"))
    judge(wanted, {Fact(...): 3})     # Verdict(holds=True, seen=(...))

Its grammar is in `expect_reading`.

A fact nobody knows (a backend that does not answer, a service level before the first call) is None; then the claim neither holds nor
fails (Kleene's logic), and what is not known never counts as fulfilled. Pure: no clock, no I/O; who asks brings the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import eq, ge, gt, le, lt, ne

from msgspec import Struct

from campctl.live.claims import Any, Claim, Expectation, Not, Part
from campctl.live.expect_reading import BadExpectation, did_you_mean, duration, parse
from campctl.live.known import SUBJECTS, Fact, Kind, Measure, Subject, Value

__all__ = [
    "SUBJECTS",
    "BadExpectation",
    "Claim",
    "Expectation",
    "Fact",
    "Kind",
    "Measure",
    "Seen",
    "Subject",
    "Value",
    "Verdict",
    "claims",
    "did_you_mean",
    "duration",
    "facts",
    "judge",
    "parse",
    "shown",
]
_COMPARE: Mapping[str, Callable[[object, object], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge, "=": eq, "==": eq, "!=": ne}  # type: ignore[dict-item]


class Seen(Struct, frozen=True):
    """One claim as it was found: `found` in words."""

    claim: str
    holds: bool | None
    found: str


class Verdict(Struct, frozen=True):
    """Whether it holds (None: cannot be known), and what was found of each claim."""

    holds: bool | None
    seen: tuple[Seen, ...]

    @property
    def words(self) -> str:
        """What was found, shortly: of what does not hold where something does not, else of everything."""
        told = [one for one in self.seen if not one.holds] if not self.holds else self.seen
        return "; ".join(one.found for one in told or self.seen)


def claims(wanted: Expectation) -> tuple[Claim, ...]:
    """Every claim about a fact, in the order of writing."""
    found: list[Claim] = []

    def walk(part: Part) -> None:
        if isinstance(part, Claim):
            if isinstance(part.left, Fact):
                found.append(part)
        elif isinstance(part, Not):
            walk(part.part)
        else:
            for one in part.parts:
                walk(one)

    walk(wanted.root)
    return tuple(found)


def facts(wanted: Expectation) -> tuple[Fact, ...]:
    """The facts it needs, each once."""
    return tuple(dict.fromkeys(claim.left for claim in claims(wanted) if isinstance(claim.left, Fact)))


def judge(wanted: Expectation, known: Mapping[Fact, Value]) -> Verdict:
    """Whether it holds, with these facts; one that is not among them is not known."""
    seen: list[Seen] = []

    def of(part: Part) -> bool | None:
        if isinstance(part, Claim):
            return _judge(part, known, seen)
        if isinstance(part, Not):
            inside = of(part.part)
            return None if inside is None else not inside
        found = [of(one) for one in part.parts]
        deciding = isinstance(part, Any)
        if deciding in found:
            return deciding
        return None if None in found else not deciding

    return Verdict(of(wanted.root), tuple(seen))


def _judge(claim: Claim, known: Mapping[Fact, Value], seen: list[Seen]) -> bool | None:
    left = known.get(claim.left) if isinstance(claim.left, Fact) else claim.left
    holds = None if left is None else _COMPARE[claim.operator](left, claim.right)
    if isinstance(claim.left, Fact):
        found = f"{claim.left} is not known" if left is None else f"{claim.left} is {shown(left, claim.kind)}"
    else:
        found = f"{claim.text} is {'so' if holds else 'not so'}"
    seen.append(Seen(claim.text, holds, found))
    return holds


def shown(value: Value, kind: Kind) -> str:
    """A fact for people."""
    if isinstance(value, bool):
        return "so" if value else "not so"
    if kind == "share" and isinstance(value, int | float):
        return f"{value * 100:.1f}".rstrip("0").rstrip(".") + "%"
    if kind == "seconds" and isinstance(value, int | float):
        return f"{value:.0f}s"
    return str(value) if value != "" else "nothing"
