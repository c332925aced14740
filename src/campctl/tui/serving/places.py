"""Where to listen, under which names the server may be asked, and from which pages."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from msgspec import Struct

from campctl.errors import UsageError
from campctl.model.stores import is_local

PORT = 8321
DEFAULT = f"127.0.0.1:{PORT}"
_ADDRESS = re.compile(r"(?:[^\s:\[\]/]*|\[[0-9A-Fa-f:.]+\]):[0-9]+|[0-9]+")
_PUBLIC = re.compile(r"https?://[A-Za-z0-9._~:/?#\[\]@%!$&()*+=-]+")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(:[0-9]{1,5})?")


class Place(Struct, frozen=True, kw_only=True):
    """Where it is: `host` ("" is every address), `port` (0: any that is free), `public` where a proxy shows it ("" without one)."""

    host: str
    port: int
    public: str = ""

    @property
    def local(self) -> bool:
        """Whether it can only be reached from this machine, as far as campctl can tell: a public URL means that others shall."""
        return self.bound_local and not self.public

    @property
    def bound_local(self) -> bool:
        """Whether it listens on this machine's loopback only."""
        return bool(self.host) and is_local(self.host)

    @property
    def wild(self) -> bool:
        """Whether it listens on every address."""
        return self.host in {"", "0.0.0.0", "::"}  # noqa: S104 - compared, not listened on

    def url(self, port: int) -> str:
        """What a browser is to open, when it listens on that port; ends in a slash."""
        if self.public:
            return self.public
        host = socket.gethostname() if self.wild else self.host
        return f"http://{f'[{host}]' if ':' in host else host}:{port}/"

    @property
    def secure(self) -> bool:
        """Whether browsers come over TLS."""
        return self.public.startswith("https:")

    def answers_to(self, host: str | None) -> bool:
        """Whether a Host header names this server. A name that somebody else made lead here (DNS rebinding) does not.

        Any address will do, since a page of somebody else's cannot have one for a name; and any port, since ssh forwards from others.
        """
        match = _HOST.fullmatch(host or "")
        if match is None:
            return False
        name = match[1].lower().rstrip(".")
        return _is_address(name.strip("[]")) or name in self._names()

    def trusts(self, origin: str | None, host: str) -> bool:
        """Whether a page of that origin may talk to it: one that came from here, by the name in `host`, and no other."""
        if not origin:
            return False
        mine = {f"http://{host}".lower(), f"https://{host}".lower()}
        if self.public:
            parts = urlsplit(self.public)
            mine.add(f"{parts.scheme}://{parts.netloc}".lower())
        return origin.lower() in mine

    def _names(self) -> set[str]:
        names = {"localhost"}
        if not self.wild:
            names.add(self.host.lower())
        if not self.bound_local:
            names |= {socket.gethostname().lower(), socket.gethostname().split(".")[0].lower()}
        if self.public:
            names.add((urlsplit(self.public).hostname or "").lower())
        return names


def parse_place(text: str, *, allow_remote: bool, public: str = "") -> Place:
    """`127.0.0.1:8321`, `[::1]:8321`, `:8321`, `8321`; `errors.UsageError` for others, and for remote ones that were not allowed."""
    host, colon, port = text.strip().rpartition(":")
    host = "127.0.0.1" if not colon else host.removeprefix("[").removesuffix("]")
    if not _ADDRESS.fullmatch(text.strip()) or int(port) > 65_535:
        raise UsageError(f"--serve {text} is no address to listen on.", hint=f"Write {DEFAULT}, or [::1]:{PORT}; port 0 is any free one.")
    place = Place(host=host, port=int(port), public=_public(public))
    if not place.bound_local and not allow_remote:
        raise UsageError(
            f"--serve {text} lets other machines reach the board, over a connection that anybody on the way can read.",
            hint="Leave it on 127.0.0.1 and reach it through ssh -L or a proxy with TLS; or say --allow-remote if the network is trusted.",
        )
    return place


def _public(text: str) -> str:
    """A public URL, with a slash at its end."""
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        sound = (
            _PUBLIC.fullmatch(text) and parts.hostname and parts.port != 0 and not (parts.query or parts.fragment or "@" in parts.netloc)
        )
    except ValueError:
        sound = False
    if not sound:
        raise UsageError(f"--public-url {text} is no address of a website.", hint="Write https://board.example.org/ or the like.")
    return text.rstrip("/") + "/"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
