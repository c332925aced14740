"""What goes on, of all machines of an exchange: one look, or one stream of events, whatever their number."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from functools import reduce

from msgspec.structs import replace

from campctl.backends.asterisk.ami import Ami
from campctl.backends.asterisk.facts.image import Image
from campctl.backends.asterisk.listening.events import Ears
from campctl.backends.asterisk.listening.ids import Ids
from campctl.backends.asterisk.listening.live import look
from campctl.backends.asterisk.listening.standing import Standing
from campctl.errors import Unavailable
from campctl.model.live import AgentNow, AgentState, Event, Live, QueueNow
from campctl.model.resources import Line, Location, Queue, key_of
from campctl.ports.clock import Clock


def ids_of(image: Image) -> Ids:
    """Whose native names are whose."""
    names: dict[type, dict[str, str]] = {Queue: {}, Line: {}, Location: {}}
    wrap_up: dict[str, int] = {}
    for resource in image.resources.values():
        if isinstance(resource, Queue | Line | Location) and (native := image.native(key_of(resource))):
            names[type(resource)][native] = resource.id
            if isinstance(resource, Queue):
                wrap_up[native] = resource.wrap_up
    return Ids(queues=names[Queue], lines=names[Line], locations=names[Location], wrap_up=wrap_up)


async def look_everywhere(amis: Sequence[Ami], ids: Ids, clock: Clock, *, agents: bool) -> Live:
    """One look at all machines; those that are down are left out, unless all are."""
    if len(amis) == 1:
        return await look(amis[0], ids, clock, agents=agents)
    # A member is on every machine, and present where its phone is: only member by member it can be told which counts.
    found = await asyncio.gather(*(look(ami, ids, clock, agents=True) for ami in amis), return_exceptions=True)
    lives = [live for live in found if isinstance(live, Live)]
    for error in found:
        if isinstance(error, BaseException) and (not lives or not isinstance(error, Unavailable)):
            raise error
    merged = reduce(_together, lives)
    return merged if agents else replace(merged, agents=())


async def listen_everywhere(ears: Sequence[Ears]) -> AsyncIterator[Event]:
    """The events of all machines, as they come; ends when all are closed, raises what one of them does."""
    if len(ears) == 1:
        async for event in ears[0].listen():
            yield event
        return
    standing = Standing(shared=True)
    queue: asyncio.Queue[Event | BaseException | None] = asyncio.Queue(10_000)

    async def follow(one: Ears) -> None:
        try:
            async for event in one.listen(standing):
                await queue.put(event)
        except Exception as error:  # noqa: BLE001 - raised again where the events are asked for
            await queue.put(error)
        else:
            await queue.put(None)

    tasks = [asyncio.ensure_future(follow(one)) for one in ears]
    left = len(tasks)
    try:
        while left:
            heard = await queue.get()
            if heard is None:
                left -= 1
            elif isinstance(heard, BaseException):
                raise heard
            else:
                yield heard
    finally:
        for task in tasks:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks, return_exceptions=True)


def make_ears(amis: Sequence[Ami], learn: Callable[[], Awaitable[Ids]], clock: Clock) -> list[Ears]:
    """For each machine one pair; in a cluster they wait for a machine that is down."""
    from campctl.backends.asterisk.listening.events import Listening

    return [Ears(ami, learn, clock, Listening(patient=len(amis) > 1)) for ami in amis]


def _together(one: Live, two: Live) -> Live:
    return replace(
        one,
        since=min(one.since, two.since),
        calls=one.calls + two.calls,
        queues=_queues(one, two),
        agents=_agents(one.agents, two.agents),
        registered=one.registered | two.registered,
    )


def _agents(one: Sequence[AgentNow], two: Sequence[AgentNow]) -> tuple[AgentNow, ...]:
    """Of a member on two machines the one where it is present."""
    found = {agent.member: agent for agent in one}
    for agent in two:
        if agent.member not in found or found[agent.member].state == "gone":
            found[agent.member] = agent
    return tuple(found[member] for member in sorted(found))


def _queues(one: Live, two: Live) -> tuple[QueueNow, ...]:
    states: dict[str, dict[AgentState, int]] = {}
    for agent in _agents(one.agents, two.agents):
        queue = next((now.queue for live in (one, two) for now in live.queues if agent.member.startswith(f"{now.queue}/")), "")
        counted = states.setdefault(queue, {})
        counted[agent.state] = counted.get(agent.state, 0) + 1
    mine: Mapping[str, QueueNow] = {now.queue: now for now in one.queues}
    theirs: Mapping[str, QueueNow] = {now.queue: now for now in two.queues}
    return tuple(
        _queue(mine.get(name, QueueNow(queue=name)), theirs.get(name, QueueNow(queue=name)), states.get(name, {}))
        for name in sorted({*mine, *theirs})
    )


def _queue(one: QueueNow, two: QueueNow, agents: dict[AgentState, int]) -> QueueNow:
    return QueueNow(
        queue=one.queue,
        waiting=one.waiting + two.waiting,
        longest_wait=max(one.longest_wait, two.longest_wait),
        answered=one.answered + two.answered,
        abandoned=one.abandoned + two.abandoned,
        within=one.within + two.within,
        agents=agents,
    )
