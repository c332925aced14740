"""Surges: windows that exist, seats that are allowed and can be taken, ports that are there to be lit."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from campctl.findings import Finding, Ref, Related
from campctl.findings.catalogue import finding
from campctl.findings.text import plural
from campctl.manifest.rules.facts import Check, Facts
from campctl.manifest.rules.words import left_empty, quoted, sentences
from campctl.model.campaign import Campaign, Hotline, Surge


def backwards(facts: Facts) -> Iterator[Finding]:
    """`surge-ends-before-it-begins`: a window without an instant in it."""
    for surge in facts.campaign.surges.values():
        if surge.end <= surge.start:
            how = "when it begins" if surge.end == surge.start else "before it begins"
            yield finding(
                "surge-ends-before-it-begins",
                f"Surge `{surge.id}` begins {local(surge.start, surge.time_zone)} and ends {local(surge.end, surge.time_zone)}, "
                f"{how}: it would never be in effect.",
                help="Correct `until`; when the surge runs past midnight, `until` is on the next day.",
                at=Ref("surges", surge.id, "until"),
                related=(Related("it begins here", at=Ref("surges", surge.id, "from")),),
            )


def without_effect(facts: Facts) -> Iterator[Finding]:
    """`surge-without-effect`: a surge that changes nothing."""
    for surge in facts.campaign.surges.values():
        seats = [(name, change) for name, change in surge.seats.items() if not (change.relative and change.amount == 0)]
        if not seats and not surge.volume and not any(group.desks or group.any for group in surge.ports):
            zero = f" (the seats of {quoted(surge.seats)} change by 0)" if surge.seats else ""
            yield finding(
                "surge-without-effect",
                f"Surge `{surge.id}` changes no seats{zero}, lights no ports and expects no calls.",
                help="Add `seats`, `ports` or `calls`, or remove the surge.",
                at=Ref("surges", surge.id),
            )


def overlapping(facts: Facts) -> Iterator[Finding]:
    """`surges-overlap`: two surges that change the seats of one hotline at the same time."""
    by_hotline: dict[str, list[Surge]] = {}
    for surge in _sound(facts.campaign):
        for hotline in surge.seats:
            by_hotline.setdefault(hotline, []).append(surge)
    for hotline, surges in by_hotline.items():
        surges.sort(key=lambda surge: surge.start)
        latest: Surge | None = None
        for surge in surges:
            if latest is not None and surge.start < latest.end:
                until = local(min(surge.end, latest.end), surge.time_zone)
                yield finding(
                    "surges-overlap",
                    f"Surges `{latest.id}` ({latest.seats[hotline]}) and `{surge.id}` ({surge.seats[hotline]}) both change the seats "
                    f"of hotline `{hotline}` from {local(surge.start, surge.time_zone)} until {until} ({surge.time_zone}). "
                    "Figures with a sign add up, and of those without one the highest holds: easily not what anybody had in mind.",
                    help="Let one end when the other begins, or make one surge of the two.",
                    at=Ref("surges", surge.id, "seats", (hotline,)),
                    related=(Related(f"also in `{latest.id}`", at=Ref("surges", latest.id, "seats", (hotline,))),),
                )
            if latest is None or surge.end > latest.end:
                latest = surge


def beyond_limits(facts: Facts) -> Iterator[Finding]:
    """`surge-seats-beyond-limits`: seats below the hotline's min or above its max."""
    for surge in facts.campaign.surges.values():
        for name, change in surge.seats.items():
            hotline = facts.campaign.hotlines.get(name)
            if hotline is None:
                continue
            wanted = _wanted(surge, hotline)
            low, high = hotline.seats.min, hotline.seats.max
            if low <= wanted <= high:
                continue
            sum_ = f"{change} on a baseline of {hotline.seats.baseline} makes {wanted} seats" if change.relative else f"{wanted} seats"
            bound, word = (high, "at most") if wanted > high else (low, "at least")
            limit = f"allows at most {high} (`max`)" if wanted > high else f"keeps at least {low} (`min`)"
            yield finding(
                "surge-seats-beyond-limits",
                f"Surge `{surge.id}` asks for {sum_} on hotline `{name}`, which {limit}. The surge would not give what it says.",
                help=f"Ask for {word} {bound}, or change the hotline's limits.",
                at=Ref("surges", surge.id, "seats", (name,)),
                related=(Related("the limits", at=Ref("hotlines", name, "seats", ("max" if wanted > high else "min",))),),
            )


def beyond_people(facts: Facts) -> Iterator[Finding]:
    """`surge-seats-beyond-people`: more seats than people, lit ports and ports the surge lights."""
    for surge in _sound(facts.campaign):
        for name in surge.seats:
            hotline = facts.campaign.hotlines.get(name)
            if hotline is None:
                continue
            wanted = min(_wanted(surge, hotline), hotline.seats.max)
            if wanted <= hotline.seats.baseline:
                continue
            people = facts.people_for(hotline.answer, facts.backend_of_hotline(hotline))
            if people >= wanted or facts.names_unknown(hotline.answer):
                continue
            ports, lights = _lit_during(facts, surge, hotline)
            if people + ports + lights >= wanted:
                continue
            yield finding(
                "surge-seats-beyond-people",
                f"Surge `{surge.id}` asks for {wanted} seats on hotline `{name}`, and {people + ports + lights} may take them: "
                f"{plural(people, 'person', 'people')}, {plural(ports, 'lit port')} and {plural(lights, 'port')} "
                f"that surges light for it then. "
                f"{left_empty(wanted - people - ports - lights)}.",
                help="Light more ports in the surge, widen the hotline's `answer`, or ask for fewer seats.",
                at=Ref("surges", surge.id, "seats", (name,)),
                related=(Related("who may answer", at=Ref("hotlines", name, "answer")),),
            )


