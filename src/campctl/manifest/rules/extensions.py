"""Extensions: one owner each within one backend's dial plan, inside the office's ranges, and never in 911's way."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from campctl.findings import Finding, Ref, Related
from campctl.findings.catalogue import finding
from campctl.findings.text import listed
from campctl.manifest.rules.facts import Check, Facts, banks, span_of_desks
from campctl.manifest.rules.words import SHOWN, quoted, sentences
from campctl.model.campaign import ExtensionRange, Hotline, Office, Port, User

EMERGENCY = {"US": ("911", "9911"), "CA": ("911", "9911"), "GB": ("999", "112"), "AU": ("000", "112"), "NZ": ("111",)}
"""Country to the digits that must reach help at once; elsewhere 112. 9911 is 911 dialled out of old habit with a 9 before it."""

Owner = User | Port | Hotline


def taken(facts: Facts) -> Iterator[Finding]:
    """`extension-taken`: two owners of one extension on one backend."""
    plans: dict[str, dict[str, Owner]] = {}
    by_office: dict[str, dict[str, Owner]] = {office: plans.setdefault(backend, {}) for office, backend in facts.backend_of.items()}
    lost: dict[str, Owner] = {}
    clashes: list[tuple[Port, Owner]] = []

    def take(owner: User | Port) -> Owner:
        """Who has the extension: themselves, or who had it before, on any backend that it has to mean them on."""
        if not owner.backend and not owner.also_on:
            return by_office.get(owner.office, lost).setdefault(owner.extension, owner)
        found = [plans.setdefault(backend, {}).setdefault(owner.extension, owner) for backend in facts.dial_plans(owner)]
        return next((other for other in found if other is not owner), owner)

    for user in facts.users:
        # People of an unknown office are on no dial plan yet; `unknown-office` says so.
        first = take(user)
        if first is not user and user.extension and user.office in by_office:
            yield _collision(facts, user, first)
    for port in facts.ports:
        first = take(port)
        if first is not port and port.extension and port.office in by_office:
            clashes.append((port, first))
    for bank in _clashing_banks(clashes):
        yield _collision(facts, *bank[0]) if len(bank) == 1 else _bank_collision(facts, bank)
    for hotline in facts.hotlines:
        if hotline.extension:
            other = plans.setdefault(facts.backend_of_hotline(hotline), {}).setdefault(hotline.extension, hotline)
            if other is not hotline:
                yield _collision(facts, hotline, other)


def _clashing_banks(clashes: list[tuple[Port, Owner]]) -> Iterator[list[tuple[Port, Owner]]]:
    """Neighbouring ports that clash with things of one kind and office, as one list."""
    for ports in banks(port for port, _ in clashes):
        firsts = clashes[: len(ports)]
        del clashes[: len(ports)]
        for _, group in groupby(firsts, key=lambda clash: (type(clash[1]), getattr(clash[1], "office", clash[1].id))):
            yield list(group)


def _bank_collision(facts: Facts, bank: list[tuple[Port, Owner]]) -> Finding:
    ports = [port for port, _ in bank]
    owners = [owner for _, owner in bank]
    first = owners[0]
    whose = f"{_name(first)} to `{owners[-1].id}`".replace(" ", "s ", 1)
    return finding(
        "extension-taken",
        f"Extensions {listed([port.extension for port in ports], SHOWN)} of {span_of_desks(ports)} already belong to {whose}. "
        f"All are on backend `{_common(facts, ports[0], first)}`, where an extension rings one line: "
        "calls for the one would reach the other.",
        help="Give one of the two other extensions.",
        at=_place(ports[0]),
        related=(Related(f"first given to {whose}", at=_place(first)),),
    )


def _collision(facts: Facts, owner: Owner, first: Owner) -> Finding:
    backend = _common(facts, owner, first)
    free = "" if isinstance(owner, Hotline) else facts.free_extension(owner.office, owner.id)
    return finding(
        "extension-taken",
        f"Extension {owner.extension} of {_name(owner)} already belongs to {_name(first)}. Both are on backend `{backend}`, "
        "where an extension rings one line: calls for the one would reach the other.",
        help=sentences("Give one of them another extension.", f"{free} is free." if free else ""),
        at=_place(owner),
        related=(Related(f"first given to {_name(first)}", at=_place(first)),),
    )


def _common(facts: Facts, owner: Owner, first: Owner) -> str:
    """The backend on which both of them need the extension."""
    one, other = ((facts.backend_of_hotline(each),) if isinstance(each, Hotline) else facts.dial_plans(each) for each in (owner, first))
    return next((backend for backend in one if backend in other), one[0])


def outside(facts: Facts) -> Iterator[Finding]:
    """`extension-outside-office`: an extension outside the ranges of its office.

    A person's may lie in those of any office: who moves keeps it.
    """
    offices = facts.campaign.offices
    ranges = {
        office.id: [(len(span.first), span.first, span.last) for span in office.extensions]
        for office in offices.values()
        if office.extensions
    }
    strays: list[User | Port] = []
    for group in (facts.users, facts.ports):
        for owner in group:
            spans = ranges.get(owner.office)
            if spans is None:
                continue
            extension = owner.extension
            size = len(extension)
            for length, first, last in spans:
                if size == length and first <= extension <= last:
                    break
            else:
                if extension and not (isinstance(owner, User) and _kept(extension, ranges)):
                    strays.append(owner)
    yield from (_stray(facts, [user], offices[user.office]) for user in strays if isinstance(user, User))
    for ports in banks(port for port in strays if isinstance(port, Port)):
        yield _stray(facts, ports, offices[ports[0].office])


def _kept(extension: str, ranges: Mapping[str, Sequence[tuple[int, str, str]]]) -> bool:
    """Whether it lies in any office's ranges, from where its owner may have brought it."""
    size = len(extension)
    return any(size == length and first <= extension <= last for spans in ranges.values() for length, first, last in spans)


