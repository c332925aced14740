"""The web server's app: who is let in, and to what."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from aiohttp import WSCloseCode, WSMsgType, web
from msgspec import Struct

from campctl.tui.serving import pages
from campctl.tui.serving.child import Shown, command_line
from campctl.tui.serving.places import Place
from campctl.tui.serving.session import GRACE, BoardSession
from campctl.tui.serving.tokens import VARIABLE, Holder, Holders, Tickets

HOLDER = web.RequestKey("holder", Holder)
HEARTBEAT = 15.0
"""Seconds between questions whether a browser is still there; half as long after one that it did not answer, it is not."""
LARGEST_SIDE = 1000
"""Cells; no screen has more."""
WORDS_OF_PROXY = 64 * 1024
"""Bytes of one message from a browser: what somebody pastes."""
CLOSING = 5.0
"""Seconds a browser has to say goodbye. Nobody but `_let_go` closes a page's socket: a page tells by how it was closed what to say."""


class Offer(Struct, frozen=True, kw_only=True):
    """What is shown, to whom, where; at most `sessions` boards at once, started with `environ`.

    `patience`: seconds a page waits for one of them to end (its own, when it is loaded anew). `say` tells whoever started the server.
    """

    shown: Shown
    holders: Holders
    place: Place
    environ: Mapping[str, str]
    title: str
    sessions: int = 8
    patience: float = 5.0
    grace: float = GRACE
    say: Callable[[str], None] = lambda _: None
    argv: Callable[[Shown], tuple[str, ...]] = command_line


