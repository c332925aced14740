"""Every noun and verb at the top level, the module that holds it, and one line about it. Imports nothing: it is read first."""

from __future__ import annotations

SECTIONS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    (
        "Begin",
        (
            ("init", "beginning", "Start a campaign from a seed"),
            ("validate", "beginning", "Find everything that is wrong with the manifests"),
            ("schema", "beginning", "Print the JSON Schema that editors use"),
            ("show", "beginning", "Show what the campaign wants, now or at a time"),
        ),
    ),
    (
        "Plan and apply",
        (
            ("plan", "planning", "Say what would be changed"),
            ("apply", "planning", "Change it, and prove that it happened"),
            ("rehearse", "rehearse", "Play a day of calls through before it comes"),
            ("autopilot", "autopilot", "Apply whenever something changes, and hold service targets"),
            ("runbook", "runbook", "Follow ordered steps with times, checks and a way back"),
            ("resume", "planning", "Go on with a run that was interrupted"),
            ("rollback", "planning", "Undo a run"),
            ("history", "history", "Past runs"),
            ("drift", "drift", "What was changed behind campctl's back"),
            ("adopt", "drift", "Take in what campctl did not create"),
        ),
    ),
    (
        "People, desks, hotlines",
        (
            ("user", "user", "People and their phones"),
            ("move", "move", "Move people to another office; they keep their number"),
            ("port", "port", "Desks: light them, darken them, seat people"),
            ("seat", "seat", "Who sits where: check people and walk-ins in and out"),
            ("hotline", "hotline", "Hotlines and their seats"),
            ("number", "number", "The numbers the campaign holds"),
            ("office", "office", "Offices, and where a 911 call would come from"),
            ("override", "override", "Live changes with an author, a reason and an end"),
            ("surge", "surge", "Named windows of time that change seats and ports"),
            ("calendar", "calendar", "Every moment at which something changes"),
            ("match", "match", "Volunteers to call lists by what they have in common"),
            ("cost", "cost", "What a month costs, where prices are known"),
        ),
    ),
    (
        "Watch",
        (
            ("top", "top", "The live board: watch, and act on what you see"),
            ("status", "status", "What goes on now, and whether it is as expected"),
            ("watch", "watch", "What happens, a line of JSON each, for scripts"),
            ("alert", "alert", "What is wrong now, and who is told"),
            ("exporter", "exporter", "Metrics for Prometheus"),
        ),
    ),
    (
        "Keep it well",
        (
            ("backend", "backend", "Telephony systems: list, check, sign in"),
            ("audit", "audit", "Who did what, when and why"),
            ("store", "store", "The campaign's own records"),
            ("completion", "completion", "Print the completion script of a shell"),
        ),
    ),
)
NOUNS: dict[str, str] = {name: module for _, entries in SECTIONS for name, module, _ in entries}
"""Name to module of campctl.cli."""
SUMMARIES: dict[str, str] = {name: summary for _, entries in SECTIONS for name, _, summary in entries}
GROUPS: dict[str, str] = {
    "history": "list",
    "user": "list",
    "port": "list",
    "seat": "list",
    "hotline": "list",
    "number": "list",
    "office": "list",
    "override": "list",
    "surge": "list",
    "backend": "list",
    "alert": "list",
    "runbook": "list",
    "autopilot": "run",
    "audit": "log",
    "store": "",
}
"""Nouns that have verbs, and the verb that is meant when none is given."""
QUICK: dict[str, str] = {"top": "top_quick"}
"""Nouns of which the plainest command line is run without the parser, whose import takes as long as drawing the first rows.

The module's `quick(session, words)` gives the exit status, or None for the parser to have a look."""
GLOBAL_OPTIONS: tuple[tuple[str, str], ...] = (
    ("-o, --output FORMAT", "table, plain, json, yaml or csv (validate also: github)"),
    ("-C, --campaign DIR", "a campaign's folder, or any below it (default: here)"),
    ("-q, --quiet", "no words on stderr but errors"),
    ("--no-color", "no colours, as NO_COLOR=1"),
    ("-h, --help", "this help, or that of a command"),
    ("--version", "the version"),
)


def top_help() -> str:
    """`campctl --help`; kept as a constant in top_help.py, which a test compares with this."""
    lines = ["Usage: campctl COMMAND [OPTIONS]", "", "A campaign's phones from YAML: a plan you can read, an apply that proves itself.", ""]
    for title, entries in SECTIONS:
        lines += [f"{title}:", *(f"  {name:<11} {summary}" for name, _, summary in entries), ""]
    lines.append("Options, before or after the command:")
    lines += [f"  {names:<20} {text}" for names, text in GLOBAL_OPTIONS]
    lines += [
        "",
        "Examples:",
        "  campctl init my-campaign --seed quickstart",
        "  campctl plan",
        "  campctl port light hq/a001 --hotline main --until 21:00",
    ]
    lines += ["", "`campctl COMMAND --help` tells more about each, with examples."]
    return "\n".join(lines) + "\n"
