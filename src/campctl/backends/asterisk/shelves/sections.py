"""Sections of queues.conf, queuerules.conf and geolocation.conf, each followed by the narrowest reload.

A section is rewritten as a whole and in one request, which Asterisk does entirely or not at all; all other sections and
comments of the file stay. Deleting a queue also takes away its persistent members, which would come back with its name.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final

from campctl.backends.asterisk.ami import Ami, Edit, Request, Sections, delete, edit_requests, read_config
from campctl.backends.asterisk.ami.wire import MAX_LINES
from campctl.backends.asterisk.facts.native import Fact, Place, Value, Write
from campctl.backends.asterisk.shelves.answers import worded
from campctl.backends.asterisk.shelves.members import LOCK_QUEUE
from campctl.backends.asterisk.shelves.reloading import reloaded
from campctl.errors import Refused

FILES: Final[dict[Place, str]] = {"queue": "queues.conf", "rule": "queuerules.conf", "geo": "geolocation.conf"}
RULE: Final = "penaltychange"
_NOT_OURS: Final = ("general", LOCK_QUEUE)
_RELOADS: Final[dict[Place, Request]] = {
    "queue": Request("QueueReload", (("Parameters", "yes"), ("Members", "no"), ("Rules", "no"))),
    "rule": Request("QueueReload", (("Rules", "yes"), ("Parameters", "no"), ("Members", "no"))),
    "geo": Request("Reload", (("Module", "res_geolocation.so"),)),
}
_ROOM: Final = MAX_LINES - 5
_GONE: Final = ("Database entry",)


class SectionShelf:
    """Implements `native.Shelf`. `places`: those of it that live here."""

    def __init__(self, ami: Ami, places: Collection[Place] = ("queue", "rule", "geo")) -> None:
        self.places: frozenset[Place] = frozenset(places)
        self._ami = ami

    async def read(self, facts: Collection[Fact] | None = None) -> dict[Fact, Value]:
        """Everything, or what there is of `facts`."""
        wanted = [place for place in FILES if place in self.places and (facts is None or any(fact.place == place for fact in facts))]
        found: dict[Fact, Value] = {}
        for place, sections in zip(wanted, await asyncio.gather(*(read_config(self._ami, FILES[place]) for place in wanted)), strict=True):
            found.update(_facts(place, sections))
        return found if facts is None else {fact: found[fact] for fact in facts if fact in found}

    async def write(self, writes: Sequence[Write]) -> list[str | None]:
        """Write, a file at a time; a section that is refused stops no other."""
        said: list[str | None] = [None] * len(writes)
        for place in FILES:
            # Of several writes of one fact only the last one is to be seen.
            mine = {write.fact.name: n for n, write in enumerate(writes) if write.fact.place == place}
            if mine:
                told = await self._file(place, {name: writes[n].value for name, n in mine.items()})
                for n, write in enumerate(writes):
                    if write.fact.place == place:
                        said[n] = told[write.fact.name]
        return said

    async def _file(self, place: Place, wanted: Mapping[str, Value | None]) -> dict[str, str | None]:
        file = FILES[place]
        there = await read_config(self._ami, file)
        told: dict[str, str | None] = {}
        todo: dict[str, list[Edit]] = {}
        for name, value in wanted.items():
            edits = _edits(name, value, there)
            told[name] = None
            if edits:
                todo[name] = edits
        requests, owners = self._pack(file, todo, told)
        if not requests:
            return told
        for text, names in zip(worded(await self._ami.many(requests)), owners, strict=True):
            if text is not None and len(names) > 1:
                told |= await self._one_by_one(file, {name: todo[name] for name in names})
            elif text is not None:
                told[names[0]] = text
        if place == "queue":
            await let_go(self._ami, [name for name, value in wanted.items() if value is None and name in there])
        why = await reloaded(self._ami, _RELOADS[place])
        if why is not None:
            return told | {name: told[name] or f"written to {file}, but it could not be reloaded: {why}" for name in todo}
        if place == "queue":
            gone = [delete("Queue/PersistentMembers", name) for name, value in wanted.items() if value is None and name in there]
            worded(await self._ami.many(gone), fine=_GONE)
        return told

    def _pack(self, file: str, todo: Mapping[str, list[Edit]], told: dict[str, str | None]) -> tuple[list[Request], list[list[str]]]:
        """As few requests as can be, none of which cuts a section in two; what cannot be sent is told."""
        groups: list[tuple[list[str], list[Edit]]] = []
        lines = _ROOM + 1
        for name, edits in todo.items():
            try:
                whole = edit_requests(file, edits)
            except Refused as error:
                told[name] = error.message
                continue
            if len(whole) > 1:
                told[name] = f"section {name} has more options than Asterisk takes at once"
                continue
            size = len(tuple(whole[0].fields)) - 3
            if lines + size > _ROOM:
                groups.append(([], []))
                lines = 0
            groups[-1][0].append(name)
            groups[-1][1].extend(edits)
            lines += size
        return [edit_requests(file, edits)[0] for _, edits in groups], [names for names, _ in groups]

    async def _one_by_one(self, file: str, todo: Mapping[str, list[Edit]]) -> dict[str, str | None]:
        """Find out which section of a request was the refused one."""
        requests = [edit_requests(file, edits)[0] for edits in todo.values()]
        return dict(zip(todo, worded(await self._ami.many(requests)), strict=True))


def _facts(place: Place, sections: Sections) -> dict[Fact, Value]:
    shape: Callable[[list[tuple[str, str]]], Value] = _rules if place == "rule" else _options
    return {Fact(place, name): shape(options) for name, options in sections.items() if name not in _NOT_OURS}


def _options(options: list[tuple[str, str]]) -> Value:
    return dict(options)


def _rules(options: list[tuple[str, str]]) -> Value:
    return tuple(value for name, value in options if name == RULE)


async def let_go(ami: Ami, queues: Sequence[str]) -> None:
    """Send who waits in these queues on in the dialplan: in a queue that is gone Asterisk keeps them, unseen, as long as they may wait."""
    if not queues:
        return
    rows = [row for row in await ami.collect("QueueStatus") if row.event == "QueueEntry" and row.get("Queue") in queues]
    worded(await ami.many([Request("QueueWithdrawCaller", (("Queue", row.get("Queue")), ("Caller", row.get("Channel")))) for row in rows]))


def _edits(name: str, value: Value | None, there: Sections) -> list[Edit]:
    """What makes a section as it shall be; nothing when it is."""
    if name in _NOT_OURS:
        raise Refused(f"The section {name} is not for campctl's things.")
    if value is None:
        return [Edit("DelCat", name)] if name in there else []
    options = list(value.items()) if isinstance(value, Mapping) else [(RULE, line) for line in value]
    if there.get(name) == options:
        return []
    return [Edit("EmptyCat" if name in there else "NewCat", name), *(Edit("Append", name, option, text) for option, text in options)]