def _stray(facts: Facts, owners: Sequence[User | Port], office: Office) -> Finding:
    owner = owners[0]
    home = next(
        (
            other.id
            for other in facts.campaign.offices.values()
            if other is not office
            and facts.backend_of[other.id] == facts.backend_of[office.id]
            and any(owner.extension in span for span in other.extensions)
        ),
        "",
    )
    free = facts.free_extension(office.id, owner.id) if len(owners) == 1 else ""
    numbers = owner.extension if len(owners) == 1 else f"{owner.extension}-{owners[-1].extension}"
    whose = _name(owner) if len(owners) == 1 else f"ports `{owner.id}` to `{owners[-1].id}`"
    return finding(
        "extension-outside-office",
        f"{'Extension' if len(owners) == 1 else 'Extensions'} {numbers} of {whose} {'lies' if len(owners) == 1 else 'lie'} outside "
        f"the ranges of office `{office.id}` ({_ranges(office)})"
        + (f" and inside those of `{home}`." if home else ".")
        + " Ranges keep offices apart: outside of them, the next office to grow takes the same extension.",
        help=f"{f'Use {free}, which is free,' if free else 'Use extensions inside the ranges,'} or add {numbers} to the office's ranges.",
        at=_place(owner),
        related=(Related(f"the ranges of `{office.id}`", at=Ref("offices", office.id, "extensions")),),
    )


def overlapping(facts: Facts) -> Iterator[Finding]:
    """`extension-ranges-overlap`: two offices of one backend claim the same extensions."""
    plans: dict[str, list[tuple[int, str, str, int, Office]]] = {}
    for office in facts.campaign.offices.values():
        for index, span in enumerate(office.extensions):
            row = (len(span.first), span.first, span.last, index, office)
            plans.setdefault(facts.backend_of[office.id], []).append(row)
    for backend, rows in plans.items():
        rows.sort(key=lambda row: row[:3])
        reach: tuple[int, str, str, int, Office] | None = None
        for row in rows:
            if reach and reach[0] == row[0] and row[1] <= reach[2] and reach[4] is not row[4]:
                yield _overlap(backend, row, reach)
            if reach is None or (reach[0], reach[2]) < (row[0], row[2]):
                reach = row


def _overlap(backend: str, one: tuple[int, str, str, int, Office], two: tuple[int, str, str, int, Office]) -> Finding:
    # Told at the office that comes later in the order of ids, so that the words do not depend on sorting.
    later, earlier = (one, two) if one[4].id > two[4].id else (two, one)
    common = ExtensionRange(max(one[1], two[1]), min(one[2], two[2]))
    return finding(
        "extension-ranges-overlap",
        f"Offices `{later[4].id}` and `{earlier[4].id}` both claim extensions {common} on backend `{backend}`. "
        "Whoever is given one of these in the one office takes it from the other.",
        help="Shorten one of the two ranges.",
        at=Ref("offices", later[4].id, "extensions", (str(later[3]),)),
        related=(Related(f"claimed by `{earlier[4].id}`", at=Ref("offices", earlier[4].id, "extensions", (str(earlier[3]),))),),
    )


def emergency(facts: Facts) -> Iterator[Finding]:
    """`extension-hides-emergency`: an extension that stands in the way of dialling for help."""
    digits = EMERGENCY.get(facts.campaign.country, ("112",))
    owners: Iterable[Owner] = (*facts.users, *facts.ports, *facts.hotlines)
    for owner in owners:
        if owner.extension.startswith(digits):
            number = digits[0]
            yield finding(
                "extension-hides-emergency",
                f"Extension {owner.extension} of {_name(owner)} begins with {quoted([_hidden(owner.extension, digits)])}. "
                f"A phone must reach {number} the moment it is dialled, without a prefix and without waiting for more digits "
                "(47 CFR 9.16, Kari's Law); an extension like this makes the exchange wait, or rings a desk instead.",
                help=f"Use an extension that does not begin with {number}.",
                at=_place(owner),
            )


def _hidden(extension: str, digits: tuple[str, ...]) -> str:
    return next(number for number in digits if extension.startswith(number))


def _ranges(office: Office) -> str:
    return ", ".join(str(span) for span in office.extensions)


def _name(owner: Owner) -> str:
    kind = {User: "user", Port: "port", Hotline: "hotline"}[type(owner)]
    return f"{kind} `{owner.id}`"


def _place(owner: Owner) -> Ref:
    section = {User: "users", Port: "ports", Hotline: "hotlines"}[type(owner)]
    return Ref(section, owner.id, "extension")


RULES: dict[str, Check] = {
    "extension-taken": taken,
    "extension-outside-office": outside,
    "extension-ranges-overlap": overlapping,
    "extension-hides-emergency": emergency,
}
