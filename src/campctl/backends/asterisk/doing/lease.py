"""One writer at a time on one Asterisk: a lease built on an act that Asterisk does entirely or not at all.

The lock is a member of the queue `campctl-lock`, which nobody calls. Adding a member that is there already is refused
("Already there"), so of two who try one gets in. The member's name says who holds it and until when; a holder that died is
waited for until then, and then its lease is stolen, again under a lock of that kind, so that of two thieves one gets it.
A holder on this machine that is no longer a process is not waited for.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from campctl.backends.asterisk.ami import Ami, Edit, Message, Request, edit_requests, refused
from campctl.backends.asterisk.shelves.members import LOCK_QUEUE
from campctl.errors import BackendError, Refused, Unavailable
from campctl.ports.clock import Clock

SECONDS: Final = 10.0
"""How long a lease is good for: far more than a batch takes. Whoever loses it in the midst of one does no harm: the thief
finishes what was begun, so both write the same."""
FRESH: Final = 6.0
"""Seconds after which its holder begins nothing new under it: whoever was held up (a laptop that slept) may have lost it."""
PATIENCE: Final = 90.0
"""Seconds a writer waits for others."""
WRITER: Final = "writer"
_FIRST_WAIT, _LONGEST_WAIT = 0.004, 0.25


class Lease:
    """Leases of one campctl on one Asterisk; not to be held twice at once by the same (the backend sees to that)."""

    def __init__(self, ami: Ami, clock: Clock, backend: str) -> None:
        self._ami = ami
        self._clock = clock
        self._backend = backend
        self._me = secrets.token_hex(8)
        self._since = 0.0

    @asynccontextmanager
    async def held(self) -> AsyncIterator[None]:
        """Alone among all campctls that write to this Asterisk. Raises Unavailable when others do not let go in time."""
        await self._take(WRITER)
        self._since = self._clock.monotonic()
        try:
            yield
        finally:
            # Not letting go is no harm: it expires, and the next one of this process knows its own lease.
            with contextlib.suppress(BackendError):
                await self._ami.ask(*_remove(WRITER))

    def must_be_fresh(self) -> None:
        """Raise Unavailable when the lease is so old that somebody may have stolen it meanwhile."""
        if self._clock.monotonic() - self._since > FRESH:
            raise Unavailable("campctl was held up too long while it was changing this Asterisk.", backend=self._backend)

    async def _take(self, lock: str) -> None:
        """Wait until it is ours."""
        clock = self._clock
        until = clock.monotonic() + PATIENCE
        wait = _FIRST_WAIT
        unchanged: tuple[str, float] = ("", 0.0)
        while True:
            why = refused(await self._ami.ask(*self._add(lock)))
            if why is None:
                return
            if "No such queue" in why:
                await self._make_queue()
                continue
            if "Already there" not in why:
                raise Refused(f"Asterisk does not let campctl lock it: {why}.", backend=self._backend, hint="Run `campctl backend check`.")
            holder = await self._holder(lock)
            if holder is None:
                continue
            name = holder.get("Name")
            if name != unchanged[0]:
                unchanged = (name, clock.monotonic())
            if self._over(name) or clock.monotonic() - unchanged[1] > SECONDS:
                await self._steal(lock, name)
                continue
            if clock.monotonic() > until:
                raise Unavailable(
                    f"Another campctl is changing this Asterisk, and has not ended within {PATIENCE:g} s.", backend=self._backend
                )
            await clock.sleep(wait)
            wait = min(_LONGEST_WAIT, wait * 1.6)

    async def _steal(self, lock: str, name: str) -> None:
        """Take away the lease `name`, unless somebody else does; a thief's own lock expires as well."""
        if name.startswith(self._me):
            await self._ami.ask(*_remove(lock))
            return
        stealing = f"{lock}-{name.partition(' ')[0]}"
        await self._take(stealing)
        try:
            holder = await self._holder(lock)
            if holder is not None and holder.get("Name") == name:
                await self._ami.ask(*_remove(lock))
        finally:
            await self._ami.ask(*_remove(stealing))

    async def _holder(self, lock: str) -> Message | None:
        rows = await self._ami.collect("QueueStatus", {"Queue": LOCK_QUEUE, "Member": _interface(lock)})
        return next((row for row in rows if row.event == "QueueMember"), None)

    def _add(self, lock: str) -> Request:
        # Each lease has a name of its own, so that a thief cannot take one that was given up and taken anew meanwhile.
        expires = self._clock.now().timestamp() + SECONDS
        name = f"{self._me}{secrets.token_hex(3)} {expires:.0f} {_HERE} {os.getpid()}"
        return Request("QueueAdd", (("Queue", LOCK_QUEUE), ("Interface", _interface(lock)), ("MemberName", name), ("Paused", "true")))

    def _over(self, name: str) -> bool:
        """Whether a lease has ended: by the clock, or with its process, or it is our own. One that nobody can read has."""
        token, expires, here, pid = (*name.split(), "", "", "", "")[:4]
        if token.startswith(self._me) or not expires.isdecimal() or self._clock.now().timestamp() > int(expires):
            return True
        return here == _HERE and pid.isdecimal() and not _runs(int(pid))

    async def _make_queue(self) -> None:
        """The queue is not there yet: write it into queues.conf."""
        requests = edit_requests("queues.conf", [Edit("NewCat", LOCK_QUEUE)])
        reload = Request("QueueReload", (("Parameters", "yes"), ("Members", "no"), ("Rules", "no")))
        made, reloaded = [refused(answer) for answer in await self._ami.many([*requests, reload])]
        if made is not None and "Create category" not in made:
            raise Refused(
                f"queues.conf cannot be written: {made}.",
                backend=self._backend,
                hint="The manager user needs the class `config`, and Asterisk must be able to write to its configuration.",
            )
        if reloaded is not None:
            raise Refused(f"queues.conf cannot be reloaded: {reloaded}.", backend=self._backend)


def _here() -> str:
    """What only processes that can see each other have in common: the machine since its start, and the space of their ids."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_bytes()
        return hashlib.blake2s(boot + str(Path("/proc/self/ns/pid").stat().st_ino).encode(), digest_size=4).hexdigest()
    except OSError:
        return "-"


_HERE: Final = _here()


def _runs(pid: int) -> bool:
    """Whether there is such a process; where that cannot be known there is."""
    if _HERE == "-":
        return True
    return Path(f"/proc/{pid}").exists()


def _interface(lock: str) -> str:
    return f"Local/{lock}@{LOCK_QUEUE}"


def _remove(lock: str) -> Request:
    return Request("QueueRemove", (("Queue", LOCK_QUEUE), ("Interface", _interface(lock))))
