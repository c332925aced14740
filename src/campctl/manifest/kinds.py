"""Kinds of values: how a node becomes a value, what JSON Schema says of it, and how docs say it is written.

A parse function gets the Context and the node, returns the value, and raises `Bad` when there is none. Values that can
be used although something is wrong with them (an unquoted `no`) are returned and reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache
from typing import Any

from msgspec import Struct

from campctl.findings.suggest import Suggester
from campctl.manifest import phones, times, traps, units
from campctl.manifest.limits import MAX_TEXT
from campctl.manifest.nodes import Lost, Map, Node, Seq
from campctl.manifest.problems import Absent, Bad, Problems
from campctl.model import stores
from campctl.model.campaign import Target


@lru_cache(maxsize=64)
def _suggester(choices: tuple[str, ...]) -> Suggester:
    return Suggester(choices)


def did_you_mean(choices: tuple[str, ...], word: str) -> str:
    """'Did you mean `x`?' or ""; quick when the same words are misspelt thousands of times."""
    return _suggester(choices).did_you_mean(word)


Parse = Callable[["Context", Any], Any]

_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}\Z")
_TAG = re.compile(r"[^\s,;]+(?: [^\s,;]+)*\Z")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+\Z")
_WORDS, _NUMERIC = traps.WORDS, traps.NUMERIC


class Context(Problems):
    """What parsing needs to know besides the node: the region of numbers, the zone of times, words already seen."""

    def __init__(self) -> None:
        super().__init__()
        self.region = "US"
        self.zone_name = "UTC"
        self.seen: dict[str, str] = {}
        """Ids already checked, each kept once however often it is written."""
        self.lists: dict[tuple[str, ...], tuple[str, ...]] = {}
        """Lists of words already read without fault."""
        self.fetch: Callable[[str, Any], bytes | None] | None = None
        """The bytes of a forecast's file, named at a node; None, with a finding there, when it has none. Absent: no files to look in."""
        self.bad_refs: set[tuple[str, str, str]] = set()
        """(section, id, field) of values that could not be read; rules' findings about them would only repeat it."""


class Kind(Struct, frozen=True):
    """A kind of value. `written` says how, for docs; `table` is the noun inside, for mappings with fields of their own."""

    name: str
    parse: Parse
    schema: dict[str, Any]
    written: str = ""
    table: Any = None


def described(node: Node) -> str:
    """What a node is, for people."""
    return "a mapping" if node.__class__ is Map else "a list" if node.__class__ is Seq else f"`{node.value}`"


def wrong(node: Node, wanted: str, help: str = "") -> Bad:  # noqa: A002 - the finding's own word
    """The complaint about a value of another type; a silent one when it is Lost."""
    if node.__class__ is Lost:
        return Bad("", "")
    return Bad("wrong-type", f"{wanted[:1].upper()}{wanted[1:]} was expected here, not {described(node)}.", help)


def is_plain(value: str) -> bool:
    """Whether a text means the same to every reader, quoted or not, and is short enough."""
    return value not in _WORDS and value[:1] not in _NUMERIC and len(value) <= MAX_TEXT


def text_of(ctx: Context, node: Node, wanted: str = "a text") -> str:
    """The text of a scalar; reports what other readers would make of it when it is not quoted."""
    try:
        value: str = node.value
    except AttributeError:
        raise wrong(node, wanted) from None
    check_length(value)
    if not node.style and (value in _WORDS or value[:1] in _NUMERIC):
        check_trap(ctx, value, node)
    return value


def check_length(value: str) -> None:
    """Refuse a text longer than any field needs."""
    if len(value) > MAX_TEXT:
        what = f"This text has {len(value):,} characters; {MAX_TEXT:,} are the most."
        raise Bad("too-long", what, "Shorten it; look for a quote not closed.")


