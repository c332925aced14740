"""Addresses to listen on, names to answer to, pages to trust."""

from __future__ import annotations

import socket

import pytest

from campctl.errors import UsageError
from campctl.tui.serving.places import Place, parse_place

HERE = Place(host="127.0.0.1", port=8321)
WILD = Place(host="", port=8321)
PROXIED = Place(host="127.0.0.1", port=8321, public="https://board.example.org/phones/")


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:8321", "127.0.0.1", 8321), ("[::1]:9", "::1", 9), ("localhost:0", "localhost", 0), ("9000", "127.0.0.1", 9000)],
)
def test_addresses(text: str, host: str, port: int) -> None:
    """A port alone is on this machine."""
    found = parse_place(text, allow_remote=False)
    assert (found.host, found.port, found.local) == (host, port, True)


@pytest.mark.parametrize(
    "text", ["", "x", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1", "a b:1", "::1:80:x", "http://x:1", "١:٢"]
)
def test_no_addresses(text: str) -> None:
    """Said in words, with what to write."""
    with pytest.raises(UsageError, match="no address to listen on"):
        parse_place(text, allow_remote=True)


@pytest.mark.parametrize("text", ["0.0.0.0:8321", ":8321", "[::]:1", "192.0.2.7:1", "board.example.org:1"])
def test_others_only_when_told(text: str) -> None:
    """Whatever other machines can reach needs a word."""
    with pytest.raises(UsageError, match="lets other machines reach"):
        parse_place(text, allow_remote=False)
    assert not parse_place(text, allow_remote=True).local


@pytest.mark.parametrize(
    "text",
    [
        "board.example.org",
        "ftp://board.example.org",
        "https://",
        "https://a@b/",
        "https://x/?q=1",
        "https://x/#y",
        "https://x:99999/",
        'https://x/"',
    ],
)
def test_no_public_urls(text: str) -> None:
    """What is no address of a website is refused, before it gets into any header."""
    with pytest.raises(UsageError, match="no address of a website"):
        parse_place("1", allow_remote=False, public=text)


def test_a_public_url_is_for_others() -> None:
    """It ends in a slash, is what is printed, and makes the place one that others reach; with TLS cookies say so."""
    found = parse_place("1", allow_remote=False, public="https://board.example.org/phones")
    assert found == Place(host="127.0.0.1", port=1, public="https://board.example.org/phones/")
    assert found.url(1) == "https://board.example.org/phones/"
    assert not found.local
    assert found.bound_local
    assert found.secure
    assert not parse_place("1", allow_remote=False, public="http://board.example.org").secure


@pytest.mark.parametrize(
    ("place", "host", "mine"),
    [
        (HERE, "127.0.0.1:8321", True),
        (HERE, "localhost:8321", True),
        (HERE, "LOCALHOST.:8321", True),
        (HERE, "localhost:9000", True),  # ssh -L 9000:localhost:8321
        (HERE, "[::1]:8321", True),
        (HERE, "evil.example:8321", False),  # a name of somebody else's, made to lead here
        (HERE, "localhost.evil.example", False),
        (HERE, "127.0.0.1.evil.example", False),
        (HERE, "", False),
        (HERE, None, False),
        (HERE, "localhost; script-src *", False),
        (HERE, "localhost\n", False),
        (HERE, "a@localhost", False),
        (HERE, "board.example.org", False),
        (HERE, socket.gethostname() + ".example", False),
        (WILD, socket.gethostname(), True),
        (WILD, "192.0.2.7:8321", True),
        (WILD, "evil.example", False),
        (PROXIED, "board.example.org", True),
        (PROXIED, "other.example.org", False),
    ],
)
def test_names(place: Place, host: str | None, mine: bool) -> None:
    """Its own names and any address; no name that leads here by somebody else's doing."""
    assert place.answers_to(host) is mine


@pytest.mark.parametrize(
    ("place", "origin", "host", "fine"),
    [
        (HERE, "http://127.0.0.1:8321", "127.0.0.1:8321", True),
        (HERE, "http://localhost:9000", "localhost:9000", True),
        (HERE, "http://localhost:3000", "localhost:8321", False),  # another server on this machine
        (HERE, "http://evil.example", "127.0.0.1:8321", False),
        (HERE, "null", "127.0.0.1:8321", False),
        (HERE, "", "127.0.0.1:8321", False),
        (HERE, None, "127.0.0.1:8321", False),
        (PROXIED, "https://board.example.org", "board.example.org", True),
        (PROXIED, "https://board.example.org", "127.0.0.1:8321", True),  # a proxy that names itself
        (PROXIED, "https://board.example.org.evil.example", "127.0.0.1:8321", False),
    ],
)
def test_pages(place: Place, origin: str | None, host: str, fine: bool) -> None:
    """Only a page that came from here, by the name it came by, may open a board."""
    assert place.trusts(origin, host) is fine


def test_what_is_printed() -> None:
    """An address that can be opened: with brackets, with a name instead of every address."""
    assert Place(host="::1", port=0).url(77) == "http://[::1]:77/"
    assert WILD.url(77) == f"http://{socket.gethostname()}:77/"
