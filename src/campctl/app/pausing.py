"""`user pause|unpause`, `port pause|unpause`: whoever answers there gets no more calls, or gets them again.

Live state, as when people press the key on their own phone: shown, audited, never drift, and in no plan.
"""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Any, cast

from msgspec.structs import replace

from campctl import errors
from campctl.app.asking import ask
from campctl.app.context import Context
from campctl.app.find import desk, one
from campctl.app.how import How
from campctl.app.results import Message
from campctl.model.campaign import home_of, homes_of

if TYPE_CHECKING:
    from campctl.ports.backend import Pauses

LONGEST = 80
"""Characters of a reason: exchanges keep it in a field of their own."""


async def pause(ctx: Context, how: How, subject: str, paused: bool, reason: str = "") -> Message:
    """Pause who `user/ID` is, or who sits at `port/OFFICE/DESK`, in all their queues; `paused` False: they go on.

    A call they are in is not cut off. Of a person it is every phone they answer on: their own, and the desk they sit at.
    """
    name, lines = _lines(ctx, subject)
    why = _sound(reason or how.reason)
    if how.dry_run:
        would = "would be paused" if paused else "would go on"
        return Message(text=f"{name} {would} on {', '.join(line for line, _ in lines)}.", data={"subject": subject, "paused": paused})
    queues: set[str] = set()
    done: list[str] = []
    refused: errors.Refused | None = None
    async with ctx.backends(sorted({backend for _, backend in lines})) as backends:
        for line, backend in lines:
            if getattr(backends[backend], "pause", None) is None:
                refused = errors.Refused(f"{backend} has no way to pause people.", backend=backend, hint="They pause on their own phone.")
                continue
            able = cast("Pauses", backends[backend])
            try:
                queues |= set(await ask(ctx.clock, lambda able=able, line=line: able.pause(line, paused, why)))  # type: ignore[misc]
                done.append(line)
            except errors.Refused as error:
                refused = error
    if refused is not None and not done:
        raise refused
    _audit(ctx, how, subject, paused=paused, why=why)
    return Message(text=_words(name, sorted(queues), paused=paused, why=why), data=_data(subject, done, sorted(queues), paused, why))


def _lines(ctx: Context, subject: str) -> tuple[str, list[tuple[str, str]]]:
    """Whom it is about, and the lines they answer on, each with its backend."""
    campaign = ctx.campaign
    kind, _, id_ = subject.partition("/")
    if kind == "port":
        port = desk(campaign, id_)
        return port.id, [(f"port/{port.id}", home) for home in homes_of(campaign, port)]
    user = one(campaign.users, id_ if kind == "user" else subject, "user")
    from campctl.effective.staff import staff_at

    lit = staff_at(campaign, ctx.clock.now(), ctx.store().overrides()).lit
    desks = [campaign.ports[id_] for id_, light in lit.items() if light.user == user.id and id_ in campaign.ports]
    own = [(f"user/{user.id}", home) for home in homes_of(campaign, user)]
    return user.name, own + [(f"port/{port.id}", home_of(campaign, port)) for port in desks]


def _sound(reason: str) -> str:
    """The reason as an exchange can keep it."""
    if len(reason) > LONGEST or any(unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"} for char in reason):
        raise errors.UsageError(
            f"A reason is one line of at most {LONGEST} characters, without control characters.", hint="Say it shortly: --reason lunch."
        )
    return reason


def _audit(ctx: Context, how: How, subject: str, *, paused: bool, why: str) -> None:
    from campctl.app.auditing import record_audit

    record_audit(ctx, ctx.store(write=True), f"{'pause' if paused else 'unpause'} {subject}", replace(how, reason=why), result="done")


def _words(name: str, queues: list[str], *, paused: bool, why: str) -> str:
    if not queues:
        return f"{name} answers no hotline now, so nobody is {'paused' if paused else 'called'} there."
    where = ", ".join(queues)
    if not paused:
        return f"{name} gets calls of {where} again."
    return f"{name} is paused in {where}{f' ({why})' if why else ''}; a call they are in is not cut off."


def _data(subject: str, lines: list[str], queues: list[str], paused: bool, why: str) -> dict[str, Any]:
    return {"subject": subject, "paused": paused, "lines": lines, "queues": queues, "reason": why}
