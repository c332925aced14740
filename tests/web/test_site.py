"""The server itself, on loopback: who is let in to what, and what becomes of the processes behind the pages."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import msgspec
import pytest
from aiohttp import web

from campctl.tui.serving.child import Shown
from campctl.tui.serving.places import Place
from campctl.tui.serving.site import Offer, Site
from campctl.tui.serving.tokens import VARIABLE, Holder, Holders

DANA = Holder(token="a-token-of-made-up-words_0123", name="dana")
WALL = Holder(token="another-token-only-for-looking", name="wall", read_only=True)
ANYBODY = Holder(token="the-token-of-whoever-started-it")
PATIENCE = 120.0
BOARD = """\
import json, os, signal, sys
def packet(kind, data):
    sys.stdout.buffer.write(kind + len(data).to_bytes(4, "big") + data); sys.stdout.buffer.flush()
shown, how = json.loads(sys.argv[1]), sys.argv[2]
if how == "deaf":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
if how == "stranger":
    print("hello, I am no board"); sys.stdout.flush(); sys.stdin.read()
print("__GANGLION__", flush=True)
if how == "broken":
    packet(b"M", json.dumps({"type": "words", "words": "The manifests have 1 error."}).encode())
    sys.exit("a fault: nothing\\nValueError: in the middle")
if how == "babble":
    print("words that are no packet", flush=True); sys.stdin.read()
packet(b"M", json.dumps({"type": "open_url", "url": "https://evil.example/"}).encode())
names = ("COLUMNS", "ROWS", "CAMPCTL_USER", "CAMPCTL_WEB_TOKEN", "TERM")
packet(b"D", json.dumps({"pid": os.getpid(), "env": {name: os.environ.get(name, "") for name in names}, "shown": shown}).encode())
stdin = sys.stdin.buffer
while head := stdin.read(5):
    payload = stdin.read(int.from_bytes(head[1:], "big"))
    packet(b"D", head[:1] + payload)
while how == "deaf":
    signal.pause()
"""
"""A stand-in for the board, there in no time: says how it was started, then everything it hears."""


def stand_in(how: str = "") -> Callable[[Shown], tuple[str, ...]]:
    return lambda shown: (sys.executable, "-I", "-S", "-c", BOARD, msgspec.json.encode(shown).decode(), how)


class Visitor:
    """A program that speaks HTTP and websockets to one site, without a memory for cookies."""

    def __init__(self, site: Site, http: aiohttp.ClientSession, said: list[str]) -> None:
        self.site = site
        self.said = said
        self._http = http
        self._sockets: list[aiohttp.ClientWebSocketResponse] = []
        self.base = f"http://127.0.0.1:{site.port}"

    async def ask(self, method: str, path: str, cookie: str = "", **more: Any) -> tuple[int, str, Any]:
        """Status, text and headers."""
        headers = {**({"Cookie": f"{self.site.cookie}={cookie}"} if cookie else {}), **more.pop("headers", {})}
        async with self._http.request(method, self.base + path, headers=headers, allow_redirects=False, **more) as answer:
            return answer.status, await answer.text(errors="replace"), answer.headers

    async def board(
        self, holder: Holder = DANA, origin: str | None = "", query: str = "?width=120&height=36"
    ) -> aiohttp.ClientWebSocketResponse:
        headers = {"Cookie": f"{self.site.cookie}={holder.cookie}"}
        if origin is not None:
            headers["Origin"] = origin or self.base
        self._sockets.append(await self._http.ws_connect(f"{self.base}/ws{query}", headers=headers))
        return self._sockets[-1]

    async def leave(self) -> None:
        """Close all that are open still: a socket whose end nobody read is warned of whenever it is collected, in any other test."""
        for socket in self._sockets:
            await socket.close()


def on_site(test: Callable[..., Coroutine[Any, Any, None]]) -> Callable[..., None]:
    """A test that gets `begin(...)`, which starts a site and gives its visitor."""

    def run() -> None:
        async def main() -> None:
            async with asyncio.timeout(PATIENCE), running() as begin:
                await test(begin)

        asyncio.run(main())

    run.__doc__ = test.__doc__
    run.__name__ = test.__name__
    return run


@asynccontextmanager
async def running() -> AsyncIterator[Callable[..., Awaitable[Visitor]]]:
    ends: list[Callable[[], Awaitable[Any]]] = []

    async def begin(how: str = "", *all_: Holder, fresh: bool = False, public: str = "", **more: Any) -> Visitor:
        said: list[str] = []
        offer = Offer(
            shown=Shown(root="/nowhere"), holders=Holders(all_ or (DANA, WALL), fresh=fresh), environ={**os.environ, VARIABLE: DANA.token},
            place=Place(host="127.0.0.1", port=0, public=public), title="Made <up>", say=said.append, argv=stand_in(how),
            **{"patience": 0.0, **more},
        )  # fmt: skip
        site = Site(offer)
        runner = web.AppRunner(site.app(), access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        site.port = runner.addresses[0][1]
        http = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar())
        visitor = Visitor(site, http, said)
        ends.extend((runner.cleanup, site.close, http.close, visitor.leave))
        return visitor

    try:
        yield begin
    finally:
        for end in reversed(ends):
            await end()


async def until(found: Callable[[], Any]) -> None:
    while not found():  # noqa: ASYNC110 - processes end without an event
        await asyncio.sleep(0.01)


async def drawn(socket: aiohttp.ClientWebSocketResponse) -> Any:
    """The stand-in's first words: how it was started."""
    return json.loads(await socket.receive_bytes())


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


