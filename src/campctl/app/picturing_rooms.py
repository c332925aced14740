"""Offices, desks and people of a picture: only those are made again of whose lines the board says something new."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from campctl.app.picture import DeskCell, DeskState, OfficeLine, PersonLine
from campctl.app.wishing import Wish
from campctl.live.board import Board, LineBoard
from campctl.model.campaign import homes_of

if TYPE_CHECKING:
    from campctl.effective import LitPort
    from campctl.model.campaign import Campaign, Port, User

T = TypeVar("T")
_BUSY: Final[Mapping[str, DeskState]] = {"ringing": "ringing", "busy": "talking", "paused": "paused"}


class Rooms:
    """The rows, and what they were made of. `offices` and `people` are in the order of the manifests."""

    def __init__(self) -> None:
        self.offices: tuple[OfficeLine, ...] = ()
        self.people: tuple[PersonLine, ...] = ()
        self._wish: Wish | None = None
        self._lines: Mapping[str, LineBoard] = {}
        self._health: tuple[tuple[str, bool, bool], ...] = ()
        self._cells: dict[str, DeskCell] = {}
        self._ports: dict[str, list[Port]] = {}
        self._staff: dict[str, list[User]] = {}
        self._place: dict[str, int] = {}
        """Where each person stands in `people`."""
        self._of_line: dict[str, str] = {}
        """Desk lines to the person who sits there."""
        self._seats: dict[str, str] = {}

    def update(self, board: Board, wish: Wish) -> None:
        """Make again what changed."""
        health = tuple((one.name, one.health == "live", one.heard is None) for one in board.backends.values())
        if wish is not self._wish or health != self._health:
            self._afresh(board, wish)
        elif board.lines is not self._lines:
            old, new = self._lines, board.lines
            changed = [name for name, row in new.items() if old.get(name) is not row]
            changed += [name for name in old if name not in new]
            self._some(changed, board, wish)
        self._wish, self._lines, self._health = wish, board.lines, health

    def _afresh(self, board: Board, wish: Wish) -> None:
        campaign = wish.campaign
        self._seats = {light.user: port for port, light in wish.staff.lit.items() if light.user}
        self._of_line = {f"port/{port}": user for user, port in self._seats.items()}
        self._ports = {office: [] for office in campaign.offices}
        self._staff = {office: [] for office in campaign.offices}
        for port in campaign.ports.values():
            self._ports[port.office].append(port)
        for user in campaign.users.values():
            self._staff[user.office].append(user)
        self._place = {user: n for n, user in enumerate(campaign.users)}
        before = {line.id: line for line in self.people}
        people = (self._person(user, board, campaign) for user in campaign.users.values())
        self.people = tuple(_kept(before.get(person.id), person) for person in people)
        cells = (self._cell(port, board, wish) for port in campaign.ports.values())
        self._cells = {cell.id: _kept(self._cells.get(cell.id), cell) for cell in cells}
        known = {line.id: line for line in self.offices}
        self.offices = tuple(_kept(known.get(office), self._office(office, board, wish)) for office in campaign.offices)

    def _some(self, changed: Iterable[str], board: Board, wish: Wish) -> None:
        """The rows these lines are about."""
        campaign = wish.campaign
        users: set[str] = set()
        offices: set[str] = set()
        for name in changed:
            kind, _, id_ = name.partition("/")
            if kind == "port" and (port := campaign.ports.get(id_)) is not None:
                offices.add(port.office)
                self._cells[id_] = _kept(self._cells.get(id_), self._cell(port, board, wish))
                users |= {self._of_line[name]} if name in self._of_line else set()
            elif kind == "user" and id_ in campaign.users:
                users.add(id_)
                offices.add(campaign.users[id_].office)
        if users:
            people = list(self.people)
            for id_ in users & self._place.keys():
                people[self._place[id_]] = _kept(people[self._place[id_]], self._person(campaign.users[id_], board, campaign))
            self.people = tuple(people)
        if offices:
            self.offices = tuple(_kept(line, self._office(line.id, board, wish)) if line.id in offices else line for line in self.offices)

    def _office(self, id_: str, board: Board, wish: Wish) -> OfficeLine:
        office, cells = wish.campaign.offices[id_], tuple(self._cells[port.id] for port in self._ports[id_])
        staff, lines = self._staff[id_], board.lines
        rows = [lines.get(f"port/{cell.id}") for cell in cells] + [lines.get(f"user/{user.id}") for user in staff]
        there = [row for row in rows if row is not None and row.registered]
        wanted = bool(staff) or any(cell.id in wish.staff.lit for cell in cells)
        backend = board.backends.get(office.backend)
        return OfficeLine(
            id=id_,
            name=office.name,
            backend=office.backend,
            time_zone=office.time_zone,
            desks=cells,
            people=len(staff),
            registered=len(there),
            calls=sum(row.state == "busy" for row in there),
            silent=wanted and not there and backend is not None and backend.health == "live",
            evacuated=id_ in wish.staff.away,
        )

    def _person(self, user: User, board: Board, campaign: Campaign) -> PersonLine:
        own = f"user/{user.id}"
        line = f"port/{self._seats[user.id]}" if user.id in self._seats else own
        row, mine = board.lines.get(line), board.lines.get(own)
        hotlines = {*(row.queues if row is not None else ()), *(mine.queues if mine is not None else ())}
        spot = campaign.ports[self._seats[user.id]] if user.id in self._seats else user
        return PersonLine(
            id=user.id,
            name=user.name,
            office=user.office,
            extension=user.extension,
            role=user.role,
            line=line,
            state=row.state if row is not None and row.registered else "" if _unseen(campaign, spot, board) else "unreachable",
            reason=row.reason if row is not None else "",
            since=row.since if row is not None else None,
            hotlines=tuple(sorted(hotlines)),
        )

    def _cell(self, port: Port, board: Board, wish: Wish) -> DeskCell:
        light, row = wish.staff.lit.get(port.id), board.lines.get(f"port/{port.id}")
        user = light.user if light is not None else port.user
        known = wish.campaign.users.get(user)
        return DeskCell(
            id=port.id,
            office=port.office,
            label=port.desk,
            extension=port.extension,
            state=_state(port, light, row, wish, board),
            who=(light.volunteer if light is not None else "") or (known.name if known is not None else user),
            hotline=(light.hotline if light is not None else "") or (row.queues[0] if row is not None and row.queues else ""),
            since=row.since if row is not None else None,
            until=light.until if light is not None else None,
        )


def _state(port: Port, light: LitPort | None, row: LineBoard | None, wish: Wish, board: Board) -> DeskState:
    if row is not None and row.state in {"ringing", "busy"}:
        return _BUSY[row.state]
    if light is None:
        return "no-location" if port.id in wish.unlocated else "dark"
    if row is None or not row.registered:
        return "lit" if _unseen(wish.campaign, port, board) else "unreachable"
    return _BUSY.get(row.state, "unreachable" if row.state == "gone" else "lit")


def _unseen(campaign: Campaign, spot: User | Port, board: Board) -> bool:
    """Whether an exchange that its phone may be on was never heard, so that nobody knows of the phone."""
    return any((one := board.backends.get(name)) is None or one.heard is None for name in homes_of(campaign, spot))


def _kept(old: T | None, new: T) -> T:
    """The old row where the new one says the same."""
    return old if old is not None and old == new else new
