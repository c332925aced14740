"""`backend list|check|login`."""

from __future__ import annotations

from campctl import errors
from campctl.app import wiring
from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.results import BackendHealth, Health, Listing, Message
from campctl.app.secrets import Lookup
from campctl.model.campaign import BackendSpec
from campctl.model.live import Probe
from campctl.ports.backend import secrets_needed


def list_backends(ctx: Context) -> Listing:
    """The campaign's backends, who is on them, and where their secrets come from (never the secrets)."""
    campaign = ctx.campaign
    rows = []
    for spec in campaign.backends.values():
        offices = sum(office.backend == spec.name for office in campaign.offices.values())
        sources = secret_sources(ctx, spec)
        rows.append(
            {
                "name": spec.name,
                "type": spec.type,
                "default": spec.name == campaign.default_backend,
                "offices": offices,
                "secrets": [f"{name}: {source or 'MISSING'}" for name, source in sources.items()],
                "options": [f"{key}={value}" for key, value in spec.options.items() if key != "secrets"],
            }
        )
    columns = ("name", "type", "default", "offices", "secrets", "options")
    return Listing(of="backend", columns=columns, rows=tuple(rows), empty="This campaign has no backends.")


def secret_sources(ctx: Context, spec: BackendSpec) -> dict[str, str]:
    """Secret name to where it comes from; "" when nowhere."""
    made = wiring.factory(spec.type)
    lookup = Lookup(ctx.environ, spec)
    return {name: lookup.source(spec.name, name) for name in (secrets_needed(made, wiring.own_options(spec)) if made else ())}


async def check(ctx: Context, *, name: str = "") -> Health:
    """Look whether backends are well. Never raises for what it finds."""
    campaign = ctx.campaign
    specs = [one(campaign.backends, name, "backend")] if name else list(campaign.backends.values())
    found = []
    for spec in specs:
        try:
            backend = ctx.open_backend(spec)
            try:
                probes = tuple(await backend.check())
            finally:
                await backend.close()
        except errors.CampctlError as error:
            probes = (Probe("open", False, error.message, error.hint),)
        found.append(BackendHealth(backend=spec.name, type=spec.type, probes=probes, secrets=secret_sources(ctx, spec)))
    return Health(backends=tuple(found))


def login(ctx: Context, *, name: str, values: dict[str, str]) -> Message:
    """Keep a backend's secrets in the keyring, each read back."""
    spec = one(ctx.campaign.backends, name, "backend")
    asked = secrets_asked(ctx, name=name)
    if not asked:
        return Message(text=f"Backend `{name}` (type {spec.type}) needs no secret.")
    lookup = Lookup(ctx.environ, spec)
    kept = {secret: lookup.put(name, secret, value) for secret, value in values.items() if secret in asked and value}
    if missing := [secret for secret in asked if secret not in kept]:
        raise errors.SecretError(f"No value was given for {', '.join(missing)}; the rest is kept.", hint="Run it again.")
    return Message(
        text=f"Kept for {name}: " + ", ".join(f"{secret} in {place}" for secret, place in kept.items()) + ".", data={"kept": kept}
    )


def secrets_asked(ctx: Context, *, name: str) -> tuple[str, ...]:
    """Names of the secrets a backend needs."""
    spec = one(ctx.campaign.backends, name, "backend")
    made = wiring.factory(spec.type)
    return secrets_needed(made, wiring.own_options(spec)) if made else ()
