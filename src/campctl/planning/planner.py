"""desired(t) and observed to a plan."""

from __future__ import annotations

from collections.abc import Mapping

from campctl.model.changes import Binding, Change, Plan
from campctl.model.live import Capabilities
from campctl.model.resources import Key, Resource
from campctl.planning.binding import fingerprint
from campctl.planning.costing import costs
from campctl.planning.diffing import Diff, diff
from campctl.planning.grouping import Scene
from campctl.planning.guarding import Guarded, guards
from campctl.planning.inputs import PlanInput
from campctl.planning.ordering import ordered
from campctl.planning.passing import pass_extensions
from campctl.planning.renaming import rename_all
from campctl.planning.steps import Graph, graph_of
from campctl.planning.story import stories
from campctl.planning.subjects import refs_of, subject_of
from campctl.planning.targeting import check_targets, targeted

NO_LIMITS = Capabilities()


def plan(given: PlanInput) -> Plan:
    """The plan that makes what is observed into what is desired; `errors.NotFound` for an unknown target.

    Pure and deterministic: the same input gives the same bytes, whatever order its mappings are in.
    """
    if given.targets and not given.targets_may_be_gone:
        worlds = [*given.desired.values(), *(snapshot.resources for snapshot in given.observed.values())]
        check_targets(given.targets, given.campaign, worlds)
    diffs = _diffs(given)
    aliases = _aliases(given, diffs)
    graph = graph_of(diffs, aliases)
    pass_extensions(graph, given.campaign)
    changes = ordered(graph.steps)
    conflicts = _conflicts(diffs)
    if given.targets:
        finishing = {step.id: graph.steps[step.completed_by].id for step in graph.steps if step.completed_by >= 0}
        changes = targeted(changes, given.targets, given.campaign, finishing)
        wanted = set(given.targets)
        conflicts = tuple(change for change in conflicts if wanted & refs_of(change, given.campaign))
    return _told(given, graph, changes, conflicts, aliases)


def _told(given: PlanInput, graph: Graph, changes: tuple[Change, ...], conflicts: tuple[Change, ...], aliases: Mapping[Key, Key]) -> Plan:
    """The plan with its stories, costs and guardrails."""
    diffs = {backend: side.diff for backend, side in graph.sides.items()}
    told = stories(
        Scene(
            campaign=given.campaign,
            have={backend: found.have for backend, found in diffs.items()},
            want={backend: found.want for backend, found in diffs.items()},
            changes=changes,
            aliases={subject_of(old): subject_of(new) for old, new in aliases.items() if subject_of(old) != subject_of(new)},
            notes=given.notes,
        )
    )
    seen = Guarded(
        campaign=given.campaign,
        at=given.at,
        graph=graph,
        changes=changes,
        stories=told,
        owned={backend: sum(1 for key in keys if key[0] != "member") for backend, keys in given.owned.items()} if changes else {},
        capabilities=given.capabilities,
    )
    return Plan(
        campaign=given.campaign.name,
        at=given.at,
        binding=Binding(
            manifest=given.manifest_digest,
            overrides=given.overrides_digest,
            observed={backend: fingerprint(given.observed[backend]) for backend in sorted(given.observed)},
        ),
        changes=changes,
        stories=told,
        costs=costs(changes, given.capabilities),
        guards=guards(seen),
        unmanaged={backend: diffs[backend].unmanaged for backend in sorted(diffs) if diffs[backend].unmanaged},
        conflicts=conflicts,
        targets=given.targets,
        remarks=_remarks(diffs),
    )


def _diffs(given: PlanInput) -> dict[str, Diff]:
    elsewhere = {key for backend, wanted in given.desired.items() if backend not in given.observed for key in wanted}
    found: dict[str, Diff] = {}
    for backend in sorted(given.observed):
        can = given.capabilities.get(backend, NO_LIMITS)
        want: Mapping[Key, Resource] = given.desired.get(backend, {})
        pairs = [(old, new) for name, old, new in given.renames if name == backend]
        owned = given.owned.get(backend, frozenset())
        world = rename_all(given.observed[backend].resources, owned, want, pairs, able=can.rename)
        found[backend] = diff(backend, world, want, can, elsewhere)
    return found


def _aliases(given: PlanInput, diffs: Mapping[str, Diff]) -> dict[Key, Key]:
    """Renames that become create and delete: their backend cannot rename, or the thing moves to another as well."""
    created = {key for found in diffs.values() for key in found.creates}
    deleted = {key for found in diffs.values() for key in found.deletes}
    pairs = {old: new for _, old, new in sorted(given.renames)}
    for found in diffs.values():
        pairs |= found.renamed.aliases
    return {old: new for old, new in sorted(pairs.items()) if old in deleted and new in created}


def _conflicts(diffs: Mapping[str, Diff]) -> tuple[Change, ...]:
    """Wanted, there, and not ours: as updates from what is there, equal or not."""
    return tuple(
        Change(
            id=f"update:{backend}:{key.kind}/{key.id}",
            action="update",
            backend=backend,
            before=diffs[backend].have[key],
            after=diffs[backend].conflicts[key],
        )
        for backend in sorted(diffs)
        for key in sorted(diffs[backend].conflicts)
    )


def _remarks(diffs: Mapping[str, Diff]) -> tuple[str, ...]:
    return tuple(
        f"{key} stays on {backend}: it belongs on a backend that was not looked at."
        for backend in sorted(diffs)
        for key in diffs[backend].held
    )
