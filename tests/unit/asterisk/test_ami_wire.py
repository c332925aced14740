"""The manager interface's wire format: what is written, what is refused, how a stream is cut."""

from __future__ import annotations

import socket
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from campctl.backends.asterisk.ami import MAX_LINE, MAX_LINES, Edit, Message, Reply, Request, edit_requests, put
from campctl.backends.asterisk.ami.sealed import AHEAD, BUFFER, Records, Whole
from campctl.backends.asterisk.ami.wire import MAX_MESSAGE, Frames, action_id, encode
from campctl.errors import Refused


def test_a_request_is_written_in_order_with_repeated_fields() -> None:
    """Fields keep their order, and a name may come twice."""
    request = Request("Originate", [("Channel", "Local/1"), ("Variable", "A=1"), ("Variable", "B=é")])
    expected = "Action: Originate\r\nActionID: 7\r\nChannel: Local/1\r\nVariable: A=1\r\nVariable: B=é\r\n\r\n"
    assert encode(request, 7) == expected.encode()


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ("x\r\nAction: Originate", "line end"),
        ("x\ny", "line end"),
        ("x\ry", "line end"),
        ("x\0y", "NUL"),
        (" x", "begins with a blank"),
        ("\tx", "begins with a blank"),
        ("x" * (MAX_LINE - 4), "1,023 bytes"),
        ("é" * (MAX_LINE // 2), "line too long"),
    ],
    ids=["injection", "lf", "cr", "nul", "blank", "tab", "long", "long in bytes"],
)
def test_what_asterisk_would_misread_is_refused(value: str, word: str) -> None:
    """A value that would be cut, altered or read as another field never leaves, and is not shown."""
    with pytest.raises(Refused, match=word) as caught:
        encode(put("secret-family", "key", value), 1)
    assert value.strip() not in caught.value.message + caught.value.hint
    assert "nothing was sent" in caught.value.message


@pytest.mark.parametrize("value", ["", "x", "x ", "a: b", "x" * (MAX_LINE - 5), "{}", "é"])
def test_what_fits_is_sent(value: str) -> None:
    """Up to the last byte of the line, the empty value too."""
    assert encode(put("f", "k", value), 1).endswith(f"Val: {value}\r\n\r\n".encode())


def test_half_a_character_is_refused() -> None:
    """A lone surrogate has no bytes."""
    with pytest.raises(Refused, match="not Unicode"):
        encode(put("f", "k", "\ud800"), 1)


def test_a_name_may_not_carry_a_line_end() -> None:
    """Fields' names are held to the same rule as values."""
    with pytest.raises(Refused):
        encode(Request("Ping", {"A\r\nB": "x"}), 1)


def test_a_request_of_too_many_lines_is_refused() -> None:
    """Asterisk reads 128 lines of one request."""
    encode(Request("UserEvent", {f"H{n}": "x" for n in range(MAX_LINES - 2)}), 1)
    with pytest.raises(Refused, match="129 lines"):
        encode(Request("UserEvent", {f"H{n}": "x" for n in range(MAX_LINES - 1)}), 1)


@pytest.mark.parametrize(
    ("request_", "reads"),
    [
        (Request("DBPut"), False),
        (Request("DBGetTree"), True),
        (Request("PJSIPShowEndpoints"), True),
        (Request("QueueAdd"), False),
        (Request("Command", {"Command": "core show uptime"}), True),
        (Request("Command", {"Command": "core restart now"}), False),
        (Request("Command", {"Command": "pjsip reload qualify aor x"}), False),
        (Request("PJSIPSetMaintenance"), False),
    ],
    ids=lambda value: value.action if isinstance(value, Request) else "",
)
def test_what_can_have_an_effect_is_known(request_: Request, reads: bool) -> None:
    """Only a request that can change nothing is safe to ask again when its answer is lost."""
    assert request_.reads_only is reads


MESSAGES = ["Response: Success\r\nActionID: 1\r\nMessage: é", "Event: X\r\nA: b\r\nA: c: d\r\nActionID: 2", "Event: Y\r\nEmpty: "]


@given(st.lists(st.integers(1, 60), max_size=30))
def test_messages_are_cut_the_same_however_they_arrive(sizes: list[int]) -> None:
    """Any splitting of the stream, also within a character or a line end, gives the same messages."""
    stream = "".join(f"{message}\r\n\r\n" for message in MESSAGES).encode()
    frames, found, at = Frames(), [], 0
    for size in [*sizes, len(stream)]:
        found += frames.feed(stream[at : at + size])
        at += size
    assert found == MESSAGES
    assert frames.waiting == 0


_DATA_SEGS_OUT = 156
"""Where Linux's tcp_info counts the segments with data that were sent."""
_RETRANSMITTED = 100
"""Those that were sent again: also when the machine was only too busy to say in time that they had come."""
REQUESTS = st.lists(st.lists(st.integers(0, 1010), min_size=1, max_size=60), min_size=1, max_size=20)


@given(REQUESTS)
def test_tls_records_hold_whole_lines(requests: list[list[int]]) -> None:
    """Each fits Asterisk's buffer and ends with a line; together they are what was to be sent, however late it is answered."""
    all_of_it = [encode(Request("A", [(f"L{n}", "x" * size) for n, size in enumerate(sizes)]), 1) for sizes in requests]
    sent: list[bytes] = []
    records = Records(sent.append)
    for number, data in enumerate(all_of_it, 1):
        records.put(number, data)
        records.flush()
    for number in range(1, len(all_of_it) + 1):
        assert b"".join(sent).startswith(b"".join(all_of_it[:number]))
        records.read(number)
    assert b"".join(sent) == b"".join(all_of_it)
    assert all(len(piece) <= 1024 and piece.endswith(b"\r\n") for piece in sent)


