"""References: what is named must exist. One rule per kind of thing that can be named."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from campctl.findings import Finding, Ref
from campctl.findings.catalogue import finding
from campctl.manifest.rules.facts import Check, Facts, answers, banks, span_of_desks
from campctl.manifest.rules.words import quoted, sentences
from campctl.model.campaign import Hotline, Office, Port, User
from campctl.model.former import former_key, holder_of, on_exchange
from campctl.model.resources import Key


def offices(facts: Facts) -> Iterator[Finding]:
    """`unknown-office`: of users, ports, numbers, answers and surges."""
    known = facts.campaign.offices
    why = "Without it there is no address to send help to, no exchange and no range of extensions."
    if not {user.office for user in facts.users} <= known.keys():
        for user in facts.users:
            if user.office not in known:
                yield _unknown(facts, "office", user.office, f"User `{user.id}` is in office", Ref("users", user.id, "office"), why)
    if not {port.office for port in facts.ports} <= known.keys():
        for ports in banks(port for port in facts.ports if port.office not in known):
            first = ports[0]
            who = f"Port `{first.desk}` is" if len(ports) == 1 else f"Ports `{first.desk}` to `{ports[-1].desk}` are"
            yield _unknown(facts, "office", first.office, f"{who} in office", Ref("ports", first.id, "office"), why)
    yield from _offices_named(facts)


def _offices_named(facts: Facts) -> Iterator[Finding]:
    """Offices that numbers, hotlines and surges name."""
    known = facts.campaign.offices
    for entry in facts.campaign.numbers.values():
        if entry.office and entry.office not in known:
            yield _unknown(facts, "office", entry.office, f"{entry.number} is held for office", Ref("numbers", entry.number, "office"))
    for hotline in facts.hotlines:
        for answer, place in answers(hotline):
            for index, office in enumerate(answer.offices):
                if office not in known:
                    at = Ref(place.section, place.id, place.field, (*place.path, "offices", str(index)))
                    yield _unknown(facts, "office", office, f"Hotline `{hotline.id}` is answered by office", at)
    for surge in facts.campaign.surges.values():
        for index, group in enumerate(surge.ports):
            if group.office not in known:
                at = Ref("surges", surge.id, "ports", (str(index), "office"))
                yield _unknown(facts, "office", group.office, f"Surge `{surge.id}` lights ports of office", at)


def backends(facts: Facts) -> Iterator[Finding]:
    """`unknown-backend`: of the campaign's default, of offices, hotlines, people and desks."""
    campaign = facts.campaign
    known = campaign.backends
    if campaign.default_backend and campaign.default_backend not in known:
        at = Ref("campaign", "", "backend")
        yield _unknown(facts, "backend", campaign.default_backend, "The campaign's default is backend", at, _exchange(facts))
    for section, holders in (("offices", campaign.offices.values()), ("hotlines", campaign.hotlines.values())):
        for holder in holders:
            # The default is told of once, at the campaign.
            if holder.backend and holder.backend not in known and holder.backend != campaign.default_backend:
                who = f"{section[:-1].capitalize()} `{holder.id}` is on backend"
                yield _unknown(facts, "backend", holder.backend, who, Ref(section, holder.id, "backend"), _exchange(facts))
    for name in campaign.prices:
        if name not in known:
            at = Ref("campaign", "", "prices", (name,))
            yield _unknown(facts, "backend", name, "Prices are given for backend", at, _exchange(facts))
    yield from _backends_of_lines(facts)


def _backends_of_lines(facts: Facts) -> Iterator[Finding]:
    """Backends that people and desks name for themselves."""
    known = facts.campaign.backends.keys() | {""}
    for field, word in (("backend", "on"), ("also_on", "also on")):
        if not {getattr(user, field) for user in facts.users} <= known:
            for user in facts.users:
                if (name := getattr(user, field)) not in known:
                    who = f"User `{user.id}` is {word} backend"
                    yield _unknown(facts, "backend", name, who, Ref("users", user.id, field), _exchange(facts))
        if not {getattr(port, field) for port in facts.ports} <= known:
            for ports in banks(port for port in facts.ports if getattr(port, field) not in known):
                first = ports[0]
                who = f"Port `{first.id}` is" if len(ports) == 1 else f"Ports `{first.id}` to `{ports[-1].id}` are"
                at = Ref("ports", first.id, field)
                yield _unknown(facts, "backend", getattr(first, field), f"{who} {word} backend", at, _exchange(facts))


def _exchange(facts: Facts) -> str:
    known = facts.campaign.backends
    return f"Backends are defined under `campaign: backends:`; there {'is' if len(known) == 1 else 'are'} {quoted(known) or 'none'}."


def hotlines(facts: Facts) -> Iterator[Finding]:
    """`unknown-hotline`: of ports, surges and targets."""
    known = facts.campaign.hotlines
    if not {port.hotline for port in facts.ports} <= known.keys() | {""}:
        for ports in banks(port for port in facts.ports if port.hotline and port.hotline not in known):
            first = ports[0]
            who = f"Port `{first.id}` answers" if len(ports) == 1 else f"Ports `{first.id}` to `{ports[-1].id}` answer"
            yield _unknown(facts, "hotline", first.hotline, f"{who} hotline", Ref("ports", first.id, "hotline"))
    for surge in facts.campaign.surges.values():
        who = f"Surge `{surge.id}`"
        for hotline in surge.seats:
            if hotline not in known:
                yield _unknown(facts, "hotline", hotline, f"{who} sets the seats of hotline", Ref("surges", surge.id, "seats", (hotline,)))
        for hotline in surge.volume:
            if hotline not in known:
                yield _unknown(facts, "hotline", hotline, f"{who} expects calls to hotline", Ref("surges", surge.id, "calls", (hotline,)))
        for index, group in enumerate(surge.ports):
            if group.hotline and group.hotline not in known:
                at = Ref("surges", surge.id, "ports", (str(index), "hotline"))
                yield _unknown(facts, "hotline", group.hotline, f"{who} lights ports for hotline", at)
    yield from _targets(facts, "hotline")


