"""People and the desks they sit at."""

from __future__ import annotations

from collections.abc import Iterator

from campctl.findings import Finding, Ref, Related
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.manifest.rules.facts import Check, Facts, answers, banks, span_of_desks
from campctl.manifest.rules.words import quoted


def two_ports(facts: Facts) -> Iterator[Finding]:
    """`user-at-two-ports`: one person seated twice."""
    seats: dict[str, str] = {}
    for ports in banks(port for port in facts.ports if port.user and port.user in facts.campaign.users):
        user = ports[0].user
        first = seats.setdefault(user, ports[0].id)
        others = [port for port in ports if port.id != first]
        if others:
            yield finding(
                "user-at-two-ports",
                f"`{user}` sits at {span_of_desks(others)} and also at `{first}`. "
                "A person sits at one desk: at any other, calls would ring for nobody.",
                help="Remove `user` from where they do not sit.",
                at=Ref("ports", others[0].id, "user"),
                related=(Related("also sits here", at=Ref("ports", first, "user")),),
            )


def elsewhere(facts: Facts) -> Iterator[Finding]:
    """`port-user-elsewhere`: a port whose user is in another office. Allowed: visitors exist; the port's address counts for 911."""
    users, offices = facts.campaign.users, facts.campaign.offices
    for port in facts.ports:
        user = users.get(port.user) if port.user else None
        if user is not None and user.office != port.office and user.office in offices and port.office in offices:
            yield finding(
                "port-user-elsewhere",
                f"Port `{port.id}` is for `{user.id}`, who is in office `{user.office}`. The port stays at the address of `{port.office}`, "
                f"but the person's own line gives that of `{user.office}` to 911 and counts there in every list of who may answer.",
                help=f"If they have moved, `campctl move {user.id} --to {port.office}`; if they are visiting, leave it.",
                at=Ref("ports", port.id, "user"),
                related=(Related("their office", at=Ref("users", user.id, "office")),),
            )


def toll_fraud(facts: Facts) -> Iterator[Finding]:
    """`port-may-dial-far`: a port without a named person that may dial more than local numbers."""
    far = (port for port in facts.ports if not port.user and port.permission in {"national", "international"})
    for ports in banks(far):
        first = ports[0]
        who = f"Port `{first.id}`" if len(ports) == 1 else f"Each of the {len(ports):,} ports `{first.id}` to `{ports[-1].id}`"
        yield finding(
            "port-may-dial-far",
            f"{who} may dial {first.permission} numbers, and no named person sits there: anyone who walks in can. "
            "Unattended phones with that permission are how toll fraud starts, and the campaign pays the bill.",
            help="Use `permission: internal` or `local`, or name the `user` who sits there.",
            at=Ref("ports", first.id, "permission"),
        )


def refused_ports(facts: Facts) -> Iterator[Finding]:
    """`port-hotline-refuses`: a port that is to answer a hotline whose `answer` leaves it out."""
    hotlines = facts.campaign.hotlines
    offices = facts.campaign.offices
    for ports in banks(port for port in facts.ports if port.hotline):
        port = ports[0]
        hotline = hotlines.get(port.hotline)
        if hotline is None or port.office not in offices:
            continue
        takes = hotline.answer.offices
        if not hotline.answer.ports:
            reason, field = "takes no ports (`ports: false`)", "ports"
        elif takes and port.office not in takes:
            reason, field = f"takes only offices {quoted(takes)}", "offices"
        else:
            continue
        who = f"Port `{port.id}` is" if len(ports) == 1 else f"Ports `{port.id}` to `{ports[-1].id}` are"
        yield finding(
            "port-hotline-refuses",
            f"{who} to answer hotline `{hotline.id}`, which {reason}. Lit, {'it' if len(ports) == 1 else 'they'} would ring for nobody.",
            help="Let the hotline's `answer` take them, or remove `hotline` from the ports.",
            at=Ref("ports", port.id, "hotline"),
            related=(Related("who may answer", at=Ref("hotlines", hotline.id, "answer", (field,))),),
        )


def traits(facts: Facts) -> Iterator[Finding]:
    """`nobody-has`: a role, skill or language asked for that no user has."""
    if not facts.hotlines:
        return
    has: dict[str, set[str]] = {"roles": set(), "skills": set(), "languages": set()}
    for _, role, skills, languages, _ in facts.profiles:
        has["roles"].add(role)
        has["skills"].update(skills)
        has["languages"].update(languages)
    suggesters: dict[str, Suggester] = {}
    for hotline in facts.hotlines:
        for answer, place in answers(hotline):
            for kind, wanted in (("roles", answer.roles), ("skills", answer.skills), ("languages", answer.languages)):
                for index, word in enumerate(wanted):
                    if word in has[kind]:
                        continue
                    suggester = suggesters.setdefault(kind, Suggester(has[kind] - {""}))
                    yield finding(
                        "nobody-has",
                        f"Hotline `{hotline.id}` asks for the {kind[:-1]} `{word}`, and no user has it: nobody is chosen by it.",
                        help=suggester.did_you_mean(word) or f"Give the {kind[:-1]} to the users who have it, or remove it here.",
                        at=Ref(place.section, place.id, place.field, (*place.path, kind, str(index))),
                    )


def second_lines(facts: Facts) -> Iterator[Finding]:
    """`second-line-at-home`: `also_on` names the backend the line is on anyway."""
    for user in facts.users:
        if user.also_on and user.also_on == facts.home(user):
            yield _second_line(f"User `{user.id}` is", user.also_on, Ref("users", user.id, "also_on"))
    for ports in banks(port for port in facts.ports if port.also_on and port.also_on == facts.home(port)):
        who = f"Port `{ports[0].id}` is" if len(ports) == 1 else f"Ports `{ports[0].id}` to `{ports[-1].id}` are"
        yield _second_line(who, ports[0].also_on, Ref("ports", ports[0].id, "also_on"))


def _second_line(who: str, backend: str, at: Ref) -> Finding:
    return finding(
        "second-line-at-home",
        f"{who} on backend `{backend}` anyway, so `also_on` makes no second line.",
        help="Remove `also_on`, or name the backend that the phone is being moved to.",
        at=at,
    )


def answering_elsewhere(facts: Facts) -> Iterator[Finding]:
    """`answerer-on-other-backend`: somebody named in `answer.users` whose line is not on the hotline's backend."""
    for hotline in facts.hotlines:
        backend = facts.backend_of_hotline(hotline)
        for answer, place in answers(hotline):
            if not answer.users or not facts.people_for(answer, backend):
                continue  # of nobody at all, `hotline-unanswered` and `escalation-beyond-people` tell
            for index, name in enumerate(answer.users):
                user = facts.campaign.users.get(name)
                home = facts.home(user) if user is not None else ""
                if home and home != backend:
                    yield finding(
                        "answerer-on-other-backend",
                        f"`{name}` is named to answer hotline `{hotline.id}`, whose queue is on backend `{backend}`; their line is on "
                        f"`{home}`, and a queue rings lines of its own exchange only. They get no seat by their own phone.",
                        help=f"Move them (`campctl move --office {user.office if user else ''} --backend {backend} {name}`), "
                        f"or the hotline (`backend: {home}`).",
                        at=Ref(place.section, place.id, place.field, (*place.path, "users", str(index))),
                    )


RULES: dict[str, Check] = {
    "second-line-at-home": second_lines,
    "answerer-on-other-backend": answering_elsewhere,
    "user-at-two-ports": two_ports,
    "port-user-elsewhere": elsewhere,
    "port-may-dial-far": toll_fraud,
    "port-hotline-refuses": refused_ports,
    "nobody-has": traits,
}
