"""What campctl keeps on an Asterisk, as flat facts: the words between resources (`render`, `decode`) and shelves.

A resource is rendered into facts, a change of a resource into the difference of two renderings, and a shelf writes that
difference where such facts live: AstDB, a configuration file, the queues' members, or PostgreSQL. Names of objects on
Asterisk are given once, when a resource is created, and kept in its record: a rename there touches no phone and no caller.

    place      name                              value
    record     "line/user/ann.lee"               JSON text: every field of the resource, and the native name it goes by
    endpoint   "ann.lee"                         PJSIP endpoint's options; absent while the line is dark
    aor        "ann.lee"                         PJSIP AOR's options; absent while the line is dark, like the endpoint
    auth       "ann.lee"                         PJSIP auth's options, never with its secret; stays while the line is dark
    map        "ext/3001", "did/13125550100",    what the dialplan looks up (dialplan's own comment lists them)
               "cid/ann.lee", "hotline/vp/hours"
    queue      "voter-protection"                options of queues.conf
    rule       "voter-protection"                lines of queuerules.conf ("60,199,0")
    geo        "loc-chicago-hq"                  one section of geolocation.conf, with its `type`
    member     "voter-protection|PJSIP/ann.lee"  membername, penalty

Why a dark line has no AOR either: an AOR that Asterisk gets to know (at its start, at a reload of res_pjsip, or by `pjsip
reload qualify aor`) while its endpoint does not exist stays Unavailable to queues for ever; only a reload of all of
res_pjsip cures that. Written endpoint first, then AOR, and taken away in the opposite order, it cannot happen.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Literal, NamedTuple, Protocol, TypeAlias

Place = Literal["record", "endpoint", "aor", "auth", "map", "queue", "rule", "geo", "member"]
PLACES: tuple[Place, ...] = ("record", "endpoint", "aor", "auth", "map", "queue", "rule", "geo", "member")


class Fact(NamedTuple):
    """What a value is found by."""

    place: Place
    name: str


Value: TypeAlias = str | Mapping[str, str] | tuple[str, ...]
"""Text for records and maps, options for sections and rows, lines for rules."""

Facts: TypeAlias = Mapping[Fact, Value]


class Write(NamedTuple):
    """Make a fact hold a value, or (None) be gone. Writing what is there already is no error."""

    fact: Fact
    value: Value | None


ByPlace: TypeAlias = Mapping[Place, Mapping[str, Value]]
"""Facts that shall hold these values, by place and name."""


class Shelf(Protocol):
    """Keeps the facts of some places. Raises `errors.BackendError`s as the port says (Unavailable, Uncertain, ...)."""

    places: frozenset[Place]

    async def read(self, facts: Collection[Fact] | None = None) -> dict[Fact, Value]:
        """Everything on this shelf, campctl's or not, or what there is of `facts`."""
        ...

    async def write(self, writes: Sequence[Write]) -> list[str | None]:
        """Write in order; for each None, or in words why Asterisk did not take it. A new auth gets a random secret."""
        ...


def runs(writes: Sequence[Write], of: Mapping[Place, Shelf]) -> Iterator[tuple[Shelf, Sequence[Write]]]:
    """Writes in order, as many at once as are on one shelf."""
    start = 0
    for shelf, some in groupby(writes, lambda write: of[write[0][0]]):
        stop = start + sum(1 for _ in some)
        yield shelf, writes[start:stop]
        start = stop
