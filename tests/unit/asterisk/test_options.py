"""Options of an Asterisk: what is taken, what is refused and how, which secrets follow, what campctl is told."""

from __future__ import annotations

import pytest

from campctl.backends.asterisk import factory
from campctl.backends.asterisk.options import OPTIONS, Place, parse
from campctl.errors import Refused
from campctl.ports.backend import secrets_needed


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"hots": "pbx"}, "Option `hots` of backend `hq`: there is no such option."),
        ({"host": "pbx example"}, "'pbx example' is not a host name or an address"),
        ({"host": ""}, "'' is not a text"),
        ({"port": 0}, "0 is not a port from 1 to 65535"),
        ({"port": True}, "True is not a whole number"),
        ({"port": "http"}, "'http' is not a whole number"),
        ({"user": "a b"}, "'a b' cannot be the name of a manager user"),
        ({"tls": "perhaps"}, "'perhaps' is neither yes nor no"),
        ({"timeout": 0}, "0 is not a duration such as 10s"),
        ({"timeout": "2h"}, "'2h' is not a duration such as 10s"),
        ({"timeout": True}, "True is not a duration such as 10s"),
        ({"max_lines": -1}, "-1 is not a whole number of at least 0"),
        ({"max_members_per_queue": "many"}, "'many' is not a whole number"),
        ({"nodes": ["a=pbx1"]}, "several nodes need a `database` that they share"),
        ({"nodes": ["pbx1"], "database": "postgresql://campctl@db/pbx"}, "'pbx1' is not a node such as a=pbx1.example.org:5038"),
        ({"nodes": [], "database": "postgresql://campctl@db/pbx"}, "[] is not a list of nodes"),
        ({"nodes": {"a": 1}, "database": "postgresql://campctl@db/pbx"}, "is not a list of nodes"),
        ({"nodes": "a=x,a=y", "database": "postgresql://campctl@db/pbx"}, "two nodes are called a"),
        ({"nodes": "a=x", "host": "y", "database": "postgresql://campctl@db/pbx"}, "with `nodes` each node has its own host"),
        ({"nodes": "a=x:99999", "database": "postgresql://campctl@db/pbx"}, "99999"),
        ({"database": "mysql://db/pbx"}, "it must begin with postgresql://"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(options, words):
    """Each bad option is named, with what is wrong with it and where to read on."""
    with pytest.raises(Refused) as caught:
        parse(options, backend="hq")
    assert words in caught.value.message
    assert caught.value.backend == "hq"
    assert "docs/asterisk.md" in caught.value.hint


def test_a_password_in_the_database_is_refused_and_not_repeated():
    """Passwords never stand in YAML, and no message repeats one."""
    with pytest.raises(Refused, match="database") as caught:
        parse({"database": "postgresql://campctl:hunter22@db.example.org/pbx"})
    assert "hunter22" not in f"{caught.value} {caught.value.hint} {caught.value.__cause__} {caught.value.__context__}"


@pytest.mark.parametrize(
    ("options", "places"),
    [
        ({}, (Place("", "127.0.0.1", 5038),)),
        ({"tls": "yes", "host": "pbx.example.org"}, (Place("", "pbx.example.org", 5039),)),
        ({"host": "[2001:db8::1]", "port": "5040"}, (Place("", "2001:db8::1", 5040),)),
        (
            {"nodes": ["a=pbx1.example.org:5050", "b=[2001:db8::2]:5051", "c=pbx3"], "database": "postgresql://campctl@db/pbx"},
            (Place("a", "pbx1.example.org", 5050), Place("b", "2001:db8::2", 5051), Place("c", "pbx3", 5038)),
        ),
        ({"nodes": "a=x, b=y", "port": 5999, "database": "postgresql://campctl@db/pbx"}, (Place("a", "x", 5999), Place("b", "y", 5999))),
    ],
)
def test_where_machines_are(options, places):
    """Hosts and ports as given, the usual ports where not."""
    assert parse(options).nodes == places


def test_limits_and_durability_follow_from_options():
    """What one machine carries, and when a write is safe: also beside a database, as maps stay in AstDB. None counts as not given."""
    plain = factory.capabilities({"max_lines": None})
    assert plain.limits == {"lines": 5000, "members": 10_000}
    assert plain.durable_after == 2.0
    assert plain.events
    more = factory.capabilities({"max_lines": 7, "max_members_per_queue": "40", "database": "postgresql://campctl@db/pbx"})
    assert more.limits == {"lines": 7, "members": 10_000, "members-per-queue": 40}
    assert more.durable_after == 2.0


def test_secrets_are_asked_for_when_needed():
    """The database's password only where there is a database."""
    assert secrets_needed(factory, {}) == ("password",)
    assert secrets_needed(factory, {"database": "postgresql://campctl@db/pbx"}) == ("password", "database_password")


def test_every_option_is_documented_once():
    """Each has a sentence, and is one that is read."""
    names = [option.name for option in OPTIONS]
    assert len(set(names)) == len(names)
    assert all(option.doc.endswith((".", "]")) for option in OPTIONS)
    for name in names:
        with pytest.raises(Refused, match=f"`{name}`"):
            parse({name: object()})
