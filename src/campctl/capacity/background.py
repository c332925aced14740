"""How well a volunteer suits a call list: what both have in common, what forbids it, and the reasons in words.

That people listen to those who are like them is old practice: teachers call education voters, veterans call security voters.
Scores are whole hundredths of the weights, so that totals are exact.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache

from msgspec import Struct, field

from campctl.capacity import week
from campctl.model.campaign import HoursRule

YES = frozenset({"yes", "y", "true", "x", "1"})
PLACES = ("city", "county", "state")
WHO = frozenset({"profession", "occupation", "job"})
"""Attributes whose values say what somebody is: "both teachers"."""


class Volunteer(Struct, frozen=True, kw_only=True):
    """Somebody who calls. Words are in small letters; `free` empty: at any time; `minutes` None: as many as needed, in a week."""

    id: str
    name: str = ""
    phone: str = ""
    languages: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = {}
    city: str = ""
    county: str = ""
    state: str = ""
    excluded_states: tuple[str, ...] = ()
    time_zone: str = ""
    free: tuple[HoursRule, ...] = ()
    minutes: int | None = None


class CallList(Struct, frozen=True, kw_only=True):
    """People to be called: who may call them, when, and how many callers (or minutes of calling a week) it wants, `least` first."""

    id: str
    name: str = ""
    wants: int
    least: int = 0
    languages: tuple[str, ...] = ()
    languages_preferred: tuple[str, ...] = ()
    attributes: dict[str, tuple[str, ...]] = {}
    city: str = ""
    county: str = ""
    state: str = ""
    excluded_states: tuple[str, ...] = ()
    time_zone: str = ""
    hours: tuple[HoursRule, ...] = ()


class Preferences(Struct, frozen=True, kw_only=True):
    """What counts how much. `require`: attributes that must be shared where a list says them; `overlap`: minutes a week, at the least."""

    attribute: float = 10
    language: float = 4
    city: float = 6
    county: float = 4
    state: float = 2
    hours: float = 3
    attributes: dict[str, float] = field(default_factory=dict)
    require: tuple[str, ...] = ()
    overlap: int = 60


class Fit(Struct, frozen=True):
    """One volunteer and one list: the score in hundredths, and why; or the `barrier` (a kind) and its words."""

    score: int
    reasons: tuple[str, ...] = ()
    barrier: str = ""
    words: str = ""


class Judge:
    """Says of any volunteer and list how they fit, in the week that begins on `monday`."""

    def __init__(self, preferences: Preferences, monday: date) -> None:
        self.preferences = preferences
        self.monday = monday
        self._common = lru_cache(maxsize=None)(week.common)
        self._tags: dict[tuple[type, str], frozenset[tuple[str, str]]] = {}

    def rows(self, people: Sequence[Volunteer], lists: Sequence[CallList]) -> list[list[int | None]]:
        """Scores of all with all; None where one may not call the other."""
        return [[self._score(person, one) for one in lists] for person in people]

    def common(self, person: Volunteer, one: CallList) -> tuple[tuple[int, int], ...] | None:
        """The minutes of the volunteer's week in which both can; None when one of them says nothing."""
        if not person.free or not one.hours:
            return None
        return self._common(person.free, person.time_zone, one.hours, one.time_zone, self.monday)

    def barriers(self, person: Volunteer, one: CallList) -> list[tuple[str, str]]:
        """Everything that forbids it, as kind and words."""
        found = []
        if person.minutes == 0:
            found.append(("no hours to give", "has no hours to give"))
        if one.languages and not set(one.languages) & set(person.languages):
            wanted = " or ".join(one.languages)
            spoken = f"speaks {', '.join(person.languages)}" if person.languages else "no language is written for them"
            found.append((f"no {wanted}", f"the list wants {wanted}; {spoken}"))
        if one.state and one.state in person.excluded_states:
            found.append((f"{one.state.upper()} excluded", f"does not call {one.state.upper()}"))
        if person.state and person.state in one.excluded_states:
            found.append((f"from {person.state.upper()}", f"the list takes nobody from {person.state.upper()}"))
        for name in self.preferences.require:
            wanted_values = one.attributes.get(name, ())
            if wanted_values and not set(wanted_values) & set(person.attributes.get(name, ())):
                words = _attribute_words(name, wanted_values)
                found.append((f"not {words}", f"the list wants {words}"))
        common = self.common(person, one)
        if common is not None and week.minutes(common) < self.preferences.overlap:
            have = week.minutes(common)
            less = f"only {hours_words(have)} in common" if have else "no hours in common"
            found.append(("other hours", less))
        return found

    def fit(self, person: Volunteer, one: CallList) -> Fit:
        """The score with its reasons, or what forbids it."""
        barriers = self.barriers(person, one)
        if barriers:
            return Fit(0, (), barriers[0][0], "; ".join(words for _, words in barriers))
        score = self._score(person, one)
        assert score is not None
        return Fit(score, self._reasons(person, one))

    def _score(self, person: Volunteer, one: CallList) -> int | None:
        common = self.common(person, one)
        if not self._may(person, one, common):
            return None
        given = self.preferences
        total = 0.0
        for name, _ in self._tagged(person) & self._tagged(one):
            total += given.attributes.get(name, given.attribute)
        if person.languages and (one.languages or one.languages_preferred):
            total += given.language * len(set(person.languages) & {*one.languages, *one.languages_preferred})
        place = shared_place(person, one)
        if place:
            total += {"city": given.city, "county": given.county, "state": given.state}[place]
        if common is not None:
            total += given.hours * min(1.0, week.minutes(common) / max(week.rule_minutes(one.hours), 1))
        return round(total * 100)

    def _may(self, person: Volunteer, one: CallList, common: tuple[tuple[int, int], ...] | None) -> bool:
        """No barrier; the same as `barriers`, without words."""
        if person.minutes == 0 or (one.languages and set(one.languages).isdisjoint(person.languages)):
            return False
        if (one.state and one.state in person.excluded_states) or (person.state and person.state in one.excluded_states):
            return False
        for name in self.preferences.require:
            wanted = one.attributes.get(name, ())
            if wanted and set(wanted).isdisjoint(person.attributes.get(name, ())):
                return False
        return common is None or week.minutes(common) >= self.preferences.overlap

    def _tagged(self, one: Volunteer | CallList) -> frozenset[tuple[str, str]]:
        found = self._tags.get((one.__class__, one.id))
        if found is None:
            found = frozenset((name, value) for name, values in one.attributes.items() for value in values)
            self._tags[one.__class__, one.id] = found
        return found

    def _reasons(self, person: Volunteer, one: CallList) -> tuple[str, ...]:
        found = []
        shared: dict[str, list[str]] = {}
        given = self.preferences
        for name, value in sorted(self._tagged(person) & self._tagged(one)):
            if given.attributes.get(name, given.attribute):
                shared.setdefault(name, []).append(value)
        weight = {name: given.attributes.get(name, given.attribute) for name in shared}
        found += [_shared_words(name, shared[name]) for name in sorted(shared, key=lambda name: (-weight[name], name))]
        spoken = [word for word in (*one.languages, *one.languages_preferred) if word in person.languages]
        if spoken:
            found.append(f"speaks {', '.join(dict.fromkeys(spoken))}")
        place = shared_place(person, one)
        if place:
            found.append(_place_words(place, getattr(one, place)))
        common = self.common(person, one)
        if common is not None:
            found.append(time_words(common, self.monday))
        return tuple(found)


