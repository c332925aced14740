"""`drift`: what changed behind campctl's back. `adopt`: take in what campctl did not create."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from campctl import errors
from campctl.app.asking import observe
from campctl.app.auditing import record_audit
from campctl.app.context import Context
from campctl.app.find import did_you_mean, one
from campctl.app.how import How
from campctl.app.locking import locked
from campctl.app.recovering import settle
from campctl.app.results import Applied, Drift, DriftItem, Message, Planned
from campctl.findings.text import plural
from campctl.model.records import Owned
from campctl.model.resources import Key, Resource

if TYPE_CHECKING:
    from campctl.model.live import Snapshot

__all__ = ["adopt", "drift"]


async def drift(ctx: Context, *, backend: str = "") -> Drift:
    """What differs from what campctl last wrote, by field; what is gone; what is there that campctl does not own."""
    from campctl.planning import drift as compare

    campaign = ctx.campaign
    if backend:
        one(campaign.backends, backend, "backend")
    names = [backend] if backend else list(campaign.backends)
    store = ctx.store()
    items: list[DriftItem] = []
    for name, snapshot in (await _observe(ctx, names)).items():
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
        adopted, notes = write_yaml(ctx, editor, chosen)
        planned_diff = editor.diff()
        message = Message(
            text=_words(adopted, planned_diff, notes, dry_run=how.dry_run),
            data={"adopted": [f"{name}:{key}" for name, key in adopted], "diff": planned_diff, "notes": list(notes)},
        )
        if how.dry_run or not adopted:
            return message
        if planned_diff:
            _ = ctx.with_overlay(editor.overlay).campaign  # refuses when the result would not be valid
            editor.write()
        store.own(Owned(backend=name, key=key, value=value, run="adopt") for (name, key), value in adopted.items())
        record_audit(ctx, store, f"adopt {plural(len(adopted), 'resource')}", how, result="done")
        return message


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
    return chosen


def _words(chosen: Mapping[tuple[str, Key], Resource], diff: str, notes: Sequence[str], *, dry_run: bool) -> str:
    if not chosen and not notes:
        return "There is nothing to adopt: campctl owns all it found."
    what = plural(len(chosen), "resource")
    if dry_run:
        said = f"Would adopt {what}{' and write what the YAML lacks' if diff else ''}; nothing was changed."
    else:
        said = f"Adopted {what}{'; what the YAML lacked is written' if diff else ''}."
    return "\n".join((said, *notes))
