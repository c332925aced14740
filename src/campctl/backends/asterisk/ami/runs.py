"""Runs of DBPuts' answers, told by their bytes.

An apply hears tens of thousands of these, all alike but for their numbers, so what arrives is compared with what a run of them
would be. Whatever differs from that anywhere is read message by message instead.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final, NamedTuple

_ANSWER: Final = "Response: Success\r\nActionID: {}\r\nMessage: Updated database successfully\r\n\r\n"
LONGEST: Final = len(_ANSWER) + 20
"""Bytes that no such answer has."""
_BEGINS: Final = re.compile(rb"Response: Success\r\nActionID: ([1-9][0-9]{0,14})\r\n")
_BLOCK: Final = 1000


class Run(NamedTuple):
    """What Asterisk says when DBPuts `first` to `stop` (which is none of them) were done: `size` bytes for each."""

    first: int
    stop: int
    size: int
    text: bytes

    def agrees(self, number: int, count: int, data: bytes, at: int) -> int:
        """Of `count` answers from `number` on, how many are complete in `data` from `at` on; 0 also when anything there differs."""
        begin = (number - self.first) * self.size
        want = min(len(data) - at, count * self.size)
        return want // self.size if self.text[begin : begin + want] == data[at : at + want] else 0


def run_of(number: int) -> Run:
    """The run that answer `number` is in; its answers' numbers have as many digits."""
    return _few(len(str(number))) if number < _BLOCK else _thousand(number // _BLOCK)


def begins(data: bytes, at: int = 0) -> int:
    """The number of what may be such an answer; 0 when it is none, or too little of it is there."""
    found = _BEGINS.match(data, at)
    return int(found[1]) if found is not None else 0


@lru_cache(maxsize=4)
def _few(digits: int) -> Run:
    first, stop = 10 ** (digits - 1), 10**digits
    text = "".join(map(_ANSWER.format, range(first, stop))).encode()
    return Run(first, stop, len(text) // (stop - first), text)


@lru_cache(maxsize=8)
def _thousand(thousands: int) -> Run:
    # A template with a sign in the place of the first digits: a tenth of the time of a thousand numbers.
    text = _template().replace(b"@", b"%d" % thousands)
    return Run(thousands * _BLOCK, (thousands + 1) * _BLOCK, len(text) // _BLOCK, text)


@lru_cache(maxsize=1)
def _template() -> bytes:
    return "".join([_ANSWER.format(f"@{rest:03}") for rest in range(_BLOCK)]).encode()
