"""`backend init asterisk`: a configuration for a fresh Asterisk, in a folder, and how to put it in place."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

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


def prepare(order: Order, ctx: Context | None) -> Any:
    """The set-up the options ask for, those left out taken from the campaign; its `secrets` are to be asked for."""
    if order.type not in TYPES:
        raise errors.UsageError(f"campctl sets up no exchange of type {order.type!r}.", hint=f"Types: {', '.join(TYPES)}.")
    options = order.options
    if ctx is not None:
        options = {**_from_campaign(ctx, _spec(ctx, order.backend), str(options.get("node", ""))), **_given(options)}
    return wiring.asterisk_setup(_given(options))


def init(order: Order, setup: Any, ctx: Context | None, secrets: Mapping[str, str]) -> Message:
    """Write the files and keep the manager's password. `secrets`: those `setup.secrets` asked for."""
    password, kept = _password(order, ctx)
    if ctx is not None and not kept:
        kept = _keep(ctx, order.backend, password)
    yaml = _yaml(order.backend or "pbx", setup)
    steps = _steps(order, setup, kept, yaml)
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


def _yaml(name: str, setup: Any) -> str:
    """What to write into campaign.yaml."""
    lines = ["campaign:", "  backends:", f"    {name}:", "      type: asterisk"]
    host = f"{setup.node}.example.org" if setup.ami_bind not in LOOPBACK else ""
    if setup.database:
        port, database, role = setup.database[1:]
        del role
        lines += [f"      database: postgresql://campctl@{setup.database[0]}:{port}/{database}"]
        peers = "".join(f', "{peer.name}={_bracketed(peer.host)}:{setup.ami_port}"' for peer in setup.peers)
        lines += [f'      nodes: ["{setup.node}={host or "127.0.0.1"}:{setup.ami_port}"{peers}]']
    else:
        lines += [f"      host: {host or setup.ami_bind}", f"      port: {setup.ami_port}"]
    if setup.ami_user != "campctl":
        lines.append(f"      user: {setup.ami_user}")
    if setup.tls:
        lines.append("      tls: true")
    return "\n".join(lines)


def _steps(order: Order, setup: Any, kept: str, yaml: str) -> list[str]:
    """How to put it in place, as commands for Debian's package."""
    folder, name = order.directory, order.backend or "pbx"
    packages = "asterisk asterisk-moh-opsound-gsm"
    steps = [
        "On the machine of the exchange, as root (Debian's or Ubuntu's package, Asterisk 22; copy the folder there first):",
        f"  apt-get install {packages}",
        "  systemctl stop asterisk",
        "  cp -a /etc/asterisk /etc/asterisk.before-campctl",
        f"  install -o asterisk -g asterisk -m 640 {folder}/*.conf /etc/asterisk/",
        "  systemctl start asterisk",
        "  asterisk -rx 'core waitfullybooted'",
        "(Where campctl works already, do not copy queues.conf, queuerules.conf and geolocation.conf: it has written into them.)",
        "",
    ]
    if setup.tls:
        steps += [
            f"Asterisk must be able to read {setup.tls_cert} and {setup.tls_key}; `manager reload` after renewing them.",
            "",
        ]
    if kept:
        steps += [f"The manager's password is known to campctl: {kept}.", ""]
    else:
        steps += [
            "Where campctl works, keep the manager's password (it is not shown here):",
            f"  sed -n 's/^secret = //p' {folder}/manager.conf | campctl backend login {name}",
            "",
        ]
    if not order.backend:
        steps += ["In campaign.yaml:", *(f"  {line}" for line in yaml.split("\n")), ""]
    steps += ["Then:", f"  campctl backend check {name}"]
    return steps


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host
