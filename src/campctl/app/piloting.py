"""`autopilot`: one leader makes the phones what the campaign wants, at every moment at which that changes, and moves seats by live figures.

Each turn, at most `TICK` seconds apart: see whether the clock jumped and whether the manifests were edited; apply, where the plan changed
or something is owed; look at the hotlines with `autoscale` whose time has come. Nothing is held in memory that the next life could not
do without: what it remembers is written down in the store, and a change that was killed half way is settled by the next.

Time comes from the context's clock; nothing here waits by any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

import msgspec

from campctl import errors
from campctl.app.auditing import record_audit
from campctl.app.context import Context
from campctl.app.locking import this_process
from campctl.app.piloting_cockpit import Cockpit, Orders, Reins
from campctl.app.piloting_manifests import Manifests
from campctl.app.piloting_plan import Plans, next_moment
from campctl.app.piloting_rooms import AUTHOR
from campctl.app.piloting_seats import Seats, blank
from campctl.app.results_piloting import Happened, Note
from campctl.apply.lease import Lease
from campctl.errors import Exit

if TYPE_CHECKING:
    from campctl.app.notifying import Notifier

TICK = 5.0
"""Seconds from one turn to the next, at the most: how soon an edit, another's override or a jumping clock is noticed."""
TTL = 30.0
"""Seconds after which the lead of a silent leader on another machine may be taken over."""
STANDBY = 2.0
"""Seconds between two tries to take the lead."""
JUMP = 2.0
"""Seconds by which wall time and monotonic time may differ between two turns."""
WRITE = 60.0
"""Seconds from one note to the next where nothing moved."""

Tell = Callable[[Happened], None]


async def fly(ctx: Context, orders: Orders, reins: Reins, tell: Tell, notifier: Notifier) -> Exit:
    """Lead until told to stop (or one turn); the exit status. `errors.LockHeld` when another leads and nobody said standby.

    ctx: the campaign; whoever started it leads, and the changes are the autopilot's.
    """
    who, ctx = ctx.who, ctx.again(who=AUTHOR)
    try:
        return await _fly(ctx, orders, reins, tell, notifier, who)
    finally:
        notifier.stopping()


async def _fly(ctx: Context, orders: Orders, reins: Reins, tell: Tell, notifier: Notifier, who: str) -> Exit:
    """One term of leading after the other, and standing by in between."""
    ctx.campaign  # noqa: B018 - manifests with errors end it here, before anything is told or taken
    if orders.dry_run:
        reins.renew()
        return await Pilot(Cockpit(ctx, orders, reins, tell, notifier)).fly()
    waiting = ""
    while True:
        reins.renew()
        cockpit = Cockpit(ctx, orders, reins, tell, notifier)
        store = ctx.store(write=True)
        lease = Lease(store.leadership, this_process(ctx, who), ctx.clock, reins.stopper, ttl=TTL)
        try:
            async with lease:
                status = await Pilot(cockpit).fly()
        except errors.LockLost as lost:
            cockpit.say("lead-lost", "error", lost.message)
        except errors.LockHeld as held:
            if not orders.standby:
                raise
            if held.message != waiting:
                waiting = held.message
                cockpit.say("standby", "info", f"Standing by. {held.message}")
                notifier.ready()
            notifier.alive()
            await rest(cockpit, STANDBY)
        else:
            if not lease.lost:
                return status
            cockpit.say("lead-lost", "error", f"This autopilot leads no more: {reins.stopper.why}.")
        if reins.stopped_by:
            cockpit.say("stopped", "info", f"Stopped by {reins.stopped_by}.")
            return _status(reins)
        if not orders.standby:
            return Exit.LOCKED


