"""A small campaign on two exchanges, and a case to change what is wanted, found or owned."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.model.campaign import Address, Answer, Campaign, ExtensionRange, Hotline, Number, Office, Policy, Port, Seats, User
from campctl.model.changes import Plan
from campctl.model.live import Capabilities, Rate, Snapshot
from campctl.model.resources import Key, Line, Location, Member, Queue, Resource, Route, key_of
from campctl.planning import PlanInput, plan

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)


def campaign() -> Campaign:
    """Two offices, one on each exchange, and a third on the first."""
    address = Address(street="1 Example Plaza", city="Chicago", state="IL", postal_code="60601")
    offices = [
        Office("chicago-hq", "Chicago headquarters", address, "America/Chicago", "old", (ExtensionRange("3000", "3199"),)),
        Office("columbus", "Columbus", replace(address, street="5 Example St", city="Columbus", state="OH"), "America/New_York", "old"),
        Office("erie", "Erie", replace(address, street="9 Example Ave", city="Erie", state="PA"), "America/New_York", "new"),
    ]
    users = [
        User("ann.lee", "Ann Lee", "chicago-hq", "3001", "+13125550111"),
        User("bob.ray", "Bob Ray", "chicago-hq", "3002"),
        User("cy.moss", "Cy Moss", "columbus", "4001"),
    ]
    ports = [Port("chicago-hq", f"a00{n}", f"310{n}") for n in range(1, 5)]
    hotlines = [
        Hotline("vp", "Voter protection", Seats(2, 1, 6), Answer(), numbers=("+18005550142",)),
        Hotline("main", "Main number", Seats(1), Answer()),
    ]
    return Campaign(
        name="Quickstart",
        country="US",
        time_zone="America/Chicago",
        default_backend="old",
        policy=Policy(max_update_share=1.0, max_delete_share=1.0),
        offices={office.id: office for office in offices},
        users={user.id: user for user in users},
        ports={port.id: port for port in ports},
        numbers={"+13125550100": Number("+13125550100")},
        hotlines={hotline.id: hotline for hotline in hotlines},
    )


def place(office: Office) -> Location:
    a = office.address
    return Location(office.id, office.name, a.street, a.city, a.state, a.postal_code)


class Case:
    """What is wanted and what is found, equal at first; `plan` plans."""

    def __init__(self) -> None:
        self.campaign = campaign()
        offices = self.campaign.offices
        old: list[Resource] = [place(offices["chicago-hq"]), place(offices["columbus"])]
        old += [
            Line("user/ann.lee", "3001", "Ann Lee", "+13125550111", "chicago-hq", "national"),
            Line("user/bob.ray", "3002", "Bob Ray", "+13125550100", "chicago-hq", "national"),
            Line("user/cy.moss", "4001", "Cy Moss", "+13125550100", "columbus", "national"),
        ]
        old += [Line(f"port/chicago-hq/a00{n}", f"310{n}", f"chicago-hq a00{n}", "", "chicago-hq", enabled=n == 1) for n in range(1, 5)]
        old += [Queue("vp", "Voter protection", "3900", failover="queue/main"), Queue("main", "Main number")]
        old += [
            Member("vp", "user/ann.lee", "Ann Lee"),
            Member("vp", "port/chicago-hq/a001", "a001"),
            Member("main", "user/bob.ray", "Bob Ray"),
        ]
        old += [Route("+13125550100", "queue/main"), Route("+18005550142", "queue/vp"), Route("+13125550111", "line/user/ann.lee")]
        self.want: dict[str, dict[Key, Resource]] = {"old": {key_of(r): r for r in old}, "new": {}}
        self.put("new", place(offices["erie"]))
        self.have = {name: dict(world) for name, world in self.want.items()}
        self.owned: dict[str, frozenset[Key]] | None = None
        self.renames: list[tuple[str, Key, Key]] = []
        self.notes: dict[str, tuple[str, ...]] = {}
        self.at = AT
        self.can = {"old": Capabilities(latency=0.02, rate=Rate(100, 10)), "new": Capabilities()}

    def put(self, backend: str, *resources: Resource) -> None:
        """Want these."""
        self.want[backend].update({key_of(resource): resource for resource in resources})

    def edit(self, backend: str, kind: Any, name: str, /, **fields: Any) -> None:
        """Want other values in these fields."""
        key = Key(kind, name)
        self.put(backend, replace(self.want[backend][key], **fields))

    def drop(self, backend: str, kind: Any, *names: str) -> None:
        """Want these no longer."""
        for name in names:
            del self.want[backend][Key(kind, name)]

    def policy(self, **fields: Any) -> None:
        """Change the campaign's policy."""
        self.campaign = replace(self.campaign, policy=replace(self.campaign.policy, **fields))

    def user(self, name: str, /, **fields: Any) -> None:
        """Change (or add) a user of the campaign."""
        known = self.campaign.users.get(name) or User(name, name, "chicago-hq", "")
        self.campaign = replace(self.campaign, users={**self.campaign.users, name: replace(known, **fields)})

    def given(self, **more: Any) -> PlanInput:
        owned = self.owned or {name: frozenset(world) for name, world in self.have.items()}
        fields: dict[str, Any] = {
            "campaign": self.campaign,
            "at": self.at,
            "desired": self.want,
            "observed": {name: Snapshot(world) for name, world in self.have.items()},
            "owned": owned,
            "capabilities": self.can,
            "renames": self.renames,
            "notes": self.notes,
            "manifest_digest": "m1",
            "overrides_digest": "o1",
        }
        return PlanInput(**{**fields, **more})

    def plan(self, *targets: str, **more: Any) -> Plan:
        return plan(self.given(targets=targets, **more))


@pytest.fixture
def case() -> Case:
    """A case in which nothing is to be done."""
    return Case()
