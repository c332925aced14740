"""Carrying out what changes come to: writes grouped so that they can be pipelined, and what became of each change.

Written before anything else is what is about to be done, so that a campctl killed in the midst leaves nothing half: whoever
comes next does the changes again, which does what is missing of them (`redo`).
"""

from __future__ import annotations

import asyncio
import binascii
import contextlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from campctl.backends.asterisk.facts.image import Applied, Image
from campctl.backends.asterisk.facts.native import ByPlace, Fact, Place, Shelf, Value, Write, runs
from campctl.backends.asterisk.facts.newcomers import Newcomers
from campctl.backends.asterisk.facts.records import ROOM
from campctl.backends.asterisk.facts.rows import Hold, Pause, holding
from campctl.errors import BackendError, Unavailable, Uncertain
from campctl.model.changes import Change
from campctl.model.live import Capabilities
from campctl.model.refusals import No
from campctl.model.resources import Key, key_of, references

_PLACES: Final[tuple[Place, ...]] = ("geo", "record", "auth", "endpoint", "aor", "rule", "queue", "map", "member")
"""What is new, in this order (an AOR never without its endpoint; `native` says why); what goes, in the opposite one."""
_PACKED: Final = "packed:"
_changes: msgspec.json.Decoder[list[Change]] = msgspec.json.Decoder(list[Change])


def note(changes: Sequence[Change]) -> str:
    """Changes about to be done, as printable text; packed when they are many, as they are much alike."""
    raw = msgspec.json.encode(list(changes))
    if len(raw) > ROOM:
        return _PACKED + binascii.b2a_base64(zlib.compress(raw, 1), newline=False).decode()
    text = raw.decode("utf-8", "surrogateescape")
    return text if text.isprintable() else json.dumps(json.loads(text))


def redo(image: Image, doing: str, able: Capabilities) -> list[Applied]:
    """What is missing of changes somebody began, applied to an image read since. What makes no sense any more is left."""
    try:
        packed = doing.startswith(_PACKED)
        begun = _changes.decode(zlib.decompress(binascii.a2b_base64(doing[len(_PACKED) :])) if packed else doing)
    except (msgspec.DecodeError, zlib.error, binascii.Error):
        return []
    applied = []
    for change in begun:
        try:
            applied.append(image.apply(_remaining(image, change), unsupported=able.unsupported))
        except No:
            continue
    return applied


def _remaining(image: Image, change: Change) -> Change:
    """A create of what is partly there, or a rename that got through, becomes an update that writes what is missing."""
    after = change.after
    if after is not None and change.action in {"create", "rename"} and key_of(after) in image.resources:
        return msgspec.structs.replace(change, action="update", before=after)
    return change


def all_new(parts: Sequence[Applied | Newcomers]) -> dict[Place, dict[str, Value]]:
    """All of it by place, in an order that is safe to stop in, where it is nothing but newcomers; else nothing."""
    found: dict[Place, dict[str, Value]] = {place: {} for place in _PLACES}
    for part in parts:
        if not isinstance(part, Newcomers):
            return {}
        for place, values in part.by.items():
            found[place].update(values)
    return {place: values for place, values in found.items() if values}


async def ready(shelves: Sequence[Shelf], by: ByPlace, pause: Pause) -> list[Hold]:
    """What there is to do to write what is new."""
    return [hold for shelf in shelves if (hold := await holding(shelf, by, pause)) is not None]


async def write_new(holds: Sequence[Hold]) -> dict[Fact, str]:
    """Write what is new, on all shelves at the same time; why those that were refused were."""
    if len(holds) == 1:  # the usual case, which need not wait for its turn in the event loop
        return await _held(holds[0])
    said = await asyncio.gather(*map(_held, holds), return_exceptions=True)
    wrong = [one for one in said if isinstance(one, BaseException)]
    if wrong:
        raise next((error for error in wrong if isinstance(error, Uncertain)), wrong[0])
    return {fact: why for refused in said if isinstance(refused, dict) for fact, why in refused.items()}


async def _held(hold: Hold) -> dict[Fact, str]:
    try:
        return await hold()
    except Unavailable as error:
        raise _doubtful(error) from None


def net(applied: Sequence[Applied]) -> list[Write]:
    """What all of it comes to, each fact once, in an order that is safe to stop in."""
    return _ordered(item for one in applied for item in one.writes)


async def write(shelves: Sequence[Shelf], writes: Sequence[Write], *, begun: bool = True) -> dict[Fact, str]:
    """Write in order, as many at once as are on one shelf; why those that were refused were.

    `begun`: something was written already, so that a lost connection leaves doubt.
    """
    of = {place: shelf for shelf in shelves for place in shelf.places}
    refused: dict[Fact, str] = {}
    for shelf, run in runs(writes, of):
        refused |= await _write(shelf, run, begun=begun)
        begun = True
    return refused


async def _write(shelf: Shelf, run: Sequence[Write], *, begun: bool) -> dict[Fact, str]:
    try:
        said = await shelf.write(run)
    except Unavailable as error:
        raise (_doubtful(error) if begun else error) from None
    return {item.fact: why for item, why in zip(run, said, strict=True) if why is not None} if any(said) else {}


def _doubtful(error: Unavailable) -> Uncertain:
    """Something else may have been written."""
    return Uncertain(error.message, backend=error.backend, hint=error.hint)


def failed(applied: Sequence[Applied], refused: Mapping[Fact, str]) -> dict[int, str]:
    """Positions of changes that a refusal concerns, and of later ones that need those, with why."""
    why: dict[int, str] = {}
    keys: dict[Key, str] = {}
    for at, one in enumerate(applied):
        text = next((refused[item.fact] for item in one.writes if item.fact in refused), "")
        if not text and one.change.after is not None:
            needs = [key for key in (*one.keys, *references(one.change.after)) if key in keys]
            text = f"{needs[0]}, which it needs, was not done" if needs else ""
        if text:
            why[at] = text
            keys.update(dict.fromkeys(one.keys, text))
    return why


async def take_back(shelves: Sequence[Shelf], image: Image, applied: Sequence[Applied], bad: Mapping[int, str]) -> None:
    """Put back what failed changes wrote, where no good change wrote the same. The image is of no use after that.

    As well as can be: what is left in spite of it shows in the next look.
    """
    for one in reversed(applied):
        image.undo(one)
    good = {item.fact for at, one in enumerate(applied) if at not in bad for item in one.writes}
    facts = dict.fromkeys(item.fact for at in bad for item in applied[at].writes if item.fact not in good)
    with contextlib.suppress(BackendError):
        await write(shelves, _ordered([Write(fact, image.value(fact)) for fact in facts]))


def _ordered(writes: Iterable[Write]) -> list[Write]:
    """Of several writes of one fact the last."""
    puts: dict[Place, dict[str, Write]] = {place: {} for place in _PLACES}
    gone: dict[Place, dict[str, Write]] = {place: {} for place in reversed(_PLACES)}
    for one in writes:
        (place, name), value = one
        into, other = (puts, gone) if value is not None else (gone, puts)
        into[place][name] = one
        if other[place]:
            other[place].pop(name, None)
    return [write for by in (puts, gone) for some in by.values() for write in some.values()]
