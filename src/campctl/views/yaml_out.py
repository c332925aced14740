"""Plain data as YAML: exact (it reads back equal under YAML 1.1 and 1.2) and harmless on a terminal. Reads nothing."""

from __future__ import annotations

import re
from typing import Any

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./@-]*(?: [A-Za-z0-9_./@-]+)*")
_WORDS = frozenset({"y", "n", "yes", "no", "on", "off", "true", "false", "null"})


def dump(value: Any) -> str:
    """A document of mappings, lists, text, numbers, booleans and nulls."""
    return "\n".join(_block(value, 0)) + "\n"


def _block(value: Any, depth: int) -> list[str]:
    pad = "  " * depth
    if isinstance(value, dict) and value:
        lines = []
        for key, item in value.items():
            lines += _entry(f"{pad}{_scalar(str(key))}:", item, depth + 1)
        return lines
    if isinstance(value, list) and value:
        lines = []
        for item in value:
            block = _block(item, depth + 1)
            lines += [f"{pad}- {block[0].lstrip(' ')}", *block[1:]]
        return lines
    return [pad + _scalar(value)]


def _entry(head: str, item: Any, depth: int) -> list[str]:
    if isinstance(item, (dict, list)) and item:
        return [head, *_block(item, depth)]
    return [f"{head} {_scalar(item)}"]


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        if _PLAIN.fullmatch(value) and value.lower() not in _WORDS:
            return value
        return "".join(char if char.isprintable() else _escape(char) for char in _json(value))
    if isinstance(value, (dict, list)):
        return "{}" if isinstance(value, dict) else "[]"
    if isinstance(value, float):
        return _float(value)
    return _json(value)


def _float(value: float) -> str:
    """As YAML 1.1 too reads a number: with a point, and with the exponent's sign."""
    if value in {float("inf"), float("-inf")}:
        return ".inf" if value > 0 else "-.inf"
    mantissa, e, exponent = repr(value).partition("e")
    return f"{mantissa}{'' if '.' in mantissa else '.0'}{e}{'+' if exponent[:1].isdigit() else ''}{exponent}"


def _escape(char: str) -> str:
    number = ord(char)
    return f"\\u{number:04x}" if number < 0x10000 else f"\\U{number:08x}"


def _json(value: Any) -> str:
    from msgspec import json

    return json.encode(value).decode()
