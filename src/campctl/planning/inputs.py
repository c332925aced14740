"""What a plan is made from. Nothing else goes in: no clock, no I/O, no memory of earlier plans."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime

from msgspec import Struct

from campctl.model.campaign import Campaign
from campctl.model.live import Capabilities, Snapshot
from campctl.model.resources import Key, Resource


class PlanInput(Struct, frozen=True, kw_only=True):
    """Everything `plan` looks at.

    desired: per backend, what shall be at `at`, closed under `references`.
    observed: per backend, complete snapshots. A backend that is absent here is left alone: nothing is changed on it, and
        nothing that is wanted there is taken away from another.
    owned: per backend, the keys campctl created or adopted.
    renames: (backend, old key, new key) of locations, lines and queues whose noun says `renamed_from`.
    notes: story subject ("hotline/main") to lines that say who sits where and why.
    targets: refs ("user/ann.lee", "hotline/x", "office/x", "port/o/d", "number/+1...", or a resource such as
        "line/user/ann.lee"); empty means everything.
    targets_may_be_gone: the caller knows its targets, and they need not be in the campaign or on a backend any more.
    """

    campaign: Campaign
    at: datetime
    desired: Mapping[str, Mapping[Key, Resource]]
    observed: Mapping[str, Snapshot]
    owned: Mapping[str, AbstractSet[Key]]
    capabilities: Mapping[str, Capabilities]
    renames: Sequence[tuple[str, Key, Key]] = ()
    notes: Mapping[str, tuple[str, ...]] = {}
    manifest_digest: str = ""
    overrides_digest: str = ""
    targets: tuple[str, ...] = ()
    targets_may_be_gone: bool = False
