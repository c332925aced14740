"""The facts campctl knows, as a table: what may be asked of whom, and in which unit. `expect` reads what is claimed about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from msgspec import Struct

Kind = Literal["count", "seconds", "share", "flag", "text"]
Value = int | float | bool | str | None


class Measure(Struct, frozen=True):
    """What can be asked of a subject."""

    kind: Kind
    doc: str


class Subject(Struct, frozen=True):
    """Something campctl knows facts about. `noun` names what its id is of ("" has none); `default` is the measure meant without one."""

    doc: str
    noun: str
    measures: Mapping[str, Measure]
    default: str = ""


class Fact(NamedTuple):
    """`("hotline", "main", "waiting")`; the id is "" for subjects without one."""

    subject: str
    id: str
    measure: str

    def __str__(self) -> str:
        return " ".join(part for part in self if part)


def _measures(kind: Kind, **docs: str) -> dict[str, Measure]:
    return {name.replace("_", "-"): Measure(kind, doc) for name, doc in docs.items()}


SUBJECTS: Mapping[str, Subject] = {
    "hotline": Subject(
        "A hotline.",
        "hotline",
        {
            **_measures(
                "count",
                seats="seats that are taken",
                wanted="seats that manifests, surges and overrides want now",
                short="wanted seats that nobody takes",
                waiting="callers who wait now",
                answered="calls answered since the exchange began to count (its start, or midnight)",
                abandoned="callers who gave up since then",
                refused="callers who found it full or closed since then, as far as somebody watched",
                asked="seats that would have held the service level for the calls of the last half hour, by Erlang",
                agents="people and desks that answer it, in any state",
                free="of these, free",
                ringing="of these, being rung",
                busy="of these, talking",
                paused="of these, paused",
                wrap_up="of these, in the pause after a call",
                gone="of these, without a phone that is reached",
            ),
            **_measures("seconds", longest_wait="how long the longest waiting caller waits"),
            **_measures(
                "share",
                service_level="calls answered in time, of those answered or given up, since the exchange began to count",
                service_level_now="the same of the last half hour, as far as somebody watched",
            ),
            **_measures("flag", open="it is within its hours", diverted="its calls are led elsewhere"),
        },
    ),
    "office": Subject(
        "An office.",
        "office",
        {
            **_measures(
                "count", desks="desks it has", lit="desks that are lit", phones="lines it has", registered="of these, with a phone"
            ),
            **_measures("flag", dark="no desk is lit", silent="it has lines, and none has a phone", evacuated="it is evacuated"),
        },
    ),
    "port": Subject(
        "A desk, as OFFICE/DESK.",
        "port",
        {
            **_measures("flag", lit="it is lit", dark="it is not lit", registered="its phone is there"),
            **_measures("text", user="who sits there", hotline="what it answers"),
        },
    ),
    "user": Subject(
        "A person.",
        "user",
        {
            **_measures("flag", registered="their phone is there"),
            **_measures("text", office="their office", extension="their extension", number="their number", hotline="what they answer"),
        },
    ),
    "number": Subject(
        "A number of the campaign.",
        "number",
        {**_measures("text", to="where it leads, as `hotline/main`"), **_measures("flag", reserve="it leads nowhere")},
    ),
    "backend": Subject(
        "A telephony system.",
        "backend",
        {**_measures("flag", reachable="it answers", healthy="`backend check` finds nothing"), **_measures("count", calls="calls now")},
    ),
    "surge": Subject("A surge.", "surge", _measures("flag", active="it holds now")),
    "override": Subject(
        "Live changes.", "", _measures("count", active="overrides that hold now", overdue="what is over and has not come back"), "active"
    ),
    "drift": Subject("What was changed behind campctl's back.", "", _measures("count", items="resources that drifted"), "items"),
    "plan": Subject(
        "What `campctl plan` would say.", "", _measures("count", changes="changes to make", conflicts="what stands in the way"), "changes"
    ),
    "step": Subject(
        "A step of this runbook (only there).",
        "step",
        _measures("flag", done="it was done", failed="it failed", skipped="it was skipped", undone="it was rolled back"),
    ),
}
