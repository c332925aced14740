"""`backend poke`: changes on the embedded exchange by hand, behind campctl's back, for training and rehearsal."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from campctl import errors
from campctl.app import wiring
from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.results import Message


def poke(ctx: Context, *, name: str, ops: Sequence[str] = (), old_pbx: int = 0) -> Message:
    """Do what the JSON texts `ops` say (docs/sim.md), and plant an old PBX of so many people, on backend `name`."""
    spec = one(ctx.campaign.backends, name, "backend")
    if spec.type != "sim":
        raise errors.UsageError(f"Backend `{name}` is of type {spec.type}; only the embedded exchange (sim) can be poked.")
    parsed = [_parse(text) for text in ops]
    done = wiring.poke_sim(spec, ctx.root, parsed, old_pbx)
    if not done:
        raise errors.UsageError("Nothing was said to be done.", hint='Give JSON such as \'{"do": "restart"}\', or --old-pbx 12.')
    changed = old_pbx or any(op.get("do") in {"plant", "alter", "remove"} for op in parsed if isinstance(op, dict))
    found = "; `campctl drift` finds what that did" if changed else ""
    return Message(text=f"{name} was poked behind campctl's back{found}.", data={"done": done})


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise errors.UsageError(f"{text!r} is not JSON: {error}.", hint="docs/sim.md lists what can be done.") from None
