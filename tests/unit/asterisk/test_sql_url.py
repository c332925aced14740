from __future__ import annotations

import pytest

from campctl.backends.asterisk.sql.url import parse


@pytest.mark.parametrize(
    ("url", "parameters", "shown"),
    [
        (
            "postgresql://campctl@db.example.org/pbx",
            {"host": "db.example.org", "user": "campctl", "dbname": "pbx"},
            "db.example.org:5432/pbx",
        ),
        ("postgres://db.example.org:5433/pbx", {"host": "db.example.org", "port": "5433", "dbname": "pbx"}, "db.example.org:5433/pbx"),
        ("postgresql://a%40b@[::1]:5433/p%2Fbx", {"host": "::1", "port": "5433", "user": "a@b", "dbname": "p/bx"}, "::1:5433/p/bx"),
        ("postgresql:///pbx?host=/run/postgresql", {"host": "/run/postgresql", "dbname": "pbx"}, "/run/postgresql:5432/pbx"),
        (
            "postgresql://a.example.org,b.example.org:5433/pbx",
            {"host": "a.example.org,b.example.org", "port": "5432,5433", "dbname": "pbx"},
            None,
        ),
        ("postgresql://db/pbx?sslmode=verify-full", {"host": "db", "dbname": "pbx", "sslmode": "verify-full"}, "db:5432/pbx"),
    ],
)
def test_a_url_is_read(url: str, parameters: dict[str, str], shown: str | None) -> None:
    """Every way libpq writes an address is understood, and what messages call it holds no more than host, port and name."""
    database = parse(url)
    assert dict(database.parameters) == parameters
    assert shown is None or database.shown == shown


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("mysql://db/pbx", "postgresql://"),
        ("db.example.org/pbx", "postgresql://"),
        ("postgresql://campctl@db.example.org", "name the database"),
        ("postgresql://db:99999/pbx", "port"),
        ("postgresql://db/pbx?sslmod=verify-full", "sslmod"),
        ("postgresql://[::1/pbx", "URL"),
        ("postgresql://db/pbx#1", "#"),
    ],
)
def test_a_wrong_url_is_explained(url: str, why: str) -> None:
    """What is wrong is said in words."""
    with pytest.raises(ValueError, match=why):
        parse(url)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://campctl:hunter2@db/pbx",
        "postgresql://db/pbx?password=hunter2",
        "postgresql://db/pbx?sslpassword=hunter2",
        "postgresql://c:@db/pbx",
    ],
)
def test_a_password_in_the_url_is_refused(url: str) -> None:
    """A password is told where it belongs, and not repeated."""
    with pytest.raises(ValueError, match="database_password") as caught:
        parse(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "exposed"),
    [
        ("postgresql://127.0.0.1/pbx", False),
        ("postgresql://localhost/pbx", False),
        ("postgresql:///pbx?host=/run/postgresql", False),
        ("postgresql://db.example.org/pbx", True),
        ("postgresql://db.example.org/pbx?sslmode=require", True),
        ("postgresql://db.example.org/pbx?sslmode=verify-ca", False),
        ("postgresql://db.example.org/pbx?sslmode=verify-full", False),
        ("postgresql://127.0.0.1,db.example.org/pbx", True),
    ],
)
def test_who_could_listen(url: str, exposed: bool) -> None:
    """Beyond this machine only a server that proves who it is will do."""
    assert parse(url).exposed is exposed
