"""The one fold: looks and events of any number of exchanges into one immutable board. Pure: every instant is handed in.

    fold = Fold(zone=ZoneInfo("America/Chicago"), within={"main": 20})
    fold.look(live)          # what an exchange says of itself at one moment: sets right what events said
    fold.event(event)        # in any order, once or twice
    fold.board(now)          # rows that did not change are the same objects as on the board before

An event at or before the instant of the last look is in its counts already; of what people and phones do, the later word holds. Counts
never go back within one life of an exchange (a look at Asterisk knows only calls whose talk is over). Memory is bounded by
queues, lines and the calls in progress, whatever happens in a day.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any, Final

from campctl.live.board import Board, Emergency
from campctl.live.calls import Calls, text
from campctl.live.exchange import PRECEDENCE, Exchange
from campctl.live.looking import settle
from campctl.live.memory import Memory, recall, remember
from campctl.live.rows import Rows
from campctl.model.live import AgentState, Event, Live

EMERGENCIES: Final = 50


class Fold(Calls):
    """Looks and events in, boards out. Not safe for two threads at once.

    window: seconds that "now" looks back on. stale_after: seconds without a word after which an exchange is stale. zone: whose
    midnight begins a day. within: by queue, the seconds of its service level (`otherwise` where nothing is said).
    """

    def __init__(
        self,
        *,
        window: float = 1800.0,
        stale_after: float = 30.0,
        zone: tzinfo = UTC,
        within: Mapping[str, float] | None = None,
        otherwise: float = 20.0,
    ) -> None:
        self.window = window
        self.stale_after = stale_after
        self.zone = zone
        self.within: Mapping[str, float] = within or {}
        self.otherwise = otherwise
        self.exchanges: dict[str, Exchange] = {}
        self.emergencies: deque[Emergency] = deque(maxlen=EMERGENCIES)
        self._wanted: set[str] = set()
        self._remembered: dict[str, Memory] = {}
        self._calls_of_emergencies: dict[tuple[str, str], None] = {}
        self._now = 0.0
        self._midnight = 0.0
        self._rows = Rows(self)
        self._folds: dict[str, Callable[[Exchange, Event, float], None]] = {
            "call-queued": self._queued,
            "call-answered": self._answered,
            "call-abandoned": self._abandoned,
            "call-ended": self._ended,
            "agent-state": self._agent,
            "line-state": self._line,
            "emergency-call": self._emergency,
            "gap": self._gap,
        }

    # -- what comes in --

    def expect(self, backend: str) -> None:
        """An exchange there is, before anything was heard of it: the board shows that it is missing."""
        self._exchange(backend)

    def remember(self, memory: Memory) -> None:
        """What was kept of an exchange from another time; taken up with the first look at it."""
        if (exchange := self.exchanges.get(memory.backend)) is None or exchange.looked is None:
            self._remembered[memory.backend] = memory

    def memories(self) -> list[Memory]:
        """What to keep of each exchange for another time."""
        found = [remember(exchange, self._now, self._midnight) for exchange in self.exchanges.values()]
        return [memory for memory in found if memory is not None]

    def drop(self, backend: str) -> None:
        """An exchange there is no more."""
        if self.exchanges.pop(backend, None) is not None:
            self._wanted.discard(backend)
            self._rows.everything()

    def look(self, live: Live, asked: datetime | None = None) -> None:
        """What an exchange says of itself; `asked`: when it was asked, for one that takes a while to say it all."""
        exchange = self._exchange(live.backend)
        self._see(live.at.timestamp())
        settle(exchange, live, live.at.timestamp() if asked is None else asked.timestamp(), self._midnight)
        if (memory := self._remembered.pop(live.backend, None)) is not None:
            recall(exchange, memory, self._midnight, self._now)
        self._wanted.discard(live.backend)
        self._rows.exchange(exchange.name)

    def event(self, event: Event) -> None:
        """Something happened; a type this campctl does not know is let pass."""
        fold = self._folds.get(event.type)
        if fold is None:
            return
        at = event.at.timestamp()
        if at > self._now:
            self._see(at)
        exchange = self.exchanges.get(event.backend) or self._exchange(event.backend)
        if exchange.heard is None or at > exchange.heard:
            exchange.heard = at
            self._rows.backends.add(exchange.name)
        fold(exchange, event, at)

    def lost(self, backend: str, at: datetime, why: str) -> None:
        """The connection is gone, and being made anew."""
        exchange = self._exchange(backend)
        self._see(at.timestamp())
        if exchange.health != "lost":
            exchange.health, exchange.since = "lost", at.timestamp()
        exchange.since = exchange.since or at.timestamp()
        exchange.why = why
        self._rows.backends.add(backend)

    def missed(self, backend: str, why: str) -> None:
        """Events were missed: only a look can tell what is so now."""
        exchange = self._exchange(backend)
        exchange.gaps += 1
        exchange.why = why if exchange.health != "lost" else exchange.why
        self._wanted.add(backend)
        self._rows.backends.add(backend)

    def shift(self, seconds: float) -> None:
        """The clock was set by so many seconds: what was known stays as old as it was."""
        for exchange in self.exchanges.values():
            exchange.shift(seconds)
            self._wanted.add(exchange.name)
        self._now += seconds
        self._midnight = self._last_midnight(self._now)
        self._rows.everything()

    def tick(self, now: datetime) -> None:
        """Time goes by: minutes and days begin, and who was silent for too long is stale."""
        self._see(now.timestamp())
        for exchange in self.exchanges.values():
            heard = exchange.heard
            if exchange.health == "live" and (heard is None or self._now - heard > self.stale_after):
                exchange.health, exchange.since = "stale", heard
                exchange.why = f"nothing was heard for {self.stale_after:g} s"
                self._rows.backends.add(exchange.name)
            elif exchange.health == "stale" and heard is not None and self._now - heard <= self.stale_after:
                exchange.health, exchange.since, exchange.why = "live", self._now, ""
                self._rows.backends.add(exchange.name)

    def wants(self) -> frozenset[str]:
        """Exchanges of which only a look can tell more: events were missed, or spoke of what is not known."""
        return frozenset(self._wanted)

    @property
    def now(self) -> float:
        """The latest instant that was heard of, in seconds since 1970."""
        return self._now

    # -- what comes out --

    def board(self, now: datetime) -> Board:
        """Everything as of now."""
        self.tick(now)
        return self._rows.board(now)

    # -- events, one function each --

    def _agent(self, exchange: Exchange, event: Event, at: float) -> None:
        if event.key is None:
            return
        name, state, reason = event.key.id, _state(event.data.get("state")), text(event.data.get("reason", ""))
        if state is None:
            return
        member = exchange.members.get(name)
        if at < (member.at if member is not None else exchange.left.get(name, exchange.asked)):
            return
        if state == "gone" and reason == "removed":
            exchange.drop_member(name, at)
        else:
            exchange.set_member(name, state, reason, at)
        queue, _, line = name.partition("/")
        if (known := exchange.lines.get(line)) is not None and state not in {"busy", "ringing"} and known.call == queue:
            known.call = ""
        self._rows.line(exchange, line)
        self._rows.hotline(exchange, queue)

    def _line(self, exchange: Exchange, event: Event, at: float) -> None:
        if event.key is None:
            return
        line = exchange.line(event.key.id)
        if at < max(line.heard, exchange.asked):
            return
        line.heard, line.registered = at, event.data.get("state") == "registered"
        self._rows.line(exchange, event.key.id)

    def _emergency(self, exchange: Exchange, event: Event, at: float) -> None:  # noqa: ARG002 - the shape of all folds
        data = event.data
        key = (exchange.name, text(data.get("call") or event.at.isoformat()))
        if event.key is None or key in self._calls_of_emergencies:
            return
        self._calls_of_emergencies[key] = None
        if len(self._calls_of_emergencies) > 2 * EMERGENCIES:
            del self._calls_of_emergencies[next(iter(self._calls_of_emergencies))]
        placed = Emergency(
            at=event.at,
            backend=exchange.name,
            line=event.key.id,
            number=str(data.get("number", "")),
            callback=str(data.get("callback", "")),
            location=str(data.get("location", "")),
        )
        later = sum(other.at > placed.at for other in self.emergencies)
        kept = [*list(self.emergencies)[:later], placed, *list(self.emergencies)[later:]]
        self.emergencies = deque(kept[:EMERGENCIES], maxlen=EMERGENCIES)
        self._rows.changed = True

    def _gap(self, exchange: Exchange, event: Event, at: float) -> None:  # noqa: ARG002
        self.missed(exchange.name, str(event.data.get("why", "")) or "events were missed")

    # -- time --

    def _exchange(self, name: str) -> Exchange:
        found = self.exchanges.get(name)
        if found is None:
            found = self.exchanges[name] = Exchange(name)
            self._rows.backends.add(name)
        return found

    def _see(self, now: float) -> None:
        """The latest instant that was heard of; a new minute or day may begin with it."""
        if now <= self._now:
            return
        minute = now // 60 != self._now // 60
        self._now = now
        if not minute:
            return
        for exchange in self.exchanges.values():
            for name, queue in exchange.queues.items():
                if queue.window.minutes:
                    queue.window.forget(now)
                    self._rows.hotlines.add(name)
        midnight = self._last_midnight(now)
        if midnight > self._midnight:
            first, self._midnight = not self._midnight, midnight
            if not first:
                self._new_day(midnight)

    def _new_day(self, midnight: float) -> None:
        for exchange in self.exchanges.values():
            for name, queue in exchange.queues.items():
                queue.base = (queue.answered, queue.abandoned, queue.within)
                queue.refused, queue.since = 0, midnight
                self._rows.hotlines.add(name)

    def _last_midnight(self, now: float) -> float:
        local = datetime.fromtimestamp(now, UTC).astimezone(self.zone)
        start = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
        if start > local:  # a day whose midnight daylight saving skips or repeats
            start -= timedelta(days=1)
        return start.timestamp()


def _state(value: Any) -> AgentState | None:
    """A state there is; None for one of a newer campctl."""
    return value if type(value) is str and value in PRECEDENCE else None
