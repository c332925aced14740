"""Intents carried out: first the plan, then, once somebody agreed to it, the act. In threads of their own: nothing blocks the screen.

Every use case is the one the command line has, with its lock, guardrails, journal and audit.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, runtime_checkable

from msgspec import Struct

from campctl.app.results import Applied, Message, Planned
from campctl.app.results_seating import Seated
from campctl.model.records import Override
from campctl.tui.intents import Clear, Dark, Intent, Light, Pause, Scale, See, TakeBack, WalkIn, command_line
from campctl.tui.intents_books import BOOK_INTENTS, Answer, Halt, Step, UndoStep

if TYPE_CHECKING:
    from campctl.app.context import Context
    from campctl.app.how import How
    from campctl.apply.inputs import Stopper
    from campctl.tui.books_acting import BookActs, Told

T = TypeVar("T")


class Wanted(Struct, frozen=True, kw_only=True):
    """An intent with its reason, and what somebody was shown of it and agreed to (None: nothing yet)."""

    intent: Intent
    reason: str = ""
    seen: Planned | None = None
    key: str = ""
    """Of what was seen, where that is no plan (`Seen.key`)."""
    allow: tuple[str, ...] = ()
    """Flags of the guardrails that are overridden, such as `--allow-updates`."""


class Seen(Struct, frozen=True, kw_only=True):
    """What would happen: a plan, or words where none is needed (a pause is live state). `zone`: the campaign's."""

    planned: Planned | None = None
    words: tuple[str, ...] = ()
    zone: str = ""
    key: str = ""
    """What of the words has to be the same when it is done."""


class Done(Struct, frozen=True, kw_only=True):
    """What came of it. `failed`: changes that did not work, in words. `back`: the way back."""

    words: str
    failed: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    run: str = ""
    back: Intent | None = None
    going: bool = False
    """It has begun, and goes on; its end is told later (`Acts.heard`)."""


class Acts(Protocol):
    """What the board needs of whoever acts. Both block, may take long and raise `errors.CampctlError`; call them in a thread."""

    def look(self, wanted: Wanted) -> Seen:
        """What would happen; nothing is changed, nothing is locked."""
        ...

    def act(self, wanted: Wanted, tell: Callable[[str], None]) -> Done:
        """Do it. `tell` hears how far it is, in a few words, from another thread."""
        ...

    def stop(self) -> None:
        """Begin nothing new; what is in flight is finished. From another thread."""
        ...


@runtime_checkable
class GoesOn(Protocol):
    """Acts of which some go on by themselves once they have begun: runs of runbooks."""

    def listen(self, heard: Callable[[Told], None]) -> None:
        """`heard`, from another thread, of how one ended."""
        ...

    @property
    def following(self) -> tuple[str, ...]:
        """Runs that stop when the board is left."""
        ...


