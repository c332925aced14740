"""A small campaign to vary, and the instant to look at it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from campctl.model.campaign import Address, Answer, BackendSpec, Campaign, Hotline, Office, Port, Seats, User
from campctl.model.records import Override

AT = datetime(2026, 11, 3, 15, tzinfo=UTC)
LATER = datetime(2026, 11, 4, 2, tzinfo=UTC)
EARLIER = datetime(2026, 11, 3, 9, tzinfo=UTC)
HQ = Address("1 Example Plaza", "Chicago", "IL", "60601", floor="3")


def people(*specs: tuple[str, dict[str, Any]]) -> dict[str, User]:
    """Users of hq by id, extensions 3000 and on."""
    return {
        uid: User(**{"id": uid, "name": uid.title(), "office": "hq", "extension": str(3000 + number), **fields})
        for number, (uid, fields) in enumerate(specs)
    }


def desks(count: int, **fields: Any) -> dict[str, Port]:
    """Dark ports hq/a1, hq/a2, ..."""
    made = [Port(**{"office": "hq", "desk": f"a{n}", "extension": str(3100 + n), "room": "Hall A", **fields}) for n in range(1, count + 1)]
    return {port.id: port for port in made}


def hotline(hid: str = "vp", seats: int = 2, most: int = 9, **fields: Any) -> dict[str, Hotline]:
    """One hotline by id; anyone skilled "vp" and ports may answer it."""
    return {hid: Hotline(**{"id": hid, "name": hid, "seats": Seats(seats, 0, most), "answer": Answer(skills=("vp",)), **fields})}


def campaign(**fields: Any) -> Campaign:
    """hq on backend `old`, field on backend `new`."""
    offices = {
        "hq": Office("hq", "HQ", HQ, "America/Chicago", "old", caller_id="+13125550100", notify_911=("+13125550101",)),
        "field": Office("field", "Field", Address("2 Example Street", "Mesa", "AZ", "85201"), "America/Phoenix", "new"),
    }
    base = {
        "name": "Small",
        "country": "US",
        "time_zone": "America/Chicago",
        "default_backend": "old",
        "main_number": "+13125550199",
        "backends": {name: BackendSpec(name, "sim") for name in ("old", "new", "spare")},
        "offices": offices,
    }
    return Campaign(**{**base, **fields})


def override(kind: str, subject: str, **fields: Any) -> Override:
    """An override by ann from before AT, without an end."""
    return Override(**{"id": "o1", "kind": kind, "subject": subject, "author": "ann", "reason": "r", "start": EARLIER, **fields})
