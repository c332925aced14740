"""QR codes: on a terminal in half blocks, and as SVG. segno is loaded when the first is made."""

from __future__ import annotations

from functools import lru_cache

QUIET = 4
"""Light modules around it (ISO/IEC 18004, 9.1); fewer, and some telephones do not see it."""
DARK_ON_LIGHT = "\x1b[38;5;16;48;5;231m"
"""Black on white whatever the terminal's own colours are."""


@lru_cache(maxsize=8)
def matrix(content: str) -> tuple[tuple[bool, ...], ...]:
    """Rows of modules, True for dark, without the quiet zone; error correction M, and better where it costs no space."""
    import segno

    code = segno.make(content, error="m", micro=False)
    return tuple(tuple(bool(module) for module in row) for row in code.matrix)


def width(content: str) -> int:
    """Columns it takes on a terminal."""
    return len(matrix(content)) + 2 * QUIET


def blocks(content: str, *, color: bool) -> list[str]:
    """Two rows of modules in each line. Without colour the light modules are drawn, as most terminals are dark."""
    rows = matrix(content)
    size = len(rows) + 2 * QUIET
    light = [[True] * size for _ in range(size + size % 2)]
    for y, row in enumerate(rows):
        for x, dark in enumerate(row):
            light[y + QUIET][x + QUIET] = not dark
    found = []
    for y in range(0, len(light), 2):
        pairs = zip(light[y], light[y + 1], strict=True)
        if color:
            line = "".join(" ▄▀█"[(not upper) * 2 + (not lower)] for upper, lower in pairs)
            found.append(f"{DARK_ON_LIGHT}{line}\x1b[0m")
        else:
            found.append("".join(" ▄▀█"[upper * 2 + lower] for upper, lower in pairs))
    return found


def svg(content: str) -> str:
    """The same as an SVG element, a path of dark modules on white; sized by whoever places it."""
    rows = matrix(content)
    size = len(rows) + 2 * QUIET
    path = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            if not row[x]:
                x += 1
                continue
            run = x
            while run < len(row) and row[run]:
                run += 1
            path.append(f"M{x + QUIET} {y + QUIET}h{run - x}v1h-{run - x}z")
            x = run
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img" aria-label="QR code" shape-rendering="crispEdges">'
        f'<rect width="{size}" height="{size}" fill="#fff"/><path d="{"".join(path)}" fill="#000"/></svg>'
    )
