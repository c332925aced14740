"""What `hotline plan` returns. Beside results.py, which every command loads and which knows nothing of capacity."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from campctl.capacity.staffing import Assumptions, Level, Need
from campctl.findings import Finding


class Gap(Struct, frozen=True, kw_only=True):
    """A stretch in which people are missing: from, until, and when it is worst; then, `people` needed, `have`, `short`.

    free: people who are there, may answer it and sit nowhere; off: those who could, but are off shift; `call_in` the first of both;
    dark: empty desks that could be lit for it, `desks` the first of them; left: who is still missing when those who are free
    and at those desks answer; advice: what to do, in order.
    """

    start: datetime
    end: datetime
    worst: datetime
    people: int
    have: int
    short: int
    left: int
    free: int
    off: int = 0
    call_in: tuple[str, ...] = ()
    dark: int = 0
    desks: tuple[str, ...] = ()
    advice: tuple[str, ...] = ()


class HotlineStaffing(Struct, frozen=True, kw_only=True):
    """A hotline's day by intervals of `length` seconds: what is needed, what is there, and what callers will meet.

    given: the assumptions; `wanted` by interval are the seats that manifests, surges and overrides ask for; `ladder`: what other
    service targets would take; `trunks`: lines to the outside for the busiest interval; `currency`: of their cost, "" without prices.
    """

    hotline: str
    name: str
    time_zone: str
    start: datetime
    end: datetime
    length: int
    source: str
    calls: float
    calls_closed: float
    given: Assumptions
    intervals: tuple[Need, ...]
    wanted: tuple[int, ...]
    gaps: tuple[Gap, ...]
    ladder: tuple[Level, ...]
    trunks: int
    currency: str = ""


class Staffing(Struct, frozen=True, kw_only=True):
    """`hotline plan`: one hotline, or all that say what to expect."""

    day: str
    hotlines: tuple[HotlineStaffing, ...]
    remarks: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
