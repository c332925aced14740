"""Asterisk 22, on one machine or several over one PostgreSQL, driven over its manager interface (AMI).

This module is what the entry point leads to and stays light: nothing that talks is loaded before a backend is opened.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from campctl.backends.asterisk.options import OPTIONS, parse
from campctl.model.campaign import BackendSpec
from campctl.model.live import Capabilities
from campctl.ports.backend import BackendEnv, Option

if TYPE_CHECKING:
    from campctl.backends.asterisk.backend import AsteriskBackend

__all__ = ["AsteriskFactory", "factory"]


class AsteriskFactory:
    """Implements `ports.backend.BackendFactory`."""

    type: str = "asterisk"
    options: Sequence[Option] = OPTIONS
    secrets: Sequence[str] = ("password", "database_password")

    def secrets_for(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """The manager user's password; that of the database only where there is one."""
        return ("password", "database_password") if options.get("database") else ("password",)

    def capabilities(self, options: Mapping[str, Any]) -> Capabilities:
        """What an Asterisk with these options can do; `errors.Refused` when an option makes no sense."""
        return parse(options).capabilities()

    def open(self, spec: BackendSpec, env: BackendEnv) -> AsteriskBackend:
        """A connection to the Asterisk `spec` describes, made on first use."""
        from campctl.backends.asterisk.opening import open_backend

        return open_backend(spec.name, parse(spec.options, backend=spec.name), env)


factory = AsteriskFactory()
