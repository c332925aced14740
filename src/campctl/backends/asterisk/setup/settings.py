"""What `backend init asterisk` was asked for, checked: every value goes into a file whose syntax it must not break."""

from __future__ import annotations

import ipaddress
import re

from msgspec import Struct

from campctl.errors import UsageError

AMI_PORT, AMI_TLS_PORT = 5038, 5039
SIP_PORT, SIP_TLS_PORT = 5060, 5061
RTP = "10000-19999"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.ASCII)


class Asked(Struct, frozen=True, kw_only=True):
    """The options as given. Empty texts and empty lists: not given."""

    node: str = ""
    bind: str = ""
    sip_port: int = SIP_PORT
    external: str = ""
    local_nets: tuple[str, ...] = ()
    rtp: str = RTP
    ami_user: str = "campctl"
    ami_bind: str = ""
    ami_port: int = 0
    permits: tuple[str, ...] = ()
    tls_cert: str = ""
    tls_key: str = ""
    trunk: str = ""
    trunk_user: str = ""
    trunk_calls: int = 0
    trunk_digits: bool = False
    trunk_ping: int = 0
    line_calls: int = 2
    peers: tuple[str, ...] = ()
    database: str = ""
    home: tuple[str, ...] = ()
    caller_id: str = ""


class Peer(Struct, frozen=True):
    """Another exchange of the campaign."""

    name: str
    host: str
    port: int


class Setup(Struct, frozen=True, kw_only=True):
    """The same, settled. `ami_port` is the port campctl connects to: with a certificate the encrypted one.

    `database` is host, port, name and role of the cluster's PostgreSQL, or nothing.
    """

    node: str
    bind: str
    sip_port: int
    external: str
    local_nets: tuple[str, ...]
    rtp: tuple[int, int]
    ami_user: str
    ami_bind: str
    ami_port: int
    permits: tuple[str, ...]
    tls_cert: str
    tls_key: str
    trunk: Peer | None
    trunk_user: str
    trunk_calls: int
    trunk_prefix: str
    trunk_ping: int
    line_calls: int
    peers: tuple[Peer, ...]
    database: tuple[str, str, str, str] | None
    home: tuple[str, ...]
    caller_id: str

    @property
    def tls(self) -> bool:
        """Whether a certificate was named."""
        return bool(self.tls_cert)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The secrets to ask for, in this order: of accounts that are not campctl's to make."""
        return (("trunk",) if self.trunk_user else ()) + (("database",) if self.database else ())


def settle(asked: Asked) -> Setup:
    """Check everything; `errors.UsageError` names the option that makes no sense, and why."""
    tls = bool(asked.tls_cert)
    if bool(asked.tls_key) != tls:
        raise _bad("--tls-cert", "a certificate and its key go together", "Name both --tls-cert FILE and --tls-key FILE.")
    ami_bind = _address("--ami-bind", asked.ami_bind or "127.0.0.1")
    if not tls and not ipaddress.ip_address(ami_bind).is_loopback:
        raise _bad(
            "--ami-bind",
            f"on {ami_bind} passwords of phones would cross the network in the clear",
            "Name a certificate (--tls-cert, --tls-key), or keep the manager on loopback and reach it through an SSH tunnel.",
        )
    if not ipaddress.ip_address(ami_bind).is_loopback and not asked.permits:
        raise _bad("--ami-bind", "nobody but the machine itself could sign in", "Say where campctl comes from: --ami-permit 192.0.2.7.")
    if asked.trunk_user and not asked.trunk:
        raise _bad("--trunk-user", "there is no trunk to register with", "Name it: --trunk HOST[:PORT].")
    if tls and asked.sip_port == 65_535:
        raise _bad("--sip-port", "with a certificate the next port is needed as well, and there is none after 65535")
    peers = tuple(_peer(text) for text in asked.peers)
    names = [peer.name for peer in peers]
    if len(set(names)) < len(names):
        raise _bad("--peer", "two peers have the same name", "Give each a name of its own.")
    return Setup(
        node=_name("--node", asked.node or "pbx"),
        bind=_address("--bind", asked.bind or "0.0.0.0"),  # noqa: S104 - phones are elsewhere; docs name the firewall
        sip_port=_port("--sip-port", asked.sip_port),
        external=_host("--external", asked.external) if asked.external else "",
        local_nets=tuple(_net("--local-net", net) for net in asked.local_nets) or ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
        rtp=_range("--rtp", asked.rtp),
        ami_user=_name("--ami-user", asked.ami_user),
        ami_bind=ami_bind,
        ami_port=_port("--ami-port", asked.ami_port or (AMI_TLS_PORT if tls else AMI_PORT)),
        permits=tuple(dict.fromkeys(("127.0.0.1/32", "::1/128", *(_net("--ami-permit", net) for net in asked.permits)))),
        tls_cert=_file("--tls-cert", asked.tls_cert),
        tls_key=_file("--tls-key", asked.tls_key),
        trunk=_place("--trunk", "trunk", asked.trunk) if asked.trunk else None,
        trunk_user=_word("--trunk-user", asked.trunk_user) if asked.trunk_user else "",
        trunk_calls=_count("--trunk-calls", asked.trunk_calls),
        trunk_ping=_count("--trunk-ping", asked.trunk_ping),
        trunk_prefix="" if asked.trunk_digits else "+",
        line_calls=_count("--line-calls", asked.line_calls, least=1),
        peers=peers,
        database=_database(asked.database) if asked.database else None,
        home=tuple(_area_code(code) for code in asked.home),
        caller_id=_number("--caller-id", asked.caller_id) if asked.caller_id else "",
    )


