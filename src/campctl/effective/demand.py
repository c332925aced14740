"""How many seats each hotline should have at an instant, and where that figure comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from campctl.effective.diversion import unknown_override
from campctl.effective.words import until_text
from campctl.findings import Finding, Ref
from campctl.findings.catalogue import finding
from campctl.findings.text import plural
from campctl.model.campaign import Campaign, Hotline, Surge
from campctl.model.records import Override


class Demand(Struct, frozen=True):
    """Seats wanted, and in words why; `asked` is the figure before it was held to min and max."""

    wanted: int
    whence: str
    asked: int


def demands(
    campaign: Campaign,
    at: datetime,
    surges: Sequence[Surge],
    overrides: Sequence[Override],
    added: Mapping[str, Sequence[int]],
    findings: list[Finding],
) -> dict[str, Demand]:
    """What each hotline should have.

    The baseline; then surges (the highest absolute figure replaces it, relative ones add up); then overrides in the
    order of making; then a seat for each port that an override lights for it, but not for those lit before an
    absolute figure was given: that counts them in; all held to min and max. `added` are places in `overrides`.
    """
    by_hotline: dict[str, list[tuple[int, Override]]] = {}
    for place, override in enumerate(overrides):
        if override.kind != "hotline":
            continue
        if override.subject in campaign.hotlines:
            by_hotline.setdefault(override.subject, []).append((place, override))
        else:
            findings.append(unknown_override(override, f"hotline {override.subject}"))
    result = {}
    for hotline in campaign.hotlines.values():
        wanted, words = _surged(hotline, surges)
        zone = hotline.time_zone or campaign.time_zone
        counted = -1
        for place, override in by_hotline.get(hotline.id, ()):
            change = override.seats
            if change is None:
                continue
            until = until_text(override.end, at, zone, campaign.time_zone)
            if change.relative:
                wanted += change.amount
                words.append(f"override by {override.author} {change}{until}")
            else:
                wanted, words, counted = change.amount, [f"override by {override.author}{until}"], place
        extra = sum(place > counted for place in added.get(hotline.id, ()))
        if extra:
            wanted += extra
            words.append(f"{extra} lit by override")
        result[hotline.id] = _clamped(hotline, wanted, words, findings)
    return result


def _surged(hotline: Hotline, surges: Sequence[Surge]) -> tuple[int, list[str]]:
    wanted, words = hotline.seats.baseline, [f"baseline {hotline.seats.baseline}"]
    changes = [(surge, surge.seats[hotline.id]) for surge in surges if hotline.id in surge.seats]
    absolute = [(change.amount, surge) for surge, change in changes if not change.relative]
    if absolute:
        wanted, chosen = max(absolute, key=lambda pair: pair[0])
        words = [f"surge {chosen.id}"]
    for surge, change in changes:
        if change.relative:
            wanted += change.amount
            words.append(f"surge {surge.id} {change}")
    return wanted, words


def _clamped(hotline: Hotline, wanted: int, words: list[str], findings: list[Finding]) -> Demand:
    seats = hotline.seats
    held = max(seats.min, min(wanted, seats.max))
    if held == wanted:
        return Demand(wanted, ", ".join(words), wanted)
    side = "max" if held < wanted else "min"
    findings.append(
        finding(
            "seats-clamped",
            f"Hotline {hotline.id} should have {plural(wanted, 'seat')} ({', '.join(words)}), but its {side} is {held}; it gets {held}.",
            help=f"Change `seats.{side}` of {hotline.id}, or ask for {held}.",
            at=Ref("hotlines", hotline.id, "seats", (side,)),
        )
    )
    words.append(f"held to {side} {held}")
    return Demand(held, ", ".join(words), wanted)
