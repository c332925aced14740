"""What alarms hear, a line each: words for people, JSON for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from campctl.app.alarms import News

VERSION = 1
"""Of the lines; grows when a field changes its meaning or goes."""


def words_line(news: News, zone: ZoneInfo) -> str:
    """`18:01:07 raised  critical nobody-free hotline/main: Main: 5 callers wait ... [0badcafe]`."""
    from campctl.views.text import harmless

    alert = news.alert
    at = f"{news.at.astimezone(zone):%H:%M:%S}"
    if news.kind == "told":
        how = "told" if news.ok else "NOT TOLD"
        return harmless(f"{at} {how:<8} {news.receiver} of {alert.rule} [{alert.id}]: {news.words}") + "\n"
    by = f" (acknowledged by {alert.acknowledged})" if alert.acknowledged else ""
    return harmless(f"{at} {news.kind:<8} {alert.severity} {alert.rule} {alert.subject}: {alert.words}{by} [{alert.id}]") + "\n"


def watching_line(at: datetime, rules: Sequence[str], tells: Sequence[str]) -> str:
    """The first line of JSON: the first look was had."""
    from campctl.views.envelope import line

    return line({"v": VERSION, "at": at, "kind": "watching", "rules": rules, "tells": tells})


def json_line(news: News) -> str:
    """One object, its keys as docs/alerts.md has them."""
    from campctl.app.alert_messages import about
    from campctl.views.envelope import line

    document = {
        "v": VERSION,
        "at": news.at,
        "kind": news.kind,
        "alert": about(news.alert),
        "emergency": news.alert.caller,
        **({"receiver": news.receiver, "ok": news.ok, "words": news.words} if news.kind == "told" else {}),
    }
    return line(document)