def _lit_during(facts: Facts, surge: Surge, hotline: Hotline) -> tuple[int, int]:
    """Ports that may answer the hotline while the surge begins: lit anyhow, and lit by surges active then."""
    able = {port.id: port for port in facts.ports_for(hotline, hotline.answer, whatever_for=True)}
    lit = {port.id for port in able.values() if port.lit and port.hotline in {"", hotline.id}}
    named: set[str] = set()
    count = 0
    for other in _active(facts.campaign, surge.start):
        for group in other.ports:
            mine = {
                port.id for port in able.values() if port.office == group.office and (group.hotline or port.hotline) in {"", hotline.id}
            }
            named.update(found for desk in group.desks if (found := f"{group.office}/{desk}") in mine)
            count += min(group.any, len(mine - named - {port.id for port in able.values() if port.lit}))
    return len(lit), len(named - lit) + count


def too_few_ports(facts: Facts) -> Iterator[Finding]:
    """`surge-ports-beyond-dark`: more ports to be lit in an office than are dark there."""
    dark: dict[str, set[str]] = {}
    if any(surge.ports for surge in facts.campaign.surges.values()):
        for port in facts.ports:
            if not port.lit:
                dark.setdefault(port.office, set()).add(port.id)
    for surge in _sound(facts.campaign):
        active = _active(facts.campaign, surge.start)
        for office in dict.fromkeys(group.office for group in surge.ports if group.office in facts.campaign.offices):
            free = dark.get(office, set())
            groups = [group for other in active for group in other.ports if group.office == office]
            named = {f"{office}/{desk}" for group in groups for desk in group.desks} & free
            wanted = len(named) + sum(group.any for group in groups)
            if wanted > len(free):
                yield _too_few(surge, office, wanted, len(free), [other for other in active if other is not surge])


def _too_few(surge: Surge, office: str, wanted: int, free: int, others: list[Surge]) -> Finding:
    index = next(index for index, group in enumerate(surge.ports) if group.office == office)
    sharing = [other for other in others if any(group.office == office for group in other.ports)]
    together = f"Surge `{surge.id}`" + (f" and {quoted(other.id for other in sharing)} together" if sharing else "")
    return finding(
        "surge-ports-beyond-dark",
        f"{together} {'light' if sharing else 'lights'} {wanted} ports of office `{office}` at {local(surge.start, surge.time_zone)}, "
        f"and {free} are dark there. The others cannot be lit, and that many fewer people answer.",
        help=sentences(f"Ask for {free} at most," if free else "Ask for ports of another office,", "or define more desks under `ports`."),
        at=Ref("surges", surge.id, "ports", (str(index),)),
        related=tuple(Related(f"also lit by `{other.id}`", at=Ref("surges", other.id, "ports")) for other in sharing),
    )


def frozen(facts: Facts) -> Iterator[Finding]:
    """`surge-in-freeze`: a surge that begins or ends in a freeze which does not let through what it does."""
    for surge in _sound(facts.campaign):
        for index, freeze in enumerate(facts.campaign.policy.freezes):
            begins = freeze.start <= surge.start < freeze.end
            ends = freeze.start <= surge.end < freeze.end
            allow = set(freeze.allow)
            missing = [
                verb
                for verb, needed in (
                    ("scale", (begins or ends) and any(f"hotline/{name}" not in allow for name in surge.seats)),
                    ("light", begins and bool(surge.ports)),
                    ("darken", ends and bool(surge.ports)),
                )
                if needed and verb not in allow
            ]
            if missing:
                yield finding(
                    "surge-in-freeze",
                    f"Surge `{surge.id}` {'begins' if begins else 'ends'} in the freeze `{freeze.id}`, "
                    f"which does not allow {quoted(missing, 'or')}. A plan made then is refused, and the surge does not happen by itself.",
                    help=f"Add {quoted(missing)} to the freeze's `allow`.",
                    at=Ref("surges", surge.id, "from" if begins else "until"),
                    related=(Related("the freeze", at=Ref("campaign", "", "policy", ("freezes", str(index), "allow"))),),
                )


def _wanted(surge: Surge, hotline: Hotline) -> int:
    change = surge.seats[hotline.id]
    return hotline.seats.baseline + change.amount if change.relative else change.amount


def _sound(campaign: Campaign) -> list[Surge]:
    """Surges that are in effect at some time."""
    return [surge for surge in campaign.surges.values() if surge.start < surge.end]


def _active(campaign: Campaign, at: datetime) -> list[Surge]:
    return [surge for surge in campaign.surges.values() if surge.start <= at < surge.end]


def local(instant: datetime, zone: str) -> str:
    """An instant as the wall clock of a zone shows it; in UTC when the zone is unknown."""
    from zoneinfo import ZoneInfo

    try:
        return f"{instant.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}"
    except (ValueError, OSError, LookupError):
        return f"{instant:%Y-%m-%d %H:%M} UTC"


RULES: dict[str, Check] = {
    "surge-ends-before-it-begins": backwards,
    "surge-without-effect": without_effect,
    "surges-overlap": overlapping,
    "surge-seats-beyond-limits": beyond_limits,
    "surge-seats-beyond-people": beyond_people,
    "surge-ports-beyond-dark": too_few_ports,
    "surge-in-freeze": frozen,
}
