"""Records: what campctl itself knows of each resource, as text beside Asterisk's own rows, and how long text fits short lines.

    {"v":1,"n":"ann.lee","r":{"kind":"line","id":"user/ann.lee",...}}

`n` is the native name ("" for members and routes, whose names follow from others'), `was` the record's name before a rename.
All of it is printable, so an AMI line can carry it. A text longer than `ROOM` is kept in several rows, `NAME`, `NAME#2`, ...:

    ~1/3 2f66ab81 {"v":1,...~      which piece of how many, a digest of the whole text, the piece, and an end that keeps blanks
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence

import msgspec
from msgspec import Struct

from campctl.backends.asterisk.facts.names import record_key
from campctl.model import refusals
from campctl.model.resources import Resource, key_of

VERSION = 1
ROOM = 945
"""Bytes of one value: an AMI line takes a little over 950, `Val: ` included."""
_PIECE = ROOM - 32
_PART = re.compile(r"~([1-9][0-9]{0,3})/([1-9][0-9]{0,3}) ([0-9a-f]{8}) (.*)~", re.DOTALL)


class Record(Struct, frozen=True, gc=False, omit_defaults=True):
    """A resource as it was last written, its native name, and the record's former name when it was renamed last."""

    v: int
    n: str
    r: Resource
    was: str = ""


class Fault(Struct, frozen=True):
    """Something on the exchange that cannot be what it should be: where (place and name), and what is wrong."""

    place: str
    name: str
    why: str


_encoder = msgspec.json.Encoder()
_encode = _encoder.encode
_decoder: msgspec.json.Decoder[Record] = msgspec.json.Decoder(Record)


def write(resource: Resource, native: str = "", was: str = "") -> str:
    """The record's text, printable throughout. Raises `No` (invalid) for half characters."""
    try:
        text = _encode(Record(VERSION, native, resource, was)).decode()
    except UnicodeEncodeError:
        raise refusals.not_unicode(key_of(resource)) from None
    return text if text.isprintable() else "".join(char if char.isprintable() else _escaped(char) for char in text)


def written(records: Sequence[Record]) -> list[str] | None:
    """What `write` gives for each of many; None when it would raise for one."""
    try:
        text = _encoder.encode_lines(records).decode()
    except UnicodeEncodeError:
        return None
    texts = text.split("\n")[:-1]
    if (text.isascii() and "\x7f" not in text) or text.replace("\n", "").isprintable():  # JSON has no other control characters
        return texts
    return [one if one.isprintable() else "".join(char if char.isprintable() else _escaped(char) for char in one) for one in texts]


def read(name: str, text: object) -> Record | Fault:
    """The record, or what is wrong with it."""
    if not isinstance(text, str):
        return Fault("record", name, "is no text")
    try:
        record = _decoder.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as fault:
        return Fault("record", name, f"cannot be read: {fault}")
    if record.v != VERSION:
        return Fault("record", name, f"is of version {record.v}; this campctl knows version {VERSION}")
    key = key_of(record.r)
    if name != f"{key.kind}/{key.id}" and record_key(name) != key:
        return Fault("record", name, f"is about {key_of(record.r)}")
    return record


def split(name: str, text: str) -> list[tuple[str, str]]:
    """Rows (key, value) that hold a text; one, as it is, when it fits."""
    raw = text.encode()
    if len(raw) <= ROOM and not text.startswith("~"):
        return [(name, text)]
    pieces: list[str] = []
    while raw:
        piece = raw[:_PIECE].decode("utf-8", "ignore")  # a character cut in two goes to the next piece
        pieces.append(piece)
        raw = raw[len(piece.encode()) :]
    seal = _digest(text)
    return [(part_name(name, n), f"~{n}/{len(pieces)} {seal} {piece}~") for n, piece in enumerate(pieces, 1)]


def part_name(name: str, part: int) -> str:
    """The row's key of a text's first, second, ... piece."""
    return name if part == 1 else f"{name}#{part}"


def join(rows: Mapping[str, str]) -> tuple[dict[str, str], list[Fault], list[str]]:
    """Texts by name, what is damaged, and keys of pieces that belong to no text any more (left behind when one got shorter)."""
    texts: dict[str, str] = {}
    faults: list[Fault] = []
    used: set[str] = set()
    pieces = []
    for key, value in rows.items():
        if "#" in key:
            pieces.append(key)
        elif not value.startswith("~"):
            texts[key] = value
        else:
            found = _joined(key, value, rows)
            if isinstance(found, Fault):
                faults.append(found)
            else:
                texts[key], keys = found
                used.update(keys)
    return texts, faults, [key for key in pieces if key not in used]


def stale_parts(name: str, text: str | None, keys: Iterable[str]) -> list[str]:
    """Of the keys there are, those of `name` that are left over once `text` (None: nothing) is written."""
    kept = {key for key, _ in split(name, text)} if text is not None else set()
    return [key for key in keys if (key == name or key.startswith(f"{name}#")) and key not in kept]


def _joined(name: str, first: str, rows: Mapping[str, str]) -> tuple[str, list[str]] | Fault:
    head = _PART.fullmatch(first)
    if head is None or head[1] != "1":
        return Fault("record", name, "begins like one of several pieces and is none")
    keys = [part_name(name, n) for n in range(1, int(head[2]) + 1)]
    parts = [_PART.fullmatch(rows.get(key, "")) for key in keys]
    text = "".join(part[4] for part in parts if part is not None)
    if _digest(text) != head[3]:
        return Fault("record", name, f"consists of {head[2]} pieces which do not belong together")
    return text, keys


def _digest(text: str) -> str:
    return hashlib.blake2s(text.encode("utf-8", "surrogatepass"), digest_size=4).hexdigest()


def _escaped(char: str) -> str:
    return "".join(f"\\u{unit:04x}" for unit in _units(char))


def _units(char: str) -> tuple[int, ...]:
    code = ord(char)
    return (code,) if code < 0x10000 else (0xD800 + (code - 0x10000 >> 10), 0xDC00 + (code - 0x10000 & 0x3FF))
