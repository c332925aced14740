"""One request to a backend outside a run - a look, a new secret - repeated within bounds when it did not get through.

What is asked here may be asked again: a look changes nothing, and the same secret set twice is the same secret.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, TypeVar

from campctl.errors import BackendError, Throttled, Unavailable, Uncertain

if TYPE_CHECKING:
    from campctl.app.context import Context
    from campctl.model.live import Snapshot
    from campctl.ports.backend import Backend
    from campctl.ports.clock import Clock

T = TypeVar("T")

ATTEMPTS, SECONDS = 3, 10.0
"""How often, and for how long, one that does not answer is asked: who looks wants to hear soon that it is down."""
THROTTLED_ATTEMPTS, THROTTLED_SECONDS = 20, 60.0
"""The same for one that says "too many requests"."""


async def ask(clock: Clock, request: Callable[[], Awaitable[T]]) -> T:
    """The answer; the last BackendError, saying how often it was asked, when the bounds are used up."""
    try:
        return await request()
    except (Throttled, Unavailable, Uncertain) as error:
        return await _again(clock, request, error)


async def _again(clock: Clock, request: Callable[[], Awaitable[T]], error: BackendError) -> T:
    from campctl.apply.inputs import Limits
    from campctl.apply.retry import Attempts, GaveUp

    limits = Limits(attempts=ATTEMPTS, seconds=SECONDS, throttled_attempts=THROTTLED_ATTEMPTS, throttled_seconds=THROTTLED_SECONDS)
    attempts = Attempts(limits, random.Random(), clock.monotonic())  # noqa: S311 - jitter
    while True:
        now = clock.monotonic()
        try:
            wait = attempts.after_throttle(now, error.retry_after) if isinstance(error, Throttled) else attempts.after_failure(now, "")
        except GaveUp as given_up:
            raise _last(error, given_up.message.strip(" ()")) from error
        if isinstance(error, Throttled) and now - attempts.started + wait > THROTTLED_SECONDS:
            raise _last(error, f"it wants to be asked again only in {wait:.0f} s") from error
        await clock.sleep(wait)
        try:
            return await request()
        except (Throttled, Unavailable, Uncertain) as another:
            error = another


async def observe(clock: Clock, backends: Mapping[str, Backend]) -> dict[str, Snapshot]:
    """What is on all of them, looked at at once."""
    snapshots = await asyncio.gather(*(ask(clock, backend.observe) for backend in backends.values()))
    return dict(zip(backends, snapshots, strict=True))


async def observe_answering(
    clock: Clock, backends: Mapping[str, Backend], *, or_none: bool = False
) -> tuple[dict[str, Snapshot], dict[str, BackendError]]:
    """What is on those that answer, and the errors of those that do not; raised when none answers, but for `or_none`."""
    answers = await asyncio.gather(*(ask(clock, backend.observe) for backend in backends.values()), return_exceptions=True)
    observed: dict[str, Snapshot] = {}
    silent: dict[str, BackendError] = {}
    for name, answer in zip(backends, answers, strict=True):
        if isinstance(answer, BackendError):
            silent[name] = answer
        elif isinstance(answer, BaseException):
            raise answer
        else:
            observed[name] = answer
    if not observed and not or_none and silent:
        raise next(iter(silent.values()))
    return observed, silent


async def observe_what_answers(ctx: Context) -> dict[str, Snapshot]:
    """For commands that only look: what is on the campaign's backends that answer; the others are noted in `ctx.silent`."""
    async with ctx.backends() as backends:
        observed, silent = await observe_answering(ctx.clock, backends)
    ctx.silent |= silent
    return observed


def _last(error: BackendError, gave_up: str) -> BackendError:
    """The error again, with what came of asking."""
    message = f"{error.message.rstrip('.')}; {gave_up}."
    if isinstance(error, Throttled):
        hint = error.hint or "Something else uses up its limit: try again in a while, or see who else asks it."
        return Throttled(message, backend=error.backend, retry_after=error.retry_after, hint=hint)
    return type(error)(message, backend=error.backend, hint=error.hint or "Try again in a while; `campctl backend check` tells more.")
