"""Alerts in YAML: the nouns `alerts` and `notify`, and what of a rule must fit together."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from campctl.manifest.combine import choice, list_of, map_of
from campctl.manifest.decode import table
from campctl.manifest.kinds import BOOLEAN, DURATION, ID, LABEL, TEXT, Context, from_text
from campctl.manifest.nouns import Field, Noun
from campctl.manifest.problems import Bad
from campctl.manifest.units import share, whole_seconds
from campctl.model.alerts import MEASURES, SECRET_URL, SEVERITIES, AlertRule, Measure, Notifier, Unit, insecure

MOST = 1_000_000
_UNITS: dict[Unit, tuple[str, str]] = {
    "callers": ("a number of callers", "20"),
    "agents": ("a number of agents", "3"),
    "seats": ("a number of seats", "2"),
    "seconds": ("a length of time", "2m"),
    "share": ("a share", "80%"),
}


class Limit(Struct, frozen=True):
    """A threshold as it is written: `20` is a count, `2m` seconds, `80%` a share of 0..1."""

    amount: float
    unit: str


def _limit(text: str) -> Limit:
    if text.isdecimal() and text.isascii():
        if int(text) > MOST:
            raise Bad("out-of-range", f"`{text}` is more than there will ever be.", "Look for a digit too many.")
        return Limit(float(text), "count")
    return Limit(share(text), "share") if text.endswith("%") else Limit(float(whole_seconds(text)), "seconds")


def _notifier(values: dict[str, Any]) -> Bad | None:
    webhook, command = values.get("webhook", ""), values.get("command", ())
    if bool(webhook) == bool(command):
        both = "both" if webhook else "neither"
        help_ = "Write `command: [words]` or `webhook: https://...`; for both, two of them, each with a name of its own."
        return Bad("bad-combination", f"This has {both} of `command` and `webhook`, so it does not say how to tell somebody.", help_)
    why = insecure(webhook) if webhook and webhook != SECRET_URL else ""
    if why:
        return Bad("insecure-webhook", f"Nothing is sent to this webhook: {why}.", "Write an https:// address, or `secret`.")
    if not 1 <= values.get("timeout", 10) <= 60:
        return Bad("out-of-range", "One try takes from a second to a minute.", "Write `timeout: 10s`.")
    unknown = sorted(values.get("secrets", {}).keys() - {"signing", "url"})
    if unknown:
        return Bad("bad-combination", f"`secrets` names `{unknown[0]}`, which nothing asks for.", "The secrets are `signing` and `url`.")
    return None


def _source(values: dict[str, Any]) -> Bad | None:
    if ("file" in values) == ("command" in values):
        return Bad("bad-combination", "A secret comes from `file` or from `command`.", "Write one of the two.")
    return None


SOURCE = Noun(
    "secret source",
    "Where a secret comes from, when not from the environment or the keyring.",
    (
        Field("file", TEXT, "A file that only you can read.", "~/.war-room-secret"),
        Field("command", list_of(LABEL), "A command that prints it; no shell.", "[pass, show, war-room]"),
    ),
    check=_source,
)
NOTIFIER = Noun(
    "notify",
    "Somebody who is told of alerts: a command, or a webhook (docs/alerts.md).",
    (
        Field("command", list_of(LABEL), "The command and its words; no shell. It is given JSON on stdin.", "[./page-me]"),
        Field("webhook", TEXT, "An https address, or `secret` where the address is one.", "https://hooks.example.org/campctl"),
        Field("sign", BOOLEAN, "Whether webhooks are signed, with the secret `signing`.", "true", default="true"),
        Field("timeout", DURATION, "How long one try may take.", "10s", default="10s"),
        Field("secrets", map_of(ID, table(SOURCE)), "Where `signing` and `url` come from.", "{ signing: { file: ~/.war-room-secret } }"),
    ),
    Notifier,
    check=_notifier,
)
LIMIT = from_text(
    "threshold",
    _limit,
    "a threshold",
    {"type": ["integer", "string"], "minimum": 0, "pattern": r"^(\d+|(\d+d)?(\d+h)?(\d+m)?(\d+s)?|\d{1,3}(\.\d+)? ?%)$"},
    "threshold: `20`, `2m` or `80%`, as the condition wants",
)
ALERT = Noun(
    "alerts",
    "When to raise an alert, and who is told.",
    (
        Field("when", choice(*MEASURES), "The condition (docs/alerts.md).", "waiting", required=True),
        Field("above", LIMIT, "Its threshold: more than so much.", "20"),
        Field("below", LIMIT, "Its threshold: less than so much.", "80%"),
        Field("for", DURATION, "It must be so for so long.", "1m", default="0s", attr="hold"),
        Field("clear_after", DURATION, "It is over when it was not so for so long.", "1m", default="1m"),
        Field("hotlines", list_of(ID), "Only these.", "[voter-protection]", default="all"),
        Field("offices", list_of(ID), "Only these.", "[chicago-hq]", default="all"),
        Field("backends", list_of(ID), "Only these.", "[local]", default="all"),
        Field("severity", choice(*SEVERITIES), "How grave it is.", "critical", default="warning"),
        Field("notify", list_of(ID), "Who is told: names under `campaign: notify:`; `board` always is.", "[war-room]", default="everybody"),
        Field("enabled", BOOLEAN, "Whether it holds; `false` switches off one that stands by itself.", "true", default="true"),
    ),
)


def rule(ctx: Context, name: str, values: dict[str, Any], node: Any) -> AlertRule | None:
    """The rule of an entry; None, with a finding at its place, when it does not say when to raise it."""
    when = values.get("when")
    if when is None:
        return None
    measure = MEASURES[when]
    sound = True
    for at, what, help_ in _misfits(when, measure, values):
        key, value = node.items[at]
        ctx.add("bad-alert", what, value if at in {"above", "below"} and at == measure.side else key, help=help_)
        sound = False
    if sound and measure.needs and measure.side not in node.items:
        thing, example = _UNITS[measure.unit]
        ctx.add(
            "bad-alert",
            f"`when: {when}` needs `{measure.side}`, {thing}: {measure.doc}.",
            node.items["when"][1],
            help=f"Add `{measure.side}: {example}`.",
        )
        sound = False
    if not sound or (measure.needs and measure.side not in values):
        return None
    limits = {side: values.pop(side).amount for side in ("above", "below") if side in values}
    return AlertRule(id=name, **values, **limits)


def _misfits(when: str, measure: Measure, values: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(field, what is wrong, help) of what is written and does not belong to the condition."""
    found: list[tuple[str, str, str]] = []
    for side in ("above", "below"):
        if side not in values:
            continue
        if side != measure.side:
            wants = f"Its threshold is `{measure.side}`." if measure.side else "It has no threshold: leave this out."
            found.append((side, f"`{side}` says nothing to `when: {when}`: {measure.doc}.", wants))
        elif not _fits(values[side], measure.unit):
            thing, example = _UNITS[measure.unit]
            found.append((side, f"`when: {when}` is measured by {thing}, and this is none.", f"Write `{side}: {example}`."))
    for scope in ("hotlines", "offices", "backends"):
        if scope in values and scope != measure.scope:
            wants = f"It is about {measure.scope}." if measure.scope else "Leave it out: it is about the whole campaign."
            found.append((scope, f"`{scope}` says nothing to `when: {when}`: {measure.doc}.", wants))
    if when == "emergency-call":
        found += [
            (name, "An emergency call is told of at once, until somebody acknowledges it.", f"Leave `{name}` out.")
            for name, attr in (("for", "hold"), ("clear_after", "clear_after"))
            if attr in values
        ]
    return found


def _fits(limit: Limit, unit: Unit) -> bool:
    return limit.unit == (unit if unit in {"seconds", "share"} else "count")
