"""Phone identities: one for each person, always enabled, and one for each port, enabled while it is lit.

The number shown: a person's own, else their office's caller id, else the campaign's main number. A desk shows its
office's; while a known person sits there it shows that person's own number if they have one, so that who is called
back from a missed call is the person, and it dials what that person may dial. The desk keeps its own location
whoever sits there: an ambulance goes to the desk (Lync's rule for fixed phones, and 47 CFR 9.16).
"""

from __future__ import annotations

from collections.abc import Mapping

from campctl.effective.places import Places
from campctl.effective.result import LitPort
from campctl.findings import Finding, Ref
from campctl.findings.catalogue import finding
from campctl.findings.text import listed
from campctl.model.campaign import Campaign, Port, User, homes_of
from campctl.model.resources import Key, Line, Resource


def add_lines(
    campaign: Campaign,
    places: Places,
    lit: Mapping[str, LitPort],
    backends: dict[str, dict[Key, Resource]],
    findings: list[Finding],
) -> None:
    """Put the lines of users and ports on their backends: their offices', unless they say otherwise; on a second one as well."""
    _users(campaign, places, backends, findings)
    users, main = campaign.users, campaign.main_number
    for pid, port in campaign.ports.items():
        office = campaign.offices[port.office]
        state = lit.get(pid)
        number, permission, name = office.caller_id or main, port.permission, f"{port.office} {port.desk}"
        if state is not None:
            person = users.get(state.user)
            if person is not None:
                number, permission, name = person.number or number, person.permission, person.name
            elif state.volunteer:
                name = state.volunteer
        line = f"port/{pid}"
        location = places.port(port.office, port.floor, port.room)
        made = Line(line, port.extension, name, number, location, permission, state is not None and location != "", port.device)
        if port.backend or port.also_on:
            _put(campaign, places, port, made, backends)
        else:
            backends[office.backend][Key("line", line)] = made


def _put(campaign: Campaign, places: Places, spot: User | Port, line: Line, backends: dict[str, dict[Key, Resource]]) -> None:
    """A line that is not where its office is, or not only: its location has to be there too."""
    for home in homes_of(campaign, spot):
        backends[home][Key("line", line.id)] = line
        places.need(line.location, home)


def _users(campaign: Campaign, places: Places, backends: dict[str, dict[Key, Resource]], findings: list[Finding]) -> None:
    main = campaign.main_number
    offices = {
        office.id: (backends[office.backend], office.caller_id or main, office.id if places.dispatchable[office.id] else "")
        for office in campaign.offices.values()
    }
    unlocated: dict[str, list[str]] = {}
    new = tuple.__new__
    for uid, user in campaign.users.items():
        resources, shown, location = offices[user.office]
        if user.floor or user.room:
            location = places.of(user.office, user.floor, user.room)
        if not location:
            unlocated.setdefault(user.office, []).append(uid)
        line = "user/" + uid
        # Key() itself costs more than the line does; this is the same object made without its argument checks.
        made = Line(line, user.extension, user.name, user.number or shown, location, user.permission, location != "")
        if user.backend or user.also_on:
            _put(campaign, places, user, made, backends)
        else:
            resources[new(Key, ("line", line))] = made
    for office_id, people in unlocated.items():
        findings.append(
            finding(
                "lit-without-location",
                f"Office {office_id} has no complete address, so the lines of {listed(people)} stay disabled: "
                "nobody could be sent to them after a 911 call.",
                help="Write street, city, state and postal_code into the office's `address`.",
                at=Ref("offices", office_id, "address"),
            )
        )
