"""What a plan takes on each backend: requests, seconds under its limits, and which limit binds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from campctl.model.changes import Change, Cost
from campctl.model.live import Capabilities

READ_BATCH = 500
"""Keys one verification read asks for."""


def costs(changes: Iterable[Change], capabilities: Mapping[str, Capabilities]) -> tuple[Cost, ...]:
    """Per backend with changes, by name. The estimate is the largest of three bounds, plus propagation or durable_after once.

    rate: requests beyond the burst at `per_second`. concurrency: requests x latency / how many go at once. order: the
    longest chain of changes that wait for each other, one request each. Verification reads are included.

    Changes that need not wait for each other share a request; of those that must, only creates ride behind creates.
    """
    kinds: dict[str, tuple[str, str]] = {}
    depth: dict[str, int] = {}
    wave: dict[str, int] = {}
    waves: dict[str, Counter[int]] = {}
    chain: dict[str, int] = {}
    for change in changes:
        kind = kinds[change.id] = (change.backend, change.action)
        rides = kind if change.action == "create" else None
        depth[change.id] = level = 1 + max([depth.get(need, 0) for need in change.needs], default=0) if change.needs else 1
        wave[change.id] = mine = max([wave.get(need, 0) + (kinds.get(need) != rides) for need in change.needs], default=0)
        waves.setdefault(change.backend, Counter())[mine] += 1
        chain[change.backend] = max(chain.get(change.backend, 0), level)
    return tuple(_cost(name, waves[name], chain[name], capabilities.get(name, Capabilities())) for name in sorted(waves))


def _cost(backend: str, waves: Counter[int], chain: int, can: Capabilities) -> Cost:
    calls = sum(-(-many // max(1, can.batch)) for many in waves.values()) + -(-waves.total() // READ_BATCH)
    rate = can.rate.per_second
    bounds = [
        (max(0, calls - can.rate.burst) / rate if rate else 0.0, f"rate limit {rate:g}/s" if rate else ""),
        (
            calls * can.latency / max(1, can.concurrency),
            f"{can.concurrency} request{'s' * (can.concurrency != 1)} at once, {can.latency * 1000:.0f} ms each",
        ),
        (min(calls, chain + 1) * can.latency, f"{chain} steps one after the other" if chain > 1 else "one step"),
    ]
    seconds, limit = max(bounds, key=lambda bound: bound[0])
    if seconds == 0:
        limit = ""
    proven = max(can.propagation, can.durable_after)
    if proven > seconds:
        what = "in effect" if can.propagation >= can.durable_after else "safe from a crash of the exchange"
        limit = f"{proven:g} s until a change is {what}"
    return Cost(backend=backend, calls=calls, seconds=round(seconds + proven, 3), limit=limit)
