"""A telephony system, as campctl sees it. `campctl.testing` holds the contract suite every implementation passes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from msgspec import Struct

from campctl.model.campaign import BackendSpec
from campctl.model.changes import Change, Outcome
from campctl.model.live import Capabilities, Event, Live, Probe, Snapshot
from campctl.model.resources import Key
from campctl.ports.clock import Clock


class Option(Struct, frozen=True):
    """One option a backend takes in the campaign's YAML, for validation and docs.

    kind: "text", "int", "float", "bool", "duration" (seconds), "path", "choice". `default` None: none, or required.
    """

    name: str
    kind: str
    doc: str
    default: Any = None
    required: bool = False
    choices: tuple[str, ...] = ()


class BackendEnv(Struct, frozen=True):
    """What a backend is opened with: the campaign's folder, the clock, and how to ask for a secret by name."""

    root: Path
    clock: Clock
    secret: Callable[[str], str]


class Backend(Protocol):
    """One open connection to a telephony system.

    Every method may raise `errors.BackendError`s and nothing else of its own: Throttled and Unavailable promise that
    nothing was done, Uncertain that something may have been.
    """

    name: str
    capabilities: Capabilities

    async def observe(self, keys: Collection[Key] | None = None) -> Snapshot:
        """Everything there is (also what campctl did not make), or just `keys`; always complete for what was asked."""
        ...

    async def execute(self, changes: Sequence[Change]) -> Sequence[Outcome]:
        """Try changes in order, at most `capabilities.batch`, and say per change whether it was accepted.

        An outcome with an error means that change was refused and not done; `code` "exists" and "unknown" say that what
        was to be created is there already, or what was to be changed is not there. The one exception is code "uncertain":
        the answer about that change was lost, look before repeating (an answer that breaks off part of the way; a missing
        outcome means the same). A new line gets a random secret of its own.
        """
        ...

    async def set_secret(self, line: str, secret: str) -> None:
        """Give a line (by resource id) a new SIP secret."""
        ...

    def events(self) -> AsyncIterator[Event]:
        """What happens from now on; ends when closed. Backends without events yield nothing.

        A broken connection is made anew as long as it takes; a "gap" event comes first after each. A look (`live`) asked for after
        it was begun is made once it listens, so that nothing is missed in between, or after some seconds when it cannot yet.
        """
        ...

    async def live(self, *, agents: bool = False) -> Live:
        """What is going on now, in one cheap look; with `agents` each member's state too, which may cost more."""
        ...

    async def check(self) -> Sequence[Probe]:
        """Look whether it is well: reachable, credentials, store, clock, limits. Does not raise for what it finds."""
        ...

    async def close(self) -> None:
        """Let go of connections. Safe to call twice."""
        ...


class SetsManySecrets(Protocol):
    """What a backend may have beside `Backend`, where one by one would take long: thousands of lines get secrets in an apply."""

    async def set_secrets(self, secrets: Mapping[str, str]) -> Collection[str]:
        """`set_secret` for many lines, by id, any number; returned are those that can have none. Raises as `set_secret` does."""
        ...


class Pauses(Protocol):
    """What a backend may have beside `Backend`: agents can be paused by others. Live state, never a resource."""

    async def pause(self, line: str, paused: bool, reason: str = "") -> Sequence[str]:
        """Whoever answers on `line` (by id) pauses in every queue it is in, or is back; who has a call finishes it first.

        Returned are those queues, none where it answers none. Doing it twice is the same as once, with the later reason.
        Raises Refused for a line there is not, and otherwise as every method does.
        """
        ...


class Account(Struct, frozen=True):
    """What a phone is told to be a line: whose server it registers at, as whom; what it dials to be left alone by hotlines, and back."""

    server: str
    user: str
    away: str = ""
    back: str = ""


class TellsAccounts(Protocol):
    """What a backend may have beside `Backend`, where phones register with it over SIP."""

    async def account(self, line: str) -> Account:
        """The account of a line, by id, without its secret. Raises Refused for a line there is not, and as every method does."""
        ...


class BackendFactory(Protocol):
    """What an entry point of group `campctl.backends` leads to (an object or a module-level instance)."""

    type: str
    options: Sequence[Option]
    secrets: Sequence[str]
    """Names of the secrets it asks for ("password"); empty when it needs none.

    A factory whose secrets depend on its options also has `secrets_for(options)`; see `secrets_needed`.
    """

    def capabilities(self, options: Mapping[str, Any]) -> Capabilities:
        """What it can do under these options, without talking to it."""
        ...

    def open(self, spec: BackendSpec, env: BackendEnv) -> Backend:
        """Make one, without blocking; it connects on first use."""
        ...


def secrets_needed(factory: BackendFactory, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Names of the secrets a backend with these options asks for."""
    of = getattr(factory, "secrets_for", None)
    return tuple(of(options) if of is not None else factory.secrets)
