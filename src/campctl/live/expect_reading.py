"""The text of an expectation to its values; what cannot be read, with its place.

Grammar (words are separated by blanks or a colon; `and` binds closer than `or`):

    expectation = either ["within" DURATION]
    either      = both {"or" both}
    both        = one {"and" one}
    one         = "not" one | "(" either ")" | claim
    claim       = SUBJECT [ID] ["is"] ["not"] [MEASURE] [OPERATOR VALUE | "none" | "empty"]
                | VALUE OPERATOR VALUE
    OPERATOR    = "<" | "<=" | ">" | ">=" | "=" | "==" | "!="
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

from campctl.live.claims import All, Any, Claim, Expectation, Not, Part
from campctl.live.known import SUBJECTS, Fact, Kind, Subject, Value

NOTHING = frozenset({"none", "empty"})
_TOKEN = re.compile(
    r"""\s*(?:(?P<op><=|>=|!=|==|=|<|>)|(?P<paren>[()])|(?P<quoted>"[^"]*"|'[^']*')|(?P<word>[^\s()<>=!"':]+)|(?P<colon>:))"""
)
_DURATION = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?\Z")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?\Z")
_SHARE = re.compile(r"\d{1,3}(?:\.\d+)?%\Z")
MAX_LENGTH = 1_000
MAX_NESTING = 20


class BadExpectation(ValueError):
    """What cannot be read, with its place in the text: `offset` and `length` in characters; `help` says what to write."""

    def __init__(self, message: str, help: str, offset: int, length: int = 1) -> None:  # noqa: A002 - the finding's own word
        super().__init__(message)
        self.message = message
        self.help = help
        self.offset = offset
        self.length = max(1, length)


class _Token(NamedTuple):
    kind: str
    text: str
    offset: int


class _Parser:
    def __init__(self, text: str) -> None:
        if len(text) > MAX_LENGTH:
            raise BadExpectation(f"This has {len(text):,} characters; {MAX_LENGTH:,} are the most.", "Make several steps of it.", 0)
        self.text = text
        self.tokens = self._split(text)
        self.at = 0
        self.depth = 0

    def _split(self, text: str) -> list[_Token]:
        found, place = [], 0
        end = len(text.rstrip())
        while place < end:
            match = _TOKEN.match(text, place)
            if match is None:
                offset = place + len(text[place:]) - len(text[place:].lstrip())
                help_ = "Close the quotes." if text[offset] in "\"'" else "Write `!=` for `is not`." if text[offset] == "!" else ""
                raise BadExpectation(f"`{text[offset]}` makes no sense here.", help_ or "Look at the grammar in docs/runbooks.md.", offset)
            kind = match.lastgroup or ""
            if kind != "colon":
                found.append(_Token(kind, match[kind], match.start(kind)))
            place = match.end()
        return found

    def peek(self) -> _Token:
        return self.tokens[self.at] if self.at < len(self.tokens) else _Token("end", "", len(self.text.rstrip()))

    def take(self) -> _Token:
        token = self.peek()
        self.at += 1
        return token

    def word(self, *words: str) -> bool:
        token = self.peek()
        if token.kind == "word" and token.text in words:
            self.at += 1
            return True
        return False

    def whole(self) -> Expectation:
        if not self.tokens:
            raise BadExpectation("Nothing is expected here.", "Write what should hold: `hotline main waiting < 20`.", 0)
        root = self.either()
        within = None
        if self.word("within"):
            token = self.take()
            within = duration(token.text)
            if within is None:
                raise BadExpectation(
                    f"`{token.text or 'nothing'}` is no length of time.",
                    "Write `within 30s` or `within 5m`.",
                    token.offset,
                    len(token.text),
                )
        left = self.peek()
        if left.kind != "end":
            near = did_you_mean(left.text, ("and", "or", "within"))
            raise BadExpectation(
                f"`{left.text}` is one word too many.", near or "Join claims with `and` or `or`.", left.offset, len(left.text)
            )
        return Expectation(self.text, root, within)

    def either(self) -> Part:
        parts = [self.both()]
        while self.word("or"):
            parts.append(self.both())
        return parts[0] if len(parts) == 1 else Any(tuple(parts))

    def both(self) -> Part:
        parts = [self.one()]
        while self.word("and"):
            parts.append(self.one())
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def one(self) -> Part:
        self.depth += 1
        if self.depth > MAX_NESTING:
            raise BadExpectation("This is nested too deep.", "Make several steps of it.", self.peek().offset)
        try:
            if self.word("not"):
                return Not(self.one())
            token = self.peek()
            if token.text == "(" and token.kind == "paren":
                self.take()
                inside = self.either()
                closing = self.take()
                if closing.text != ")":
                    raise BadExpectation("A bracket that was opened is not closed.", "Add `)`.", closing.offset)
                return inside
            return self.claim()
        finally:
            self.depth -= 1

    def claim(self) -> Part:
        first = self.take()
        if first.kind == "quoted" or (first.kind == "word" and first.text not in SUBJECTS and self.peek().kind == "op"):
            return self.plain(first)
        if first.kind != "word" or first.text not in SUBJECTS:
            what = f"`{first.text}` is nothing campctl knows facts about." if first.text else "Something is missing at the end."
            near = did_you_mean(first.text, SUBJECTS) or f"Begin with one of {', '.join(SUBJECTS)}."
            raise BadExpectation(what, near, first.offset, len(first.text))
        subject = SUBJECTS[first.text]
        id_, at = "", first
        if subject.noun:
            at = self.take()
            if at.kind not in {"word", "quoted"}:
                raise BadExpectation(
                    f"Which {subject.noun} is not said.",
                    f"Write `{first.text} ID {next(iter(subject.measures))}`.",
                    at.offset,
                    len(at.text),
                )
            id_ = _unquoted(at)
        self.word("is")
        negated = self.word("not")
        measure = self.measure(first.text, subject)
        fact, kind = Fact(first.text, id_, measure), subject.measures[measure].kind
        claim = self.compared(fact, kind, first, at)
        return Not(claim) if negated else claim

    def measure(self, name: str, subject: Subject) -> str:
        token = self.peek()
        if token.kind == "word" and token.text in subject.measures:
            self.take()
            return token.text
        if subject.default and (token.kind != "word" or token.text in NOTHING | {"is", "not", "and", "or", "within"}):
            return subject.default
        what = f"`{token.text}` is nothing one can ask of {_article(name)}." if token.kind == "word" else f"What of the {name} is not said."
        near = did_you_mean(token.text, subject.measures) or f"Ask for one of {', '.join(subject.measures)}."
        raise BadExpectation(what, near, token.offset, len(token.text))

    def compared(self, fact: Fact, kind: Kind, first: _Token, at: _Token) -> Claim:
        operator: str = ">" if kind in {"count", "seconds", "share"} else "="
        right: Value = 0 if operator == ">" else True
        if kind == "text":
            operator, right = "!=", ""
        token = self.peek()
        if token.kind == "word" and token.text in NOTHING:
            self.take()
            if kind == "flag":
                raise BadExpectation(f"{fact} is or is not; it has no number.", f"Write `not {fact}`.", token.offset, len(token.text))
            operator, right = "=", "" if kind == "text" else 0
        elif token.kind == "op":
            operator, right = self.take().text, self.value(kind, fact)
            if operator not in {"=", "==", "!="} and kind in {"flag", "text"}:
                raise BadExpectation(f"{fact} cannot be more or less.", "Compare it with `=` or `!=`.", token.offset, len(token.text))
        end = self.tokens[self.at - 1]
        return Claim(fact, operator, right, self.text[first.offset : end.offset + len(end.text)], at.offset, kind)

    def value(self, kind: Kind, fact: Fact) -> Value:
        token = self.take()
        if token.kind not in {"word", "quoted"}:
            raise BadExpectation("A value is missing.", f"Write what {fact} is compared with.", token.offset, len(token.text))
        found, wanted = _read(kind, _unquoted(token))
        if wanted:
            raise BadExpectation(f"`{token.text}` is not {wanted}.", _WRITE[kind], token.offset, len(token.text))
        return found

    def plain(self, first: _Token) -> Claim:
        """Two values, as variables give them: `{seats} > 20`, `"{mode}" = "real"`."""
        operator = self.take()
        second = self.take()
        if operator.kind != "op" or second.kind not in {"word", "quoted"}:
            wrong = operator if operator.kind != "op" else second
            raise BadExpectation("A value is compared with nothing.", 'Write `"{name}" = "value"`.', wrong.offset, len(wrong.text))
        left, right = _plain(_unquoted(first)), _plain(_unquoted(second))
        if isinstance(left, str) != isinstance(right, str):
            left, right = _unquoted(first), _unquoted(second)
        if isinstance(left, str) and operator.text not in {"=", "==", "!="}:
            raise BadExpectation("Texts cannot be more or less.", "Compare them with `=` or `!=`.", operator.offset, len(operator.text))
        return Claim(left, operator.text, right, self.text[first.offset : second.offset + len(second.text)], first.offset)


