"""Where secrets come from."""

from __future__ import annotations

from typing import Protocol


class Secrets(Protocol):
    """Secrets by backend and name. Values never appear in a message, a log or a repr."""

    def get(self, backend: str, name: str) -> str:
        """The secret; `errors.SecretError` saying where it was looked for."""
        ...

    def source(self, backend: str, name: str) -> str:
        """Where it would come from, in words, without reading more than needed ("environment CAMPCTL_..."); "" if nowhere."""
        ...

    def put(self, backend: str, name: str, value: str) -> str:
        """Keep it and read it back; says where it went."""
        ...
