"""Containers that are nothing but the ground that others stand on, and screens that bear being resized."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.containers import Horizontal, Vertical
from textual.strip import Strip

if TYPE_CHECKING:
    from textual.geometry import Region, Size
    from textual.screen import Screen
    from textual.widget import Widget

    AnyScreen = Screen[object]
else:
    AnyScreen = Widget = object  # Textual takes a class's style from its first base that is a widget, which these are not to be


class Bare(Widget):
    """Without borders and padding, and mostly covered: it is drawn as one blank line, however many are asked for.

    Textual draws every line of every container, also those that are covered; four of them around the rows take as long as the rows.
    """

    def render_lines(self, crop: Region) -> list[Strip]:
        """As many blank lines."""
        background = self.background_colors[1]
        strip = Strip.blank(crop.width, self.visual_style.rich_style)
        for each in self.get_line_filters():
            strip = strip.apply_filter(each, background)
        return [strip] * crop.height


class Steady(AnyScreen):
    """A screen that is laid out for the size that the terminal has, whatever an event says that comes late.

    Textual lays it out for the event's, and each layout for another size makes an event of it: two sizes that are under way at once, as
    when a window is dragged on a busy machine, would take turns for ever, and no key would be heard any more.
    """

    def _screen_resized(self, size: Size) -> None:  # noqa: ARG002 - Textual's signature
        super()._screen_resized(self.app.size)


class BareHorizontal(Bare, Horizontal):
    """Side by side."""


class BareVertical(Bare, Vertical):
    """From top to bottom."""
