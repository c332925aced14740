"""Events as lines: JSON for programs (docs/live.md), words for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from campctl.app.following import hotline_of
from campctl.app.watcher import Notice
from campctl.model.live import Event
from campctl.views.text import harmless

if TYPE_CHECKING:
    from campctl.app.watcher import Heard

VERSION: Final = 1
"""Of the lines; grows when a field changes its meaning or goes. New fields and new types may come at any time."""


def json_line(heard: Heard) -> str:
    """One object: `v`, `event`, `at`, `backend`, then what it is about and what it says."""
    from campctl.views.envelope import line

    value: dict[str, Any] = {"v": VERSION, "event": heard.type, "at": heard.at, "backend": heard.backend}
    if isinstance(heard, Notice):
        return line({**value, **({"why": heard.why} if heard.why else {})})
    return line({**value, **about(heard), **{name: item for name, item in heard.data.items() if name not in value}})


def about(event: Event) -> dict[str, str]:
    """Hotline and line an event is about."""
    found = {}
    if hotline := hotline_of(event):
        found["hotline"] = hotline
    if event.key is not None and event.key.kind in {"member", "line"}:
        found["line"] = event.key.id.partition("/")[2] if event.key.kind == "member" else event.key.id
    return found


def words_line(heard: Heard, zone: ZoneInfo) -> str:
    """`19:02:33 local  main: +12175550100 waits, 3 in all`."""
    at = f"{heard.at.astimezone(zone):%H:%M:%S}"
    return harmless(f"{at} {heard.backend}  {_notice(heard) if isinstance(heard, Notice) else _event(heard)}") + "\n"


def _notice(notice: Notice) -> str:
    return {
        "live": "is watched",
        "lost": f"LOST: {notice.why}",
        "back": "is back",
        "missed": f"MISSED: {notice.why}",
    }[notice.type]


def _event(event: Event) -> str:
    data: Mapping[str, Any] = event.data
    hotline, line = hotline_of(event), about(event).get("line") or data.get("line") or "somebody"
    match event.type:
        case "call-queued":
            return f"{hotline}: {data.get('caller') or 'somebody'} waits, {data.get('waiting', '?')} in all"
        case "call-answered":
            return f"{hotline}: {line} answers after {_seconds(data.get('waited'))}"
        case "call-abandoned":
            return f"{hotline}: a caller is gone after {_seconds(data.get('waited'))} ({data.get('why', 'abandoned')})"
        case "call-ended":
            return f"{hotline}: {line} talked for {_seconds(data.get('talked'))}"
        case "agent-state":
            return f"{hotline}: {line} is {data.get('state', '?')}" + (f" ({data['reason']})" if data.get("reason") else "")
        case "line-state":
            return f"{line} is {data.get('state', '?')}"
        case "emergency-call":
            place, back = data.get("location") or "no known place", data.get("callback") or "nowhere"
            return f"EMERGENCY {data.get('number', '')} from {line} at {place}, call back {back}"
        case _:
            return f"GAP: {data.get('why', 'events were missed')}"


def _seconds(value: Any) -> str:
    return f"{value:g} s" if isinstance(value, int | float) else "? s"
