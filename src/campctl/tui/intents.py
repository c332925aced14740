"""What somebody at the board wants done, as values; each says which campctl command it is the same as."""

from __future__ import annotations

import shlex
from typing import TypeAlias

from msgspec import Struct

from campctl.model.records import Override
from campctl.tui.intents_books import Answer, Halt, Step, UndoStep, book_title


class Scale(Struct, frozen=True, kw_only=True):
    """Seats of a hotline: `65`, `+20`, `-5`."""

    hotline: str
    seats: str
    until: str = ""

    def argv(self) -> tuple[str, ...]:
        """As on the command line."""
        return ("hotline", "scale", self.hotline, self.seats, *_option("--until", self.until))


class Light(Struct, frozen=True, kw_only=True):
    """Desks to be lit."""

    desks: tuple[str, ...]
    hotline: str = ""
    until: str = ""

    def argv(self) -> tuple[str, ...]:
        """As on the command line."""
        return ("port", "light", *self.desks, *_option("--hotline", self.hotline), *_option("--until", self.until))


class Dark(Struct, frozen=True, kw_only=True):
    """Desks to be darkened."""

    desks: tuple[str, ...]
    until: str = ""

    def argv(self) -> tuple[str, ...]:
        """As on the command line."""
        return ("port", "dark", *self.desks, *_option("--until", self.until))


class WalkIn(Struct, frozen=True, kw_only=True):
    """Somebody who walked in gets a desk: that one, or the best empty one of the office. `name` is a volunteer's, or a person's id.

    Both name and office may be asked for only where it is confirmed.
    """

    name: str
    desk: str = ""
    office: str = ""
    hotline: str = ""
    until: str = ""

    def argv(self) -> tuple[str, ...]:
        """As on the command line."""
        place = (*_option("--office", self.office), *_option("--desk", self.desk))
        return ("seat", "check-in", self.name, *place, *_option("--hotline", self.hotline), *_option("--until", self.until))


class Pause(Struct, frozen=True, kw_only=True):
    """Who answers there takes a break, or goes on (`paused` False). `subject` is `user/ID` or `port/OFFICE/DESK`."""

    subject: str
    paused: bool = True
    why: str = ""

    def argv(self) -> tuple[str, ...]:
        """As on the command line."""
        noun, _, id_ = self.subject.partition("/")
        return (noun, "pause" if self.paused else "unpause", id_, *_option("--reason", self.why))


class Clear(Struct, frozen=True, kw_only=True):
    """Overrides to be ended now."""

    ids: tuple[str, ...]

    def argv(self) -> tuple[str, ...]:
        """As on the command line."""
        return ("override", "clear", *self.ids)


class See(Struct, frozen=True, kw_only=True):
    """Somebody sees to an alert."""

    alert: str

    def argv(self) -> tuple[str, ...]:
        """As on the command line."""
        return ("alert", "ack", self.alert)


class TakeBack(Struct, frozen=True, kw_only=True):
    """The way back from what was done: overrides that were `made` are cleared, those that were `cleared` are made again."""

    of: str
    """What is undone, as a command."""
    made: tuple[str, ...] = ()
    cleared: tuple[Override, ...] = ()

    def argv(self) -> tuple[str, ...]:
        """There is no command for it; it is named for the audit log."""
        return ("top", "undo", self.of)


Intent: TypeAlias = Scale | Light | Dark | WalkIn | Pause | Clear | See | TakeBack | Step | Answer | UndoStep | Halt


def command_line(intent: Intent) -> str:
    """`campctl hotline scale main +1`."""
    return shlex.join(["campctl", *intent.argv()])


def title(intent: Intent) -> str:
    """What is asked for, in a line."""
    match intent:
        case Scale(hotline=hotline, seats=seats):
            return f"Scale {hotline}: {seats} seat{'' if seats.lstrip('+-') == '1' else 's'}"
        case Light(desks=desks):
            return f"Light {', '.join(desks)}"
        case Dark(desks=desks):
            return f"Darken {', '.join(desks)}"
        case WalkIn(name=name, desk=desk, office=office):
            return f"Seat {name or 'somebody'}{f' at {desk}' if desk else f' at a desk of {office}' if office else ''}"
        case Pause(subject=subject, paused=paused):
            return f"{'Pause' if paused else 'Unpause'} {subject.partition('/')[2]}"
        case Clear(ids=ids):
            return f"End override {', '.join(ids)}"
        case See(alert=alert):
            return f"See to alert {alert}"
        case TakeBack(of=of):
            return f"Undo {of}"
        case Step() | Answer() | UndoStep() | Halt():
            return book_title(intent)


def _option(name: str, value: str) -> tuple[str, ...]:
    return (name, value) if value else ()
