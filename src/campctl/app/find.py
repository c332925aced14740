"""Finding what the command line names: users, desks, hotlines, offices. Unknown names say what is near."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from campctl import errors
from campctl.model.campaign import Campaign, Port

T = TypeVar("T")


def one(things: Mapping[str, T], id: str, noun: str) -> T:  # noqa: A002 - the noun's own word
    """The thing of that id; `errors.NotFound` with the nearest id otherwise."""
    if id in things:
        return things[id]
    raise errors.NotFound(f"There is no {noun} `{id}`.", hint=did_you_mean(id, things) or f"`campctl {noun} list` shows all.")


def did_you_mean(id: str, known: Iterable[str]) -> str:  # noqa: A002
    """`Did you mean `x`?` or nothing."""
    near = difflib.get_close_matches(id, list(known), 1)
    return f"Did you mean `{near[0]}`?" if near else ""


def desk(campaign: Campaign, text: str, office: str = "") -> Port:
    """A port by `office/desk`, or by desk alone when one office is meant or only one has it."""
    if office:
        one(campaign.offices, office, "office")
    wanted = text if "/" in text else f"{office}/{text}" if office else ""
    if wanted in campaign.ports:
        return campaign.ports[wanted]
    if not wanted:
        same = [port for port in campaign.ports.values() if port.desk == text]
        if len(same) == 1:
            return same[0]
        if same:
            offices = ", ".join(port.office for port in same[:5]) + (" ..." if len(same) > 5 else "")
            raise errors.UsageError(
                f"{len(same)} offices have a desk `{text}`: {offices}.",
                hint=f"Write `{same[0].id}`, or add --office.",
            )
    known = campaign.ports if wanted else {port.desk: port for port in campaign.ports.values()}
    raise errors.NotFound(
        f"There is no desk `{wanted or text}`.", hint=did_you_mean(wanted or text, known) or "`campctl port list` shows all."
    )
