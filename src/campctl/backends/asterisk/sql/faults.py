"""PostgreSQL's errors as campctl's: which of them promise that nothing was done, in whose words, without a secret.

An error of psycopg may hold rows (DETAIL: "Failing row contains ..."), so only its primary message is ever repeated,
and none is kept as the cause of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from campctl.backends.asterisk.sql.url import Database
from campctl.errors import AuthFailed, BackendError, Refused, Unavailable

if TYPE_CHECKING:
    import psycopg

_LOGIN = frozenset({"28000", "28P01"})
_BUSY = {
    "53300": ("takes no more connections", "Raise its max_connections, or end clients that are not needed."),
    "55P03": ("kept campctl waiting for another writer", "It is tried again; `backend check` says who holds on."),
    "57014": ("did not finish in time", "See whether it is overloaded, or another session holds its rows."),
    "57P01": ("is shutting down", "It is tried again once it is back."),
    "57P02": ("crashed and restarts", "It is tried again once it is back."),
    "57P03": ("is starting up", "It is tried again once it is up."),
    "57P05": ("ended a connection that was idle", "It is tried again with a new one."),
    "40001": ("saw two writers collide", "It is tried again."),
    "40P01": ("saw two writers wait for each other", "It is tried again."),
}
"""SQLSTATEs after which nothing was done and a later try may work."""
_REFUSED = {
    "25006": ("is read-only (a standby)", "Name the primary, or let libpq find it: `target_session_attrs=read-write` in the URL."),
    "3D000": ("is not there", "Create it; docs/asterisk-cluster.md shows how."),
    "42501": ("does not let campctl's role do that", "Grant what docs/asterisk-cluster.md lists for it."),
    "42P01": ("lacks a table of campctl's", "Was it removed by hand? Bring back the backup, or an empty database."),
    "42703": ("lacks a column of campctl's", "Was it removed by hand? Bring back the backup, or an empty database."),
    "53100": ("has no room left on its disk", "Make room there; nothing was written."),
    "53200": ("has no memory left", "Give its machine memory; nothing was written."),
}
"""SQLSTATEs after which the same will be said again."""
_LOGIN_WORDS = (
    "authentication failed",
    "no password supplied",
    "pg_hba.conf",
    "permission denied for database",
    "is not permitted to log in",
)
_DATABASE_WORDS = ("does not exist",)


def explain(error: psycopg.Error, database: Database, backend: str) -> BackendError:
    """What to raise for an error of a statement that was certainly not committed."""
    state = error.sqlstate or ""
    said = words_of(error)
    if state in _LOGIN:
        return _login(said, database, backend)
    for table, kind in ((_BUSY, Unavailable), (_REFUSED, Refused)):
        if state in table:
            what, cure = table[state]
            return kind(f"The database {database.shown} {what}: {said}.", backend=backend, hint=cure)
    if not state or state[:2] in {"08", "57", "58"}:
        return unreachable(said, database, backend)
    return Refused(f"The database {database.shown} refused: {said} (SQLSTATE {state}).", backend=backend)


def explain_connecting(error: psycopg.Error, database: Database, backend: str) -> BackendError:
    """What to raise when no connection came about; libpq gives no SQLSTATE for that, only words and two flags."""
    if error.sqlstate:
        return explain(error, database, backend)
    said = words_of(error)
    asked = getattr(error, "pgconn", None)
    if asked is not None and asked.needs_password:
        return _login("no password was given", database, backend)
    if any(words in said for words in _LOGIN_WORDS) or ("role" in said and "does not exist" in said):
        return _login(said, database, backend)
    if any(words in said for words in _DATABASE_WORDS) and "FATAL" in said:
        return Refused(f"The database {database.shown} is not there: {said}.", backend=backend, hint=_REFUSED["3D000"][1])
    if "certificate" in said or "SSL" in said:
        return Refused(
            f"No trusted connection to the database {database.shown}: {said}.",
            backend=backend,
            hint="See sslmode and sslrootcert in the backend's `database`; verify-full needs the server's name in its certificate.",
        )
    return unreachable(said, database, backend)


def unreachable(said: str, database: Database, backend: str) -> Unavailable:
    """Nobody there, or the connection broke before anything was asked to be kept."""
    return Unavailable(
        f"The database {database.shown} does not answer: {said}.",
        backend=backend,
        hint="See whether PostgreSQL runs and can be reached from here; phones that are registered go on talking.",
    )


def words_of(error: psycopg.Error) -> str:
    """PostgreSQL's own sentence in one line, without detail, hint or context: those may hold rows."""
    text = error.diag.message_primary or (str(error) if error.sqlstate is None else "") or type(error).__name__
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return "; ".join(lines[:2]).rstrip(".") or type(error).__name__


def _login(said: str, database: Database, backend: str) -> AuthFailed:
    who = f"the role {database.user!r}" if database.user else "campctl's role"
    return AuthFailed(
        f"The database {database.shown} does not let {who} in: {said}.",
        backend=backend,
        hint=f"Run `campctl backend login {backend or 'NAME'}` and give it as `database_password`, or keep it in ~/.pgpass.",
    )
