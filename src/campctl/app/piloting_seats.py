"""The autopilot's moves: live figures of each hotline with `autoscale` to a decision, and an override where seats are to move.

A move is an override with an end, made by the one way in which anything is changed; a decision that nothing moves is only written down.
An override is renewed while it is needed, so that the seats of an autopilot that died fall back by themselves with the next apply.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from msgspec.structs import replace

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.locking import locked
from campctl.app.piloting_cockpit import Cockpit
from campctl.app.piloting_rooms import AUTHOR, MARK, Place, is_own, places
from campctl.app.results import Applied
from campctl.app.results_piloting import Seen
from campctl.capacity.autoscale import Decision, Look, across, decide
from campctl.model.campaign import SeatChange
from campctl.model.live import Live, QueueNow
from campctl.model.records import Override
from campctl.ports.backend import Backend

LEASE = timedelta(minutes=20)
"""How long an override of its holds; renewed when half of it is over."""
SILENT = 60.0
"""Seconds until one that showed nothing is asked again, at the least: who waits for an answer looks at nothing else meanwhile."""
AGAIN = 5.0
"""Seconds until it looks again where the manifests were edited at that moment."""
REST = 300.0
"""Seconds until a move that a guardrail refused is tried again."""


class Seats:
    """Looks and moves of one term."""

    def __init__(self, cockpit: Cockpit) -> None:
        self._cockpit = cockpit
        self._backends: dict[str, Backend] = {}
        self._opened_for = cockpit.ctx
        self._due: dict[str, float] = {}
        self._told: dict[str, int] = {}

    async def turn(self) -> None:
        """Look at the hotlines whose time has come."""
        cockpit = self._cockpit
        if self._opened_for is not cockpit.ctx:
            await self.close()  # the manifests may say something else of the exchanges
            self._opened_for = cockpit.ctx
        mono = cockpit.clock.monotonic()
        due = [place for name, place in cockpit.places.items() if self._due.get(name, mono) <= mono]
        looks: dict[str, Live | None] = {}
        for place in due:
            self._due[place.hotline] = mono + place.rule.every
            if place.backend not in looks:
                looks[place.backend] = await self._live(place.backend)
            if looks[place.backend] is None:
                self._due[place.hotline] = mono + max(SILENT, place.rule.every)
        for place in due:
            if cockpit.reins.stopping:
                return
            # A move before may have changed what there is to move here.
            cockpit.look_around()
            await self._one(cockpit.places.get(place.hotline, place), looks[place.backend])

    @property
    def next(self) -> float | None:
        """When (monotonic) the next look is due."""
        return min((self._due.get(name, 0.0) for name in self._cockpit.places), default=None)

    def carried(self, now: datetime) -> tuple[list[Override], list[str]]:
        """Overrides to make and to clear along with an apply: seats across a change of the plan beneath them, and what is over."""
        cockpit = self._cockpit
        then = places(cockpit.ctx.campaign, now, cockpit.overrides)
        over = [
            one.id for one in cockpit.overrides if is_own(one) and ((one.end is not None and one.end <= now) or one.subject not in then)
        ]
        made: list[Override] = []
        for name, place in then.items():
            seen = cockpit.seen.get(name)
            if seen is None or seen.at is None or place.base == seen.base or place.room.held:
                over += [one.id for one in place.own[:-1]]
                continue
            # What people lit or asked for meanwhile counts as there: nobody they seated is taken away while callers need them.
            there = max(seen.seats, place.room.now)
            to = across(place.rule, seen.memory, place.base, replace(place.room, now=there), now.timestamp())
            if to != place.room.now or len(place.own) > 1:
                why = f"the plan says {place.base} seats now, {seen.base} before; calls of the last minutes need {to}"
                over += [one.id for one in place.own]
                made += _override(place, to, why, now)
        return made, over

    def after_apply(self) -> None:
        """Remember what the plan says now: a change of it is measured against this."""
        cockpit = self._cockpit
        cockpit.forget()
        cockpit.look_around()
        for name, place in cockpit.places.items():
            seen = cockpit.seen.get(name, Seen())
            cockpit.seen[name] = replace(seen, base=place.base, seats=place.room.now)

    async def close(self) -> None:
        """Let go of the exchanges."""
        while self._backends:
            await self._backends.popitem()[1].close()

    async def _live(self, name: str) -> Live | None:
        """What goes on there; None when it does not say, which is told once."""
        cockpit = self._cockpit
        try:
            if name not in self._backends:
                self._backends[name] = cockpit.ctx.open_backend(cockpit.ctx.campaign.backends[name])
            live = await self._backends[name].live()
        except errors.CampctlError as error:
            if name in self._backends:
                await self._backends.pop(name).close()
            if cockpit.trouble(f"live {name}", error.code):
                cockpit.say(
                    "no-figures", "warning", f"{name} shows no live figures, so no seats are moved there: {error.message}", backend=name
                )
            return None
        if cockpit.troubles.pop(f"live {name}", ""):
            cockpit.say("figures-again", "info", f"{name} shows live figures again.", backend=name)
        return live

    async def _one(self, place: Place, live: Live | None) -> None:
        """Decide about one hotline, and do it."""
        cockpit, now = self._cockpit, self._cockpit.clock.now()
        seen = cockpit.seen.get(place.hotline, Seen())
        look = look_of(live, place.hotline) if live is not None else None
        decision, memory = decide(place.rule, seen.memory, look, place.room, now.timestamp())
        self._doubt(place, decision, live)
        if decision.kind != "hold" and not await self._move(place, decision):
            memory = replace(memory, up=seen.memory.up, down=seen.memory.down)
            left = "in a dry run nothing moves" if cockpit.orders.dry_run else "this could not be done"
            decision = replace(decision, kind="hold", to=place.room.now, reason=f"{decision.reason}; {left}")
        moved = decision.kind != "hold"
        cockpit.seen[place.hotline] = Seen(
            memory=memory,
            at=now,
            kind=decision.kind,
            reason=decision.reason,
            seats=decision.to,
            base=place.base,
            low=place.room.low,
            high=place.room.high,
            filled=place.room.filled,
            need=decision.need,
            level=decision.level,
            moved=now if moved else seen.moved,
            moved_why=decision.reason if moved else seen.moved_why,
        )
        if not moved and not cockpit.orders.dry_run:
            await self._renew(place, now)

    def _doubt(self, place: Place, decision: Decision, live: Live | None) -> None:
        """Figures that cannot be trusted are told of once, and when they can be again."""
        cockpit, subject = self._cockpit, f"figures {place.hotline}"
        if decision.need is not None:
            if cockpit.troubles.pop(subject, ""):
                cockpit.say("figures-again", "info", f"{place.hotline}: its figures can be used again.", hotline=place.hotline)
        elif live is not None and not decision.reason.startswith("measuring") and not place.room.held:
            words = "".join(char for char in decision.reason if not char.isdigit())
            if cockpit.trouble(subject, words):
                cockpit.say("no-figures", "warning", f"{place.hotline} stays as it is: {decision.reason}.", hotline=place.hotline)

    async def _move(self, place: Place, decision: Decision) -> bool:
        """Make the override; whether the seats moved (or would, in a dry run, which moves none)."""
        cockpit, name = self._cockpit, place.hotline
        words = f"{name} {place.room.now} to {decision.to} seats"
        data = {"hotline": name, "before": place.room.now, "to": decision.to, "need": decision.need, "level": decision.level}
        if cockpit.orders.dry_run:
            if self._told.get(name) != decision.to:
                self._told[name] = decision.to
                cockpit.say("would-move", "info", f"{words}: {decision.reason}", reason=decision.reason, **data)
            return False
        now = cockpit.clock.now()
        wish = Wish(
            targets=[f"hotline/{name}"],
            overrides=_override(place, decision.to, decision.reason, now),
            clear=[one.id for one in place.own],
            what=f"autopilot scale {words}",
            lasting=True,
        )
        try:
            done = await change(cockpit.ctx, cockpit.how(decision.reason), wish)
        except errors.LockLost:
            raise
        except errors.StalePlan:  # the manifests were edited a moment ago: looked at again by the new ones
            self._due[name] = cockpit.clock.monotonic() + AGAIN
            return False
        except errors.CampctlError as error:
            self._due[name] = cockpit.clock.monotonic() + (REST if isinstance(error, errors.GuardrailRefused) else place.rule.every)
            if cockpit.trouble(f"move {name}", error.code):
                cockpit.say("not-moved", "warning", f"{words}, but {error.message}", code=error.code, reason=decision.reason, **data)
            return False
        cockpit.troubles.pop(f"move {name}", "")
        run = done.run.id if isinstance(done, Applied) and done.run is not None else ""
        cockpit.say("moved", "info", f"{words}: {decision.reason}", run=run, reason=decision.reason, **data)
        return True

    async def _renew(self, place: Place, now: datetime) -> None:
        """Let an override go on that would soon end; one that a person's figure put out of effect is let go."""
        if not place.own or not place.counts:
            return
        last = place.own[-1]
        if len(place.own) == 1 and last.end is not None and last.end - now > LEASE / 2:
            return
        cockpit = self._cockpit
        how = cockpit.how(f"autopilot: {last.reason}")
        made = replace(last, id=_id(), start=now, end=now + LEASE)
        try:
            async with locked(cockpit.ctx, how) as (store, _):
                from campctl.app.auditing import record_audit

                store.add_overrides([made])
                store.clear_overrides([one.id for one in place.own])
                record_audit(cockpit.ctx, store, f"autopilot keeps {place.hotline} at {place.room.now} seats", how, result="renewed")
        except errors.LockLost:
            raise
        except errors.CampctlError as error:
            if cockpit.trouble(f"renew {place.hotline}", error.code):
                cockpit.say("not-moved", "warning", f"{place.hotline}: its override ends soon and could not be renewed: {error.message}")
            return
        cockpit.troubles.pop(f"renew {place.hotline}", "")


