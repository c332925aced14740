"""The embedded exchange: a local telephony system kept in one SQLite file, with limits, delays and faults to order.

For learning, rehearsing and testing (docs/sim.md). This module is what the entry point leads to and stays light:
nothing of SQLite or asyncio is loaded before a backend is opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from campctl.backends.sim.options import OPTIONS, parse
from campctl.model.campaign import BackendSpec
from campctl.model.live import Capabilities
from campctl.ports.backend import BackendEnv, Option

if TYPE_CHECKING:
    from campctl.backends.sim.backend import SimBackend

__all__ = ["SimFactory", "factory"]


class SimFactory:
    """Implements `ports.backend.BackendFactory`."""

    type: str = "sim"
    options: Sequence[Option] = OPTIONS
    secrets: Sequence[str] = ()

    def capabilities(self, options: Mapping[str, Any]) -> Capabilities:
        """What an exchange with these options can do; `errors.Refused` when an option makes no sense."""
        return parse(options).capabilities()

    def open(self, spec: BackendSpec, env: BackendEnv) -> SimBackend:
        """A connection to the exchange `spec` describes; its file is made on first use."""
        from campctl.backends.sim.backend import SimBackend

        return SimBackend(spec.name, parse(spec.options, backend=spec.name), env)


factory = SimFactory()
