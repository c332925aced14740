"""`-f FILE` of the verbs: people, moves, desks, seats or ids from a YAML file, for runbooks.

All scalars are taken as the text they are written as, so `0301` and `+13125550100` need no quotes here. The whole file
becomes one plan. docs/batch-files.md shows every shape.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from campctl import errors

if TYPE_CHECKING:
    from campctl.app.context import Context
    from campctl.app.desks import Seating
    from campctl.app.how import How
    from campctl.app.results import Applied, Planned
    from campctl.model.campaign import Port
    from campctl.model.records import Override

MAX_BYTES = 10_000_000
PORT_KEYS = ("desk", "desks", "office", "any", "for", "volunteer", "hotline", "until", "reason")
SCALE_KEYS = ("hotline", "seats", "until", "reason")
MOVE_KEYS = ("user", "to", "office", "floor", "room")
PERSON_KEYS = ("name", "office", "extension", "number", "role", "skills", "languages", "shifts", "permission", "floor", "room")


def read(path: str) -> Any:
    """The file as mappings, lists and text; null is "". `errors.UsageError` names the place of what is wrong."""
    from campctl.manifest.plain import parse

    try:
        with Path(path).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise errors.UsageError(f"{path} cannot be read: {error.strerror}.", hint="Name a YAML file.") from None
    if len(data) > MAX_BYTES:
        raise errors.UsageError(f"{path} is larger than {MAX_BYTES // 1_000_000} MB; it was not read.", hint="Split it.")
    return parse(data, path)


def people(path: str) -> dict[str, Any]:
    """New people: id to fields, as in a manifest's `users`."""
    found = _section(read(path), "users")
    if not isinstance(found, dict) or not found or not all(isinstance(fields, dict) for fields in found.values()):
        raise _shape(path, "a mapping of new ids to fields (`bo.diaz: {name: Bo Diaz, office: hq}`)")
    for fields in found.values():
        _known(path, fields, PERSON_KEYS)
        for key in ("skills", "languages", "shifts"):
            if isinstance(fields.get(key), str):
                fields[key] = [fields[key]] if fields[key] else []
    return found


def moves(path: str) -> dict[str, dict[str, str]]:
    """Moves: user to {office, floor, room}."""
    found = _section(read(path), "moves")
    if isinstance(found, list):
        entries = [entry if isinstance(entry, dict) else {} for entry in found]
        if not all(entry.get("user") for entry in entries):
            raise _shape(path, "a list of moves (`- {user: ann.lee, to: field-17}`)")
        found = {entry["user"]: {key: value for key, value in entry.items() if key != "user"} for entry in entries}
        if len(found) < len(entries):
            raise errors.UsageError(f"{path} moves somebody twice.", hint="Keep one of the two moves.")
    if not isinstance(found, dict) or not found:
        raise _shape(path, "a mapping of users to offices (`ann.lee: field-17`)")
    made = {}
    for user, to in found.items():
        entry = to if isinstance(to, dict) else {"to": to}
        _known(path, entry, MOVE_KEYS)
        office = entry.get("to") or entry.get("office")
        if not isinstance(office, str) or not office:
            raise errors.UsageError(f"{path} does not say where {user} moves.", hint=f"Write `{user}: OFFICE`.")
        made[user] = {"office": office, "floor": entry.get("floor", ""), "room": entry.get("room", "")}
    return made


def ids(path: str, section: str) -> list[str]:
    """A list of ids, under `section` or by itself."""
    found = _section(read(path), section)
    if isinstance(found, dict):
        found = list(found)
    if not isinstance(found, list) or not found or not all(isinstance(item, str) and item for item in found):
        raise _shape(path, f"a list of {section} (`- id`)")
    return found


async def light_all(ctx: Context, how: How, *, path: str, seated: bool = False) -> Applied | Planned:
    """`port light -f` and `port seat -f`: every entry's desks, in one plan."""
    from campctl.app.applying import Wish, change
    from campctl.app.desks import any_dark, desks_of, make_override, seats_held, superseded
    from campctl.app.how import at_once

    entries = _entries(path, "ports", "desk", PORT_KEYS)
    asked = [(*_asked(ctx, path, entry, seated=seated), _text(entry, "reason")) for entry in entries]
    _once(path, [port for named, *_ in asked for port in named])

    async def wish(_: object) -> Wish:
        made: list[Override] = []
        ports: dict[str, Port] = {}
        for named, office, dark, seating, reason in asked:
            chosen = [*named, *(await any_dark(ctx, office, dark, {*ports, *(port.id for port in named)}))] if dark else named
            _once(path, [*(ports[port.id] for port in chosen if port.id in ports), *chosen])  # an earlier entry's dark desk may be named
            for port in chosen:
                ports[port.id] = port
                held = await seats_held(ctx, {seating.user})
                reasoned = replace(how, reason=reason or how.reason)
                made.append(make_override(ctx, reasoned, port, seating, lit=True, held=held))
        clear = superseded(ctx, ports, {item.user for item in made})
        what = f"port {'seat' if seated else 'light'} -f {path}"
        targets = sorted({f"port/{name}" for name in ports} | desks_of(ctx, {item.user for item in made}))
        return Wish(targets=targets, overrides=made, clear=clear, what=what)

    return await change(ctx, at_once(how), wish)


