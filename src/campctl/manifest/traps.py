"""What other YAML readers make of an unquoted value: `no` is false, 012 is ten, 6:30 is 390.

campctl always takes the text as it is written, so nothing of this can change what it does. But the same file is read by
editors, other tools and people, and who writes 012 may mean either: so the value has to be quoted, or written plainly.
Rules: YAML 1.1, https://yaml.org/type/ (PyYAML, Ruby, older Go libraries); YAML 1.2.2, section 10.3.2 (newer ones).
"""

from __future__ import annotations

import re

NULLS = frozenset(("", "~", "null", "Null", "NULL"))
_TRUE = ("y", "yes", "true", "on")
_FALSE = ("n", "no", "false", "off")
_BOOLS = {form: what for words, what in ((_TRUE, "true"), (_FALSE, "false")) for w in words for form in (w, w.upper(), w.capitalize())}
WORDS = NULLS | frozenset(_BOOLS) | {"=", "<<"}
"""Words that are not text to every reader."""

NUMERIC = frozenset("0123456789-+.")
"""What a text must begin with to be taken for a number or a date."""

_INT = re.compile(r"[-+]?(0b[01_]+|0o[0-7]+|0x[0-9a-fA-F_]+|0[0-7_]+|0|[1-9][0-9_]*|[1-9][0-9_]*(:[0-5]?[0-9])+)\Z")
_FLOAT = re.compile(r"[-+]?([0-9][0-9_]*\.[0-9_]*([eE][-+]?[0-9]+)?|[0-9]+[eE][-+]?[0-9]+|\.[0-9_]+([eE][-+]?[0-9]+)?|\.inf|\.Inf|\.INF)\Z")
_SEXAGESIMAL_FLOAT = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*\Z")
_NAN = frozenset((".nan", ".NaN", ".NAN"))
_PHONE = re.compile(r"\+[0-9]{7,15}\Z")


def other_reading(text: str) -> str:
    """What other readers take an unquoted `text` for, in words; "" when every one of them keeps it as written."""
    if text in _BOOLS:
        return f"the truth value {_BOOLS[text]}"
    if text in ("=", "<<"):
        return "a special key of YAML's own"
    if text[:1] not in NUMERIC:
        return ""
    if _INT.match(text):
        number = _integer(text)
        return "" if str(number) == text else f"the number {number}{_base(text)}"
    if _SEXAGESIMAL_FLOAT.match(text):
        return "a number in base 60"
    if _FLOAT.match(text):
        return _float(text)
    return "not-a-number" if text in _NAN else ""


def is_phone(text: str) -> bool:
    """Whether it is a plus and digits: campctl reads it right, others as an integer without the plus."""
    return _PHONE.match(text) is not None


def _integer(text: str) -> int:
    plain = text.replace("_", "").lstrip("+-") or "0"
    sign = -1 if text[0] == "-" else 1
    if ":" in plain:
        number = 0
        for part in plain.split(":"):
            number = number * 60 + int(part)
        return sign * number
    prefix = plain[:2].lower()
    if prefix in ("0b", "0o", "0x"):
        return sign * (int(plain, 0) if len(plain) > 2 else 0)
    return sign * (int(plain, 8) if len(plain) > 1 and plain[0] == "0" else int(plain))


def _base(text: str) -> str:
    plain = text.lstrip("+-").lower()
    if ":" in plain:
        return " (base 60)"
    if plain[:1] == "0" and len(plain) > 1:
        return {"0b": " (binary)", "0x": " (hexadecimal)"}.get(plain[:2], " (octal)")
    return ""


def _float(text: str) -> str:
    plain = text.replace("_", "")
    if plain.lstrip("+-").lower() == ".inf":
        return "infinity"
    number = float(plain) if plain.strip("+-.") else 0.0
    return "" if repr(number) == text else f"the number {number!r}"
