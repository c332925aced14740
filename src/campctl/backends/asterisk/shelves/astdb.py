"""AstDB: records, PJSIP's rows and the dialplan's maps, pipelined over one connection.

    record, e.g. "line/user/ann.lee"    family campctl, key line/user/ann.lee (long ones in pieces, see `records`)
    endpoint, aor, auth "ann.lee"       family ps/endpoint ..., key ann.lee, a JSON object of texts
    map "ext/3001"                      family ext, key 3001

Of an auth's secret only a digest is kept (`password_digest`, seen to work for REGISTER and INVITE on 22.10): it lets a phone
in, and stands for nothing else. Reading an auth leaves it out, writing keeps the one there is.
"""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from functools import partial
from typing import Any, Final

import msgspec

from campctl.backends.asterisk.ami import Ami, Puts, Request, db_get, db_tree, db_whole, delete, put
from campctl.backends.asterisk.facts import records
from campctl.backends.asterisk.facts.native import ByPlace, Fact, Place, Value, Write
from campctl.backends.asterisk.facts.render import AOR, REALM
from campctl.backends.asterisk.facts.rows import Hold, Pause, Rows, one_by_one
from campctl.backends.asterisk.shelves.answers import worded
from campctl.model.resources import KINDS

CAMPCTL: Final = "campctl"
"""Family of records, and of what campctl itself has to remember (keys that begin with no kind)."""
MAPS: Final = ("ext", "did", "cid", "e911", "notify", "hotline")
"""Families the dialplan looks up."""
PJSIP: Final[dict[str, Place]] = {"endpoint": "endpoint", "aor": "aor", "auth": "auth"}
SECRETS: Final = ("password", "password_digest", "md5_cred", "oauth_secret", "refresh_token")
"""Options of an auth that are shown to nobody."""
_WINDOW: Final = 2048
"""Requests under way: so many that Asterisk has work while the next batch is validated."""
_FEW: Final = 20
_RECORDS: Final = tuple(f"{kind}/" for kind in KINDS)
_GONE: Final = ("Database entry not found", "Database entry could not be deleted")
_ROWS: msgspec.json.Decoder[dict[str, str]] = msgspec.json.Decoder(dict[str, str])
_encoder: Final = msgspec.json.Encoder()
_encode, _encode_lines = _encoder.encode, _encoder.encode_lines
_AOR: Final = _encode(AOR).decode()


