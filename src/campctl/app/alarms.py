"""From pictures to people: evaluates each picture, writes down what is raised, tells those who are to be told.

Nothing in here waits for anything outside: the store is asked in threads, receivers have lanes of their own. Of several processes
that see the same, the one that writes it down first tells (the store says who). When the store does not answer, it is told all the
same: better twice than never, and receivers tell repeats by the message's id where it is an emergency call.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from campctl.app.alert_messages import Kind, message
from campctl.app.alerting import AlertState, Track, adopt, evaluate, lines, spoken
from campctl.errors import StoreError
from campctl.model.alerts import BOARD, Alert, AlertRule

if TYPE_CHECKING:
    from datetime import datetime

    from campctl.app.alert_messages import Message
    from campctl.app.alert_sending import Outcome, Receiver, Sender
    from campctl.app.alert_words import Directory
    from campctl.app.picture import ActivityLine, AlertLine, Picture
    from campctl.ports.clock import Clock
    from campctl.ports.store import Store

T = TypeVar("T")
CLAIM = 0.5
"""Seconds an emergency call waits for the store's word on whether another process told of it already."""
PATIENCE = 10.0
"""The same for other alerts."""
REMEMBERED = 1000
"""Alerts of which something may still be heard."""
SYNC, RENEW, OVERDUE = 2.0, 5.0, 60.0
"""Seconds between looks at what others wrote down, at the manifests, at what overrides left behind."""


class News(Struct, frozen=True, kw_only=True):
    """One thing that happened, for whoever shows it: an alert was raised or is over, or somebody was told, or could not be."""

    at: datetime
    kind: Kind | str
    alert: Alert
    receiver: str = ""
    ok: bool = True
    words: str = ""


class Rules(Struct, frozen=True):
    """What the manifests say of alerts, and of who and where."""

    rules: Sequence[AlertRule]
    directory: Directory
    receivers: Mapping[str, Receiver]
    """Those that are new or changed."""


class Duty(Struct, frozen=True, kw_only=True):
    """What alarms are made for. `by`: this process, in words. audit: writes down what was told of an emergency call.

    overdue: looks for overrides that are over and have not come back; None when that cannot be seen now. renew: what the
    manifests say now, in a thread; None when that is what they said before.
    """

    rules: Sequence[AlertRule]
    directory: Directory
    campaign: str
    clock: Clock
    by: str
    audit: Callable[[Alert, str, str], None] = lambda _alert, _receiver, _words: None
    overdue: Callable[[], Awaitable[tuple[ActivityLine, ...] | None]] | None = None
    renew: Callable[[], Rules | None] = lambda: None


