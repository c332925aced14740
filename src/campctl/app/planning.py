"""`plan` and `show`: desired(t) against what the backends report."""

from __future__ import annotations

import hashlib
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.checks import capabilities_of
from campctl.app.context import Context
from campctl.app.results import Planned
from campctl.app.times import parse_time
from campctl.model.changes import Plan

if TYPE_CHECKING:
    from campctl.effective import Desired
    from campctl.findings import Finding
    from campctl.model.live import Snapshot
    from campctl.model.records import Override
    from campctl.model.resources import Key, Resource
    from campctl.ports.backend import Backend


T = TypeVar("T")
_ASKED: Final = 0.015
"""Seconds after which an exchange has been connected to and asked, and is busy answering."""
_NEXT: Final = ("campctl.planning", "campctl.effective.formula")


class View(Struct, frozen=True):
    """What planning looked at: the desired state, what was observed, and the overrides that were taken in."""

    at: datetime
    desired: Desired
    observed: Mapping[str, Snapshot]
    owned: Mapping[str, frozenset[Key]]
    overrides: Sequence[Override]
    silent: Mapping[str, str] = {}
    """Backends that did not answer and have nothing to do with the targets, with what they said."""


async def plan(ctx: Context, *, at: str = "", targets: Sequence[str] = (), out: str = "", skip: bool = False) -> Planned:
    """The plan for now, or for the time `at`; written as JSON to `out` when given. `skip`: without backends that do not answer."""
    campaign = ctx.campaign
    moment = parse_time(at, now=ctx.clock.now(), time_zone=campaign.time_zone) if at else ctx.clock.now()
    async with ctx.backends() as backends:
        view = await look(ctx, backends, at=moment, skip=skip)
    made = make_plan(ctx, view, targets=targets)
    if out:
        from campctl.app.files import write_private
        from campctl.planning import encode

        write_private(Path(out), encode(made))
    return Planned(plan=made, findings=noteworthy(ctx, view))


async def look(
    ctx: Context,
    backends: Mapping[str, Backend],
    *,
    at: datetime,
    extra: Sequence[Override] = (),
    without: Sequence[str] = (),
    targets: Sequence[str] = (),
    skip: bool = False,
) -> View:
    """Observe all backends at once and take desired(at), as if the overrides `extra` were in the store and the ids `without` were not.

    With `targets`, a backend that does not answer and has nothing to do with them is left out: a dead exchange of one
    office does not keep another from lighting its desks. With `skip` any is left out that does not answer.
    """
    from campctl.app.asking import observe_answering
    from campctl.effective import desired, present_members, renames, restored

    campaign = ctx.campaign
    observed, silent = await _meanwhile(observe_answering(ctx.clock, backends))
    if not targets and not skip:
        for error in silent.values():
            error.hint = f"{error.hint} `campctl plan` and `campctl apply` go on without it with --skip-unreachable.".strip()
            raise error
    store = ctx.store()
    gone = set(without)
    overrides = tuple(override for override in (*store.overrides(), *extra) if override.id not in gone)
    present = restored(present_members(observed, renames(campaign)), overrides, at)
    wanted = desired(campaign, at, overrides, present)
    for name, error in silent.items():
        if not skip and _concerns(ctx, [*wanted.backends.get(name, {}).values(), *store.owned(name).values()], targets):
            raise error
    return View(
        at=at,
        desired=wanted,
        observed=observed,
        owned={name: store.owned_keys(name) for name in observed},
        overrides=overrides,
        silent={name: error.message for name, error in silent.items()},
    )


async def _meanwhile(looking: Coroutine[Any, Any, T]) -> T:
    """What a look finds; while the exchanges answer it, the modules are loaded that are needed right after."""
    import asyncio

    looked = asyncio.ensure_future(looking)
    await asyncio.wait({looked}, timeout=_ASKED)
    for name in _NEXT:
        import_module(name)
        await asyncio.sleep(0)
    return await looked


def _concerns(ctx: Context, resources: Iterable[Resource], targets: Sequence[str]) -> bool:
    from campctl.planning.subjects import resource_refs

    wanted = set(targets)
    return any(wanted & resource_refs(resource, ctx.campaign) for resource in resources)


def make_plan(ctx: Context, view: View, *, targets: Sequence[str] = (), may_be_gone: bool = False) -> Plan:
    """Compare and order. `may_be_gone`: the targets were looked up already and need not be anywhere any more."""
    from campctl.planning import PlanInput, plan

    campaign = ctx.campaign
    able, _ = capabilities_of(campaign)
    made = plan(
        PlanInput(
            campaign=campaign,
            at=view.at,
            desired=view.desired.backends,
            observed=view.observed,
            owned=view.owned,
            capabilities=able,
            renames=view.desired.renames,
            notes=seating_notes(view.desired),
            manifest_digest=ctx.loaded.digest,
            overrides_digest=overrides_digest(view.overrides),
            targets=tuple(targets),
            targets_may_be_gone=may_be_gone,
        )
    )
    if campaign.prices:
        from campctl.app.pricing import plan_prices

        observed = {name: snapshot.resources for name, snapshot in view.observed.items()}
        cleared = [one for one in ctx.store().overrides() if one not in view.overrides]
        made = replace(made, prices=plan_prices(campaign, made, observed, view.overrides, cleared))
    if not view.silent or targets:
        return made
    left_out = (f"{name} did not answer, so nothing is planned there: {said}" for name, said in sorted(view.silent.items()))
    return replace(made, remarks=(*left_out, *made.remarks))


def overrides_digest(overrides: Sequence[Override]) -> str:
    """What the overrides were, as a short digest: a saved plan is refused when they have changed."""
    import msgspec

    return hashlib.blake2b(msgspec.json.encode(list(overrides)), digest_size=16).hexdigest()


def seating_notes(desired: Desired) -> dict[str, tuple[str, ...]]:
    """Per hotline who sits where and why, for the stories of a plan."""
    routes = {f"route/hotline/{hotline}": (words,) for hotline, words in desired.forwarded.items()}
    return routes | {
        f"hotline/{hotline}": (
            seating.whence,
            *(f"{seat.name or 'Whoever sits there'} ({seat.line}): {seat.why}" for seat in seating.filled),
        )
        for hotline, seating in desired.seating.items()
    }


def noteworthy(ctx: Context, view: View) -> tuple[Finding, ...]:
    """Warnings of the manifests and of this instant, at their places."""
    from campctl.manifest.load import located

    now = (located(ctx.loaded, finding) for finding in view.desired.findings)
    return (*(finding for finding in ctx.findings if finding.severity == "warning"), *now)


def read_plan(path: Path) -> Plan:
    """A plan saved by `plan --out`."""
    from campctl.planning import decode

    try:
        data = path.read_bytes()
    except OSError as error:
        raise errors.UsageError(f"{path} cannot be read: {error.strerror}.", hint="Make one with `campctl plan --out FILE`.") from None
    return decode(data)