_WRITE: Mapping[Kind, str] = {
    "count": "Write a whole number.",
    "seconds": "Say the unit: `30s`, `2m`.",
    "share": "Write a share: `80%`.",
    "flag": "Write `true` or `false`, or leave it out.",
    "text": "",
}


def parse(text: str) -> Expectation:
    """The expectation a text says; BadExpectation, with the place of the first mistake, when it says none."""
    return _Parser(text).whole()


def duration(text: str) -> float | None:
    """Seconds of `30s`, `2m`, `1h30m`; None when it is none."""
    match = _DURATION.match(text)
    if not text or match is None:
        return None
    days, hours, minutes, seconds = (float(part or 0) for part in match.groups())
    return days * 86400 + hours * 3600 + minutes * 60 + seconds


def did_you_mean(word: str, choices: Mapping[str, object] | tuple[str, ...]) -> str:
    """'Did you mean `x`?' or ""."""
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), list(choices), 1, 0.6)
    return f"Did you mean `{near[0]}`?" if near else ""


def _read(kind: Kind, text: str) -> tuple[Value, str]:
    """The value, or what was wanted instead."""
    if kind == "count":
        return (int(text), "") if re.fullmatch(r"-?\d{1,9}", text) else (None, "a whole number")
    if kind == "seconds":
        found = 0.0 if text == "0" else duration(text)
        return (found, "") if found is not None else (None, "a length of time")
    if kind == "share":
        return (float(text[:-1]) / 100, "") if _SHARE.match(text) else (None, "a share")
    if kind == "flag":
        return (text == "true", "") if text in {"true", "false"} else (None, "true or false")
    return text, ""


def _plain(text: str) -> Value:
    """A number, a share or a length of time as a number, anything else as text."""
    if _NUMBER.match(text):
        return float(text)
    if _SHARE.match(text):
        return float(text[:-1]) / 100
    found = duration(text)
    return text if found is None else found


def _unquoted(token: _Token) -> str:
    return token.text[1:-1] if token.kind == "quoted" else token.text


def _article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