class AstDbShelf:
    """Implements `native.Shelf`. `places`: those of it that live here (in a cluster only maps do)."""

    def __init__(self, ami: Ami, places: Collection[Place] = ("record", "endpoint", "aor", "auth", "map")) -> None:
        self.places: frozenset[Place] = frozenset(places)
        self._ami = ami
        self._pieces: set[str] = set()
        """Keys of records' further pieces that are known to be there."""
        self._auths: set[str] = set()
        """Auths that are known to be there, so that writing them has to keep their secret."""

    async def read(self, facts: Collection[Fact] | None = None) -> dict[Fact, Value]:
        """Everything, or what there is of `facts`."""
        if facts is not None:
            return await self._some(facts)
        rows = Rows()
        misfits = await self.fill(rows)
        return rows.facts() | misfits

    async def fill(self, rows: Rows) -> dict[Fact, Any]:
        """Everything, straight into `rows`; see `rows.Filling`. Each family is taken in while Asterisk looks for the next."""
        parts: list[Coroutine[Any, Any, dict[Fact, Any]]] = []
        if "map" in self.places:
            parts += [self._fill_maps(rows, family) for family in MAPS]
        if "endpoint" in self.places:
            parts.append(self._fill_rows(rows))
        if "record" in self.places:
            parts.append(self._fill_records(rows))
        return {fact: value for part in await asyncio.gather(*parts) for fact, value in part.items()}

    async def write(self, writes: Sequence[Write]) -> list[str | None]:
        """Write in order; a refused one stops nothing."""
        kept = await self._digests([fact.name for fact, value in writes if fact.place == "auth" and value is not None])
        requests: list[Request] = []
        ends: list[int] = []
        for (place, name), value in writes:
            if place == "map":
                family, _, key = name.partition("/")
                requests.append(delete(family, key) if value is None else put(family, key, str(value)))
            elif place == "record":
                requests += self._record_requests(name, value)
            elif value is AOR:
                requests.append(put("ps/aor", name, _AOR))
            else:
                requests.append(self._row_request(place, name, value, kept))
            ends.append(len(requests))
        said = worded(await self._ami.many(requests, window=_WINDOW), fine=_GONE)
        if not any(said):
            return [None] * len(ends)
        return [next((text for text in said[start:end] if text is not None), None) for start, end in zip([0, *ends], ends, strict=False)]

    async def holding(self, by: ByPlace, pause: Pause) -> Hold:
        """See `rows.Holding`."""
        puts = Puts()
        for place, values in by.items():
            columns = self._columns(place, values)
            if columns is None or not puts.add(*columns):
                return partial(one_by_one, self, by)
            await pause()
        return partial(self._hold, by, puts)

    def _columns(self, place: Place, values: Mapping[str, Any]) -> tuple[str | list[str], list[str], str | list[str]] | None:
        """Families, keys and values of new rows, where each fact has one; None where any may have more, or has a secret already."""
        names = [*values]
        if place == "map":
            ways = [name.partition("/") for name in names]
            return [family for family, _, _ in ways], [key for _, _, key in ways], [*values.values()]
        if place == "record":
            return (CAMPCTL, names, [*values.values()]) if not self._pieces and _short([*values.values()]) else None
        if place == "auth" and not self._auths.isdisjoint(names):
            return None
        if place == "aor" and {*map(id, values.values())} == {id(AOR)}:
            return "ps/aor", names, _AOR
        rows = with_new_secrets(values) if place == "auth" else values
        return f"ps/{place}", names, _encode_lines([*rows.values()]).decode().split("\n")[:-1]

    async def _hold(self, by: ByPlace, puts: Puts) -> dict[Fact, str]:
        self._auths.update(by.get("auth", ()))
        said = worded(await self._ami.many(puts, window=_WINDOW))
        if not any(said):
            return {}
        facts = [Fact(place, name) for place, values in by.items() for name in values]
        return {fact: why for fact, why in zip(facts, said, strict=True) if why is not None}

    async def set_secrets(self, given: Mapping[str, str]) -> frozenset[str]:
        """Give auths, by name, other secrets; the names for which there is an auth."""
        rows = await self._auth_rows(given)
        requests = []
        for name, row in rows.items():
            plain = {option: value for option, value in row.items() if option not in SECRETS}
            written = auth_row({**plain, "auth_type": "digest", "realm": REALM}, name, given[name])
            requests.append(put("ps/auth", name, _encode(written).decode()))
        said = worded(await self._ami.many(requests, window=_WINDOW))
        return frozenset(name for name, text in zip(rows, said, strict=True) if text is None)

    async def _auth_rows(self, names: Collection[str]) -> dict[str, dict[str, str]]:
        """Those of `names` there are; beyond a few it costs less to read all there are."""
        if len(names) > _FEW:
            tree = await db_tree(self._ami, "ps/auth")
            values = {name: _value(tree[name], _ROWS.decode) for name in names if name in tree}
            return {name: dict(value) if isinstance(value, Mapping) else {} for name, value in values.items()}
        rows = await asyncio.gather(*(self._row("auth", name) for name in names))
        return {name: row for name, row in zip(names, rows, strict=True) if row is not None}

    # -- inside --

    async def _fill_maps(self, rows: Rows, family: str) -> dict[Fact, Any]:
        tree = await db_whole(self._ami, family)
        rows.by["map"].update(tree)
        if family == "ext":
            for name, value in tree.items():
                rows.extensions.setdefault(value, []).append(name[4:])
        return {}

    async def _fill_records(self, rows: Rows) -> dict[Fact, Any]:
        tree = await db_tree(self._ami, CAMPCTL)
        texts = {key: value for key, value in tree.items() if key.startswith(_RECORDS)}
        joined, faults, _ = records.join(texts)
        self._pieces = {key for key in texts if "#" in key}
        # A damaged record is handed on as it is: who reads it says what is wrong with it.
        damaged = {fault.name: texts[fault.name] for fault in faults if fault.name in texts}
        rows.by["record"].update(joined | damaged if damaged else joined)
        return {}

    async def _fill_rows(self, rows: Rows) -> dict[Fact, Any]:
        """PJSIP's rows. Most AORs are the same text, so that is read once; nobody changes a value in place."""
        tree = await db_tree(self._ami, "ps")
        decode, misfits = _ROWS.decode, dict[Fact, Any]()
        into = {kind: (place, rows.by[place]) for kind, place in PJSIP.items()}
        nowhere: tuple[Place | None, dict[str, Any]] = (None, {})
        aor_text, value = "", dict[str, str]()
        for key, text in tree.items():
            kind, _, name = key.partition("/")
            place, values = into.get(kind, nowhere)
            if place is None:
                continue
            if place != "aor" or text != aor_text:
                try:
                    value = decode(text)
                except msgspec.DecodeError:
                    misfits[Fact(place, name)] = "" if place == "auth" else text  # an auth may hold a secret in the clear
                    continue
                if place == "auth":
                    public(value)
                elif place == "aor":
                    aor_text = text
            values[name] = value
        self._auths = {*rows.by["auth"], *(fact.name for fact in misfits if fact.place == "auth")}
        return misfits

    async def _some(self, facts: Collection[Fact]) -> dict[Fact, Value]:
        wanted = [fact for fact in facts if fact.place in self.places]
        values = await asyncio.gather(*(self._one(fact) for fact in wanted))
        return {fact: value for fact, value in zip(wanted, values, strict=True) if value is not None}

    async def _one(self, fact: Fact) -> Value | None:
        if fact.place == "record":
            return await self._record(fact.name)
        if fact.place == "map":
            family, _, key = fact.name.partition("/")
            return await db_get(self._ami, family, key)
        text = await db_get(self._ami, f"ps/{fact.place}", fact.name)
        if text is None:
            return None
        value: Value = _value(text, _ROWS.decode)
        if fact.place == "auth":
            self._auths.add(fact.name)
            return public(value)
        return value

    async def _record(self, name: str) -> str | None:
        text = await db_get(self._ami, CAMPCTL, name)
        if text is None or not text.startswith("~"):
            return text
        head = text.partition(" ")[0].partition("/")[2]
        keys = [records.part_name(name, n) for n in range(2, int(head) + 1 if head.isdecimal() else 2)]
        parts = await asyncio.gather(*(db_get(self._ami, CAMPCTL, key) for key in keys))
        rows = {name: text} | {key: part for key, part in zip(keys, parts, strict=True) if part is not None}
        self._pieces.update(keys)
        whole: str = records.join(rows)[0].get(name, text)
        return whole

    async def _row(self, kind: str, name: str) -> dict[str, str] | None:
        text = await db_get(self._ami, f"ps/{kind}", name)
        if text is None:
            return None
        value = _value(text, _ROWS.decode)
        return dict(value) if isinstance(value, Mapping) else {}

    async def _digests(self, names: Sequence[str]) -> dict[str, dict[str, str]]:
        """Secrets of those auths that are there already, as their rows hold them."""
        known = [name for name in names if name in self._auths]
        rows = await asyncio.gather(*(self._row("auth", name) for name in known))
        return {name: row for name, row in zip(known, rows, strict=True) if row is not None}

    def _record_requests(self, name: str, value: Value | None) -> list[Request]:
        text = value if isinstance(value, str) else None
        if text is not None and not self._pieces and len(text) <= records.ROOM and text.isascii() and text[:1] != "~":
            return [put(CAMPCTL, name, text)]
        rows = records.split(name, text) if text is not None else []
        stale = [key for key in records.stale_parts(name, text, self._of(name)) if key != name]
        self._pieces.difference_update(stale)
        self._pieces.update(key for key, _ in rows if key != name)
        # The first piece last: before it is there the others mean nothing.
        written = [put(CAMPCTL, key, part) for key, part in reversed(rows)] or [delete(CAMPCTL, name)]
        return [*written, *(delete(CAMPCTL, key) for key in stale)]

    def _row_request(self, place: Place, name: str, value: Value | None, kept: dict[str, dict[str, str]]) -> Request:
        if place == "auth":
            if value is None:
                self._auths.discard(name)
            elif isinstance(value, Mapping):
                self._auths.add(name)
                value = with_secret(value, name, kept.get(name))
        if value is None:
            return delete(f"ps/{place}", name)
        return put(f"ps/{place}", name, _encode(value).decode())

    def _of(self, name: str) -> list[str]:
        return [key for key in self._pieces if key.startswith(f"{name}#")] if self._pieces else []