PATHS = (
    "/",
    "/alive",
    "/ws",
    "/static/board.js",
    "/static/board.css",
    "/static/js/textual.js",
    "/static/css/xterm.css",
    "/download/key",
    "/nothing",
)


@on_site
async def test_nothing_without_the_token(begin: Any) -> None:
    """No page, no script, no font, no socket, no hint whether there is such a thing; however asked, also with a made-up cookie or token."""
    visitor = await begin()
    ways: tuple[dict[str, Any], ...] = (
        {},
        {"cookie": "0" * 64},
        {"cookie": DANA.token},
        {"headers": {"Authorization": "Bearer wrong"}},
        {"headers": {"Authorization": f"Bearer {DANA.cookie}"}},
        {"headers": {"Authorization": f"Basic {DANA.token}"}},
    )
    for path in PATHS:
        for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
            for how in ways if method == "GET" else ways[:1]:
                status, text, _ = await visitor.ask(method, path, **how)
                assert status == 401, (method, path, how)
                assert "Made" not in text
                assert "xterm" not in text
    assert not visitor.site.boards


@on_site
async def test_signing_in(begin: Any) -> None:
    """A token is exchanged for a cookie that no script reads and no other site sends; that opens everything, and is not the token."""
    visitor = await begin()
    status, text, headers = await visitor.ask("GET", "/")
    assert (status, headers["WWW-Authenticate"]) == (401, 'Bearer realm="campctl top"')
    assert "The board is shown to those who have its token" in text
    for wrong in ("", "wrong", DANA.cookie, "tökén"):
        status, text, headers = await visitor.ask("POST", "/sign-in", data={"token": wrong})
        assert status == 403
        assert "That token opens nothing here" in text
        assert "Set-Cookie" not in headers
    status, _, headers = await visitor.ask("POST", "/sign-in", data={"token": f" {DANA.token}\n"})
    assert (status, headers["Location"]) == (303, "./")
    cookie, *flags = headers["Set-Cookie"].split("; ")
    assert sorted(flags) == ["HttpOnly", "Path=/", "SameSite=Strict"]
    assert cookie == f"{visitor.site.cookie}={DANA.cookie}"
    for path in PATHS[:2] + PATHS[3:7]:
        assert (await visitor.ask("GET", path, DANA.cookie))[0] in {200, 204}, path
    assert (await visitor.ask("GET", "/alive", headers={"Authorization": f"Bearer {WALL.token}"}))[0] == 204
    status, text, _ = await visitor.ask("GET", "/", DANA.cookie)
    assert "<title>Made &lt;up&gt;</title>" in text
    script = await visitor.ask("POST", "/sign-in", data={"token": WALL.token}, headers={"X-Requested-With": "campctl"})
    assert script[0] == 204
    assert (await visitor.ask("POST", "/sign-in", data={"token": DANA.token}, headers={"Sec-Fetch-Site": "cross-site"}))[0] == 403
    assert visitor.said == []


@on_site
async def test_the_printed_address_is_good_once(begin: Any) -> None:
    """What stands in it signs in one browser; then another is printed, and what browsers remember of the first opens nothing."""
    visitor = await begin("", ANYBODY, fresh=True)
    first = visitor.site.address
    base, _, ticket = first.partition("#token=")
    assert base == visitor.base + "/"
    assert ANYBODY.token not in first
    assert (await visitor.ask("POST", "/sign-in", data={"token": ticket}))[0] == 303
    assert (await visitor.ask("POST", "/sign-in", data={"token": ticket}))[0] == 403
    (said,) = visitor.said
    assert said.endswith(visitor.site.address)
    assert visitor.site.address != first


@on_site
async def test_other_names_for_it(begin: Any) -> None:
    """A name that somebody made lead here is not answered to, signed in or not: neither page nor script nor socket."""
    visitor = await begin()
    for path in PATHS:
        for cookie in ("", DANA.cookie):
            status, text, _ = await visitor.ask("GET", path, cookie, headers={"Host": f"evil.example:{visitor.site.port}"})
            assert status == 421
            assert "none of its names" in text
    assert (await visitor.ask("POST", "/sign-in", data={"token": DANA.token}, headers={"Host": "evil.example"}))[0] == 421
    assert (await visitor.ask("GET", "/", DANA.cookie, headers={"Host": "localhost:9000"}))[0] == 200


