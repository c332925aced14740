"""What the autopilot tells, line by line: for people, or as JSON (docs/autopilot.md)."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from campctl.app.results_piloting import Happened
from campctl.errors import OutputFailed
from campctl.views.envelope import VERSION, line
from campctl.views.terminal import Terminal
from campctl.views.text import harmless

CODES = {"info": "", "warning": "33", "error": "1;31"}
"""Colours of a terminal, as SGR parameters."""


class Lines:
    """One line an event: what goes well on stdout, warnings and errors on stderr; as JSON all of them on stdout."""

    def __init__(self, terminal: Terminal, time_zone: str, *, json: bool) -> None:
        self._terminal = terminal
        self._zone = ZoneInfo(time_zone)
        self._json = json
        self._deaf = False

    def __call__(self, happened: Happened) -> None:
        """Tell it; where nobody listens any more, the autopilot goes on."""
        quiet = happened.level == "info" and self._terminal.quiet
        if self._deaf or quiet:
            return
        try:
            if self._json:
                self._terminal.write(line({"campctl": VERSION, "kind": "autopilot-event", **_fields(happened)}))
            elif happened.level == "info":
                self._terminal.write(self._text(happened, err=False))
            else:
                self._terminal.say(self._text(happened, err=True))
            self._terminal.flush()
        except (BrokenPipeError, OutputFailed):
            self._deaf = True
            self._terminal.drop()

    def _text(self, happened: Happened, *, err: bool) -> str:
        """On a terminal with the time alone, and wrapped beside it; else one line, so that scripts can rely on lines."""
        terminal, local = self._terminal, happened.at.astimezone(self._zone)
        said = harmless(happened.message)
        if terminal.err_tty if err else terminal.out_tty:
            from textwrap import wrap

            head = f"{local:%H:%M:%S} {happened.event:<16} "
            columns = terminal.columns(terminal.stderr if err else terminal.stdout)
            room = max(30, columns - len(head))
            text = f"\n{' ' * len(head)}".join(wrap(said, room, break_long_words=False) or [""])
            said = head + text
        else:
            said = f"{local:%Y-%m-%d %H:%M:%S %Z} {happened.event:<16} {said}"
        code = CODES[happened.level] if terminal.color(err=err) else ""
        return f"\x1b[{code}m{said}\x1b[0m\n" if code else f"{said}\n"


def _fields(happened: Happened) -> dict[str, object]:
    return {name: getattr(happened, name) for name in happened.__struct_fields__}