def check_trap(ctx: Context, value: str, node: Node) -> None:
    """Report an unquoted scalar that other readers take for something else; raise Absent for a null."""
    if value in traps.NULLS:
        shown = f"`{value}` is YAML's word for no value" if value else "There is no value here"
        raise Absent("null-value", f"{shown}; campctl goes on as if it were not written.", "Write a value, or remove the key.")
    if traps.is_phone(value):
        ctx.add(
            "unquoted-number",
            f"campctl reads `{value}` right, but other YAML tools take it for an integer and lose the plus.",
            node,
            help=f'Quote it: `"{value}"`.',
        )
        return
    other = traps.other_reading(value)
    if other:
        ctx.add(
            "yaml-trap", f"Unquoted, `{value}` is {other} to other YAML readers.", node, help=f'Quote it if the text is meant: `"{value}"`.'
        )


def from_text(name: str, read: Callable[[str], Any], wanted: str, schema: dict[str, Any], written: str) -> Kind:
    """A kind that is written as one scalar and read by a function of its text. What cannot be read is no trap besides."""

    def parse(ctx: Context, node: Node) -> Any:
        text: str | None = getattr(node, "value", None)
        if text is None:
            raise wrong(node, wanted)
        if not node.style and text in traps.NULLS:
            check_trap(ctx, text, node)
        check_length(text)
        value = read(text.strip())
        if not node.style and read is not units.seat_change:  # the language has `+5` unquoted
            check_trap(ctx, text, node)
        return value

    return Kind(name, parse, schema, written)


def _text(ctx: Context, node: Node) -> str:
    try:
        value: str = node.value
    except AttributeError:
        raise wrong(node, "a text") from None
    if (node.style or (value not in _WORDS and value[:1] not in _NUMERIC)) and len(value) <= MAX_TEXT:
        return value
    return text_of(ctx, node)


def _store(ctx: Context, node: Node) -> str:
    """A folder, or the URL of a shared store; one with a password in it is refused, and never repeated."""
    value = text_of(ctx, node)
    if not stores.is_url(value):
        return value
    try:
        stores.read_url(value)
    except stores.BadStoreUrl as bad:
        raise Bad("secret-in-store-url" if bad.secret else "bad-store-url", bad.message, bad.hint) from None
    return value


def _identifier(ctx: Context, node: Node) -> str:
    try:
        value: str = node.value
    except AttributeError:
        raise wrong(node, "an id") from None
    seen = ctx.seen.get(value)
    if seen is not None:
        return seen
    checked = check_id(ctx, node)
    if node.style or (value not in _WORDS and value[:1] not in _NUMERIC):
        ctx.seen[value] = checked
    return checked


def check_id(ctx: Context, node: Node, what: str = "an id") -> str:
    """The id a scalar (a key, too) holds."""
    value = text_of(ctx, node, what)
    if not _ID.match(value):
        plain = re.sub(r"[^a-z0-9._-]+", "-", value.strip().lower()).strip("-._")[:63]
        near = f" Write `{plain}`." if plain and plain != value else ""
        raise Bad("bad-id", f"`{value}` is not an id.", f"Ids are lower-case letters, digits, `.`, `-` and `_`.{near}")
    return value


def _tag(ctx: Context, node: Node) -> str:
    try:
        value: str = node.value
    except AttributeError:
        raise wrong(node, "a word") from None
    if node.style or (value not in _WORDS and value[:1] not in _NUMERIC):
        return ctx.seen.setdefault(value, value)
    return text_of(ctx, node, "a word")


def _number(ctx: Context, node: Node) -> str:
    if getattr(node, "style", None):
        return phones.e164(node.value.strip(), ctx.region) if node.__class__ is not Lost else text_of(ctx, node)
    return phones.e164(text_of(ctx, node, "a phone number").strip(), ctx.region)


def _extension(ctx: Context, node: Node) -> str:
    try:
        value: str = node.value
    except AttributeError:
        raise wrong(node, "an extension") from None
    if (node.style or value[:1] != "0") and 2 <= len(value) <= 8 and value.isdecimal() and value.isascii():
        return value
    if not node.style and value in traps.NULLS:
        check_trap(ctx, value, node)
    read = units.extension(value)
    if not node.style:
        check_trap(ctx, value, node)
    return read


def _contact(ctx: Context, node: Node) -> str:
    value = text_of(ctx, node, "a phone number or an e-mail address").strip()
    if "@" not in value:
        return phones.e164(value, ctx.region)
    if not _EMAIL.match(value):
        raise Bad("bad-contact", f"`{value}` is not an e-mail address.", "Write `name@example.org`, or a phone number.")
    return value


