"""One look, whatever comes of it, as probes."""

from __future__ import annotations

from collections.abc import Awaitable

from campctl.errors import BackendError, Uncertain
from campctl.model.live import Probe

SLOW = "Look at the machine (`top`, `core show taskprocessors`): Asterisk is stopped, swapping or overloaded."


async def looked(name: str, look: Awaitable[Probe]) -> list[Probe]:
    """The probe a look comes to; a fault of the look itself is one, too."""
    try:
        return [await look]
    except Uncertain as error:
        return [Probe(name, ok=False, detail=error.message, cure=error.hint or SLOW)]
    except BackendError as error:
        return [Probe(name, ok=False, detail=error.message, cure=error.hint or "Run the check again; then look at Asterisk's log.")]
    except (ValueError, KeyError, IndexError) as fault:
        return [
            Probe(
                name, ok=False, detail=f"Asterisk answered something unexpected: {fault}.", cure="Is it an Asterisk 22, set up by campctl?"
            )
        ]


def count(number: int, word: str, more: str = "") -> str:
    """`1 line`, `2 lines`."""
    return f"{number} {word}" if number == 1 else f"{number} {more or word + 's'}"


def some(names: list[str], most: int = 5) -> str:
    """The first few names, and how many more there are."""
    shown = ", ".join(sorted(names)[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
