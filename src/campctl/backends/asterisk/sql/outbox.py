"""What nodes are to be told that were down when it became true: kept in PostgreSQL, in order, until each has had it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from campctl.backends.asterisk.sql.link import Link

if TYPE_CHECKING:
    from psycopg import AsyncConnection


class Delivery(Struct, frozen=True):
    """Something that each of `nodes` is to be told after the commit; `payload` is the cluster's own affair."""

    nodes: tuple[str, ...]
    payload: str


class Pending(Struct, frozen=True):
    """A delivery that a node has not had yet."""

    node: str
    id: int
    payload: str


class Outbox:
    """Deliveries, and the nodes they are kept for."""

    def __init__(self, writer: Link, reader: Link) -> None:
        self._writer = writer
        self._reader = reader

    async def pending(self) -> list[Pending]:
        """What nodes have not had yet, oldest first."""

        async def look(connection: AsyncConnection[Any]) -> list[Pending]:
            cursor = await connection.execute(
                "SELECT p.node, d.id, d.payload FROM campctl_pending p JOIN campctl_delivery d ON d.id = p.delivery ORDER BY d.id"
            )
            return [Pending(*row) for row in await cursor.fetchall()]

        return await self._reader.run(look)

    async def waiting(self) -> set[str]:
        """Nodes that something is kept for."""
        return {row[0] for row in await self._ask("SELECT DISTINCT node FROM campctl_pending")}

    async def delivered(self, done: Sequence[tuple[str, int]]) -> None:
        """Nodes have had these; what every node has had is forgotten."""

        async def forget(connection: AsyncConnection[Any]) -> None:
            nodes, ids = [node for node, _ in done], [number for _, number in done]
            async with connection.transaction():
                await connection.execute(
                    "DELETE FROM campctl_pending p USING unnest(%s::text[], %s::bigint[]) AS v(node, delivery)"
                    " WHERE p.node = v.node AND p.delivery = v.delivery",
                    (nodes, ids),
                )
                await connection.execute(
                    "DELETE FROM campctl_delivery d WHERE d.id = ANY(%s::bigint[])"
                    " AND NOT EXISTS (SELECT FROM campctl_pending p WHERE p.delivery = d.id)",
                    (ids,),
                )

        if done:
            await self._writer.run(forget)

    async def nodes(self) -> set[str]:
        """The nodes known to have everything but what is pending."""
        return {row[0] for row in await self._ask("SELECT name FROM campctl_node")}

    async def know_nodes(self, joined: Collection[str], left: Collection[str]) -> None:
        """From now on deliveries are kept for those who joined, and dropped for those who left."""

        async def change(connection: AsyncConnection[Any]) -> None:
            async with connection.transaction():
                await connection.execute("DELETE FROM campctl_node WHERE name = ANY(%s)", ([*left],))
                await connection.execute("INSERT INTO campctl_node (name) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", ([*joined],))
                await connection.execute(
                    "DELETE FROM campctl_delivery d WHERE NOT EXISTS (SELECT FROM campctl_pending p WHERE p.delivery = d.id)"
                )

        await self._writer.run(change)

    async def _ask(self, statement: str) -> list[tuple[Any, ...]]:
        async def look(connection: AsyncConnection[Any]) -> list[tuple[Any, ...]]:
            cursor = await connection.execute(statement.encode())
            return await cursor.fetchall()

        return await self._reader.run(look)


async def put(connection: AsyncConnection[Any], delivery: Delivery) -> None:
    """Remember what nodes are to be told, in the transaction that makes it true."""
    await connection.execute(
        "WITH d AS (INSERT INTO campctl_delivery (payload) VALUES (%s) RETURNING id)"
        " INSERT INTO campctl_pending (node, delivery) SELECT n.name, d.id FROM d, campctl_node n WHERE n.name = ANY(%s)",
        (delivery.payload, [*delivery.nodes]),
    )
