"""The one connection of a process to a shared store: made when first needed, made anew when it broke, given up when nobody answers."""

from __future__ import annotations

import logging
import time
from contextlib import suppress
from typing import Final

import psycopg

from campctl.errors import StoreError
from campctl.store import patience
from campctl.store.dialling import Target
from campctl.store.patience import Connection
from campctl.store.refusals import Silent

_MUTE: Final = logging.NullHandler()


class Line:
    """`connection` is None while there is none, and closed when it broke."""

    def __init__(self, target: Target, *, read_only: bool) -> None:
        self.connection: Connection | None = None
        self._target = target
        self._read_only = read_only
        self._may_come_back = False
        self._closed = False
        self._silent: tuple[float, str] | None = None

    def close(self) -> None:
        """Let go for good."""
        self._closed = True
        self.drop()

    def ask_again(self) -> None:
        """Dial once more even though the server was silent just now."""
        self._silent = None

    def connected(self) -> Connection:
        """The connection, made anew when there is none; a server that restarts is waited for once it was known to be there."""
        if self._closed:
            raise StoreError(f"The campaign's store ({self._target.where}) cannot be used: it was closed.", hint="Please report this.")
        if self.connection is not None and not self.connection.closed:
            return self.connection
        if self._silent is not None and time.monotonic() - self._silent[0] < patience.AGAIN_SECONDS:
            raise Silent(self._silent[1])
        until = time.monotonic() + patience.RETURN_SECONDS
        while True:
            try:
                self.connection = self._dial()
            except psycopg.Error as error:
                if isinstance(error, psycopg.errors.ConnectionTimeout):
                    self._fell_silent(str(error))
                if not self._may_return(error):
                    raise
                if time.monotonic() > until:
                    self._may_come_back = False  # waited for once; a run that stops must not wait for each thing it still wants to say
                    raise
                time.sleep(patience.PAUSE)
            else:
                self._may_come_back = True
                self._silent = None
                return self.connection

    def _may_return(self, error: psycopg.Error) -> bool:
        """Whether a moment's patience may help: the server starts, or nobody listens where somebody did before."""
        words = str(error).lower()
        if "starting up" in words:
            return True
        gone = "refused" in words or "shutting down" in words or "no such file" in words or "closed the connection" in words
        return self._may_come_back and gone

    def _dial(self) -> Connection:
        settings = {
            "search_path": self._target.schema,
            "lock_timeout": f"{patience.BUSY_SECONDS:.0f}s",
            "idle_in_transaction_session_timeout": f"{patience.STOPPED_SECONDS}s",
            "client_min_messages": "warning",
            **({"default_transaction_read_only": "on"} if self._read_only else {}),
        }
        logging.getLogger("psycopg").addHandler(_MUTE)  # what it warns of is raised as well, and words for people come from us
        connection = self._target.dial(Connection, settings)
        connection.fell_silent = self._fell_silent
        # "off" says yes before anything is on a disk; whatever else was chosen for this server is at least as good as "on".
        try:
            connection.execute("SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'")
        except BaseException:
            connection.close()
            raise
        return connection

    def _fell_silent(self, words: str) -> None:
        self._silent = (time.monotonic(), words)

    def drop(self) -> None:
        """Let go; the next call dials anew."""
        connection, self.connection = self.connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()
