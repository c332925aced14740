"""Alarms of a campaign: rules, receivers and secrets from its manifests, the store it shares, and what keeps them up to date.

async with on_duty(ctx, hear) as alarms:
    async for picture in pictures(ctx, alerting=alarms.see): ...
"""

from __future__ import annotations

import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from campctl import errors
from campctl.app.alarms import Alarms, Duty, News, Rules
from campctl.app.alert_words import Directory
from campctl.app.context import Context
from campctl.app.picture import ActivityLine
from campctl.model.alerts import Alert, Notifier, rules_of
from campctl.model.campaign import BackendSpec

if TYPE_CHECKING:
    from campctl.app.alert_sending import Receiver
    from campctl.ports.store import Store


@asynccontextmanager
async def on_duty(ctx: Context, hear: Callable[[News], None] = lambda _news: None, *, telling: bool = True) -> AsyncIterator[Alarms]:
    """Alarms that run while inside. Where the store cannot be written, nothing is shared.

    Not `telling`: nobody is told of anything and nothing is written down; alerts are shown, with who acknowledged them.

    `errors.SecretError` names every secret that is missing before anything begins.
    """
    from campctl.app.alert_sending import Sender

    campaign = ctx.campaign
    if telling:
        check_secrets(ctx)
    store = _store(ctx) if telling else ctx.store()
    renewal = _Renewal(ctx)
    duty = Duty(
        rules=rules_of(campaign.alerts),
        directory=Directory(campaign),
        campaign=campaign.name,
        clock=ctx.clock,
        by=f"{socket.gethostname()} {os.getpid()}",
        audit=lambda alert, receiver, words: _audit(ctx, store, alert, receiver, words),
        overdue=lambda: overdue_lines(ctx),
        renew=renewal.renew,
    )
    alarms = Alarms(duty, store, hear)
    if telling:
        alarms.send_by(Sender(receivers(ctx, campaign.notify), ctx.clock, alarms.told))
    await alarms.start()
    try:
        yield alarms
    finally:
        await alarms.close()


def _store(ctx: Context) -> Store | None:
    """The campaign's store, to be written; None on a disk that may only be read."""
    try:
        return ctx.store(write=True)
    except errors.StoreError:
        return None


def receivers(ctx: Context, notifiers: Mapping[str, Notifier]) -> dict[str, Receiver]:
    """Those who can be told, ready for it; nothing is connected yet."""
    from campctl.app.alert_command import Command
    from campctl.app.alert_webhook import Webhook

    found: dict[str, Receiver] = {}
    for name, one in notifiers.items():
        secrets = NotifierSecrets(ctx.environ, one)
        found[name] = Webhook(one, secrets.get, ctx.clock) if one.webhook else Command(one, ctx.root, ctx.environ)
    return found


class NotifierSecrets:
    """The secrets of somebody who is told, kept and looked for as a backend's are, under `notify-NAME`."""

    def __init__(self, environ: Mapping[str, str], notifier: Notifier) -> None:
        from campctl.app.secrets import Lookup

        self._name = notifier.name
        self._owner = f"notify-{notifier.name}"
        declared = {
            name: {key: list(value) if isinstance(value, tuple) else value for key, value in source.items()}
            for name, source in notifier.secrets.items()
        }
        self._lookup = Lookup(environ, BackendSpec(self._owner, "notify", {"secrets": declared}))

    def get(self, name: str) -> str:
        """The secret; `errors.SecretError` says where it was looked for."""
        try:
            return self._lookup.get(self._owner, name)
        except errors.SecretError as error:
            raise errors.SecretError(self._in_words(error.message), hint=self._in_words(error.hint)) from None

    def source(self, name: str) -> str:
        """Where it would come from, in words; "" when nowhere."""
        return self._lookup.source(self._owner, name)

    def put(self, name: str, value: str) -> str:
        """Keep it in the keyring; where that is."""
        try:
            return self._lookup.put(self._owner, name, value)
        except errors.SecretError as error:
            raise errors.SecretError(self._in_words(error.message), hint=self._in_words(error.hint)) from None

    def _in_words(self, words: str) -> str:
        return (
            words.replace(f"campctl backend login {self._owner}", f"campctl alert login {self._name}")
            .replace(f"backend {self._owner!r}", f"`{self._name}` (campaign: notify:)")
            .replace("the backend's YAML", "its YAML")
        )


