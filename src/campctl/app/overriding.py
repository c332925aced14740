"""`override list|clear|promote`."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.context import Context
from campctl.app.find import did_you_mean, one
from campctl.app.how import How, at_once
from campctl.app.results import Applied, OverrideList, Planned
from campctl.model.campaign import SeatChange
from campctl.model.records import Override

if TYPE_CHECKING:
    from campctl.manifest.edit import Editor


def active(override: Override, at: datetime) -> bool:
    """Whether it holds at an instant."""
    return override.start <= at and (override.end is None or at < override.end)


def list_overrides(ctx: Context, *, every: bool = False) -> OverrideList:
    """Those that hold or will; with `every`, those that are over too."""
    now = ctx.clock.now()
    found = [item for item in ctx.store().overrides() if every or item.end is None or item.end > now]
    return OverrideList(at=now, overrides=tuple(found), active=tuple(item.id for item in found if active(item, now)))


async def clear(ctx: Context, how: How, *, ids: Sequence[str] = (), every: bool = False) -> Applied | Planned:
    """End overrides now; what they changed goes back to what manifests and surges say."""
    found = _named(ctx, ids, every=every)
    others = [item for item in found if item.kind != "office"]
    offices = [item for item in found if item.kind == "office"]
    wish = Wish(
        targets=sorted({_subject(item) for item in others}),
        clear=[item.id for item in others],
        what=f"override clear {_words(found)}",
    )
    if offices:
        from campctl.app.evacuating import ending

        back = await ending(ctx, offices, what=wish.what)
        wish = replace(back, targets=sorted({*wish.targets, *back.targets}), clear=[*wish.clear, *back.clear])
    return await change(ctx, how if every or offices else at_once(how), wish)


async def promote(ctx: Context, how: How, *, ids: Sequence[str]) -> Applied | Planned:
    """Write overrides into the YAML, where they stay, and clear them."""
    from campctl.manifest.edit import Editor

    found = _named(ctx, ids)
    for item in found:
        if item.to is not None:
            raise errors.UsageError(
                f"Override {item.id} leads calls of {item.subject} elsewhere for a while, which is no fact to keep in the YAML.",
                hint="To make it last, edit what its numbers lead to, or its hours and `closed`.",
            )
    editor = Editor(ctx.root)
    for hotline in sorted({item.subject for item in found if item.kind == "hotline"}):
        _write_seats(ctx, editor, hotline, found)
    for item in found:
        if item.kind == "port":
            _write_desk(editor, item)
    _keep_seats(ctx, editor, found)
    stand_ins = _stand_ins(ctx, found)

    def commit() -> None:
        if stand_ins:
            store = ctx.store(write=True)
            store.add_overrides(stand_ins)
            store.clear_overrides([item.id for item in found if item.seats is not None and item.seats.relative])
        editor.write()

    return await change(
        ctx.with_overlay(editor.overlay),
        how,
        Wish(
            targets=sorted({_subject(item) for item in found}),
            clear=[item.id for item in (*found, *stand_ins)],
            commit=commit,
            diff=editor.diff(),
            what=f"override promote {_words(found)}",
        ),
    )


def _write_seats(ctx: Context, editor: Editor, hotline: str, found: Sequence[Override]) -> None:
    """The baseline that the overrides of a hotline make of it, in the order of making."""
    total = one(ctx.campaign.hotlines, hotline, "hotline").seats.baseline
    for item in found:
        if item.kind == "hotline" and item.subject == hotline and item.seats is not None:
            total = total + item.seats.amount if item.seats.relative else item.seats.amount
    editor.set("hotlines", hotline, "seats.baseline", total)


def _write_desk(editor: Editor, item: Override) -> None:
    if item.volunteer:
        raise errors.UsageError(
            f"Override {item.id} seats the volunteer {item.volunteer}, who is not a user of the campaign.",
            hint="Add them with `campctl user provision`, seat them with `port seat --for`, and promote that.",
        )
    editor.set("ports", item.subject, "state", "lit" if item.lit else "dark")
    for field in ("user", "hotline"):
        if value := getattr(item, field):
            editor.set("ports", item.subject, field, value)


def _keep_seats(ctx: Context, editor: Editor, found: Sequence[Override]) -> None:
    """A desk that the manifest lights takes a seat that is there anyway, so the seat its override brought goes into the baseline."""
    from campctl.effective import wanted_seats

    ports = ctx.campaign.ports
    lit = {item.hotline or ports[item.subject].hotline for item in found if item.kind == "port" and item.lit and item.subject in ports}
    if not lit:
        return
    now = ctx.clock.now()
    overrides = ctx.store().overrides()
    left = [item for item in overrides if item not in found]
    edited = ctx.with_overlay(editor.overlay).campaign
    for hotline in (edited.hotlines[id_] for id_ in sorted(lit & edited.hotlines.keys())):
        missing = wanted_seats(ctx.campaign, hotline.id, now, overrides) - wanted_seats(edited, hotline.id, now, left)
        if missing > 0:
            editor.set("hotlines", hotline.id, "seats.baseline", min(hotline.seats.baseline + missing, hotline.seats.max))


def _stand_ins(ctx: Context, found: Sequence[Override]) -> list[Override]:
    """For each hotline with a "+N" among them the figure it makes now.

    YAML and store cannot be written in one stroke. Were the "+N" still there after a crash between the two, it would
    count a second time on top of the new baseline; a plain figure says the same as the YAML until it is cleared.
    """
    from campctl.effective import wanted_seats

    now = ctx.clock.now()
    overrides = ctx.store().overrides()
    last = {item.subject: item for item in found if item.seats is not None and item.seats.relative}
    return [
        replace(
            item,
            id=f"o{secrets.token_hex(3)}",
            start=now,
            seats=SeatChange(amount=wanted_seats(ctx.campaign, hotline, now, [other for other in overrides if other.kind == "hotline"])),
        )
        for hotline, item in sorted(last.items())
        if active(item, now)
    ]


def _named(ctx: Context, ids: Sequence[str], *, every: bool = False) -> list[Override]:
    known = {item.id: item for item in ctx.store().overrides()}
    if every:
        return list(known.values())
    for id_ in ids:
        if id_ not in known:
            raise errors.NotFound(f"There is no override `{id_}`.", hint=did_you_mean(id_, known) or "`campctl override list` shows all.")
    if not ids:
        raise errors.UsageError("No override was named.", hint="Name their ids; `campctl override list` shows them.")
    return [known[id_] for id_ in ids]


def _subject(item: Override) -> str:
    return f"{item.kind}/{item.subject}"


def _words(found: Sequence[Override]) -> str:
    return " ".join(item.id for item in found[:3]) + (f" and {len(found) - 3} more" if len(found) > 3 else "")
