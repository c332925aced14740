"""Proxies break a connection where they were told to, however its bytes arrive."""

from __future__ import annotations

import socket
from contextlib import closing

import pytest

from servers.ami_proxy import AmiProxy
from servers.wire import Wire

NOTE = b"Action: DBPut\r\nFamily: campctl\r\nKey: doing/now\r\nVal: x\r\n\r\n"
PING = b"Action: Ping\r\n\r\n"


@pytest.mark.parametrize("cut", range(1, len(NOTE), 5))
def test_a_message_that_arrives_in_two_parts(cut: int) -> None:
    """What befalls a writer's note befalls it wherever a read ended; what came before it goes on."""
    with closing(AmiProxy(lambda: ("127.0.0.1", 9))) as proxy:
        proxy.fault = "lost-before"
        gate = proxy._gate(proxy)
        first, broken = gate.out(PING + NOTE[:cut])
        assert (first, broken) == (PING, False)
        assert gate.out(NOTE[cut:]) == (b"", True)


def test_a_server_that_is_away_for_a_while() -> None:
    """Who comes meanwhile is sent away, who comes later is let through."""
    with socket.socket() as server:
        server.settimeout(120)
        server.bind(("127.0.0.1", 0))
        host, port = server.getsockname()
        with closing(Wire(port)) as wire:
            with socket.create_connection((host, wire.port), 120) as client:
                assert client.recv(1) == b""
            server.listen()
            with socket.create_connection((host, wire.port), 120) as client:
                client.sendall(b"x")
                there, _ = server.accept()
                with there:
                    assert there.recv(1) == b"x"
