"""What `match` returns. Beside results.py, which every command loads."""

from __future__ import annotations

from msgspec import Struct

from campctl.findings import Finding


class Match(Struct, frozen=True, kw_only=True):
    """A volunteer on a list. `minutes` of calling a week where lists want hours, else None; why: in words."""

    volunteer: str
    name: str
    phone: str
    list: str
    list_name: str
    score: float
    minutes: int | None
    why: tuple[str, ...]


class Unplaced(Struct, frozen=True, kw_only=True):
    """A volunteer without a list, or with hours left (`minutes`): why, and what would help."""

    volunteer: str
    name: str
    minutes: int | None
    why: str
    help: str


class ListState(Struct, frozen=True, kw_only=True):
    """A list: what it wants (people, or minutes), what it needs at the least, what it got; if short, why and what would help."""

    list: str
    name: str
    wants: int
    least: int
    got: int
    why: str = ""
    help: str = ""


class Matching(Struct, frozen=True, kw_only=True):
    """`match`: who calls which list, who is left, which lists are short. unit: "people" or "hours" (amounts are minutes then)."""

    unit: str
    week: str
    score: float
    volunteers: int
    matches: tuple[Match, ...]
    unplaced: tuple[Unplaced, ...]
    lists: tuple[ListState, ...]
    remarks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()


class Choice(Struct, frozen=True, kw_only=True):
    """One list as seen by one volunteer: whether it is theirs, else what stands against it, or who has it."""

    list: str
    name: str
    state: str
    score: float | None
    why: tuple[str, ...]


class Explained(Struct, frozen=True, kw_only=True):
    """`match --explain`: every list for one volunteer, the best first."""

    volunteer: str
    name: str
    says: dict[str, str]
    choices: tuple[Choice, ...]
    findings: tuple[Finding, ...] = ()
