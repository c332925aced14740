"""A campaign on the embedded exchange, `campctl top --serve` on it, and a real browser."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from campctl.cli.main import run
from campctl.views.terminal import Terminal
from web.browsers import PATIENCE, Browser, missing, until

CLEAN = {name: value for name, value in os.environ.items() if not name.startswith(("CAMPCTL_", "NO_COLOR", "COLUMNS"))}
ENV = {**CLEAN, "CAMPCTL_USER": "tess", "CAMPCTL_REDUCED_MOTION": "1", "PYTHONWARNINGS": "error", "LC_ALL": "C.UTF-8"}


class Campaign:
    """A campaign's folder, and commands in it."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def do(self, *argv: str, env: Mapping[str, str] | None = None) -> tuple[int, str, str]:
        """Status, stdout and stderr of a command in this process."""
        out, err = io.StringIO(), io.StringIO()
        status = run(["-C", str(self.root), *argv], Terminal(io.StringIO(), out, err, {"CAMPCTL_USER": "tess", **(env or {})}, width=100))
        return status, out.getvalue(), err.getvalue()

    def data(self, *argv: str) -> Any:
        status, out, err = self.do(*argv, "-o", "json")
        assert status == 0, err
        return json.loads(out)["data"]

    def boards(self) -> list[int]:
        """The processes that draw boards of this campaign."""
        found = []
        for folder in Path("/proc").glob("[0-9]*"):
            try:
                words = (folder / "cmdline").read_bytes().split(b"\0")
            except OSError:
                continue
            if b"campctl.tui.serving.child" in words and any(str(self.root).encode() in word for word in words):
                found.append(int(folder.name))
        return found


class Served:
    """A server in a process of its own."""

    def __init__(self, campaign: Campaign, folder: Path, *argv: str, env: Mapping[str, str] | None = None) -> None:
        self.errors = folder / f"stderr-{len(list(folder.glob('stderr-*')))}"
        with self.errors.open("w") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "campctl", "top", "--serve", *argv], cwd=campaign.root, env={**ENV, **(env or {})},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, start_new_session=True,
            )  # fmt: skip
        try:
            self.url = until(self._url)
        except BaseException:
            self.end(signal.SIGKILL)
            raise

    @property
    def said(self) -> str:
        return self.errors.read_text()

    @property
    def port(self) -> str:
        return self.url.split(":")[2].split("/")[0]

    def _url(self) -> str:
        found = re.search(r"The board: (http\S+)\n", self.said)
        assert found or self.process.poll() is None, self.said
        return found[1] if found else ""

    def end(self, number: int = signal.SIGTERM) -> int:
        """End it; its status."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        self.process.communicate(timeout=PATIENCE)
        return self.process.returncode


@pytest.fixture
def campaign(tmp_path: Path) -> Campaign:
    """The seed, applied; without what hangs on the date, a surge and a freeze."""
    made = Campaign(tmp_path / "campaign")
    status = run(
        ["init", str(made.root), "--seed", "quickstart"], Terminal(io.StringIO(), io.StringIO(), io.StringIO(), {"CAMPCTL_USER": "tess"})
    )
    assert status == 0
    (made.root / "surges.yaml").unlink()
    manifest = made.root / "campaign.yaml"
    manifest.write_text(manifest.read_text().partition("    freezes:\n")[0])
    assert made.do("apply", "--yes")[0] == 0
    return made


@pytest.fixture
def serve(campaign: Campaign, tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts servers on the campaign; none is left."""
    begun: list[Served] = []

    def begin(*argv: str, **more: Any) -> Served:
        begun.append(Served(campaign, tmp_path, *argv, **more))
        return begun[-1]

    yield begin
    for one in begun:
        one.end(signal.SIGKILL)


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    """A headless Chromium. Where there is none the test is skipped; in CI it fails."""
    if why := missing():
        if os.environ.get("CI"):
            pytest.fail(why)
        pytest.skip(why)
    folder = tmp_path / "browser"
    folder.mkdir()
    made = Browser(folder)
    yield made
    made.close()
