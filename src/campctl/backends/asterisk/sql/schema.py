"""The tables, and the steps by which they came about: forward only, one transaction each, under a lock.

Asterisk's realtime driver finds its tables by these very names in the role's first schema, and sets options in the
order of the columns (`disallow` before `allow`). A column that is NULL is an option not given. Hotlines are not in here,
although Asterisk could read them from a table: when the database is away for a moment while somebody calls one, Asterisk takes
it for deleted, and all its members with it (seen on 22.10.1; they come back only with a restart). Statement triggers count
up `campctl_state.generation` at every write, also at those made by hand, so an image kept elsewhere is known to be true.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from msgspec import Struct

from campctl.backends.asterisk.facts.native import Place
from campctl.errors import Refused

if TYPE_CHECKING:
    from psycopg import AsyncConnection

LOCK = (0x63616D70, 1)
"""Advisory lock of whoever writes facts ("camp", 1)."""
MIGRATION_LOCK = (0x63616D70, 2)
ASTERISK_ROLE = "asterisk"
"""The role Asterisk logs in as, unless the backend says otherwise; it may read what Asterisk reads and nothing else."""


class Table(Struct, frozen=True):
    """Where a place is kept. `secret` columns are written and never read."""

    name: str
    key: str
    columns: tuple[str, ...]
    secret: tuple[str, ...] = ()


_ENDPOINT = (
    "transport aors auth outbound_auth context disallow allow callerid set_var accountcode language dtmf_mode direct_media"
    " force_rport rewrite_contact rtp_symmetric media_encryption ice_support webrtc device_state_busy_at call_group pickup_group"
    " geoloc_incoming_call_profile geoloc_outgoing_call_profile mailboxes message_context subscribe_context identify_by"
    " from_user from_domain trust_id_inbound trust_id_outbound send_pai send_rpid moh_suggest tone_zone rtp_timeout"
    " rtp_timeout_hold allow_transfer allow_subscribe timers"
)
_AOR = (
    "contact max_contacts remove_existing remove_unavailable qualify_frequency qualify_timeout authenticate_qualify"
    " default_expiration minimum_expiration maximum_expiration support_path outbound_proxy mailboxes"
)
_AUTH = "auth_type username realm nonce_lifetime"
TABLES: dict[Place, Table] = {
    "record": Table("campctl_record", "name", ("value",)),
    "endpoint": Table("ps_endpoints", "id", tuple(_ENDPOINT.split())),
    "aor": Table("ps_aors", "id", tuple(_AOR.split())),
    "auth": Table("ps_auths", "id", tuple(_AUTH.split()), secret=("password", "password_digest", "md5_cred")),
}
FOR_ASTERISK = ("ps_endpoints", "ps_aors", "ps_auths")
"""What Asterisk's role reads."""


def _texts(words: str) -> str:
    return ", ".join(f"{column} text" for column in words.split())


_FIRST = f"""
CREATE TABLE campctl_record (name text PRIMARY KEY, value text NOT NULL);
CREATE TABLE campctl_state (
    one boolean PRIMARY KEY DEFAULT true CHECK (one), generation bigint NOT NULL DEFAULT 1,
    counted bigint NOT NULL DEFAULT 0, token text NOT NULL DEFAULT '', doing text NOT NULL DEFAULT ''
);
INSERT INTO campctl_state DEFAULT VALUES;
CREATE TABLE campctl_delivery (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL DEFAULT now(), payload text NOT NULL
);
CREATE TABLE campctl_node (name text PRIMARY KEY, joined timestamptz NOT NULL DEFAULT now());
CREATE TABLE campctl_pending (
    node text NOT NULL REFERENCES campctl_node ON DELETE CASCADE,
    delivery bigint NOT NULL REFERENCES campctl_delivery ON DELETE CASCADE,
    PRIMARY KEY (node, delivery)
);
CREATE INDEX campctl_pending_delivery ON campctl_pending (delivery);
CREATE TABLE ps_endpoints (id text PRIMARY KEY, {_texts(_ENDPOINT)});
CREATE TABLE ps_aors (id text PRIMARY KEY, {_texts(_AOR)});
CREATE TABLE ps_auths (id text PRIMARY KEY, {_texts(_AUTH)}, password_digest text, password text, md5_cred text);
CREATE FUNCTION campctl_count_up() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    EXECUTE format('UPDATE %I.campctl_state SET generation = generation + 1', TG_TABLE_SCHEMA);
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION campctl_count_up() FROM PUBLIC;
"""  # noqa: S608 - names of our own tables and columns
_COUNTED = "".join(
    f"CREATE TRIGGER campctl_count_up AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table.name}"
    " FOR EACH STATEMENT EXECUTE FUNCTION campctl_count_up();\n"
    for table in TABLES.values()
)

