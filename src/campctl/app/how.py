"""How to apply: the options that every changing command shares."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Literal

from msgspec import Struct
from msgspec.structs import replace

from campctl.app.results import Planned

if TYPE_CHECKING:
    from campctl.apply.inputs import Stopper
    from campctl.model.changes import Plan
    from campctl.ports.listener import Listener

Wait = Literal["accepted", "configured", "live"]


class How(Struct, frozen=True, kw_only=True):
    """How to apply: what was allowed, how far to wait, and who is told.

    `ask` is shown the plan and says yes or no; None means yes was said already (--yes).
    """

    ask: Callable[[Planned], bool] | None = None
    wait: Wait = "configured"
    reason: str = ""
    allow: frozenset[str] = frozenset()
    """Guardrail flags that were given, such as "--allow-deletes"."""
    listeners: tuple[Listener, ...] = ()
    stopper: Stopper | None = None
    wait_for_lock: float = 0.0
    secrets_file: str = ""
    dry_run: bool = False
    agreed: Plan | None = None
    """The plan that somebody was shown before and agreed to: when it is another by now, nothing is done (`errors.StalePlan`)."""


def at_once(how: How) -> How:
    """Without a question: for facts that pass (a lit port, seats until 21:00), which are small, targeted and undone in a word."""
    return replace(how, ask=None)
