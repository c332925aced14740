"""`alert list|ack|test|login|run`."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING

from msgspec.structs import replace

from campctl import errors
from campctl.app.alert_duty import NotifierSecrets, check_secrets, on_duty, overdue_lines, receivers
from campctl.app.alert_words import Directory, span
from campctl.app.context import Context
from campctl.app.find import one
from campctl.app.results import Details, Listing, Message
from campctl.findings.text import listed
from campctl.model.alerts import BOARD, DEFAULT_RULES, MEASURES, Alert, AlertRule, Notifier, rules_of

if TYPE_CHECKING:
    from campctl.app.alarms import News
    from campctl.app.alert_facts import Fact
    from campctl.app.alert_sending import Receiver
    from campctl.app.alerting import Track
    from campctl.app.watcher import Heard
    from campctl.live.board import BackendBoard

RAISED = ("state", "id", "what", "since", "acknowledged", "severity", "rule", "subject", "told")
"""What matters most first: a narrow terminal has room for no more."""
RULES = ("rule", "severity", "now", "when", "about", "tells")


async def list_alerts(ctx: Context) -> Details:
    """The rules, and what they say of one look at every exchange; with what is raised already, and who sees to it."""
    from campctl.app.alert_facts import facts
    from campctl.app.alerting import AlertState, adopt, evaluate, lines
    from campctl.app.picturing import one_picture

    campaign = ctx.campaign
    rules = rules_of(campaign.alerts)
    open_ = {alert.id: alert for alert in ctx.store().alerts()}
    picture = await one_picture(ctx)
    if any(rule.when == "override-overdue" for rule in rules):
        picture = replace(picture, activity=(*picture.activity, *(await overdue_lines(ctx) or ())))
    directory = Directory(campaign)
    state = adopt(AlertState(), open_.values())
    state = evaluate(rules, state, picture, ctx.clock.now(), directory).state
    words = {line.id: line.words for line in lines(state)}
    tracks = sorted(state.tracks.values(), key=lambda track: (track.raised is None, track.since))
    found = list(facts(rules, picture, directory))
    raised = tuple(_raised(track, open_.get(track.id), words.get(track.id, track.words)) for track in tracks if not track.over)
    notifiers = tuple(campaign.notify)
    return Details(
        of="alerts",
        id="",
        fields={
            "exchanges": [_exchange(board) for board in picture.backends],
            "raised": "" if raised else "nothing",
            "told": [_source(ctx, name) for name in notifiers] or "nobody but the board; docs/alerts.md says how to tell people",
        },
        listings=(
            Listing(of="now", columns=RAISED, rows=raised),
            Listing(of="rules", columns=RULES, rows=tuple(_rule(rule, found, tracks, notifiers) for rule in rules)),
        ),
    )


def _exchange(board: BackendBoard) -> str:
    return f"{board.name} {board.health}" + (f" ({board.why.rstrip('.')})" if board.why else "")


def _raised(track: Track, alert: Alert | None, words: str) -> dict[str, object]:
    return {
        "state": "raised" if alert is not None else "now" if track.raised is not None else "not yet",
        "severity": track.severity,
        "rule": track.rule,
        "subject": track.subject,
        "since": track.since,
        "id": alert.id if alert is not None else "",
        "acknowledged": track.acknowledged,
        "told": [f"{name}: {said}" for name, said in alert.told.items()] if alert is not None else [],
        "what": words,
    }


def _rule(rule: AlertRule, found: Sequence[Fact], tracks: Sequence[Track], notifiers: Sequence[str]) -> dict[str, object]:
    yes = sum(track.rule == rule.id and not track.over for track in tracks)
    unknown = sum(fact.rule.id == rule.id and fact.holds is None for fact in found)
    now = [f"true of {yes}"] * bool(yes) + [f"not known of {unknown}"] * bool(unknown)
    tells = [name for name in (notifiers if rule.notify is None else rule.notify) if name != BOARD]
    return {
        "rule": rule.id,
        "severity": rule.severity,
        "now": ", ".join(now) or "well",
        "when": condition(rule),
        "about": list(rule.hotlines or rule.offices or rule.backends) or "all",
        "tells": [BOARD, *tells],
    }


def condition(rule: AlertRule) -> str:
    """As it is written: `waiting above 20 for 1m`."""
    measure = MEASURES[rule.when]
    limit = rule.above if rule.above is not None else rule.below
    parts: list[str] = [rule.when]
    if limit is not None:
        written = f"{limit:.0%}" if measure.unit == "share" else span(limit) if measure.unit == "seconds" else f"{limit:.0f}"
        parts.append(f"{measure.side} {written}")
    return " ".join(parts) + (f" for {span(rule.hold)}" if rule.hold else "")


def _source(ctx: Context, name: str) -> str:
    """Who it is, and where the secrets come from; never what they are."""
    notifier = ctx.campaign.notify[name]
    if not notifier.webhook:
        return f"{name}: command {notifier.command[0]}"
    secrets = NotifierSecrets(ctx.environ, notifier)
    sources = [f"{secret} from {secrets.source(secret) or 'NOWHERE'}" for secret in notifier.needs]
    where = "an address kept secret" if notifier.has_secret_url else notifier.webhook
    return f"{name}: webhook {where}" + (f" ({', '.join(sources)})" if sources else "")


def acknowledge(ctx: Context, *, ids: Sequence[str]) -> Message:
    """Say that somebody sees to it. An emergency call is over with that; everything else stays until it is well."""
    from campctl.model.records import AuditEntry

    if not ids:
        raise errors.UsageError("No alert was named.", hint="Name their ids; `campctl alert list` shows them.")
    store = ctx.store()
    if not store.writable:
        raise errors.NotFound(f"There is no open alert `{ids[0]}`.", hint="`campctl alert list` shows what is raised now, with its id.")
    store = ctx.store(write=True)
    said, data = [], []
    for id_ in ids:
        alert = store.acknowledge_alert(id_, ctx.who, ctx.clock.now())
        first = alert.acknowledged == ctx.who
        said.append(f"{alert.id} {alert.rule}" + ("" if first else f" (by {alert.acknowledged} before)"))
        data.append({"id": alert.id, "rule": alert.rule, "acknowledged": alert.acknowledged})
        if first:
            what = f"alert ack {alert.id} {alert.rule} {alert.subject}"
            store.append_audit(
                AuditEntry(at=ctx.clock.now(), who=ctx.who, what=what, why=alert.words, command=ctx.command, result="acknowledged")
            )
    return Message(text=f"Acknowledged: {', '.join(said)}.", data={"alerts": data})


async def send_test(ctx: Context, *, rule: str, to: Sequence[str] = ()) -> Listing:
    """Send a message that says it is a test to those a rule tells, one try each."""
    from campctl.app.alert_messages import message

    campaign = ctx.campaign
    known = {one.id: one for one in (*DEFAULT_RULES, *campaign.alerts.values())}
    chosen = one(known, rule, "alert")
    for name in to:
        _notifier(ctx, name)
    names = tuple(to) or (tuple(campaign.notify) if chosen.notify is None else tuple(name for name in chosen.notify if name != BOARD))
    now = ctx.clock.now()
    made = Alert(
        id=f"{int(now.timestamp()) & 0xFFFFFFFF:08x}",
        key=f"{rule} test",
        rule=rule,
        subject="test",
        severity=chosen.severity,
        words=f"A test of rule {rule} ({condition(chosen)}) by {ctx.who}; nothing is wrong.",
        since=now,
        raised=now,
    )
    said = message(made, "test", campaign=campaign.name, at=now)
    there = receivers(ctx, {name: campaign.notify[name] for name in names})

    async def tell(name: str, receiver: Receiver) -> dict[str, object]:
        try:
            outcome = await receiver.send(said)
        finally:
            await receiver.close()
        return {"receiver": name, "told": outcome.ok, "what": outcome.words}

    rows = await asyncio.gather(*(tell(name, receiver) for name, receiver in there.items()))
    return Listing(
        of="test",
        columns=("receiver", "told", "what"),
        rows=tuple(rows),
        empty=f"Rule {rule} tells nobody but the board. Add `notify` (docs/alerts.md).",
    )


def secrets_asked(ctx: Context, *, name: str) -> tuple[str, ...]:
    """Names of the secrets somebody who is told needs."""
    return _notifier(ctx, name).needs


def login(ctx: Context, *, name: str, values: dict[str, str]) -> Message:
    """Keep the secrets of somebody who is told in the keyring, each read back."""
    notifier = _notifier(ctx, name)
    if not notifier.needs:
        return Message(text=f"`{name}` needs no secret.")
    secrets = NotifierSecrets(ctx.environ, notifier)
    missing = [secret for secret in notifier.needs if not values.get(secret)]
    if missing:
        raise errors.SecretError(f"No value was given for {listed(missing)}; nothing is kept.", hint="Run it again.")
    kept = {secret: secrets.put(secret, values[secret]) for secret in notifier.needs}
    words = ", ".join(f"{secret} in {place}" for secret, place in kept.items())
    return Message(text=f"Kept for {name}: {words}.", data={"kept": kept})


def _notifier(ctx: Context, name: str) -> Notifier:
    from campctl.app.find import did_you_mean

    known = ctx.campaign.notify
    if name not in known:
        there = f"There are {listed(list(known), 5)}." if known else "`campaign: notify:` is empty; docs/alerts.md says what it takes."
        raise errors.NotFound(f"Nobody called `{name}` is told of alerts.", hint=did_you_mean(name, known) or there)
    return known[name]


async def watch(
    ctx: Context,
    hear: Callable[[News], None],
    ready: Callable[[], None],
    stop: asyncio.Event,
    *,
    seconds: float = 0.0,
    alive: Callable[[], None] = lambda: None,
) -> None:
    """Watch and tell, until stopped or for so many seconds. `ready` is called when it looks and listens, `alive` at every look.

    A first look is made when its exchange is listened to, or could not be: see `ports.backend`.
    """
    from campctl.app.picturing import pictures

    check_secrets(ctx)
    began, first = ctx.clock.monotonic(), True
    known: set[str] = set()

    def tell(heard: Heard) -> None:
        if heard.type in {"live", "lost"}:
            known.add(heard.backend)

    async with on_duty(ctx, hear) as alarms, aclosing(pictures(ctx, alerting=alarms.see, tell=tell)) as stream:
        async for picture in stream:
            alive()
            if first and known.issuperset(board.name for board in picture.backends):
                first = False
                ready()
            if stop.is_set() or (seconds and ctx.clock.monotonic() - began >= seconds):
                return
