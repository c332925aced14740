"""What to do with a configuration once it is written: commands for the machine, and what the campaign's YAML says of it."""

from __future__ import annotations

import ipaddress
import shlex
from pathlib import Path

from campctl.backends.asterisk.setup.settings import Setup, bracketed

NAME = "pbx"
"""What an exchange is called as long as nobody says otherwise."""


def yaml(setup: Setup, backend: str) -> str:
    """What to write into campaign.yaml."""
    lines = ["campaign:", "  backends:", f"    {backend}:", "      type: asterisk"]
    host = f"{setup.node}.example.org" if not ipaddress.ip_address(setup.ami_bind).is_loopback else ""
    if setup.database:
        port, database = setup.database[1:3]
        lines += [f"      database: postgresql://campctl@{setup.database[0]}:{port}/{database}"]
        peers = "".join(f', "{peer.name}={bracketed(peer.host)}:{setup.ami_port}"' for peer in setup.peers)
        lines += [f'      nodes: ["{setup.node}={host or "127.0.0.1"}:{setup.ami_port}"{peers}]']
    else:
        lines += [f"      host: {host or setup.ami_bind}", f"      port: {setup.ami_port}"]
    if setup.ami_user != "campctl":
        lines.append(f"      user: {setup.ami_user}")
    if setup.tls:
        lines.append("      tls: true")
    return "\n".join(lines)


def steps(setup: Setup, folder: Path, *, backend: str, kept: str) -> list[str]:
    """How to put it in place, as commands for Debian's package.

    `backend`: its name in the campaign, "" when there is none yet. `kept`: where campctl has the password, "" when nowhere.
    """
    name, place = backend or NAME, shlex.quote(str(folder))
    packages = "asterisk asterisk-moh-opsound-gsm"
    found = [
        "On the machine of the exchange, as root (Debian's or Ubuntu's package, Asterisk 22; copy the folder there first):",
        f"  apt-get install {packages}",
        "  systemctl stop asterisk",
        "  cp -a /etc/asterisk /etc/asterisk.before-campctl",
        f"  install -o asterisk -g asterisk -m 640 {place}/*.conf /etc/asterisk/",
        "  systemctl start asterisk",
        "  asterisk -rx 'core waitfullybooted'",
        "(Where campctl works already, do not copy queues.conf, queuerules.conf and geolocation.conf: it has written into them.)",
        "",
    ]
    if setup.tls:
        found += [
            f"Asterisk must be able to read {setup.tls_cert} and {setup.tls_key}; `manager reload` after renewing them.",
            "",
        ]
    if kept:
        found += [f"The manager's password is known to campctl: {kept}.", ""]
    else:
        found += [
            "Where campctl works, keep the manager's password (it is not shown here):",
            f"  sed -n 's/^secret = //p' {place}/manager.conf | campctl backend login {name}",
            "",
        ]
    if not backend:
        found += ["In campaign.yaml:", *(f"  {line}" for line in yaml(setup, name).split("\n")), ""]
    found += ["Then:", f"  campctl backend check {name}"]
    return found