@on_site
async def test_pages_of_others(begin: Any) -> None:
    """A board opens for a page that came from here; not for one of another site, of another server on this machine, or of nobody's."""
    visitor = await begin()
    for origin in ("http://evil.example", "http://localhost:3000", "null", "https://127.0.0.1", None):
        with pytest.raises(aiohttp.WSServerHandshakeError) as caught:
            await visitor.board(origin=origin)
        assert caught.value.status == 403, origin
    assert not visitor.site.boards
    socket = await visitor.board()
    await drawn(socket)
    await socket.close()


@on_site
async def test_headers_of_every_answer(begin: Any) -> None:
    """Pages, files, and every no forbid frames, sniffing, referrers and whatever comes from elsewhere; no answer names its software."""
    visitor = await begin()
    asked = [("GET", path, cookie) for path in PATHS for cookie in ("", DANA.cookie)] + [
        ("PUT", "/", DANA.cookie),
        ("POST", "/sign-in", ""),
    ]
    seen = set()
    for method, path, cookie in asked:
        if path == "/ws":
            continue
        status, _, headers = await visitor.ask(method, path, cookie)
        seen.add(status)
        policy = dict(part.strip().partition(" ")[::2] for part in headers["Content-Security-Policy"].split(";"))
        assert (policy["default-src"], policy["frame-ancestors"]) == ("'none'", "'none'"), path
        assert not [word for words in policy.values() for word in words.split() if "http" in word or word == "*"]
        assert "unsafe-" not in policy.get("script-src", "")
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Frame-Options"] == "DENY"
        assert headers["Server"] == "campctl"
        assert headers["Cache-Control"] == ("private, no-cache" if path.startswith("/static") and status == 200 else "no-store"), path
    assert seen == {200, 204, 401, 403, 404, 405}


@on_site
async def test_only_what_a_page_needs(begin: Any) -> None:
    """Of the folders that scripts lie in nothing else is handed out, by whatever path; nothing of a page's is loaded from elsewhere."""
    visitor = await begin()
    for path in (
        "board.html",
        "../site.py",
        "%2e%2e/site.py",
        "js/",
        "",
        "images/background.png",
        "/etc/passwd",
        "js/textual.js/",
        "js%00",
    ):
        assert (await visitor.ask("GET", f"/static/{path}", DANA.cookie))[0] == 404, path
    for path in ("/", "/static/board.css", "/static/board.js", "/static/css/xterm.css"):
        _, text, _ = await visitor.ask("GET", path, DANA.cookie)
        assert "://" not in text.replace("https://github.com/chjj/term.js", "").replace("http://bellard.org/jslinux/", ""), path


@on_site
async def test_behind_a_proxy(begin: Any) -> None:
    """With TLS before it, the cookie is for TLS only and for this host only, and its page may open a board though the Host is another."""
    visitor = await begin(public="https://board.example.org/phones/")
    _, _, headers = await visitor.ask("POST", "/sign-in", data={"token": DANA.token}, headers={"Host": "board.example.org"})
    assert headers["Set-Cookie"].startswith(f"__Host-campctl-board={DANA.cookie}; ")
    assert "Secure" in headers["Set-Cookie"]
    _, _, headers = await visitor.ask("GET", "/", DANA.cookie)
    assert "wss://board.example.org" in headers["Content-Security-Policy"]
    socket = await visitor.board(origin="https://board.example.org")
    await drawn(socket)
    await socket.close()


@on_site
async def test_a_board_of_ones_own(begin: Any) -> None:
    """Each page has a process: in its size, under the name of the token, read-only where that is; no token gets there in any way."""
    visitor = await begin()
    for holder, name, looking in ((DANA, "dana", False), (WALL, "wall", True)):
        socket = await visitor.board(holder)
        begun = await drawn(socket)
        assert begun["env"] == {"COLUMNS": "120", "ROWS": "36", "CAMPCTL_USER": name, VARIABLE: "", "TERM": "xterm-256color"}
        assert begun["shown"]["read_only"] is looking
        argv = Path(f"/proc/{begun['pid']}/cmdline").read_text()  # noqa: ASYNC240 - it does not block
        assert holder.token not in argv
        assert holder.cookie not in argv
        await socket.send_json(["stdin", "k\x1b[Aü"])
        assert await socket.receive_bytes() == "Dk\x1b[Aü".encode()
        await socket.send_json(["resize", {"width": 99999, "height": 0}])
        assert json.loads((await socket.receive_bytes())[1:]) == {"type": "resize", "width": 1000, "height": 1}
        await socket.send_json(["ping", "7"])
        assert await socket.receive_json() == ["pong", "7"]
        await socket.close()
        await until(lambda pid=begun["pid"]: not alive(pid))
    await until(lambda: not visitor.site.boards)


