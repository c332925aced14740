"""Configuration files over AMI: edits by UpdateConfig, and what a file holds by GetConfig.

One UpdateConfig is all or nothing (its first fault leaves the file as it was), but holds about 30 edits; more go in several
requests, in order. Asterisk rewrites the whole file each time. Nothing takes effect before a reload of its module.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, NamedTuple, TypeAlias

from campctl.backends.asterisk.ami.client import Ami
from campctl.backends.asterisk.ami.wire import MAX_LINES, Request
from campctl.errors import Refused

Sections: TypeAlias = dict[str, list[tuple[str, str]]]
"""Section to its options in order; options of a section that is there twice follow each other."""

_HEAD: Final = 5
"""Lines of an UpdateConfig beside its edits: Action, ActionID, source, destination, reload."""


class Edit(NamedTuple):
    """One edit of a file. NewCat, DelCat and EmptyCat need no `name`; Update and Delete of an option that is absent fail."""

    what: Literal["NewCat", "DelCat", "EmptyCat", "RenameCat", "Append", "Update", "Delete"]
    section: str
    name: str = ""
    value: str | None = None
    match: str | None = None
    """Update or Delete only the option with this value, where a name is repeated."""


def edit_requests(file: str, edits: Iterable[Edit]) -> list[Request]:
    """UpdateConfig requests for these edits, in order; refuses values the file would not give back as they are."""
    requests: list[Request] = []
    lines: list[tuple[str, str]] = []
    number = 0
    for edit in edits:
        _check(file, edit)
        new = _lines(edit, number)
        if len(lines) + len(new) > MAX_LINES - _HEAD:
            requests.append(_request(file, lines))
            lines, number = [], 0
            new = _lines(edit, number)
        lines += new
        number += 1
    if lines:
        requests.append(_request(file, lines))
    return requests


def _request(file: str, lines: Sequence[tuple[str, str]]) -> Request:
    return Request("UpdateConfig", (("SrcFilename", file), ("DstFilename", file), ("Reload", "no"), *lines))


def _lines(edit: Edit, number: int) -> list[tuple[str, str]]:
    found = [("Action", edit.what), ("Cat", edit.section), ("Var", edit.name or None), ("Value", edit.value), ("Match", edit.match)]
    return [(f"{field}-{number:06}", value) for field, value in found if value is not None]


def _check(file: str, edit: Edit) -> None:
    """Refuse what the file's syntax would turn into something else."""
    why = ""
    if not edit.section or any(sign in edit.section for sign in "[]()\r\n"):
        why = f"the section name {edit.section!r} cannot stand in brackets"
    elif edit.value is not None and (edit.value != edit.value.strip() or edit.value.startswith(">")):
        why = f"the value of {edit.section}/{edit.name} begins or ends with a blank, or begins with >"
    elif edit.name and any(sign in edit.name for sign in "=;[]\r\n"):
        why = f"the option name {edit.name!r} holds a sign of the file's syntax"
    if why:
        raise Refused(f"{file} cannot be edited: {why}; nothing was sent.", hint="Change the name or value.")


async def read_config(ami: Ami, file: str, *, deadline: float | None = None) -> Sections:
    """What a file holds, as Asterisk reads it (comments left out, templates and includes worked in)."""
    request = Request("GetConfig", {"Filename": file})
    reply = await ami.ask(*request, deadline=deadline)
    if not reply.ok and "config file" in reply.message.lower():
        raise Refused(
            f"Asterisk cannot read {file}: {reply.message.rstrip('.')}.",
            backend=ami.options.backend,
            hint=f"Somebody changed it by hand: Asterisk's log says where (grep {file} /var/log/asterisk/messages). "
            "Mend it and run this again.",
        )
    ami.accept(request, reply)
    sections: Sections = {}
    options: list[tuple[str, str]] = []
    for name, text in reply.pairs():
        if name.startswith("Category-"):
            options = sections.setdefault(text, [])
        elif name.startswith("Line-"):
            option, _, value = text.partition("=")
            options.append((option, value))
    return sections