def look_of(live: Live, hotline: str) -> Look | None:
    """What an exchange shows of a hotline's queue; None when it has none."""
    queue = next((one for one in live.queues if one.queue == hotline), None)
    if queue is None:
        return None
    return Look(
        at=live.at.timestamp(),
        life=f"{live.epoch} {live.since.isoformat()}",
        waiting=queue.waiting,
        longest=queue.longest_wait,
        answered=queue.answered,
        abandoned=queue.abandoned,
        within=queue.within,
        present=_count(queue, ("free", "ringing", "busy", "wrap-up")) if queue.agents else None,
        busy=_count(queue, ("ringing", "busy", "wrap-up")) if queue.agents else None,
    )


def _count(queue: QueueNow, states: Iterable[str]) -> int:
    return sum(number for state, number in queue.agents.items() if state in states)


def _override(place: Place, to: int, reason: str, now: datetime) -> list[Override]:
    """What makes it so many seats; none where the plan says so by itself."""
    if to == place.base:
        return []
    return [
        Override(
            id=_id(),
            kind="hotline",
            subject=place.hotline,
            author=AUTHOR,
            reason=reason,
            start=now,
            end=now + LEASE,
            seats=SeatChange(to - place.asked, relative=True),
        )
    ]


def _id() -> str:
    return f"{MARK}{secrets.token_hex(3)}"


def blank(memories: dict[str, Seen]) -> dict[str, Seen]:
    """Without what was measured by a clock that is no longer this one."""
    return {name: replace(seen, memory=replace(seen.memory, samples=(), needs=())) for name, seen in memories.items()}
