"""Telling systemd how a service is (sd_notify(3)): a datagram to the socket NOTIFY_SOCKET names, and nothing where there is none."""

from __future__ import annotations

import os
import socket
from collections.abc import Mapping

from campctl.ports.clock import Clock


class Notifier:
    """READY, STATUS, WATCHDOG and the rest. Never raises: who is not heard goes on with the work."""

    def __init__(self, environ: Mapping[str, str], clock: Clock) -> None:
        self._clock = clock
        self._place = environ.get("NOTIFY_SOCKET", "")
        self._alive_at = -1e9
        self._is_ready = False
        self.watchdog = _watchdog(environ)
        """Seconds within which systemd wants a sign of life; 0 for no such wish."""

    def ready(self) -> None:
        """At work; said once, and again after `reloading`."""
        if not self._is_ready:
            self._is_ready = True
            self._send("READY=1")

    def status(self, words: str) -> None:
        """What `systemctl status` shows."""
        self._send("STATUS=" + " ".join(words.split()))

    def reloading(self) -> None:
        """Reading the manifests anew; `ready` ends it (systemd.service(5), Type=notify-reload, wants the time)."""
        self._is_ready = False
        self._send(f"RELOADING=1\nMONOTONIC_USEC={int(self._clock.monotonic() * 1e6)}")

    def stopping(self) -> None:
        """On the way out."""
        self._send("STOPPING=1")

    def alive(self) -> None:
        """A sign of life, as often as the watchdog wants one, however often this is called."""
        now = self._clock.monotonic()
        if self.watchdog and now - self._alive_at >= self.watchdog / 4:
            self._alive_at = now
            self._send("WATCHDOG=1")

    def _send(self, words: str) -> None:
        if not self._place:
            return
        address = "\0" + self._place[1:] if self._place.startswith("@") else self._place
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as channel:
                channel.sendto(words.encode("utf-8", "replace"), address)
        except OSError:
            return


def _watchdog(environ: Mapping[str, str]) -> float:
    """WATCHDOG_USEC, when it is meant for this process."""
    said, meant = environ.get("WATCHDOG_USEC", ""), environ.get("WATCHDOG_PID", "")
    if not said.isdecimal() or (meant and meant != str(os.getpid())):
        return 0.0
    return int(said) / 1e6
