"""Many DBPuts at once: written as each by itself would be, and answered as each by itself is, however the answers arrive."""

from __future__ import annotations

import asyncio
import select
import socket
import sys
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from campctl.backends.asterisk.ami import MAX_LINE, Puts, put, refused
from campctl.backends.asterisk.ami.connection import Connection
from campctl.backends.asterisk.ami.puts import plain
from campctl.backends.asterisk.ami.reading import ALL, CHUNK, Direct, Waking
from campctl.backends.asterisk.ami.runs import begins, run_of
from campctl.backends.asterisk.ami.wire import encode
from campctl.errors import Refused, Uncertain
from campctl.testing.samples import TEXTS

TEXT = st.one_of(st.text(max_size=6), st.sampled_from([*TEXTS, "x", "{}", "a: b"]), st.text(" ~<>|@aé\u2028\x7f\u200d\n", max_size=4))
NUMBERS = st.one_of(st.integers(1, 30), st.integers(990, 1010), st.integers(9_990, 10_010), st.integers(999_990, 1_000_010))


def done(number: int) -> str:
    """How Asterisk says so."""
    return f"Response: Success\r\nActionID: {number}\r\nMessage: Updated database successfully\r\n\r\n"


# -- writing --


@settings(max_examples=50)
@given(st.lists(st.tuples(st.sampled_from(["ext", "ps/auth"]), TEXT, TEXT), max_size=12), NUMBERS, st.integers(0, 15), st.integers(0, 15))
def test_they_are_written_as_each_by_itself(rows: list[tuple[str, str, str]], number: int, start: int, count: int) -> None:
    """Byte for byte, any part of them from any number on; and what cannot be sent is never among them."""
    puts = Puts()
    families, keys, values = ([row[n] for row in rows] for n in range(3))
    if not puts.add(families, keys, values):
        assert len(puts) == 0
        return
    assert list(puts) == [put(*row) for row in rows]
    assert list(puts[start : start + count]) == list(puts)[start : start + count]
    wanted = [encode(put(*row), n) for n, row in enumerate(rows[start : start + count], number)]
    assert puts.encoded(start, start + count, number) == wanted
    assert puts.joined(start, start + count, number) == b"".join(wanted)


@given(st.lists(TEXT, min_size=1, max_size=4))
def test_nothing_is_plain_that_asterisk_would_misread(texts: list[str]) -> None:
    """Plain is what a request can carry; what is ASCII and can be carried without a control character is plain."""
    sendable = True
    for text in texts:
        try:
            encode(put("f", text, "x"), 1)
        except Refused:
            sendable = False
    assert sendable or not plain(texts)
    if sendable and all(text.isascii() and text.isprintable() for text in texts):
        assert plain(texts)


@pytest.mark.parametrize("sign", [chr(code) for code in (*range(32), 127)], ids=repr)
def test_a_control_character_is_not_plain(sign: str) -> None:
    """Wherever it stands, alone and among others, beside ASCII and beside anything else."""
    assert not plain([f"x{sign}y"])
    assert not plain(["a", f"é{sign}", "b"])
    assert not Puts().add("f", ["a", "b"], ["x", f"{sign}y"])


def test_thousands_are_numbered_through() -> None:
    """Over every border of the blocks that numbers are made in."""
    puts = Puts()
    assert puts.add("ext", [str(n) for n in range(2500)], "x")
    for first in (1, 998, 1000, 1999, 9_500, 99_999):
        assert puts.joined(0, 2500, first) == b"".join(encode(request, n) for n, request in enumerate(puts, first))


@pytest.mark.parametrize("value", ["", "x", "{}", "Zoë", "李雷", "x" * (MAX_LINE - 80), "é" * 300])
def test_plain_ones_go_together(value: str) -> None:
    """Nothing that an apply sends thousands of is looked at one by one."""
    puts = Puts()
    assert puts.add("f", ["k", "l"], ["x", value])
    assert puts.add("g", ["m"], value)
    assert puts.joined(0, 3, 7) == encode(put("f", "k", "x"), 7) + encode(put("f", "l", value), 8) + encode(put("g", "m", value), 9)


