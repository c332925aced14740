"""`campctl top --serve` as a command: what it prints, what it refuses, how it ends."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from campctl.cli import top_serving
from campctl.tui.serving.child import Shown
from campctl.tui.serving.tokens import VARIABLE
from web.browsers import PATIENCE
from web.conftest import Campaign, Served

TOKEN = "a-token-of-made-up-words_0123"
PATIENT: dict[str, Any] = {"trust_env": False, "timeout": PATIENCE}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Campaign:
    """A campaign with nothing applied: enough for what is refused before anything listens."""
    root = tmp_path_factory.mktemp("bare") / "campaign"
    made = Campaign(root)
    assert Campaign(root.parent).do("init", str(root), "--seed", "quickstart")[0] == 0
    return made


@pytest.mark.parametrize(
    ("argv", "status", "words"),
    [
        (("--serve", "nowhere"), 2, "There is no screen 'nowhere'"),
        (("--serve", "nowhere:port"), 2, "no address to listen on"),
        (("--serve=nowhere",), 2, "no address to listen on"),
        (("--serve", "127.0.0.1:70000"), 2, "no address to listen on"),
        (("--serve", "0.0.0.0:0"), 2, "--allow-remote if the network is trusted"),
        (("--serve", ":0"), 2, "reach it through ssh -L or a proxy with TLS"),
        (("--serve", "0", "--public-url", "board"), 2, "no address of a website"),
        (("--serve", "0", "--read-only", "--acting"), 2, "opposites"),
        (("--serve", "0", "--sessions", "0"), 2, "1 to 100"),
        (("--serve", "0", "-o", "json"), 2, "A board has no --output"),
        (("--serve", "0", "--token-file", "/nowhere/tokens"), 15, "cannot be read from /nowhere/tokens"),
        (("--read-only",), 2, "are for --serve"),
        (("--sessions", "3"), 2, "are for --serve"),
    ],
)
def test_what_is_refused(bare: Campaign, argv: tuple[str, ...], status: int, words: str) -> None:
    """Each in words, with its status, before anything listens."""
    found, _, said = bare.do("top", *argv)
    assert found == status
    assert words in said


@pytest.mark.parametrize(
    ("argv", "address", "screen"),
    [
        (("--serve",), "127.0.0.1:8321", "hotlines"),
        (("--serve", "offices"), "127.0.0.1:8321", "offices"),
        (("offices", "--serve"), "127.0.0.1:8321", "offices"),
        (("--serve", "--read-only", "people"), "127.0.0.1:8321", "people"),
        (("--serve", "9000", "people"), "9000", "people"),
        (("alerts", "--serve", "[::1]:0"), "[::1]:0", "alerts"),
        (("--serve=:0",), ":0", "hotlines"),
    ],
)
def test_the_address_may_be_left_out(
    bare: Campaign, argv: tuple[str, ...], address: str, screen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows --serve is its address if it looks like one, else whatever it would be without it."""
    asked: list[tuple[str, str]] = []

    def serve_board(_session: Any, shown: Shown, where: str, _wishes: Any) -> int:
        asked.append((where, shown.screen))
        return 0

    monkeypatch.setattr(top_serving, "serve_board", serve_board)
    assert bare.do("top", *argv)[0] == 0
    assert asked == [(address, screen)]


def test_without_the_extra(bare: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where textual-serve is not installed, what to install is named."""
    monkeypatch.setitem(sys.modules, "textual_serve.app_service", None)
    status, _, err = bare.do("top", "--serve", "0")
    assert status == 2
    assert "pip install 'campctl[web]'" in err


def test_broken_manifests(bare: Campaign, tmp_path: Path) -> None:
    """They are told at once, instead of to whoever opens the page."""
    copy = tmp_path / "campaign.yaml"
    copy.write_text((bare.root / "campaign.yaml").read_text() + "\nnonsense: true\n")
    status, _, err = Campaign(tmp_path).do("top", "--serve", "0")
    assert status == 3
    assert "The manifests have" in err


def test_served_until_stopped(bare: Campaign, serve: Callable[..., Served]) -> None:
    """It prints an address with a ticket to stderr and nothing else anywhere, also with --quiet; the port is taken then; Ctrl-C ends it."""
    server = serve("0", "-q")
    base, _, ticket = server.url.partition("#token=")
    assert len(ticket) >= 43
    assert server.said == f"The board: {server.url}\n"
    assert httpx.get(base, **PATIENT).status_code == 401
    assert httpx.post(f"{base}sign-in", data={"token": ticket}, **PATIENT).status_code == 303
    assert ticket not in Path(f"/proc/{server.process.pid}/cmdline").read_text()
    status, _, err = bare.do("top", "--serve", server.port)
    assert status == 2
    assert f"127.0.0.1, port {server.port}, cannot be listened on: another program listens there already" in err
    assert server.end(signal.SIGINT) == 130
    assert "Traceback" not in server.said


def test_a_token_that_was_told(serve: Callable[..., Served]) -> None:
    """One of the environment is never printed; for others than this machine it is to look at only unless told; a hang-up ends it well."""
    server = serve("0.0.0.0:0", "--allow-remote", env={VARIABLE: TOKEN})
    assert "#" not in server.url
    assert TOKEN not in server.said
    assert "Warning: other machines can reach this board over a connection without TLS" in server.said
    assert "Whoever signs in with a token may look, and change nothing." in server.said
    answer = httpx.get(f"http://127.0.0.1:{server.port}/alive", headers={"Authorization": f"Bearer {TOKEN}"}, **PATIENT)
    assert answer.status_code == 204
    assert server.end(signal.SIGHUP) == 0


def test_the_server_is_small() -> None:
    """It does not import Textual: only the processes that draw boards do."""
    code = "import sys, campctl.tui.serving.site, campctl.tui.serving.serve; sys.exit('textual' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
