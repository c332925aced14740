"""What a plan is made of: changes to resources, the story they tell, what they cost, and what came of each."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct, field

from campctl.model.resources import Key, Resource, key_of

Action = Literal["create", "update", "rename", "delete"]
State = Literal["pending", "accepted", "configured", "live", "failed", "skipped"]


class Change(Struct, frozen=True, gc=False, kw_only=True):
    """One step on one backend.

    `before` is what was observed (None for create), `after` what shall be (None for delete). A rename has both, with
    different ids, and takes everything that refers to the old id along. `needs` are the ids of changes that must be
    done first. `id` is `action:backend:kind/id` (of `after`, else `before`): unique and stable within a plan.
    """

    id: str
    action: Action
    backend: str
    before: Resource | None = None
    after: Resource | None = None
    needs: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """The key it is about: of `after`, else of `before`."""
        resource = self.after if self.after is not None else self.before
        assert resource is not None
        return key_of(resource)


class FieldChange(Struct, frozen=True, gc=False):
    """One field that differs."""

    field: str
    before: Any
    after: Any


Verb = Literal[
    "provision",
    "move",
    "rename",
    "update",
    "remove",
    "light",
    "darken",
    "seat",
    "scale",
    "route",
    "adopt",
    "open",
    "close",
]


class Story(Struct, frozen=True, kw_only=True):
    """What some changes mean for a person, desk, hotline, number or office. `subject` is `user/ann.lee` and so on.

    `text` is one line a field director can read; `notes` are lines below it (who sits where and why); `changes` are ids.
    """

    verb: Verb
    subject: str
    text: str
    notes: tuple[str, ...] = ()
    changes: tuple[str, ...] = ()


class Cost(Struct, frozen=True, kw_only=True):
    """What a plan takes on one backend: `calls` requests, about `seconds` under its limits (`limit` says which binds)."""

    backend: str
    calls: int
    seconds: float
    limit: str = ""


class Price(Struct, frozen=True, kw_only=True):
    """What a plan costs in money on one backend, more or (with a minus) less: `amount` is exact; text in JSON.

    per "month" or "day": every one of them, from now on. per "until": in all, until `until`, when it stops. `of` says for what.
    """

    backend: str
    amount: Decimal
    currency: str
    per: Literal["month", "day", "until"]
    of: str = ""
    until: datetime | None = None


class Guard(Struct, frozen=True, kw_only=True):
    """A guardrail that speaks against the plan: `name` is stable (`too-many-deletes`), `flag` is what overrides it ("" = nothing)."""

    name: str
    message: str
    flag: str = ""
    subjects: tuple[str, ...] = ()


class Binding(Struct, frozen=True, kw_only=True):
    """What a plan was made from; it is refused when one of these no longer holds."""

    manifest: str
    overrides: str
    observed: dict[str, str] = field(default_factory=dict)


class Plan(Struct, frozen=True, kw_only=True):
    """A plan is a value: sorted, deterministic, serialisable (docs/plan-format.md).

    `at`: the instant desired(t) was taken at. `changes` are in an order in which they can be applied one by one.
    `unmanaged`: resources found that campctl does not own and leaves alone, per backend. `conflicts`: resources wanted
    that exist but are not owned; they block until adopted. `remarks`: what was left out on purpose, in words.
    `prices`: what it costs in money, where the campaign has a price book.
    """

    format: int = 1
    campaign: str
    at: datetime
    binding: Binding
    changes: tuple[Change, ...] = ()
    stories: tuple[Story, ...] = ()
    costs: tuple[Cost, ...] = ()
    guards: tuple[Guard, ...] = ()
    unmanaged: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    conflicts: tuple[Change, ...] = ()
    targets: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    prices: tuple[Price, ...] = ()

    @property
    def empty(self) -> bool:
        """Nothing to do."""
        return not self.changes


class Outcome(Struct, frozen=True, gc=False, kw_only=True):
    """What a backend said to one change of a batch. `error` is None when it was accepted; never holds a secret."""

    change: str
    error: str | None = None
    code: str = ""
