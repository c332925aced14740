"""QR codes: the same modules in a file and on a terminal, with room around them."""

from __future__ import annotations

import re

import pytest
import segno

from campctl.views import qr

CONTENTS = ("sip:3100@local.invalid", "sip:hq~a001:aB3_-xYz0123456789abcdefgh@pbx.example.org", "Zoë")


def modules(content: str) -> list[list[bool]]:
    """What segno draws, True for dark."""
    return [[bool(module) for module in row] for row in segno.make(content, error="m", micro=False).matrix]


def framed(content: str) -> list[list[bool]]:
    """With the quiet zone, and a light row below where two share a line."""
    inner = modules(content)
    size = len(inner) + 2 * qr.QUIET
    rows = [[False] * size for _ in range(size + size % 2)]
    for y, row in enumerate(inner):
        rows[y + qr.QUIET][qr.QUIET : qr.QUIET + len(row)] = row
    return rows


@pytest.mark.parametrize("content", CONTENTS)
@pytest.mark.parametrize("color", [True, False])
def test_the_terminal_shows_every_module(content: str, color: bool) -> None:
    """Read back from its half blocks it is the code: dark ones drawn on white with colour, light ones drawn without."""
    lines = qr.blocks(content, color=color)
    found: list[list[bool]] = []
    for line in lines:
        assert line.startswith(qr.DARK_ON_LIGHT) == color
        text = re.sub(r"\x1b\[[\d;]*m", "", line)
        assert len(text) == qr.width(content)
        found.append([(char in "▀█") == color for char in text])
        found.append([(char in "▄█") == color for char in text])
    assert found == framed(content)


@pytest.mark.parametrize("content", CONTENTS)
def test_the_drawing_has_every_module(content: str) -> None:
    """The paths of the SVG cover exactly the dark modules."""
    text = qr.svg(content)
    size = qr.width(content)
    assert f'viewBox="0 0 {size} {size}"' in text
    rows = [[False] * size for _ in range(size)]
    for x, y, run in ((int(one), int(two), int(three)) for one, two, three in re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", text)):
        for column in range(x, x + run):
            rows[y][column] = True
    assert rows == framed(content)[:size]
