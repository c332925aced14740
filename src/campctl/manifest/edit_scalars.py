"""Values as YAML text: plain where every reader takes it as written, else quoted; in the style of the value it replaces."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from campctl.errors import UsageError
from campctl.manifest.traps import WORDS, is_phone, other_reading

DIGITS_ARE_PLAIN: Final = frozenset(
    {"extension", "extensions", "desk", "desks", "baseline", "min", "max", "seats", "any", "priority", "max_waiting"}
)
"""Fields whose digits are customarily not quoted; a floor "3" or a postal code is."""

_PLAIN: Final = re.compile(r"[^\W_](?:[\w./@()+%&'-]|:(?=\S)| (?=[\w(@&+/]))*\Z")
_DATE: Final = re.compile(r"\d{4}-\d\d?-\d\d?(?:[Tt ].*:\d\d?:.*)?\Z")
_ESCAPED: Final = re.compile('["\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]')
_SHORT: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\0": "\\0"}


def scalar(value: Any, field: str = "", *, flow: bool = False, style: str = "", plain: bool = False) -> str:
    """One value. `style` is the quote of the value it replaces ("" for plain or none); `plain`: that was plain digits, so may this be."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str):
        raise UsageError(f"A value of {field or 'a field'} is {type(value).__name__}, which a manifest has no words for.")
    if value.isdigit() and (style or not (plain or field in DIGITS_ARE_PLAIN)):
        return _quoted(value, style)
    return _quoted(value, style) if style or not is_plain(value, flow=flow) else value


def is_plain(text: str, *, flow: bool = False) -> bool:
    """Whether `text` may stand unquoted: every YAML reader, old or new, takes it for just this text."""
    if text in WORDS or is_phone(text) or other_reading(text) or _DATE.match(text) or not _PLAIN.match(text):
        return False
    return not (flow and ":" in text)


def key(text: str, *, flow: bool = False) -> str:
    """A key; numbers of the plan are quoted."""
    return scalar(text, flow=flow)


def flow(value: Any, field: str = "") -> str:
    """A value of any depth on one line: `[a, b]`, `{ a: b }`."""
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key(name, flow=True)}: {flow(one, name)}" for name, one in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(flow(one, field) for one in value) + "]"
    return scalar(value, field, flow=True)


def value_text(value: Any, field: str = "") -> str:
    """What stands after `key: ` in block style: a scalar, or one line of flow."""
    nested = isinstance(value, Mapping | Sequence) and not isinstance(value, str)
    return flow(value, field) if nested else scalar(value, field)


def block(name: str, fields: Mapping[str, Any], indent: str, step: str, newline: str) -> str:
    """An entry in block style, each line ended."""
    lines = [f"{indent}{key(name)}:" + ("" if fields else " {}")]
    lines += [f"{indent}{step}{key(field)}: {value_text(value, field)}" for field, value in fields.items()]
    return "".join(line + newline for line in lines)


def as_data(value: Any) -> Any:
    """What reading the written value gives back: scalars as text (campctl reads text and lets the field say what it means)."""
    if isinstance(value, Mapping):
        return {str(name): as_data(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [as_data(one) for one in value]
    return value if isinstance(value, str) else scalar(value)


def _quoted(text: str, style: str) -> str:
    if any("\ud800" <= char <= "\udfff" for char in text):
        raise UsageError(f"The text {text!r} is not valid Unicode, so it cannot be written into a file.", hint="Type it again.")
    if style == "'" and not _ESCAPED.search(text.replace('"', "").replace("\\", "")):
        return "'" + text.replace("'", "''") + "'"
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def _escape(match: re.Match[str]) -> str:
    char = match[0]
    code = ord(char)
    return _SHORT.get(char) or (f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
