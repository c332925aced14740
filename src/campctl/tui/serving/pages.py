"""The pages: the board's, signing in, and every no in words. None of them loads anything from elsewhere, nor can be made to."""

from __future__ import annotations

import secrets
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from aiohttp import web

ASSETS = Path(__file__).parent / "assets"
TYPES = {".js": "text/javascript", ".css": "text/css", ".ttf": "font/ttf"}
FROM_TEXTUAL_SERVE = (
    "js/textual.js",
    "css/xterm.css",
    "fonts/RobotoMono-VariableFont_wght.ttf",
    "fonts/RobotoMono-Italic-VariableFont_wght.ttf",
)
OURS = ("board.js", "board.css")
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
    "Server": "campctl",
}
WRONG = "That token opens nothing here. An address that campctl printed is good for one browser: it printed another when that one was used."
_NOWHERE = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; "


class Words(web.HTTPException):
    """A no, as a page in words: the status, what is wrong, what to do."""

    status_code = 400  # replaced below; aiohttp asks for one

    def __init__(self, status: int, title: str, words: str) -> None:
        self.status_code = status
        nonce = secrets.token_urlsafe(16)
        html = _template("words.html").substitute(nonce=nonce, title=escape(title), words=escape(words))
        super().__init__(text=html, content_type="text/html", headers={"Content-Security-Policy": policy_of_words(nonce)})


def sign_in(status: int, words: str) -> web.Response:
    """Where a token is asked for. One behind the # of the address, which no server is sent, is taken from there by the page."""
    nonce = secrets.token_urlsafe(16)
    html = _template("sign-in.html").substitute(nonce=nonce, words=escape(words), wrong=WRONG)
    headers = {"Content-Security-Policy": policy_of_words(nonce), "WWW-Authenticate": 'Bearer realm="campctl top"'}
    return web.Response(status=status, text=html, content_type="text/html", headers=headers)


def board(title: str, host: str, public: str) -> web.Response:
    """The page with the terminal. `host` is the Host header, looked at before; older browsers want it named for websockets."""
    html = _template("board.html").substitute(title=escape(title))
    sockets = f"ws://{host} wss://{host}"
    policy = (
        f"{_NOWHERE}script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self'; img-src 'self' data:;"
        f" connect-src 'self' {sockets}{public}; form-action 'none'"
    )
    return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": policy})


def policy_of_words(nonce: str) -> str:
    """Only what stands in the page itself, and only to us."""
    return f"{_NOWHERE}script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src data:; connect-src 'self'; form-action 'self'"


def asset(name: str) -> web.StreamResponse:
    """A script, a style sheet or a font: ours, or of the terminal that comes with textual-serve; no other file of its folder."""
    if name in OURS:
        path = ASSETS / name
    elif name in FROM_TEXTUAL_SERVE:
        path = _of_textual_serve() / name
    else:
        raise Words(404, "Nothing here", "There is no such file.")
    # Kept by the browser, and asked about each time: a page is there sooner, and never older than the server.
    return web.FileResponse(path, headers={"Content-Type": TYPES[path.suffix], "Cache-Control": "private, no-cache"})


@cache
def _of_textual_serve() -> Path:
    import textual_serve

    return Path(str(textual_serve.__file__)).parent / "static"


@cache
def _template(name: str) -> Template:
    return Template((ASSETS / name).read_text(encoding="utf-8"))
