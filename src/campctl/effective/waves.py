"""An office goes from one backend to another in waves: who goes together, who goes first, which hotlines go along.

The rule (docs/migration.md tells it to users). What goes as one is a person with the desks the manifest seats them at, or a
desk where nobody is named. First go those who sit in no hotline, people before desks, each by extension. Who sits in a
hotline, or is where one leads to without a number, goes last, together with all of the office who do: a queue rings lines of
its own backend only. A hotline goes along with them when more of its seats can be filled there than where it is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from msgspec import Struct
from msgspec.structs import replace

from campctl.effective.queues import Switchboard
from campctl.model.answering import may_answer, port_may_answer
from campctl.model.campaign import Campaign, Hotline, Port, Target, User, home_of


class Unit(Struct, frozen=True, kw_only=True):
    """What goes as one: `user` (or "") and `ports`, ids. `hotlines` are those that tie it to their backend."""

    user: str
    ports: tuple[str, ...]
    extension: str
    hotlines: frozenset[str] = frozenset()

    @property
    def subject(self) -> str:
        """`user/ann.lee`, or `port/hq/a001`."""
        return f"user/{self.user}" if self.user else f"port/{self.ports[0]}"

    @property
    def lines(self) -> tuple[str, ...]:
        """The ids of its lines."""
        return (*((f"user/{self.user}",) if self.user else ()), *(f"port/{port}" for port in self.ports))

    def spots(self, campaign: Campaign) -> list[User | Port]:
        """Its person and desks."""
        return [*([campaign.users[self.user]] if self.user else []), *(campaign.ports[port] for port in self.ports)]

    def is_on(self, campaign: Campaign, backend: str) -> bool:
        """Whether all of it is at home there."""
        return all(home_of(campaign, spot) == backend for spot in self.spots(campaign))


def units_of(campaign: Campaign, office: str, present: Mapping[str, Mapping[str, int]]) -> list[Unit]:
    """All of an office, in the order in which they go. `present`: who is a member of what now (`present_members`)."""
    ties = _ties(campaign, present)
    seated: dict[str, list[str]] = {}
    free: list[str] = []
    for port in campaign.ports.values():
        if port.office == office:
            person = campaign.users.get(port.user)
            (seated.setdefault(person.id, []) if person is not None and person.office == office else free).append(port.id)
    found = [_unit(campaign, user.id, seated.get(user.id, []), ties) for user in campaign.users.values() if user.office == office]
    found += [_unit(campaign, "", [port], ties) for port in free]
    return sorted(found, key=lambda unit: (bool(unit.hotlines), not unit.user, len(unit.extension), unit.extension, unit.subject))


def _unit(campaign: Campaign, user: str, ports: Sequence[str], ties: Mapping[str, set[str]]) -> Unit:
    extension = campaign.users[user].extension if user else campaign.ports[ports[0]].extension
    bare = Unit(user=user, ports=tuple(sorted(ports)), extension=extension)
    return replace(bare, hotlines=frozenset(hotline for line in bare.lines for hotline in ties.get(line, ())))


def _ties(campaign: Campaign, present: Mapping[str, Mapping[str, int]]) -> dict[str, set[str]]:
    """Line to the hotlines it sits in, or that lead to it and could not from another backend; linked hotlines count as one."""
    group = _linked(campaign)
    ties: dict[str, set[str]] = {}
    for hotline, lines in present.items():
        if hotline in campaign.hotlines:
            for line in lines:
                ties.setdefault(line, set()).update(group[hotline])
    for hotline_, target in _without_number(campaign):
        if target.kind != "hotline":
            ties.setdefault(str(target), set()).update(group[hotline_.id])
    return ties


def _without_number(campaign: Campaign) -> Iterable[tuple[Hotline, Target]]:
    """Hotlines with the targets they can reach on their own backend only."""
    board = Switchboard(campaign)
    for hotline in campaign.hotlines.values():
        targets = (hotline.overflow, hotline.closed, hotline.failover, *(step.to for step in hotline.escalation))
        for target in targets:
            if target is not None and board.home(target) and board.reach(target, "") is None:
                yield hotline, target


def _linked(campaign: Campaign) -> dict[str, set[str]]:
    """Each hotline with those that it leads to, or that lead to it, without a number."""
    group = {hotline: {hotline} for hotline in campaign.hotlines}
    for hotline, target in _without_number(campaign):
        if target.kind == "hotline":
            joined = group[hotline.id] | group[target.id]
            for one in joined:
                group[one] = joined
    return group


def clusters(units: Sequence[Unit]) -> list[list[Unit]]:
    """Units that have to go together, in the order of their first ones."""
    where: dict[str, list[Unit]] = {}
    found: list[list[Unit]] = []
    for unit in units:
        into = next((where[hotline] for hotline in sorted(unit.hotlines) if hotline in where), None)
        if into is None:
            found.append(into := [])
        into.append(unit)
        for hotline in unit.hotlines:
            other = where.get(hotline, into)
            where[hotline] = into
            if other is not into:
                into += other
                where.update(dict.fromkeys((tie for one in other for tie in one.hotlines), into))
                other.clear()
    return [cluster for cluster in found if cluster]


def pick(groups: Sequence[Sequence[Unit]], count: int) -> list[Unit]:
    """The first `count`, or fewer when the next ones have to go together and do not fit; but never none."""
    chosen: list[Unit] = []
    for group in groups:
        if chosen and len(chosen) + len(group) > count:
            break
        chosen += group
        if len(chosen) >= count:
            break
    return chosen


def moved(campaign: Campaign, units: Iterable[Unit], backend: str) -> Campaign:
    """The campaign with these at home on another backend."""
    users, ports = dict(campaign.users), dict(campaign.ports)
    for unit in units:
        if unit.user:
            users[unit.user] = replace(users[unit.user], backend=backend, also_on="")
        for port in unit.ports:
            ports[port] = replace(ports[port], backend=backend, also_on="")
    return replace(campaign, users=users, ports=ports)


class Floor(Struct, frozen=True):
    """Hotlines at this moment: who sits where (`present_members`), how many seats each should have, and the ports that are lit."""

    present: Mapping[str, Mapping[str, int]]
    seats: Mapping[str, int]
    lit: Collection[str] = ()


def followers(after: Campaign, units: Iterable[Unit], backend: str, floor: Floor) -> list[str]:
    """Hotlines on another backend that go along with `units`: more of their seats can be filled on `backend` than where they are.

    Only those that one of these sits in, or that nobody sits in and one of these may answer: all others stay with those who
    sit there. `after`: the campaign with the move done (`moved`).
    """
    came = {line for unit in units for line in unit.lines}
    found = []
    for hotline in after.hotlines.values():
        home = hotline.backend or after.default_backend
        sits = floor.present.get(hotline.id, {}).keys()
        if home == backend or not came or (sits and sits.isdisjoint(came)):
            continue
        who = _answerers(after, hotline, floor.lit)
        most = max(1, floor.seats.get(hotline.id, 0))
        here, there = (min(most, sum(place == name for place in who.values())) for name in (home, backend))
        if there > here and (sits or not came.isdisjoint(who)):
            found.append(hotline.id)
    return found


def _answerers(campaign: Campaign, hotline: Hotline, lit: Collection[str]) -> dict[str, str]:
    """Line to backend of all who may answer it from their own phone, and of the free ports that are lit or meant for it."""
    answer = hotline.answer
    found = {f"user/{user.id}": home_of(campaign, user) for user in campaign.users.values() if may_answer(answer, user)}
    for port in campaign.ports.values():
        meant = port.hotline == hotline.id or (port.id in lit and not port.hotline)
        if meant and f"user/{port.user}" not in found and port_may_answer(answer, port, campaign.users.get(port.user)):
            found[f"port/{port.id}"] = home_of(campaign, port)
    return found