@pytest.mark.parametrize("value", [" x", "x\r\ny", "x\ny", "x\0", "\ud800", "x" * MAX_LINE, "é" * (MAX_LINE // 2)])
def test_odd_ones_do_not(value: str) -> None:
    """Blanks in front, line ends, half characters, lines too long: the request by itself says why not."""
    puts = Puts()
    assert puts.add("f", ["k"], "x")
    for odd in (("f", ["k", "l"], ["x", value]), ("f", ["k", value], "x"), (["f", value], ["k", "l"], "x"), (value, ["k"], "x")):
        assert not puts.add(*odd)
        assert len(puts) == 1


def test_columns_of_different_lengths_are_a_mistake() -> None:
    """Rather than rows left out."""
    with pytest.raises(ValueError, match="zip"):
        Puts().add("f", ["k", "l"], ["x"])


# -- answers --


@given(NUMBERS, st.integers(1, 12), st.integers(0, 40))
def test_a_run_is_what_each_answer_is(number: int, count: int, cut: int) -> None:
    """Complete ones are counted, whatever there is of the next; one that is another in a single byte ends it."""
    run = run_of(number)
    count = min(count, run.stop - number)
    data = b"Event: X\r\n\r\n" + "".join(map(done, range(number, number + count))).encode()
    assert begins(data, 12) == number
    assert run.agrees(number, run.stop - number, data, 12) == count
    assert run.agrees(number, count, data[:-1], 12) == count - 1
    assert run.agrees(number, count + 5, data + done(number + count).encode()[:cut], 12) == count or number + count == run.stop
    at = 12 + (cut * 7) % (len(data) - 12)
    assert run.agrees(number, count, data[:at] + b"#" + data[at + 1 :], 12) == 0


@pytest.mark.parametrize(
    "data", [b"", b"Response: Success\r\nActionID: 12", b"Response: Error\r\nActionID: 1\r\n", b"Event: X\r\nActionID: 4\r\n"]
)
def test_what_is_no_such_answer_has_no_number(data: bytes) -> None:
    """Nor has one of which too little is there."""
    assert begins(data) == 0
    assert begins(b"Response: Success\r\nActionID: 012\r\n") == begins(b"Response: Success\r\nActionID: -1\r\n") == 0


class Nowhere:
    """A writer that keeps what is written."""

    def __init__(self) -> None:
        self.transport = self
        self.data = b""

    def get_extra_info(self, name: str) -> None:
        """It is no socket."""

    def write(self, data: bytes) -> None:
        """More."""
        self.data += data

    async def drain(self) -> None:
        """There is always room."""

    async def wait_closed(self) -> None:
        """It is."""

    def abort(self) -> None:
        """Nothing to break off."""


async def answered(stream: bytes, sizes: list[int], counts: list[int], single: int) -> tuple[list[Any], list[str]]:
    """What becomes of so many DBPuts in each batch, after `single` other requests, when `stream` arrives in such pieces; and the events."""
    events: list[str] = []
    reader, writer = Direct(limit=CHUNK), Nowhere()
    connection = Connection(reader, writer, label="x", backend="b", on_event=events.append)  # type: ignore[arg-type]
    connection.start([put("f", "k", "x")] * single, single)
    batches = []
    for count in counts:
        puts = Puts()
        assert puts.add("f", [str(n) for n in range(count)], "x")
        batches.append(connection.start(puts, count))
    at = 0
    for size in [*sizes, len(stream)]:
        if piece := stream[at : at + size]:
            reader.feed_data(piece)
        at += size
    found: list[Any] = [answer for batch in batches for answer in batch.results()]
    reader.feed_eof()
    await connection.close()
    return found, events


@settings(max_examples=50)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=4),
    st.sets(st.integers(0, 80), max_size=5),
    st.sets(st.integers(0, 80), max_size=3),
    st.lists(st.one_of(st.integers(1, 100), st.integers(60, 3000)), max_size=30),
    st.sampled_from([0, 5, 95, 985]),
)
@example([30], set(), set(), [83] * 40, 995)
@example([3, 3], {2}, {3}, [1] * 800, 0)
def test_answers_are_told_however_they_arrive(
    counts: list[int], refusals: set[int], between: set[int], sizes: list[int], single: int
) -> None:
    """Batch after batch, events in between, refusals among them, cut anywhere: each request has its own answer."""
    total = sum(counts)
    stream = ""
    for n in range(total):
        number = single + n + 1
        if n in between:
            stream += "Event: Reload\r\nModule: x\r\n\r\n"
        stream += f"Response: Error\r\nActionID: {number}\r\nMessage: no {n}\r\n\r\n" if n in refusals else done(number)
    found, events = asyncio.run(answered(stream.encode(), sizes, counts, single))
    assert [refused(answer) for answer in found] == [f"no {n}" if n in refusals else None for n in range(total)]
    assert len(events) == len([n for n in between if n < total])


def test_an_answer_twice_or_to_another_is_no_answer() -> None:
    """Only what was asked, and once; the rest stays waited for, and ends as uncertain."""
    stream = "".join(map(done, [1, 2, 2, 1, 9, 4]))
    found, events = asyncio.run(answered(stream.encode(), [], [5], 0))
    assert [isinstance(answer, Uncertain) for answer in found] == [False, False, True, False, True]
    assert len(events) == 3


def test_an_answer_inside_of_another_message_is_a_part_of_it() -> None:
    """A message that has begun goes on to its end, whatever a piece of it looks like by itself."""
    begun = "Event: X\r\n" + "A: b\r\n" * 30
    found, events = asyncio.run(answered((begun + done(1) + done(2)).encode(), [len(begun)], [2], 0))
    assert isinstance(found[0], Uncertain)
    assert refused(found[1]) is None
    assert events == []


# -- waking --


def readable(sock: socket.socket) -> bool:
    """Whether who waits for it would be woken."""
    return bool(select.select([sock], [], [], 0)[0])


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux is told how much to wait for")
def test_it_wakes_when_as_much_is_there_as_was_said() -> None:
    """Not before; at once when less is enough, or when there will be no more."""

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as mine:
            other, _ = server.accept()
            with other:
                mine.setblocking(False)
                waking = Waking(mine)
                waking.at(100)
                other.sendall(b"x" * 99)
                assert not readable(mine)
                other.sendall(b"x")
                assert select.select([mine], [], [], 10)[0]
                mine.recv(100)
                other.sendall(b"x")
                assert not readable(mine)
                waking.at(ALL)
                assert select.select([mine], [], [], 10)[0]
                waking.at(1000)
                assert not readable(mine)
                await asyncio.wait_for(asyncio.get_running_loop().sock_recv(mine, 1), 10)  # whatever there is: after a moment
                waking.at(1000)
                other.close()
                assert select.select([mine], [], [], 10)[0]
                waking.close()

    asyncio.run(main())


def test_a_socket_that_cannot_be_told_is_let_be() -> None:
    """Whatever comes wakes then, as without it."""

    class Stubborn:
        asked = 0

        def setsockopt(self, *_: Any) -> None:
            self.asked += 1
            raise OSError("no such option")

    async def main() -> None:
        sock = Stubborn()
        waking = Waking(sock)
        waking.at(100)
        waking.at(200)
        waking.close()
        waking.at(300)
        assert sock.asked <= 2
        Waking(None).at(100)

    asyncio.run(main())
