"""Who may answer a hotline: one rule, shared by the manifest's checks and by seat assignment.

An `Answer` is read as follows. Every list that is given must match, any entry of it is enough: `offices: [hq, field],
languages: [es]` are the Spanish speakers of either office. Who is named in `users` may answer whatever the lists
say. An answer that gives no list and names nobody is about ports alone: no person answers from their own phone.

A lit port answers when `ports` is true and its office is among `offices` (when given). Who sits there counts: a port
with a named user may answer when that user may; a port without one is a volunteer's seat. Where a volunteer said what they can
do and speak when they checked in (`Traits`), that is compared; where they did not, there is nothing to compare roles, skills or
languages with, and the lead who seats them does it.
"""

from __future__ import annotations

from msgspec import Struct

from campctl.model.campaign import Answer, Port, User

VOLUNTEER = "volunteer"
"""The role of whoever walked in."""


class Traits(Struct, frozen=True, gc=False):
    """What somebody who is not in the manifests can do, as they said when they checked in; () is nothing, not anything."""

    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()


def has_criteria(answer: Answer) -> bool:
    """Whether any list restricts who may answer (names in `users` are not a restriction)."""
    return bool(answer.offices or answer.roles or answer.skills or answer.languages)


def meets_criteria(answer: Answer, office: str, role: str, skills: tuple[str, ...], languages: tuple[str, ...]) -> bool:
    """Whether every given list matches someone of this office, role, skills and languages; False when none is given."""
    if answer.offices and office not in answer.offices:
        return False
    if answer.roles and role not in answer.roles:
        return False
    if answer.skills and not any(skill in answer.skills for skill in skills):
        return False
    if answer.languages and not any(language in answer.languages for language in languages):
        return False
    return has_criteria(answer)


def may_answer(answer: Answer, user: User) -> bool:
    """Whether this person may answer from their own phone: named in `users`, or matching every given list."""
    return user.id in answer.users or meets_criteria(answer, user.office, user.role, user.skills, user.languages)


def guest(port: Port, name: str, traits: Traits) -> User:
    """Who walked in and said what they can do, as everybody else is: the occupant of a port, with a record to compare."""
    return User(f"port/{port.id}", name, port.office, port.extension, role=VOLUNTEER, skills=traits.skills, languages=traits.languages)


def port_may_answer(answer: Answer, port: Port, occupant: User | None) -> bool:
    """Whether this port may answer while it is lit; `occupant` is the named user (or `guest`) who sits there, or None.

    An answer without lists and names takes every port, whoever sits there. Which hotline a port is lit for
    (`Port.hotline`, an override, a surge) is for the caller to compare.
    """
    if not answer.ports:
        return False
    if occupant is not None and occupant.id in answer.users:
        return True
    if answer.offices and port.office not in answer.offices:
        return False
    if occupant is None:
        return True
    return may_answer(answer, occupant) if has_criteria(answer) or answer.users else True
