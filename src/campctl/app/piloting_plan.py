"""The autopilot's applies: when desired(t) changes, what was missed, and again later what could not be done."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.piloting_cockpit import Cockpit
from campctl.app.piloting_rooms import is_own
from campctl.app.piloting_seats import Seats
from campctl.app.results import Applied, Planned
from campctl.app.results_piloting import What
from campctl.errors import Exit
from campctl.findings.text import listed, plural

FIRST, LONGEST = 5.0, 300.0
"""Seconds until what could not be done is tried again: the first time, and at the most."""
LATE = timedelta(seconds=60)
"""A moment noticed later than that was missed, which is said."""


class Owed(Struct, frozen=True, kw_only=True):
    """What was not done: why, how often it was tried, and when (monotonic) it is tried again."""

    why: str
    tries: int
    again: float


class Plans:
    """Applies the plan."""

    def __init__(self, cockpit: Cockpit, seats: Seats) -> None:
        self._cockpit = cockpit
        self._seats = seats
        self.owed: Owed | None = None
        self.wanted = ""
        """Why to apply whatever the time is: it begins, the manifests changed, the clock jumped."""
        self.worst = Exit.OK
        """What the last attempt came to, as an exit status."""

    async def turn(self) -> None:
        """Apply, if there is a reason to."""
        cockpit, now = self._cockpit, self._cockpit.clock.now()
        reasons = [self.wanted] if self.wanted else []
        if cockpit.until is not None:
            reasons += _happened(cockpit, cockpit.until, now)
        if self.owed is not None and cockpit.clock.monotonic() >= self.owed.again:
            reasons.append(f"again, since {self.owed.why}")
        if not reasons:
            cockpit.until = max(cockpit.until or now, now)
            return
        wanted, self.wanted, self.worst = self.wanted, "", Exit.OK
        if not await self._apply("; ".join(reasons), now):
            self.wanted = wanted
            if self.owed is not None:
                self.owed = replace(self.owed, again=cockpit.clock.monotonic() + FIRST)

    async def _apply(self, reason: str, now: datetime) -> bool:
        """Whether it was tried: manifests that were edited since this turn began are read first, once they rest."""
        cockpit = self._cockpit
        overrides, clear = self._seats.carried(now)
        wish = Wish(overrides=overrides, clear=clear, what="autopilot apply", skip=True, lasting=True)
        try:
            done = await change(cockpit.ctx, cockpit.how(reason), wish)
        except errors.LockLost:
            raise
        except errors.CampctlError as error:
            if isinstance(error, errors.StalePlan) and not cockpit.orders.once:
                return False
            self.worst = error.exit
            self._later(_short(error), error.message, reason, code=error.code)
        else:
            self._done(done, reason)
        cockpit.until = now
        self._seats.after_apply()
        return True

    def _done(self, done: Applied | Planned, reason: str) -> None:
        cockpit, words = self._cockpit, f"{reason}: {_story(done)}"
        if isinstance(done, Planned):
            event: What = "nothing-to-apply" if done.plan.empty else "would-apply"
            cockpit.say(event, "info", words, changes=len(done.plan.changes), reason=reason)
            return
        run = done.run.id if done.run is not None else ""
        left = [f"{listed(done.silent)} {'does' if len(done.silent) == 1 else 'do'} not answer"] if done.silent else []
        if done.run is not None and done.run.status != "done":
            self.worst = Exit.PARTIAL
            why = next(iter(sorted(done.errors.values())), done.run.status)
            left.append(f"{plural(len(done.errors), 'change')} failed or was left ({why.rstrip('.')})")
        if left:
            self.worst = self.worst or Exit.BACKEND
            self._later(" and ".join(left), f"{words}; {' and '.join(left)}.", reason, run=run)
            return
        self.worst, self.owed = Exit.OK, None
        cockpit.troubles.pop("plan", None)
        if run:
            cockpit.say("applied", "info", words, run=run, changes=len(done.plan.changes), reason=reason)
        else:
            cockpit.say("nothing-to-apply", "info", words, reason=reason)

    def _later(self, why: str, message: str, reason: str, **data: object) -> None:
        """It is owed, and tried again after a while that grows."""
        tries = self.owed.tries + 1 if self.owed is not None else 1
        wait = rest_after(tries)
        cockpit = self._cockpit
        self.owed = Owed(why=why, tries=tries, again=cockpit.clock.monotonic() + wait)
        if cockpit.trouble("plan", why):
            cockpit.say("not-applied", "error", f"{message} Tried again in {wait:.0f} s.", reason=reason, **data)


def rest_after(tries: int) -> float:
    """Seconds until the next try after so many in vain: twice as long each time up to `LONGEST`, also after days of them."""
    return min(LONGEST, FIRST * 2.0 ** min(tries - 1, 10))


def next_moment(cockpit: Cockpit) -> tuple[datetime | None, str]:
    """When the plan, or what may be applied, changes next, and by what."""
    now = cockpit.clock.now()
    at = next((instant for instant in cockpit.bounds if instant > now), None)
    if at is None:
        return None, ""
    return at, "; ".join(_named(cockpit, at - timedelta(microseconds=1), at)) or "people come and go"


def _happened(cockpit: Cockpit, since: datetime, now: datetime) -> list[str]:
    """What began and ended since, in words; one sentence for all that was missed."""
    passed = [instant for instant in cockpit.bounds if since < instant <= now]
    if not passed:
        return []
    words = _named(cockpit, since, now) or ["people come and go"]
    if now - passed[0] <= LATE:
        return words
    missed = f"missed {plural(len(passed), 'moment')} since {passed[0].astimezone(_zone(cockpit)):%Y-%m-%d %H:%M}"
    return [f"{missed} ({listed(words, 5)})"]


def _named(cockpit: Cockpit, since: datetime, now: datetime) -> list[str]:
    campaign = cockpit.ctx.campaign
    found: list[tuple[datetime, str]] = []

    def add(what: str, start: datetime | None, end: datetime | None) -> None:
        found.extend((at, f"{what} {verb}") for at, verb in ((end, "ends"), (start, "begins")) if at is not None and since < at <= now)

    for surge in campaign.surges.values():
        add(f"surge {surge.id}", surge.start, surge.end)
    for one in cockpit.overrides:
        add(f"override {one.id} ({one.kind} {one.subject} by {one.author})", None if is_own(one) else one.start, one.end)
    for freeze in campaign.policy.freezes:
        add(f"freeze {freeze.id}", freeze.start, freeze.end)
    return [words for _, words in sorted(found)]


def _story(done: Applied | Planned) -> str:
    """What was changed, as people say it."""
    stories = done.plan.stories
    if not stories:
        return "nothing to change"
    return listed([story.text.partition(";")[0].rstrip(".") for story in stories], 3)


def _short(error: errors.CampctlError) -> str:
    return error.message.split(". ")[0].rstrip(".")


def _zone(cockpit: Cockpit) -> ZoneInfo:
    return ZoneInfo(cockpit.ctx.campaign.time_zone)
