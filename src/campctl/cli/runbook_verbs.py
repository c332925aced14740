"""The verbs that steps of runbooks may use, read from the commands themselves."""

from __future__ import annotations

from functools import cache

from campctl.runbook.verbs import Argument, Verb, Verbs

_RUNS = "it follows a runbook itself"
_ASKS = "it wants somebody at a terminal"
_STAYS = "it goes on until somebody ends it"
_TELLS = "it shows a secret, and what steps say is kept"
REFUSED = {
    ("runbook", "run"): _RUNS,
    ("runbook", "resume"): _RUNS,
    ("runbook", "undo"): _RUNS,
    ("runbook", "rehearse"): _RUNS,
    ("runbook", "confirm"): "a step cannot say yes for a person",
    ("backend", "login"): _ASKS,
    ("store", "login"): _ASKS,
    ("top",): _ASKS,
    ("watch",): _STAYS,
    ("exporter",): _STAYS,
    ("alert", "run"): _STAYS,
    ("alert", "login"): _ASKS,
    ("autopilot", "run"): _STAYS,
    ("completion",): "it is for shells",
    ("user", "secret"): _TELLS,
    ("port", "secret"): _TELLS,
}
UNLESS: dict[tuple[str, ...], str] = {("autopilot", "run"): "--once", ("watch",): "--for"}
"""Options with which a command that is refused has its place all the same."""
BANNED: dict[tuple[str, ...], dict[str, str]] = {("seat", "check-in"): {"--softphone": _TELLS}}


@cache
def verbs() -> Verbs:
    """Every command with its options and arguments."""
    from campctl.cli.catalog import commands
    from campctl.cli.tree import GROUPS

    every = {}
    for info in commands():
        options = {name: option.metavar for option in info.options for name in option.names}
        arguments = tuple(
            Argument(metavar=one.bare if "|" not in one.metavar else one.metavar.strip("[]"), required=one.required, many=one.many)
            for one in info.arguments
        )
        changes = any(option.group == "applying" for option in info.options) or "--yes" in options
        every[info.path] = Verb(
            info.path, options, arguments, changes, REFUSED.get(info.path, ""), UNLESS.get(info.path, ""), BANNED.get(info.path, {})
        )
    return Verbs(every, dict(GROUPS))
