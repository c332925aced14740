"""PostgreSQL's errors, libpq's and psycopg's, as StoreErrors: each says what, where, why and what to do, and no secret.

The table is by SQLSTATE (https://www.postgresql.org/docs/current/errcodes-appendix.html); where there is none, libpq said why.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from msgspec import Struct
from psycopg import errors as pg

from campctl.errors import StoreBusy, StoreCorrupt, StoreError
from campctl.model.stores import without_secrets

UNTOUCHED: Final = "What was in it before is still there, and nothing was written."


class Where(Struct, frozen=True):
    """What messages call the store, and what they must never repeat."""

    name: str
    """`schema campctl of database phones on db.example.org`."""
    host: str
    user: str
    database: str
    schema: str
    secrets: tuple[str, ...] = ()

    def __str__(self) -> str:
        """The name."""
        return self.name

    def scrubbed(self, words: str) -> str:
        """The words without any secret there is."""
        for secret in self.secrets:
            if secret:
                words = words.replace(secret, "***")
        return without_secrets(" ".join(words.split()))


class Silent(psycopg.OperationalError):
    """The server did not answer within our patience; the connection is given up."""


class _Case(Struct, frozen=True):
    what: str
    hint: str
    kind: type[StoreError] = StoreError


_AGAIN: Final = "Repeat the command; what was begun before is looked up first."
_REPORT: Final = "Please report this: it is a fault in campctl."
_GRANT: Final = (
    "Let the database's owner give {user} the right (docs/shared-store.md, Roles): GRANT USAGE, CREATE ON SCHEMA {schema}, or make "
    "{user} a member of the role that owns it."
)

_CASES: Final[dict[str, _Case]] = {
    "28P01": _Case(
        "the server refuses the password of {user}",
        "Put the right one into ~/.pgpass (mode 0600), the keyring (`campctl store login`) or CAMPCTL_STORE_PASSWORD.",
    ),
    "28000": _Case(
        "the server does not let {user} in",
        "Look at the server's pg_hba.conf and at the user name in `store:`.",
    ),
    "3D000": _Case(
        "there is no database {database}", "Make it (`createdb {database}`, docs/shared-store.md), or mend its name in `store:`."
    ),
    "42501": _Case("{user} does not have the right", _GRANT),
    "3F000": _Case("there is no schema {schema}", _GRANT),
    "53100": _Case("the server's disk is full", "Free some space there, then repeat the command."),
    "53200": _Case("the server has not enough memory", _AGAIN),
    "53300": _Case("the server has no connection to spare", "Wait and repeat the command; look at max_connections there.", StoreBusy),
    "55P03": _Case(
        "another campctl has been writing to it for too long",
        "Look who it is (`campctl store check`), wait until it has ended, then repeat the command.",
        StoreBusy,
    ),
    "57014": _Case("the server took too long and gave up", _AGAIN, StoreBusy),
    "40001": _Case("another process wrote at the same moment", _AGAIN, StoreBusy),
    "40P01": _Case("another process wrote at the same moment", _AGAIN, StoreBusy),
    "25P03": _Case("this process was stopped in the middle of writing, so the server undid it", _AGAIN),
    "25006": _Case(
        "it may only be read: the server is a standby, or the user's transactions are read only",
        "Name the primary in `store:` (with several hosts: target_session_attrs=read-write).",
    ),
    "57P01": _Case("the server is being stopped", _AGAIN),
    "57P02": _Case("a process of the server crashed", _AGAIN),
    "57P03": _Case("the server is starting or stopping", _AGAIN),
}
_NO_PASSWORD: Final = _Case(
    "the server wants a password for {user}, and there is none",
    "Put it into ~/.pgpass (mode 0600), the keyring (`campctl store login`) or CAMPCTL_STORE_PASSWORD.",
)
_DAMAGE: Final = ("XX001", "XX002")
_MISSING: Final = ("42P01", "42703")
_CONTRADICTS: Final = _Case("what was to be written contradicts what is there", _REPORT)
_UNREACHED: Final = _Case(
    "the server cannot be reached",
    "Look whether it runs and can be reached from here (`pg_isready -h {host}`). Until then `campctl validate` works; "
    "plan and apply need the store.",
)
_SILENT: Final = _Case(
    "the server does not answer",
    "Look whether {host} is well. What was not finished is undone there by itself; repeat the command once it answers.",
)
_URL: Final = _Case(
    "its URL is not understood",
    "Mend `store:` in campaign.yaml (docs/shared-store.md), or the service file it names.",
)
_URL_WORDS: Final = ("invalid uri", "invalid integer value", "invalid sslmode", "invalid percent", "bad value for", "definition of service")
_TLS: Final = _Case(
    "the connection cannot be proved safe",
    "Put the certificate of the server's authority into ~/.postgresql/root.crt, or name it in the URL (sslrootcert=FILE). "
    "A host that is not this machine is asked for TLS with a certificate that fits its name, unless the URL says otherwise (sslmode=).",
)
_OTHER: Final = _Case("PostgreSQL refuses", "Please report this: it is a fault in campctl, or in the PostgreSQL it speaks to.")


@contextmanager
def refusals(where: Where) -> Iterator[None]:
    """Turn whatever psycopg raises within into a StoreError about the store at `where`."""
    try:
        yield
    except psycopg.Error as error:
        raise mapped(error, where) from None  # psycopg's tracebacks may hold the password among their values


def mapped(error: psycopg.Error, where: Where) -> StoreError:
    """The StoreError that `error` means."""
    words = where.scrubbed(str(error))
    state = error.sqlstate or ""
    if state in _DAMAGE:
        return StoreCorrupt(
            f"The campaign's store ({where}) is damaged: {words}. Nothing was changed.",
            hint="Restore the database from a backup (docs/shared-store.md).",
        )
    if state in _MISSING:
        return StoreCorrupt(
            f"The campaign's store ({where}) is not whole: {words}. Nothing was changed.",
            hint="Restore the schema from a backup (docs/shared-store.md), or leave it to `campctl adopt` in a new, empty one.",
        )
    case = _case(error, state)
    names = {"user": where.user or "the user", "schema": where.schema, "database": where.database, "host": where.host}
    what = case.what.format_map(names)
    return case.kind(f"The campaign's store ({where}) cannot be used: {what} ({words}). {UNTOUCHED}", hint=case.hint.format_map(names))


def _case(error: psycopg.Error, state: str) -> _Case:
    if isinstance(error, Silent | pg.ConnectionTimeout):
        return _SILENT
    if state in _CASES:
        return _CASES[state]
    if state.startswith("23"):
        return _CONTRADICTS
    words = str(error).lower()
    if not state and (isinstance(error, psycopg.ProgrammingError) or any(one in words for one in _URL_WORDS)):
        return _URL
    if not state and isinstance(error, psycopg.OperationalError):
        if "no password supplied" in words:
            return _NO_PASSWORD
        if "password" in words:
            return _CASES["28P01"]
        if "certificate" in words or "not support ssl" in words or "ssl error" in words:
            return _TLS
        # A server's refusal during the connection's start comes as text alone.
        for wanted, known in (("no pg_hba.conf entry", "28000"), ("role ", "28000"), ("starting up", "57P03"), ("shutting down", "57P03")):
            if wanted in words:
                return _CASES[known]
        if "database " in words and "does not exist" in words:
            return _CASES["3D000"]
        if "too many" in words and "client" in words:
            return _CASES["53300"]
    if state.startswith("08") or isinstance(error, psycopg.OperationalError):
        return _UNREACHED
    return _OTHER


def uncertain(where: Where, why: str) -> StoreError:
    """The answer to a commit was lost, and nobody can be asked what became of it."""
    return StoreError(
        f"The campaign's store ({where}) broke off while it was being written to, and could not be asked afterwards whether it has "
        f"what was to be written ({where.scrubbed(why)}). Nothing was done on its strength.",
        hint="Repeat the command once the store answers: the next run looks up what was begun. `campctl history` and "
        "`campctl override list` show what was kept.",
    )
