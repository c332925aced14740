"""`backend init asterisk`: a configuration for a fresh Asterisk, in a folder, and how to put it in place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol, cast

from msgspec import Struct

from campctl import errors
from campctl.app import wiring
from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.results import Message
from campctl.app.secrets import Lookup
from campctl.model.campaign import BackendSpec

TYPES = ("asterisk",)
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Order(Struct, frozen=True, kw_only=True):
    """What to make: options by name, as the command has them; where; for which backend of a campaign, if any."""

    type: str
    directory: Path
    options: dict[str, Any]
    force: bool = False
    backend: str = ""


class SetUp(Protocol):
    """What a backend made of an order, checked; all else of it is the backend's own affair."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """Names of secrets to be asked for."""
        ...


def prepare(order: Order, ctx: Context | None) -> SetUp:
    """The set-up the options ask for, those left out taken from the campaign; its `secrets` are to be asked for."""
    if order.type not in TYPES:
        raise errors.UsageError(f"campctl sets up no exchange of type {order.type!r}.", hint=f"Types: {', '.join(TYPES)}.")
    options = order.options
    if ctx is not None:
        options = {**_from_campaign(ctx, _spec(ctx, order.backend), str(options.get("node", ""))), **_given(options)}
    return cast("SetUp", wiring.asterisk_setup(_given(options)))


def init(order: Order, setup: SetUp, ctx: Context | None, secrets: Mapping[str, str]) -> Message:
    """Write the files and keep the manager's password. `secrets`: those `setup.secrets` asked for."""
    password, kept = _password(order, ctx)
    if ctx is not None and not kept:
        kept = _keep(ctx, order.backend, password)
    yaml, steps = wiring.asterisk_words(setup, order.directory, backend=order.backend, kept=kept)
    files = wiring.asterisk_files(setup, {**secrets, "manager": password})
    saved = wiring.place_files(order.directory, {**files, wiring.ASTERISK_README: "\n".join(steps) + "\n"}, force=order.force)
    text = [f"A configuration of {len(files)} files is in {order.directory}, readable only by you; it holds the manager's password."]
    if saved:
        text.append(f"Files that were there before are kept as .bak: {', '.join(saved)}.")
    data = {"directory": str(order.directory), "files": sorted(files), "kept": list(saved), "password": kept or "in manager.conf only"}
    return Message(text="\n".join([*text, "", *steps]), data={**data, "yaml": yaml, "steps": steps})


def _given(options: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in options.items() if value not in ("", (), 0, None, False)}


def _spec(ctx: Context, name: str) -> BackendSpec:
    spec = one(ctx.campaign.backends, name, "backend")
    if spec.type not in TYPES:
        raise errors.UsageError(f"Backend `{name}` is of type {spec.type}, not asterisk; nothing was written.", hint="Name another one.")
    return spec


def _from_campaign(ctx: Context, spec: BackendSpec, node: str) -> dict[str, Any]:
    """What the campaign says already: where the manager listens, the cluster's database and other machines, its number."""
    options = spec.options
    nodes = wiring.asterisk_nodes(spec)
    found: dict[str, Any] = {"ami_user": options.get("user", "")}
    here = next((place for place in nodes if place[0] == node), None)
    if len(nodes) > 1 or nodes[0][0]:
        names = ", ".join(place[0] for place in nodes)
        if here is None:
            raise errors.UsageError(
                f"Backend `{spec.name}` has several machines ({names}); nothing was written.", hint="Say which this is: --node NAME."
            )
        found["peers"] = tuple(f"{name}={_bracketed(host)}" for name, host, _ in nodes if name != node)
    place = here or nodes[0]
    found["ami_port"] = place[2]
    if place[1] not in LOOPBACK:
        found["ami_bind"] = "0.0.0.0"  # noqa: S104 - settled below: only with a certificate, and an ACL
    if options.get("database"):
        found["database"] = wiring.asterisk_role(str(options["database"]))
    number = ctx.campaign.main_number
    if number:
        found["caller_id"] = number
        found["home"] = (number[2:5],) if number.startswith("+1") and len(number) == 12 else ()
    return _given(found)


def _password(order: Order, ctx: Context | None) -> tuple[str, str]:
    """The manager's password, and where campctl has it: the one it keeps already, so that all machines of a cluster share it."""
    import secrets

    if ctx is not None:
        lookup = Lookup(ctx.environ, _spec(ctx, order.backend))
        if source := lookup.source(order.backend, "password"):
            return lookup.get(order.backend, "password"), source
    return secrets.token_urlsafe(30), ""


def _keep(ctx: Context, backend: str, password: str) -> str:
    """Keep it in the keyring; "" where there is none that works."""
    try:
        return Lookup(ctx.environ, _spec(ctx, backend)).put(backend, "password", password)
    except errors.SecretError:
        return ""


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