def _zone(ctx: Context, node: Node) -> str:
    value = text_of(ctx, node, "a time zone")
    if times.zone(value) is None:
        raise Bad("unknown-time-zone", f"There is no time zone `{value}`.", times.zone_help(value))
    return value


def _instant(ctx: Context, node: Node) -> Any:
    value = text_of(ctx, node, "a date with a time")
    where = times.zone(ctx.zone_name)
    assert where is not None
    found, complaint = times.instant(value, where)
    if complaint is not None:
        ctx.bad(complaint, node)
    return found


def _target(ctx: Context, node: Node) -> Target:
    value = text_of(ctx, node, "a target")
    kind, slash, rest = value.partition("/")
    if not slash or not rest:
        raise Bad("bad-target", f"`{value}` does not say what kind of thing it leads to.", _target_help(value))
    if kind == "outside":
        return Target("outside", phones.e164(rest, ctx.region))
    if kind not in ("hotline", "user", "port"):
        near = did_you_mean(("hotline", "user", "port", "outside"), kind)
        raise Bad("bad-target", f"`{kind}` is not a kind of target.", near or _target_help(value))
    if kind == "port" and rest.count("/") != 1:
        raise Bad("bad-target", f"`{value}` does not name a desk.", "Write `port/OFFICE/DESK`.")
    return Target(kind, rest)  # type: ignore[arg-type]  # one of three, as just checked


def _target_help(value: str) -> str:
    if value.startswith("+") or value[:1].isdecimal():
        return f"Write `outside/{value}`."
    return "Write `hotline/ID`, `user/ID`, `port/OFFICE/DESK` or `outside/+1...`."


def _boolean(ctx: Context, node: Node) -> bool:
    value = getattr(node, "value", None)
    if not getattr(node, "style", None) and value in ("true", "false"):
        return bool(value == "true")
    if node.__class__ not in (Map, Seq) and not node.style and value in traps.NULLS:
        check_trap(ctx, str(value), node)
    meant = {"yes": "true", "on": "true", "y": "true", "no": "false", "off": "false", "n": "false", "true": "true", "false": "false"}
    if getattr(node, "style", None) == "csv" and str(value).lower() in meant:
        return meant[str(value).lower()] == "true"
    near = meant.get(str(value).lower(), "")
    raise wrong(node, "true or false", f"Write `{near}`, without quotes." if near else "Write `true` or `false`.")