def _asked(ctx: Context, path: str, entry: dict[str, Any], *, seated: bool) -> tuple[list[Port], str, int, Seating]:
    """Desks that are named, an office and how many dark ones of it, who sits there: what is wrong with them is said before any wait."""
    from campctl.app.desks import Seating, check_end, check_seating, office_of_any
    from campctl.app.find import desk

    named, office = entry.get("desks") or entry.get("desk") or [], _text(entry, "office")
    ports = [desk(ctx.campaign, text, office) for text in ([named] if isinstance(named, str) else named)]
    dark = _whole(path, entry["any"]) if entry.get("any") else 0
    if dark:
        office_of_any(ctx.campaign, office)
    seating = Seating(
        user=_text(entry, "for"), volunteer=_text(entry, "volunteer"), hotline=_text(entry, "hotline"), until=_text(entry, "until")
    )
    check_seating(ctx.campaign, seating)
    count, person = len(ports) + dark, seating.user + seating.volunteer
    if not count or (count > 1 and person) or (seated and not person):
        raise _shape(path, "entries with one desk and who sits there" if seated else "entries with desks, or an office and `any`")
    check_end(ctx, seating.until, {*(port.office for port in ports), *([office] if dark else [])})
    return ports, office, dark, seating


def _once(path: str, ports: Sequence[Port]) -> None:
    seen: set[str] = set()
    for port in ports:
        if port.id in seen:
            raise errors.UsageError(f"{path} names the desk {port.id} twice.", hint="Keep one of the two.")
        seen.add(port.id)


async def scale_all(ctx: Context, how: How, *, path: str) -> Applied | Planned:
    """`hotline scale -f`: every hotline's seats, in one plan."""
    from campctl.app.applying import Wish, change
    from campctl.app.hotlines import scaling
    from campctl.app.how import at_once

    entries = _entries(path, "hotlines", "hotline", SCALE_KEYS, short="seats")

    async def wish(_: object) -> Wish:
        made: list[Override] = []
        clear: list[str] = []
        for entry in entries:
            with_reason = replace(how, reason=_text(entry, "reason") or how.reason)
            override, ended = scaling(
                ctx, with_reason, hotline=_text(entry, "hotline"), seats=_text(entry, "seats"), until=_text(entry, "until")
            )
            if override.subject in {other.subject for other in made}:
                raise errors.UsageError(f"{path} names the hotline {override.subject} twice.", hint="Keep one of the two.")
            made.append(override)
            clear += ended
        targets = [f"hotline/{override.subject}" for override in made]
        return Wish(targets=targets, overrides=made, clear=clear, what=f"hotline scale -f {path}")

    await wish(None)  # what can be said at once is not said after a wait
    return await change(ctx, at_once(how), wish)


def _entries(path: str, section: str, key: str, known: Sequence[str], *, short: str = "hotline") -> list[dict[str, Any]]:
    """A list of mappings; or a mapping of `key` to a mapping, or to the text of `short`."""
    found = _section(read(path), section)
    if isinstance(found, dict):
        found = [{key: name, **(entry if isinstance(entry, dict) else {short: entry})} for name, entry in found.items()]
    if not isinstance(found, list) or not found or not all(isinstance(entry, dict) for entry in found):
        raise _shape(path, f"a list of entries with {', '.join(known)}")
    for entry in found:
        _known(path, entry, known)
    return found


def _section(found: Any, name: str) -> Any:
    return found[name] if isinstance(found, dict) and list(found) == [name] else found


def _known(path: str, entry: Mapping[str, Any], known: Sequence[str]) -> None:
    for key in entry:
        if key not in known:
            near = get_close_matches(key, known, 1)
            hint = f"Did you mean `{near[0]}`?" if near else f"Known: {', '.join(known)}."
            raise errors.UsageError(f"{path} has an unknown key `{key}`.", hint=hint)


def _text(entry: Mapping[str, Any], key: str) -> str:
    value = entry.get(key, "")
    if not isinstance(value, str):
        raise errors.UsageError(f"`{key}` is to be one text, not a list or mapping.")
    return value


def _whole(path: str, value: Any) -> int:
    if not isinstance(value, str) or not value.isdigit() or int(value) == 0:
        raise errors.UsageError(f"{path}: `any` is a number of desks, at least 1, not {value!r}.")
    return int(value)


def _shape(path: str, wanted: str) -> errors.UsageError:
    return errors.UsageError(f"{path} does not hold {wanted}.", hint="docs/batch-files.md shows the shapes.")
