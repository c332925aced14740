"""Ports nobody else uses, for servers that need many: blocks handed out once on the whole machine, whoever runs tests on it."""

from __future__ import annotations

import fcntl
import os
import socket
import tempfile
from pathlib import Path

FIRST, SIZE, BLOCKS = 20000, 400, 31
"""Blocks end below 32768, where systems begin to give ports to whoever asks for any."""
LOCK = 9
"""Which of its ports tells that a block is taken: as long as it is bound, nobody else can bind it.

A file alone cannot: a chroot may have folders of its own, and the same network. Both are taken, since other checkouts look at files.
"""


class Block:
    """`SIZE` ports that are ours until `close`; `block[3]` is the fourth, `number` the block's own. The system frees it when we die."""

    def __init__(self, checked: int = 40) -> None:
        """Take the next free one; its first `checked` ports are looked at, whether something else listens there."""
        for number in range(BLOCKS):
            self.number = number
            self.first = FIRST + number * SIZE
            self._lock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self._file = -1
            # One folder for all users of the machine: who may not write another's lock takes the next block.
            path = Path(tempfile.gettempdir()) / f"campctl-ports-{self.first}.lock"
            try:
                self._lock.bind(("0.0.0.0", self.first + LOCK))
                self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
                fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                self.close()
                continue
            if all(_free(port) for port in range(self.first, self.first + checked) if port != self.first + LOCK):
                return
            self.close()
        raise OSError("no block of ports is free")

    def __getitem__(self, index: int) -> int:
        assert 0 <= index < SIZE
        assert index != LOCK
        return self.first + index

    def close(self) -> None:
        """Let others have them. Safe to call twice."""
        self._lock.close()
        if self._file >= 0:
            os.close(self._file)
            self._file = -1


def _free(port: int) -> bool:
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM):
        with socket.socket(socket.AF_INET, kind) as probe:
            try:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, kind == socket.SOCK_STREAM)
                probe.bind(("0.0.0.0", port))
            except OSError:
                return False
    return True
