"""What the exchange can be told in the campaign's YAML: limits and delays here, faults in `faults`."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from msgspec import Struct

from campctl.backends.sim.faults import FAULT_OPTIONS, Faults
from campctl.backends.sim.habits import Habits, calls
from campctl.errors import Refused
from campctl.model.live import Capabilities, Rate
from campctl.model.resources import KINDS, RESOURCE_TYPES, Kind
from campctl.model.shapes import shares
from campctl.ports.backend import Option
from campctl.ports.values import duration as as_duration
from campctl.ports.values import whole_number, yes_or_no

LIMITS = {"lines": "line", "queues": "queue", "members": "member", "routes": "route", "locations": "location"}
"""Name of a limit to the kind it counts; "members-per-queue" is the sixth."""

OPTIONS: tuple[Option, ...] = (
    Option("file", "path", "The exchange's file, relative to the campaign; default .campctl/sim-NAME.db."),
    Option("latency", "duration", "How long a request takes.", 0.0),
    Option("jitter", "duration", "Up to so much more, differing from request to request, the same in every rehearsal.", 0.0),
    Option("rate", "float", "Requests a second, over all processes; more are answered with 429. Default: no limit."),
    Option("burst", "int", "How many requests may come at once before the rate binds. Default: a tenth of the rate."),
    Option("rate_known", "bool", "Whether campctl is told the rate, or has to find it out.", default=True),
    Option(
        "retry_after",
        "choice",
        "What a 429 says: whole seconds as HTTP does, the exact time, or nothing.",
        "seconds",
        choices=("seconds", "exact", "none"),
    ),
    Option("concurrency", "int", "Requests at once, for each process; more are answered with 429.", 32),
    Option("batch", "int", "Changes one request may carry.", 100),
    Option("propagation", "duration", "From accepted to visible: how long a change is on its way inside the exchange.", 0.0),
    Option("register_after", "duration", "How long a phone takes to register once its line is enabled.", 0.0),
    Option("rename", "bool", "Whether it can rename; without, campctl has to remove and create.", default=True),
    Option("unsupported", "text", 'Fields it cannot keep, as "line.device, member.penalty".', ""),
    Option("calls", "text", 'Calls a day: "3000" to each queue, or by queue: "voter-protection=12000, main=3000". Default: nobody calls.'),
    Option("calls_shape", "text", "When they come: ordinary, debate-night, election-day, flat, or 24 weights from midnight.", "ordinary"),
    Option("talk_time", "duration", "How long a call lasts in the mean (exponential).", 240.0),
    Option("patience", "duration", "How long callers wait in the mean before they give up (exponential).", 180.0),
    Option("max_lines", "int", "The most lines it takes."),
    Option("max_queues", "int", "The most queues it takes."),
    Option("max_members", "int", "The most members it takes, over all queues."),
    Option("max_members_per_queue", "int", "The most members of one queue."),
    Option("max_routes", "int", "The most routes it takes."),
    Option("max_locations", "int", "The most locations it takes."),
    *FAULT_OPTIONS,
)


class Settings(Struct, frozen=True, kw_only=True):
    """The options, checked, in seconds. `raw_faults` are kept to be merged with the faults file."""

    file: str = ""
    latency: float = 0.0
    jitter: float = 0.0
    rate: float | None = None
    burst: int = 1
    rate_known: bool = True
    retry_after: str = "seconds"
    concurrency: int = 32
    batch: int = 100
    propagation: float = 0.0
    register_after: float = 0.0
    rename: bool = True
    unsupported: dict[Kind, tuple[str, ...]] = {}
    limits: dict[str, int] = {}
    habits: Habits = Habits()
    raw_faults: dict[str, Any] = {}
    faults: Faults = Faults()

    def capabilities(self) -> Capabilities:
        """What campctl is told."""
        return Capabilities(
            rate=Rate(self.rate, self.burst) if self.rate_known else Rate(),
            concurrency=self.concurrency,
            batch=self.batch,
            latency=self.latency + self.jitter / 2,
            propagation=self.propagation,
            rename=self.rename,
            events=True,
            self_registering=True,
            unsupported=self.unsupported,
            limits=self.limits,
        )


def parse(options: Mapping[str, Any], *, backend: str = "") -> Settings:
    """Check the options; durations may be seconds or text such as "5ms". `errors.Refused` names the option that is wrong."""
    known = {option.name for option in OPTIONS}
    for name in options:
        if name not in known:
            raise _bad(name, "there is no such option", backend)
    given = {name: value for name, value in options.items() if value is not None}
    faults = {option.name: given.pop(option.name) for option in FAULT_OPTIONS if option.name in given}
    values: dict[str, Any] = {}
    limits: dict[str, int] = {}
    for name, value in given.items():
        try:
            if name.startswith("max_"):
                limits[name[4:].replace("_", "-")] = whole_number(value, least=0)
            else:
                values[name] = _READERS[name](value)
        except ValueError as fault:
            raise _bad(name, str(fault), backend) from None
    if values.get("rate"):
        values.setdefault("burst", max(1, round(values["rate"] / 10)))
    try:
        parsed = Faults.parse(faults)
    except ValueError as fault:
        raise Refused(f"Backend option {fault}.", backend=backend, hint="docs/sim.md lists the options.") from None
    habits = Habits(seed=parsed.seed, **{name: values.pop(option) for option, name in _HABITS.items() if option in values})
    return Settings(**values, limits=limits, habits=habits, raw_faults=faults, faults=parsed)


def _bad(name: str, why: str, backend: str) -> Refused:
    where = f" of backend `{backend}`" if backend else ""
    return Refused(f"Option `{name}`{where}: {why}.", backend=backend, hint="docs/sim.md lists the options of type sim.")


def _rate(value: Any) -> float | None:
    try:
        rate = float(str(value).removesuffix("/s"))
    except ValueError:
        rate = math.nan
    if isinstance(value, bool) or not (math.isfinite(rate) and rate > 0):
        raise ValueError(f"{value!r} is not a number of requests a second above 0")
    return rate


def _positive(value: Any) -> int:
    return whole_number(value, least=1)


def _retry_after(value: Any) -> str:
    if value not in {"seconds", "exact", "none"}:
        raise ValueError(f"{value!r} is none of seconds, exact, none")
    return str(value)


def _unsupported(value: Any) -> dict[Kind, tuple[str, ...]]:
    """`line.device, member.penalty`, or a list of such, by kind. Fields a resource cannot be found without are not let through."""
    words = str(value).replace(",", " ").split() if isinstance(value, str) else [str(word) for word in value]
    found: dict[Kind, tuple[str, ...]] = {}
    for word in words:
        kind, _, name = word.partition(".")
        match = next((known for known in KINDS if known == kind), None)
        if match is None or name not in _optional_fields(match):
            raise ValueError(f"`{word}` is not an optional field of a resource, such as line.device")
        found[match] = (*found.get(match, ()), name)
    return found


def _optional_fields(kind: Kind) -> tuple[str, ...]:
    config = RESOURCE_TYPES[kind]
    return config.__struct_fields__[len(config.__struct_fields__) - len(config.__struct_defaults__) :]


def _seconds(value: Any) -> float:
    found = as_duration(value)
    if not found:
        raise ValueError("it has to be longer than nothing")
    return found


_HABITS = {"calls": "calls", "calls_shape": "shares", "talk_time": "talk", "patience": "patience"}

_READERS: dict[str, Any] = {
    "calls": calls,
    "calls_shape": shares,
    "talk_time": _seconds,
    "patience": _seconds,
    "file": str,
    "latency": as_duration,
    "jitter": as_duration,
    "rate": _rate,
    "burst": _positive,
    "rate_known": yes_or_no,
    "retry_after": _retry_after,
    "concurrency": _positive,
    "batch": _positive,
    "propagation": as_duration,
    "register_after": as_duration,
    "rename": yes_or_no,
    "unsupported": _unsupported,
}