@on_site
async def test_nonsense_from_a_page(begin: Any) -> None:
    """What is no message is passed over, and the board goes on; one that is far too large ends that page, and its process."""
    visitor = await begin()
    socket = await visitor.board(query="?width=x&height=-5")
    begun = await drawn(socket)
    assert (begun["env"]["COLUMNS"], begun["env"]["ROWS"]) == ("80", "24")
    for words in (
        "",
        "{",
        "[]",
        "7",
        '"stdin"',
        '["stdin"]',
        '["stdin", 7]',
        '["resize", []]',
        '["resize", {"width": null}]',
        '["what", 1]',
        "null",
    ):
        await socket.send_str(words)
    await socket.send_bytes(b"\x00")
    await socket.send_json(["stdin", "still there"])
    assert await socket.receive_bytes() == b"Dstill there"
    await socket.send_json(["stdin", "x" * 100_000])
    assert (await socket.receive()).type == aiohttp.WSMsgType.CLOSE
    await until(lambda: not alive(begun["pid"]))


@on_site
async def test_no_more_than_so_many(begin: Any) -> None:
    """A page beyond the limit is told why; once another is closed there is room again."""
    visitor = await begin(sessions=1)
    first = await visitor.board()
    await drawn(first)
    second = await visitor.board()
    assert (await second.receive_json())[1].startswith("All 1 boards that may be open at once are.")
    assert (await second.receive()).type == aiohttp.WSMsgType.CLOSE
    await first.close()
    await until(lambda: not visitor.site.boards)
    third = await visitor.board()
    await drawn(third)
    await third.close()


@on_site
async def test_a_page_loaded_anew(begin: Any) -> None:
    """It waits for its own old board to end, instead of finding that there is no room."""
    visitor = await begin(sessions=1, patience=PATIENCE)
    first = await visitor.board()
    old = (await drawn(first))["pid"]
    waiting = await visitor.board()
    await first.close()
    assert (await drawn(waiting))["pid"] != old
    await waiting.close()


@on_site
async def test_the_server_ends(begin: Any) -> None:
    """Every page is told, every process is gone, also one that does not listen to that."""
    for how, grace in (("", PATIENCE), ("deaf", 0.2)):
        visitor = await begin(how, grace=grace)
        sockets = [await visitor.board(), await visitor.board()]
        pids = [(await drawn(socket))["pid"] for socket in sockets]
        await visitor.site.close()
        assert not [pid for pid in pids if alive(pid)]
        for socket in sockets:
            assert await socket.receive_json() == ["words", "The server was ended."]
            assert (await socket.receive()).type == aiohttp.WSMsgType.CLOSE
            assert socket.close_code == aiohttp.WSCloseCode.GOING_AWAY


@on_site
async def test_nothing_is_begun_by_a_server_that_ends(begin: Any) -> None:
    """While one board finishes what it changes no other begins, which would be cut off; pages that look for the server keep looking."""
    visitor = await begin("deaf", grace=PATIENCE)
    socket = await visitor.board()
    pid = (await drawn(socket))["pid"]
    ending = asyncio.create_task(visitor.site.close())
    try:
        assert await socket.receive_json() == ["words", "The server was ended."]
        for path in ("/", "/alive", "/static/board.js"):
            assert (await visitor.ask("GET", path, DANA.cookie))[0] == 503
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await visitor.board()
        assert refused.value.status == 503
    finally:
        os.kill(pid, signal.SIGKILL)
        await ending


@on_site
async def test_a_board_that_cannot_be(begin: Any) -> None:
    """Its last words go to the page, the fault behind it to whoever started the server; its slot is free again."""
    visitor = await begin("broken")
    socket = await visitor.board()
    assert await socket.receive_json() == ["words", "The manifests have 1 error."]
    assert (await socket.receive()).type == aiohttp.WSMsgType.CLOSE
    assert socket.close_code == aiohttp.WSCloseCode.OK
    await until(lambda: not visitor.site.boards)
    assert visitor.said == ["A board ended by a fault: ValueError: in the middle"]


@pytest.mark.parametrize("how", ["stranger", "babble"])
def test_a_process_that_is_no_board(how: str) -> None:
    """Something else's words where a board's should be: nothing of it reaches the page, the page is closed, the process ended."""

    @on_site
    async def test(begin: Any) -> None:
        visitor = await begin(how)
        socket = await visitor.board()
        assert (await socket.receive()).type == aiohttp.WSMsgType.CLOSE
        await until(lambda: not visitor.site.boards)

    test()
