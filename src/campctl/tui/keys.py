"""Every key of the board, once: bindings, help, hints and docs are made from this table."""

from __future__ import annotations

from msgspec import Struct


class Key(Struct, frozen=True, kw_only=True):
    """`keys` as Textual names them, `shown` as people read them; `action` of the app; `where`: screens on which it acts ("" = all)."""

    keys: str
    shown: str
    action: str
    words: str
    group: str
    where: tuple[str, ...] = ()
    hint: str = ""
    """A short word for the line at the bottom."""
    ahead: bool = False
    """Done before the next key is looked at, since it decides what that means: what is typed ahead belongs to the line that opens."""


ANYWHERE: tuple[Key, ...] = (
    Key(keys="1", shown="1", action="screen('hotlines')", words="Hotlines", group="Screens"),
    Key(keys="2", shown="2", action="screen('offices')", words="Offices and their desks", group="Screens"),
    Key(keys="3", shown="3", action="screen('people')", words="People", group="Screens"),
    Key(keys="4", shown="4", action="screen('activity')", words="Activity: runs, overrides, surges, audit", group="Screens"),
    Key(keys="5", shown="5", action="screen('alerts')", words="Alerts", group="Screens"),
    Key(keys="6", shown="6", action="screen('runbooks')", words="Runbooks and their runs", group="Screens"),
    Key(keys="tab", shown="Tab", action="turn(1)", words="The next screen", group="Screens"),
    Key(keys="shift+tab", shown="Shift-Tab", action="turn(-1)", words="The screen before", group="Screens"),
    Key(keys="e", shown="e", action="emergencies", words="Emergency calls: all of them, and mark them as seen", group="Screens"),
    Key(
        keys="slash",
        shown="/",
        action="filter",
        words="Filter: rows with all these words; !word leaves out",
        group="Find",
        hint="filter",
        ahead=True,
    ),
    Key(
        keys="colon",
        shown=":",
        action="command",
        words="A command; Tab completes, Up and Down go through those before",
        group="Find",
        hint="command",
        ahead=True,
    ),
    Key(keys="escape", shown="Esc", action="back", words="Back: out of a filter, then out of what was drilled into", group="Find"),
    Key(keys="u", shown="u", action="undo", words="Undo what was last done from here", group="Act", hint="undo"),
    Key(keys="question_mark,f1", shown="?", action="help", words="This help", group="Board", hint="help"),
    Key(keys="t", shown="t", action="theme", words="Light theme, dark theme", group="Board"),
    Key(keys="q,ctrl+c", shown="q", action="leave", words="Leave", group="Board", hint="quit"),
)
ACTING: tuple[Key, ...] = (
    Key(
        keys="plus,equals_sign",
        shown="+",
        action="scale('+1')",
        words="One seat more for the hotline",
        group="Act",
        where=("hotlines", "hotline"),
        hint="seat",
    ),
    Key(
        keys="minus,underscore",
        shown="-",
        action="scale('-1')",
        words="One seat fewer",
        group="Act",
        where=("hotlines", "hotline"),
        hint="seat",
    ),
    Key(keys="l", shown="l", action="light", words="Light the desk", group="Act", where=("offices", "office"), hint="light"),
    Key(keys="d", shown="d", action="dark", words="Darken the desk", group="Act", where=("offices", "office"), hint="darken"),
    Key(
        keys="w",
        shown="w",
        action="walk_in",
        words="Seat somebody who walked in: at this desk, or for this hotline",
        group="Act",
        where=("hotlines", "hotline", "offices", "office"),
        hint="walk-in",
        ahead=True,
    ),
    Key(
        keys="p",
        shown="p",
        action="pause",
        words="Pause the agent, or let them go on",
        group="Act",
        where=("hotline", "offices", "office", "people"),
        hint="pause",
    ),
    Key(
        keys="s",
        shown="s",
        action="step",
        words="The next step of the run, then pause; of a runbook that nobody runs, the first",
        group="Act",
        where=("runbooks", "runbook"),
        hint="step",
    ),
    Key(
        keys="r",
        shown="r",
        action="step('far')",
        words="Go on with the run to its end; begin all of a runbook",
        group="Act",
        where=("runbooks", "runbook"),
        hint="run",
    ),
    Key(
        keys="y",
        shown="y",
        action="answer('yes')",
        words="Say yes to what the run asks, as the role it asks",
        group="Act",
        where=("runbooks", "runbook"),
        hint="yes",
    ),
    Key(
        keys="n",
        shown="n",
        action="answer('no')",
        words="Say no: the step that asks fails",
        group="Act",
        where=("runbooks", "runbook"),
        hint="no",
    ),
    Key(
        keys="x",
        shown="x",
        action="clear",
        words="End the override; end the run at its next step",
        group="Act",
        where=("activity", "runbooks", "runbook"),
        hint="end",
    ),
    Key(keys="a", shown="a", action="see", words="Say that you see to the alert", group="Act", where=("alerts",), hint="see to it"),
)
MOVING: tuple[Key, ...] = (
    Key(keys="up,k", shown="Up, k", action="", words="Up a line", group="Move"),
    Key(keys="down,j", shown="Down, j", action="", words="Down a line", group="Move"),
    Key(keys="left", shown="Left, Right", action="", words="From desk to desk", group="Move", where=("offices", "office")),
    Key(keys="pageup,ctrl+b", shown="PgUp, PgDn", action="", words="A page up, down", group="Move"),
    Key(keys="home,g", shown="Home, g", action="", words="To the first", group="Move"),
    Key(keys="end,G", shown="End, G", action="", words="To the last", group="Move"),
    Key(
        keys="enter",
        shown="Enter",
        action="",
        words="Look into it: a hotline, an office, a run, a step",
        group="Move",
        hint="open",
    ),
    Key(
        keys="",
        shown="A capital letter",
        action="",
        words="Sort by the column in whose heading it is underlined; again: the other way round",
        group="Find",
    ),
    Key(
        keys="",
        shown="Mouse",
        action="",
        words="Click picks, again opens; a heading sorts; screens and keys of the last line can be clicked",
        group="Move",
    ),
)
KEYS = (*ANYWHERE, *ACTING, *MOVING)
GROUPS = ("Screens", "Move", "Find", "Act", "Board")


def hints_for(screen: str) -> list[tuple[str, str, str]]:
    """(key, word, action) for the last line: what acts on this screen first."""
    acting = [key for key in ACTING if screen in key.where]
    enter = [key for key in MOVING if key.shown == "Enter"]
    found = [(key.shown, key.hint, key.action) for key in (*acting, *enter, *ANYWHERE) if key.hint]
    if ("+", "seat", "scale('+1')") in found:
        found = [
            ("+", "", "scale('+1')"),
            *((key, "seats", action) if key == "-" else (key, hint, action) for key, hint, action in found if key != "+"),
        ]
    return found
