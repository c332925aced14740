"""`drift`: what changed behind campctl's back. `adopt`: take in what campctl did not create."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from campctl import errors
from campctl.app.asking import observe, observe_what_answers
from campctl.app.auditing import record_audit
from campctl.app.context import Context
from campctl.app.find import did_you_mean, one
from campctl.app.how import How
from campctl.app.locking import locked
from campctl.app.recovering import settle
from campctl.app.results import Applied, Drift, DriftItem, Message, Planned
from campctl.findings.text import plural
from campctl.model.records import Owned
from campctl.model.resources import Key, Member, Queue, Resource

if TYPE_CHECKING:
    from campctl.app.adopting import Adoption
    from campctl.model.live import Snapshot
    from campctl.ports.store import Store

__all__ = ["adopt", "drift"]


async def drift(ctx: Context, *, backend: str = "") -> Drift:
    """What differs from what campctl last wrote, by field; what is gone; what is there that campctl does not own."""
    from campctl.planning import drift as compare

    campaign = ctx.campaign
    if backend:
        one(campaign.backends, backend, "backend")
    observed = await _observe(ctx, [backend]) if backend else await observe_what_answers(ctx)
    store = ctx.store()
    items: list[DriftItem] = []
    for name, snapshot in observed.items():
        items += (
            DriftItem(
                backend=name,
                resource=str(found.key),
                what=found.what,
                fields=tuple((change.field, change.before, change.after) for change in found.fields),
            )
            for found in compare(store.owned(name), snapshot)
        )
    return Drift(items=tuple(items))


async def _observe(ctx: Context, names: Sequence[str]) -> dict[str, Snapshot]:
    async with ctx.backends(names) as backends:
        return await observe(ctx.clock, backends)


async def adopt(
    ctx: Context, how: How, *, resources: Sequence[str] = (), every: bool = False, backend: str = ""
) -> Message | Planned | Applied:
    """Own what was found: what the manifests already say is only recorded; anything else is written into the YAML first."""
    from campctl.app.adopting import write_yaml
    from campctl.manifest.edit import Editor

    campaign = ctx.campaign
    names = [backend] if backend else list(campaign.backends)
    for name in names:
        one(campaign.backends, name, "backend")
    async with ctx.backends(names) as backends, locked(ctx, how) as (store, _):
        if not how.dry_run:
            await settle(ctx, how, backends, store)
        snapshots = await observe(ctx.clock, backends)
        found: dict[tuple[str, Key], Resource] = {}
        for name, snapshot in snapshots.items():
            owned = store.owned_keys(name)
            found.update({(name, key): value for key, value in snapshot.resources.items() if key not in owned})
        chosen = found if every else _choose(found, resources)
        editor = Editor(ctx.root)
        work = write_yaml(campaign, editor, chosen, snapshots)
        planned_diff = editor.diff()
        # Refuses, with the findings, when the campaign would not be valid: before anything is written or owned.
        after = ctx.with_overlay(editor.overlay) if planned_diff else ctx
        adopted = _asked_for(after, store, work)
        message = Message(
            text=_words(adopted, planned_diff, work.notes, dry_run=how.dry_run),
            data={"adopted": [f"{name}:{key}" for name, key in adopted], "diff": planned_diff, "notes": work.notes},
        )
        if how.dry_run or not adopted:
            return message
        if planned_diff:
            editor.write()
        store.own(Owned(backend=name, key=key, value=value, run="adopt") for (name, key), value in adopted.items())
        record_audit(ctx, store, f"adopt {plural(len(adopted), 'resource')}", how, result="done")
        return message


def _asked_for(after: Context, store: Store, work: Adoption) -> dict[tuple[str, Key], Resource]:
    """What may be owned: of the members taken over, not those without a seat, since the next plan would remove them."""
    from campctl.effective import desired, present_members, renames

    campaign = after.campaign
    if not any(isinstance(value, Member) for value in work.adopted.values()):
        return work.adopted
    moved = renames(campaign)
    wanted = desired(campaign, after.clock.now(), store.overrides(), present_members(work.observed, moved)).backends
    now = {(backend, old): new.id for backend, old, new in moved}
    kept = dict(work.adopted)
    for (backend, key), member in work.adopted.items():
        if not isinstance(member, Member):
            continue
        places = (backend, Key("queue", member.queue)), (backend, Key("line", member.line))
        if places[0] not in work.queues and not any(place in now for place in places):
            continue
        queue, line = now.get(places[0], member.queue), now.get(places[1], member.line)
        if Key("member", f"{queue}/{line}") not in wanted.get(backend, {}):
            del kept[backend, key]
            work.leave(
                f"Member {member.id}",
                f"has no seat in hotline {queue} at present",
                f"Give it one more, and name {line.removeprefix('user/')} in its `answer`; then adopt it.",
            )
    return kept


def _choose(found: Mapping[tuple[str, Key], Resource], wanted: Sequence[str]) -> dict[tuple[str, Key], Resource]:
    if not wanted:
        raise errors.UsageError("Nothing to adopt was named.", hint="Name KIND/ID as `campctl drift` shows them, or use --all.")
    chosen: dict[tuple[str, Key], Resource] = {}
    for text in wanted:
        matches = {place: value for place, value in found.items() if str(place[1]) == text}
        if not matches:
            raise errors.NotFound(
                f"No backend holds an unmanaged `{text}`.",
                hint=did_you_mean(text, {str(key) for _, key in found}) or "`campctl drift` shows what is unmanaged.",
            )
        chosen |= matches
    # Who answers a queue comes with it: their number is its seats.
    queues = {(backend, value.id) for (backend, _), value in chosen.items() if isinstance(value, Queue)}
    members = {place: value for place, value in found.items() if isinstance(value, Member) and (place[0], value.queue) in queues}
    return chosen | members


def _words(chosen: Mapping[tuple[str, Key], Resource], diff: str, notes: Sequence[str], *, dry_run: bool) -> str:
    if not chosen and not notes:
        return "There is nothing to adopt: campctl owns all it found."
    what = plural(len(chosen), "resource")
    if dry_run:
        said = f"Would adopt {what}{' and write what the YAML lacks' if diff else ''}; nothing was changed."
    else:
        said = f"Adopted {what}{'; what the YAML lacked is written' if diff else ''}."
    return "\n".join((said, *notes))
