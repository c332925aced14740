"""Who is meant by a name at the reception: a user of the campaign, or somebody who walked in; and who sits where now."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct

from campctl import errors
from campctl.app.desks import still_runs
from campctl.app.find import desk as find_desk
from campctl.model.campaign import Campaign, Port, User
from campctl.model.records import Override

if TYPE_CHECKING:
    from campctl.effective import LitPort
    from campctl.effective.placing import Person
    from campctl.model.answering import Traits

LONGEST = 60
"""Characters of a name: more than phones and cards show."""
JOINERS = frozenset("\u200c\u200d")
"""Characters that Persian and Indic names need; no others that cannot be seen are taken."""


class Sitter(Struct, frozen=True):
    """Somebody at a desk. `overrides`: those of the desk that still run; `since`: when they sat down, None where manifests seat them."""

    port: Port
    light: LitPort
    name: str
    overrides: tuple[Override, ...]
    since: datetime | None

    @property
    def walked_in(self) -> bool:
        """Whether they are no user of the campaign."""
        return not self.light.user


def plain_name(text: str) -> str:
    """A name as it is kept, shown and printed; `errors.UsageError` for what could steer a terminal, or is no name."""
    name = " ".join(text.split())
    if not name:
        raise errors.UsageError("Nobody was named.", hint='Write `campctl seat check-in "Sam Ortiz" --office OFFICE`.')
    if not all(char.isprintable() or char in JOINERS for char in name):
        raise errors.UsageError(
            "The name holds characters that cannot be shown (control characters, escape codes).",
            hint="Type it as it should be on the card.",
        )
    if len(name) > LONGEST:
        raise errors.UsageError(
            f"The name has {len(name)} characters; {LONGEST} are the most that phones and cards show.", hint="Shorten it."
        )
    return name


def user_named(campaign: Campaign, name: str) -> User | None:
    """The user of that id or name; `errors.UsageError` when several have the name."""
    if name in campaign.users:
        return campaign.users[name]
    wanted = name.casefold()
    same = [user for user in campaign.users.values() if user.name.casefold() == wanted]
    if len(same) > 1:
        ids = ", ".join(user.id for user in same[:6])
        raise errors.UsageError(f"{len(same)} people are called {name}: {ids}.", hint="Name the one who came by their id.")
    return same[0] if same else None


def person_named(campaign: Campaign, name: str, traits: Traits | None) -> tuple[Person, str]:
    """Who that is, and what to say about it. `traits` are what was said at the reception, of somebody who walked in."""
    from campctl.effective.placing import Person

    user = user_named(campaign, name)
    if user is not None:
        if traits is not None and (traits.skills or traits.languages):
            raise errors.UsageError(
                f"{user.name} is in the roster, which says what they can do.",
                hint="Leave out --skills and --languages, or edit the roster.",
            )
        return Person(user.name, user), ""
    known = {one for user in campaign.users.values() for one in (user.id, user.name)}
    near = difflib.get_close_matches(name, known, 1, 0.8)
    said = f"Nobody of the roster is called {name}, so they are a walk-in. Was `{near[0]}` meant?" if near else ""
    return Person(name, None, traits), said


def traits_of(campaign: Campaign, skills: Sequence[str], languages: Sequence[str]) -> Traits:
    """What somebody said they can do; `errors.UsageError` for words that nothing of the campaign knows."""
    from campctl.model.answering import Traits

    found: list[tuple[str, ...]] = []
    answers = [hotline.answer for hotline in campaign.hotlines.values()]
    answers += [step.answer for hotline in campaign.hotlines.values() for step in hotline.escalation if step.answer is not None]
    for option, given, asked, has in (
        ("--skills", skills, (answer.skills for answer in answers), (user.skills for user in campaign.users.values())),
        ("--languages", languages, (answer.languages for answer in answers), (user.languages for user in campaign.users.values())),
    ):
        words = _words(given)
        known = {word for group in (asked, has) for entries in group for word in entries} if words else set()
        for word in words:
            if word not in known:
                near = difflib.get_close_matches(word, known, 1)
                some = ", ".join(sorted(known)[:12]) or "none"
                raise errors.UsageError(
                    f"{option} {word}: no hotline asks for that, and nobody has it.",
                    hint=f"Did you mean `{near[0]}`?" if near else f"Known are {some}. Leave out what nothing asks for.",
                )
        found.append(words)
    return Traits(*found)


def _words(given: Iterable[str]) -> tuple[str, ...]:
    """`a,b` and `a b` alike, each once."""
    return tuple(dict.fromkeys(word for text in given for word in text.replace(";", ",").replace(",", " ").split()))


def sitters(campaign: Campaign, lit: Mapping[str, LitPort], overrides: Iterable[Override], now: datetime) -> list[Sitter]:
    """Everybody who is known to sit at a lit desk."""
    running: dict[str, list[Override]] = {}
    for one in overrides:
        if one.kind == "port" and still_runs(one, now):
            running.setdefault(one.subject, []).append(one)
    found = []
    for pid, light in lit.items():
        if light.user or light.volunteer:
            mine = running.get(pid, ())
            seated = [one.start for one in mine if (one.user or one.volunteer) == (light.user or light.volunteer)]
            name = light.volunteer or campaign.users[light.user].name
            found.append(Sitter(campaign.ports[pid], light, name, tuple(mine), max(seated, default=None)))
    return found


def sitting_as(found: Iterable[Sitter], person: Person) -> Sitter | None:
    """Where somebody sits already."""
    if person.user is not None:
        return next((one for one in found if one.light.user == person.user.id), None)
    wanted = person.name.casefold()
    return next((one for one in found if one.light.volunteer.casefold() == wanted), None)


def sitter_meant(campaign: Campaign, found: Sequence[Sitter], text: str, office: str = "") -> Sitter:
    """The one who sits at a desk, or is called so; `errors.NotFound` with who is near."""
    here = [one for one in found if not office or one.port.office == office]
    wanted = " ".join(text.split()).casefold()
    same = [one for one in here if wanted in {one.light.user.casefold(), one.name.casefold()} - {""}]
    if not same:
        same = [one for one in here if wanted in {one.port.id, one.port.desk}]
    if len(same) == 1:
        return same[0]
    if same:
        desks = ", ".join(one.port.id for one in same[:6])
        raise errors.UsageError(f"{len(same)} seats are meant by that: {desks}.", hint="Name the desk, with its office.")
    if "/" in text or any(port.desk == text for port in campaign.ports.values()):
        port = find_desk(campaign, text, office)
        raise errors.NotFound(f"Nobody sits at {port.id}.", hint="`campctl seat list` shows who sits where.")
    names = [word for one in here for word in (one.light.user, one.name) if word]
    near = difflib.get_close_matches(text, names, 1)
    raise errors.NotFound(
        f"Nobody called {' '.join(text.split())!r} sits at a desk.",
        hint=f"Did you mean `{near[0]}`?" if near else "`campctl seat list` shows who sits where.",
    )
