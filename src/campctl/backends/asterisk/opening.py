"""From options to a backend: which ground it stands on."""

from __future__ import annotations

from campctl.backends.asterisk.ami import Ami, AmiOptions, Where
from campctl.backends.asterisk.backend import AsteriskBackend
from campctl.backends.asterisk.ground import Ground, Machine
from campctl.backends.asterisk.options import Place, Settings
from campctl.ports.backend import BackendEnv


def open_backend(name: str, settings: Settings, env: BackendEnv) -> AsteriskBackend:
    """A backend that connects on first use."""
    ground: Ground = Machine(open_ami(name, settings, settings.nodes[0], env), env.clock, name)
    return AsteriskBackend(name, settings.capabilities(), ground, env.clock)


def open_ami(name: str, settings: Settings, place: Place, env: BackendEnv) -> Ami:
    """The connection to one machine, made on first use; the secret is asked for then."""
    where = Where(
        host=place.host,
        port=place.port,
        tls=settings.tls,
        ca=str(env.root / settings.ca) if settings.ca else "",
        server_name=settings.server_name,
    )
    return Ami(where, settings.user, lambda: env.secret("password"), AmiOptions(backend=name, deadline=settings.timeout))
