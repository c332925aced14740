"""A shared store's URL: what it says, what is refused, which TLS is asked for; no password is ever repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from campctl.model.stores import BadStoreUrl, hides_secret, is_local, is_url, read_url, without_secrets
from campctl.store.dialling import Target


def test_what_a_url_says() -> None:
    """User, hosts, database and schema; libpq gets everything but the schema."""
    found = read_url("postgresql://ann%40hq@db1.example.org:5433,[::1]/phones%20x?schema=ohio_1&sslmode=require")
    assert (found.user, found.hosts, found.database, found.schema) == ("ann@hq", ("db1.example.org", "::1"), "phones x", "ohio_1")
    assert found.parameters == {"sslmode": "require"}
    assert found.conninfo == "postgresql://ann%40hq@db1.example.org:5433,[::1]/phones%20x?sslmode=require"


@pytest.mark.parametrize(
    ("url", "hosts", "schema"),
    [
        ("postgresql:///phones", (), "campctl"),
        ("postgres://db.example.org/phones", ("db.example.org",), "campctl"),
        ("postgresql:///phones?host=/run/postgresql&schema=iowa", ("/run/postgresql",), "iowa"),
        ("postgresql://?service=phones", (), "campctl"),
    ],
)
def test_what_is_left_out(url: str, hosts: tuple[str, ...], schema: str) -> None:
    """Is left to libpq; the schema is `campctl`."""
    found = read_url(url)
    assert (found.hosts, found.schema) == (hosts, schema)
    assert "schema" not in found.conninfo


SECRETS = [
    "postgresql://ann:hush@db.example.org/phones",
    "postgresql://ann:hu/sh@db.example.org/phones",
    "postgresql://ann:hu?sh@db.example.org/phones",
    "postgresql://ann:hu@sh@db.example.org/phones",
    "postgresql://:hush@db.example.org/phones",
    "postgresql://ann@db.example.org/phones?password=hush",
    "postgresql://db.example.org/phones?user=ann&password=hush&sslmode=require",
    "postgresql://ann@db.example.org/phones?sslpassword=hush",
]


@pytest.mark.parametrize("url", SECRETS)
def test_a_password_is_found_and_not_repeated(url: str) -> None:
    """Wherever it stands, however badly it is written."""
    assert hides_secret(url)
    with pytest.raises(BadStoreUrl) as caught:
        read_url(url)
    assert caught.value.secret
    assert "hu" not in caught.value.message
    starred = without_secrets(f'  store: "{url}"  # ours')
    assert "hush" not in starred
    assert len(starred) == len(f'  store: "{url}"  # ours')


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ann@db.example.org:5432/phones",
        "postgresql://[::1]:5432/phones",
        "postgresql://a@h1:1,h2:2/d?schema=x",
        "state/phones",
    ],
)
def test_no_password_is_seen_where_there_is_none(url: str) -> None:
    """Ports and addresses hold colons, too."""
    assert not hides_secret(url)
    assert without_secrets(url) == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("mysql://db.example.org/phones", "no kind of store called `mysql`"),
        ("postgresql://db.example.org/my phones", "blank"),
        ("postgresql://db.example.org/d?schema=Ohio", "not the name of a schema"),
        ("postgresql://db.example.org/d?schema=1st", "not the name of a schema"),
        ("postgresql://db.example.org/d?schema=", "not the name of a schema"),
        ('postgresql://db.example.org/d?schema=a"b', "not the name of a schema"),
        ("postgresql://db.example.org/d?schema=" + "a" * 64, "not the name of a schema"),
        ("postgresql://db.example.org/d?schema=public", "not the campaign's own"),
        ("postgresql://db.example.org/d?schema=pg_catalog", "not the campaign's own"),
        ("postgresql://db.example.org/d?schema=a&schema=b", "twice"),
    ],
)
def test_what_cannot_be_a_store(url: str, words: str) -> None:
    """Each with what to write instead."""
    with pytest.raises(BadStoreUrl, match=words) as caught:
        read_url(url)
    assert caught.value.hint
    assert not caught.value.secret


def test_a_folder_is_no_url() -> None:
    """What has no `://` is a folder."""
    assert not is_url(".campctl")
    assert is_url("postgresql://db.example.org/phones")


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("", True), ("/run/postgresql", True), ("@abstract", True), ("localhost", True), ("a.localhost", True), ("127.0.0.1", True),
        ("127.8.9.1", True), ("::1", True), ("db.example.org", False), ("10.0.0.1", False), ("localhost.example.org", False),
    ],
)  # fmt: skip
def test_what_never_leaves_this_machine(host: str, local: bool) -> None:
    """Unix sockets and loopback."""
    assert is_local(host) is local


SERVICES = "[near]\nhost=127.0.0.1\n\n[far]\nhost=db.example.org\n\n[chosen]\nhost=db.example.org\nsslmode=require\n"


@pytest.mark.parametrize(
    ("url", "environ", "mode"),
    [
        ("postgresql://db.example.org/d", {}, "verify-full"),
        ("postgresql://10.0.0.1/d", {}, "verify-full"),
        ("postgresql://127.0.0.1/d", {}, "prefer"),
        ("postgresql:///d", {}, "prefer"),
        ("postgresql:///d", {"PGHOST": "db.example.org"}, "verify-full"),
        ("postgresql://localhost/d", {"PGHOSTADDR": "10.0.0.1"}, "verify-full"),
        ("postgresql://localhost/d?hostaddr=10.0.0.1", {}, "verify-full"),
        ("postgresql://localhost,db.example.org/d", {}, "verify-full"),
        ("postgresql://db.example.org/d?sslmode=require", {}, None),
        ("postgresql://db.example.org/d", {"PGSSLMODE": "disable"}, "verify-full"),
        ("postgresql://?service=near", {}, "prefer"),
        ("postgresql://?service=far", {}, "verify-full"),
        ("postgresql://?service=chosen", {}, None),
        ("postgresql:///d", {"PGSERVICE": "far"}, "verify-full"),
        ("postgresql://?service=unknown", {}, "prefer"),
    ],
)
def test_which_tls_is_asked_for(tmp_path: Path, url: str, environ: dict[str, str], mode: str | None) -> None:
    """Proved TLS for whatever is not this machine, unless URL or service file say otherwise; None leaves it to them."""
    services = tmp_path / "services"
    services.write_text(SERVICES)
    target = Target(read_url(url), environ={"PGSERVICEFILE": str(services), "PGSYSCONFDIR": str(tmp_path), **environ})
    assert target._sslmode() == mode
