"""Who may answer a hotline: one rule, shared by the manifest's checks and by seat assignment.

An `Answer` is read as follows. Every list that is given must match, any entry of it is enough: `offices: [hq, field],
languages: [es]` are the Spanish speakers of either office. Who is named in `users` may answer whatever the lists
say. An answer that gives no list and names nobody is about ports alone: no person answers from their own phone.

A lit port answers when `ports` is true and its office is among `offices` (when given). Who sits there counts: a port
with a named user may answer when that user may; a port without one is a volunteer's seat, and volunteers have no
record to compare roles, skills or languages with: the lead who seats them does that.
"""

from __future__ import annotations

from campctl.model.campaign import Answer, Port, User


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


def port_may_answer(answer: Answer, port: Port, occupant: User | None) -> bool:
    """Whether this port may answer while it is lit; `occupant` is the named user who sits there, or None.

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
