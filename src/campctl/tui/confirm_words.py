"""Words around a plan that waits for an answer: what can be said besides, and what each key does in each of its states. Pure."""

from __future__ import annotations

from msgspec import Struct

from campctl.tui.intents import Intent, Light, Pause, See, TakeBack, WalkIn
from campctl.tui.intents_books import Answer, Halt, Step, UndoStep
from campctl.tui.lines import Line, Piece

FIELDS: dict[str, tuple[str, str]] = {
    "name": ("Who", "a volunteer's name, or a person's id"),
    "office": ("Office", "whose best empty desk it shall be"),
    "hotline": ("Hotline", "none: the desk's own"),
    "until": ("Until", "21:00, +2h; empty: until cleared"),
    "why": ("Why", "lunch, training"),
    "reason": ("Reason", "kept in the audit log"),
    "guard": ("Guardrail", ""),
    "given": ("Variables", "seats=40 hotline=main; empty: as written"),
}


def fields_for(intent: Intent) -> tuple[str, ...]:
    """What can be said besides."""
    match intent:
        case WalkIn(desk=""):
            return ("name", "office", "hotline", "until", "reason")
        case WalkIn():
            return ("name", "hotline", "until", "reason")
        case Light():
            return ("hotline", "until", "reason")
        case Pause(paused=True) | Answer():
            return ("why",)
        case Step(run=""):
            return ("given",)
        case Step() | UndoStep() | Halt():
            return ()
        case Pause() | See():
            return ()
        case TakeBack():
            return ("reason",)
    return ("until", "reason") if hasattr(intent, "until") else ("reason",)


class Foot(Struct, frozen=True, kw_only=True):
    """Where a confirmation stands.

    asking (who walked in, and where), looking, ready, doing, wrong, told (what failed), refused; guarded: only a guardrail speaks against
    it, why: it is asked why that is to be overridden, typing: the guardrail's name is to be typed.
    """

    state: str
    seats: bool = False
    fields: bool = False
    progress: str = ""
    guards: tuple[str, ...] = ()
    final: str = ""


_LEAVE: tuple[Piece, ...] = (("accent", "   Esc", "no"), ("dim", " leave it", "no"))
_CLOSE: tuple[Piece, ...] = (("accent", "  Esc", "no"), ("dim", " closes", "no"))


def foot(at: Foot) -> list[Line]:
    """What can be done now, each to be clicked, too."""
    match at.state:
        case "ready":
            more: list[Piece] = [("accent", "  + -", ""), ("dim", " seats", "")] if at.seats else []
            yes: list[Piece] = [("accent", " y", "yes"), ("strong", " do it", "yes"), ("accent", "   n", "no"), ("dim", " leave it", "no")]
            return [[*yes, *more, *_fields(at)]]
        case "doing":
            return [[("warn", f" Doing it: {at.progress or 'waiting for the lock'} ...")]]
        case "asking":
            return [[("accent", " Enter", ""), ("dim", " shows the plan"), *_LEAVE]]
        case "looking":
            return [[("accent", " Esc", "no"), ("dim", " leave it", "no")]]
        case "refused":
            return [[("bad", " This cannot be done."), ("text", f" {at.final}"), *_CLOSE]]
        case "guarded":
            over: Line = [("accent", " O", "override"), ("dim", " (a capital one) overrides it, for a reason", "override")]
            return [[("bad", f" {', '.join(at.guards)} refuses this."), *_LEAVE], over]
        case "why":
            return [[("bad", " Why? The reason is audited."), ("accent", "  Enter", ""), ("dim", " shows it anew"), *_LEAVE]]
        case "typing":
            return [[("bad", " To override it, type "), ("strong", at.guards[0]), ("bad", " and Enter."), *_LEAVE]]
    if at.state == "told":
        return [[("accent", " Esc", "no"), ("dim", " closes", "no")]]
    again: Line = [("accent", " r", "again"), ("dim", " looks again", "again")]
    return [[*again, *_fields(at), ("accent", "   Esc", "no"), ("dim", " closes", "no")]]


def _fields(at: Foot) -> Line:
    """What was said besides can be changed."""
    return [("accent", "  Tab", "tab"), ("dim", " fields", "tab")] if at.fields else []
