"""What may happen to a connection on its way to PostgreSQL: breaks at what a cluster does first, next and last (see `ami_proxy`)."""

from __future__ import annotations

from servers.ami_proxy import AmiProxy

_NOTE = b"UPDATE campctl_state SET doing = $1"
_DONE = b"counted = generation"
_SECRET = b"UPDATE ps_auths t SET auth_type"
_COPIED = b"d"
"""A message with rows for COPY begins so."""
_DELETED = b"DELETE FROM "


class PgGate:
    """What one connection lets through."""

    def __init__(self, proxy: AmiProxy) -> None:
        self._proxy = proxy
        self._noted = False
        self._finished = False

    def out(self, data: bytes) -> tuple[bytes, bool]:
        """To PostgreSQL: what is sent on, and whether that was the end."""
        fault = self._proxy.fault
        if fault == "lost-before" and (_NOTE in data or _SECRET in data):
            return b"", True
        if fault == "half" and self._noted and (data.startswith(_COPIED) or _DELETED in data):
            return data[: len(data) // 2], True
        self._noted |= _NOTE in data
        if fault == "lost-after" and (_DONE in data or _SECRET in data):
            self._finished = True
        return data, False

    def back(self, data: bytes) -> tuple[bytes, bool]:
        """From PostgreSQL."""
        return (b"", True) if self._finished else (data, False)
