"""The tests' own PostgreSQL does what tests of bad days rely on."""

from __future__ import annotations

import psycopg
import pytest

from servers.postgres import Place

pytestmark = pytest.mark.live


def connect(place: Place, *, seconds: int = 120, **options: object) -> psycopg.Connection:
    return psycopg.connect(place.url, password=place.password, connect_timeout=seconds, **options)  # type: ignore[arg-type]


def test_each_test_has_a_database_of_its_own(postgres: Place) -> None:
    """Empty, and reached over TCP with the password alone."""
    assert postgres.sql("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == [(0,)]
    with connect(postgres) as connection:
        assert connection.execute("SELECT current_database()").fetchone() == (postgres.name,)
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(postgres.url, password="wrong", connect_timeout=120)


@pytest.mark.parametrize("how", ["stop", "kill"])
def test_what_was_committed_survives(postgres: Place, how: str) -> None:
    """Stopped or killed and started again: nothing committed is lost, and old connections are broken."""
    with connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (n int)")
        connection.execute("INSERT INTO t VALUES (7)")
        getattr(postgres, how)()
        with pytest.raises(psycopg.OperationalError):
            connection.execute("SELECT 1")
    with pytest.raises(psycopg.OperationalError):
        connect(postgres)
    postgres.start()
    assert postgres.sql("SELECT n FROM t") == [(7,)]


def test_frozen_it_does_not_answer_and_thawed_it_goes_on(postgres: Place) -> None:
    """Neither new connections nor old ones get an answer while it is frozen."""
    with connect(postgres, autocommit=True) as connection:
        connection.execute("SELECT 1")
        postgres.freeze()
        with pytest.raises(psycopg.OperationalError, match="timeout"):
            connect(postgres, seconds=2)
        connection.pgconn.send_query(b"SELECT 1")
        connection.pgconn.flush()
        postgres.thaw()
        assert connection.pgconn.get_result() is not None
        assert connection.pgconn.get_result() is None


def test_tls_can_be_proved(postgres: Place) -> None:
    """With the server's certificate trusted, verify-full holds for `localhost`."""
    if postgres.server.root_cert is None:
        pytest.skip("openssl cannot be had")
    where = {"host": "localhost", "port": postgres.server.port, "user": postgres.server.user, "dbname": postgres.name}
    options = {"password": postgres.password, "sslmode": "verify-full", "connect_timeout": 120}
    with psycopg.connect(**where, **options, sslrootcert=str(postgres.server.root_cert)) as connection:  # type: ignore[arg-type]
        assert connection.execute("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").fetchone() == (True,)
