"""The floor: calls, the people who answer them, and time going by. Pure: values in, events out, the same every time.

One event after the other: a call arrives, rings, is answered, ends, or is given up; a level opens to those who waited; an
agent has wrapped up. Times are seconds since 1970.
"""

from __future__ import annotations

import heapq
import math
from datetime import UTC, datetime
from typing import Any

from campctl.backends.sim.habits import Habits
from campctl.backends.sim.traffic.choosing import choose, is_level_open, levels, steps
from campctl.backends.sim.traffic.opening import is_open, zone_of
from campctl.backends.sim.traffic.profile import draws, next_arrival
from campctl.backends.sim.traffic.state import Agent, Call, Happening, State, Tally, World
from campctl.model.live import AgentState, EventType
from campctl.model.resources import Member

_HOPS = 5
_HAVING_WAITED = frozenset({"abandoned", "timeout"})
"""Of a call that nobody answered: it was in the queue. One that found it closed or full never was, and is not counted there."""


class Floor:
    """Moves a `State` on in a `World`."""

    def __init__(self, state: State, world: World, habits: Habits) -> None:
        self.state = state
        self.world = world
        self.habits = habits
        self.told: list[Happening] = []
        self._agenda: list[tuple[float, int, str, str]] = []
        self._count = 0
        self._begun = False
        self._of_queue: dict[str, list[Member]] = {name: [] for name in world.queues}
        self._of_line: dict[str, list[Member]] = {}
        for member in world.members.values():
            self._of_queue.setdefault(member.queue, []).append(member)
            self._of_line.setdefault(member.line, []).append(member)
        self._waiting: dict[str, list[Call]] = {}

    def advance(self, until: float) -> list[Happening]:
        """Let time go by up to `until`; what happened since this floor was made, in order."""
        state = self.state
        if not self._begun:
            self._begun = True
            self._take_in(state.at)
        while self._agenda and self._agenda[0][0] <= until:
            at, _, what, about = heapq.heappop(self._agenda)
            state.at = max(state.at, at)
            getattr(self, f"_{what}")(at, about)
        state.at = max(state.at, until)
        return self.told

    def place(self, queue: str) -> None:
        """Somebody calls this queue now, whatever the profile says."""
        self._plan(self.state.at, "rings_in", queue)

    def emergency(self, line: str, number: str) -> None:
        """Somebody dials 911, or 933, from this line now."""
        self._plan(self.state.at, "dials", f"{number} {line}")

    def pause(self, line: str, reason: str | None) -> None:
        """An agent pauses (with a reason, which may be empty) or, None, is back. Who has a call pauses when it is over."""
        agent = self.state.agents.get(line)
        if agent is None:
            return
        agent.pauses = reason
        if reason is not None and agent.state in {"free", "paused"}:
            self._becomes(line, agent, "paused", reason)
        elif reason is None and agent.state == "paused":
            self._frees(line, agent)

    # -- beginning --

    def _take_in(self, now: float) -> None:
        """See what changed on the exchange since, and put everything that will happen on the agenda."""
        state = self.state
        for line in sorted(self.world.registered - state.registered):
            self._tell("line-state", ("line", line), state="registered")
        for line in sorted(state.registered - self.world.registered):
            self._tell("line-state", ("line", line), state="gone")
        state.registered = self.world.registered
        for call in state.calls.values():
            if not call.line:
                self._waiting.setdefault(call.queue, []).append(call)
        self._seat_people(now)
        for queue, waiting in sorted(self._waiting.items()):
            waiting.sort(key=lambda call: (call.entered, call.id))
            for call in list(waiting):
                if queue in self.world.queues:
                    self._agenda_of(call)
                else:
                    self._leaves(call, "abandoned")
        for line, agent in state.agents.items():
            if agent.call or agent.state == "wrap-up":
                self._plan(agent.until, {"ringing": "picks_up", "busy": "hangs_up"}.get(agent.state, "ready"), line)
        for queue in sorted(self.world.queues):
            self._next_caller(queue, now)
        self._match_all()

    def _seat_people(self, now: float) -> None:
        state, wanted = self.state, set(self._of_line)
        for line in sorted(wanted - set(state.agents)):
            state.agents[line] = Agent(state="gone", since=now)
        for line, agent in sorted(state.agents.items()):
            if agent.state == "ringing" and not (line in wanted and line in self.world.registered):
                self._stops_ringing(agent)
            if line not in wanted and not agent.call:
                del state.agents[line]
        news = frozenset(self.world.members)
        for removed in sorted(state.members - news):
            self._tell("agent-state", ("member", removed), state="gone", reason="removed")
        fresh = news - state.members
        state.members = news
        for line in sorted(wanted):
            agent, here = state.agents[line], line in self.world.registered
            if agent.state == "gone" and here:
                self._becomes(line, agent, "free" if agent.pauses is None else "paused", agent.pauses or "", since=now)
            elif agent.state in {"free", "ringing", "paused", "wrap-up"} and not here:
                self._becomes(line, agent, "gone")
            else:
                for member in self._of_line[line]:
                    if member.id in fresh:
                        self._tell("agent-state", ("member", member.id), state=agent.state, reason=agent.reason)

    def _stops_ringing(self, agent: Agent) -> None:
        """The desk went dark, or was taken out of the queue: its call waits again, in its old place."""
        call = self.state.calls[agent.call]
        agent.call, call.line = "", ""
        self._waiting.setdefault(call.queue, []).append(call)

    # -- what happens --

    def _rings_in(self, at: float, queue: str) -> None:
        """A call comes in at its number."""
        if queue not in self.world.queues:
            return
        self.state.number += 1
        number = self.state.number
        random = draws(self.habits.seed, "call", queue, number)
        patience = -math.log1p(-random.random()) * self.habits.patience
        caller = f"+1217555{100 + random.randrange(100):04d}"
        call = Call(f"sim-{number}", queue, caller, at, at, at + patience)
        self.state.calls[call.id] = call
        self._enters(call, at)

    def _arrives(self, at: float, queue: str) -> None:
        """The profile's next caller."""
        self.state.next.pop(queue, None)
        self._rings_in(at, queue)
        self._next_caller(queue, at)

    def _enters(self, call: Call, at: float) -> None:
        queue = self.world.queues[call.queue]
        waiting = self._waiting.setdefault(call.queue, [])
        call.entered = at
        if not is_open(queue, datetime.fromtimestamp(at, UTC).astimezone(zone_of(queue.time_zone))):
            self._goes_on(call, queue.closed, "closed", at)
        elif 0 < queue.max_waiting <= len(waiting):
            self._goes_on(call, queue.overflow, "full", at)
        else:
            waiting.append(call)
            self._tell("call-queued", ("queue", call.queue), call=call.id, caller=call.caller, waiting=len(waiting))
            self._agenda_of(call)
            self._match(call.queue)

    def _goes_on(self, call: Call, target: str, why: str, at: float) -> None:
        """To another queue of this exchange, or away."""
        kind, _, name = target.partition("/")
        if kind == "queue" and name in self.world.queues and call.hops < _HOPS:
            self._tally(call.queue).abandoned += why in _HAVING_WAITED
            self._tell("call-abandoned", ("queue", call.queue), call=call.id, waited=round(at - call.entered, 1), why=why)
            call.queue, call.hops = name, call.hops + 1
            self._enters(call, at)
        else:
            self._leaves(call, why)

    def _leaves(self, call: Call, why: str) -> None:
        """Nobody answered it here."""
        waiting = self._waiting.get(call.queue, [])
        if call in waiting:
            waiting.remove(call)
        self.state.calls.pop(call.id, None)
        self._tally(call.queue).abandoned += why in _HAVING_WAITED
        self._tell("call-abandoned", ("queue", call.queue), call=call.id, waited=round(self.state.at - call.entered, 1), why=why)

    def _gives_up(self, _at: float, call_id: str) -> None:
        call = self.state.calls.get(call_id)
        if call is not None and not call.line:
            self._leaves(call, "abandoned")

    def _step(self, at: float, call_id: str) -> None:
        """A level opens to this call, or it has waited as long as it may here."""
        call = self.state.calls.get(call_id)
        if call is None or call.line:
            return
        queue, waited = self.world.queues[call.queue], at - call.entered
        target = next((to for after, to in steps(queue) if to and after <= waited + 1e-6), None)
        if target is not None or (queue.max_wait and waited + 1e-6 >= queue.max_wait):
            self._waiting[call.queue].remove(call)
            self._goes_on(call, target if target is not None else queue.overflow, "timeout", at)
        else:
            self._match(call.queue)

    def _picks_up(self, at: float, line: str) -> None:
        agent = self.state.agents[line]
        call = self.state.calls.get(agent.call)
        if call is None or agent.state != "ringing":
            return
        waited = round(at - call.entered, 1)
        call.answered = at
        tally, queue = self._tally(call.queue), self.world.queues.get(call.queue)
        tally.answered += 1
        tally.within += queue is not None and waited <= queue.answer_within
        agent.taken += 1
        talk = -math.log1p(-draws(self.habits.seed, "talk", call.id).random()) * self.habits.talk
        self._tell("call-answered", ("queue", call.queue), call=call.id, line=line, waited=waited)
        self._becomes(line, agent, "busy", call=call.id, until=at + max(5.0, talk))
        self._plan(agent.until, "hangs_up", line)

    def _hangs_up(self, at: float, line: str) -> None:
        agent = self.state.agents[line]
        call = self.state.calls.pop(agent.call, None)
        if call is None or agent.state != "busy":
            return
        self._tell("call-ended", ("queue", call.queue), call=call.id, line=line, talked=round(at - call.answered, 1))
        queue = self.world.queues.get(call.queue)
        if line not in self._of_line:
            del self.state.agents[line]
        elif queue is None or not queue.wrap_up:
            self._ready(at, line)
        else:
            self._becomes(line, agent, "wrap-up", until=at + queue.wrap_up)
            self._plan(agent.until, "ready", line)

    def _ready(self, _at: float, line: str) -> None:
        agent = self.state.agents.get(line)
        if agent is None or agent.state not in {"wrap-up", "busy"}:
            return
        if line in self.world.registered:
            self._frees(line, agent)
        else:
            self._becomes(line, agent, "gone")

    def _frees(self, line: str, agent: Agent) -> None:
        if agent.pauses is not None:
            self._becomes(line, agent, "paused", agent.pauses)
            return
        self._becomes(line, agent, "free", since=self.state.at)
        mine = [call for member in self._of_line.get(line, ()) for call in self._waiting.get(member.queue, []) if self._may(member, call)]
        if mine:
            self._rings_at(min(mine, key=lambda call: (call.entered, call.id)), line)

    def _dials(self, _at: float, about: str) -> None:
        number, _, line = about.partition(" ")
        self.state.number += 1
        location, callback = self.world.places.get(line, ("", ""))
        call = f"sim-{self.state.number}"
        self._tell("emergency-call", ("line", line), call=call, number=number, callback=callback, location=location)

    # -- who answers --

    def _match_all(self) -> None:
        for queue in sorted(set(self._waiting) & set(self.world.queues)):
            self._match(queue)

    def _match(self, queue: str) -> None:
        for call in list(self._waiting.get(queue, ())):
            line = self._best(call)
            if line is not None:
                self._rings_at(call, line)

    def _best(self, call: Call) -> str | None:
        """The free agent whose turn it is; None when there is none."""
        agents = self.state.agents
        free = [member for member in self._of_queue[call.queue] if agents[member.line].state == "free" and self._may(member, call)]
        if not free:
            return None
        return choose(self.world.queues[call.queue], free, agents, draws(self.habits.seed, "who", call.id, call.queue))

    def _may(self, member: Member, call: Call) -> bool:
        return is_level_open(self.world.queues[call.queue], member.level, self.state.at - call.entered)

    def _rings_at(self, call: Call, line: str) -> None:
        self._waiting[call.queue].remove(call)
        call.line = line
        agent = self.state.agents[line]
        rings = 1.0 + 3.0 * draws(self.habits.seed, "ring", call.id).random()
        self._becomes(line, agent, "ringing", call=call.id, until=self.state.at + rings)
        self._plan(agent.until, "picks_up", line)

    # -- small change --

    def _becomes(
        self, line: str, agent: Agent, to: AgentState, reason: str = "", *, call: str = "", until: float = 0.0, since: float | None = None
    ) -> None:
        agent.state, agent.reason, agent.call, agent.until = to, reason, call, until
        agent.since = self.state.at if since is None else since
        for member in self._of_line.get(line, ()):
            self._tell("agent-state", ("member", member.id), state=to, reason=reason)

    def _agenda_of(self, call: Call) -> None:
        queue = self.world.queues[call.queue]
        self._plan(call.patience, "gives_up", call.id)
        longest = (float(queue.max_wait),) if queue.max_wait else ()
        for after in {*(after for after, _ in steps(queue)), *(after for after, _ in levels(queue)), *longest}:
            self._plan(call.entered + after, "step", call.id)

    def _next_caller(self, queue: str, now: float) -> None:
        state, habits = self.state, self.habits
        a_day = habits.calls.get(queue, habits.calls.get("", 0.0))
        if a_day <= 0:
            state.next.pop(queue, None)
            return
        if queue not in state.next:
            state.drawn[queue] = drawn = state.drawn.get(queue, 0) + 1
            zone = zone_of(self.world.queues[queue].time_zone)
            at = next_arrival(now, a_day, habits.shares, zone, draws(habits.seed, "arrival", queue, drawn).random)
            if at is None:
                return
            state.next[queue] = at
        self._plan(state.next[queue], "arrives", queue)

    def _plan(self, at: float, what: str, about: str) -> None:
        self._count += 1
        heapq.heappush(self._agenda, (at, self._count, what, about))

    def _tally(self, queue: str) -> Tally:
        return self.state.tallies.setdefault(queue, Tally())

    def _tell(self, event: EventType, key: tuple[str, str], **data: Any) -> None:
        self.told.append(Happening(self.state.at, event, key, data))
