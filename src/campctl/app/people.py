"""`user list|show|provision|deprovision|secret` and `move`: facts that last, so they edit the YAML and apply just that."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.asking import ask
from campctl.app.context import Context
from campctl.app.desks import desks_of
from campctl.app.find import one
from campctl.app.how import How
from campctl.app.locking import locked
from campctl.app.results import Applied, Details, Listing, Message, Planned
from campctl.model.campaign import Campaign, Office, Port, User, home_of, homes_of

if TYPE_CHECKING:
    from campctl.manifest.edit import Editor

COLUMNS = ("id", "name", "office", "extension", "number", "role", "skills", "languages", "permission")


def list_users(ctx: Context, *, office: str = "", role: str = "", skill: str = "") -> Listing:
    """Everybody, or those of an office, a role or a skill."""
    campaign = ctx.campaign
    if office:
        one(campaign.offices, office, "office")
    chosen = (
        user
        for user in campaign.users.values()
        if (not office or user.office == office) and (not role or user.role == role) and (not skill or skill in user.skills)
    )
    return Listing(of="user", columns=COLUMNS, rows=tuple(_row(user) for user in chosen), empty="No users match.")


def _row(user: User) -> dict[str, Any]:
    return {column: list(value) if isinstance(value := getattr(user, column), tuple) else value for column in COLUMNS}


async def show_user(ctx: Context, *, user: str) -> Details:
    """One person: what the manifest says, and what desired(now) makes of it."""
    from campctl.app.showing import resources_of
    from campctl.effective.shifts import shift_words

    campaign = ctx.campaign
    person = one(campaign.users, user, "user")
    place = ctx.loaded.where(_ref("users", user))
    fields = _row(person) | {
        **({"shifts": shift_words(person, campaign.offices[person.office].time_zone)} if person.shifts else {}),
        "floor": person.floor,
        "room": person.room,
        "location": _address(campaign.offices[person.office], person),
        "written at": f"{place.file}:{place.line}" if place else "",
    }
    if person.backend or person.also_on:  # their office is moving
        fields |= {"backend": home_of(campaign, person), "also on": person.also_on}
    return Details(of="user", id=user, fields=fields, listings=(await resources_of(ctx, f"user/{user}"),))


def _ref(section: str, id: str) -> Any:  # noqa: A002
    from campctl.findings import Ref

    return Ref(section, id)


def _address(office: Office, person: User) -> str:
    address = office.address
    detail = [f"floor {floor}" if (floor := person.floor or address.floor) else "", person.room or address.room]
    return ", ".join(filter(None, (address.street, *detail, address.city, f"{address.state} {address.postal_code}".strip())))


async def provision(ctx: Context, how: How, *, people: Mapping[str, Mapping[str, Any]]) -> Applied | Planned:
    """Add people to the YAML and make their phones. Each is id to fields as in a manifest; a missing extension is chosen."""
    campaign = ctx.campaign
    editor = _editor(ctx)
    taken = {user.extension for user in campaign.users.values()} | {port.extension for port in campaign.ports.values()}
    taken |= {hotline.extension for hotline in campaign.hotlines.values()}
    taken |= {str(given["extension"]) for given in people.values() if given.get("extension")}
    for id_, given in people.items():
        if id_ in campaign.users:
            raise errors.UsageError(f"There is a user `{id_}` already.", hint=f"`campctl user show {id_}` shows them.")
        fields = {key: value for key, value in given.items() if value not in (None, "", [], ())}
        if not fields.get("office"):
            raise errors.UsageError(f"User `{id_}` needs an office.", hint="Add --office OFFICE.")
        office = one(campaign.offices, str(fields["office"]), "office")
        if not fields.get("extension"):
            fields["extension"] = _free_extension(office, taken)
        taken.add(str(fields["extension"]))
        if fields.get("number"):
            fields["number"] = _e164(str(fields["number"]), campaign.country)
        order = ("name", "office", "extension", "number", "role", "skills", "languages", "shifts", "permission", "floor", "room")
        editor.add("users", id_, {key: fields[key] for key in (*order, *fields) if key in fields}, near=_neighbour(campaign, office.id))
    return await durable(ctx, how, editor, targets=[f"user/{id_}" for id_ in people], what="user provision")


def _e164(number: str, country: str) -> str:
    """As it is written in manifests. What is no number stays as it is, for the finding that says why."""
    from campctl.manifest.phones import e164
    from campctl.manifest.problems import Bad

    try:
        return e164(number, country)
    except Bad:
        return number


def _neighbour(campaign: Campaign, office: str) -> str | None:
    """The last person of the office: a new one is written below."""
    found = [user.id for user in campaign.users.values() if user.office == office]
    return found[-1] if found else None


def _free_extension(office: Office, taken: set[str]) -> str:
    for wanted in office.extensions:
        width = len(wanted.first)
        for number in range(int(wanted.first), int(wanted.last) + 1):
            if (extension := f"{number:0{width}d}") not in taken:
                return extension
    ranges = ", ".join(map(str, office.extensions)) or "none"
    raise errors.UsageError(
        f"Office `{office.id}` has no free extension left (its ranges: {ranges}).", hint="Add a range to the office, or name one."
    )


async def deprovision(ctx: Context, how: How, *, users: Sequence[str], release: bool = False) -> Applied | Planned:
    """Take people out of the YAML and remove their phones.

    `release` takes them out of what names them too: numbers that led to them are held in reserve, desks are emptied, and they
    are no longer among those named to answer a hotline. Where a hotline's calls go on to them, somebody has to decide.
    """
    from campctl.app.desks import superseded
    from campctl.app.releasing import release_all

    campaign = ctx.campaign
    editor = _editor(ctx)
    for user in users:
        one(campaign.users, user, "user")
    targets = {f"user/{user}" for user in users} | desks_of(ctx, users)
    clear: list[str] = []
    if release:
        targets |= release_all(campaign, editor, users)
        clear = superseded(ctx, (), users)
    for user in users:
        editor.remove("users", user)
    try:
        return await durable(ctx, how, editor, targets=sorted(targets), what="user deprovision", clear=clear)
    except errors.InvalidManifest as error:
        if not release and any(getattr(finding, "code", "") == "unknown-user" for finding in error.findings):
            error.hint = (
                "With --release, numbers that lead to them are held in reserve and desks emptied. Or mend what is named above first."
            )
        raise


async def move(ctx: Context, how: How, *, moves: Mapping[str, Mapping[str, str]]) -> Applied | Planned:
    """Move people to other offices: user id to {office, floor?, room?}. They keep extension and number.

    Floor and room described a place in the old office, so they go unless new ones are given; and so does a backend of their
    own, which they had because the old office was moving to it.
    """
    campaign = ctx.campaign
    editor = _editor(ctx)
    for id_, to in moves.items():
        person = one(campaign.users, id_, "user")
        one(campaign.offices, to["office"], "office")
        if person.office != to["office"]:
            editor.set("users", id_, "office", to["office"])
            for field in ("backend", "also_on"):
                if getattr(person, field):
                    editor.unset("users", id_, field)
        for field in ("floor", "room"):
            if to.get(field):
                editor.set("users", id_, field, to[field])
            elif getattr(person, field) and person.office != to["office"]:
                editor.unset("users", id_, field)
    targets = sorted({f"user/{id_}" for id_ in moves} | desks_of(ctx, moves))
    return await durable(ctx, how, editor, targets=targets, what="move")


async def durable(
    ctx: Context, how: How, editor: Editor, *, targets: Sequence[str], what: str, clear: Sequence[str] = ()
) -> Applied | Planned:
    """Plan with the edits as if they were written; write them when the plan was agreed to; apply just that."""
    edited = ctx.with_overlay(editor.overlay)
    return await change(edited, how, Wish(targets=targets, clear=clear, commit=editor.write, diff=editor.diff(), what=what))


def _editor(ctx: Context) -> Editor:
    from campctl.manifest.edit import Editor

    return Editor(ctx.root)


async def new_secret(ctx: Context, how: How, sure: Callable[[str], None], *, user: str = "", port: str = "", backend: str = "") -> Message:
    """Make a new SIP secret for a line, give it to its backend (`backend`, of two), and show it this once.

    `sure` asks for consent, and raises Unconfirmed without it: the phone is cut off until it is given the new secret.
    """
    from campctl.app.auditing import record_audit
    from campctl.app.find import desk

    campaign = ctx.campaign
    found: User | Port = one(campaign.users, user, "user") if user else desk(campaign, port)
    line = f"user/{user}" if user else f"port/{found.id}"
    homes = homes_of(campaign, found)
    if backend and backend not in homes:
        raise errors.UsageError(f"{line} has no line on {backend}, but on {' and '.join(homes)}.", hint=f"Write --backend {homes[-1]}.")
    backend = backend or homes[0]
    secret = secrets.token_urlsafe(18)
    if how.dry_run:
        return Message(text=f"A new secret for {line} would be made on {backend}, and the old one would end.", data={"line": line})
    sure(f"The phone of {line} falls off {backend} until it is given the new secret.")
    async with ctx.backends([backend]) as backends, locked(ctx, how) as (store, _):
        await ask(ctx.clock, lambda: backends[backend].set_secret(line, secret))
        record_audit(ctx, store, f"new secret for {line}", how, result="done")
    return Message(
        text=f"New secret for {line} on {backend}; it is shown this once.", data={"line": line, "backend": backend, "secret": secret}
    )
