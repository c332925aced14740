"""`backend list|check|login|init|poke`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session
from campctl.errors import SecretError

APP = noun("Telephony systems: list them, check them, sign in.")
APPS = {"backend": APP}


@command(APP, "list", examples=("campctl backend list",))
def list_(ctx: typer.Context) -> int:
    """List backends, their options, and where their secrets come from (never the secrets)."""
    from campctl.app.telephony import list_backends

    session: Session = ctx.obj
    return session.show(list_backends(session.open()))


@command(APP, "check", examples=("campctl backend check", "campctl backend check local -o json"))
def check(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="[BACKEND]", help="Only this one.")] = "") -> int:
    """Look whether backends are well: reached, signed in, within their limits. Exit status 16 when one is not."""
    from campctl.app.telephony import check as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), name=name)))


@command(
    APP,
    "login",
    examples=("campctl backend login cloud", "printf '%s\\n' \"$TOKEN\" | campctl backend login cloud"),
)
def login(ctx: typer.Context, name: Annotated[str, typer.Argument(metavar="BACKEND", help="Its name.")]) -> int:
    """Keep a backend's secrets in the keyring, each read back.

    They are asked for on a terminal, without echo, or read from stdin, one a line; never taken from the command line.
    """
    from campctl.app.telephony import login as use_case
    from campctl.app.telephony import secrets_asked

    session: Session = ctx.obj
    campaign = session.open()
    values = {secret: read_secret(session, name, secret) for secret in secrets_asked(campaign, name=name)}
    return session.show(use_case(campaign, name=name, values=values))


@command(
    APP,
    "init",
    examples=(
        "campctl backend init asterisk --dir pbx-hq --trunk sip.example.net --home 312 --caller-id +13125550100",
        "campctl backend init asterisk --dir a --backend hq --node a --tls-cert /etc/ssl/a.pem --tls-key /etc/ssl/a.key --ami-permit NET",
    ),
)
def init(
    ctx: typer.Context,
    type_: Annotated[str, typer.Argument(metavar="TYPE", help="What kind of exchange: asterisk.")],
    directory: Annotated[str, typer.Option("--dir", metavar="DIR", help="A new or empty folder for the files.")],
    backend: Annotated[str, typer.Option("--backend", metavar="NAME", help="The backend it is for; the campaign fills in the rest.")] = "",
    node: Annotated[str, typer.Option("--node", metavar="NAME", help="Name of the machine (default: pbx).")] = "",
    bind: Annotated[str, typer.Option("--bind", metavar="IP", help="Where SIP listens (default: on every address).")] = "",
    sip_port: Annotated[int, typer.Option("--sip-port", metavar="PORT", help="SIP's port (default: 5060).")] = 5060,
    external: Annotated[str, typer.Option("--external", metavar="IP", help="Its address as phones outside see it, behind NAT.")] = "",
    local_net: Annotated[str, typer.Option("--local-net", metavar="NETS", help="Nets that need no --external (default: private).")] = "",
    rtp: Annotated[str, typer.Option("--rtp", metavar="A-B", help="Ports of voice (default: 10000-19999).")] = "10000-19999",
    trunk: Annotated[str, typer.Option("--trunk", metavar="HOST[:PORT]", help="The carrier; without one, no call goes outside.")] = "",
    trunk_user: Annotated[
        str,
        typer.Option("--trunk-user", metavar="NAME", help="Register there as; the password is asked for, or read from stdin."),
    ] = "",
    trunk_calls: Annotated[int, typer.Option("--trunk-calls", metavar="N", help="Calls it carries at once; two are kept for 911.")] = 0,
    trunk_digits: Annotated[bool, typer.Option("--trunk-digits", help="The carrier wants numbers without a plus.")] = False,
    trunk_ping: Annotated[int, typer.Option("--trunk-ping", metavar="SECONDS", help="Ask the carrier so often whether it is there.")] = 0,
    line_calls: Annotated[int, typer.Option("--line-calls", metavar="N", help="Outside calls of a line at once (default: 2).")] = 2,
    caller_id: Annotated[str, typer.Option("--caller-id", metavar="NUMBER", help="Shown for lines without a number.")] = "",
    home: Annotated[str, typer.Option("--home", metavar="CODES", help="Area codes that count as local: 312,773.")] = "",
    peer: Annotated[
        list[str], typer.Option("--peer", metavar="NAME=HOST[:PORT]", help="Another exchange of the campaign; may be repeated.")
    ] = [],  # noqa: B006
    database: Annotated[
        str, typer.Option("--database", metavar="URL", help="PostgreSQL that several machines share, as Asterisk's role; without password.")
    ] = "",
    ami_user: Annotated[str, typer.Option("--ami-user", metavar="NAME", help="The manager user (default: campctl).")] = "",
    ami_bind: Annotated[str, typer.Option("--ami-bind", metavar="IP", help="Where the manager listens (default: 127.0.0.1).")] = "",
    ami_port: Annotated[
        int, typer.Option("--ami-port", metavar="PORT", show_default=False, help="Its port (default: 5038; with a certificate 5039).")
    ] = 0,
    ami_permit: Annotated[
        list[str], typer.Option("--ami-permit", metavar="NET", help="Where campctl comes from, beside this machine; may be repeated.")
    ] = [],  # noqa: B006
    tls_cert: Annotated[str, typer.Option("--tls-cert", metavar="FILE", help="Certificate for manager and phones, on that machine.")] = "",
    tls_key: Annotated[str, typer.Option("--tls-key", metavar="FILE", help="Its key.")] = "",
    force: Annotated[bool, typer.Option("--force", help="Write into a folder that holds files; what was there is kept as .bak.")] = False,
) -> int:
    """Write the configuration of a fresh exchange into a folder, and say how to put it in place.

    Asterisk 22 from a distribution becomes an exchange for the campaign: lines, hotlines, emergency calls with location,
    calling permissions. With --backend, what the campaign says already is filled in. Nothing is asked of any machine.
    """
    from pathlib import Path

    from campctl.app.exchange import Order, prepare
    from campctl.app.exchange import init as use_case

    session: Session = ctx.obj
    options = {
        "node": node,
        "bind": bind,
        "sip_port": sip_port,
        "external": external,
        "local_nets": _words(local_net),
        "rtp": rtp,
        "trunk": trunk,
        "trunk_user": trunk_user,
        "trunk_calls": trunk_calls,
        "trunk_digits": trunk_digits,
        "trunk_ping": trunk_ping,
        "line_calls": line_calls,
        "caller_id": caller_id,
        "home": _words(home),
        "peers": tuple(peer),
        "database": database,
        "ami_user": ami_user,
        "ami_bind": ami_bind,
        "ami_port": ami_port,
        "permits": tuple(ami_permit),
        "tls_cert": tls_cert,
        "tls_key": tls_key,
    }
    order = Order(type=type_, directory=Path(directory).absolute(), options=options, force=force, backend=backend)
    campaign = session.open() if backend else None
    setup = prepare(order, campaign)
    secrets = {secret: read_secret(session, backend or type_, f"password of {secret}") for secret in setup.secrets}
    return session.show(use_case(order, setup, campaign, secrets))


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


@command(
    APP,
    "poke",
    examples=(
        """campctl backend poke local '{"do": "alter", "kind": "line", "id": "user/ann.lee", "fields": {"name": "A. Lee"}}'""",
        """campctl backend poke local '{"do": "faults", "options": {"fail_every": 3}}'""",
        "campctl backend poke local --old-pbx 20",
    ),
)
def poke(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="BACKEND", help="An embedded exchange (type sim).")],
    ops: Annotated[list[str], typer.Argument(metavar="[OP]...", help="What to do, each as JSON (docs/sim.md).")] = [],  # noqa: B006
    old_pbx: Annotated[int, typer.Option("--old-pbx", metavar="N", min=0, help="Put N lines on it that campctl did not make.")] = 0,
) -> int:
    """Change the embedded exchange behind campctl's back, to practise drift, adoption and bad days."""
    from campctl.app.training import poke as use_case

    session: Session = ctx.obj
    return session.show(use_case(session.open(), name=name, ops=ops, old_pbx=old_pbx))


def read_secret(session: Session, backend: str, secret: str) -> str:
    """One secret, asked for without echo, or a line of stdin."""
    from campctl.views.text import harmless

    terminal = session.terminal
    if terminal.interactive:
        from getpass import getpass

        return getpass(harmless(f"{secret} of {backend} (not shown): "), stream=terminal.stderr)
    line = terminal.stdin.readline()
    if not line.strip():
        raise SecretError(f"stdin has no line for {secret}.", hint="Give one line for each secret, in the order of `campctl backend list`.")
    return line.rstrip("\r\n")