class Site:
    """Pages and boards. `port` is known once it listens."""

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        self.port = offer.place.port
        self.boards: set[BoardSession] = set()
        self.tickets = Tickets(offer.holders)
        self._ending = False
        self._sockets: set[web.WebSocketResponse] = set()
        self._seats = asyncio.Semaphore(offer.sessions)

    def app(self) -> web.Application:
        """As aiohttp runs it."""
        app = web.Application(middlewares=[self._guard], client_max_size=4096)
        app.on_response_prepare.append(_dress)
        app.add_routes(
            [
                web.get("/", self._board),
                web.post("/sign-in", self._sign_in),
                web.get("/alive", self._alive),
                web.get("/static/{name:.+}", self._static),
                web.get("/ws", self._websocket),
            ]
        )
        return app

    async def close(self) -> None:
        """End all boards, in their way: tell the pages, finish what is being changed."""
        boards = [*self.boards]
        self._ending = True
        for socket in [*self._sockets]:
            with contextlib.suppress(ConnectionError, RuntimeError, TimeoutError):
                await asyncio.wait_for(_say(socket, "The server was ended."), CLOSING)
        await asyncio.gather(*(board.stop(self.offer.grace) for board in boards))

    # Who is let in

    @property
    def cookie(self) -> str:
        """Its name. Browsers keep cookies by host, not by port, and two campaigns may be shown from one machine."""
        return "__Host-campctl-board" if self.offer.place.secure else f"campctl-board-{self.port}"

    @web.middleware
    async def _guard(self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        """Nothing is answered to a wrong name, and nothing but a sign-in to whoever has no token: not a page, not a file, not a socket."""
        hosts = request.headers.getall("Host", [])
        if len(hosts) != 1 or not self.offer.place.answers_to(hosts[0]):
            raise pages.Words(421, "Not here", "This address leads to campctl, and is none of its names. Use the one it was started with.")
        if self._ending:
            raise pages.Words(503, "It ends", "The server is being ended, and begins no board any more. Load this page again later.")
        if request.path == "/sign-in":
            return await self._answer(request, handler)
        holder = self._holder(request)
        if holder is None:
            if request.path == "/" and request.method == "GET":
                return pages.sign_in(401, "The board is shown to those who have its token.")
            raise pages.Words(401, "Not without the token", "Open the board's address, and sign in there.")
        request[HOLDER] = holder
        return await self._answer(request, handler)

    async def _answer(self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
        try:
            return await handler(request)
        except pages.Words:
            raise
        except web.HTTPException as error:
            raise pages.Words(error.status, error.reason, "Open the board's address, without anything behind it.") from None

    def _holder(self, request: web.Request) -> Holder | None:
        """By the cookie, or for programs by `Authorization: Bearer TOKEN`."""
        holders = self.offer.holders
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return holders.of_token(token.strip())
        cookie = request.cookies.get(self.cookie, "")
        return holders.of_cookie(cookie) if cookie else None

    async def _sign_in(self, request: web.Request) -> web.StreamResponse:
        """The token for a cookie: a page's script is told in a status, a form is led to the board."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
            raise pages.Words(403, "Not from there", "Another website sent this. Open the board's address yourself.")
        token = (await request.post()).get("token", "")
        holder = self._let_in(token.strip()) if isinstance(token, str) else None
        if holder is None:
            return pages.sign_in(403, pages.WRONG)
        script = request.headers.get("X-Requested-With") == "campctl"
        answer = web.Response(status=204) if script else web.Response(status=303, headers={"Location": "./"})
        answer.set_cookie(self.cookie, holder.cookie, path="/", httponly=True, samesite="Strict", secure=self.offer.place.secure)
        return answer

    def _let_in(self, given: str) -> Holder | None:
        holder = self.tickets.use(given)
        if holder is not None:
            self.offer.say(f"That address was used, and is good for nothing any more. For another browser: {self.address}")
        return holder or self.offer.holders.of_token(given)

    @property
    def address(self) -> str:
        """What to open; with a ticket behind a # where the token was made up."""
        ticket = self.tickets.valid
        return self.offer.place.url(self.port) + (f"#token={ticket}" if ticket else "")

    # What there is

    async def _board(self, request: web.Request) -> web.StreamResponse:
        return pages.board(self.offer.title, request.headers["Host"], self._public_sockets())

    def _public_sockets(self) -> str:
        public = self.offer.place.public
        if not public:
            return ""
        scheme, _, rest = public.partition("://")
        return f" ws{'s' if scheme == 'https' else ''}://{rest.split('/')[0]}"

    async def _alive(self, _request: web.Request) -> web.StreamResponse:
        return web.Response(status=204)

    async def _static(self, request: web.Request) -> web.StreamResponse:
        return pages.asset(request.match_info["name"])

    async def _websocket(self, request: web.Request) -> web.StreamResponse:
        """A board of its own for whoever asks, from a page of ours."""
        if not self.offer.place.trusts(request.headers.get("Origin"), request.headers["Host"]):
            raise pages.Words(403, "Not from there", "A page of another website asked for the board.")
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT, max_msg_size=WORDS_OF_PROXY, timeout=CLOSING)
        await socket.prepare(request)
        self._sockets.add(socket)
        try:
            if not await self._seat():
                await _say(socket, self._full())
                await socket.close(code=WSCloseCode.TRY_AGAIN_LATER)
                return socket
            try:
                await self._serve(request, socket)
            finally:
                self._seats.release()
        finally:
            self._sockets.discard(socket)
        return socket

    async def _seat(self) -> bool:
        """Take one of so many boards, at once or a little later; whether there was one."""
        if not self._seats.locked():
            return await self._seats.acquire()
        try:
            return await asyncio.wait_for(self._seats.acquire(), self.offer.patience)
        except TimeoutError:
            return False

    def _full(self) -> str:
        return f"All {self.offer.sessions} boards that may be open at once are. Close another page of it, or start it with more --sessions."

    async def _serve(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        holder = request[HOLDER]
        board = self._begin(holder, socket)
        await board.start(_side(request, "width", 80), _side(request, "height", 24))
        self.boards.add(board)
        keys = asyncio.create_task(_read(socket, board))
        end = asyncio.create_task(board.wait())
        try:
            await asyncio.wait({keys, end}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            keys.cancel()
            end.cancel()
            await asyncio.gather(keys, end, return_exceptions=True)
            await self._let_go(request, socket)
            try:
                await board.stop(self.offer.grace)
            finally:
                self.boards.discard(board)
                if board.fault:
                    self.offer.say(f"A board ended by a fault: {board.fault}")

    async def _let_go(self, request: web.Request, socket: web.WebSocketResponse) -> None:
        """Also of a browser that does not answer, and holds up what is to be sent to it."""
        try:
            await asyncio.wait_for(socket.close(code=WSCloseCode.GOING_AWAY if self._ending else WSCloseCode.OK), 2 * CLOSING)
        except (ConnectionError, RuntimeError, TimeoutError):
            if request.transport is not None:
                request.transport.abort()

    def _begin(self, holder: Holder, socket: web.WebSocketResponse) -> BoardSession:
        from msgspec.structs import replace

        offer = self.offer
        shown = replace(offer.shown, read_only=offer.shown.read_only or holder.read_only)
        environ = {name: value for name, value in offer.environ.items() if name != VARIABLE}
        environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "TEXTUAL_COLOR_SYSTEM": "truecolor"}
        if holder.name:
            environ["CAMPCTL_USER"] = holder.name
        return BoardSession(offer.argv(shown), environ, write_bytes=socket.send_bytes, write_str=socket.send_str)


async def _read(socket: web.WebSocketResponse, board: BoardSession) -> None:
    """What comes from a browser, until it is gone; what makes no sense is passed over."""
    async for message in socket:
        if message.type != WSMsgType.TEXT:
            continue
        with contextlib.suppress(ValueError, TypeError, KeyError, IndexError, AttributeError):
            kind, *rest = json.loads(message.data)
            if kind == "stdin":
                await board.send_bytes(rest[0].encode("utf-8"))
            elif kind == "resize":
                await board.set_terminal_size(_bounded(rest[0]["width"]), _bounded(rest[0]["height"]))
            elif kind == "ping":
                await socket.send_json(["pong", str(rest[0])])
            elif kind == "focus":
                await board.focus()
            elif kind == "blur":
                await board.blur()


async def _say(socket: web.WebSocketResponse, words: str) -> None:
    """What the page shall say once it is closed."""
    await socket.send_json(["words", words])


def _side(request: web.Request, name: str, usual: int) -> int:
    text = request.query.get(name, "")
    return _bounded(int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else usual


def _bounded(cells: Any) -> int:
    return max(1, min(LARGEST_SIDE, int(cells)))


async def _dress(_request: web.Request, response: web.StreamResponse) -> None:
    """Headers of every answer, whoever gave it."""
    for name, value in pages.HEADERS.items():
        if name == "Server" or name not in response.headers:
            response.headers[name] = value
    response.headers.setdefault("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
