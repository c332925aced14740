"""What the campaign wants now, kept up to date: desired(t), overrides, runs and audit, looked at again only when something changed.

Manifests are known by their files' stamps, the store by its overrides, its newest runs and the number of its last audit entry,
time by the next moment at which a surge or override begins or ends. So what another admin does shows within seconds.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from campctl import errors
from campctl.app.context import Context
from campctl.app.picture import ActivityLine

if TYPE_CHECKING:
    from campctl.effective.staff import Staff
    from campctl.model.campaign import Campaign
    from campctl.model.records import AuditEntry, Override, Run

AHEAD: Final = timedelta(days=1)
"""How far ahead surges and overrides are listed."""
RUNS, AUDIT, LINES = 20, 50, 200


class Wish(Struct, frozen=True, kw_only=True):
    """What is wanted. `staff` holds until `until`; `unlocated` are desks with no dispatchable address; `activity` newest first."""

    campaign: Campaign
    staff: Staff
    until: datetime | None
    unlocated: frozenset[str]
    escalation: Mapping[str, frozenset[str]]
    """Lines that sit in a hotline only once somebody has waited for long."""
    diverted: Mapping[str, str]
    """Hotlines that are failed over, and where to."""
    activity: tuple[ActivityLine, ...]


class _Seen(Struct, frozen=True):
    """What the store says, as far as it matters here."""

    overrides: tuple[Override, ...] = ()
    runs: tuple[Run, ...] = ()
    audit: tuple[AuditEntry, ...] = ()
    wrong: str = ""


class Wishes:
    """Keeps a `Wish`. `refresh` is for a thread: it reads files and the store, for which it has a context of its own."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = _again(ctx)
        self.wish: Wish | None = None
        self._stamps: Any = None
        self._mistakes = ""
        self._seen = _Seen()
        self._present: Mapping[str, Mapping[str, int]] = {}

    async def refreshed(self) -> Wish:
        """The wish as of now."""
        return await asyncio.to_thread(self.refresh)

    def refresh(self) -> Wish:
        """The same, synchronously. Manifests with errors leave what was wanted before, and a line of activity says so."""
        now = self.ctx.clock.now()
        edited = self._manifests()
        seen = self._store()
        wish = self.wish
        changed = edited or seen != self._seen or wish is None
        if not changed and wish is not None and (wish.until is None or now < wish.until):
            return wish
        if wish is None or seen.audit[-1:] != self._seen.audit[-1:] or edited:
            self._present = self._members(seen)
        self._seen = seen
        self.wish = self._made(now, seen)
        return self.wish

    def _manifests(self) -> bool:
        """Whether other manifests hold than before."""
        from campctl.manifest.sources import scan

        stamps = scan(self.ctx.root)
        if stamps == self._stamps or self.ctx.overlay:
            return False
        first, self._stamps = self._stamps is None, stamps
        if first:
            self.ctx.campaign  # noqa: B018 - raises what is wrong with it
            return True
        fresh = _again(self.ctx)
        before, self._mistakes = self._mistakes, ""
        try:
            changed = fresh.loaded.digest != self.ctx.loaded.digest
            fresh.campaign  # noqa: B018 - raises what is wrong with it
        except errors.CampctlError as error:
            fresh.close()
            self._mistakes = error.message
            return before != self._mistakes
        self.ctx.close()
        self.ctx = fresh
        return changed or bool(before)

    def close(self) -> None:
        """Let go of the store."""
        self.ctx.close()

    def _store(self) -> _Seen:
        """What the store says now; what it said last when it cannot be read, with why."""
        try:
            store = self.ctx.store()
            if not store.writable:  # it was not there, or may only be read: the next look may find more
                self.ctx.close()
                store = self.ctx.store()
            return _Seen(tuple(store.overrides()), tuple(store.runs(RUNS)), tuple(store.audit(AUDIT)))
        except errors.StoreError as error:
            return _Seen(self._seen.overrides, self._seen.runs, self._seen.audit, error.message)

    def _members(self, seen: _Seen) -> Mapping[str, Mapping[str, int]]:
        """Who is a member of what, as campctl last wrote it: the seat rule changes as little of that as it can."""
        from campctl.model.resources import Member

        present: dict[str, dict[str, int]] = {}
        if seen.wrong:
            return self._present
        for name in self.ctx.campaign.backends:
            for resource in self.ctx.store().owned(name).values():
                if isinstance(resource, Member):
                    present.setdefault(resource.queue, {})[resource.line] = resource.level
        return present

    def _made(self, now: datetime, seen: _Seen) -> Wish:
        from campctl.effective import active_at, diversion, moments
        from campctl.effective.places import Places
        from campctl.effective.staff import staff_at

        campaign = self.ctx.campaign
        staff = staff_at(campaign, now, seen.overrides, self._present)
        places = Places(campaign)
        coming = moments(campaign, seen.overrides, now, now + AHEAD)
        turns = [entry for entry in coming if entry > now]
        return Wish(
            campaign=campaign,
            staff=staff,
            until=min(turns[0] if turns else now + AHEAD, now + timedelta(minutes=10)),
            unlocated=frozenset(port.id for port in campaign.ports.values() if not places.port(port.office, port.floor, port.room)),
            escalation={
                name: frozenset(seat.line for seat in one.filled if seat.level > 1) for name, one in staff.seating.items() if one.filled
            },
            diverted={name: str(one.to) for name, one in diversion(campaign, active_at(seen.overrides, now), []).forwards.items()},
            activity=_activity(campaign, seen, now, self._mistakes),
        )


