"""A plan as a file: one JSON object, stable byte for byte, with its format's number in it (docs/plan-format.md)."""

from __future__ import annotations

from typing import Any

import msgspec

from campctl.errors import UsageError
from campctl.model.changes import Plan

FORMAT = 1
REMAKE = "Make one with `campctl plan --out FILE`."


class _Head(msgspec.Struct):
    format: Any = None
    campaign: Any = None
    changes: Any = None


def encode(plan: Plan) -> bytes:
    """JSON with a newline at the end; equal plans give equal bytes."""
    return msgspec.json.encode(plan, order="deterministic") + b"\n"


def decode(data: bytes) -> Plan:
    """The plan back; `errors.UsageError` when it is none, is damaged, or was written by a newer campctl."""
    try:
        head = msgspec.json.decode(data, type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise UsageError("This is not a plan: it is not a JSON object.", hint=REMAKE) from None
    if type(head.format) is not int or head.campaign is None or head.format < 1:
        raise UsageError("This is JSON, but not a plan: it has no `format` number and `campaign`.", hint=REMAKE)
    if head.format > FORMAT:
        raise UsageError(
            f"This plan is of format {head.format}; this campctl reads formats up to {FORMAT}.",
            hint="A newer campctl wrote it: use that one, or make the plan anew with this one.",
        )
    try:
        return msgspec.json.decode(data, type=Plan)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"This plan is damaged: {error}.", hint=REMAKE) from None
