"""Terminals that remember what was written, and a small campaign to work on."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from campctl.cli.main import run
from campctl.views.terminal import Terminal
from e2e import seasons


class Tty(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


class Answer:
    """What a command line came to."""

    def __init__(self, status: int, terminal: Terminal) -> None:
        self.status = status
        self.out = terminal.stdout.getvalue()  # type: ignore[attr-defined]
        self.err = terminal.stderr.getvalue()  # type: ignore[attr-defined]

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(autouse=True)
def _season(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test begins within a surge or a freeze of the quickstart."""
    seasons.begin(monkeypatch)


@pytest.fixture
def campctl() -> Callable[..., Answer]:
    """Run a command line in this process: `campctl("plan", "-o", "json", tty=True, stdin="y\\n")`."""

    def call(*argv: str, tty: bool = False, stdin: str = "", width: int = 100, **env: str) -> Answer:
        kind = Tty if tty else io.StringIO
        terminal = Terminal(kind(stdin), kind(), kind(), {"NO_COLOR": "1", "USER": "tess", **env}, width=width)
        return Answer(run(list(argv), terminal), terminal)

    return call


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, campctl) -> Path:
    """The quickstart, and this process inside it."""
    made = campctl("init", str(tmp_path / "campaign"))
    assert made.status == 0, made.err
    monkeypatch.chdir(tmp_path / "campaign")
    return tmp_path / "campaign"