class Alarms:
    """The alerts of one process. Without a store nothing is shared or remembered; without a sender nobody is told."""

    def __init__(self, duty: Duty, store: Store | None, hear: Callable[[News], None] = lambda _news: None) -> None:
        self._duty = duty
        self._store = store
        self._hear = hear
        self._sender: Sender | None = None
        self._state = AlertState()
        self._alerts: dict[str, Alert] = {}
        """Those this process told of, by id: it hears later what came of that."""
        self._over: dict[str, None] = {}
        """Those that ended here lately, by id."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._raising: dict[str, asyncio.Task[None]] = {}
        """By key, of what stands: that it was raised is written down and said."""
        self._due: dict[str, float] = {}
        self._late: tuple[ActivityLine, ...] | None = None

    def send_by(self, sender: Sender) -> None:
        """Who carries what is said; it reports to `told`."""
        self._sender = sender

    async def start(self) -> None:
        """Take up what is open already. `errors.StoreError` when the store cannot be read."""
        if self._store is not None:
            self._state = adopt(self._state, await asyncio.to_thread(self._store.alerts))

    def see(self, picture: Picture) -> tuple[AlertLine, ...]:
        """Look at a picture, start whatever follows from it, and say which alerts stand. Never waits."""
        now = self._duty.clock.now()
        if self._late:
            picture = replace(picture, activity=(*picture.activity, *self._late))
        found = evaluate(self._duty.rules, self._state, picture, now, self._duty.directory)
        self._state = found.state
        for track in found.raised:
            self._raising[track.key] = self._begin(self._raise(_alert(track, now, self._duty.by)))
        for track in found.cleared:
            self._over[track.id] = None
            over = replace(_alert(track, now, self._duty.by), cleared=now)
            self._begin(self._clear(over, after=self._raising.pop(track.key, None)))
        self._often("store", SYNC, self._look_up)
        self._often("manifests", RENEW, self._renewed)
        if self._duty.overdue is not None and (self._sender is None or any(rule.when == "override-overdue" for rule in self._duty.rules)):
            self._often("overdue", OVERDUE, self._look_overdue)
        return lines(self._state)

    @property
    def rules(self) -> Sequence[AlertRule]:
        """Those that hold now."""
        return self._duty.rules

    @property
    def overdue(self) -> int | None:
        """Overrides and surges that are over and have not come back, when last looked for; None before that."""
        return None if self._late is None else len(self._late)

    async def settled(self, seconds: float) -> None:
        """Wait so long for what is under way."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=seconds)

    async def close(self, seconds: float = 5.0) -> None:
        """Wait so long for what is under way; give up the rest, and say so."""
        await self.settled(seconds)
        if self._sender is not None:
            await self._sender.drain(seconds)
        await self.settled(seconds)
        for task in list(self._tasks):
            task.cancel()

    def told(self, receiver: str, said: Message, outcome: Outcome) -> None:
        """What came of telling a receiver, in the end: shown, kept with the alert, audited where it is an emergency call."""
        alert = self._alerts.get(said.alert)
        if alert is None:
            return
        words = outcome.words if said.kind == "raised" else f"{said.kind}: {outcome.words}"
        self._hear(News(at=self._duty.clock.now(), kind="told", alert=alert, receiver=receiver, ok=outcome.ok, words=words))
        self._begin(self._note(alert, receiver, words))

    @property
    def _written(self) -> Store | None:
        """The store, where this process tells people: who only shows alerts writes nothing down."""
        return self._store if self._sender is not None else None

    async def _note(self, alert: Alert, receiver: str, words: str) -> None:
        store = self._written
        if store is not None:
            await self._asked(lambda: store.note_telling(alert.id, receiver, words), PATIENCE)
            if alert.once:
                await self._asked(lambda: self._duty.audit(alert, receiver, words), PATIENCE)

    async def _raise(self, alert: Alert) -> None:
        store, said = self._written, True
        if store is not None:
            patience = CLAIM if alert.once else PATIENCE
            there = await self._asked(lambda: store.raise_alert(alert), patience)
            if isinstance(there, Alert):
                said = False
                self._state = adopt(self._state, [there])
        if said:
            self._alerts[alert.id] = alert
            self._say(alert, "raised")
            if alert.once and store is not None:
                await self._asked(lambda: self._duty.audit(alert, BOARD, "raised"), PATIENCE)

    async def _clear(self, alert: Alert, after: asyncio.Task[None] | None) -> None:
        """`after`: its raising, which a store that is slow may still have before it; cleared first, it would stay open there."""
        if after is not None:
            await asyncio.wait([after])
        store, said = self._written, True
        if store is not None:
            done = await self._asked(lambda: store.clear_alert(alert.id, alert.cleared or alert.raised), PATIENCE)
            said = done is not False
        if said:
            self._alerts[alert.id] = alert
            self._say(alert, "cleared")

    def _say(self, alert: Alert, kind: Kind) -> None:
        self._hear(News(at=self._duty.clock.now(), kind=kind, alert=alert, words=alert.words))
        rule = next((rule for rule in self._duty.rules if rule.id == alert.rule), None)
        if self._sender is not None:
            names = self._sender.names if rule is None or rule.notify is None else rule.notify
            self._sender.tell(names, message(alert, kind, campaign=self._duty.campaign, at=self._duty.clock.now()))
        for kept in (self._alerts, self._over):
            while len(kept) > REMEMBERED:
                del kept[next(iter(kept))]

    def _often(self, what: str, seconds: float, work: Callable[[], Awaitable[None]]) -> None:
        """Do it every so many seconds, one at a time."""
        now = self._duty.clock.monotonic()
        if now >= self._due.get(what, 0.0):
            self._due[what] = inf

            async def done() -> None:
                try:
                    await work()
                finally:
                    self._due[what] = self._duty.clock.monotonic() + seconds

            self._begin(done())

    async def _look_up(self) -> None:
        """What others raised and acknowledged."""
        store = self._store
        if store is not None:
            found = await self._asked(lambda: store.alerts(cleared=50), PATIENCE)
            self._state = adopt(self._state, self._theirs(found or ()))

    async def _renewed(self) -> None:
        """Rules as they are written now; alerts of those that are gone end with the next picture."""
        new = await asyncio.to_thread(self._duty.renew)
        if new is not None:
            self._duty = replace(self._duty, rules=new.rules, directory=new.directory)
            if self._sender is not None:
                self._sender.change(new.receivers)

    async def _look_overdue(self) -> None:
        if self._duty.overdue is not None:
            found = await self._duty.overdue()
            self._late = self._late if found is None else found

    def _theirs(self, alerts: Iterable[Alert]) -> list[Alert]:
        """Without those that ended here, which the store may not have known yet when it was asked."""
        return [alert for alert in alerts if alert.cleared is not None or alert.id not in self._over]

    async def _asked(self, question: Callable[[], T], seconds: float) -> T | None:
        """The store's answer, or None where it has none in time: alerts go on without."""
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.to_thread(question)
        except (StoreError, TimeoutError):
            return None

    def _begin(self, work: Awaitable[None]) -> asyncio.Task[None]:
        task = asyncio.ensure_future(work)
        assert isinstance(task, asyncio.Task)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _alert(track: Track, now: datetime, by: str) -> Alert:
    return Alert(
        id=track.id,
        key=track.key,
        rule=track.rule,
        subject=track.subject,
        severity=track.severity,
        words=spoken(track),
        since=track.since,
        raised=track.raised or now,
        once=track.once,
        by=by,
        acknowledged=track.acknowledged,
        caller=track.caller,
    )
