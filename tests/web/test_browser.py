"""The board in a real headless Chromium: signed in, drawn, acted from, cut off, back again."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from web.browsers import Browser, lasting_port, until
from web.conftest import Campaign, Served

DANA = "a-token-of-made-up-words_0123"
WALL = "another-token-only-for-looking"
PICTURE = "CAMPCTL_PICTURE"
"""An environment variable: a file for the picture that is taken."""


def test_in_a_browser(campaign: Campaign, serve: Callable[..., Served], browser: Browser, tmp_path: Path) -> None:
    """All of a day with it, in one: a browser takes long to start."""
    tokens = tmp_path / "tokens"
    tokens.write_text(f"dana {DANA}\nwall {WALL} read-only\n")
    tokens.chmod(0o600)
    server = serve(f"127.0.0.1:{lasting_port()}", "--token-file", str(tokens))

    signed_in(browser, server)
    drawn(browser)
    acted_from(browser, campaign)
    two_tabs(browser, campaign, server)
    again = cut_off(browser, campaign, server, lambda port: serve(port, "--token-file", str(tokens)))
    looked_at_only(browser, again)
    asked_nobody_else(browser, again)
    ended(browser, campaign, again)


def signed_in(browser: Browser, server: Served) -> None:
    """A wrong token is refused in words; a right one leads to the board, and is nowhere to be seen: not in the address, not a step back."""
    browser.open(server.url)
    browser.reads("The board is shown to those who have its token")
    browser.open(f"{server.url}?x#token=wrong")
    browser.reads("That token opens nothing here")
    assert browser.url == f"{server.url}?x"
    assert browser.cookies() == []
    browser.open(f"{server.url}?y#token={DANA}")
    browser.sees("Voter protection", "? help")
    assert browser.url == f"{server.url}?y"
    (cookie,) = browser.cookies()
    assert (cookie["httpOnly"], cookie["sameSite"]) == (True, "Strict")
    assert DANA not in cookie["value"]
    assert browser.run("return document.cookie") == ""


def drawn(browser: Browser) -> None:
    """It has the keyboard without a click, fills the window whatever its size, and what is seen is not blank."""
    until(
        lambda: browser.run(
            "return document.fonts.check('16px \"Roboto Mono\"') && [...document.fonts].some((font) => font.status === 'loaded')"
        )
    )
    until(lambda: painted(browser))  # the terminal has its lines before the browser has painted them
    if where := os.environ.get(PICTURE):
        Path(where).write_bytes(browser.picture())
    browser.press("?")
    browser.sees("Keys and commands")
    browser.press("\ue00c")
    until(lambda: "Keys and commands" not in browser.lines())
    until(lambda: painted(browser))
    before = browser.run("return [campctlTerminal.cols, campctlTerminal.rows]")
    browser.resize(900, 500)
    until(lambda: browser.run("return campctlTerminal.cols") < before[0] - 20)
    browser.press("2")
    browser.sees("Chicago headquarters", "Phoenix field office", "l light")
    browser.press("1")
    browser.sees("Voter protection", "seats")


def painted(browser: Browser) -> bool:
    """Whether what is seen is neither blank nor a jumble."""
    colours, share = browser.looked_at(browser.picture())
    return colours > 50 and 0.3 < share < 0.98


def acted_from(browser: Browser, campaign: Campaign) -> None:
    """Plus shows the plan, y does it, and the audit names whose token it was."""
    browser.press("+")
    browser.sees("Scale", "y do it")
    browser.press("y")
    browser.sees("u undoes it")
    (mine,) = [
        entry
        for entry in campaign.data("audit", "log")["entries"]
        if entry["what"].startswith("hotline scale") and "done" in entry["result"]
    ]
    assert mine["who"] == "dana"
    assert DANA not in str(mine)


def two_tabs(browser: Browser, campaign: Campaign, server: Served) -> None:
    """A second one has a board of its own; closed, that is gone, and the first goes on."""
    first = browser.here
    (board,) = until(lambda: len(found := campaign.boards()) == 1 and found)
    browser.tab()
    browser.open(server.url)
    browser.sees("Voter protection")
    until(lambda: len(campaign.boards()) == 2)
    browser.leave()
    browser.go(first)
    until(lambda: campaign.boards() == [board])
    browser.press("3")
    browser.sees("Ann Lee")


def cut_off(browser: Browser, campaign: Campaign, server: Served, start: Callable[[str], Served]) -> Served:
    """Killed with -9, the server leaves no process behind; the page says so, and is back by itself with the server, without a sign-in.

    A proxy that is there, and says that the server is not, is none.
    """
    browser.run("window.before = true")
    assert server.end(signal.SIGKILL) == -signal.SIGKILL
    until(lambda: not campaign.boards())
    browser.reads("The connection to the board was lost.", "comes back by itself")
    with a_proxy(int(server.port)) as asked:
        until(lambda: "/alive" in asked)
    again = start(server.port)
    until(lambda: browser.glance("return window.before === undefined"))
    browser.sees("Voter protection")
    return again


@contextmanager
def a_proxy(port: int) -> Iterator[list[str]]:
    """One with nothing behind it; what was asked of it."""
    asked: list[str] = []

    class Proxy(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(502)
            asked.append(self.path)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    with ThreadingHTTPServer(("127.0.0.1", port), Proxy) as server:
        serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        serving.start()
        try:
            yield asked
        finally:
            server.shutdown()
            serving.join()


def looked_at_only(browser: Browser, server: Served) -> None:
    """With a token that is for looking nothing can be changed, and it says so. q leaves."""
    browser.ask("DELETE", "/cookie")
    browser.open(f"{server.url}?wall#token={WALL}")
    browser.sees("Voter protection")
    browser.press("+")
    assert "do it" not in browser.sees("to look at only")
    browser.press("q")
    browser.reads("The board was left.", "Open it again")


def asked_nobody_else(browser: Browser, server: Served) -> None:
    """All of it came from the server; its policy forbade nothing that it needs, and the console has no error but the sign-ins' noes."""
    asked = {url for url in browser.asked() if url.startswith(("http", "ws", "ftp"))}
    assert asked
    assert {url for url in asked if not url.startswith((server.url, server.url.replace("http:", "ws:")))} == set()
    assert browser.run("return window.campctlForbidden") == []
    assert [words for words in browser.said() if "Content Security Policy" in words or "Uncaught" in words] == []


def ended(browser: Browser, campaign: Campaign, server: Served) -> None:
    """With mistakes in the YAML a new page says so, and Enter opens it again; SIGTERM ends server and boards, which it says, too."""
    manifest = campaign.root / "campaign.yaml"
    sound = manifest.read_text()
    manifest.write_text(sound + "\nnonsense: true\n")
    browser.open(server.url)
    browser.reads("The manifests have 1 error", "Open it again")
    manifest.write_text(sound)
    browser.press("\ue007")
    browser.sees("Voter protection")
    assert server.end() == 0
    assert campaign.boards() == []
    browser.reads("The server was ended.")
    assert "Traceback" not in server.said
