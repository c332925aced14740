"""Emergency calls that are in progress when somebody begins to listen: the dialplan told of them before anybody heard it.

Their channels are found in the dialplan's own contexts, and what it would have told is in their variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Final

from campctl.backends.asterisk.ami import Answer, Message, Reply, Request
from campctl.backends.asterisk.ami.connection import Connection
from campctl.backends.asterisk.listening.agents import number

_WHERE: Final = frozenset({"campctl-emergency", "campctl-tell-all", "campctl-peers"})
"""Contexts that a line's emergency call is in as long as it lasts; calls to peers that are none have no SENT."""
_TOLD: Final = {"ME": "Endpoint", "PLACE": "Location", "CALLBACK": "Callback", "INSIDE": "Extension", "SENT": "Dialled"}
"""The dialplan's variable to the field of its event."""
_WINDOW: Final = 32
_MADE: Final = re.compile(r"(?:^|-)(\d{9,11})\.\d+$")
_NEAR: Final = timedelta(seconds=10)


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


def same_for_all(call: str, at: datetime) -> datetime:
    """When a call's channel was made, as its id (`pbx-1795321576.122`) tells by Asterisk's clock; `at` where that clock is another.

    Whoever hears of the call, as it is placed or later, has one instant for it, and by that knows it for the same.
    """
    found = _MADE.search(call)
    made = datetime.fromtimestamp(int(found[1]), UTC) if found else None
    return made if made is not None and abs(made - at) < _NEAR else at


def _value(answer: Answer) -> str:
    """What a variable holds; nothing where the channel is gone, or the answer was lost."""
    return answer.get("Value") if isinstance(answer, Reply) else ""


def _length(text: str) -> timedelta:
    """`00:01:05`."""
    hours, minutes, seconds = ([number(part) for part in text.split(":")] + [0.0, 0.0, 0.0])[:3]
    return timedelta(hours=hours, minutes=minutes, seconds=seconds)
