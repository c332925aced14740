"""Members of queues: added, removed and changed while calls go on, kept by Asterisk over restarts (persistentmembers).

A member's name cannot be changed, so it is removed and added again, with its pause and the reason for it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from campctl.backends.asterisk.ami import Ami, Message, Request
from campctl.backends.asterisk.facts.names import member_parts
from campctl.backends.asterisk.facts.native import Fact, Place, Value, Write
from campctl.backends.asterisk.shelves.answers import worded

LOCK_QUEUE: Final = "campctl-lock"
"""A queue nobody calls, whose member is whoever writes (see `lease`)."""
_THERE: Final = "Already there"
_NOT_THERE: Final = ("Not there", "No such queue", "Interface not found")


class MemberShelf:
    """Implements `native.Shelf`."""

    places: frozenset[Place] = frozenset(("member",))

    def __init__(self, ami: Ami) -> None:
        self._ami = ami

    async def read(self, facts: Collection[Fact] | None = None) -> dict[Fact, Value]:
        """Every member of every queue, or what there is of `facts`."""
        if facts is not None:
            mine = [fact for fact in facts if fact.place == "member"]
            rows = await asyncio.gather(*(self._one(fact.name) for fact in mine))
            return {fact: _value(row) for fact, row in zip(mine, rows, strict=True) if row is not None}
        found: dict[Fact, Value] = {}
        for row in await self._ami.collect("QueueStatus"):
            if row.event == "QueueMember" and (queue := row.get("Queue")) != LOCK_QUEUE:
                found[Fact("member", f"{queue}|{row.get('Location')}")] = _value(row)
        return found

    async def write(self, writes: Sequence[Write]) -> list[str | None]:
        """Write; runs in which no member comes twice are pipelined."""
        said: list[str | None] = []
        while len(said) < len(writes):
            seen: set[str] = set()
            run: list[Write] = []
            for write in writes[len(said) :]:
                if write.fact.name in seen:
                    break
                seen.add(write.fact.name)
                run.append(write)
            said += await self._run(run)
        return said

    async def _run(self, writes: Sequence[Write]) -> list[str | None]:
        said = worded(await self._ami.many([_first(write) for write in writes]))
        again: dict[int, Write] = {}
        for n, (write, text) in enumerate(zip(writes, said, strict=True)):
            if text is not None and write.value is None and any(words in text for words in _NOT_THERE):
                said[n] = None
            elif text is not None and _THERE in text:
                again[n] = write
        if not again:
            return said
        rows = await asyncio.gather(*(self._one(write.fact.name) for write in again.values()))
        requests: list[Request] = []
        owners: list[int] = []
        for (n, write), row in zip(again.items(), rows, strict=True):
            said[n] = None
            more = _corrections(write, row) if row is not None else [_first(write)]
            requests += more
            owners += [n] * len(more)
        for n, text in zip(owners, worded(await self._ami.many(requests)), strict=True):
            said[n] = said[n] or text
        return said

    async def _one(self, name: str) -> Message | None:
        queue, interface = member_parts(name)
        rows = await self._ami.collect("QueueStatus", {"Queue": queue, "Member": interface})
        # Asterisk compares without regard to case.
        return next((row for row in rows if row.event == "QueueMember" and row.get("Location").lower() == interface.lower()), None)


def _value(row: Message) -> dict[str, str]:
    return {"membername": row.get("Name"), "penalty": row.get("Penalty", "0")}


def _first(write: Write) -> Request:
    """What does it when the member is not there yet, or is to go."""
    queue, interface = member_parts(write.fact.name)
    if write.value is None:
        return Request("QueueRemove", (("Queue", queue), ("Interface", interface)))
    return _add(queue, interface, write.value, paused=False)


def _add(queue: str, interface: str, value: Value, *, paused: bool) -> Request:
    options = value if isinstance(value, Mapping) else {}
    fields = [("Queue", queue), ("Interface", interface), ("MemberName", options.get("membername", interface))]
    fields += [("Penalty", options.get("penalty", "0")), ("Paused", "true" if paused else "false")]
    return Request("QueueAdd", tuple(fields))


def _corrections(write: Write, row: Message) -> list[Request]:
    """What turns the member that is there into the one wanted."""
    queue, interface = member_parts(write.fact.name)
    options = write.value if isinstance(write.value, Mapping) else {}
    if row.get("Name") != options.get("membername", interface):
        paused = row.get("Paused") == "1"
        requests = [Request("QueueRemove", (("Queue", queue), ("Interface", interface)))]
        requests.append(_add(queue, interface, options, paused=paused))
        if paused and (reason := row.get("PausedReason")):
            requests.append(Request("QueuePause", (("Queue", queue), ("Interface", interface), ("Paused", "true"), ("Reason", reason))))
        return requests
    if row.get("Penalty", "0") != options.get("penalty", "0"):
        return [Request("QueuePenalty", (("Queue", queue), ("Interface", interface), ("Penalty", options.get("penalty", "0"))))]
    return []
