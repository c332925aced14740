"""Where calls go on to: no circles, and no step that comes too late to happen."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TypeAlias

from campctl.findings import Finding, Ref, Related
from campctl.findings.catalogue import finding
from campctl.manifest.rules.facts import Check, Facts, hotline_targets
from campctl.manifest.rules.words import duration
from campctl.model.campaign import Target

Edge: TypeAlias = tuple[str, str, str, Ref]
"""From hotline, by which word ("overflow"), to hotline, written where."""


def circles(facts: Facts) -> Iterator[Finding]:
    """`hotline-circle`: overflow, closed and escalation that lead back to where they began."""
    edges = _edges(facts, with_failover=False)
    for circle in _circles(edges):
        yield _circle(
            "hotline-circle",
            _with_parallels(circle, edges),
            "A caller whom nobody answers would be passed round for ever, holding a channel, and never be told.",
        )


def failover_circles(facts: Facts) -> Iterator[Finding]:
    """`failover-circle`: a circle that needs an office to be down. Two hotlines that stand in for each other are common."""
    edges = _edges(facts, with_failover=True)
    for circle in _circles(edges):
        if any(word == "failover" for _, word, _, _ in circle):
            yield _circle(
                "failover-circle",
                _with_parallels(circle, edges),
                "While one office is down that is as it should be; when all of them are, callers are passed round and never told.",
            )


def _edges(facts: Facts, *, with_failover: bool) -> dict[str, list[Edge]]:
    """Hotline to where its calls go on to. An outside number that is the campaign's own counts as what it leads to."""
    edges: dict[str, list[Edge]] = {}
    for hotline in facts.hotlines:
        for word, written, place in hotline_targets(hotline):
            target: Target | None = written
            if written.kind == "outside":
                target = facts.number_targets.get(written.id)
            if (
                target is not None
                and target.kind == "hotline"
                and target.id in facts.campaign.hotlines
                and (with_failover or word != "failover")
            ):
                edges.setdefault(hotline.id, []).append((hotline.id, word, target.id, place))
    return edges


def _circles(edges: dict[str, list[Edge]]) -> Iterator[list[Edge]]:
    """Each circle that a walk along the edges closes, once; deterministic, and without recursion for long chains."""
    done: set[str] = set()
    seen: set[frozenset[str]] = set()
    for start in tuple(edges):
        path: list[Edge] = []
        on_path: dict[str, int] = {start: 0}
        stack: list[tuple[str, Iterator[Edge]]] = [] if start in done else [(start, iter(edges[start]))]
        while stack:
            here, onward = stack[-1]
            edge = next(onward, None)
            if edge is None:
                stack.pop()
                done.add(here)
                del on_path[here]
                if path:
                    path.pop()
            elif edge[2] in on_path:
                circle = [*path[on_path[edge[2]] :], edge]
                stops = frozenset(step[0] for step in circle)
                if stops not in seen:
                    seen.add(stops)
                    yield circle
            elif edge[2] not in done:
                path.append(edge)
                on_path[edge[2]] = len(path)
                stack.append((edge[2], iter(edges.get(edge[2], ()))))


def _with_parallels(circle: list[Edge], edges: dict[str, list[Edge]]) -> list[list[Edge]]:
    """For each step of a circle every edge that makes it: all of them must go. It begins with the first id in order."""
    first = min(range(len(circle)), key=lambda index: circle[index][0])
    return [[edge for edge in edges[step[0]] if edge[2] == step[2]] for step in circle[first:] + circle[:first]]


def _circle(code: str, circle: list[list[Edge]], why: str) -> Finding:
    way = f"`{circle[0][0][0]}`"
    for step in circle:
        way += f" -> ({', '.join(dict.fromkeys(word for _, word, _, _ in step))}) `{step[0][2]}`"
    places = [edge for step in circle for edge in step]
    what = "leads back to itself" if len(circle) == 1 else "run in a circle"
    return finding(
        code,
        f"{'Hotline' if len(circle) == 1 else 'Hotlines'} {what}: {way}. {why}",
        help="Let one of them lead elsewhere: to a hotline outside of the circle, a person, or `outside/+1...` with a voicemail.",
        at=places[0][3],
        related=tuple(Related(f"`{source}` goes on to `{target}` ({word})", at=place) for source, word, target, place in places[1:]),
    )


def ascending(facts: Facts) -> Iterator[Finding]:
    """`escalation-order`: steps that are not in the order of their times."""
    for hotline in facts.hotlines:
        for index, (before, step) in enumerate(pairwise(hotline.escalation), start=1):
            if step.after <= before.after:
                yield finding(
                    "escalation-order",
                    f"Step {index + 1} of the escalation of hotline `{hotline.id}` comes after {duration(step.after)} of waiting, "
                    f"the step before it after {duration(before.after)}. Steps happen in the order of time, which is not how these read.",
                    help="Sort the steps by `after`, each later than the one before.",
                    at=Ref("hotlines", hotline.id, "escalation", (str(index), "after")),
                    related=(Related("the step before", at=Ref("hotlines", hotline.id, "escalation", (str(index - 1), "after"))),),
                )


def too_late(facts: Facts) -> Iterator[Finding]:
    """`escalation-never-reached`: a step after `max_wait`, or after the call has gone elsewhere."""
    for hotline in facts.hotlines:
        gone: tuple[int, int] | None = None
        for index, step in enumerate(hotline.escalation):
            at = Ref("hotlines", hotline.id, "escalation", (str(index), "after"))
            if gone is not None and step.after > gone[1]:
                yield finding(
                    "escalation-never-reached",
                    f"Step {index + 1} of the escalation of hotline `{hotline.id}` comes after {duration(step.after)}, "
                    f"and step {gone[0] + 1} has sent the call elsewhere after {duration(gone[1])}.",
                    help="Move it before the step with `to`, or remove it.",
                    at=at,
                    related=(Related("the call leaves here", at=Ref("hotlines", hotline.id, "escalation", (str(gone[0]), "to"))),),
                )
            elif hotline.max_wait and step.after >= hotline.max_wait:
                yield finding(
                    "escalation-never-reached",
                    f"Step {index + 1} of the escalation of hotline `{hotline.id}` comes after {duration(step.after)}, "
                    f"and nobody waits longer than `max_wait`, {duration(hotline.max_wait)}.",
                    help="Make `after` shorter, or `max_wait` longer.",
                    at=at,
                    related=(Related("the longest wait", at=Ref("hotlines", hotline.id, "max_wait")),),
                )
            if step.to is not None and gone is None:
                gone = (index, step.after)


RULES: dict[str, Check] = {
    "hotline-circle": circles,
    "failover-circle": failover_circles,
    "escalation-order": ascending,
    "escalation-never-reached": too_late,
}