class Doing:
    """Acts on the campaign in `root`. Manifests are read anew for each intent: they may have been edited meanwhile."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self.environ = environ
        self._stopper: Stopper | None = None
        self._books: BookActs | None = None
        self._heard: Callable[[Told], None] = lambda _: None

    @property
    def books(self) -> BookActs:
        """Who acts on runbooks, made when that is needed first."""
        if self._books is None:
            from campctl.tui.books_acting import BookActs

            self._books = BookActs(self.root, self.environ)
            self._books.heard = self._heard
        return self._books

    def listen(self, heard: Callable[[Told], None]) -> None:
        """As `GoesOn` has it."""
        self._heard = heard
        if self._books is not None:
            self._books.heard = heard

    @property
    def following(self) -> tuple[str, ...]:
        """As `GoesOn` has it."""
        return self._books.following if self._books is not None else ()

    def look(self, wanted: Wanted) -> Seen:
        """As `Acts` has it."""
        if isinstance(wanted.intent, BOOK_INTENTS):
            return self.books.look(wanted)
        from campctl.app.how import How

        def work(ctx: Context) -> Coroutine[Any, Any, Any]:
            return use_case(ctx, How(dry_run=True, reason=wanted.reason, allow=frozenset(wanted.allow)), wanted.intent)

        def told(ctx: Context, result: Any) -> Seen:
            result = result[0] if isinstance(result, tuple) else result
            zone = ctx.campaign.time_zone
            if isinstance(result, Planned):
                return Seen(planned=result, zone=zone)
            more = ("A call they are in is not cut off. It is live state, so no plan changes.",) if isinstance(wanted.intent, Pause) else ()
            return Seen(words=(result.text, *more), zone=zone)

        return self._run(wanted, work, told)

    def act(self, wanted: Wanted, tell: Callable[[str], None]) -> Done:
        """As `Acts` has it."""
        if isinstance(wanted.intent, BOOK_INTENTS):
            return self.books.act(wanted, tell)
        from campctl.app.how import How
        from campctl.apply.inputs import Stopper

        self._stopper = Stopper()
        agreed = wanted.seen.plan if wanted.seen else None
        allow = frozenset(wanted.allow)
        how = How(reason=wanted.reason, allow=allow, listeners=(_teller(tell),), stopper=self._stopper, agreed=agreed)
        before: dict[str, Override] = {}

        def work(ctx: Context) -> Coroutine[Any, Any, Any]:
            before.update({item.id: item for item in ctx.store().overrides()})
            return use_case(ctx, how, wanted.intent)

        def told(ctx: Context, result: Any) -> Done:
            result = result[0] if isinstance(result, tuple) else result
            after = {item.id: item for item in ctx.store().overrides()}
            return done(result, way_back(wanted.intent, before, after))

        return self._run(wanted, work, told)

    def stop(self) -> None:
        """As `Acts` has it."""
        if self._books is not None:
            self._books.stop()
        if self._stopper is not None:
            self._stopper.stop()

    def _run(self, wanted: Wanted, work: Callable[[Context], Coroutine[Any, Any, Any]], told: Callable[[Context, Any], T]) -> T:
        from campctl.app.context import open_campaign

        said = " ".join([command_line(wanted.intent), *wanted.allow, "(board)"])
        ctx = open_campaign(self.root, environ=self.environ, command=said)
        try:
            return told(ctx, asyncio.run(work(ctx)))
        finally:
            ctx.close()


def use_case(ctx: Context, how: How, intent: Intent) -> Coroutine[Any, Any, Any]:
    """The use case of an intent."""
    from campctl.app import desks, hotlines, overriding

    match intent:
        case Scale():
            return hotlines.scale(ctx, how, hotline=intent.hotline, seats=intent.seats, until=intent.until)
        case Light():
            return desks.light(ctx, how, desks=intent.desks, seating=desks.Seating(hotline=intent.hotline, until=intent.until))
        case Dark():
            return desks.dark(ctx, how, desks=intent.desks, until=intent.until)
        case WalkIn():
            from campctl.app.seating_in import CheckIn, check_in

            ask = CheckIn(name=intent.name, office=intent.office, desk=intent.desk, hotline=intent.hotline, until=intent.until)
            return check_in(ctx, how, ask)
        case Clear():
            return overriding.clear(ctx, how, ids=intent.ids)
        case See():
            return _see(ctx, how, intent)
        case TakeBack():
            from campctl.app.taking_back import take_back

            return take_back(ctx, how, made=intent.made, cleared=intent.cleared, of=intent.of)
        case Pause():
            from campctl.app.pausing import pause

            return pause(ctx, how, intent.subject, intent.paused, intent.why)
        case Step() | Answer() | UndoStep() | Halt():
            raise AssertionError("runbooks are acted on by `books_acting`")


async def _see(ctx: Context, how: How, intent: See) -> Message:
    """Say that somebody sees to it, or what that would do."""
    from campctl.app.alert_using import acknowledge

    if how.dry_run:
        return Message(
            text=f"Everybody is shown that {ctx.who} sees to it. An emergency call is over with that; anything else when it is well."
        )
    return acknowledge(ctx, ids=[intent.alert])


def way_back(intent: Intent, before: Mapping[str, Override], after: Mapping[str, Override]) -> Intent | None:
    """What undoes it: the overrides that came and went, taken back; None when none did."""
    if isinstance(intent, Pause):
        return Pause(subject=intent.subject, paused=not intent.paused)
    made = tuple(id_ for id_ in after if id_ not in before)
    cleared = tuple(item for id_, item in before.items() if id_ not in after)
    if not made and not cleared:
        return None
    return TakeBack(of=" ".join(intent.argv()), made=made, cleared=cleared)


def done(result: Any, back: Intent | None) -> Done:
    """A result in words."""
    from campctl.findings.text import plural

    if isinstance(result, Message):
        return Done(words=result.text, back=back)
    remarks: tuple[str, ...] = ()
    if isinstance(result, Seated):
        card, remarks, result = result.card, result.remarks, result.applied
        remarks = (
            f"{card.name} sits at {card.desk}, extension {card.extension}{f', for {card.hotline_name}' if card.hotline else ''}.",
            *remarks,
        )
    assert isinstance(result, Applied)
    if result.run is None:
        return Done(words="Nothing had to be changed on the exchanges.", warnings=(*remarks, *result.warnings), back=back)
    failed = tuple(f"{change}: {why}" for change, why in sorted(result.errors.items()))
    worked = sum(state in {"accepted", "configured", "live"} for state in result.states.values())
    words = f"{plural(worked, 'change')} made, run {result.run.id}."
    if failed:
        words = f"{plural(worked, 'change')} made, {len(failed)} failed, run {result.run.id}."
    elif result.run.status == "interrupted":
        words = f"Stopped after {plural(worked, 'change')}; `campctl resume` goes on, run {result.run.id}."
    return Done(
        words=words,
        failed=(*failed, *(result.next_steps if failed else ())),
        warnings=(*remarks, *result.warnings),
        run=result.run.id,
        back=back,
    )


def _teller(tell: Callable[[str], None]) -> Any:
    """A listener that says how many changes are done."""
    from campctl.ports.listener import Listener

    class Teller(Listener):
        todo = 0
        over = 0

        def run_started(self, _run: Any, _plan: Any, todo: int) -> None:
            self.todo = todo
            tell(f"0 of {todo} changes")

        def change_state(self, _change: Any, state: Any, _error: str = "") -> None:
            if state in {"configured", "live", "failed", "skipped"}:
                self.over += 1
                tell(f"{min(self.over, self.todo)} of {self.todo} changes")

        def waiting(self, backend: str, seconds: float, why: str) -> None:
            tell(f"waiting {seconds:.0f} s for {backend}: {why}")

        def retrying(self, _change: Any, _attempt: int, wait: float, why: str) -> None:
            tell(f"again in {wait:.0f} s: {why}")

    return Teller()
