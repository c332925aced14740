"""Colours and glyphs: what each state looks like, on dark, light and monochrome terminals, in Unicode and in ASCII.

The colours are those of Okabe and Ito, which people with any kind of colour blindness tell apart, made darker for light
backgrounds. No state is told by colour alone: each has a glyph of its own, too.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal

from msgspec import Struct
from rich.style import Style

Role = Literal[
    "text", "dim", "strong", "accent", "good", "warn", "bad", "head", "bar", "alarm", "dark", "lit", "ringing", "talking", "paused"
]


class Palette(Struct, frozen=True, kw_only=True):
    """A theme's colours: `ground` behind all, `raised` behind header and footer, `picked` behind the line of the cursor.

    A monochrome palette has no colours at all, and tells by bold, dim, reverse and underline.
    """

    name: str
    dark: bool
    ground: str = ""
    raised: str = ""
    picked: str = ""
    colors: Mapping[str, str] = {}
    mono: bool = False

    def style(self, role: str, *, picked: bool = False, on: str = "") -> Style:
        """The style of a role, on the ground unless told; `picked`: on the line of the cursor."""
        return _style(self.name, role, picked, on)


DARK = Palette(
    name="campctl-dark",
    dark=True,
    ground="#10151c",
    raised="#19212b",
    picked="#26374a",
    colors={
        "text": "#d5dce4",
        "dim": "#8391a1",
        "strong": "bold #ffffff",
        "accent": "bold #62b5f5",
        "good": "#3fc59a",
        "warn": "#eeb044",
        "bad": "bold #f7795b",
        "head": "#9fb0c2",
        "bar": "#62b5f5",
        "alarm": "bold #ffffff on #b3330e",
        "dark": "#62707e",
        "lit": "#62b5f5",
        "ringing": "bold #f2e55c",
        "talking": "#3fc59a",
        "paused": "#d893b8",
    },
)
LIGHT = Palette(
    name="campctl-light",
    dark=False,
    ground="#fbfaf7",
    raised="#eeece6",
    picked="#d3e4f5",
    colors={
        "text": "#20262d",
        "dim": "#5d6772",
        "strong": "bold #000000",
        "accent": "bold #0b5cad",
        "good": "#006b53",
        "warn": "#8a5700",
        "bad": "bold #b03410",
        "head": "#47515c",
        "bar": "#0b5cad",
        "alarm": "bold #ffffff on #b03410",
        "dark": "#7d858d",
        "lit": "#0b5cad",
        "ringing": "bold #705f00",
        "talking": "#006b53",
        "paused": "#94466f",
    },
)
MONO = Palette(
    name="campctl-mono",
    dark=True,
    mono=True,
    colors={
        "strong": "bold",
        "accent": "bold",
        "warn": "underline",
        "bad": "bold underline",
        "alarm": "bold reverse",
        "ringing": "bold",
        "talking": "bold",
    },
)
PALETTES: dict[str, Palette] = {palette.name: palette for palette in (DARK, LIGHT, MONO)}


@cache
def _style(name: str, role: str, picked: bool, on: str) -> Style:
    palette = PALETTES[name]
    style = Style.parse(palette.colors.get(role) or "none")
    if palette.mono:
        return style + Style(reverse=True) if (picked or on) and not style.reverse else style
    if style.bgcolor is not None:
        return style
    ground = palette.picked if picked else on or palette.ground
    return style + Style(bgcolor=ground)


class Glyphs(Struct, frozen=True, kw_only=True):
    """The characters of a terminal: `states` by desk or agent state, `levels` of a sparkline from low to high."""

    name: str
    states: Mapping[str, str]
    levels: str
    ellipsis: str
    dot: str
    up: str
    down: str
    check: str
    cross: str
    warning: str
    rule: str
    bar: str


UNICODE = Glyphs(
    name="unicode",
    states={
        "dark": "·",
        "lit": "○",
        "free": "○",
        "ringing": "◐",
        "talking": "●",
        "busy": "●",
        "paused": "‖",
        "wrap-up": "◌",
        "unreachable": "✕",
        "gone": "✕",
        "no-location": "△",
        "": "·",
    },
    levels=" ▁▂▃▄▅▆▇█",
    ellipsis="…",
    dot="·",
    up="▲",
    down="▼",
    check="✓",
    cross="✕",
    warning="▲",
    rule="─",
    bar="│",
)
ASCII = Glyphs(
    name="ascii",
    states={
        "dark": ".",
        "lit": "o",
        "free": "o",
        "ringing": "*",
        "talking": "@",
        "busy": "@",
        "paused": "=",
        "wrap-up": "~",
        "unreachable": "x",
        "gone": "x",
        "no-location": "!",
        "": ".",
    },
    levels=" .:-=+*#@",
    ellipsis="~",
    dot="-",
    up="^",
    down="v",
    check="+",
    cross="x",
    warning="!",
    rule="-",
    bar="|",
)
STATE_ROLES: dict[str, Role] = {
    "dark": "dark",
    "lit": "lit",
    "free": "lit",
    "ringing": "ringing",
    "talking": "talking",
    "busy": "talking",
    "paused": "paused",
    "wrap-up": "dim",
    "unreachable": "bad",
    "gone": "dark",
    "no-location": "warn",
    "": "dark",
}
STATE_WORDS: dict[str, str] = {
    "dark": "dark",
    "lit": "lit, free",
    "free": "free",
    "ringing": "ringing",
    "talking": "talking",
    "busy": "talking",
    "paused": "paused",
    "wrap-up": "wrap-up",
    "unreachable": "phone unreachable",
    "gone": "not at the phone",
    "no-location": "no 911 location",
    "": "",
}


def glyphs_for(environ: Mapping[str, str]) -> Glyphs:
    """ASCII where the terminal or the locale says that it knows nothing else; Unicode otherwise."""
    if environ.get("TERM", "") in {"vt100", "vt102", "vt220", "vt320", "ansi", "linux"}:
        return ASCII
    locale = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or "C.UTF-8"
    return UNICODE if "utf" in locale.lower() else ASCII


def palette_for(environ: Mapping[str, str], *, theme: str = "", no_color: bool = False) -> Palette:
    """Monochrome where colours are not wanted or not there; else the theme asked for, dark unless told."""
    if no_color or environ.get("NO_COLOR") or environ.get("TERM", "") in {"vt100", "vt102", "vt220", "vt320"}:
        return MONO
    return LIGHT if (theme or environ.get("CAMPCTL_THEME", "")) == "light" else DARK
