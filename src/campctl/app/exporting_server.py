"""Serving metrics over HTTP, and printing them once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from campctl import errors
from campctl.app.alert_duty import on_duty
from campctl.app.context import Context
from campctl.app.exporting import Exporter, require_client
from campctl.model.stores import is_local

if TYPE_CHECKING:
    from campctl.app.alarms import Alarms

PORT = 9464
"""The port OpenTelemetry set aside for Prometheus exporters."""


class Listen(Struct, frozen=True):
    """Where to listen. An empty host is every address of the machine."""

    host: str
    port: int

    @property
    def local(self) -> bool:
        """Whether only this machine can ask."""
        return bool(self.host) and is_local(self.host)

    def __str__(self) -> str:
        return f"{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


def parse_listen(text: str, *, allow_remote: bool) -> Listen:
    """`127.0.0.1:9464`, `[::1]:9464`, `:9464`, `9464`; `errors.UsageError` for others, and for remote ones that were not allowed."""
    host, colon, port = text.strip().rpartition(":")
    host = "127.0.0.1" if not colon else host.removeprefix("[").removesuffix("]")
    if not (port.isascii() and port.isdecimal()) or int(port) > 65_535 or any(character.isspace() for character in host):
        raise errors.UsageError(f"--listen {text} is no address to listen on.", hint=f"Write 127.0.0.1:{PORT}, or [::1]:{PORT}.")
    found = Listen(host, int(port))
    if not found.local and not allow_remote:
        raise errors.UsageError(
            f"--listen {text} lets other machines ask, and nothing asks them who they are.",
            hint="Leave it on 127.0.0.1 and put a proxy with a password before it; or say --allow-remote if the network is trusted.",
        )
    return found


async def serve(
    ctx: Context, listen: Listen, ready: Callable[[str], None], stop: asyncio.Event, alive: Callable[[], None] = lambda: None
) -> None:
    """Serve until stopped. `ready` is given the address, once it listens; `alive` is called at every look."""
    require_client()
    ctx.campaign  # noqa: B018 - what is wrong with it is said before anything listens
    async with _following(ctx) as (exporter, alarms):
        with _Server(exporter, listen) as address:
            ready(address)
            from campctl.app.picturing import pictures

            async with aclosing(pictures(ctx, hz=1.0, alerting=alarms.see, tell=exporter.hear)) as stream:
                async for picture in stream:
                    exporter.show(picture)
                    alive()
                    if stop.is_set():
                        return


async def once(ctx: Context) -> str:
    """The metrics of one look at every exchange, as text."""
    require_client()
    from prometheus_client import CollectorRegistry, generate_latest

    from campctl.app.picturing import one_picture

    async with _following(ctx) as (exporter, alarms):
        picture = await one_picture(ctx, alerting=alarms.see)
        await alarms.settled(10.0)
        exporter.show(picture)
        registry = CollectorRegistry(auto_describe=False)
        registry.register(exporter)
        return generate_latest(registry).decode()


@asynccontextmanager
async def _following(ctx: Context) -> AsyncIterator[tuple[Exporter, Alarms]]:
    async with on_duty(ctx, telling=False) as alarms:
        yield Exporter(lambda: alarms.rules, lambda: alarms.overdue), alarms


class _Server:
    """prometheus-client's own server, in threads beside the loop: a slow reader holds up nobody."""

    def __init__(self, exporter: Exporter, listen: Listen) -> None:
        self._exporter = exporter
        self._listen = listen
        self._server: Any = None
        self._thread: Any = None

    def __enter__(self) -> str:
        from prometheus_client import CollectorRegistry, start_http_server

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self._exporter)
        try:
            self._server, self._thread = start_http_server(self._listen.port, self._listen.host or "0.0.0.0", registry)  # noqa: S104 - asked for
        except OSError as error:
            raise errors.UsageError(
                f"{self._listen} cannot be listened on: {error.strerror or error}.",
                hint="Name another port with --listen, or end who has it.",
            ) from error
        bound = Listen(self._listen.host, self._server.server_address[1])
        return f"http://{bound}/metrics"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


__all__ = ["PORT", "Listen", "once", "parse_listen", "serve"]
