"""`alert list|ack|test|login|run`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import Exit, OutputFailed, UsageError

if TYPE_CHECKING:
    import asyncio

    from campctl.app.alarms import News

APP = noun("Alerts: what is wrong now, who sees to it, who is told. Rules are in the YAML (docs/alerts.md).")
APPS = {"alert": APP}


@command(APP, "list", examples=("campctl alert list", "campctl alert list -o json"))
def list_(ctx: typer.Context) -> int:
    """List what is raised now, and the rules. One look at every exchange; nothing is raised or told by it.

    State `raised`: by the board or `alert run`, which can be acknowledged. `now`: true at this look. `not yet`: true, but the rule
    wants it to last.
    """
    from campctl.app.alert_using import list_alerts

    session: Session = ctx.obj
    return session.show(session.run(lambda: list_alerts(session.open())))


@command(APP, "ack", examples=("campctl alert ack 0badcafe", "campctl alert ack 0bad 911a"))
def ack(
    ctx: typer.Context, ids: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of alerts, or beginnings of them.")]
) -> int:
    """Say that you see to it: everybody else is shown that. An emergency call is over with it; anything else when it is well."""
    from campctl.app.alert_using import acknowledge

    session: Session = ctx.obj
    return session.show(acknowledge(session.open(), ids=ids))


@command(APP, "test", examples=("campctl alert test emergency-call", "campctl alert test nobody-free --to war-room"))
def send_test(
    ctx: typer.Context,
    rule: Annotated[str, typer.Argument(metavar="RULE", help="Its id.")],
    to: Annotated[list[str], typer.Option("--to", metavar="NOTIFIER", help="Only them. May be repeated.")] = [],  # noqa: B006
) -> int:
    """Send a message that says it is a test to those a rule tells, one try each. Ends in 8 when somebody was not reached."""
    from campctl.app.alert_using import send_test as use_case

    session: Session = ctx.obj
    result = session.run(lambda: use_case(session.open(), rule=rule, to=to))
    return session.show(result, exit=Exit.OK if all(row["told"] for row in result.rows) else Exit.PARTIAL)


@command(APP, "login", examples=("campctl alert login war-room", "pass show war-room | campctl alert login war-room"))
def login(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="NOTIFIER", help="Somebody under `campaign: notify:`.")]) -> int:
    """Keep the secrets of somebody who is told in the keyring; from a pipe, a line for each."""
    from campctl.app.alert_using import login as use_case
    from campctl.app.alert_using import secrets_asked
    from campctl.cli.backend import read_secret

    session: Session = ctx.obj
    campaign = session.open()
    values = {secret: read_secret(session, name, secret) for secret in secrets_asked(campaign, name=name)}
    return session.show(use_case(campaign, name=name, values=values))


@command(
    APP,
    "run",
    examples=("campctl alert run", "campctl alert run -o json | tee -a alerts.jsonl", "campctl alert run --for 12h --quiet"),
)
def run(
    ctx: typer.Context,
    for_: Annotated[str, typer.Option("--for", metavar="DURATION", help="End after 10m, 12h. Default: when stopped.")] = "",
) -> int:
    """Watch and tell, without a board, until stopped (Ctrl-C, SIGTERM): for a machine that is always on.

    A line for everything that is raised, over or told; with -o json a line of JSON each. Several may run, beside boards: of those
    that share the store, one tells.
    """
    from campctl.app.alert_using import watch
    from campctl.app.notifying import Notifier
    from campctl.cli.serving import length, serve
    from campctl.findings.text import listed, plural
    from campctl.model.alerts import rules_of
    from campctl.views.alerts import watching_line

    session: Session = ctx.obj
    if session.format in {"yaml", "csv"}:
        raise UsageError(f"alert run tells no {session.format}.", hint="Lines of text, or -o json for lines of JSON.")
    context = session.open()
    lines, shown, seconds = _Lines(session), _shown(session, context.campaign.time_zone), length(for_)
    rules, names = rules_of(context.campaign.alerts), list(context.campaign.notify)
    notifier = Notifier(session.terminal.env, context.clock)

    def ready() -> None:
        if session.format == "json":
            lines.write(watching_line(context.clock.now(), [rule.id for rule in rules], names))
        who = listed(names, 5) if names else "nobody, as `notify` in the YAML is empty"
        words = f"Watching by {plural(len(rules), 'rule')}; telling {who}."
        session.say(words)
        notifier.status(words)
        notifier.ready()

    def work(stop: asyncio.Event) -> Awaitable[None]:
        return watch(context, lambda news: lines.write(shown(news), stop), ready, stop, seconds=seconds, alive=notifier.alive)

    status = serve(work, notifier)
    if lines.gone:
        raise BrokenPipeError
    return status


class _Lines:
    """Lines on stdout, at once. A reader that went away ends the watching; a full disk does not: people are told all the same."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._full = False
        self.gone = False

    def write(self, text: str, stop: asyncio.Event | None = None) -> None:
        """One line."""
        if self.gone:
            return
        try:
            self._session.terminal.write(text)
            self._session.terminal.flush()
        except BrokenPipeError:
            self.gone = True
            if stop is None:
                raise
            stop.set()
        except OutputFailed as error:
            if not self._full:
                self._full = True
                self._session.terminal.say(f"Warning: {error.message} People are told of alerts all the same.\n")


def _shown(session: Session, time_zone: str) -> Callable[[News], str]:
    from zoneinfo import ZoneInfo

    from campctl.views.alerts import json_line, words_line

    zone = ZoneInfo(time_zone)
    return json_line if session.format == "json" else lambda news: words_line(news, zone)
