"""`status`: a snapshot of what goes on, and whether what was expected of it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.facts import check_ids, gather
from campctl.app.find import did_you_mean
from campctl.app.picture import AlertLine, Picture
from campctl.live.expect import BadExpectation, Expectation, facts, judge, parse

if TYPE_CHECKING:
    from campctl.live.expect import Verdict

AGAIN = 1.0
"""Seconds between two looks while something may still come true (`within 30s`)."""


class Checked(Struct, frozen=True, kw_only=True):
    """One expectation: `holds` None where it cannot be known; `found` in words."""

    check: str
    holds: bool | None
    found: str


class Status(Struct, frozen=True, kw_only=True):
    """`status`: the rows asked for, and the checks."""

    picture: Picture
    checks: tuple[Checked, ...] = ()


class BadCheck(errors.UsageError):
    """A check that cannot be read: its text, and the place of the mistake in it."""

    def __init__(self, text: str, bad: BadExpectation) -> None:
        super().__init__(f"--check, column {bad.offset + 1}: {bad.message}", hint=bad.help)
        self.text = text
        self.offset = bad.offset
        self.length = bad.length


async def status(ctx: Context, *, names: Sequence[str] = (), checks: Sequence[str] = (), patience: float = 10.0) -> Status:
    """Look once; again while a check that says `within` may still come true."""
    from campctl.app.picturing import one_picture

    wanted = [_read(ctx, text) for text in checks]
    chosen = _chosen(ctx, names)
    began = ctx.clock.monotonic()
    while True:
        picture = await one_picture(ctx, patience=patience, alerting=lambda _: _standing(ctx))
        known = await gather(ctx, {fact for one in wanted for fact in facts(one)}, picture, patience=patience)
        verdicts = [judge(one, known) for one in wanted]
        spent = ctx.clock.monotonic() - began
        if not any(not said.holds and one.within is not None and spent < one.within for one, said in zip(wanted, verdicts, strict=True)):
            break
        await ctx.clock.sleep(AGAIN)
    result = Status(picture=_rows(picture, chosen), checks=tuple(map(_checked, wanted, verdicts)))
    if outcome(result) is errors.Exit.BACKEND:
        lost = (one for one in result.picture.backends if one.health == "lost")
        ctx.silent |= {one.name: errors.Unavailable(one.why or "It does not answer.", backend=one.name) for one in lost}
    return result


def outcome(result: Status) -> errors.Exit:
    """What it ends in: a check that fails before one that cannot be known, and that before an exchange that does not answer."""
    if any(one.holds is False for one in result.checks):
        return errors.Exit.UNMET
    if any(one.holds is None for one in result.checks) or any(one.health == "lost" for one in result.picture.backends):
        return errors.Exit.BACKEND
    return errors.Exit.OK


def _standing(ctx: Context) -> tuple[AlertLine, ...]:
    """Alerts that are open, as whoever watches wrote them down."""
    try:
        found = ctx.store().alerts()
    except errors.StoreError:
        return ()  # said in `activity`; a snapshot of the exchanges needs no store
    if not found:
        return ()
    from campctl.app.alerting import line_of

    return tuple(line_of(one, one.words) for one in found)


def _read(ctx: Context, text: str) -> Expectation:
    try:
        wanted = parse(text)
        check_ids(ctx.campaign, wanted)
    except BadExpectation as bad:
        raise BadCheck(text, bad) from None
    return wanted


def _checked(wanted: Expectation, verdict: Verdict) -> Checked:
    return Checked(check=wanted.text, holds=verdict.holds, found=verdict.words)


def _chosen(ctx: Context, names: Sequence[str]) -> dict[str, set[str]]:
    """Ids by noun: `hotline/main`, `office/hq`, `backend/pbx`, or an id that only one of them has."""
    campaign = ctx.campaign
    known: Mapping[str, Mapping[str, object]] = {
        "hotline": campaign.hotlines,
        "office": campaign.offices,
        "backend": campaign.backends,
    }
    chosen: dict[str, set[str]] = {noun: set() for noun in known}
    for name in names:
        noun, slash, id_ = name.partition("/")
        nouns = [noun] if slash and noun in known else [one for one in known if name in known[one]]
        id_ = id_ if slash and noun in known else name
        found = [one for one in nouns if id_ in known[one]]
        if len(found) > 1:
            options = " or ".join(f"`{one}/{id_}`" for one in found)
            raise errors.UsageError(f"`{name}` is a {' and a '.join(found)}.", hint=f"Write {options}.")
        if not found:
            every = [*(f"{one}/{id_}" for one in known for id_ in known[one]), *(id_ for one in known.values() for id_ in one)]
            hint = did_you_mean(name, every) or "Name hotlines, offices or backends; `campctl status` shows all."
            raise errors.NotFound(f"There is no hotline, office or backend `{name}`.", hint=hint)
        chosen[found[0]].add(id_)
    return chosen


def _rows(picture: Picture, chosen: Mapping[str, set[str]]) -> Picture:
    """What was chosen; a backend brings what is on it, hotlines and offices bring their backend."""
    if not any(chosen.values()):
        return picture
    hotlines = tuple(one for one in picture.hotlines if one.id in chosen["hotline"] or one.backend in chosen["backend"])
    offices = tuple(one for one in picture.offices if one.id in chosen["office"] or one.backend in chosen["backend"])
    of_rows = {one.backend for one in hotlines} | {one.backend for one in offices} | chosen["backend"]
    return replace(
        picture,
        hotlines=hotlines,
        offices=offices,
        people=tuple(one for one in picture.people if one.office in {office.id for office in offices}),
        backends=tuple(one for one in picture.backends if one.name in of_rows),
    )
