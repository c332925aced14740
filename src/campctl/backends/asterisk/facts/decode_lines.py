"""Lines from their rows. This runs for every line at every look, so what is as it should be takes the short way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from campctl.backends.asterisk.facts.directory import Directory
from campctl.backends.asterisk.facts.names import digits, number
from campctl.backends.asterisk.facts.render import AOR, AUTH_OPTIONS, CONTEXT, ENDPOINT, auth, endpoint
from campctl.backends.asterisk.facts.rows import Rows, text
from campctl.backends.asterisk.facts.text import callerid, callerid_parts
from campctl.model.campaign import PERMISSIONS
from campctl.model.resources import Key, Line


def line(rows: Rows, names: Directory, id_: str, known: Line | None) -> Line | None:
    """One line; None when nothing of it is there."""
    by = rows.by
    native = names.natives["line"].get(id_, id_)
    options, aor, secret = by["endpoint"].get(native), by["aor"].get(native), by["auth"].get(native)
    if options is None and aor is None and secret is None:
        return None
    if known is not None:
        maps, at, enabled = by["map"], known.location, known.enabled
        location = (names.natives["location"].get(at) or names.native(Key("location", at))) if at else ""
        if (
            maps.get("ext/" + known.extension) == "line:" + native
            and maps.get("cid/" + native, "") == digits(known.number)
            and maps.get("e911/" + native, "") == location
            and aor == (AOR if enabled else None)
            and secret == auth(native)
            and options == (endpoint(known, native, location) if enabled else None)
        ):
            return known
    return _by_field(rows, names, native, Line(id_, "", "") if known is None else known, foreign=known is None)


def works(native: str, options: Mapping[str, Any] | None, aor: Mapping[str, Any] | None, secret: Mapping[str, Any] | None) -> bool:
    """Whether Asterisk can use the three rows: a phone can register with them, and is rung."""
    if options is None or aor is None or secret is None:
        return False
    reachable = native in text(options, "aors").split(",") and text(options, "auth") == native
    return reachable and bool(text(options, "allow")) and text(secret, AUTH_OPTIONS[1]) in {native, ""} and text(aor, "max_contacts") != "0"


def as_rendered(rows: Rows, native: str) -> bool:
    """Whether its rows are such as only campctl writes them, whatever its record says."""
    options, aor, secret = (rows.by[place].get(native) for place in ("endpoint", "aor", "auth"))
    if secret == auth(native):
        return True
    return options is not None and aor == AOR and ENDPOINT.items() <= options.items() and text(options, "aors") == native


def _by_field(rows: Rows, names: Directory, native: str, base: Line, *, foreign: bool) -> Line:
    options, aor, secret = (rows.by[place].get(native) for place in ("endpoint", "aor", "auth"))
    shown, extension_shown = callerid_parts(text(options, "callerid")) if options is not None else ("", "")
    cid = rows.by["map"].get(f"cid/{native}", "")
    return Line(
        id=base.id,
        extension=_extension(rows, native, base.extension, (extension_shown, native) if foreign else ()),
        name=_name(options, base, shown, extension_shown, native, foreign=foreign),
        number=base.number if cid == digits(base.number) else number(cid),
        location=_location(rows, names, native, base.location, options),
        permission=_permission(options, base.permission, foreign=foreign),
        enabled=_foreign_works(options, aor, secret) if foreign else works(native, options, aor, secret),
        device=base.device,
    )


def _foreign_works(options: Mapping[str, Any] | None, aor: Mapping[str, Any] | None, secret: Mapping[str, Any] | None) -> bool:
    return options is not None and bool(text(options, "allow")) and aor is not None and (secret is not None or not text(options, "auth"))


def _extension(rows: Rows, native: str, expected: str, otherwise: tuple[str, ...]) -> str:
    """The extension that leads to it; of a line made by hand without one, the number it shows or is called by."""
    leading = rows.extensions.get(f"line:{native}", ())
    if expected in leading:
        return expected
    if leading:
        return min(leading)
    return next((name for name in otherwise if name.isascii() and name.isdigit() and rows.ext(name) is None), "")


def _name(options: Mapping[str, Any] | None, base: Line, shown: str, extension_shown: str, native: str, *, foreign: bool) -> str:
    """The name in its caller ID. One with another number than the extension shows as the whole text."""
    if options is None:
        return native if foreign else base.name
    if foreign:
        return shown or native
    if text(options, "callerid") == callerid(base.name, base.extension):
        return base.name
    same_name = shown == callerid_parts(callerid(base.name, base.extension))[0]
    if not same_name:
        return shown
    return text(options, "callerid") if extension_shown != base.extension else base.name


def _location(rows: Rows, names: Directory, native: str, expected: str, options: Mapping[str, Any] | None) -> str:
    """Where its emergency calls come from: the profile its INVITEs carry and the map the dialplan reads must both say so."""
    wanted = names.native(Key("location", expected)) if expected else ""
    mapped = rows.by["map"].get(f"e911/{native}", "")
    profile = text(options, "geoloc_incoming_call_profile") if options is not None else mapped
    told = profile if profile != wanted else mapped
    return expected if told == wanted else names.id_of("location", told)


def _permission(options: Mapping[str, Any] | None, expected: str, *, foreign: bool) -> str:
    """The calling permission its context gives. Another context shows as it is; what it lets through is not ours to say."""
    if options is None:
        return expected
    context = text(options, "context")
    permission = context.removeprefix(CONTEXT)
    if permission != context and permission in PERMISSIONS:
        return permission
    return "internal" if foreign else context or "default"
