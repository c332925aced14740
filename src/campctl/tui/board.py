"""The one screen behind everything; here is what its keys do to the campaign. The rest of it, by job: drawn, gone about on, typed into."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import ClassVar

from textual.binding import Binding, BindingType

from campctl.errors import UsageError
from campctl.tui.board_typing import Typing
from campctl.tui.keys import ACTING, ANYWHERE
from campctl.tui.panes import Subject


class Board(Typing):
    """What is looked at, and where it came from. It shows; `Doing` acts."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(key.keys, key.action, key.words, show=False, priority=key.ahead) for key in (*ANYWHERE, *ACTING)
    ]
    DEFAULT_CSS = """
    Board { layout: vertical; overflow: hidden; background: $background; }
    Board #body { height: 1fr; }
    Board #panes { height: 1fr; width: 1fr; }
    """

    # Acting: what the cursor is on becomes an intent

    @property
    def subject(self) -> Subject:
        """What the cursor is on."""
        return self.pane.subject if self.picture is not None else Subject()

    def _intend(self, key: str, *said: str) -> Awaitable[None] | None:
        from campctl.tui.deeds import intent_of

        if self._here not in next(item.where for item in ACTING if item.action.partition("(")[0] == key):
            return None
        try:
            intent = intent_of(key, self.subject, *said)
        except UsageError as error:
            self.notice(f"{error.message} {error.hint}", role="warn")
            return None
        return self.board.ask(intent)

    def action_scale(self, by: str) -> None:
        """One seat more or fewer."""
        self._intend("scale", by)

    def action_light(self) -> None:
        """Light the desk."""
        self._intend("light")

    def action_dark(self) -> None:
        """Darken the desk."""
        self._intend("dark")

    async def action_walk_in(self) -> None:
        """Seat somebody; what is typed ahead is their name."""
        asked = self._intend("walk_in")
        if asked is not None:
            await asked

    def action_pause(self) -> None:
        """Pause, or go on."""
        self._intend("pause")

    def action_clear(self) -> None:
        """End an override."""
        self._intend("clear")

    def action_see(self) -> None:
        """See to an alert."""
        self._intend("see")

    def action_step(self, far: str = "") -> None:
        """The next step of a run, or all that are left."""
        self._intend("step", far)

    def action_answer(self, said: str) -> None:
        """Yes or no to what a run asks."""
        self._intend("answer", said)

    def action_undo(self) -> None:
        """Take back what was last done from here."""
        self.board.undo()
