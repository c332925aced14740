"""What every backend promises on a bad day, for those that can be made to have one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from campctl.errors import Refused, Throttled, Unavailable, Uncertain
from campctl.model.resources import key_of
from campctl.ports.clock import Clock
from campctl.testing.clock import FakeClock
from campctl.testing.samples import LINE, create, delete, lines, update
from campctl.testing.session import Session, in_session

FAULTS = ("throttled", "unavailable", "lost-before", "lost-after", "half", "restart")

Inject = Callable[[str], None]
"""Makes every request from now on that would change something meet this fault of FAULTS; "" makes it well again.

throttled: 429. unavailable: 503, nothing done. lost-before, lost-after: the connection breaks before the work, after it.
half: the answer to a batch breaks off part of the way. restart: the system restarts under the request.
"""


class FaultContract:
    """Subclass it, and give the fixtures `make_backend` (as for BackendContract) and `inject` (an `Inject`).

    `injectable`: the faults that can be had; tests of others are skipped by name. `many`: changes of the batch that is
    answered by half.
    """

    injectable: tuple[str, ...] = FAULTS
    many: int = 10
    _inject: Inject

    @pytest.fixture(autouse=True)
    def _keep_inject(self, inject: Inject) -> None:
        self._inject = inject

    def make_clock(self) -> Clock:
        """The clock the backend is opened with."""
        return FakeClock()

    def start(self, fault: str) -> None:
        """Have the bad day begin, or skip the test."""
        if fault and fault not in self.injectable:
            pytest.skip(f"it cannot be made {fault}")
        self._inject(fault)

    @pytest.mark.parametrize(("fault", "error"), [("throttled", Throttled), ("unavailable", Unavailable)])
    @in_session
    async def test_a_clear_no_did_nothing(self, session: Session, fault: str, error: type[Throttled | Unavailable]) -> None:
        """Throttled and Unavailable promise that nothing was done; the same request does it later."""
        await session.founded()
        before = (await session.settled()).resources
        changes = [create(session.fit(line)) for line in lines(min(3, session.capabilities.batch))]
        self.start(fault)
        with pytest.raises(error) as caught:
            await session.backend.execute(changes)
        if isinstance(caught.value, Throttled):
            assert caught.value.retry_after is None or caught.value.retry_after > 0
        self.start("")
        assert (await session.settled()).resources == before
        await session.done(*changes)

    @pytest.mark.parametrize(("fault", "done"), [("lost-before", False), ("lost-after", True)])
    @in_session
    async def test_a_lost_answer_is_looked_up(self, session: Session, fault: str, done: bool) -> None:
        """A lost answer is Uncertain; a look tells whether it was done, and so does repeating (`exists`, `unknown`)."""
        await session.founded()
        fresh = session.fit(lines(1)[0])
        self.start(fault)
        with pytest.raises(Uncertain):
            await session.backend.execute([create(fresh)])
        self.start("")
        assert (await session.one(key_of(fresh)) == fresh) is done
        (again,) = await session.do([create(fresh)])
        assert again.code == ("exists" if done else "")
        self.start(fault)
        with pytest.raises(Uncertain):
            await session.backend.execute([delete(fresh)])
        self.start("")
        assert (await session.one(key_of(fresh)) is None) is done
        (again,) = await session.do([delete(fresh)])
        assert again.code == ("unknown" if done else "")
        assert await session.one(key_of(fresh)) is None

    @in_session
    async def test_a_half_answer_tells_the_truth_of_its_half(self, session: Session) -> None:
        """What came back of a broken answer is true; the rest is marked uncertain, missing, or the whole is Uncertain."""
        await session.founded()
        many = [session.fit(line) for line in lines(min(self.many, session.capabilities.batch))]
        self.start("half")
        try:
            outcomes = list(await session.backend.execute([create(line) for line in many]))
        except Uncertain:
            outcomes = []
        self.start("")
        found = (await session.settled()).resources
        assert [outcome.change for outcome in outcomes] == [create(line).id for line in many[: len(outcomes)]]
        for outcome, line in zip(outcomes, many, strict=False):
            if outcome.code != "uncertain":
                assert (outcome.error is None) == (found.get(key_of(line)) == line)
        told = [outcome for outcome in outcomes if outcome.code != "uncertain"]
        assert len(told) < len(many), "the answer was not broken"
        again = await session.do([create(line) for line in many])
        assert all(outcome.error is None or outcome.code == "exists" for outcome in again)

    @in_session
    async def test_a_restart_shows(self, session: Session) -> None:
        """After a restart the epoch is another one, what shows is true, and what was lost can be done again."""
        await session.founded()
        before = await session.settled()
        self.start("restart")
        with pytest.raises((Uncertain, Unavailable)):
            await session.backend.execute([update(session.fit(LINE), session.fit(replace(LINE, name="Ann B. Lee")))])
        self.start("")
        after = await session.settled()
        assert after.epoch != before.epoch
        assert set(after.resources) <= set(before.resources), "a restart made something up"
        lost = [resource for key, resource in before.resources.items() if key not in after.resources]
        await session.done(*map(create, lost))
        assert set((await session.settled()).resources) == set(before.resources)

    @in_session
    async def test_a_restart_loses_nothing_old(self, session: Session) -> None:
        """What was accepted ten minutes before a restart is there after it."""
        await session.founded()
        await session.clock.sleep(600)
        before = (await session.settled()).resources
        self.start("restart")
        with pytest.raises((Uncertain, Unavailable)):
            await session.backend.execute([create(session.fit(lines(1)[0]))])
        self.start("")
        after = (await session.settled()).resources
        assert {key: after.get(key) for key in before} == before

    @in_session
    async def test_a_secret_is_in_no_fault(self, session: Session) -> None:
        """However a request with a secret fails, the error does not repeat it."""
        secret = "correct-horse-battery-staple-4567"  # noqa: S105 - made up, and looked for where it must not be
        await session.founded()
        for fault in self.injectable:
            if fault == "half":
                continue
            self.start(fault)
            with pytest.raises((Throttled, Unavailable, Uncertain, Refused)) as caught:
                await session.backend.set_secret(LINE.id, secret)
            self.start("")
            error: BaseException | None = caught.value
            while error is not None:
                assert secret not in f"{error!r} {error} {error.args!r}"
                error = error.__cause__ or error.__context__