TEXT = Kind("text", _text, {"type": "string"}, "text")
STORE = Kind("store", _store, {"type": "string"}, "folder, or `postgresql://USER@HOST/DATABASE`")
LABEL = Kind("label", _text, {"type": ["string", "integer"]}, "text, digits too")
ID = Kind(
    "id",
    _identifier,
    {"type": ["string", "integer"], "pattern": r"^[a-z0-9][a-z0-9._-]{0,62}$"},
    "id: lower-case letters, digits, `.`, `-`, `_`",
)
TAG = Kind("word", _tag, {"type": "string"}, "word")
NUMBER = Kind("number", _number, {"type": "string", "pattern": r"^\+?[0-9 ().-]+$"}, 'phone number, quoted: `"+13125550100"`')
EXTENSION = Kind("extension", _extension, {"type": ["string", "integer"], "pattern": "^[0-9]{2,8}$"}, "extension: 2 to 8 digits")
CONTACT = Kind("contact", _contact, {"type": "string"}, "phone number or e-mail address")
ZONE = Kind("time zone", _zone, {"type": "string"}, "IANA time zone: `America/Chicago`")
INSTANT = Kind(
    "time", _instant, {"type": "string", "pattern": r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d"}, "local time `2026-11-03T18:00`, or with an offset"
)
TARGET = Kind(
    "target",
    _target,
    {"type": "string", "pattern": r"^(hotline/.+|user/.+|port/[^/]+/[^/]+|outside/\+?[0-9 ().-]+)$"},
    "`hotline/ID`, `user/ID`, `port/OFFICE/DESK` or `outside/+1...`",
)


_MONEY = re.compile(r"\d{1,9}(\.\d{1,6})?")


def _money(ctx: Context, node: Node) -> Decimal:
    """Exactly as written: never a binary fraction, quoted or not."""
    value: str | None = getattr(node, "value", None)
    if value is None:
        raise wrong(node, "a price", "Write an amount such as `4.00`.")
    if not node.style and value in traps.NULLS:
        check_trap(ctx, value, node)
    check_length(value)
    text = value.strip()
    if _MONEY.fullmatch(text):
        return Decimal(text)
    if text.startswith("-") and _MONEY.fullmatch(text[1:]):
        raise Bad("bad-price", f"`{text}` is less than nothing.", "Prices are 0 or more.")
    plain = text.strip("$€£ ").replace(",", "." if "." not in text else "")
    near = "Write an amount such as `4.00` or `0.0085`."
    if _MONEY.fullmatch(plain):
        near = f"Write `{plain}`; the currency is a field of its own."
    raise Bad("bad-price", f"`{text}` is not a price.", near)


def _currency(ctx: Context, node: Node) -> str:
    value = text_of(ctx, node, "a currency").strip()
    if not re.fullmatch("[A-Z]{3}", value):
        near = f" Write `{value.upper()}`." if re.fullmatch("[A-Za-z]{3}", value) else ""
        raise Bad("bad-price", f"`{value}` is not a currency.", f"Currencies are ISO 4217 codes such as `USD`.{near}")
    return value


MONEY = Kind(
    "price",
    _money,
    {"type": ["number", "string"], "minimum": 0, "pattern": r"^\d{1,9}(\.\d{1,6})?$"},
    "price: `4.00`, without a currency",
)
CURRENCY = Kind("currency", _currency, {"type": "string", "pattern": "^[A-Z]{3}$"}, "ISO 4217 code: `USD`")


def former(kind: str) -> Kind:
    """An id, or `KIND/ID` as an exchange calls the resource (`model.former`)."""

    def parse(ctx: Context, node: Node) -> str:
        value: str = getattr(node, "value", "")
        word, _, rest = value.partition("/")
        if word == kind and rest.strip():
            return text_of(ctx, node)
        if word == kind:
            raise Bad("bad-id", f"`{value}` does not say which {kind} it was.", f"Write `{kind}/ID`, with the id it has on its exchange.")
        return _identifier(ctx, node)

    schema = {"type": ["string", "integer"], "pattern": rf"^([a-z0-9][a-z0-9._-]{{0,62}}|{kind}/.+)$"}
    return Kind(f"id or {kind}", parse, schema, f"id, or `{kind}/ID` as its exchange calls it")


BOOLEAN = Kind("bool", _boolean, {"type": "boolean"}, "`true` or `false`")
DURATION = from_text(
    "duration",
    units.whole_seconds,
    "a length of time",
    {"type": "string", "pattern": r"^(\d+d)?(\d+h)?(\d+m)?(\d+s)?$"},
    "length of time: `20s`, `5m`, `1h30m`",
)
RING_TIME = from_text("duration", units.ring_time, "a length of time", DURATION.schema, DURATION.written)
SHARE = from_text("share", units.share, "a share", {"type": "string", "pattern": r"^\d{1,3}(\.\d+)? ?%$"}, "share: `80%`")
RANGE = from_text(
    "range",
    units.extension_range,
    "a range",
    {"type": ["string", "integer"], "pattern": "^[0-9]{2,8}( ?- ?[0-9]{2,8})?$"},
    "extensions: `3000-3199` or `3500`",
)
HOURS = from_text("hours", units.hours, "opening hours", {"type": "string"}, "opening hours: `mon-fri 08:00-20:00`")
SEAT_CHANGE = from_text(
    "seat change",
    units.seat_change,
    "a number of seats",
    {"type": ["string", "integer"], "pattern": r"^[+-]?\d{1,6}$"},
    "`10`, `+5` or `-5`",
)


def check_null(ctx: Context, node: Node) -> None:
    """Raise Absent for a null."""
    if node.__class__ not in (Map, Seq) and not node.style and node.value in traps.NULLS:
        check_trap(ctx, node.value, node)