def bracketed(host: str) -> str:
    """A host as it stands before a colon and a port."""
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _bad(option: str, why: str, hint: str = "") -> UsageError:
    return UsageError(f"{option}: {why}; nothing was written.", hint=hint)


def _name(option: str, text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,30}", text, re.ASCII) or text == "general":
        raise _bad(option, f"{text!r} is not a name of letters, digits, dots and hyphens")
    return text


def _word(option: str, text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9._~+=-]{1,80}", text, re.ASCII):
        raise _bad(option, f"{text!r} is not the name of an account")
    return text


def _host(option: str, text: str) -> str:
    bare = text.removeprefix("[").removesuffix("]")
    try:
        return _ip(bare)
    except ValueError:
        if len(bare) > 253 or not _HOST.fullmatch(bare):
            raise _bad(option, f"{text!r} is neither an address nor the name of a host") from None
        return bare


def _address(option: str, text: str) -> str:
    try:
        return _ip(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        raise _bad(option, f"{text!r} is not an IP address of this machine", "0.0.0.0 stands for all of them.") from None


def _ip(text: str) -> str:
    """An address in its usual form. What stands behind a % (an interface) may be anything to Python, and not to Asterisk's files."""
    _, percent, zone = text.partition("%")
    if percent and not re.fullmatch(r"[A-Za-z0-9._-]+", zone, re.ASCII):
        raise ValueError(text)
    return str(ipaddress.ip_address(text))


def _net(option: str, text: str) -> str:
    try:
        address, slash, size = text.partition("/")
        return str(ipaddress.ip_network(_ip(address) + slash + size, strict=False))
    except ValueError:
        raise _bad(option, f"{text!r} is not a network", "Write it as 192.0.2.0/24; one address as 192.0.2.7.") from None


def _port(option: str, number: int) -> int:
    if not 1 <= number <= 65_535:
        raise _bad(option, f"{number} is not a port from 1 to 65535")
    return number


def _count(option: str, number: int, least: int = 0) -> int:
    if not least <= number <= 100_000:
        raise _bad(option, f"{number} is not a number from {least} to 100000")
    return number


def _range(option: str, text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{1,5})-(\d{1,5})", text, re.ASCII)
    first, last = (int(match[1]), int(match[2])) if match else (0, 0)
    if not 1024 <= first < last <= 65_535:
        raise _bad(option, f"{text!r} is not a range of ports", f"Write it as {RTP}; a call takes four of them.")
    return first, last


def _file(option: str, text: str) -> str:
    if text and (not text.startswith("/") or not text.isprintable() or re.search(r"[;\[\]\s]", text)):
        raise _bad(option, f"{text!r} is not the full path of a file on Asterisk's machine")
    return text


def _place(option: str, name: str, text: str) -> Peer:
    match = re.fullmatch(r"(\[[^\]]+\]|[^:]+)(?::(\d{1,5}))?", text, re.ASCII)
    if match is None:
        raise _bad(option, f"{text!r} is not HOST or HOST:PORT", "An IPv6 address stands in brackets: [2001:db8::1]:5060.")
    return Peer(name, _host(option, match[1]), _port(option, int(match[2] or SIP_PORT)))


def _peer(text: str) -> Peer:
    name, separator, place = text.partition("=")
    if not separator or not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,20}", name, re.ASCII):
        raise _bad("--peer", f"{text!r} is not NAME=HOST[:PORT], with a name of small letters, digits and hyphens")
    return _place("--peer", name, place)


def _database(text: str) -> tuple[str, str, str, str]:
    from campctl.backends.asterisk.sql.url import PORT, parse

    try:
        found = parse(text).parameters
    except ValueError as fault:
        raise _bad("--database", str(fault)) from None
    host, port = found.get("host") or found.get("hostaddr") or "127.0.0.1", found.get("port", str(PORT))
    values = (host.split(",")[0], port.split(",")[0], found.get("dbname", ""), found.get("user", "asterisk"))
    if not all(re.fullmatch(r"[A-Za-z0-9._:/-]+", value, re.ASCII) for value in values):
        raise _bad("--database", "its host, name or role has signs that Asterisk's files cannot hold")
    return values


def _area_code(text: str) -> str:
    if not re.fullmatch(r"[2-9]\d\d", text, re.ASCII):
        raise _bad("--home", f"{text!r} is not an area code", "Write its three digits; several with commas: 312,773,872.")
    return text


def _number(option: str, text: str) -> str:
    if not re.fullmatch(r"\+?[1-9]\d{6,14}", text, re.ASCII):
        raise _bad(option, f"{text!r} is not a number such as +13125550100")
    return text.removeprefix("+")
