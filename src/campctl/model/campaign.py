"""The campaign's nouns as values: what the manifests say, with units resolved and defaults filled in.

All are immutable msgspec structs. Durations are whole seconds, shares are fractions 0..1, instants are aware
datetimes in UTC, numbers are E.164 text ("+13125550100"), extensions are digit strings, targets are `Target`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct, field

from campctl.model.alerts import AlertRule, Notifier

Permission = Literal["internal", "local", "national", "international"]
PERMISSIONS: tuple[Permission, ...] = ("internal", "local", "national", "international")
Strategy = Literal["longest-idle", "ring-all", "round-robin", "fewest-calls", "random"]


class Target(Struct, frozen=True, gc=False):
    """What a number or an overflow leads to, written `hotline/main`, `user/ann.lee`, `port/hq/a001`, `outside/+1...`."""

    kind: Literal["hotline", "user", "port", "outside"]
    id: str

    def __str__(self) -> str:
        return f"{self.kind}/{self.id}"


class Address(Struct, frozen=True, gc=False):
    """A dispatchable location: a street address, and floor or room where one building has several (47 CFR 9.3)."""

    street: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""
    building: str = ""
    floor: str = ""
    room: str = ""


class ExtensionRange(Struct, frozen=True, gc=False):
    """Extensions `first`..`last`, both included, equally many digits."""

    first: str
    last: str

    def __contains__(self, extension: object) -> bool:
        return isinstance(extension, str) and len(extension) == len(self.first) and self.first <= extension <= self.last

    def __str__(self) -> str:
        return self.first if self.first == self.last else f"{self.first}-{self.last}"


class BackendSpec(Struct, frozen=True):
    """One telephony system the campaign uses: its name here, its type (an entry point), and its own options."""

    name: str
    type: str
    options: dict[str, Any] = field(default_factory=dict)


class Freeze(Struct, frozen=True):
    """A window in which nothing may be changed but what `allow` names (verbs such as "light", or refs such as "hotline/x")."""

    id: str
    start: datetime
    end: datetime
    allow: tuple[str, ...] = ()
    reason: str = ""


class Policy(Struct, frozen=True):
    """Guardrails. Shares are of what campctl manages on a backend; they count from `minimum_sample` resources on."""

    max_update_share: float = 0.3
    max_delete_share: float = 0.1
    minimum_sample: int = 20
    protected: tuple[str, ...] = ()
    freezes: tuple[Freeze, ...] = ()


class Office(Struct, frozen=True):
    """A place where people and ports are."""

    id: str
    name: str
    address: Address
    time_zone: str
    backend: str
    extensions: tuple[ExtensionRange, ...] = ()
    caller_id: str = ""
    notify_911: tuple[str, ...] = ()
    renamed_from: str = ""


class Shift(Struct, frozen=True, gc=False):
    """When somebody is there: from `start` up to, not including, `end`."""

    start: datetime
    end: datetime


class User(Struct, frozen=True, gc=False):
    """A person. `number` is their direct number (DID) or empty; `floor`/`room` refine the office's address.

    `shifts` empty: they are there at any time, else within one of these only. `backend` empty: their office's. `also_on` is a
    backend on which they have a second line, while their phone is re-pointed.
    """

    id: str
    name: str
    office: str
    extension: str
    number: str = ""
    role: str = ""
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    permission: Permission = "national"
    floor: str = ""
    room: str = ""
    renamed_from: str = ""
    backend: str = ""
    also_on: str = ""
    shifts: tuple[Shift, ...] = ()


class Port(Struct, frozen=True, gc=False):
    """A desk position. Its id is `office/desk`. `lit` is its state outside surges and overrides.

    `backend` and `also_on` are as of a user.
    """

    office: str
    desk: str
    extension: str
    device: str = ""
    floor: str = ""
    room: str = ""
    lit: bool = False
    user: str = ""
    hotline: str = ""
    permission: Permission = "internal"
    renamed_from: str = ""
    backend: str = ""
    also_on: str = ""

    @property
    def id(self) -> str:
        """`office/desk`."""
        return f"{self.office}/{self.desk}"


class Number(Struct, frozen=True, gc=False):
    """An E.164 number the campaign holds; `to` is None while it is held in reserve."""

    number: str
    to: Target | None = None
    label: str = ""
    office: str = ""


class Answer(Struct, frozen=True):
    """Who may answer: every given list must match (any entry of it); `users` are named ones; `ports`: lit ports too."""

    offices: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    ports: bool = True


class Seats(Struct, frozen=True):
    """How many answer: ordinarily, at the least, at the most."""

    baseline: int
    min: int = 0
    max: int = 0


class Service(Struct, frozen=True):
    """The service level: share `target` of calls answered within `answer_within` seconds.

    For staffing: people talk at most the share `max_occupancy` of their time; of those called in, the share `shrinkage` is on
    a break, late or absent.
    """

    answer_within: int = 20
    target: float = 0.8
    max_occupancy: float = 0.9
    shrinkage: float = 0.0


class Escalation(Struct, frozen=True):
    """After `after` seconds of waiting: either more people (`answer`, `seats`) or another place (`to`)."""

    after: int
    to: Target | None = None
    answer: Answer | None = None
    seats: int = 0


class Autoscale(Struct, frozen=True):
    """The autopilot moves a hotline's seats between their min and max, to hold the service target.

    step: seats that come or go at once, at the most (0: a tenth of the max). every: seconds between two looks, and between two moves
    up. hold: seconds for which fewer must have been enough before seats are given back.
    """

    step: int = 0
    every: int = 30
    hold: int = 600


class HoursRule(Struct, frozen=True, gc=False):
    """Open on `days` (0 = Monday) from minute `start` to minute `end` of the local day (end 1440 = midnight)."""

    days: tuple[int, ...]
    start: int
    end: int


class Expected(Struct, frozen=True):
    """Calls expected, in intervals of `length` seconds from `start` on. `handling`: mean seconds by interval, or () where not said."""

    start: datetime
    length: int
    counts: tuple[float, ...]
    handling: tuple[float, ...] = ()
    source: str = ""


Shape = str | tuple[float, ...]
"""How calls are spread over a day: a name in `model.shapes`, 24 weights from midnight, or "" where nothing is said."""


class Volume(Struct, frozen=True):
    """What is expected to come in: calls a day, share of the busiest hour, seconds of handling, patience in seconds.

    `shape` spreads the calls over a day; where it says nothing, the busiest hour's share does. `forecast` says it by interval.
    """

    calls_per_day: int = 0
    busy_hour_share: float = 0.12
    handling_time: int = 300
    patience: int = 180
    source: str = ""
    shape: Shape = ""
    forecast: Expected | None = None


class Hotline(Struct, frozen=True):
    """A number, or several, that a crowd answers. `hours` empty: always open. `backend` empty: the campaign's default."""

    id: str
    name: str
    seats: Seats
    answer: Answer
    numbers: tuple[str, ...] = ()
    extension: str = ""
    backend: str = ""
    time_zone: str = ""
    hours: tuple[HoursRule, ...] = ()
    service: Service = Service()
    priority: int = 50
    strategy: Strategy = "longest-idle"
    max_waiting: int = 100
    max_wait: int = 600
    ring_time: int = 15
    wrap_up: int = 15
    overflow: Target | None = None
    closed: Target | None = None
    failover: Target | None = None
    escalation: tuple[Escalation, ...] = ()
    volume: Volume | None = None
    renamed_from: str = ""
    autoscale: Autoscale | None = None


