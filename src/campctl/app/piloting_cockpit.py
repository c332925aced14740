"""What the parts of the autopilot share: the campaign as last read, how it is told to stop, whom it tells, what it remembers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec import Struct
from msgspec.structs import replace

from campctl.app.context import Context
from campctl.app.how import How
from campctl.app.piloting_rooms import Place, is_own, places
from campctl.app.results_piloting import Happened, Level, Seen, What
from campctl.apply.inputs import Stopper
from campctl.ports.listener import Listener

if TYPE_CHECKING:
    from campctl.app.notifying import Notifier
    from campctl.model.records import Override

AHEAD = timedelta(days=8)
"""How far ahead moments are looked for; by then they have been looked for again."""
PATIENCE = 20.0
"""Seconds to wait for somebody else's run."""


class Orders(Struct, frozen=True, kw_only=True):
    """once: one turn, for cron. standby: wait while another leads. dry_run: only say what would be done."""

    once: bool = False
    standby: bool = False
    dry_run: bool = False


class Reins:
    """Signals. The first stop lets the change in progress end, the second what is in flight, the third nothing."""

    def __init__(self) -> None:
        self.woken = asyncio.Event()
        self.stopped_by = ""
        self.reread = False
        self.stopper = Stopper()

    def renew(self) -> None:
        """For another term of leading: a lost lead is not a wish to end."""
        self.stopper = Stopper()
        self.stopper.listen(self.woken.set)

    def stop(self, by: str) -> None:
        """Somebody wants it to end."""
        if self.stopped_by:
            self.stopper.stop(f"stopped by {by}")
        self.stopped_by = self.stopped_by or by
        self.woken.set()

    def again(self) -> None:
        """Somebody wants the manifests read anew."""
        self.reread = True
        self.woken.set()

    @property
    def stopping(self) -> bool:
        """Nothing new is to be begun."""
        return bool(self.stopped_by or self.stopper.asked)


class Cockpit:
    """Of one term of leading, or of a dry run."""

    def __init__(self, ctx: Context, orders: Orders, reins: Reins, tell: Callable[[Happened], None], notifier: Notifier) -> None:
        self.ctx = ctx
        self.orders = orders
        self.reins = reins
        self.notifier = notifier
        self.clock = ctx.clock
        self.seen: dict[str, Seen] = {}
        self.overrides: Sequence[Override] = ()
        self.troubles: dict[str, str] = {}
        """What is wrong now, by subject: told when it begins, when it changes and when it is over, not every time."""
        self._tell = tell
        self._places: dict[str, Place] = {}
        self._known: tuple[object, Sequence[Override]] = (None, ())
        self.until: datetime | None = None
        """Up to when desired(t) was taken care of; None: never yet."""
        self._holds_until = self.clock.now()
        self.bounds: list[datetime] = []
        """Instants from now on at which the plan, or what may be applied, changes."""

    def say(self, event: What, level: Level, message: str, /, **data: Any) -> None:
        """Tell what happened."""
        self._tell(Happened(at=self.clock.now(), event=event, level=level, message=message, data=data))
        self.notifier.status(message)

    def trouble(self, subject: str, message: str) -> bool:
        """Note that something is wrong; whether that is news."""
        news = self.troubles.get(subject) != message
        self.troubles[subject] = message
        return news

    def how(self, reason: str) -> How:
        """How it applies: nothing allowed that a guardrail is against, nobody asked, somebody else's run waited for a while."""
        return How(
            reason=reason,
            stopper=self.reins.stopper,
            wait_for_lock=PATIENCE,
            dry_run=self.orders.dry_run,
            listeners=(_Alive(self.notifier),),
        )

    def look_around(self) -> None:
        """Read the overrides; work out again what follows from them and from the time, where something changed.

        Moments since `until` count. An override of the autopilot's own begins at no moment: its move was its apply.
        """
        self.overrides = tuple(self.ctx.store().overrides())
        now = self.clock.now()
        if self._known == (self.ctx, self.overrides) and now < self._holds_until:
            return
        from campctl.effective import moments

        campaign, begin = self.ctx.campaign, min(self.until or now, now)
        others = [replace(one, start=begin) if is_own(one) else one for one in self.overrides]
        frozen = {at for freeze in campaign.policy.freezes for at in (freeze.start, freeze.end) if begin < at <= now + AHEAD}
        self.bounds = sorted({*moments(campaign, others, begin, now + AHEAD), *frozen})
        self._holds_until = min([*(at for at in self.bounds if at > now), now + timedelta(days=1)])
        self._places = places(campaign, now, self.overrides)
        self._known = (self.ctx, self.overrides)

    def forget(self) -> None:
        """What was worked out may not hold any more (another clock)."""
        self._known = (None, ())

    @property
    def places(self) -> dict[str, Place]:
        """Hotlines with `autoscale`, as of the last `look_around`."""
        return self._places


class _Alive(Listener):
    """A long apply is a sign of life."""

    def __init__(self, notifier: Notifier) -> None:
        self._notifier = notifier

    def change_state(self, *_: object) -> None:
        self._notifier.alive()

    def waiting(self, *_: object) -> None:
        self._notifier.alive()

    def retrying(self, *_: object) -> None:
        self._notifier.alive()