def _again(ctx: Context) -> Context:
    """The same campaign, read anew."""
    return type(ctx)(ctx.root, clock=ctx.clock, who=ctx.who, command=ctx.command, environ=ctx.environ, overlay=ctx.overlay)


def _activity(campaign: Campaign, seen: _Seen, now: datetime, mistakes: str) -> tuple[ActivityLine, ...]:
    """What is going on, newest first; what is wrong stands above all."""
    wrong = [ActivityLine(at=now, kind=kind, who="", what=what, result="error") for kind, what in _wrong(seen, mistakes)]
    lines = [
        ActivityLine(at=item.start, kind="override", who=item.author, what=words(item), result=item.reason, ends=item.end, ref=item.id)
        for item in seen.overrides
        if item.start <= now + AHEAD and (item.end is None or item.end > now)
    ]
    lines += [
        ActivityLine(at=surge.start, kind="surge", who="", what=surge.name or surge.id, ends=surge.end, ref=surge.id)
        for surge in campaign.surges.values()
        if surge.start <= now + AHEAD and surge.end > now
    ]
    lines += [
        ActivityLine(at=run.ended or run.started, kind="run", who=run.author, what=run.command, result=run.status, ref=run.id)
        for run in seen.runs
    ]
    lines += [
        ActivityLine(at=entry.at, kind="audit", who=entry.who, what=entry.what, result=entry.result, ref=entry.run) for entry in seen.audit
    ]
    lines.sort(key=lambda line: line.at, reverse=True)
    return tuple([*wrong, *lines][:LINES])


def _wrong(seen: _Seen, mistakes: str) -> list[tuple[str, str]]:
    return [(kind, what) for kind, what in (("manifests", mistakes), ("store", seen.wrong)) if what]


def words(item: Override) -> str:
    """An override in a few words: `hotline/main +20 seats`, `port/hq/a001 lit for main`."""
    subject = f"{item.kind}/{item.subject}"
    if item.kind == "office":
        return f"{subject} evacuated to {item.refuge}"
    if item.to is not None:
        return f"{subject} calls go to {item.to}"
    if item.seats is not None:
        return f"{subject} {item.seats} seats"
    who = item.user or item.volunteer
    light = "lit" if item.lit else "dark"
    return f"{subject} {light}" + (f", {who}" if who else "") + (f" for {item.hotline}" if item.hotline else "")
