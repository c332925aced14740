"""A psycopg connection that does not wait for ever: every wait for the server ends after `SILENCE_SECONDS` without a sign of life.

A server that was stopped (SIGSTOP, a frozen virtual machine) keeps its connections open and answers nothing; keepalives do not notice,
since its kernel answers them.
"""

from __future__ import annotations

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg
from psycopg.waiting import Ready

from campctl.store.database import Row
from campctl.store.refusals import Silent

SILENCE_SECONDS: Final = 15.0
"""How long the server may say nothing."""
BUSY_SECONDS: Final = 20.0
"""How long a writer waits for its turn."""
STOPPED_SECONDS: Final = 15
"""How long the server lets a writer say nothing in the middle of a transaction."""
RETURN_SECONDS: Final = 10.0
"""How long a process that was connected waits for a server that restarts."""
AGAIN_SECONDS: Final = 5.0
"""How long a server that was silent is not asked again: each time costs the whole patience."""
PAUSE: Final = 0.1
_READ: Final = 1
_WRITE: Final = 2


class Connection(psycopg.Connection[Row]):
    """A connection that does not wait for ever."""

    patience = SILENCE_SECONDS
    fell_silent: Callable[[str], None] | None = None

    @contextmanager
    def patient(self, seconds: float) -> Iterator[None]:
        """Within, the server may be silent for that long."""
        self.patience = seconds
        try:
            yield
        finally:
            self.patience = SILENCE_SECONDS

    def wait(self, gen: Any, *_: Any, **__: Any) -> Any:
        """Drive one of psycopg's generators: it says what it waits for, on a socket that does not change, and is told what came."""
        try:
            socket = self.pgconn.socket  # before the generator begins: this fails on a broken connection
            poll = select.poll()
            wanted = next(gen)
            while True:
                poll.register(socket, (select.POLLIN if wanted & _READ else 0) | (select.POLLOUT if wanted & _WRITE else 0))
                came = poll.poll(self.patience * 1000)
                if not came:
                    with suppress(Exception):
                        gen.close()
                    raise self._given_up()
                # An error or a hang-up is found by reading.
                told = (_WRITE if came[0][1] & select.POLLOUT else 0) | (_READ if came[0][1] & ~select.POLLOUT else 0)
                wanted = gen.send(Ready(told & wanted or wanted))
        except StopIteration as end:
            return end.value
        except (KeyboardInterrupt, SystemExit):
            self.pgconn.finish()  # nobody knows what the server is about to answer to
            raise

    def _given_up(self) -> Silent:
        words = f"no sign of life for {self.patience:.0f} seconds"
        self.pgconn.finish()
        if self.fell_silent is not None:
            self.fell_silent(words)
        return Silent(words)
