"""The board's rows: made again only when something they show changed, so that the others stay the same objects."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from campctl.live.board import BackendBoard, Board, HotlineBoard, LineBoard
from campctl.live.exchange import Exchange, Queue

if TYPE_CHECKING:
    from campctl.live.fold import Fold

T = TypeVar("T")


class Rows:
    """What changed since the last board, and that board."""

    def __init__(self, fold: Fold) -> None:
        self._fold = fold
        self.backends: set[str] = set()
        self.hotlines: set[str] = set()
        self.lines: set[str] = set()
        self.changed = True
        self._last: Board | None = None

    def everything(self) -> None:
        """All rows may be others."""
        last = self._last
        self.changed = True
        if last is not None:
            self.backends |= last.backends.keys()
            self.hotlines |= last.hotlines.keys()
            self.lines |= last.lines.keys()
        for name in self._fold.exchanges:
            self.exchange(name)

    def exchange(self, name: str) -> None:
        """All rows of an exchange may be others, and some may be gone."""
        exchange = self._fold.exchanges[name]
        self.backends.add(name)
        self.hotlines |= exchange.queues.keys()
        self.lines |= exchange.lines.keys()
        if self._last is not None:
            self.hotlines |= {row.id for row in self._last.hotlines.values() if row.backend == name}
            self.lines |= {row.id for row in self._last.lines.values() if row.backend == name}

    def hotline(self, exchange: Exchange, queue: str) -> None:
        """A hotline's row changed, and with it the calls of its exchange."""
        self.hotlines.add(queue)
        self.backends.add(exchange.name)

    def line(self, exchange: Exchange, line: str) -> None:  # noqa: ARG002 - as `hotline`
        """A line's row changed."""
        self.lines.add(line)

    def board(self, now: datetime) -> Board:
        """The board; the last one with another time when nothing changed."""
        last = self._last
        old: tuple[Mapping[str, Any], ...] = (last.backends, last.hotlines, last.lines) if last is not None else ({}, {}, {})
        backends = _renewed(old[0], {name: self._backend(name) for name in self.backends})
        hotlines = _renewed(old[1], {name: self._hotline(name) for name in self.hotlines})
        lines = _renewed(old[2], {name: self._line(name) for name in self.lines})
        same = backends is old[0] and hotlines is old[1] and lines is old[2] and not self.changed
        self.backends, self.hotlines, self.lines, self.changed = set(), set(), set(), False
        version = last.version if last is not None else 0
        emergencies = last.emergencies if same and last is not None else tuple(self._fold.emergencies)
        self._last = Board(
            at=now,
            version=version if same else version + 1,
            backends=backends,
            hotlines=hotlines,
            lines=lines,
            emergencies=emergencies,
        )
        return self._last

    def _backend(self, name: str) -> BackendBoard | None:
        exchange = self._fold.exchanges.get(name)
        if exchange is None:
            return None
        return BackendBoard(
            name=name,
            health=exchange.health,  # type: ignore[arg-type]  # written in `fold` and `looking` alone
            heard=_instant(exchange.heard),
            since=_instant(exchange.since),
            epoch=exchange.epoch,
            gaps=exchange.gaps,
            calls=max(0, exchange.calls_now),
            why=exchange.why,
        )

    def _hotline(self, name: str) -> HotlineBoard | None:
        """Of a hotline that two exchanges have while it moves: the one with more people, then more calls."""
        found = [(one, one.queues[name]) for one in self._fold.exchanges.values() if name in one.queues]
        if not found:
            return None
        exchange, queue = max(found, key=lambda pair: (sum(pair[1].counts.values()), pair[1].answered)) if len(found) > 1 else found[0]
        return self._of_queue(exchange, name, queue)

    def _of_queue(self, exchange: Exchange, name: str, queue: Queue) -> HotlineBoard:
        fold = self._fold
        now = fold.now
        recent = queue.window.recent(now, fold.window)
        answered, abandoned, within = queue.base
        return HotlineBoard(
            id=name,
            backend=exchange.name,
            waiting=len(queue.waiting) + queue.unnamed,
            oldest=_instant(queue.oldest()),
            since=_instant(queue.since),
            answered=queue.answered - answered,
            abandoned=queue.abandoned - abandoned,
            within=max(0, queue.within - within),
            refused=queue.refused,
            recent_answered=recent.answered,
            recent_abandoned=recent.abandoned,
            recent_within=recent.within,
            talked=recent.talked,
            ended=recent.ended,
            agents=dict(queue.counts),
            minutes=queue.window.offered(now),
            watched=exchange.watched(now),
        )

    def _line(self, name: str) -> LineBoard | None:
        """Of a line that two exchanges have while its phone moves: the one where a phone is registered."""
        found = [(one, one.lines[name]) for one in self._fold.exchanges.values() if name in one.lines]
        if not found:
            return None
        exchange, line = next((pair for pair in found if pair[1].registered), found[0])
        state = line.state()
        if state != line.shown:
            at = max((member.at for member in line.members.values()), default=line.heard)
            line.since = at if at > exchange.asked or line.shown != ("", "") else None
            line.shown = state
        ringing = [member.queue for member in line.members.values() if member.state == "ringing"]
        return LineBoard(
            id=name,
            backend=exchange.name,
            registered=line.registered,
            state=state[0],  # type: ignore[arg-type]  # a state, or nothing
            reason=state[1],
            since=_instant(line.since),
            queues=tuple(sorted(line.members)),
            call=line.call or (ringing[0] if len(ringing) == 1 else ""),
        )


def _renewed(old: Mapping[str, T], rows: Mapping[str, T | None]) -> Mapping[str, T]:
    """The old mapping with some rows replaced (None: gone); the old one itself where all are equal to those there."""
    changed = {name: row for name, row in rows.items() if row != old.get(name)}
    if not changed:
        return old
    new = {**old, **changed}
    for name, row in changed.items():
        if row is None:
            del new[name]
    return new  # type: ignore[return-value]  # no None is left


def _instant(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
