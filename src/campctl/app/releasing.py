"""`user deprovision --release`: the people are taken out of what names them, in the same edit."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from campctl.model.campaign import Campaign, Hotline

if TYPE_CHECKING:
    from campctl.manifest.edit import Editor


def release_all(campaign: Campaign, editor: Editor, users: Collection[str]) -> set[str]:
    """Write the edits that let go of these people; what they are about, as targets.

    Their own numbers become the office's, held in reserve; other numbers that led to them lead nowhere; desks are nobody's.
    """
    gone = set(users)
    targets: set[str] = set()
    for number in campaign.numbers.values():
        if number.to is not None and number.to.kind == "user" and number.to.id in gone:
            editor.unset("numbers", number.number, "to")
            targets.add(f"number/{number.number}")
    for user in (campaign.users[name] for name in users):
        if user.number and user.number not in campaign.numbers:
            editor.add("numbers", user.number, {"label": f"was {user.name}'s", "office": user.office})
            targets.add(f"number/{user.number}")
    for port in campaign.ports.values():
        if port.user in gone:
            editor.unset("ports", port.id, "user")
            targets.add(f"port/{port.id}")
    for hotline in campaign.hotlines.values():
        if gone.intersection(hotline.answer.users):
            _answers_no_more(editor, hotline, gone)
            targets.add(f"hotline/{hotline.id}")
    return targets


def _answers_no_more(editor: Editor, hotline: Hotline, gone: set[str]) -> None:
    """Out of `answer.users`; the last of them takes the list with them."""
    if gone.issuperset(hotline.answer.users):
        editor.unset("hotlines", hotline.id, ("answer", "users"))
        return
    for name in hotline.answer.users:
        if name in gone:
            editor.discard("hotlines", hotline.id, ("answer", "users"), name)
