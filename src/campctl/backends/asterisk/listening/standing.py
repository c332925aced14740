"""Where members and lines stand, of all machines of one exchange together.

A member is in its queue on every machine, and present on the one where its phone is registered: what one machine says of it
counts only beside what the others said.
"""

from __future__ import annotations

from typing import Final, TypeAlias

from campctl.model.live import AgentState

Stand: TypeAlias = tuple[AgentState, str]
"""State and reason."""

_MOST: Final[dict[AgentState, int]] = {"busy": 0, "ringing": 1, "wrap-up": 2, "paused": 3, "free": 4, "gone": 5}
"""Whichever comes first holds, when machines differ."""
_AWAY: Final[Stand] = ("gone", "removed")


class Standing:
    """What each machine said last, and what was told of it. `shared`: whether several machines speak."""

    def __init__(self, *, shared: bool = False) -> None:
        self.shared = shared
        self._members: dict[str, dict[str, Stand]] = {}
        self._told: dict[str, Stand] = {}
        self._lines: dict[str, dict[str, bool]] = {}
        self._there: dict[str, bool] = {}

    def member(self, machine: str, member: str, stand: Stand | None) -> Stand | None:
        """A machine says where a member stands (None: in the queue no more); what there is to tell, if anything."""
        known = self._members.setdefault(member, {})
        if stand is None:
            known.pop(machine, None)
        else:
            known[machine] = stand
        holds = min(known.values(), key=lambda one: _MOST[one[0]], default=_AWAY)
        if not known:
            del self._members[member]
        if self._told.get(member) == holds:
            return None
        self._told[member] = holds
        if not known:
            del self._told[member]
        return holds

    def line(self, machine: str, line: str, *, there: bool) -> bool | None:
        """A machine says whether a phone is registered; where the line stands now, if that is to be told."""
        known = self._lines.setdefault(line, {})
        known[machine] = there
        holds = any(known.values())
        if self._there.get(line) is holds:
            return None
        self._there[line] = holds
        return holds

    def forget_members(self, machine: str) -> None:
        """What this machine said of members holds no longer; the next word about them is told, whatever it is."""
        for member in [member for member, known in self._members.items() if machine in known]:
            known = self._members[member]
            del known[machine]
            self._told.pop(member, None)
            if not known:
                del self._members[member]

    def forget_lines(self, machine: str) -> None:
        """Likewise of lines."""
        for line, known in self._lines.items():
            if known.pop(machine, None) is not None:
                self._there.pop(line, None)
