"""campctl's ids for the names that messages of a running Asterisk hold."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from campctl.backends.asterisk.facts.names import endpoint_of

LOCK_QUEUE: Final = "campctl-lock"
"""The queue whose members are leases of those who write; nobody ever waits in it."""


class Ids(Struct, frozen=True):
    """Native names to ids; a queue or member that is not in here goes by its native name, as `observe` has it.

    lines: endpoint to line id, complete: what is not in it is a trunk or a peer. wrap_up: queue (native) to seconds,
    as Asterisk tells of a member's own wrap-up time only.
    """

    queues: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, str] = field(default_factory=dict)
    locations: Mapping[str, str] = field(default_factory=dict)
    wrap_up: Mapping[str, int] = field(default_factory=dict)

    def queue(self, native: str) -> str:
        """The id of a queue."""
        return self.queues.get(native, native)

    def member_line(self, interface: str) -> str:
        """The line id of a member's interface."""
        endpoint = endpoint_of(interface) or interface
        return self.lines.get(endpoint, endpoint)

    def member(self, queue: str, interface: str) -> str:
        """The id of a member."""
        return f"{self.queue(queue)}/{self.member_line(interface)}"

    def location(self, native: str) -> str:
        """The id of a location; nothing for nothing."""
        return self.locations.get(native, native)

    def knows(self, queue: str = "", interface: str = "", endpoint: str = "") -> bool:
        """Whether every name given is in here; where not, a look at the records may tell more."""
        of_interface = endpoint_of(interface) if interface else None
        return (
            (not queue or queue in self.queues)
            and (of_interface is None or of_interface in self.lines)
            and (not endpoint or endpoint in self.lines)
        )
