"""Emergency calls that are in progress when somebody begins to listen: the dialplan told of them before anybody heard it.

Their channels are found in the dialplan's own contexts, and what it would have told is in their variables.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from campctl.backends.asterisk.ami import Answer, Message, Reply, Request
from campctl.backends.asterisk.ami.connection import Connection
from campctl.backends.asterisk.listening.agents import number

_WHERE: Final = frozenset({"campctl-emergency", "campctl-tell-all", "campctl-peers"})
"""Contexts that a line's emergency call is in as long as it lasts; calls to peers that are none have no SENT."""
_TOLD: Final = {"ME": "Endpoint", "PLACE": "Location", "CALLBACK": "Callback", "INSIDE": "Extension", "SENT": "Dialled"}
"""The dialplan's variable to the field of its event."""
_WINDOW: Final = 32


async def in_progress(connection: Connection, deadline: float) -> list[tuple[timedelta, Mapping[str, str]]]:
    """How long ago each was placed, and the fields that the dialplan's event `Emergency` had."""
    listed = await connection.ask(Request("CoreShowChannels"), deadline, listed=True)
    rows = [row for raw in listed.events if (row := Message(raw)).get("Context") in _WHERE]
    if not rows:
        return []
    wanted = [Request("Getvar", {"Channel": row.get("Channel"), "Variable": name}) for row in rows for name in _TOLD]
    answers = iter(await connection.many(wanted, deadline, _WINDOW))
    found: list[tuple[timedelta, Mapping[str, str]]] = []
    for row in rows:
        fields = {field: _value(next(answers)) for field in _TOLD.values()}
        if fields["Endpoint"] and fields["Dialled"]:  # neither where it ended meanwhile
            found.append((_length(row.get("Duration")), {"Uniqueid": row.get("Uniqueid"), **fields}))
    return found


def _value(answer: Answer) -> str:
    """What a variable holds; nothing where the channel is gone, or the answer was lost."""
    return answer.get("Value") if isinstance(answer, Reply) else ""


def _length(text: str) -> timedelta:
    """`00:01:05`."""
    hours, minutes, seconds = ([number(part) for part in text.split(":")] + [0.0, 0.0, 0.0])[:3]
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