@given(REQUESTS)
@example([[967]] * 16 + [[250], [400]])  # the last two fit one record, of which only the first has room
def test_little_is_sent_over_tls_that_was_not_read(requests: list[list[int]]) -> None:
    """Unless it is one request, of which Asterisk must have all before it answers."""
    sent: list[bytes] = []
    records = Records(sent.append)
    sizes = []
    for number, lines in enumerate(requests, 1):
        data = encode(Request("A", [(f"L{n}", "x" * size) for n, size in enumerate(lines)]), number)
        records.put(number, data)
        sizes.append(len(data))
    for number in range(1, len(sizes) + 1):
        records.flush()
        under_way = len(b"".join(sent)) - sum(sizes[: number - 1])
        assert under_way <= max(AHEAD, sizes[number - 1] + BUFFER)
        records.read(number)


def test_what_is_sent_at_once_stays_together() -> None:
    """A socket of such a connection marks the end of what it sends: the system joins nothing to it."""
    if sys.platform != "linux":
        pytest.skip("only Linux has this for TCP")
    with socket.create_server(("127.0.0.1", 0)) as server, Whole() as sock:
        sock.connect(server.getsockname())
        other, _ = server.accept()
        with other:
            other.settimeout(10)
            for _ in range(400):
                assert sock.send(b"x" * 100) == 100
            received = 0
            while received < 40_000:
                received += len(other.recv(65536))
        info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    sent, again = (int.from_bytes(info[at : at + 4], sys.byteorder) for at in (_DATA_SEGS_OUT, _RETRANSMITTED))
    assert sent - again == 400  # 36 of a plain socket


def test_a_message_without_end_is_given_up() -> None:
    """A flood without an empty line does not fill the memory."""
    frames = Frames()
    for _ in range(MAX_MESSAGE // (1 << 20)):
        frames.feed(b"x" * (1 << 20))
    assert not frames.fault
    frames.feed(b"x")
    assert "more than" in frames.fault


def test_a_nul_is_no_ami() -> None:
    """No manager sends a NUL; messages in front of it count."""
    frames = Frames()
    assert frames.feed(b"Event: W\r\n\r\nEvent: X\0\r\n\r\nEvent: Y\r\n\r\n") == ["Event: W"]
    assert "NUL" in frames.fault
    assert Frames().feed(b"\0\r\n\r\n") == []


def test_fields_are_found() -> None:
    """By name, all of a name, and in order; only the first colon separates."""
    message = Message(MESSAGES[1])
    assert (message.event, message.get("A"), message.all("A"), message.get("B", "none")) == ("X", "c: d", ["b", "c: d"], "none")
    assert Message(MESSAGES[2]).fields == {"Event": "Y", "Empty": ""}
    reply = Reply(MESSAGES[0])
    assert (reply.ok, reply.message, reply.event) == (True, "é", "")
    assert not Reply("Response: Error\r\nMessage: no").ok


def test_no_value_shows_in_a_repr() -> None:
    """Rows of AstDB hold the secrets of phones."""
    row = Message('Event: DBGetTreeResponse\r\nKey: /ps/auth/a\r\nVal: {"password":"hunter2"}\r\nActionID: 4')
    assert "hunter2" not in repr(row) + str(row) + repr([row]) + f"{row}"
    assert "DBGetTreeResponse" in repr(row)


def test_the_last_action_id_counts() -> None:
    """A value with another one in it does not pass for it."""
    assert action_id("Event: E\r\nVal: x\r\nActionID: 9\r\nActionID: 4") == "4"
    assert action_id("Response: Success\r\nActionID: 12\r\nMessage: m") == "12"
    assert action_id("Event: E\r\nVal: ActionID: 9") == ""


def test_edits_are_cut_into_requests_that_fit() -> None:
    """No request has more than 128 lines, every edit is in one, and numbering begins anew in each."""
    edits = [Edit("NewCat", "vp"), *(Edit("Append", "vp", f"option{n}", "x") for n in range(100))]
    requests = edit_requests("queues.conf", edits)
    assert len(requests) == 4
    assert all(len(list(request.fields)) + 2 <= MAX_LINES for request in requests)
    names = [value for request in requests for name, value in request.fields if name.startswith("Var-")]  # type: ignore[misc,str-unpack]
    assert names == [f"option{n}" for n in range(100)]
    assert all("Action-000000" in dict(request.fields) for request in requests)


@pytest.mark.parametrize(
    "edit",
    [
        Edit("NewCat", ""),
        Edit("NewCat", "a]b"),
        Edit("Append", "a", "x=y", "1"),
        Edit("Append", "a", "x", "1 "),
        Edit("Append", "a", "x", ">1"),
        Edit("Append", "a", "x", "1\r\n[b]"),
    ],
)
def test_edits_the_file_would_misread_are_refused(edit: Edit) -> None:
    """A section, option or value that the file's syntax would turn into something else is refused before sending."""
    with pytest.raises(Refused):
        [encode(request, 1) for request in edit_requests("queues.conf", [edit])]
