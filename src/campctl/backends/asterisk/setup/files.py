"""The files of a configuration, by name; which dialplan campctl wants; what each file is for."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from importlib.resources import files as resources

from campctl.backends.asterisk.facts.render import REALM
from campctl.backends.asterisk.setup.fill import Values, fill
from campctl.backends.asterisk.setup.nanp import ABROAD, NEVER, TOLL_FREE
from campctl.backends.asterisk.setup.settings import AMI_PORT, SIP_TLS_PORT, Peer, Setup, bracketed

DIALPLAN = 2
"""Version of the dialplan in the templates, its global CAMPCTL_DIALPLAN; counts up when campctl needs a newer one."""
README = "INSTALL.txt"
HINTS: Mapping[str, str] = {
    "acl.conf": "empty; Asterisk looks for it",
    "asterisk.conf": "name of the machine, dangerous functions off",
    "ccss.conf": "empty; Asterisk looks for it",
    "cdr.conf": "no records of calls",
    "cel.conf": "no records of calls",
    "extconfig.conf": "tables of the cluster's PostgreSQL",
    "extensions.conf": "the dialplan; it never changes",
    "features.conf": "no transfers or pick-up by keys",
    "geolocation.conf": "addresses for emergency calls; campctl writes it",
    "http.conf": "the web server is off",
    "indications.conf": "tones",
    "logger.conf": "log files, refused passwords among them",
    "manager.conf": "campctl's way in: its password, from where, what it may do",
    "modules.conf": "what is loaded, and nothing else",
    "musiconhold.conf": "what waiting callers hear",
    "pjproject.conf": "empty; Asterisk looks for it",
    "pjsip.conf": "SIP: where it listens, trunk, peers",
    "queuerules.conf": "when levels of a hotline join in; campctl writes it",
    "queues.conf": "hotlines; campctl writes it",
    "res_pgsql.conf": "the cluster's PostgreSQL: host, role, password",
    "rtp.conf": "ports of voice",
    "sorcery.conf": "where lines are kept",
    "stasis.conf": "empty; Asterisk looks for it",
    "udptl.conf": "empty; Asterisk looks for it",
    "websocket_client.conf": "empty; Asterisk looks for it",
}
"""Every file and what it is for."""
CLUSTER_ONLY = frozenset(("extconfig.conf", "res_pgsql.conf"))


def files(setup: Setup, secrets: Mapping[str, str]) -> dict[str, str]:
    """File name to its text. `secrets`: "manager", and "trunk" and "database" where the set-up asks for them."""
    values = _values(setup, secrets)
    folder = resources("campctl.backends.asterisk.setup").joinpath("templates")
    names = [name for name in HINTS if setup.database or name not in CLUSTER_ONLY]
    return {name: fill(folder.joinpath(name).read_text(encoding="utf-8"), values) for name in names}


def _values(setup: Setup, secrets: Mapping[str, str]) -> Values:
    host, port, name, role = setup.database or ("", "", "", "")
    return {
        **_sip(setup),
        **_manager(setup),
        **_numbers(setup),
        "NODE": setup.node,
        "REALM": REALM,
        "DIALPLAN": str(DIALPLAN),
        "RTP_FIRST": str(setup.rtp[0]),
        "RTP_LAST": str(setup.rtp[1]),
        "tls": setup.tls,
        "TLS_CERT": setup.tls_cert,
        "TLS_KEY": setup.tls_key,
        "database": setup.database is not None,
        "WHERE": "the cluster's PostgreSQL" if setup.database else "AstDB",
        "DB_HOST": host,
        "DB_PORT": port,
        "DB_NAME": name,
        "DB_USER": role,
        "AMI_SECRET": _safe(secrets["manager"]),
        "TRUNK_SECRET": _safe(secrets.get("trunk", "")),
        "DB_SECRET": _safe(secrets.get("database", "")),
    }


def _sip(setup: Setup) -> Values:
    trunk = setup.trunk or Peer("", "", 0)
    peers = [{"NAME": peer.name, "HOST": bracketed(peer.host), "PORT": str(peer.port)} for peer in setup.peers]
    return {
        "SIP_BIND": f"{bracketed(setup.bind)}:{setup.sip_port}",
        "SIP_TLS_BIND": f"{bracketed(setup.bind)}:{SIP_TLS_PORT if setup.sip_port == SIP_TLS_PORT - 1 else setup.sip_port + 1}",
        "external": bool(setup.external),
        "EXTERNAL": setup.external,
        "local_net": setup.local_nets,
        "trunk": setup.trunk is not None,
        "trunk_user": bool(setup.trunk_user),
        "TRUNK_HOST": bracketed(trunk.host),
        "TRUNK_CONTACT": f"{bracketed(trunk.host)}:{trunk.port}",
        "TRUNK_USER": setup.trunk_user,
        "TRUNK_NAME": "trunk" if setup.trunk else "",
        "EMERGENCY_TRUNK_NAME": "trunk-emergency" if setup.trunk else "",
        "TRUNK_PREFIX": setup.trunk_prefix,
        "TRUNK_PING": str(setup.trunk_ping),
        "TRUNK_CALLS": str(setup.trunk_calls),
        "LINE_CALLS": str(setup.line_calls),
        "peer": peers,
        "PEERS": "&".join(f"peer-{peer.name}" for peer in setup.peers),
        "PEERS_HOLD_NUMBERS": "yes" if setup.peers and not setup.database else "no",
    }


def _manager(setup: Setup) -> Values:
    loopback = ipaddress.ip_address(setup.ami_bind).is_loopback
    clear = setup.ami_port if not setup.tls else AMI_PORT if setup.ami_port != AMI_PORT else AMI_PORT - 1
    return {
        "AMI_CLEAR": setup.ami_bind if loopback else "127.0.0.1",
        "AMI_BIND": bracketed(setup.ami_bind),
        "AMI_PORT": str(clear),
        "AMI_TLS_PORT": str(setup.ami_port),
        "AMI_USER": setup.ami_user,
        "TLS_WORDS": f"; campctl uses the encrypted one, {setup.ami_port}" if setup.tls else "",
        "permit": setup.permits,
    }


def _numbers(setup: Setup) -> Values:
    abroad = [{"CODE": code, "COUNTRY": country} for country, codes in ABROAD.items() for code in codes]
    return {
        "home": setup.home,
        "HOME": setup.home[0] if setup.home else "",
        "CALLER_ID": setup.caller_id,
        "toll_free": TOLL_FREE,
        "never": NEVER,
        "abroad": abroad,
    }


def _safe(secret: str) -> str:
    """A secret as a value of such a file: there a semicolon would begin a comment. Only before one a backslash means anything, once."""
    return secret.replace(";", "\\;")