class SeatChange(Struct, frozen=True, gc=False):
    """`65` (absolute) or `+20` / `-5` (relative to what holds without it)."""

    amount: int
    relative: bool = False

    def __str__(self) -> str:
        return f"{self.amount:+d}" if self.relative else str(self.amount)


class SurgePorts(Struct, frozen=True):
    """Ports a surge lights: named `desks` of an office, or `any` so many dark ones of it; they answer `hotline`."""

    office: str
    desks: tuple[str, ...] = ()
    any: int = 0
    hotline: str = ""


class Surge(Struct, frozen=True):
    """A named window, from `start` up to but not including `end`, that changes seats and lit ports.

    volume: hotline to calls expected a day while it holds, spread over the day by `shape` (else the hotline's own).
    """

    id: str
    name: str
    start: datetime
    end: datetime
    time_zone: str
    seats: dict[str, SeatChange] = field(default_factory=dict)
    ports: tuple[SurgePorts, ...] = ()
    volume: dict[str, int] = field(default_factory=dict)
    shape: Shape = ""


class Prices(Struct, frozen=True):
    """What a backend costs: exact decimals in `currency`; None where it is not said, and counts as nothing."""

    line_per_month: Decimal | None = None
    number_per_month: Decimal | None = None
    minute: Decimal | None = None
    seat_per_day: Decimal | None = None
    seat_per_month: Decimal | None = None
    currency: str = "USD"


class Campaign(Struct, frozen=True):
    """Everything the manifests say. Mappings keep the order of writing; keys are ids (ports: `office/desk`)."""

    name: str
    country: str
    time_zone: str
    default_backend: str
    main_number: str = ""
    default_permission: Permission = "national"
    policy: Policy = Policy()
    store: str = ""
    prices: dict[str, Prices] = field(default_factory=dict)
    backends: dict[str, BackendSpec] = field(default_factory=dict)
    offices: dict[str, Office] = field(default_factory=dict)
    users: dict[str, User] = field(default_factory=dict)
    ports: dict[str, Port] = field(default_factory=dict)
    numbers: dict[str, Number] = field(default_factory=dict)
    hotlines: dict[str, Hotline] = field(default_factory=dict)
    surges: dict[str, Surge] = field(default_factory=dict)
    alerts: dict[str, AlertRule] = field(default_factory=dict)
    notify: dict[str, Notifier] = field(default_factory=dict)


def home_of(campaign: Campaign, spot: User | Port) -> str:
    """The backend a person's or desk's line is on: its own, else its office's."""
    return spot.backend or campaign.offices[spot.office].backend


def homes_of(campaign: Campaign, spot: User | Port) -> tuple[str, ...]:
    """Every backend a person or desk has a line on: where it is at home first, then where it is being prepared."""
    home = home_of(campaign, spot)
    return (home, spot.also_on) if spot.also_on and spot.also_on != home else (home,)