def _short(texts: Sequence[str]) -> bool:
    """Whether each of these records is kept in one row, as it is."""
    sized = texts if "".join(texts).isascii() else [text.encode(errors="surrogatepass") for text in texts]
    return "~" not in {text[:1] for text in texts} and max(map(len, sized), default=0) <= records.ROOM


def public(value: Value) -> Value:
    """An auth without its secret; the row itself is changed."""
    if isinstance(value, dict):
        for option in SECRETS:
            value.pop(option, None)
        return value
    return "" if isinstance(value, str) else value  # a row that is no JSON may hold one in the clear


def with_secret(options: Mapping[str, str], name: str, before: Mapping[str, str] | None) -> dict[str, str]:
    """An auth's options with the secret it had, while that still fits them, else with a random one nobody knows."""
    if before:
        if before.get("auth_type") == options.get("auth_type") and all(
            before.get(option, "") == options.get(option, "") for option in ("username", "realm")
        ):
            return {**options, **{option: before[option] for option in SECRETS if option in before}}
        if (plain := before.get("password")) and before.get("username") == options.get("username"):
            return auth_row(options, name, plain)
    # The digest of a secret that nobody knows, nor ever will.
    return {**options, "password_digest": f"MD5:{secrets.token_hex(16)}"}


def with_new_secrets(rows: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Auths' options, each with a random secret that nobody knows."""
    digits = secrets.token_hex(16 * len(rows))
    own = [f"MD5:{digits[at : at + 32]}" for at in range(0, len(digits), 32)]
    return {name: {**options, "password_digest": digest} for (name, options), digest in zip(rows.items(), own, strict=True)}


def auth_row(options: Mapping[str, str], name: str, secret: str) -> dict[str, str]:
    """An auth's options with the digest of a secret (RFC 7616's A1, MD5: what every phone can do)."""
    user, realm = options.get("username", name), options.get("realm", REALM)
    digest = hashlib.md5(f"{user}:{realm}:{secret}".encode(), usedforsecurity=False).hexdigest()
    return {**options, "password_digest": f"MD5:{digest}"}


def _value(text: str, decode: Callable[[str], dict[str, str]]) -> Any:
    """The options of a row; the text itself when it is no JSON object of texts."""
    try:
        return decode(text)
    except msgspec.DecodeError:
        return text
