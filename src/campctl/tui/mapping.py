"""Where desks are on a map: blocks of offices beside and below each other, or one office with large cells. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from campctl.app.picture import DeskCell, OfficeLine
from campctl.tui.tables import hay, matches

BLOCK = 38
"""The least width of an office's block."""
WIDEST = 64
LARGE = (18, 3)
"""Width and height of a desk in the map of one office, without the gap."""


class Spot(Struct, frozen=True):
    """A desk on the map, its upper left corner."""

    x: int
    y: int
    office: OfficeLine
    desk: DeskCell


class Block(Struct, frozen=True):
    """An office on the map: heading at (x, y), desks below it."""

    x: int
    y: int
    width: int
    height: int
    office: OfficeLine
    desks: tuple[DeskCell, ...]


class Map(Struct, frozen=True):
    """All of it: blocks, spots in reading order, the height."""

    blocks: tuple[Block, ...]
    spots: tuple[Spot, ...]
    height: int


def keep(offices: Sequence[OfficeLine], words: str) -> list[tuple[OfficeLine, tuple[DeskCell, ...]]]:
    """The offices that match, with all their desks; of the others those desks that match."""
    if not words:
        return [(office, office.desks) for office in offices]
    found = []
    for office in offices:
        own = f"{office.id} {office.name} {'silent' if office.silent else ''} {'evacuated' if office.evacuated else ''}".casefold()
        desks = office.desks if matches(own, words) else tuple(desk for desk in office.desks if matches(f"{own} {hay(desk)}", words))
        if desks or matches(own, words):
            found.append((office, desks))
    return found


def small(offices: Sequence[tuple[OfficeLine, tuple[DeskCell, ...]]], width: int) -> Map:
    """As many blocks side by side as there is room for, each of two cells a desk."""
    abreast = max(1, min(len(offices) or 1, (width + 2) // (BLOCK + 2)))
    wide = max(4, min(WIDEST, (width + 2) // abreast - 2))
    each = max(1, (wide + 1) // 2)
    blocks: list[Block] = []
    spots: list[Spot] = []
    y = 0
    for start in range(0, len(offices), abreast):
        row = offices[start : start + abreast]
        height = 1 + max(1, *(-(-len(desks) // each) for _, desks in row))
        for at, (office, desks) in enumerate(row):
            x = at * (wide + 2)
            blocks.append(Block(x, y, wide, height, office, desks))
            spots += [Spot(x + number % each * 2, y + 1 + number // each, office, desk) for number, desk in enumerate(desks)]
        y += height + 1
    return Map(tuple(blocks), tuple(spots), max(0, y - 1))


def large(office: OfficeLine, desks: tuple[DeskCell, ...], width: int) -> Map:
    """One office, each desk as a card."""
    wide, high = min(LARGE[0], max(1, width)), LARGE[1]
    each = max(1, (width + 1) // (wide + 1))
    spots = [Spot(number % each * (wide + 1), number // each * (high + 1), office, desk) for number, desk in enumerate(desks)]
    height = (-(-len(desks) // each)) * (high + 1)
    return Map((Block(0, 0, width, height, office, desks),), tuple(spots), max(0, height - 1))


def neighbour(spots: Sequence[Spot], at: int, direction: str) -> int:
    """The desk one gets to from desk `at`: the next in reading order, or the nearest on the next line up or down."""
    if not spots:
        return 0
    if direction in {"left", "right"}:
        return max(0, min(len(spots) - 1, at + (1 if direction == "right" else -1)))
    here = spots[at]
    down = direction == "down"
    beyond = [(number, spot) for number, spot in enumerate(spots) if (spot.y > here.y if down else spot.y < here.y)]
    if not beyond:
        return at
    line = min(spot.y for _, spot in beyond) if down else max(spot.y for _, spot in beyond)
    return min(((abs(spot.x - here.x), number) for number, spot in beyond if spot.y == line))[1]
