"""The only module that names concrete backends and stores.

Our own backends are looked up in a table, since reading the installed packages' entry points costs as much as a
whole command; anything else is an entry point of group `campctl.backends`.
"""

from __future__ import annotations

import importlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import msgspec

from campctl import errors

if TYPE_CHECKING:
    from campctl.model.campaign import BackendSpec
    from campctl.ports.backend import Backend, BackendEnv, BackendFactory
    from campctl.ports.clock import Clock
    from campctl.ports.store import Store
    from campctl.store import Carrying

GROUP = "campctl.backends"
OWN = {"sim": "campctl.backends.sim:factory", "asterisk": "campctl.backends.asterisk:factory"}


class SystemClock:
    """The machine's own clocks."""

    def now(self) -> datetime:
        """The instant, in UTC."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """Seconds that never go back."""
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        import asyncio

        await asyncio.sleep(seconds)


def backend_types() -> list[str]:
    """Every type of backend that is installed."""
    from importlib.metadata import entry_points

    return sorted({*OWN, *(point.name for point in entry_points(group=GROUP))})


def factory(backend_type: str) -> BackendFactory | None:
    """The factory of a type; None when there is no such type. A plugin that cannot be imported is a `Refused`."""
    if backend_type in OWN:
        module, _, attribute = OWN[backend_type].partition(":")
        return cast("BackendFactory", getattr(importlib.import_module(module), attribute))
    from importlib.metadata import entry_points

    points = [point for point in entry_points(group=GROUP) if point.name == backend_type]
    if not points:
        return None
    if len(points) > 1:
        packages = ", ".join(sorted(point.value for point in points))
        raise errors.Refused(f"Two installed packages offer a backend of type {backend_type!r}: {packages}.", hint="Uninstall one of them.")
    try:
        return cast("BackendFactory", points[0].load())
    except (ImportError, AttributeError) as error:
        raise errors.Refused(
            f"The backend type {backend_type!r} is installed but cannot be loaded: {error}.",
            hint="Install what it needs, or reinstall its package.",
        ) from error


def open_backend(spec: BackendSpec, env: BackendEnv) -> Backend:
    """Open one backend of the campaign."""
    made = factory(spec.type)
    if made is None:
        raise errors.Refused(f"There is no backend of type {spec.type!r}.", backend=spec.name)
    return made.open(msgspec.structs.replace(spec, options=own_options(spec)), env)


def own_options(spec: BackendSpec) -> dict[str, Any]:
    """The options that are the backend's own: without where its secrets come from."""
    return {name: value for name, value in spec.options.items() if name != "secrets"}


def open_store(
    root: Path, url: str, clock: Clock, *, create: bool, campaign: str = "", password: Callable[[bool], str] = lambda _: ""
) -> Store:
    """Open the campaign's store; without `create` a missing one is read as empty and not made, and a read-only disk will do.

    `campaign` is its name, `password` where a shared store's is kept: asked with True when the keyring may be asked, too.
    """
    from campctl.model.stores import is_url
    from campctl.store import FOLDER
    from campctl.store import open_store as open_sql

    folder = root / (url or FOLDER)
    still = not create and not is_url(url) and folder.is_dir() and not os.access(folder, os.W_OK)
    return open_sql(root, url, clock=clock, create=create, read_only=still, campaign=campaign, password=password)


def carry_store(root: Path, url: str, to: str, clock: Clock, *, campaign: str, password: Callable[[bool], str]) -> Carrying:
    """Open both ends of `store migrate`."""
    from campctl.store import Carrying

    return Carrying(root, url, to, clock=clock, campaign=campaign, password=password)


def who(environ: Mapping[str, str] = os.environ) -> str:
    """The person at work: CAMPCTL_USER, else the login name."""
    for variable in ("CAMPCTL_USER", "LOGNAME", "USER"):
        if environ.get(variable):
            return environ[variable]
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid-{os.getuid()}"


def poke_sim(spec: BackendSpec, root: Path, ops: Sequence[Any], old_pbx: int) -> int:
    """Change an embedded exchange by hand; returns how many things were done."""
    from campctl.backends.sim.console import old_pbx as plants
    from campctl.backends.sim.console import poke
    from campctl.backends.sim.places import exchange_file

    todo = [*ops, *(plants(old_pbx) if old_pbx else ())]
    if todo:
        poke(exchange_file(root, spec.name, str(own_options(spec).get("file", ""))), todo)
    return len(todo)


ASTERISK_README = "INSTALL.txt"
"""The file beside a configuration that says how to put it in place."""


def asterisk_setup(options: Mapping[str, Any]) -> Any:
    """What `backend init asterisk` was asked for, checked; `errors.UsageError` names what makes no sense."""
    from campctl.backends.asterisk.setup import Asked, settle

    return settle(Asked(**options))


def asterisk_files(setup: Any, secrets: Mapping[str, str]) -> dict[str, str]:
    """Its configuration files, by name."""
    from campctl.backends.asterisk.setup import files

    return files(setup, secrets)


def asterisk_words(setup: Any, folder: Path, *, backend: str, kept: str) -> tuple[str, list[str]]:
    """What the campaign's YAML says of it, and how to put it in place; `kept`: where campctl has its password."""
    from campctl.backends.asterisk.setup import steps, yaml

    return yaml(setup, backend or "pbx"), steps(setup, folder, backend=backend, kept=kept)


def asterisk_nodes(spec: BackendSpec) -> list[tuple[str, str, int]]:
    """Name ("" for the only one), host and manager's port of the machines of a backend of type asterisk."""
    from campctl.backends.asterisk.options import parse

    return [(place.name, place.host, place.port) for place in parse(own_options(spec), backend=spec.name).nodes]


def asterisk_role(url: str) -> str:
    """The URL of the same database for Asterisk's own role, which may only read."""
    from campctl.backends.asterisk.sql.schema import ASTERISK_ROLE

    scheme, separator, rest = url.partition("://")
    host = rest.partition("@")[2] if "@" in rest.partition("/")[0] else rest
    return f"{scheme}{separator}{ASTERISK_ROLE}@{host}"


def place_files(folder: Path, files: Mapping[str, str], *, force: bool) -> tuple[str, ...]:
    """Write a configuration into a folder; names of files whose former content is kept as .bak."""
    from campctl.backends.asterisk.setup import place

    return place(folder, files, force=force)
