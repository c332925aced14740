"""Rows that nobody can have meant: planted by hand, or damaged. Pure.

One endpoint without `allow` is enough to make Asterisk list none at all, and to keep new lines from hotlines.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from campctl.backends.asterisk.facts.decode import decode
from campctl.backends.asterisk.facts.image import Image
from campctl.backends.asterisk.facts.native import Facts
from campctl.backends.asterisk.health.looking import count, some
from campctl.model.live import Probe

FAMILIES = {"endpoint": "ps/endpoint", "aor": "ps/aor", "auth": "ps/auth", "record": "campctl"}
TABLES = {"endpoint": "ps_endpoints", "aor": "ps_aors", "auth": "ps_auths", "record": "campctl_record"}


def probes(facts: Facts, *, shared: bool) -> list[Probe]:
    """What is wrong with rows, and which records lead nowhere. `shared`: they are in PostgreSQL."""
    found = decode(facts)
    wrong = [*((fault.place, fault.name, fault.why) for fault in found.faults), *_poison(facts)]
    orphans = sorted(str(key) for key in found.orphans)
    damaged = {one[:2] for one in wrong}
    changed = [f"{place} {name}" for bent in Image(found).bent().values() for place, name in bent if (place, name) not in damaged]
    return [_rows(_once(wrong), changed, len(facts), shared=shared), _records(orphans, len(found.resources))]


def _once(wrong: list[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """The first thing that is wrong with each row."""
    return list({(place, name): (place, name, why) for place, name, why in reversed(wrong)}.values())[::-1]


def _rows(found: list[tuple[str, str, str]], changed: list[str], total: int, *, shared: bool) -> Probe:
    """`changed`: those in which somebody set what no manifest has a word for; that may be meant, and is told."""
    wrong = [one for one in found if not _by_hand(*one[:2])]
    if not wrong:
        left = [f"{place} {name}" for place, name, _ in found]
        besides = f"; made by hand, and left alone: {some(left)}" if left else ""
        besides += f"; changed by hand in what no manifest tells: {some(changed)}" if changed else ""
        return Probe("rows", ok=True, detail=f"{count(total, 'row')}, none damaged{besides}")
    shown = "; ".join(f"{place} {name}: {why}" for place, name, why in wrong[:4])
    more = f"; and {len(wrong) - 4} more" if len(wrong) > 4 else ""
    return Probe("rows", ok=False, detail=f"{shown}{more}.", cure=_cure(wrong, shared=shared))


def _by_hand(place: str, name: str) -> bool:
    """Whether it is somebody's own affair: phones of pjsip.conf or of other kinds in hotlines, the dialplan's keys of theirs."""
    return place == "member" or (place == "map" and name.startswith("did/"))


def _cure(wrong: list[tuple[str, str, str]], *, shared: bool) -> str:
    """How to remove the first of them; those that campctl keeps are written anew by an apply."""
    place, name, _ = wrong[0]
    if shared and place in TABLES:
        key = "name" if place == "record" else "id"
        return f"In psql: DELETE FROM {TABLES[place]} WHERE {key} = '{name}'; then `campctl apply`."  # noqa: S608 - words for a person
    if place in FAMILIES:
        shown = f'"{name}"' if " " in name else name
        return f"asterisk -rx 'database del {FAMILIES[place]} {shown}'; then `campctl apply`."
    return "`campctl plan` shows what differs from what campctl wrote; `campctl apply` puts it right."


def _records(orphans: list[str], total: int) -> Probe:
    if not orphans:
        return Probe("records", ok=True, detail=f"of {count(total, 'thing')} on it, all are there")
    return Probe(
        "records",
        ok=False,
        detail=f"campctl made {some(orphans)}, and nothing of {'it is' if len(orphans) == 1 else 'them is'} left on the exchange.",
        cure="`campctl plan` shows what is missing; `campctl apply` makes it anew (with new secrets for lines).",
    )


def _poison(facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Rows of PJSIP that Asterisk cannot use, or that lead to rows which are not there."""
    by: dict[str, dict[str, Any]] = {"endpoint": {}, "aor": {}, "auth": {}}
    for fact, value in facts.items():
        if fact.place in by:
            by[fact.place][fact.name] = value
    for name, value in by["endpoint"].items():
        if not isinstance(value, Mapping):
            yield "endpoint", name, "is no JSON object of texts"
            continue
        if not value.get("allow"):
            yield "endpoint", name, "has no `allow`, which hides every line from Asterisk's lists"
        for option, place in (("aors", "aor"), ("auth", "auth")):
            missing = [part for part in str(value.get(option, "")).split(",") if part and part.strip() not in by[place]]
            if missing:
                yield "endpoint", name, f"leads to {place} {missing[0]}, which is not there"
        if not str(value.get("context", "")):
            yield "endpoint", name, "has no `context`: it may dial what it likes of [default]"
    for place in ("aor", "auth"):
        for name, value in by[place].items():
            if not isinstance(value, Mapping):
                yield place, name, "is no JSON object of texts"
