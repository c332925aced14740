"""The facts of a card, and a secret for a softphone: made once, set on the exchange, and handed to the card only."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, cast
from urllib.parse import quote

from campctl import errors
from campctl.app.asking import ask
from campctl.app.context import Context
from campctl.app.how import How
from campctl.app.results_seating import Card, Lead
from campctl.model.campaign import Campaign, Port, User, home_of

if TYPE_CHECKING:
    from campctl.app.seating_in import Seat
    from campctl.ports.backend import Account, TellsAccounts

LEADS = ("coordinator", "director", "captain", "manager", "lead", "chief")
"""Words in the roles of those whom volunteers ask."""
FEW = 2


async def card_of(ctx: Context, seat: Seat) -> Card:
    """What somebody who sits down needs to know."""
    campaign, port = ctx.campaign, seat.port
    office = campaign.offices[port.office]
    hotline = campaign.hotlines.get(seat.hotline)
    person = seat.person
    user, traits = person.user, person.traits
    account = await account_of(ctx, port)
    return Card(
        name=person.name,
        kind="person" if user is not None else "walk-in",
        user=user.id if user is not None else "",
        office=office.id,
        office_name=office.name,
        desk=port.id,
        extension=port.extension,
        number=user.number if user is not None else "",
        device=port.device,
        hotline=hotline.id if hotline is not None else "",
        hotline_name=hotline.name if hotline is not None else "",
        hotline_extension=hotline.extension if hotline is not None else "",
        skills=user.skills if user is not None else traits.skills if traits is not None else (),
        languages=user.languages if user is not None else traits.languages if traits is not None else (),
        since=seat.since,
        until=seat.until,
        until_why=seat.until_why,
        time_zone=office.time_zone,
        why=seat.why,
        ring_time=hotline.ring_time if hotline is not None else 0,
        wrap_up=hotline.wrap_up if hotline is not None else 0,
        away=account.away,
        back=account.back,
        by=ctx.who,
        ask=leads(campaign, port, user),
        location=location_words(campaign, port),
        sip=sip_uri(account),
    )


def leads(campaign: Campaign, port: Port, besides: User | None) -> tuple[Lead, ...]:
    """Whom to ask at that office: those whose role says so, whose room it is first."""
    found = [
        user
        for user in campaign.users.values()
        if user.office == port.office and user is not besides and any(word in user.role for word in LEADS)
    ]
    rank = {user.id: min(n for n, word in enumerate(LEADS) if word in user.role) for user in found}
    found.sort(key=lambda user: (not (user.room and user.room == port.room), rank[user.id], user.id))
    return tuple(Lead(user.name, user.role, user.extension) for user in found[:FEW])


def location_words(campaign: Campaign, port: Port) -> str:
    """Where a 911 call from a desk sends help to."""
    from campctl.effective.places import Places

    places = Places(campaign)
    place = places.port(port.office, port.floor, port.room)
    if place not in places.resources:
        return ""
    at = places.resources[place][0]
    parts = (at.street, f"floor {at.floor}" if at.floor else "", at.room, at.city, f"{at.state} {at.postal_code}".strip())
    return ", ".join(filter(None, parts))


async def account_of(ctx: Context, port: Port) -> Account:
    """How a phone is set up to be the desk: as its exchange says, or the extension at a server that is none (RFC 6761)."""
    from campctl.ports.backend import Account

    home = home_of(ctx.campaign, port)
    nothing = Account(server=f"{home}.invalid", user=port.extension)
    async with ctx.backends([home]) as backends:
        backend = backends[home]
        if not hasattr(backend, "account"):
            return nothing
        telling = cast("TellsAccounts", backend)
        try:
            return await ask(ctx.clock, lambda: telling.account(f"port/{port.id}"))
        except errors.BackendError:
            return nothing


def sip_uri(account: Account, secret: str = "") -> str:
    """`sip:USER@HOST` (RFC 3261, 19.1); with the secret as its password, escaped."""
    user = quote(account.user, safe="-_.!~*'()&=+$,;?/")
    word = f":{quote(secret, safe='-_.!~*()&=+$,')}" if secret else ""
    host = f"[{account.server}]" if ":" in account.server else account.server
    return f"sip:{user}{word}@{host}"


async def softphone(ctx: Context, how: How, seat: Seat) -> tuple[str, str]:
    """A new secret for the desk's line: the address with it, for the card alone; and what to say when there is none.

    The old secret ends, so a phone on the desk falls off: that is what somebody who brings their own phone wants.
    """
    from campctl.app.auditing import record_audit
    from campctl.app.locking import locked
    from campctl.app.seating_in import patient

    port = seat.port
    home = home_of(ctx.campaign, port)
    secret = secrets.token_urlsafe(18)
    account = await account_of(ctx, port)
    try:
        async with ctx.backends([home]) as backends, locked(ctx, patient(how)) as (store, _):
            await ask(ctx.clock, lambda: backends[home].set_secret(f"port/{port.id}", secret))
            record_audit(ctx, store, f"new secret for port/{port.id}", how, result="done")
    except (errors.BackendError, errors.LockHeld) as error:
        return "", f"No secret was made for a softphone: {error.message} `campctl port secret {port.id}` makes one."
    return sip_uri(account, secret), ""
