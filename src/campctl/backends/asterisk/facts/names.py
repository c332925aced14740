"""Names of campctl's things on an Asterisk, and back: what a SIP user, an AstDB key, an AMI line and a dialplan can all carry.

A native name is proposed when a thing is created and kept in its record from then on. Letters, digits, `.`, `_` and `-` of
an id stay, `/` becomes `~`, and the bytes of anything else `=xx`. Asterisk compares queues and interfaces without regard to case,
so a name is taken when another differs from it only there.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence

from campctl.backends.asterisk.facts.native import Fact
from campctl.model.refusals import No
from campctl.model.resources import KINDS, Key, Kind

MAX_NATIVE = 60
"""Bytes of a native name: app_queue keeps an interface (`PJSIP/` before it) in 80."""
MAX_RECORD = 230
"""Bytes of a record's name: AstDB keeps family and key in 256, and a continuation needs some more."""
RESERVED = frozenset(
    (
        "anonymous",
        "campctl",
        "campctl-lock",
        "default",
        "general",
        "global",
        "globals",
        "peer",
        "system",
        "trunk",
        "local",
        "authentication",
    )
)
"""Words that mean something else in Asterisk's files or in campctl's set-up."""

_NATIVE = re.compile(rb"[^A-Za-z0-9._/-]")
_RECORD = re.compile(rb"[^A-Za-z0-9._~+@:/-]")
_ESCAPE = re.compile(rb"=([0-9a-f]{2})")
_PLAIN_NATIVE = re.compile(r"[A-Za-z0-9._-]+", re.ASCII)
_PLAIN_RECORD = re.compile(r"[A-Za-z0-9._~+@:/-]+", re.ASCII)
_PLAIN_LINES = re.compile(rf"(?:(?:user|port)/(?!port/)[A-Za-z0-9._/-]{{1,{MAX_NATIVE}}}\n)*+", re.ASCII)
_DIGITS = re.compile(r"[0-9]{1,20}", re.ASCII)


def proposed(key: Key) -> str:
    """The name a location, line or queue would have if nothing else had it. Raises `No` for half characters."""
    text = key.id
    if key.kind == "line":
        text = text.removeprefix("user/").removeprefix("port/")
    elif key.kind == "location":
        text = f"loc-{text}"
    if not _PLAIN_NATIVE.fullmatch(text):
        text = _escaped(key, text, _NATIVE).replace("/", "~")
    if not text or text in RESERVED:
        text += "-1"
    return text if len(text) <= MAX_NATIVE else f"{text[: MAX_NATIVE - 9]}~{hashlib.blake2s(text.encode(), digest_size=4).hexdigest()}"


def plain_lines(ids: Sequence[str]) -> list[str] | None:
    """What `proposed` gives for each of these lines, when all their ids are plain: then record names are, too. None otherwise."""
    text = "\n".join(ids) + "\n"
    if text.count("\n") != len(ids) or not _PLAIN_LINES.fullmatch(text):
        return None
    return [id_[5:].replace("/", "~") for id_ in ids]


def given(key: Key, taken: Callable[[str], bool]) -> str:
    """The proposed name, with `-2`, `-3`, ... where it is taken (asked in lower case)."""
    first = name = proposed(key)
    count = 1
    while taken(name.lower()):
        count += 1
        tail = f"-{count}"
        name = f"{first[: MAX_NATIVE - len(tail)]}{tail}"
    return name


def location_id(native: str) -> str:
    """The id a section of geolocation.conf goes by that has no record: what its name would be the proposed one of, if anything."""
    if not native.startswith("loc-"):
        return native
    id_ = _unescaped(native[4:].replace("~", "/"))
    return id_ if id_ and proposed(Key("location", id_)) == native else native


def line_id(native: str) -> str:
    """The id of a person's line or a desk's whose proposed name this is; the name itself when it is nobody's."""
    plain = _unescaped(native.replace("~", "/"))
    id_ = f"port/{plain}" if "/" in plain else f"user/{plain}"
    return id_ if plain and proposed(Key("line", id_)) == native else native


def record_name(key: Key) -> str:
    """The name of a resource's record: "line/user/ann.lee". Raises `No` when no AstDB key can carry it."""
    plain = _PLAIN_RECORD.fullmatch(key.id) is not None
    name = f"{key.kind}/{key.id if plain else _escaped(key, key.id, _RECORD)}"
    if len(name) > MAX_RECORD:
        raise No("invalid", f"{key.kind} {key.id[:40]}...: its id is too long for an Asterisk, whose database takes {MAX_RECORD} bytes.")
    return name


def record_key(name: str) -> Key | None:
    """The resource a record is about, by the record's name; None when it cannot be campctl's."""
    kind, _, rest = name.partition("/")
    if kind not in KINDS or not rest:
        return None
    return Key(_kind(kind), _unescaped(rest) if "=" in rest else rest)


def interface(endpoint: str) -> str:
    """How a queue calls an endpoint."""
    return f"PJSIP/{endpoint}"


def endpoint_of(interface_: str) -> str | None:
    """The endpoint an interface is of; None for anything but plain `PJSIP/name`."""
    tech, _, name = interface_.partition("/")
    return name if tech.upper() == "PJSIP" and name and "/" not in name and "@" not in name else None


def member_fact(queue: str, endpoint: str) -> Fact:
    """Where a member lives: native names of its queue and its line."""
    return Fact("member", f"{queue}|PJSIP/{endpoint}")


def member_parts(name: str) -> tuple[str, str]:
    """Queue and interface of a member's fact."""
    queue, _, interface_ = name.partition("|")
    return queue, interface_


def digits(number: str) -> str:
    """An E.164 number without its plus, as maps and dialplan write it."""
    return number.removeprefix("+")


def number(text: str) -> str:
    """Digits of a map as E.164; anything else as it is."""
    return f"+{text}" if _DIGITS.fullmatch(text) else text


def _escaped(key: Key, text: str, unsafe: re.Pattern[bytes]) -> str:
    try:
        raw = text.encode()
    except UnicodeEncodeError:
        raise No("invalid", f"{key.kind} {key.id!a}: a text in it is not Unicode (a lone surrogate).") from None
    return unsafe.sub(lambda match: b"=%02x" % match[0][0], raw).decode()


def _unescaped(text: str) -> str:
    return _ESCAPE.sub(lambda match: bytes([int(match[1], 16)]), text.encode("utf-8", "replace")).decode("utf-8", "replace")


def _kind(kind: str) -> Kind:
    return next(known for known in KINDS if known == kind)
