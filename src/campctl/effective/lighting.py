"""Which ports are lit at an instant, why, until when, and who sits there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct, field
from msgspec.structs import replace

from campctl.effective.diversion import evacuations, unknown_override
from campctl.effective.places import Places
from campctl.effective.result import LitPort
from campctl.findings import Finding, Ref
from campctl.findings.catalogue import finding
from campctl.findings.text import plural
from campctl.model.answering import Traits, guest, port_may_answer
from campctl.model.campaign import Campaign, Hotline, Port, Surge, SurgePorts, User, home_of
from campctl.model.records import Override


class Floor(Struct):
    """The ports as they should be.

    `sits` is where each user sits, `added` per hotline the places, among the overrides, of those that bring it a seat.
    `dark` are the ports an override keeps dark, `lent` those a surge took from the dark ones; `pins` the ports that can
    sit in the hotline they are lit for. `away` are evacuated offices with the office that takes their desks in. `here` are
    users whom an override seated: they are there, whatever their shifts say.
    """

    lit: dict[str, LitPort] = field(default_factory=dict)
    sits: dict[str, str] = field(default_factory=dict)
    added: dict[str, list[int]] = field(default_factory=dict)
    dark: set[str] = field(default_factory=set)
    lent: set[str] = field(default_factory=set)
    pins: dict[str, list[str]] = field(default_factory=dict)
    away: dict[str, str] = field(default_factory=dict)
    here: set[str] = field(default_factory=set)


class Lighter:
    """Works out a `Floor` in two steps: what is named, then what surges take from the dark ports (`any: 4`).

    The second step needs the seats wanted, and these depend on the first.
    """

    def __init__(self, campaign: Campaign, places: Places, findings: list[Finding]) -> None:
        self.campaign = campaign
        self.places = places
        self.findings = findings
        self.floor = Floor()

    def named(self, surges: Sequence[Surge], overrides: Sequence[Override]) -> Floor:
        """Manifest, desks named by surges, then overrides in the order of making."""
        base = self._base(surges)
        merged = self._merge(overrides)
        floor = self.floor
        for pid in [*base, *(pid for pid in merged if pid not in base)]:
            lit = base.get(pid)
            change = merged.get(pid)
            if change is not None:
                lit = change.applied(lit, self.campaign.ports[pid], self._user(self.campaign.ports[pid]))
                if change.lit is False:
                    floor.dark.add(pid)
            if lit is not None:
                if self._located(pid):
                    floor.lit[pid] = lit
                else:
                    self._unlocated(pid)
        self._one_place_each(merged)
        self._pin(base, merged)
        for office, override in evacuations(self.campaign, overrides, self.findings):
            self._evacuate(office, override)
        return floor

    def _base(self, surges: Sequence[Surge]) -> dict[str, LitPort]:
        """Ports lit without overrides: by the manifest, then by surges (the first to name a port says what it answers)."""
        lit = {pid: LitPort("manifest", None, self._user(port), "", port.hotline) for pid, port in self.campaign.ports.items() if port.lit}
        named: set[str] = set()
        for surge in surges:
            for ports in surge.ports:
                for desk in ports.desks:
                    pid = f"{ports.office}/{desk}"
                    port = self.campaign.ports.get(pid)
                    if port is None or pid in named:
                        continue
                    named.add(pid)
                    was = lit.get(pid)
                    if was is None:
                        lit[pid] = LitPort(f"surge {surge.id}", surge.end, self._user(port), "", ports.hotline or port.hotline)
                    elif ports.hotline and ports.hotline != was.hotline:
                        lit[pid] = LitPort(f"surge {surge.id}", None, was.user, "", ports.hotline)
        return lit

    def _merge(self, overrides: Sequence[Override]) -> dict[str, _Merged]:
        merged: dict[str, _Merged] = {}
        for order, override in enumerate(overrides):
            if override.kind != "port":
                continue
            if override.subject not in self.campaign.ports:
                self._unknown(override, f"port {override.subject}")
                continue
            if override.user and override.user not in self.campaign.users:
                self._unknown(override, f"user {override.user}")
            if override.hotline and override.hotline not in self.campaign.hotlines:
                self._unknown(override, f"hotline {override.hotline}")
            merged.setdefault(override.subject, _Merged()).take(override, order, self.campaign)
        return merged

    def _one_place_each(self, merged: Mapping[str, _Merged]) -> None:
        """A person sits in one place: where the latest override put them, else at the first port that names them."""
        floor = self.floor
        by_user: dict[str, list[str]] = {}
        for pid, lit in floor.lit.items():
            if lit.user:
                by_user.setdefault(lit.user, []).append(pid)
        for user, pids in by_user.items():
            seat = max(reversed(pids), key=lambda pid: merged[pid].seated if pid in merged else -1)
            floor.sits[user] = seat
            if seat in merged and merged[seat].user == user:
                floor.here.add(user)
            for pid in pids:
                if pid != seat:
                    lit = floor.lit[pid]
                    floor.lit[pid] = LitPort(lit.why, lit.until, "", "", lit.hotline)

    def _pin(self, base: Mapping[str, LitPort], merged: Mapping[str, _Merged]) -> None:
        floor = self.floor
        for pid, lit in floor.lit.items():
            if not lit.hotline:
                continue
            hotline = self.campaign.hotlines.get(lit.hotline)
            if hotline is None:
                continue
            if not self.can_sit(self.campaign.ports[pid], lit, hotline):
                self._may_not(pid, lit, hotline)
                continue
            floor.pins.setdefault(hotline.id, []).append(pid)
            was = base.get(pid)
            if lit.why.startswith("override") and (was is None or was.hotline != lit.hotline) and merged[pid].adds_seat:
                floor.added.setdefault(hotline.id, []).append(merged[pid].made)

    def _evacuate(self, office: str, override: Override) -> None:
        """Darken an office's desks and light as many dark ones of its refuge, for the same hotlines.

        A desk that only its own person uses is not replaced. The seats that overrides brought with the dark ones remain.
        """
        floor, ports = self.floor, self.campaign.ports
        floor.away[office] = override.refuge
        lost = {pid: lit for pid, lit in floor.lit.items() if ports[pid].office == office}
        floor.dark |= {pid for pid, port in ports.items() if port.office == office}
        for pid in lost:
            del floor.lit[pid]
        floor.sits = {user: seat for user, seat in floor.sits.items() if seat not in lost}
        for pins in floor.pins.values():
            pins[:] = [pid for pid in pins if pid not in lost]
        free = [
            port
            for port in ports.values()
            if port.office == override.refuge
            and port.id not in floor.lit.keys() | floor.dark
            and not self._user(port)
            and self._located(port.id)
        ]
        asked = [lit for lit in lost.values() if lit.hotline or not lit.user]
        missing = [lit for lit in asked if not self._replace(lit, free, office, override)]
        if missing:
            self.findings.append(
                finding(
                    "evacuation-ports-short",
                    f"{plural(len(asked), 'desk')} answered at {office}; {override.refuge} has dark ones for {len(asked) - len(missing)}.",
                    help="Others who may answer take the seats as far as there are any; light desks of a third office for more.",
                    at=Ref("offices", override.refuge),
                )
            )

    def _replace(self, lit: LitPort, free: list[Port], office: str, override: Override) -> bool:
        """Light one of `free` for what a desk answered, one meant for it first; whether there was one."""
        hotline = self.campaign.hotlines.get(lit.hotline)
        made = LitPort(f"evacuation of {office}", override.end, "", "", lit.hotline)
        fit = [port for port in free if hotline is None or self.can_sit(port, made, hotline)]
        if not fit:
            return False
        port = min(fit, key=lambda one: (one.hotline != lit.hotline, one.hotline != "", one.id))
        free.remove(port)
        self.floor.lit[port.id] = made
        if hotline is not None:
            self.floor.pins.setdefault(hotline.id, []).append(port.id)
        return True

    def _taken_in(self, ports: SurgePorts) -> SurgePorts:
        """What a surge asks of an evacuated office is asked of its refuge."""
        office, seen = ports.office, {ports.office}
        while self.floor.away.get(office, office) not in seen:
            office = self.floor.away[office]
            seen.add(office)
        return ports if office == ports.office else replace(ports, office=office)

    def take_any(self, surges: Sequence[Surge], wanted: Mapping[str, int], present: Mapping[str, Mapping[str, int]]) -> None:
        """Light `any: N` dark ports per surge, by id, and before all others those that sit in the hotline now.

        As many are preferred for sitting there as the hotline has seats left for them: so a second look, at the
        seating this one led to, picks the same ports.
        """
        asked = [(surge, self._taken_in(ports)) for surge in surges for ports in surge.ports if ports.any]
        if not asked:
            return
        floor = self.floor
        offices: dict[str, list[Port]] = {ports.office: [] for _, ports in asked}
        for port in self.campaign.ports.values():
            if port.office in offices:
                offices[port.office].append(port)
        for surge, ports in asked:
            taken = floor.lit.keys() | floor.dark
            dark = sorted(
                (port for port in offices[ports.office] if port.id not in taken and self._located(port.id)),
                key=lambda port: port.id,
            )
            now = present.get(ports.hotline, {})
            free = max(0, wanted.get(ports.hotline, 0) - len(floor.pins.get(ports.hotline, ())))
            kept = [port for port in dark if now.get(f"port/{port.id}") == 1][: min(free, ports.any)]
            kept_ids = {port.id for port in kept}
            picked = kept + [port for port in dark if port.id not in kept_ids][: ports.any - len(kept)]
            for port in picked:
                lit = LitPort(f"surge {surge.id}", surge.end, "", "", ports.hotline or port.hotline)
                user = self._user(port)
                if user and user not in floor.sits:
                    lit = LitPort(lit.why, lit.until, user, "", lit.hotline)
                    floor.sits[user] = port.id
                floor.lit[port.id] = lit
                floor.lent.add(port.id)
                hotline = self.campaign.hotlines.get(lit.hotline)
                if hotline is not None and self.can_sit(port, lit, hotline):
                    floor.pins.setdefault(hotline.id, []).append(port.id)
                elif hotline is not None:
                    self._may_not(port.id, lit, hotline)
            if len(picked) < ports.any:
                self.findings.append(
                    finding(
                        "surge-ports-short",
                        f"Surge {surge.id} asks for any {ports.any} dark ports of {ports.office}, which has {len(picked)}.",
                        help="Add ports to the office, take them from another, or ask for fewer.",
                        at=Ref("surges", surge.id, "ports"),
                    )
                )

    def can_sit(self, port: Port, lit: LitPort, hotline: Hotline) -> bool:
        """Whether a lit port may answer the hotline, and lives on its backend."""
        return home_of(self.campaign, port) == (hotline.backend or self.campaign.default_backend) and port_may_answer(
            hotline.answer, port, occupant(self.campaign, port, lit)
        )

    def _user(self, port: Port) -> str:
        """Who the manifest seats there."""
        return port.user if port.user in self.campaign.users else ""

    def _located(self, pid: str) -> bool:
        port = self.campaign.ports[pid]
        return bool(self.places.port(port.office, port.floor, port.room))

    def _unlocated(self, pid: str) -> None:
        port = self.campaign.ports[pid]
        self.findings.append(
            finding(
                "lit-without-location",
                f"Port {pid} should be lit, but office {port.office} has no complete address, or neither it nor the port "
                "a floor or room; it stays dark.",
                help=f"Complete the address of office {port.office} (street, city, state, postal_code) and give a floor or room.",
                at=Ref("ports", pid),
            )
        )

    def _may_not(self, pid: str, lit: LitPort, hotline: Hotline) -> None:
        backend = home_of(self.campaign, self.campaign.ports[pid])
        home = hotline.backend or self.campaign.default_backend
        reason = (
            f"it is on backend {backend} and the hotline on {home}"
            if backend != home
            else f"{'ports' if not hotline.answer.ports else lit.user or (lit.traits and lit.volunteer) or 'its office'} may not answer it"
        )
        self.findings.append(
            finding(
                "lit-but-may-not-answer",
                f"Port {pid} is lit ({lit.why}) for hotline {hotline.id}, but {reason}; it is lit and answers nothing.",
                help=f"Light it for another hotline, or widen `answer` of {hotline.id}.",
                at=Ref("ports", pid),
            )
        )

    def _unknown(self, override: Override, what: str) -> None:
        self.findings.append(unknown_override(override, what))


def occupant(campaign: Campaign, port: Port, lit: LitPort) -> User | None:
    """Who sits at a lit port, as far as there is a record to compare: a user, or a volunteer who said what they can do."""
    if lit.traits is not None and lit.volunteer:
        return guest(port, lit.volunteer, lit.traits)
    return campaign.users.get(lit.user)


class _Merged:
    """What the overrides of one port come to: of each kind of word, the last one said."""

    def __init__(self) -> None:
        self.lit: bool | None = None
        self.author = ""
        self.end: datetime | None = None
        self.user = ""
        self.volunteer = ""
        self.traits: Traits | None = None
        self.hotline = ""
        self.hotline_by = ""
        self.hotline_end: datetime | None = None
        self.seated = -1
        self.adds_seat = True
        self.made = 0

    def take(self, override: Override, order: int, campaign: Campaign) -> None:
        self.adds_seat, self.made = override.adds_seat, order
        if override.lit is not None:
            self.lit, self.author, self.end = override.lit, override.author, override.end
        if override.user in campaign.users:
            self.user, self.volunteer, self.traits, self.seated = override.user, "", None, order
        elif override.volunteer:
            self.user, self.volunteer, self.traits, self.seated = "", override.volunteer, override.traits, order
        if override.hotline in campaign.hotlines:
            self.hotline, self.hotline_by, self.hotline_end = override.hotline, override.author, override.end

    def applied(self, base: LitPort | None, port: Port, user: str) -> LitPort | None:
        """The port's state with these overrides; None when it is dark."""
        if self.lit is False or (base is None and self.lit is None):
            return None
        why, until = (base.why, base.until) if base is not None else (f"override by {self.author}", self.end)
        hotline = self.hotline or (base.hotline if base is not None else port.hotline)
        if base is not None and self.hotline and self.hotline != base.hotline:
            why, until = f"override by {self.hotline_by}", self.hotline_end
        elif base is not None and self.lit:
            # Lit anyway; the override lets it outlive a surge.
            until = None if base.until is None or self.end is None else max(base.until, self.end)
        if self.user or self.volunteer:
            return LitPort(why, until, self.user, self.volunteer, hotline, self.traits)
        return LitPort(why, until, base.user if base is not None else user, "", hotline)
