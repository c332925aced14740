"""What phones and callers made of sipp do, as its scenarios: steps between `<scenario>` and `</scenario>`."""

from __future__ import annotations

from servers.sip import Message

REFUSALS = (400, 403, 404, 408, 410, 480, 484, 486, 487, 488, 500, 502, 503, 504, 600, 603, 604)


def _send(text: str, more: str = "") -> str:
    lines = "\n".join(line.strip() for line in text.strip().splitlines())
    return f"<send {more}><![CDATA[\n\n{lines}\n\n]]></send>"


_SDP = """Content-Type: application/sdp
Content-Length: [len]

v=0
o=- 1 1 IN IP[local_ip_type] [local_ip]
s=-
c=IN IP[media_ip_type] [media_ip]
t=0 0
m=audio [media_port] RTP/AVP 0 8
a=rtpmap:0 PCMU/8000
a=rtpmap:8 PCMA/8000"""


TOLD = "MESSAGE"
"""A request of this method for a call, from whoever tells the phone: take it, give it up, hang up (`told`)."""


def told(message: Message) -> bytes:
    """What tells a phone to do the next thing with the call of a message, which it may take for the answer to that."""
    lines = (
        f"{TOLD} sip:phone@127.0.0.1 SIP/2.0", f"Via: {message['via']}", "From: <sip:test@127.0.0.1>;tag=t",
        "To: <sip:phone@127.0.0.1>", f"Call-ID: {message.call}", f"CSeq: 1 {TOLD}", "Max-Forwards: 70", "Content-Length: 0", "", "",
    )  # fmt: skip
    return "\r\n".join(lines).encode()


def calls(user: str, talk: float, *, patience: float = 3600, secret: bool = False) -> str:
    """Call, talk for so many seconds (unless the other side hangs up first), hang up; with `secret` a password is asked for.

    Who is not answered within `patience` seconds of the last sign gives up. Told to, the caller gives up or hangs up at once.
    """

    def request(number: int, authentication: str) -> str:
        return _send(
            f"""INVITE sip:[service]@[remote_ip]:[remote_port] SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
            From: <sip:{user}@[local_ip]:[local_port]>;tag=[call_number]c
            To: <sip:[service]@[remote_ip]:[remote_port]>
            Call-ID: [call_id]
            CSeq: {number} INVITE
            Contact: <sip:{user}@[local_ip]:[local_port]>
            {authentication}
            Max-Forwards: 70
            """
            + _SDP, 'retrans="500"',
        )  # fmt: skip

    def ack(number: int, to: str = "[next_url]") -> str:
        return _send(f"""ACK {to} SIP/2.0
            Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
            [routes]
            From: <sip:{user}@[local_ip]:[local_port]>;tag=[call_number]c
            [last_To:]
            Call-ID: [call_id]
            CSeq: {number} ACK
            Max-Forwards: 70
            Content-Length: 0""")

    asked = ""
    last = 1
    if secret:
        asked = (
            request(1, "X-Try: first")
            + '<recv response="100" optional="true"/><recv response="401" auth="true"/>'
            + ack(1, "sip:[service]@[remote_ip]:[remote_port]")
        )
        last = 2
    up_to = f'timeout="{int(patience * 1000)}" ontimeout="5"'
    provisional = "".join(f'<recv response="{status}" optional="true" {up_to}/>' for status in (100, 180, 181, 182, 183))
    refused = "".join(f'<recv response="{status}" optional="true" next="8" {up_to}/>' for status in REFUSALS)
    given_up = f'<recv request="{TOLD}" optional="true" next="5" {up_to}/>'
    cancel = _send(f"""CANCEL sip:[service]@[remote_ip]:[remote_port] SIP/2.0
        [last_Via:]
        From: <sip:{user}@[local_ip]:[local_port]>;tag=[call_number]c
        To: <sip:[service]@[remote_ip]:[remote_port]>
        Call-ID: [call_id]
        CSeq: {last} CANCEL
        Max-Forwards: 70
        Content-Length: 0""", 'retrans="500"')  # fmt: skip
    bye = _send(f"""BYE [next_url] SIP/2.0
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
        From: <sip:{user}@[local_ip]:[local_port]>;tag=[call_number]c
        To:[$to]
        Call-ID: [call_id]
        CSeq: {last + 1} BYE
        Max-Forwards: 70
        Content-Length: 0""", 'retrans="500"')  # fmt: skip
    return (
        asked + request(last, "[authentication]" if secret else "X-Try: first") + provisional + given_up + refused
        + f'<recv response="200" rrs="true" {up_to}><action>' + _keep("To") + "</action></recv>" + ack(last)
        + _until_bye(f'timeout="{int(talk * 1000)}" ontimeout="6"', 7, 6)
        + f'<label id="6"/>{bye}<recv response="200" next="9"/>'
        + f'<label id="7"/>{_reply("200 OK")}<pause milliseconds="1" next="9"/>'
        + f'<label id="5"/>{cancel}<recv response="200"/><recv response="487"/>'
        + f'<label id="8"/>{ack(last, "sip:[service]@[remote_ip]:[remote_port]")}'
        + '<label id="9"/>'
    )  # fmt: skip


