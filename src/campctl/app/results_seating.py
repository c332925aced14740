"""What `seat check-in` returns. Beside results.py, which every command loads."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from msgspec import Struct

from campctl.app.results import Applied


class Lead(Struct, frozen=True):
    """Somebody to ask."""

    name: str
    role: str
    extension: str


class Card(Struct, frozen=True, kw_only=True):
    """What somebody who sits down needs to know. Without secrets.

    hotline, hotline_name: "" where they answer none. why: why there, in words. until_why: why then. away, back: what they dial to be
    left alone by hotlines, and back; "" where the exchange has nothing for it. ring_time, wrap_up in seconds. location: where a 911
    call from the desk sends help to. sip: the address a softphone is set up with.
    """

    name: str
    kind: Literal["person", "walk-in"]
    user: str = ""
    office: str
    office_name: str
    desk: str
    extension: str
    number: str = ""
    device: str = ""
    hotline: str = ""
    hotline_name: str = ""
    hotline_extension: str = ""
    skills: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    since: datetime
    until: datetime | None = None
    until_why: str = ""
    time_zone: str
    why: str = ""
    ring_time: int = 0
    wrap_up: int = 0
    away: str = ""
    back: str = ""
    by: str = ""
    ask: tuple[Lead, ...] = ()
    location: str = ""
    sip: str = ""


class Seated(Struct, frozen=True, kw_only=True):
    """`seat check-in`: what was applied, the card of who came, that of who moved for them, who left, and what there is to say."""

    applied: Applied
    card: Card
    moved: Card | None = None
    left: str = ""
    remarks: tuple[str, ...] = ()
    card_file: str = ""
