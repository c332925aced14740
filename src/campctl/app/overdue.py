"""`override list --overdue`: what was lent for a while, is over, and has not come back yet; and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from campctl.app.context import Context
from campctl.app.results import Listing
from campctl.findings.text import plural
from campctl.model.campaign import Campaign, home_of
from campctl.model.changes import Change
from campctl.model.records import Override, Run
from campctl.model.resources import NEVER, Line, Member, Queue, Route

if TYPE_CHECKING:
    from campctl.ports.store import Store

RUNS = 50
"""So many runs are looked through."""
COLUMNS = ("still there", "ended", "why", "lent by", "what")
EMPTY = "Nothing is overdue: all that was lent and is over has been taken back."


class Loan(Struct, frozen=True):
    """What an override or surge that is over had changed: its name, the nouns it was about, when it began and ended."""

    name: str
    what: str
    refs: frozenset[str]
    start: datetime
    end: datetime
    backends: frozenset[str]
    of_override: bool = False


async def overdue(ctx: Context, *, or_none: bool = False) -> Listing:
    """Seats, lit desks and led-away calls of what is over, that the exchanges still have, or may have because they do not answer.

    Where no exchange answers at all, that is an error; with `or_none` all that is over is listed, since any of it may still be there.
    """
    from campctl.app.asking import observe_answering
    from campctl.app.planning import look, make_plan

    campaign, now, store = ctx.campaign, ctx.clock.now(), ctx.store()
    loans = _loans(campaign, store.overrides(), now)
    async with ctx.backends() as backends:
        _, silent = await observe_answering(ctx.clock, backends, or_none=or_none)
        answering = {name: one for name, one in backends.items() if name not in silent}
        made = make_plan(ctx, await look(ctx, answering, at=now, skip=True)) if answering else None
    ctx.silent |= silent
    runs = sorted(store.runs(RUNS), key=lambda run: run.started)
    rows = []
    pending: dict[Loan | None, list[Change]] = {}
    for change in made.changes if made is not None else ():
        if _back(change):
            pending.setdefault(_lender(campaign, loans, change), []).append(change)
    for loan, changes in pending.items():
        rows.append(_row(loan, _left(changes), _why(store, runs, changes, loan.end if loan is not None else None)))
    for loan in loans:
        away = sorted(loan.backends & silent.keys())
        if away and loan not in pending and _may_be_there(store, loan, runs):
            rows.append(_row(loan, "not known", f"{', '.join(away)} does not answer, so whether it was taken back cannot be seen."))
    return Listing(of="overdue", columns=COLUMNS, rows=tuple(rows), empty=EMPTY)


def _may_be_there(store: Store, loan: Loan, runs: Sequence[Run]) -> bool:
    """Whether what was lent may still be lent, by the runs there were (oldest first, the last `RUNS` at most).

    Nothing came of a surge in whose time nobody ran `apply`; a whole run that ended well since then took back what there was.
    """
    known = len(runs) < RUNS or runs[0].started <= loan.start
    lent = loan.of_override or not known or any(loan.start <= run.started < loan.end for run in runs)
    since = [run for run in runs if run.started >= loan.end and run.status == "done"]
    return lent and not any(_looked_at(store.run(run.id), loan.backends) for run in since)


def _looked_at(run: Run, backends: frozenset[str]) -> bool:
    """Whether it was about the whole campaign, and saw these exchanges."""
    plan = msgspec.json.decode(run.plan, type=_Kept) if run.plan else None
    return plan is not None and not plan.targets and backends <= plan.binding.observed.keys()


class _Binding(Struct):
    observed: dict[str, str] = {}


class _Kept(Struct):
    """Of a plan as runs keep it: what it was narrowed to, and what it saw."""

    binding: _Binding
    targets: tuple[str, ...] = ()


def _row(loan: Loan | None, left: str, why: str) -> dict[str, object]:
    if loan is None:
        return {"lent by": "an override that was cleared", "what": "", "still there": left, "ended": None, "why": why}
    return {"lent by": loan.name, "what": loan.what, "still there": left, "ended": loan.end, "why": why}


def _back(change: Change) -> bool:
    """Whether it takes something back: a seat, a lit desk, calls that are led away."""
    before, after = change.before, change.after
    if isinstance(before, Member):
        return after is None
    if isinstance(before, Line) and isinstance(after, Line):
        return before.enabled and not after.enabled
    if isinstance(before, Queue) and isinstance(after, Queue):
        return before.hours == NEVER and after.hours != NEVER
    return isinstance(before, Route) and isinstance(after, Route) and before.to != after.to


def _left(changes: Sequence[Change]) -> str:
    """In words: `3 seats of main, 2 lit desks`."""
    seats: dict[str, int] = {}
    lit = led = 0
    for change in changes:
        if isinstance(change.before, Member):
            seats[change.before.queue] = seats.get(change.before.queue, 0) + 1
        elif isinstance(change.before, Line):
            lit += 1
        else:
            led += 1
    parts = [f"{plural(many, 'seat')} of {queue}" for queue, many in sorted(seats.items())]
    parts += [plural(lit, "lit desk")] * bool(lit) + [f"{plural(led, 'hotline or number', 'hotlines or numbers')} led away"] * bool(led)
    return ", ".join(parts)


def _loans(campaign: Campaign, overrides: Sequence[Override], now: datetime) -> list[Loan]:
    """What is over, the latest first: of two about the same, the later one is what is left."""
    found = [_of_override(campaign, one) for one in overrides if one.end is not None and one.end <= now]
    for surge in campaign.surges.values():
        if surge.end <= now:
            refs = {f"hotline/{name}" for name in surge.seats} | {f"hotline/{one.hotline}" for one in surge.ports if one.hotline}
            refs |= {f"port/{one.office}/{desk}" for one in surge.ports for desk in one.desks}
            refs |= {f"office/{one.office}" for one in surge.ports if one.any}
            homes = {_home(campaign, ref) for ref in refs}
            found.append(Loan(f"surge {surge.id}", "seats and desks", frozenset(refs), surge.start, surge.end, frozenset(homes - {""})))
    return sorted(found, key=lambda loan: loan.end, reverse=True)


def _of_override(campaign: Campaign, one: Override) -> Loan:
    refs = {f"{one.kind}/{one.subject}"} | ({f"hotline/{one.hotline}"} if one.hotline else set()) | {f"hotline/{name}" for name in one.held}
    what = f"{one.kind} {one.subject}" + (
        f" seats {one.seats}" if one.seats is not None else f" to {one.refuge or one.to}" if one.to else ""
    )
    if one.refuge:
        refs.add(f"office/{one.refuge}")
    homes = {_home(campaign, ref) for ref in refs}
    name, end = f"override {one.id} by {one.author}", one.end or one.start
    return Loan(name, what, frozenset(refs), one.start, end, frozenset(homes - {""}), of_override=True)


def _home(campaign: Campaign, ref: str) -> str:
    """The backend a noun is on; "" when it is not there any more."""
    noun, _, id_ = ref.partition("/")
    if noun == "hotline" and id_ in campaign.hotlines:
        return campaign.hotlines[id_].backend or campaign.default_backend
    if noun == "port" and id_ in campaign.ports:
        return home_of(campaign, campaign.ports[id_])
    return campaign.offices[id_].backend if noun == "office" and id_ in campaign.offices else ""


def _lender(campaign: Campaign, loans: Sequence[Loan], change: Change) -> Loan | None:
    from campctl.planning.subjects import refs_of

    refs = refs_of(change, campaign)
    return next((loan for loan in loans if loan.refs & refs), None)


def _why(store: Store, runs: Sequence[Run], changes: Sequence[Change], end: datetime | None) -> str:
    """Of the runs since it ended, what the last one came to with these changes."""
    since = [run for run in runs if end is None or run.started >= end]
    errors = _errors(store, since[-1].id) if since else {}
    failed = next((errors[change.id] for change in changes if change.id in errors), "")
    if failed:
        return f"Run {since[-1].id} could not: {failed}"
    if since and since[-1].status in {"running", "interrupted"}:
        return f"Run {since[-1].id} was interrupted; `campctl resume` goes on."
    if since and end is not None:
        return f"Run {since[-1].id} was about other things; `campctl apply` takes it back."
    return "Nobody has run `campctl apply` since it ended." if end is not None else "`campctl apply` takes it back."


def _errors(store: Store, run: str) -> Mapping[str, str]:
    return {entry.change: entry.error for entry in store.journal(run) if entry.state == "failed" and entry.error}
