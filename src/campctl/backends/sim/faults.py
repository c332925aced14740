"""Faults to order: which call goes wrong, and how. Deterministic: the exchange's file counts the calls for all processes.

A call is a request that would change something (`execute`, `set_secret`). Reads are counted apart, and only while a
fault of reading is set. The same names serve in the campaign's YAML and in the faults file beside the exchange's file,
which is looked at on every request and overrides the YAML, so that faults can be switched on while campctl runs.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from msgspec import Struct

from campctl.ports.backend import Option
from campctl.ports.values import duration, numbers, share, whole_number, yes_or_no

FAULTS: dict[str, str] = {
    "restart": "it restarts: a new epoch, the last second of acknowledged writes is lost, the call too, and the connection breaks",
    "fail": "503: nothing is done, and it says so",
    "drop_before": "the connection breaks before the work: nothing is done, nobody knows",
    "drop_after": "the connection breaks after the work: all is done, nobody knows",
    "timeout": "all is done, but no answer comes before the client gives up",
    "half": "all of the batch is done, only the first answers come back",
    "lie": "it says yes and does nothing",
}
"""Name to what happens, in the order in which they are looked at; the first that fits a call is what happens to it."""

UNDO_SECONDS = 60.0
"""How long what a write replaced is kept for a restart that loses it."""
_CHAOS = ("fail", "drop_before", "drop_after", "timeout", "half")

FAULT_OPTIONS: tuple[Option, ...] = (
    *(
        option
        for name, what in FAULTS.items()
        for option in (
            Option(f"{name}_calls", "text", f'Calls (from 1, "5,17") at which {what}.', ""),
            Option(f"{name}_every", "int", f"Every so many calls {what}; 0: never.", 0),
        )
    ),
    Option("half_answers", "int", "How many answers come back of a half answer; 0: half of them.", 0),
    Option("timeout_after", "duration", "When a client gives up waiting for an answer.", 30.0),
    Option("restart_loses", "duration", "How much acknowledged work a restart loses.", 1.0),
    Option("fail_read_calls", "text", "Reads (counted apart) that are answered with 503.", ""),
    Option("fail_read_every", "int", "Every so many reads one is answered with 503; 0: never.", 0),
    Option("chaos", "float", f"Share of calls that meet a fault picked from {', '.join(_CHAOS)}, by `seed`.", 0.0),
    Option("seed", "int", "Which bad day it is: another seed, other calls of `chaos`, another jitter.", 0),
    Option("down", "bool", "It does not answer at all.", default=False),
    Option("throttle_always", "bool", "Every request is answered with 429.", default=False),
    Option("faults_from", "int", "Calls are counted from the one after this, for faults.", 0),
)
_NAMES = frozenset(option.name for option in FAULT_OPTIONS)


class Faults(Struct, frozen=True, kw_only=True):
    """What shall go wrong. `at`: fault to the calls it hits; `every`: fault to its period. Durations in seconds."""

    at: dict[str, frozenset[int]] = {}
    every: dict[str, int] = {}
    half_answers: int = 0
    timeout_after: float = 30.0
    restart_loses: float = 1.0
    chaos: float = 0.0
    seed: int = 0
    down: bool = False
    throttle_always: bool = False
    faults_from: int = 0

    @classmethod
    def parse(cls, options: Mapping[str, Any]) -> Faults:
        """From options by name; ValueError with words that start with the name in backquotes."""
        at: dict[str, frozenset[int]] = {}
        every: dict[str, int] = {}
        plain: dict[str, Any] = {}
        for name, value in options.items():
            if name not in _NAMES:
                raise ValueError(f"`{name}`: there is no such fault")
            try:
                if name.endswith("_calls"):
                    at[name.removesuffix("_calls")] = numbers(value)
                elif name.endswith("_every"):
                    every[name.removesuffix("_every")] = whole_number(value, least=0)
                else:
                    plain[name] = _PLAIN[name](value)
            except ValueError as fault:
                raise ValueError(f"`{name}`: {fault}") from None
        return cls(at={k: v for k, v in at.items() if v}, every={k: v for k, v in every.items() if v}, **plain)

    @property
    def active(self) -> bool:
        """Whether anything is set to go wrong."""
        return bool(self.at or self.every or self.chaos or self.down or self.throttle_always)

    @property
    def of_reads(self) -> bool:
        """Whether reads have to be counted."""
        return "fail_read" in self.at or "fail_read" in self.every

    def verdict(self, call: int) -> str:
        """The fault that hits this call (a name of FAULTS), or ""."""
        number = call - self.faults_from
        if number <= 0:
            return ""
        for name in FAULTS:
            if self._hits(name, number):
                return name
        if self.chaos and unit(self.seed, number, "chaos") < self.chaos:
            return _CHAOS[int(unit(self.seed, number, "which") * len(_CHAOS))]
        return ""

    def read_verdict(self, read: int) -> bool:
        """Whether this read is answered with 503."""
        return self._hits("fail_read", read)

    def in_words(self) -> str:
        """What is set, for `backend check`."""
        said = [f"{name} at {', '.join(map(str, sorted(calls)))}" for name, calls in sorted(self.at.items())]
        said += [f"{name} every {period}" for name, period in sorted(self.every.items())]
        said += [f"chaos {self.chaos:.0%}"] if self.chaos else []
        said += [name for name in ("down", "throttle_always") if getattr(self, name)]
        return "; ".join(said)

    def _hits(self, name: str, number: int) -> bool:
        period = self.every.get(name, 0)
        return number in self.at.get(name, ()) or (period > 0 and number % period == 0)


_PLAIN: dict[str, Any] = {
    "half_answers": lambda value: whole_number(value, least=0),
    "timeout_after": duration,
    "restart_loses": lambda value: _at_most_a_minute(duration(value)),
    "chaos": share,
    "seed": lambda value: whole_number(value, least=0),
    "down": yes_or_no,
    "throttle_always": yes_or_no,
    "faults_from": lambda value: whole_number(value, least=0),
}


def _at_most_a_minute(seconds: float) -> float:
    if seconds > UNDO_SECONDS:
        raise ValueError(f"a restart loses {UNDO_SECONDS:g} s at the most")
    return seconds


def unit(seed: int, number: int, salt: str) -> float:
    """A number in [0, 1) that looks random and is always the same."""
    import hashlib

    digest = hashlib.blake2b(f"{seed}/{number}/{salt}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") / 2**64


class FaultsFile:
    """The file beside the exchange's file; read again when it changes. ValueError when it cannot be understood."""

    def __init__(self, path: Path, options: Mapping[str, Any], plain: Faults) -> None:
        self.path = path
        self._options = dict(options)
        self._plain = plain
        self._seen: tuple[int, int, int] | None = None
        self._faults = plain

    def now(self) -> Faults:
        """The faults that hold at this moment."""
        try:
            status = self.path.stat()
            seen = (status.st_mtime_ns, status.st_size, status.st_ino)
            written = "" if seen == self._seen else self.path.read_text("utf-8")
        except (FileNotFoundError, NotADirectoryError):  # also when it is removed between the two
            self._seen = None
            return self._plain
        except ValueError as fault:
            raise ValueError(f"{self.path.name} is not JSON: {fault}") from None
        if seen != self._seen:
            import json

            try:
                found = json.loads(written)
            except ValueError as fault:
                raise ValueError(f"{self.path.name} is not JSON: {fault}") from None
            if not isinstance(found, dict):
                raise ValueError(f"{self.path.name} is not a JSON object of fault options")
            self._faults = Faults.parse({**self._options, **found})
            self._seen = seen
        return self._faults
