"""AstDB over AMI: requests to write with, and trees read back in bulk.

Two traps, seen on 22.10.1: families are matched by SQL LIKE, so `_` and `%` in a family match other ones and case is ignored
(`DBGetTree t_` answers with `tx`); and an acknowledged write is committed only once a second, so it may be lost up to then.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from campctl.backends.asterisk.ami.client import Ami
from campctl.backends.asterisk.ami.wire import Request
from campctl.errors import Refused

_ROW: Final = "Event: DBGetTreeResponse\r\nKey: /"
_GONE: Final = ("Database entry not found", "Database entry could not be deleted")


def put(family: str, key: str, value: str) -> Request:
    """Write one value."""
    # A third of the time of Request(...), for tens of thousands.
    return tuple.__new__(Request, ("DBPut", (("Family", family), ("Key", key), ("Val", value))))


def delete(family: str, key: str) -> Request:
    """Delete one value; Asterisk's "could not be deleted" means that there was none."""
    return Request("DBDel", (("Family", family), ("Key", key)))


def was_absent(message: str) -> bool:
    """Whether Asterisk's no to a deletion or a look only says that there is no such entry."""
    return message in _GONE


async def db_put(ami: Ami, family: str, key: str, value: str) -> None:
    """Write one value; durable when Asterisk has committed, which it does once a second."""
    request = put(family, key, value)
    ami.accept(request, await ami.ask(*request))


async def db_get(ami: Ami, family: str, key: str) -> str | None:
    """One value, or None."""
    request = Request("DBGet", (("Family", family), ("Key", key)))
    try:
        found = await ami.collect(*request)
    except Refused as error:
        if any(gone in error.message for gone in _GONE):
            return None
        raise
    return found[0].get("Val") if found else None


async def db_del(ami: Ami, family: str, key: str) -> bool:
    """Delete one value; whether there was one."""
    request = delete(family, key)
    reply = await ami.ask(*request)
    if not reply.ok and was_absent(reply.message):
        return False
    ami.accept(request, reply)
    return True


async def db_tree(ami: Ami, family: str, *, deadline: float | None = None) -> dict[str, str]:
    """Everything below a family, by its key below it ("endpoint/ann.lee" of "ps"); exact, not as LIKE has it."""
    return parse_tree(await ami.rows("DBGetTree", {"Family": family}, deadline=deadline), family)


async def db_whole(ami: Ami, family: str) -> dict[str, str]:
    """As `db_tree`, by the whole key ("ext/3001" of "ext")."""
    return parse_tree(await ami.rows("DBGetTree", {"Family": family}), family, whole=True)


def parse_tree(rows: Sequence[str], family: str, *, whole: bool = False) -> dict[str, str]:
    """Rows of one DBGetTree as a mapping. Rows are cut, not parsed: there may be 60,000, all ended by the same ActionID."""
    if not rows:
        return {}
    start = f"{_ROW}{family}/"
    skip, stop = len(_ROW if whole else start), rows[0].rfind("\r\nActionID: ") - len(rows[0])
    cut = [row[skip:stop].partition("\r\nVal: ") for row in rows if row.startswith(start)]
    return {key: value for key, _, value in cut}