MIGRATIONS: tuple[tuple[str, str], ...] = (("tables", _FIRST + _COUNTED),)
"""Name and statements of each step; a released one is never changed."""
VERSION = len(MIGRATIONS)

_STATE = """
SELECT to_regclass('campctl_schema') IS NOT NULL,
       EXISTS (SELECT FROM pg_roles WHERE rolname = %(role)s),
       current_user = %(role)s,
       current_schema()
"""
_LACKING = """
SELECT t FROM unnest(%(tables)s::text[]) t
WHERE to_regclass(t) IS NOT NULL AND NOT has_table_privilege(%(role)s, to_regclass(t), 'SELECT')
"""


async def ensure(connection: AsyncConnection[Any], role: str, *, backend: str, shown: str) -> None:
    """Bring the tables to this campctl's version, and let Asterisk's role read; `Refused` when they are newer."""
    found = await _one(connection, _STATE, {"role": role})
    has_schema, has_role, is_role, place = found
    if place is None:
        raise Refused(
            f"campctl's role sees no schema in the database {shown}.",
            backend=backend,
            hint="GRANT USAGE, CREATE ON SCHEMA public TO campctl, as docs/asterisk-cluster.md shows.",
        )
    version = await _version(connection) if has_schema else 0
    if version > VERSION:
        raise too_new(version, backend, shown)
    if version < VERSION:
        await _migrate(connection, backend, shown)
    if has_role and not is_role:
        await _grant(connection, role)


def too_new(version: int, backend: str, shown: str) -> Refused:
    """A newer campctl was here."""
    return Refused(
        f"The tables in {shown} are of version {version}; this campctl knows {VERSION} and older ones.",
        backend=backend,
        hint="Use the newer campctl that wrote them. Nothing was changed.",
    )


async def _version(connection: AsyncConnection[Any]) -> int:
    (version,) = await _one(connection, "SELECT coalesce(max(version), 0) FROM campctl_schema")
    return int(version)


async def _migrate(connection: AsyncConnection[Any], backend: str, shown: str) -> None:
    async with connection.transaction():
        await connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", MIGRATION_LOCK)
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS campctl_schema (version integer PRIMARY KEY, name text NOT NULL,"
            " at timestamptz NOT NULL DEFAULT now(), role text NOT NULL DEFAULT session_user)"
        )
        version = await _version(connection)
        if version > VERSION:
            raise too_new(version, backend, shown)
        if not version:
            await _refuse_others(connection, backend, shown)
        for number, (name, statements) in enumerate(MIGRATIONS[version:], version + 1):
            await connection.execute(statements.encode())
            await connection.execute("INSERT INTO campctl_schema (version, name) VALUES (%s, %s)", (number, name))


async def _refuse_others(connection: AsyncConnection[Any], backend: str, shown: str) -> None:
    """Tables of these names that somebody else made are theirs."""
    cursor = await connection.execute("SELECT t FROM unnest(%s::text[]) t WHERE to_regclass(t) IS NOT NULL", ([*FOR_ASTERISK],))
    if names := [row[0] for row in await cursor.fetchall()]:
        raise Refused(
            f"The database {shown} has {', '.join(names)} of somebody else's; campctl leaves them alone.",
            backend=backend,
            hint="Give campctl a database of its own, and name that in Asterisk's res_pgsql.conf.",
        )


async def _grant(connection: AsyncConnection[Any], role: str) -> None:
    """Asterisk's role may read its tables; asked for again wherever one lacks it, as after a restored backup."""
    from psycopg import sql

    if not await _lacking(connection, role):
        return
    async with connection.transaction():  # of two that grant the same at once, PostgreSQL refuses one ("tuple concurrently updated")
        await connection.execute("SELECT pg_advisory_xact_lock(%s, %s)", MIGRATION_LOCK)
        if names := await _lacking(connection, role):
            tables = sql.SQL(", ").join(map(sql.Identifier, names))
            await connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(tables, sql.Identifier(role)))


async def _lacking(connection: AsyncConnection[Any], role: str) -> list[str]:
    cursor = await connection.execute(_LACKING, {"role": role, "tables": [*FOR_ASTERISK]})
    return [row[0] for row in await cursor.fetchall()]


async def _one(connection: AsyncConnection[Any], statement: Any, parameters: Any = None) -> tuple[Any, ...]:
    cursor = await connection.execute(statement, parameters)
    row = await cursor.fetchone()
    assert row is not None
    return tuple(row)