def check_secrets(ctx: Context) -> None:
    """`errors.SecretError` naming every secret that nobody has: better now than when the alert is raised."""
    missing: list[str] = []
    for name, one in ctx.campaign.notify.items():
        secrets = NotifierSecrets(ctx.environ, one)
        missing += [f"`{secret}` of {name}" for secret in one.needs if not secrets.source(secret)]
    if missing:
        from campctl.findings.text import listed

        names = sorted({word.rpartition(" ")[2] for word in missing})
        raise errors.SecretError(
            f"A secret for telling people of alerts is missing: {listed(missing, 5)}. It is not in the environment, the keyring"
            " or where the YAML says.",
            hint=" ".join(f"Run `campctl alert login {name}`." for name in names) + " docs/alerts.md tells of the other ways.",
        )


def _audit(ctx: Context, store: Store | None, alert: Alert, receiver: str, words: str) -> None:
    from campctl.model.records import AuditEntry

    if store is not None:
        what = f"alert {alert.id} {alert.rule}: {receiver}"
        store.append_audit(AuditEntry(at=ctx.clock.now(), who=ctx.who, what=what, why=alert.words, command=ctx.command, result=words))


class _Renewal:
    """Reads the manifests again when their files changed; with errors in them, what was said before holds."""

    def __init__(self, ctx: Context) -> None:
        from campctl.manifest.sources import scan

        self._ctx = ctx
        self._scan = scan
        self._stamps = scan(ctx.root)
        self._notify = ctx.campaign.notify

    def renew(self) -> Rules | None:
        """What they say now; None when that is what they said before."""
        ctx = self._ctx
        stamps = self._scan(ctx.root)
        if stamps == self._stamps:
            return None
        self._stamps = stamps
        fresh = Context(ctx.root, clock=ctx.clock, who=ctx.who, command=ctx.command, environ=ctx.environ)
        try:
            campaign = fresh.campaign
        except errors.CampctlError:
            return None
        changed = {name: one for name, one in campaign.notify.items() if self._notify.get(name) != one}
        self._notify = campaign.notify
        return Rules(rules_of(campaign.alerts), Directory(campaign), receivers(ctx, changed))


async def overdue_lines(ctx: Context) -> tuple[ActivityLine, ...] | None:
    """Overrides and surges that are over and have not come back, as the board shows them; None when no exchange answers."""
    from campctl.app.overdue import overdue

    fresh = Context(ctx.root, clock=ctx.clock, who=ctx.who, command=ctx.command, environ=ctx.environ)
    try:
        now = ctx.clock.now()
        over = [one for one in fresh.store().overrides() if one.end is not None and one.end <= now]
        if not over and not any(surge.end <= now for surge in fresh.campaign.surges.values()):
            return ()
        listing = await overdue(fresh)
    except errors.CampctlError:
        return None
    finally:
        fresh.close()
    authors = {one.id: one.author for one in over}
    found = []
    for row in listing.rows:
        kind, _, rest = str(row["lent by"]).partition(" ")
        ref = rest.partition(" ")[0]
        left = row["still there"]
        if left == "not known":
            continue
        found.append(
            ActivityLine(
                at=now,
                kind="override",
                who=authors.get(ref, ""),
                what=f"{row['what']}: {left}" if row["what"] else str(left),
                result="overdue",
                ends=row["ended"],
                ref=ref if kind == "override" and ref in authors else f"{kind}-{ref}",
            )
        )
    return tuple(found)
