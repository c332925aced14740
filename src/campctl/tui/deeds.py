"""What a key means for what the cursor is on. Pure."""

from __future__ import annotations

from campctl.app.picture import AlertLine
from campctl.errors import UsageError
from campctl.tui.intents import Clear, Dark, Intent, Light, Pause, Scale, See, WalkIn
from campctl.tui.panes import Subject


def intent_of(key: str, on: Subject, said: str = "") -> Intent:
    """The intent; `errors.UsageError` in words when the key means nothing here."""
    if key == "scale":
        return _scale(on, said)
    if key in {"step", "answer"} or on.book is not None:
        return _book(key, on, said)
    return {"light": _light, "dark": _dark, "walk_in": _walk_in, "pause": _pause, "clear": _clear, "see": _see}[key](on)


def _book(key: str, on: Subject, said: str) -> Intent:
    from campctl.tui import deeds_books

    if key == "step":
        return deeds_books.step_of(on.book, far=said == "far")
    return deeds_books.answer_of(on.book, yes=said == "yes") if key == "answer" else deeds_books.halt_of(on.book)


def _scale(on: Subject, said: str) -> Intent:
    if on.hotline is None:
        raise UsageError("There is no hotline here.", hint="Pick one with the arrows.")
    return Scale(hotline=on.hotline.id, seats=said)


def _light(on: Subject) -> Intent:
    if on.desk is None:
        raise UsageError("There is no desk here.", hint="Pick one with the arrows.")
    if on.desk.state == "no-location":
        raise UsageError(
            f"{on.desk.id} has no 911 location, so it may not be lit: a call to 911 from it would lead nobody here.",
            hint="Give its office or desk an address in the YAML.",
        )
    if on.desk.state != "dark":
        raise UsageError(f"{on.desk.id} is lit already.", hint="d darkens it, w seats somebody there.")
    return Light(desks=(on.desk.id,))


def _dark(on: Subject) -> Intent:
    if on.desk is None:
        raise UsageError("There is no desk here.", hint="Pick one with the arrows.")
    if on.desk.state in {"dark", "no-location"}:
        raise UsageError(f"{on.desk.id} is dark already.", hint="l lights it.")
    return Dark(desks=(on.desk.id,))


def _walk_in(on: Subject) -> Intent:
    if on.desk is not None:
        if on.desk.state == "no-location":
            raise UsageError(f"{on.desk.id} has no 911 location, so nobody can be seated there.", hint="Pick another desk.")
        return WalkIn(name="", desk=on.desk.id)
    if on.office is not None:
        return WalkIn(name="", office=on.office.id)
    if on.hotline is not None:
        return WalkIn(name="", hotline=on.hotline.id)
    raise UsageError("There is no desk and no hotline here.", hint="Pick one with the arrows.")


def _pause(on: Subject) -> Intent:
    if on.person is not None:
        if not on.person.line:
            raise UsageError(f"{on.person.name} answers on no line now.", hint="Who answers nothing needs no pause.")
        own = on.person.line == f"user/{on.person.id}"
        return Pause(subject=f"user/{on.person.id}" if own else on.person.line, paused=on.person.state != "paused")
    if on.desk is not None and on.desk.state not in {"dark", "no-location"}:
        return Pause(subject=f"port/{on.desk.id}", paused=on.desk.state != "paused")
    raise UsageError("Nobody is here who could be paused.", hint="Pick somebody, or a desk that is lit.")


def _clear(on: Subject) -> Intent:
    if getattr(on.row, "kind", "") != "override" or not on.row.ref:
        raise UsageError("This is no override.", hint="Pick a line that says override; runs are undone with `campctl rollback`.")
    return Clear(ids=(on.row.ref,))


def _see(on: Subject) -> Intent:
    if not isinstance(on.row, AlertLine):
        raise UsageError("There is no alert here.", hint="Nothing needs to be seen to.")
    if not on.row.id:
        raise UsageError("This alert is not written down anywhere, so it cannot be acknowledged.", hint="The store can only be read.")
    if on.row.acknowledged:
        raise UsageError(f"{on.row.acknowledged} sees to it already.")
    return See(alert=on.row.id)