def _keep(*headers: str) -> str:
    """Remember them as $to, $from, ..."""
    return "".join(f'<ereg regexp=".*" search_in="hdr" header="{name}:" assign_to="{name.lower()}"/>' for name in headers)


def _until_bye(wait: str, done: int, over: int) -> str:
    """Wait for BYE, then go to `done`, or for being told, then to `over`; other media being offered in between is agreed to.

    A wait ends by the first step's clock.
    """
    return (
        '<label id="4"/>' + f'<recv request="INVITE" optional="true" next="2" {wait}/>'
        + f'<recv request="{TOLD}" optional="true" next="{over}" {wait}/><recv request="BYE" {wait} next="{done}"/>'
        + '<label id="2"/>' + _send(f"""SIP/2.0 200 OK
        [last_Via:]
        [last_From:]
        [last_To:]
        [last_Call-ID:]
        [last_CSeq:]
        Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
        {_SDP}""", 'retrans="500"')
        + f'<recv request="{TOLD}" optional="true" next="10"/><recv request="ACK" next="4"/>'
        + f'<label id="10"/><recv request="ACK" next="{over}"/>'
    )  # fmt: skip


def _reply(status: str, body: str = "Content-Length: 0", more: str = "") -> str:
    return _send(f"""SIP/2.0 {status}
        [last_Via:]
        [last_From:]
        [last_To:];tag=[pid]p[call_number]
        [last_Call-ID:]
        [last_CSeq:]
        Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
        {body}""", more)  # fmt: skip


def takes(after: float, talk: float) -> str:
    """Take a call after ringing for so many seconds, hang up after `talk`; 0: never. Either at once when told to.

    A caller who gives up is let go.
    """
    ring = f'timeout="{max(1, int(after * 1000))}" ontimeout="3"'
    wait = 'timeout="3600000"' if not talk else f'timeout="{int(talk * 1000)}" ontimeout="5"'
    return (
        '<recv request="INVITE" rrs="true"><action>' + _keep("From", "To", "CSeq", "Via") + "</action></recv>"
        + _reply("100 Trying") + '<label id="11"/>' + _reply("180 Ringing")
        # To a phone that the machine held up for a second it is sent again and again, and sipp by itself bears one copy only.
        + f'<recv request="INVITE" optional="true" next="11" {ring}/>'
        + f'<recv request="{TOLD}" optional="true" next="3" {ring}/><recv request="CANCEL" {ring} next="7"/>'
        + f'<label id="3"/>{_answer()}'
        + '<recv request="ACK"/>'
        + _until_bye(wait, 6, 5)
        + f'<label id="5"/>{_hangs_up()}<recv response="200" next="9"/>'
        + f'<label id="6"/>{_reply("200 OK")}<pause milliseconds="1" next="9"/>'
        + f'<label id="7"/>{_reply("200 OK")}{_terminated()}<recv request="ACK"/>'
        + '<label id="9"/>'
    )  # fmt: skip


def _answer() -> str:
    """200 to the INVITE, whatever came last."""
    return _send(f"""SIP/2.0 200 OK
        Via:[$via]
        From:[$from]
        To:[$to];tag=[pid]p[call_number]
        Call-ID: [call_id]
        CSeq:[$cseq]
        Contact: <sip:sipp@[local_ip]:[local_port];transport=[transport]>
        {_SDP}""", 'retrans="500"')  # fmt: skip


def _terminated() -> str:
    return _send("""SIP/2.0 487 Request Terminated
        Via:[$via]
        From:[$from]
        To:[$to];tag=[pid]p[call_number]
        Call-ID: [call_id]
        CSeq:[$cseq]
        Content-Length: 0""", 'retrans="500"')  # fmt: skip


def _hangs_up() -> str:
    return _send("""BYE [next_url] SIP/2.0
        Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
        From:[$to];tag=[pid]p[call_number]
        To:[$from]
        Call-ID: [call_id]
        CSeq: 1 BYE
        Max-Forwards: 70
        Content-Length: 0""", 'retrans="500"')  # fmt: skip


def refuses(status: int) -> str:
    """Refuse each call."""
    line = f"{status} {_WORDS.get(status, 'No')}"
    return f'<recv request="INVITE"/>{_reply(line)}<recv request="ACK"/>'


_WORDS = {486: "Busy Here", 480: "Temporarily Unavailable", 603: "Decline", 404: "Not Found", 503: "Service Unavailable"}
