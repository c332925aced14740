"""What the store keeps: overrides, runs, the journal, ownership, the audit log, the lock."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from campctl.model.answering import Traits
from campctl.model.campaign import SeatChange, Target
from campctl.model.changes import State
from campctl.model.resources import Key, Resource


class Override(Struct, frozen=True, kw_only=True):
    """A live change with an author, a reason and an end; active for start <= t < end (end None: until cleared).

    kind "port": `subject` is `office/desk`; `lit` says what it becomes; `user` or `volunteer` who sits there, `hotline`
    what they answer; `traits` what a volunteer said they can do and speak, None where nobody asked; `adds_seat` is False where
    whoever sits there takes a seat of it that is there anyway (their own, or an empty one). kind "hotline":
    `subject` is the hotline, `seats` the change, or `to` where its calls lead while it is failed over. kind "office":
    `subject` is evacuated: its seats and desks go to the office `refuge` and others, numbers that lead to its people and
    desks lead `to` there. `held` is who sat where before (queue to line to level) in the hotlines that changed: that
    seating is what comes back.
    """

    id: str
    kind: Literal["port", "hotline", "office"]
    subject: str
    author: str
    reason: str
    start: datetime
    end: datetime | None = None
    lit: bool | None = None
    user: str = ""
    volunteer: str = ""
    traits: Traits | None = None
    hotline: str = ""
    adds_seat: bool = True
    seats: SeatChange | None = None
    to: Target | None = None
    refuge: str = ""
    held: dict[str, dict[str, int]] = {}


RunStatus = Literal["running", "done", "partial", "failed", "interrupted"]


class Run(Struct, frozen=True, kw_only=True):
    """One apply. `plan` is the plan's JSON, gzip-free and without secrets; `undoes` names the run a rollback undoes."""

    id: str
    started: datetime
    author: str
    command: str
    reason: str = ""
    status: RunStatus = "running"
    ended: datetime | None = None
    plan: bytes = b""
    undoes: str = ""
    counts: dict[str, int] = {}


class JournalEntry(Struct, frozen=True, gc=False, kw_only=True):
    """One line of a run's journal: the intent ("pending") before the act, then what came of it. `seq` is the store's."""

    run: str
    change: str
    state: State
    at: datetime
    attempt: int = 1
    error: str = ""
    seq: int = 0


class Owned(Struct, frozen=True, gc=False):
    """campctl created or adopted this resource; `value` is what it last wrote there (drift is measured against it)."""

    backend: str
    key: Key
    value: Resource
    run: str


class AuditEntry(Struct, frozen=True, kw_only=True):
    """Who did what, when, why, through which command, with what result. `hash` covers all else and the hash before it."""

    seq: int = 0
    at: datetime
    who: str
    what: str
    why: str = ""
    command: str = ""
    result: str = ""
    run: str = ""
    prev: str = ""
    hash: str = ""


class Holder(Struct, frozen=True, kw_only=True):
    """Who holds the campaign's lock."""

    token: str
    who: str
    host: str
    pid: int
    command: str
    since: datetime
    beat: datetime
