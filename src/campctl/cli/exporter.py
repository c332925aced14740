"""`exporter`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import UsageError

APP = noun("Metrics for Prometheus.")
APPS = {"exporter": APP}


@command(
    APP,
    "exporter",
    examples=("campctl exporter", "campctl exporter --listen 127.0.0.1:9500", "campctl exporter --once | grep waiting"),
)
def exporter(
    ctx: typer.Context,
    listen: Annotated[str, typer.Option("--listen", metavar="HOST:PORT", help="Where Prometheus asks.")] = "127.0.0.1:9464",
    allow_remote: Annotated[bool, typer.Option("--allow-remote", help="Let other machines ask; nothing asks them who they are.")] = False,
    once: Annotated[bool, typer.Option("--once", help="Print the metrics of one look, and end.")] = False,
) -> int:
    """Give Prometheus metrics of hotlines, desks, exchanges and alerts over HTTP, until stopped (Ctrl-C, SIGTERM).

    docs/metrics.md lists them. examples/prometheus and examples/grafana hold alert rules and a dashboard.
    """
    from campctl.app.exporting import require_client
    from campctl.app.exporting_server import once as look
    from campctl.app.exporting_server import parse_listen, serve
    from campctl.app.notifying import Notifier
    from campctl.cli.serving import serve as until_stopped

    session: Session = ctx.obj
    context = session.open()
    if session.format not in {"", "plain", "table"}:
        raise UsageError(f"The exporter has no {session.format}.", hint="Metrics are text, as Prometheus reads it.")
    place = parse_listen(listen, allow_remote=allow_remote)
    require_client()
    if once:
        session.terminal.write(session.run(lambda: look(context)))
        session.terminal.flush()
        return 0
    if not place.local:
        session.say("Warning: other machines can ask for these metrics, and nothing asks them who they are.")
    notifier = Notifier(session.terminal.env, context.clock)

    def ready(address: str) -> None:
        session.say(f"Metrics: {address}")
        notifier.status(f"Metrics: {address}")
        notifier.ready()

    return until_stopped(lambda stop: serve(context, place, ready, stop, notifier.alive), notifier)
