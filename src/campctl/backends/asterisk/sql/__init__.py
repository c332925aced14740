"""Facts of many machines in one PostgreSQL: records, PJSIP's realtime rows, queues and rules.

Nothing in here loads psycopg before a connection is made. `url` reads the backend's `database` option, `schema` holds
the tables and their migrations, `SqlShelf` keeps the facts, `faults` turns PostgreSQL's errors into ours, `probes` are
what `backend check` looks at. docs/asterisk-cluster.md shows it from the outside.
"""

from __future__ import annotations

from campctl.backends.asterisk.sql.shelf import SqlShelf
from campctl.backends.asterisk.sql.url import Database, parse

__all__ = ["Database", "SqlShelf", "parse"]
