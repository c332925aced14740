"""One run at a time."""

from __future__ import annotations

import os
import secrets
import socket
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from campctl.app.context import Context
from campctl.app.how import How
from campctl.model.records import Holder

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from campctl.apply.inputs import Stopper
    from campctl.ports.store import Store

LOCK_TTL = 30.0
"""Seconds after which the lock of a silent holder on another machine may be taken over."""


@asynccontextmanager
async def locked(ctx: Context, how: How, store: Store | None = None) -> AsyncIterator[tuple[Store, Stopper]]:
    """The store (the campaign's, or this one) and the lock, with a heartbeat; a dry run takes neither."""
    from campctl.apply.inputs import Stopper

    stopper = how.stopper or Stopper()
    if how.dry_run:
        yield ctx.store(), stopper
        return
    from campctl.apply.lease import Lease

    store = store or ctx.store(write=True)
    async with Lease(store, this_process(ctx), ctx.clock, stopper, ttl=LOCK_TTL, wait=how.wait_for_lock):
        yield store, stopper


def this_process(ctx: Context, who: str = "") -> Holder:
    """The holder of a lock that this process is from now on, for `who` (else whoever is at work)."""
    now = ctx.clock.now()
    return Holder(
        token=secrets.token_hex(8), who=who or ctx.who, host=socket.gethostname(), pid=os.getpid(), command=ctx.command, since=now, beat=now
    )
