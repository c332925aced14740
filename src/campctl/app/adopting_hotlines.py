"""Queues as hotlines that the same people go on answering."""

from __future__ import annotations

from typing import Any

from campctl.app.adopting import Adoption, target
from campctl.model.resources import NEVER, Key, Member, Queue

Members = dict[Key, list[tuple[Key, Member]]]


def write_hotlines(work: Adoption) -> None:
    """A hotline for each queue: its seats are the members of level 1 that are taken in, by name."""
    queues: list[tuple[str, Key, Queue]] = []
    for backend, key, queue in work.all(Queue):
        taken = work.extensions.get((backend, queue.extension)) if queue.extension else ""
        if taken:
            do = "Give one of them another extension, then adopt it."
            work.leave(f"Queue {queue.id}", f"has extension {queue.extension}, which is {taken}'s", do)
            continue
        id_ = work.new_id("hotlines", queue.id)
        work.take(backend, key, queue, id_)
        if queue.extension:
            work.extensions[backend, queue.extension] = f"hotline/{id_}"
        queues.append((backend, key, queue))
        work.queues.add((backend, key))
    busy = _first_lines(work)
    for backend, key, queue in queues:
        _hotline(work, backend, key, queue, busy)


def write_members(work: Adoption) -> None:
    """Members of hotlines and lines that the YAML has already; those of new hotlines were taken with them."""
    for backend, key, member in work.all(Member):
        if (backend, key) in work.adopted or (backend, Key("queue", member.queue)) in work.queues:
            continue
        missing = [str(other) for other in (Key("queue", member.queue), Key("line", member.line)) if (backend, other) not in work.nouns]
        if missing:
            work.leave(f"Member {member.id}", "is of a queue or line that is not in the YAML", f"Adopt {' and '.join(missing)} with it.")
        else:
            work.take(backend, key, member, member.id)


def _first_lines(work: Adoption) -> dict[tuple[str, str], str]:
    """(backend, line) to the queue in whose first line it answers already: one person sits in one."""
    found: dict[tuple[str, str], str] = {}
    for backend, snapshot in work.observed.items():
        for resource in snapshot.resources.values():
            if isinstance(resource, Member) and resource.level == 1:
                place = (backend, Key("queue", resource.queue))
                if place in work.nouns and place not in work.queues:
                    found[backend, resource.line] = resource.queue
    return found


def _hotline(work: Adoption, backend: str, key: Key, queue: Queue, busy: dict[tuple[str, str], str]) -> None:
    levels: dict[int, list[str]] = {}
    for place, member in sorted(work.chosen.items(), key=lambda item: item[0]):
        if not isinstance(member, Member) or place[0] != backend or member.queue != queue.id:
            continue
        who = work.nouns.get((backend, Key("line", member.line)))
        if who is None:
            do = f"Adopt line/{member.line} with it, or add its person to `answer` of hotline {work.nouns[backend, key]} later."
            work.leave(f"Member {member.id}", "is of a line that is not in the YAML", do)
        elif member.level == 1 and busy.setdefault((backend, member.line), queue.id) != queue.id:
            other = busy[backend, member.line]
            work.leave(f"Member {member.id}", f"answers {other} as well, and a person has one first line", f"Take it out of {other} first.")
        elif member.level != 1 and f"level {member.level}" not in " ".join(queue.escalation):
            do = f"Write an `escalation` into hotline {work.nouns[backend, key]}, or remove it on the exchange."
            work.leave(f"Member {member.id}", f"answers at level {member.level}, and the queue does not say when", do)
        else:
            work.take(*place, member, member.id)
            levels.setdefault(member.level, []).append(who)
    fields = {"name": queue.name or queue.id, "seats": len(levels.get(1, ())), "answer": _answer(levels.get(1, []))}
    fields |= _settings(work, backend, queue)
    steps = _escalation(work, backend, queue, levels)
    if steps:
        fields["escalation"] = steps
    for name in ("overflow", "closed", "failover"):
        to = target(work, backend, getattr(queue, name))
        if to:
            fields[name] = to
        elif to is None:
            _no_way(work, queue, getattr(queue, name), name)
    id_ = work.nouns[backend, key]
    if id_ != queue.id:
        fields["renamed_from"] = f"queue/{queue.id}"
    work.editor.add("hotlines", id_, fields)


def _answer(who: list[str]) -> dict[str, Any]:
    users = [noun.removeprefix("user/") for noun in who if noun.startswith("user/")]
    return {"users": users, "ports": len(users) != len(who)} if users else {"ports": True}


def _settings(work: Adoption, backend: str, queue: Queue) -> dict[str, Any]:
    fields: dict[str, Any] = {"strategy": queue.strategy}
    if queue.extension:
        fields["extension"] = queue.extension
    fields |= work.backend_field(backend)
    fields |= {"max_waiting": queue.max_waiting, "max_wait": f"{queue.max_wait}s"}
    if queue.ring_time:  # 0 is as long as it takes, which no hotline should; it gets the default
        fields["ring_time"] = f"{queue.ring_time}s"
    fields["wrap_up"] = f"{queue.wrap_up}s"
    fields["service"] = {"answer_within": f"{queue.answer_within}s", "target": f"{queue.target * 100:g}%"}
    if queue.time_zone != work.campaign.time_zone:
        fields["time_zone"] = queue.time_zone
    if queue.hours and queue.hours != NEVER:  # that it is failed over is no fact of the campaign
        fields["hours"] = list(queue.hours)
    return fields


def _escalation(work: Adoption, backend: str, queue: Queue, levels: dict[int, list[str]]) -> list[dict[str, Any]]:
    """The steps as a manifest has them; a level that nobody answers is left out."""
    steps: list[dict[str, Any]] = []
    for step in queue.escalation:
        after, _, goes = step.partition(" ")
        if goes.startswith("level "):
            who = levels.get(int(goes.removeprefix("level ")), [])
            if who:
                steps.append({"after": after, "answer": _answer(who), "seats": len(who)})
            continue
        to = target(work, backend, goes)
        if to:
            steps.append({"after": after, "to": to})
        else:
            _no_way(work, queue, goes, "escalation")
    return steps


def _no_way(work: Adoption, queue: Queue, to: str, field: str) -> None:
    work.notes.append(
        f"Queue {queue.id} leads calls to {to} ({field}), which is not in the YAML: the next apply takes that away."
        f" Adopt {to} with it, or write where they go."
    )
