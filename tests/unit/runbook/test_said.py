"""What a step's process said, read to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

import pytest

from campctl.app.running_books_hands import ROUNDS, _Said


@pytest.mark.parametrize(("words", "end", "read"), [(5, True, 5), (2, False, 2), (10 * ROUNDS, False, ROUNDS)])
def test_what_was_said_before_the_end_is_read(monkeypatch: pytest.MonkeyPatch, words: int, end: bool, read: int) -> None:
    """However slow the machine: as long as something comes. Who stays behind and is silent, or never silent, is not waited for."""

    async def passes(_: Iterable[object], *, timeout: float) -> None:  # noqa: ASYNC109 - as asyncio's
        await asyncio.sleep(0)

    async def main() -> int:
        stream, said = asyncio.StreamReader(), _Said()
        reading = asyncio.ensure_future(said.read(stream))
        await asyncio.sleep(0)

        async def speaks() -> None:
            for _ in range(words):
                stream.feed_data(b"x")
                await asyncio.sleep(0)
            if end:
                stream.feed_eof()

        speaking = asyncio.ensure_future(speaks())
        await asyncio.sleep(0)
        await said.rest(reading)
        for task in (reading, speaking):
            task.cancel()
        return len(said.text)

    monkeypatch.setattr("campctl.app.running_books_hands.asyncio.wait", passes)
    assert abs(asyncio.run(main()) - read) <= 1