class Pilot:
    """One term of leading."""

    def __init__(self, cockpit: Cockpit) -> None:
        self._cockpit = cockpit
        self._seats = Seats(cockpit)
        self._plans = Plans(cockpit, self._seats)
        self._manifests = Manifests(cockpit)
        self._clock = cockpit.clock
        self._written = -WRITE
        self._times = (self._clock.now(), self._clock.monotonic())

    async def fly(self) -> Exit:
        """Until told to stop, or for one turn."""
        cockpit = self._cockpit
        self._begin()
        try:
            while not cockpit.reins.stopping:
                cockpit.notifier.alive()
                await self._turn()
                cockpit.notifier.ready()
                if cockpit.orders.once:
                    return self._plans.worst
                if not cockpit.reins.stopping:
                    await rest(cockpit, self._pause())
        finally:
            await self._seats.close()
        if not cockpit.reins.stopper.error:
            self._end()
        return self._manifests.ends or _status(cockpit.reins)

    def _begin(self) -> None:
        """Remember the last life."""
        cockpit = self._cockpit
        note = read_note(cockpit.ctx.store().leadership.note())
        if note is not None:
            cockpit.until = note.until
            cockpit.seen = dict(note.hotlines)
        self._plans.wanted = "autopilot looks" if cockpit.orders.once else "autopilot begins"
        if not cockpit.orders.once:
            names = sorted(cockpit.ctx.campaign.hotlines[name].id for name in cockpit.ctx.campaign.hotlines if _auto(cockpit.ctx, name))
            about = f"seats move of {', '.join(names)}" if names else "no hotline has `autoscale`"
            cockpit.say("leading", "info", f"{'Dry run' if cockpit.orders.dry_run else 'This autopilot leads'}; {about}.", hotlines=names)
            self._audit("leads")
        cockpit.notifier.ready()

    def _end(self) -> None:
        cockpit = self._cockpit
        by = cockpit.reins.stopped_by
        cockpit.look_around()
        self._write(always=True)
        self._audit(f"stopped by {by}")
        left = [f"{name} {place.room.now} seats" for name, place in cockpit.places.items() if place.own and place.counts]
        more = f" Until their overrides end it stays at {', '.join(left)}." if left else ""
        cockpit.say("stopped", "info", f"Stopped by {by}; nothing is half done.{more}")

    async def _turn(self) -> None:
        cockpit = self._cockpit
        try:
            self._notice_jump()
            if (why := self._manifests.turn()) is not None:
                self._plans.wanted = why
            cockpit.look_around()
            await self._plans.turn()
            if not cockpit.reins.stopping:
                await self._seats.turn()
            self._write()
        except errors.LockLost:
            raise
        except errors.StoreError as error:
            if cockpit.orders.once:
                raise
            if cockpit.trouble("store", error.code):
                cockpit.say("store-trouble", "error", f"{error.message} Tried again in {TICK:.0f} s.", code=error.code)
        else:
            cockpit.troubles.pop("store", None)

    def _notice_jump(self) -> None:
        """Wall time that went another way than monotonic time was set, or the machine slept."""
        now, mono = self._clock.now(), self._clock.monotonic()
        by = (now - self._times[0]).total_seconds() - (mono - self._times[1])
        self._times = (now, mono)
        if abs(by) <= JUMP:
            return
        cockpit = self._cockpit
        words = f"the clock jumped {abs(by):,.0f} s {'ahead' if by > 0 else 'back'}"
        cockpit.say(
            "clock-jumped", "warning", f"{words[:1].upper()}{words[1:]}; what the time now says is applied once.", seconds=round(by)
        )
        cockpit.seen = blank(cockpit.seen)
        cockpit.forget()
        self._plans.wanted = words

    def _pause(self) -> float:
        """Until the next turn."""
        cockpit, mono = self._cockpit, self._clock.monotonic()
        waits = [TICK]
        if self._seats.next is not None:
            waits.append(self._seats.next - mono)
        if self._plans.owed is not None:
            waits.append(self._plans.owed.again - mono)
        at, _ = next_moment(cockpit)
        if at is not None:
            waits.append((at - self._clock.now()).total_seconds())
        return max(0.05, min(waits))

    def _write(self, *, always: bool = False) -> None:
        """Write down what the next life, and `autopilot status`, want to know."""
        cockpit, mono = self._cockpit, self._clock.monotonic()
        moved = any(seen.at == seen.moved and seen.at is not None for seen in cockpit.seen.values())
        if cockpit.orders.dry_run or not (always or moved or cockpit.orders.once or mono - self._written >= WRITE):
            return
        self._written = mono
        at, what = next_moment(cockpit)
        owed = self._plans.owed.why if self._plans.owed is not None else ""
        note = Note(at=self._clock.now(), until=cockpit.until, next=at, next_what=what, owed=owed, hotlines=cockpit.seen)
        cockpit.ctx.store(write=True).leadership.write_note(msgspec.json.encode(note))

    def _audit(self, result: str) -> None:
        cockpit = self._cockpit
        if not cockpit.orders.dry_run:
            record_audit(cockpit.ctx, cockpit.ctx.store(write=True), "autopilot", cockpit.how(""), result=result)


def read_note(written: bytes) -> Note | None:
    """What the last leader wrote down; None when there is nothing, or it is of another campctl."""
    if not written:
        return None
    try:
        note = msgspec.json.decode(written, type=Note)
    except (msgspec.MsgspecError, ValueError):
        return None
    return note if note.version == Note.__struct_defaults__[0] else None


async def rest(cockpit: Cockpit, seconds: float) -> None:
    """Wait, but not beyond a signal."""
    sleeping = asyncio.ensure_future(cockpit.clock.sleep(seconds))
    woken = asyncio.ensure_future(cockpit.reins.woken.wait())
    try:
        await asyncio.wait({sleeping, woken}, return_when=asyncio.FIRST_COMPLETED)
    finally:
        sleeping.cancel()
        woken.cancel()
        await asyncio.gather(sleeping, woken, return_exceptions=True)
    if not cockpit.reins.stopping:
        cockpit.reins.woken.clear()


def _auto(ctx: Context, hotline: str) -> bool:
    return ctx.campaign.hotlines[hotline].autoscale is not None


def _status(reins: Reins) -> Exit:
    """Whoever pressed Ctrl-C is told so; a service that was told to end did well."""
    return Exit.INTERRUPTED if reins.stopped_by == "Ctrl-C" else Exit.OK
