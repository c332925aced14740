"""What `backend check` looks at in a cluster beside its machines: the database, its rights, and whether nodes hold the same."""

from __future__ import annotations

from typing import TYPE_CHECKING

from campctl.backends.asterisk.health.looking import count, looked, some
from campctl.backends.asterisk.sql.schema import FOR_ASTERISK, TABLES, VERSION
from campctl.model.live import Probe

if TYPE_CHECKING:
    from campctl.backends.asterisk.sql.cluster import Cluster

DOCS = "docs/asterisk-cluster.md"
_OWN = tuple(table.name for table in TABLES.values() if table.name.startswith("campctl_"))
_RIGHTS = """
SELECT (SELECT rolsuper FROM pg_roles WHERE rolname = %(role)s),
       ARRAY(SELECT t FROM unnest(%(needed)s::text[]) t WHERE NOT has_table_privilege(%(role)s, t, 'SELECT')),
       ARRAY(SELECT t FROM unnest(%(needed)s::text[] || %(own)s::text[]) t
             WHERE has_table_privilege(%(role)s, t, 'INSERT') OR has_table_privilege(%(role)s, t, 'UPDATE')
                OR has_table_privilege(%(role)s, t, 'DELETE') OR has_table_privilege(%(role)s, t, 'TRUNCATE')),
       has_database_privilege(%(role)s, current_database(), 'CONNECT')
WHERE EXISTS (SELECT FROM pg_roles WHERE rolname = %(role)s)
"""


async def probes(cluster: Cluster) -> list[Probe]:
    """All of them; none raises for what it finds."""
    found = [*await looked("database", _reachable(cluster)), _exposure(cluster)]
    if not found[0].ok:
        return found
    return [*found, *await looked("database rights", _rights(cluster)), *await looked("nodes alike", _alike(cluster))]


async def _reachable(cluster: Cluster) -> Probe:
    rows = await cluster.sql.ask("SELECT current_setting('server_version'), (SELECT max(version) FROM campctl_schema), pg_is_in_recovery()")
    version, tables, standby = rows[0]
    name = cluster.sql.shown
    if standby:
        cure = "Name the primary in `database`, or add target_session_attrs=read-write to it."
        return Probe("database", ok=False, detail=f"{name} is a standby and cannot be written to.", cure=cure)
    return Probe("database", ok=True, detail=f"PostgreSQL {version} at {name}, tables of version {tables} of {VERSION}")


def _exposure(cluster: Cluster) -> Probe:
    name = "database encryption"
    if cluster.sql.exposed:
        return Probe(
            name,
            ok=False,
            detail=f"{cluster.sql.shown} is not asked to prove who it is: whoever stands in between reads phones' secrets.",
            cure=f"Add ?sslmode=verify-full&sslrootcert=FILE to `database` ({DOCS}), or keep PostgreSQL on this machine.",
        )
    return Probe(name, ok=True, detail="on this machine, or verified by its certificate")


async def _rights(cluster: Cluster) -> Probe:
    role = cluster.sql.role
    name = "database rights"
    rows = await cluster.sql.ask(_RIGHTS, {"role": role, "needed": [*FOR_ASTERISK], "own": [*_OWN]})
    if not rows:
        return Probe(name, ok=False, detail=f"There is no role {role}, as which Asterisk should log in.", cure=f"Make it: {DOCS}, Roles.")
    superuser, missing, writable, connects = rows[0]
    if superuser or writable:
        what = "everything (it is a superuser)" if superuser else ", ".join(writable)
        cure = f"An Asterisk that is broken into could change it. Take that away: {DOCS}, Roles."
        return Probe(name, ok=False, detail=f"The role {role} may write {what}; it needs to read only.", cure=cure)
    if missing or not connects:
        what = ", ".join(missing) or "the database"
        return Probe(name, ok=False, detail=f"The role {role} may not read {what}.", cure=f"Grant it: {DOCS}, Roles.")
    return Probe(name, ok=True, detail=f"{role} reads what Asterisk needs, and writes nothing")


async def _alike(cluster: Cluster) -> Probe:
    """Whether every node holds what the others do, and has had everything."""
    name = "nodes alike"
    wrong = await cluster.own.differing()
    waiting = await cluster.sql.outbox.waiting()
    said = []
    for peer in cluster.peers:
        if peer.name not in wrong:
            rest = ", and has yet to be told what it missed" if peer.name in waiting else ""
            said.append(f"{peer.name} does not answer{rest}")
        elif facts := wrong[peer.name]:
            said.append(f"{peer.name}: {count(len(facts), 'entry', 'entries')} not as recorded ({some([fact.name for fact in facts], 3)})")
    if said:
        cure = "Bring back nodes that are down: they are told what they missed. `campctl plan` shows what else differs, `apply` mends it."
        return Probe(name, ok=False, detail="; ".join(said) + ".", cure=cure)
    return Probe(name, ok=True, detail=f"{count(len(cluster.peers), 'node')}, the same on all")