def users(facts: Facts) -> Iterator[Finding]:
    """`unknown-user`: of ports, answers and targets."""
    known = facts.campaign.users
    for ports in banks(port for port in facts.ports if port.user and port.user not in known):
        first = ports[0]
        yield _unknown(facts, "user", first.user, f"At {span_of_desks(ports)} sits user", Ref("ports", first.id, "user"))
    for hotline in facts.hotlines:
        for answer, place in answers(hotline):
            for index, user in enumerate(answer.users):
                if user not in known:
                    at = Ref(place.section, place.id, place.field, (*place.path, "users", str(index)))
                    yield _unknown(facts, "user", user, f"Hotline `{hotline.id}` is answered by user", at)
    yield from _targets(facts, "user")


def ports(facts: Facts) -> Iterator[Finding]:
    """`unknown-port`: of targets and surges."""
    known = facts.campaign.ports
    for surge in facts.campaign.surges.values():
        for index, group in enumerate(surge.ports):
            if group.office not in facts.campaign.offices:
                continue
            missing = [desk for desk in group.desks if f"{group.office}/{desk}" not in known]
            if missing:
                nearest = facts.did_you_mean("port", f"{group.office}/{missing[0]}") if len(missing) == 1 else ""
                yield finding(
                    "unknown-port",
                    f"Surge `{surge.id}` lights {quoted(missing)}, and office `{group.office}` has no such "
                    f"{'desk' if len(missing) == 1 else 'desks'}: nobody could sit there.",
                    help=nearest or "Define the desks under `ports`, or name desks that the office has.",
                    at=Ref("surges", surge.id, "ports", (str(index), "desks")),
                )
    yield from _targets(facts, "port")


def _targets(facts: Facts, kind: str) -> Iterator[Finding]:
    campaign = facts.campaign
    sections: dict[str, Mapping[str, object]] = {"hotline": campaign.hotlines, "user": campaign.users, "port": campaign.ports}
    known = sections[kind]
    for target, place in facts.targets:
        if target.kind == kind and target.id not in known:
            subject = f"{place.id} leads" if place.section == "numbers" else f"Calls of hotline `{place.id}` go on ({place.field})"
            yield _unknown(facts, kind, target.id, f"{subject} to {kind}", place, "The caller would reach nobody.")


def _unknown(facts: Facts, kind: str, word: str, subject: str, at: Ref, why: str = "") -> Finding:
    section = "campaign: backends" if kind == "backend" else f"{kind}s"
    return finding(
        f"unknown-{kind}",
        sentences(f"{subject} `{word}`, and there is no {kind} of that name.", why),
        help=facts.did_you_mean(kind, word) or f"Define it under `{section}:`, or correct the name.",
        at=at,
    )


def renamed(facts: Facts) -> Iterator[Finding]:
    """`renamed-from-taken`: an old id that still exists, or that two claim."""
    campaign = facts.campaign
    sections: tuple[tuple[str, Iterable[Office | User | Port | Hotline]], ...] = (
        ("offices", campaign.offices.values()),
        ("users", facts.users),
        ("ports", facts.ports),
        ("hotlines", facts.hotlines),
    )
    claimed: dict[tuple[str, Key], str] = {}
    for section, holders in sections:
        for holder in holders:
            if not holder.renamed_from:
                continue
            old = holder.renamed_from
            taken_over = on_exchange(section, old) is not None
            if section == "ports" and "/" not in old:
                old = f"{holder.id.partition('/')[0]}/{old}"
            key = former_key(section, old)
            # Two exchanges may call different things alike; an earlier id is one thing wherever it was.
            where = _backend_of(facts, holder) if taken_over else ""
            first = claimed.setdefault((where, key), holder.id)
            still = holder_of(campaign, key, where)
            if still:
                reason = f"and `{still.partition('/')[2]}` still exists under `{still.partition('/')[0]}`"
                advice = "Remove the old entry, or this `renamed_from`."
            elif first != holder.id:
                reason = f"and so does `{first}`"
                advice = "Only one can be the successor: remove `renamed_from` from the other."
            else:
                continue
            yield finding(
                "renamed-from-taken",
                f"`{holder.id}` says that it used to be `{old}`, {reason}. campctl would not know whose phone to keep.",
                help=advice,
                at=Ref(section, holder.id, "renamed_from"),
            )


def _backend_of(facts: Facts, holder: Office | User | Port | Hotline) -> str:
    if isinstance(holder, Hotline):
        return facts.backend_of_hotline(holder)
    return facts.backend_of.get(holder.id, "") if isinstance(holder, Office) else facts.home(holder)


RULES: dict[str, Check] = {
    "unknown-backend": backends,
    "unknown-office": offices,
    "unknown-hotline": hotlines,
    "unknown-user": users,
    "unknown-port": ports,
    "renamed-from-taken": renamed,
}
