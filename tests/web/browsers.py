"""A real headless Chromium, driven over chromedriver's HTTP (the W3C's WebDriver protocol); no other package is needed for that."""

from __future__ import annotations

import base64
import json
import os
import random
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

PATIENCE = 120.0
"""Seconds after which what is waited for is not coming any more: long, since a loaded machine is no fault of ours."""
STARTED = re.compile(r"started successfully on port (\d+)\.")
ARGUMENTS = (
    "--headless",
    "--no-sandbox",  # root has none
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    # Nothing is asked of any server but ours, nor of anybody who knows names.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
SPY = """\
// xterm.js keeps the terminal to itself; this is how a test gets at its lines. It also counts what the page's policy forbids.
Object.defineProperty(Object.prototype, "_core", {
  configurable: true,
  set(value) {
    Object.defineProperty(this, "_core", { value, writable: true, configurable: true });
    if (typeof this.loadAddon === "function") window.campctlTerminal = this;
  },
});
window.campctlForbidden = [];
document.addEventListener("securitypolicyviolation", (event) => {
  window.campctlForbidden.push(`${event.violatedDirective} ${event.blockedURI}`);
});
"""
LINES = """\
const buffer = window.campctlTerminal?.buffer.active;
if (!buffer) return "";
return Array.from({ length: window.campctlTerminal.rows }, (_, y) => buffer.getLine(y)?.translateToString(true) ?? "").join("\\n");
"""
COLOURS = """\
const image = new Image();
image.src = "data:image/png;base64," + arguments[0];
await image.decode();
const canvas = document.createElement("canvas");
[canvas.width, canvas.height] = [image.width, image.height];
const context = canvas.getContext("2d");
context.drawImage(image, 0, 0);
const counts = new Map();
for (const pixel of new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer)) {
  counts.set(pixel, (counts.get(pixel) ?? 0) + 1);
}
return [counts.size, Math.max(...counts.values()) / (image.width * image.height)];
"""


def missing() -> str:
    """Why there is no browser to be had here; "" when there is one."""
    gone = [name for name in ("chromium", "chromedriver") if shutil.which(name) is None]
    return f"{' and '.join(gone)} not found (on Debian: apt-get install chromium chromium-driver)" if gone else ""


class Browser:
    """One browser with a profile of its own; `close` ends it, and its driver."""

    def __init__(self, folder: Path, size: tuple[int, int] = (1280, 800)) -> None:
        log = folder / "chromedriver.log"
        environ = {**os.environ, "HOME": str(folder), "XDG_CONFIG_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
        self.profile = folder / "profile"
        with log.open("w") as said:
            self._driver = subprocess.Popen(
                [shutil.which("chromedriver") or "chromedriver", "--port=0"],
                stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT, env=environ, start_new_session=True,
            )  # fmt: skip
        self._session = ""
        try:
            port = until(lambda: STARTED.search(log.read_text()))[1]
            self._http = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=PATIENCE, trust_env=False)
            options = {
                "args": [*ARGUMENTS, f"--user-data-dir={self.profile}", f"--window-size={size[0]},{size[1]}"],
                "binary": shutil.which("chromium"),
            }
            wanted = {
                "browserName": "chrome",
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
                "timeouts": {"script": int(PATIENCE * 1000), "pageLoad": int(PATIENCE * 1000)},
            }
            self._session = self.ask("POST", "/session", capabilities={"alwaysMatch": wanted})["sessionId"]
            self.devtools("Page.addScriptToEvaluateOnNewDocument", source=SPY)
        except BaseException:
            self.close()
            raise

    def ask(self, method: str, path: str, **body: Any) -> Any:
        """A command of the protocol; its value. RuntimeError with the browser's words when it could not be done."""
        if self._session and not path.startswith("/session"):
            path = f"/session/{self._session}{path}"
        answer = self._http.request(method, path, content=json.dumps(body) if method == "POST" else None)
        value = answer.json()["value"]
        if answer.status_code != 200:
            raise RuntimeError(f"{value['error']}: {value['message']}")
        return value

    def devtools(self, command: str, **params: Any) -> Any:
        return self.ask("POST", "/goog/cdp/execute", cmd=command, params=params)

    def open(self, url: str) -> None:
        self.ask("POST", "/url", url=url)

    def run(self, script: str, *args: Any) -> Any:
        """What it returns. It may wait for something (`await`)."""
        return self.ask("POST", "/execute/sync", script=f"return (async function () {{{script}}}).apply(null, arguments)", args=list(args))

    def glance(self, script: str) -> Any:
        """As `run`; None while a page goes and another comes."""
        try:
            return self.run(script)
        except RuntimeError:
            return None

    @property
    def url(self) -> str:
        return str(self.ask("GET", "/url"))

    def text(self) -> str:
        """What the page says, as a person reads it; not what is drawn in the terminal."""
        return str(self.glance("return document.body?.innerText") or "")

    def lines(self) -> str:
        """What stands in the terminal; "" before there is one."""
        return str(self.glance(LINES) or "")

    def sees(self, *words: str) -> str:
        """Wait until the terminal has all of them; its text then."""
        return until(
            lambda: (text := self.lines()) and all(word in text for word in words) and text, lambda: f"{words} in:\n{self.lines()}"
        )

    def reads(self, *words: str) -> str:
        """Wait until the page says all of them; its text then."""
        return until(lambda: (text := self.text()) and all(word in text for word in words) and text, lambda: f"{words} in:\n{self.text()}")

    def press(self, *keys: str) -> None:
        """Keys, to whatever has the focus."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self.ask("POST", "/actions", actions=[{"type": "key", "id": "keys", "actions": actions}])

    def resize(self, width: int, height: int) -> None:
        self.ask("POST", "/window/rect", width=width, height=height)

    def tab(self) -> str:
        """Open another, and go there; what to call it."""
        made = str(self.ask("POST", "/window/new", type="tab")["handle"])
        self.go(made)
        self.devtools("Page.addScriptToEvaluateOnNewDocument", source=SPY)
        return made

    def go(self, tab: str) -> None:
        self.ask("POST", "/window", handle=tab)

    @property
    def here(self) -> str:
        """What the tab is called that one is in."""
        return str(self.ask("GET", "/window"))

    def leave(self) -> None:
        """Close this tab."""
        self.ask("DELETE", "/window")

    def picture(self) -> bytes:
        """A PNG of the page."""
        return base64.b64decode(self.ask("GET", "/screenshot"))

    def looked_at(self, png: bytes) -> tuple[int, float]:
        """Of a PNG: how many colours it has, and the share of the one it has most of. The browser itself decodes it."""
        found = self.run(COLOURS, base64.b64encode(png).decode())
        return int(found[0]), float(found[1])

    def cookies(self) -> list[dict[str, Any]]:
        return list(self.ask("GET", "/cookie"))

    def asked(self) -> set[str]:
        """Every address that any page of this browser asked for since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.ask("POST", "/se/log", type="performance")]
        requests = {event["params"]["request"]["url"] for event in events if event["method"] == "Network.requestWillBeSent"}
        return requests | {event["params"]["url"] for event in events if event["method"] == "Network.webSocketCreated"}

    def said(self) -> list[str]:
        """What its console said since the last time."""
        return [str(entry["message"]) for entry in self.ask("POST", "/se/log", type="browser")]

    def close(self) -> None:
        with suppress(Exception):
            if self._session:
                self.ask("DELETE", f"/session/{self._session}")
        with suppress(ProcessLookupError):
            os.killpg(self._driver.pid, signal.SIGKILL)
        self._driver.wait()
        with suppress(AttributeError):
            self._http.close()


_HELD: list[socket.socket] = []


def lasting_port() -> int:
    """A port that nobody else is given: none of those that the system hands out, so that who listens there may go and come back.

    The same port of UDP is bound as long as this process lives: other processes of tests look at that, too.
    """
    first = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    for port in random.sample(range(max(1024, first - 10_000), first), 1000):
        held = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        with socket.socket() as probe, suppress(OSError):
            held.bind(("127.0.0.1", port))
            probe.bind(("127.0.0.1", port))
            _HELD.append(held)
            return port
        held.close()
    raise AssertionError("no port is free")


def until(found: Callable[[], Any], missed: Callable[[], str] = lambda: "") -> Any:
    """What it finds, once it finds something. AssertionError when it does not for very long."""
    end = time.monotonic() + PATIENCE
    while not (value := found()):
        assert time.monotonic() < end, f"not within {PATIENCE:.0f} s: {missed()}"
        time.sleep(0.05)
    return value
