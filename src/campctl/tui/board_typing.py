"""What is typed on the board: filters, and commands after a colon."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from campctl.errors import UsageError
from campctl.tui.board_going import Going

if TYPE_CHECKING:
    from campctl.tui.verbs import World


class Typing(Going):
    """The line at the bottom, and where what was typed leads."""

    @property
    def world(self) -> World | None:
        """The ids there are."""
        from campctl.tui.commands import world_of

        return world_of(self.picture, self.books) if self.picture is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """While a line is typed, a slash, a colon and a w are letters of it."""
        if action in {"filter", "command", "walk_in"} and self._prompt is not None and self._prompt.display:
            return False
        return super().check_action(action, parameters)

    async def action_filter(self) -> None:
        """Type a filter."""
        await self._open("filter", self._filters.get(self._here, ""))

    async def action_command(self) -> None:
        """Type a command."""
        await self._open("command", "")

    async def _open(self, mode: Any, text: str) -> None:
        if self._prompt is None:
            from campctl.tui.prompt import Prompt

            self._prompt = Prompt()
            await self.mount(self._prompt, before="#hints")
        self._prompt.open(mode, text, self.world if mode == "command" else None, self.board.palette)

    def _close(self) -> None:
        if self._prompt is not None:
            self._prompt.close()
        self.pane.main.focus()

    def on_prompt_left(self, event: Any) -> None:
        """Esc: a filter that was being typed is gone."""
        if event.mode == "filter":
            self._keep(self._here, "")
        self._close()
        self.draw()

    async def on_prompt_typed(self, event: Any) -> None:
        """A filter so far, or a whole line."""
        if event.mode == "filter":
            self._keep(self._here, event.text.strip())
            if event.final:
                self._close()
            self.draw()
            return
        if not event.text.strip():
            self._close()
            return
        await self._command(event.text)

    async def _command(self, text: str) -> None:
        from campctl.tui.commands import parse
        from campctl.tui.verbs import Board as Own
        from campctl.tui.verbs import Go

        world, prompt = self.world, self._prompt
        assert prompt is not None
        if world is None:
            prompt.wrong("There is no picture yet; wait for the exchanges.")
            return
        try:
            what = parse(text, world)
        except UsageError as error:
            prompt.wrong(f"{error.message} {error.hint}")
            return
        prompt.remember(text)
        self._close()
        if isinstance(what, Go):
            await self.go(what.screen, what.id)
        elif isinstance(what, Own):
            if what.action == "theme":
                self.action_theme(what.value)
            else:
                await self.run_action({"quit": "leave"}.get(what.action, what.action))
        else:
            self.board.ask(what)
