"""From options to a backend: which ground it stands on."""

from __future__ import annotations

from campctl.backends.asterisk.ami import Ami, AmiOptions, Where
from campctl.backends.asterisk.backend import AsteriskBackend
from campctl.backends.asterisk.doing.ground import Ground, Machine
from campctl.backends.asterisk.options import Place, Settings
from campctl.ports.backend import BackendEnv

BOOT = 20.0
"""Seconds a command waits for an Asterisk that is just starting; one with 20,000 lines takes longer, and says so."""


def open_backend(name: str, settings: Settings, env: BackendEnv) -> AsteriskBackend:
    """A backend that connects on first use."""
    amis = {place.name or place.host: open_ami(name, settings, place, env) for place in settings.nodes}
    ground: Ground
    if settings.database:
        from campctl.backends.asterisk.sql.opening import open_cluster

        ground = open_cluster(name, settings.database, settings.timeout, amis, env)
    else:
        (ami,) = amis.values()
        ground = Machine(ami, env.clock, name)
    return AsteriskBackend(name, settings.capabilities(), ground, env.clock, registrar=settings.registrar or settings.nodes[0].host)


def open_ami(name: str, settings: Settings, place: Place, env: BackendEnv) -> Ami:
    """The connection to one machine, made on first use; the secret is asked for then."""
    where = Where(
        host=place.host,
        port=place.port,
        tls=settings.tls,
        ca=str(env.root / settings.ca) if settings.ca else "",
        server_name=settings.server_name,
    )
    return Ami(where, settings.user, lambda: env.secret("password"), AmiOptions(backend=name, deadline=settings.timeout, boot=BOOT))
