"""One invocation: the options all commands share, the campaign once it is needed, and the way results are shown."""

from __future__ import annotations

import gc
import shlex
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeVar

from campctl.errors import Exit, Unconfirmed, UsageError
from campctl.views.terminal import Terminal

if TYPE_CHECKING:
    from pathlib import Path

    from campctl.app.context import Context
    from campctl.app.how import How
    from campctl.app.results import Planned
    from campctl.apply.inputs import Stopper
    from campctl.views.style import Style

T = TypeVar("T")
Opener = Callable[..., "Context"]
"""As `app.context.open_campaign`."""
FORMATS = ("table", "plain", "json", "yaml", "csv")
GITHUB = frozenset({"validate", "runbook lint"})
"""Commands whose findings may be annotations of a pull request."""
WAITS = ("accepted", "configured", "live")


class Session:
    """Made by `main`, handed to every command as the context's `obj`."""

    def __init__(self, terminal: Terminal, argv: list[str], opener: Opener | None = None) -> None:
        self._opener = opener
        self.terminal = terminal
        self.argv = argv
        self.command = ""
        self.options: dict[str, Any] = {}
        self.stopper: Stopper | None = None
        self._context: Context | None = None

    def take(self, name: str, value: Any) -> None:
        """An option that all commands share was given."""
        if name == "output" and value not in FORMATS and not (value == "github" and self.command in GITHUB):
            known = ", ".join(FORMATS)
            more = " (and github)" if self.command in GITHUB else ""
            raise UsageError(f"{value!r} is no output format.", hint=f"Formats: {known}{more}.")
        if name == "wait" and value not in WAITS:
            raise UsageError(f"--wait {value!r} is no state.", hint=f"States: {', '.join(WAITS)}.")
        if name == "quiet":
            self.terminal.quiet = True
        elif name == "no_color":
            self.terminal.no_color = True
        self.options[name] = value

    @property
    def format(self) -> str:
        """What --output said; "" when it said nothing."""
        return str(self.options.get("output", ""))

    def open(self) -> Context:
        """The campaign of --campaign, or of this folder."""
        if self._context is None:
            from campctl.app.context import open_campaign

            opener = self._opener or open_campaign
            self._context = opener(self._start(), environ=self.terminal.env, command=shlex.join(["campctl", *self.argv]))
        return self._context

    def root(self) -> Path:
        """The campaign's folder, which is found without loading what reads a campaign."""
        if self._context is not None or self._opener is not None:
            return self.open().root
        from campctl.manifest.sources import find_root

        return find_root(self._start())

    def _start(self) -> Path:
        from pathlib import Path

        start = Path(self.options.get("campaign") or ".").absolute()
        if not start.is_dir():
            raise UsageError(f"--campaign {start}: there is no such folder.", hint="Name a campaign's folder, or any below it.")
        return start

    def close(self) -> None:
        """Let go of the campaign, and leave the ids of its things for completions."""
        if self._context is None:
            return
        loaded = vars(self._context).get("loaded")
        if loaded is not None and loaded.campaign is not None:
            from campctl.app.complete import write_ids

            write_ids(self._context.root, loaded.campaign, loaded.digest)
        self._context.close()

    def how(self) -> How:
        """How to apply, from the options that all changing commands share."""
        from campctl.app.how import How
        from campctl.apply.inputs import Stopper

        given = self.options
        allow = frozenset("--" + name.replace("_", "-") for name in given if name.startswith("allow_"))
        self.stopper = Stopper()
        # A long apply makes cycles (tasks, tracebacks), so here the collector is worth its time; what is loaded already stays.
        gc.freeze()
        gc.set_threshold(50_000, 20, 50)
        gc.enable()
        return How(
            ask=self._show_plan if given.get("yes") else self._ask,
            wait=given.get("wait", "configured"),
            reason=given.get("reason", ""),
            allow=allow,
            listeners=(self._listener(),),
            stopper=self.stopper,
            wait_for_lock=given.get("wait_for_lock", 0.0),
            secrets_file=given.get("secrets", ""),
            dry_run=given.get("dry_run", False),
        )

    def run(self, work: Callable[[], Awaitable[T]]) -> T:
        """Run an asynchronous use case to its end; Ctrl-C once finishes what is in flight."""
        from campctl.cli.running import run

        return run(work, self)

    def show(self, result: Any, *, exit: Exit | None = None) -> int:  # noqa: A002 - the word of errors.Exit
        """Show a result and say which status it ends in."""
        from campctl.views.show import show

        status = status_of(result) if exit is None else exit
        if self._silent():
            status = Exit.BACKEND
        done = result if type(result).__name__ == "Applied" else getattr(result, "applied", None)
        if done is not None and done.run is not None:
            from campctl.app.complete import add_run

            add_run(self.open().root, done.run.id)
        if self.options.get("events") and done is result:
            return int(status)
        show(result, self.style(exit=int(status)), self.terminal)
        return int(status)

    def show_text(self, text: str, *, of: str) -> int:
        """Text that comes with campctl, as it is; in an envelope when one is asked for."""
        if self.format in {"", "table", "plain"}:
            self.terminal.write(text)
            self.terminal.flush()
            return int(Exit.OK)
        from campctl.app.results import Text

        return self.show(Text(text=text, of=of))

    def say(self, words: str) -> None:
        """Words about what was done besides; left out where they could be taken for data, and when --quiet."""
        if not self.terminal.quiet and self.format not in {"json", "yaml"}:
            from campctl.views.text import harmless

            self.terminal.say(harmless(words) + "\n")

    def style(self, *, exit: int = 0) -> Style:  # noqa: A002
        """How to show."""
        from campctl.views.style import Style

        details = bool(self.options.get("details"))
        return Style(
            format=self.format, command=self.command, details=details, exit=exit, time_zone=self._time_zone(), silent=self._silent()
        )

    def _silent(self) -> tuple[Exception, ...]:
        """Backends that did not answer a command that only looks."""
        return tuple(self._context.silent.values()) if self._context is not None else ()

    def _time_zone(self) -> str:
        """The campaign's, when its manifests were read and are sound enough."""
        loaded = vars(self._context).get("loaded") if self._context is not None else None
        return loaded.campaign.time_zone if loaded is not None and loaded.campaign is not None else ""

    def _listener(self) -> Any:
        from campctl.ports.listener import Listener
        from campctl.views.progress import Bar, Events

        if self.options.get("events"):
            return Events(self.terminal)
        return Bar(self.terminal) if self.terminal.err_tty and not self.terminal.quiet else Listener()

    def _show_plan(self, planned: Planned) -> bool:
        """The plan for people: on stdout, or on stderr when stdout is for data."""
        nothing = planned.plan.empty and not planned.diff
        if nothing or self.terminal.quiet or self.options.get("events") or self.format in {"json", "yaml", "csv"}:
            return True
        self._draw(planned, to_stderr=False)
        return True

    def _draw(self, planned: Planned, *, to_stderr: bool) -> None:
        from campctl.views.page import Page
        from campctl.views.plan import whole
        from campctl.views.zones import localized

        page = Page.err(self.terminal) if to_stderr else Page.out(self.terminal)
        whole(localized(planned, self._time_zone()), page, details=bool(self.options.get("details")))
        page.blank()
        page.to(self.terminal.say if to_stderr else self.terminal.write)
        self.terminal.flush()

    def _ask(self, planned: Planned) -> bool:
        """Show the plan and ask. Never without a terminal to answer on."""
        if not self.terminal.interactive:
            look = "Look at `campctl plan`" if self.command == "apply" else "See with --dry-run what it would do"
            raise Unconfirmed("There is no terminal to ask on, so nothing was changed.", hint=f"{look}, then repeat with --yes.")
        self._draw(
            planned, to_stderr=self.format in {"json", "yaml", "csv"} or bool(self.options.get("events")) or not self.terminal.out_tty
        )
        from campctl.cli.running import answer

        return answer(self.terminal, "Do this? [y/N] ")

    def sure(self, words: str) -> None:
        """Ask before something that is no plan and cannot be taken back. Never without a terminal to answer on."""
        if self.options.get("yes"):
            return
        if not self.terminal.interactive:
            raise Unconfirmed(f"There is no terminal to ask on, so nothing was changed. {words}", hint="If it is meant, repeat with --yes.")
        from campctl.cli.running import answer
        from campctl.views.text import harmless

        if not answer(self.terminal, f"{harmless(words)} Do this? [y/N] "):
            raise Unconfirmed("Not confirmed; nothing was changed.")


def status_of(result: Any) -> Exit:
    """The exit status a result stands for."""
    kind = type(result).__name__
    if kind == "Validation":
        return Exit.INVALID if any(item.severity == "error" for item in result.findings) else Exit.OK
    if kind == "Applied" and result.run is not None:
        # Left as it is without anybody having stopped it: a backend did not say what became of some of it.
        halfway = Exit.INTERRUPTED if result.stopped else Exit.BACKEND
        return {"interrupted": halfway, "running": Exit.INTERRUPTED, "done": Exit.OK}.get(result.run.status, Exit.PARTIAL)
    if kind == "Health":
        return Exit.OK if all(probe.ok for one in result.backends for probe in one.probes) else Exit.UNHEALTHY
    return Exit.OK