def shared_place(person: Volunteer, one: CallList) -> str:
    """The smallest place both are in: "city", "county", "state", or "". A city or county counts only within one state."""
    if person.state and one.state and person.state != one.state:
        return ""
    for place in PLACES:
        if getattr(one, place) and getattr(one, place) == getattr(person, place):
            return place
    return ""


def hours_words(minutes: int) -> str:
    """`6 h`, `1.5 h`, `45 min`."""
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes / 60:.1f}".removesuffix(".0") + " h"


def time_words(common: Sequence[tuple[int, int]], monday: date) -> str:  # noqa: ARG001 - minutes are of the volunteer's own week
    """`evenings, 6 h a week`: when in the volunteer's week."""
    kinds = set()
    for start, end in common:
        clock, length = start % 1440, end - start
        kinds.add("mornings" if clock + length <= 720 else "evenings" if clock >= 1020 else "afternoons" if clock >= 720 else "")
    weekend = {start // 1440 >= 5 for start, _ in common}
    kind = kinds.pop() if len(kinds) == 1 else ""
    when = ("weekend " + kind if kind else "weekends") if weekend == {True} else kind
    total = hours_words(week.minutes(common))
    return f"{when.strip()}, {total} a week" if when.strip() else f"{total} a week in common"


def _shared_words(name: str, values: Sequence[str]) -> str:
    """`both teachers`, `both veterans`, `same hobby: fishing`."""
    if name in WHO or all(value == "yes" for value in values):
        return f"both {_attribute_words(name, values)}"
    return f"same {name.replace('_', ' ')}: {', '.join(values)}"


def _attribute_words(name: str, values: Sequence[str]) -> str:
    """`teachers`, `veterans`, `hobby hiking`."""
    if name in WHO:
        return " and ".join(_many(value) for value in values)
    if all(value == "yes" for value in values):
        return _many(name.replace("_", " "))
    return f"{name.replace('_', ' ')} {', '.join(values)}"


def _many(word: str) -> str:
    if word.endswith("s"):
        return word
    if word.endswith("man"):
        return word[:-2] + "en"
    return word[:-1] + "ies" if word[-1:] == "y" and word[-2:-1] not in "aeiou" else word + "s"


def _place_words(place: str, name: str) -> str:
    if place == "state":
        return f"both in {name.upper() if len(name) == 2 else name.title()}"
    return f"both in {name.title()}{' county' if place == 'county' and 'county' not in name else ''}"


def count_values(of: Sequence[Volunteer] | Sequence[CallList]) -> Mapping[str, frozenset[str]]:
    """Every attribute with all its values."""
    found: dict[str, set[str]] = {}
    for one in of:
        for name, values in one.attributes.items():
            found.setdefault(name, set()).update(values)
    return {name: frozenset(values) for name, values in found.items()}
