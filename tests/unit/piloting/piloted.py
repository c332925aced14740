"""An autopilot over the embedded exchange, by a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from campctl.app.applying import apply
from campctl.app.context import Context
from campctl.app.how import How
from campctl.app.notifying import Notifier
from campctl.app.piloting import fly
from campctl.app.piloting_cockpit import Orders, Reins
from campctl.app.results_piloting import Happened
from campctl.backends.sim.console import Op, SetFaults, poke
from campctl.backends.sim.places import exchange_file
from campctl.errors import Exit
from campctl.testing import FakeClock

BEGIN = datetime(2026, 10, 13, 17, 0, tzinfo=UTC)  # noon in Chicago

CAMPAIGN = """\
campaign:
  name: Example
  time_zone: America/Chicago
  main_number: "+13125550100"
  backends: {{ local: {{ type: sim{sim} }}, other: {{ type: sim }} }}
  backend: local
  policy: {{ freezes: [{freezes}] }}
offices:
  hq:
    address: {{ street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601" }}
    extensions: [3000-3099]
    notify_911: [security@example.org]
  away:
    backend: other
    address: {{ street: 2 Example Plaza, city: Chicago, state: IL, postal_code: "60601" }}
    extensions: [4000-4099]
    notify_911: [security@example.org]
users:
  far: {{ name: Far Away, office: away, extension: 4001, role: elsewhere }}
  {people}
hotlines:
  help:
    name: Help
    numbers: ["+13125550100"]
    extension: 3090
    seats: {{ baseline: 4, min: 2, max: 20 }}
    answer: {{ roles: [helper] }}
    volume: {{ handling_time: 3m, patience: 3m }}
    autoscale: {autoscale}
surges: {{ {surges} }}
"""
PEOPLE = "\n  ".join(f"h{n:02d}: {{ name: Helper {n}, office: hq, extension: {3000 + n}, role: helper }}" for n in range(1, 25))


def surge(name: str, start: int, end: int, seats: str) -> str:
    """YAML of a surge from so many minutes after noon to so many."""
    begin, over = ((BEGIN + timedelta(minutes=minutes)).isoformat(timespec="minutes") for minutes in (start, end))
    return f'{name}: {{ from: "{begin}", until: "{over}", seats: {{ help: {seats} }} }}'


def write(root: Path, *, surges: str = "", freezes: str = "", autoscale: str = "false", sim: str = "") -> None:
    """The campaign's one file."""
    root.mkdir(exist_ok=True)
    text = CAMPAIGN.format(surges=surges, freezes=freezes, autoscale=autoscale, sim=sim, people=PEOPLE)
    (root / "campaign.yaml").write_text(text, encoding="utf-8")


class Scene:
    """What a test does to an autopilot, and sees of it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.clock = FakeClock(BEGIN)
        self.told: list[Happened] = []
        self.status: Exit | None = None
        self.reins = Reins()
        self._open: list[Context | Scene] = []
        self._looks = self.context()

    def context(self, who: str = "pia") -> Context:
        """One more look at the campaign, until the scene is over."""
        ctx = Context(self.root, clock=self.clock, who=who, command="campctl autopilot", environ={})
        self._open.append(ctx)
        return ctx

    def another(self, name: str = "") -> Scene:
        """A scene with a campaign beside this one, or, without a name, with the same."""
        made = Scene(self.root.with_name(name or self.root.name))
        self._open.append(made)
        return made

    def close(self) -> None:
        """Let go of every store."""
        for one in self._open:
            one.close()

    async def wait(self, minutes: float) -> None:
        await self.clock.sleep(minutes * 60)

    async def until(self, minutes: float) -> None:
        """So many minutes after noon."""
        await self.clock.sleep((BEGIN + timedelta(minutes=minutes) - self.clock.now()).total_seconds())

    async def seats(self, backend: str = "local") -> int:
        """Members of the hotline on the exchange."""
        assert self._looks.campaign  # the manifests as they were at first: a test may break them
        async with self._looks.backends([backend]) as opened:
            seen = await opened[backend].observe()
        return sum(key.kind == "member" for key in seen.resources)

    async def person(self, work: Callable[[Context, How], Awaitable[Any]]) -> Any:
        """A person's command meanwhile."""
        ctx = self.context("dana")
        try:
            return await work(ctx, How(reason="dana knows", wait_for_lock=30.0))
        finally:
            ctx.close()

    def poke(self, *ops: Op, backend: str = "local") -> None:
        poke(exchange_file(self.root, backend), ops)

    def down(self, down: bool = True, backend: str = "local") -> None:
        """The exchange, or its way back."""
        self.poke(SetFaults({"down": down}), backend=backend)

    def events(self, *names: str) -> list[str]:
        return [one.message for one in self.told if not names or one.event in names]

    def at(self, event: str) -> list[float]:
        """When it happened, in minutes since noon."""
        return [(one.at - BEGIN).total_seconds() / 60 for one in self.told if one.event == event]

    def new_reins(self) -> Reins:
        """Those of an autopilot that is yet to be started."""
        self.reins = Reins()
        return self.reins

    def fly(self, reins: Reins, orders: Orders = Orders(), **environ: str) -> asyncio.Task[Exit]:  # noqa: B008 - a frozen value
        """An autopilot, under way."""

        async def flight() -> Exit:
            ctx = self.context()
            try:
                return await fly(ctx, orders, reins, self.told.append, Notifier(environ, self.clock))
            finally:
                ctx.close()

        return asyncio.ensure_future(flight())

    def run(self, script: Callable[[], Awaitable[None]], orders: Orders = Orders(), *, applied: bool = True) -> Scene:  # noqa: B008
        """The script, while an autopilot is at work; it is stopped at the script's end."""

        async def main() -> None:
            if applied:
                await self.person(apply)
            assert self._looks.campaign
            flying = self.fly(self.new_reins(), orders)
            await self.clock.sleep(1.0)
            try:
                await script()
            finally:
                self.reins.stop("SIGTERM")
                self.status = await flying

        asyncio.run(main())
        return self

    def command(self, work: Callable[[], Awaitable[Any]]) -> Any:
        """Something by itself."""
        return asyncio.run(work())  # type: ignore[arg-type]
