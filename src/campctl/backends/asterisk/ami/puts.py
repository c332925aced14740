"""Many DBPut at once, written without a request for each.

What may stand in an AMI line is asked of whole columns of values, and they are joined to requests once. Whatever is not plain has
no place here: it goes the way of all requests, each of which says for itself why it cannot be sent.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, overload

from campctl.backends.asterisk.ami.wire import MAX_LINE, Request

_ROOM: Final = MAX_LINE - len("Family: ")
"""Bytes of what comes after the family's name; shorter than any line of it may be, as that is simpler to ask."""
_BLOCK: Final = 1000
_CONTROL: Final = tuple(chr(code) for code in (*range(32), 127) if chr(code) != "\n")


def plain(texts: Sequence[str]) -> bool:
    """Whether `encode` writes each of these as a value just as it is, whatever is in it; lengths apart."""
    text = "\n".join(texts)
    if text.count("\n") != max(0, len(texts) - 1) or " " in {one[:1] for one in texts}:
        return False
    if text.isascii():
        # A look for each sign takes a seventh of the time of one look for all.
        return not any(sign in text for sign in _CONTROL)
    return text.replace("\n", "").isprintable()


@lru_cache(maxsize=8)
def _heads(thousands: int) -> list[str]:
    """What comes before the family, for a thousand numbers that begin alike; a template with a sign in the place of these digits."""
    return _template().replace("@", str(thousands)).split("|")


@lru_cache(maxsize=1)
def _template() -> str:
    return "|".join([f"Action: DBPut\r\nActionID: @{rest:03}\r\nFamily: " for rest in range(_BLOCK)])


class Puts(Sequence[Request]):
    """Many DBPut, of which no `Request` is made before anybody asks for it."""

    __slots__ = ("_bodies",)

    def __init__(self, bodies: list[str] | None = None) -> None:
        self._bodies = bodies if bodies is not None else []
        """What comes after the name of the field `Family`."""

    def add(self, families: str | list[str], keys: list[str], values: str | list[str]) -> bool:
        """More of them, with one family or value for all, or one for each; False, and none is added, unless all of it is plain."""
        columns = [[column] if isinstance(column, str) else column for column in (families, keys, values)]
        if not all(map(plain, columns)):
            return False
        if isinstance(families, str):
            families = [families] * len(keys)
        if isinstance(values, str):
            values = [values] * len(keys)
        rows = zip(families, keys, values, strict=True)
        bodies = [f"{family}\r\nKey: {key}\r\nVal: {value}\r\n\r\n" for family, key, value in rows]
        if max(map(len, bodies if "".join(bodies).isascii() else map(str.encode, bodies)), default=0) > _ROOM:
            return False
        self._bodies += bodies
        return True

    def __len__(self) -> int:
        return len(self._bodies)

    @overload
    def __getitem__(self, index: int) -> Request: ...
    @overload
    def __getitem__(self, index: slice) -> Puts: ...
    def __getitem__(self, index: int | slice) -> Request | Puts:
        if isinstance(index, slice):
            return Puts(self._bodies[index])
        family, key, value, _, _ = self._bodies[index].split("\r\n")
        return Request("DBPut", (("Family", family), ("Key", key[5:]), ("Val", value[5:])))

    def encoded(self, start: int, stop: int, number: int) -> list[bytes]:
        """What `encode` gives for each of these, numbered from `number` on."""
        bodies = self._bodies[start:stop]
        return [f"Action: DBPut\r\nActionID: {n}\r\nFamily: {body}".encode() for n, body in enumerate(bodies, number)]

    def joined(self, start: int, stop: int, number: int) -> bytes:
        """The same in one."""
        if number < _BLOCK:
            return b"".join(self.encoded(start, stop, number))
        bodies = self._bodies[start:stop]
        heads: list[str] = []
        for thousands in range(number // _BLOCK, (number + len(bodies)) // _BLOCK + 1):
            heads += _heads(thousands)
        heads = heads[number % _BLOCK :][: len(bodies)]
        parts = [""] * (2 * len(bodies))
        parts[::2], parts[1::2] = heads, bodies
        return "".join(parts).encode()
