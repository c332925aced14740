"""What the records say that there should be, so that it is known which of two nodes is wrong."""

from __future__ import annotations

from campctl.backends.asterisk.facts.directory import NAMED, Directory
from campctl.backends.asterisk.facts.native import Fact, Facts, Value
from campctl.backends.asterisk.facts.records import Record, read
from campctl.backends.asterisk.facts.render import render
from campctl.model.refusals import No
from campctl.model.resources import key_of


def expected(facts: Facts) -> dict[Fact, Value]:
    """Everything that the records among `facts` render to."""
    names = Directory()
    found: list[Record] = []
    for fact, value in facts.items():
        if fact.place != "record":
            continue
        record = read(fact.name, value)
        if isinstance(record, Record):
            found.append(record)
            key = key_of(record.r)
            if key.kind in NAMED:
                names.learn(key, record.n)
    wanted: dict[Fact, Value] = {}
    for record in found:
        try:
            wanted.update(render(record.r, record.n, names))
        except No:
            continue
    return wanted
