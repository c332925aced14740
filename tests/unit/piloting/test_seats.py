"""Seats moved by live figures, through the one way in which anything is changed."""

from __future__ import annotations

import asyncio

from piloted import Orders, Scene, surge, write

from campctl.app.applying import apply
from campctl.app.desks import light
from campctl.app.hotlines import scale, show_hotline
from campctl.app.piloting_cockpit import Reins
from campctl.app.piloting_rooms import is_own
from campctl.app.piloting_seats import LEASE
from campctl.backends.sim.console import Restart
from campctl.errors import Exit

BUSY = ", calls: help=4800, calls_shape: flat, talk_time: 2m"
"""Two hundred calls an hour of two minutes and some: eight seats and more."""
CALM = ", calls: help=240, calls_shape: flat, talk_time: 2m"
AUTO = "{ step: 3, every: 30s, hold: 5m }"


def own(scene: Scene) -> list[tuple[str, int]]:
    """The autopilot's overrides in the store, ended ones too."""
    return [(one.id, one.seats.amount) for one in scene.context().store().overrides() if is_own(one) and one.seats is not None]


def test_seats_come_with_the_calls_and_every_move_says_why(scene: Scene) -> None:
    """By an override with an end; audited with the figures; journaled as a run; on the exchange."""
    write(scene.root, autoscale=AUTO, sim=BUSY)

    async def script() -> None:
        await scene.wait(20)
        assert await scene.seats() >= 9

    scene.run(script)
    store = scene.context().store()
    moves = [one for one in store.audit() if one.what.startswith("autopilot scale help")]
    assert len(moves) >= 4
    assert all("calls a minute" in one.why and one.who == "autopilot" and one.run for one in moves)
    (override,) = [one for one in store.overrides() if is_own(one)]
    assert override.seats is not None
    assert override.seats.relative
    assert override.end is not None
    assert override.end - scene.clock.now() <= LEASE


def test_the_seats_of_a_dead_autopilot_fall_back(scene: Scene) -> None:
    """Its override is renewed while it is there, and ends by itself afterwards: the next apply, anybody's, takes the seats back."""
    write(scene.root, autoscale=AUTO, sim=BUSY)

    async def script() -> None:
        await scene.wait(90)

    scene.run(script)
    renewed = [one for one in scene.context().store().audit() if one.result == "renewed"]
    assert 4 <= len(renewed) <= 12
    assert len(own(scene)) == 1

    async def later() -> None:
        await scene.wait(21)
        await scene.person(apply)
        assert await scene.seats() == 4

    scene.command(later)


def test_a_persons_figure_wins_until_it_ends(scene: Scene) -> None:
    """However many call; then the autopilot goes on. Who reads the status sees whose it is."""
    write(scene.root, autoscale=AUTO, sim=BUSY)

    async def script() -> None:
        await scene.wait(10)
        await scene.person(lambda ctx, how: scale(ctx, how, hotline="help", seats="5", until="+30m"))
        for _ in range(5):
            await scene.wait(5)
            assert await scene.seats() == 5
        note = scene.context().store().leadership.note().decode()
        assert "what dana asked for (5) holds until" in note
        await scene.wait(20)
        assert await scene.seats() >= 8

    scene.run(script)


def test_two_more_than_there_are_stay_two_more(scene: Scene) -> None:
    """A person's "+2" is on top of the autopilot's seats, which are kept and not moved meanwhile."""
    write(scene.root, autoscale=AUTO, sim=BUSY)

    async def script() -> None:
        await scene.wait(15)
        before = await scene.seats()
        await scene.person(lambda ctx, how: scale(ctx, how, hotline="help", seats="+2", until="+40m"))
        for _ in range(3):
            await scene.wait(11)
            assert await scene.seats() == before + 2

    scene.run(script)


def test_a_freeze_holds_seats_too_unless_it_lets_them_move(scene: Scene) -> None:
    """`allow: [scale]` lets the autopilot go on; without it not even the first seat moves."""
    found = {}
    for allow in ("light", "scale"):
        freeze = f"{{ name: polls, from: 2026-10-13T12:00, until: 2026-10-13T23:00, allow: [{allow}] }}"
        other = scene.another(allow)
        write(other.root, autoscale=AUTO, sim=BUSY)

        async def begin(other: Scene = other) -> None:
            await other.person(apply)

        other.command(begin)
        write(other.root, autoscale=AUTO, sim=BUSY, freezes=freeze)

        async def script(other: Scene = other) -> None:
            await other.wait(15)

        other.run(script, applied=False)
        found[allow] = (asyncio.run(other.seats()), len(other.events("not-moved")))
    assert found["light"] == (4, 0)
    assert found["scale"][0] >= 9


def test_a_surge_is_the_least_while_it_lasts_and_its_seats_stay_while_they_are_needed(scene: Scene) -> None:
    """Calm: the surge's seats stand, none are given back, and all go with its end. Busy: they stay as long as the calls do."""
    for sim, least, most in ((CALM, 2, 4), (BUSY, 7, 15)):
        write(scene.root, autoscale=AUTO, sim=sim, surges=surge("debate", 5, 40, "15"))
        played = scene.another()

        async def script(played: Scene = played, least: int = least, most: int = most) -> None:
            for _ in range(3):
                await played.wait(11)
                assert await played.seats() == 15
            await played.wait(8)
            assert least <= await played.seats() <= most

        played.run(script)
        for file in (scene.root / ".campctl").glob("*.db*"):
            file.unlink()


def test_desks_that_people_light_while_callers_wait_take_nobody_away(scene: Scene) -> None:
    """More seats than the last look saw are not too many while the calls need them: walk-ins come on top."""
    write(scene.root, autoscale="{ step: 1, every: 2m, hold: 5m }", sim=BUSY)
    file = scene.root / "campaign.yaml"
    desks = "ports:\n  hall: { office: hq, desks: a1-a3, extensions: 3070-3072, hotline: help, room: Hall }\nhotlines:\n"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("hotlines:\n", desks).replace("[helper] }", "[helper], ports: true }"), "utf-8")

    async def script() -> None:
        await scene.wait(3.5)
        before = await scene.seats()
        assert before < 8
        await scene.person(lambda ctx, how: light(ctx, how, desks=["hq/a1", "hq/a2"]))
        assert await scene.seats() == before + 2
        await scene.wait(0.4)
        assert await scene.seats() == before + 2

    scene.run(script)
    assert not [said for said in scene.events("applied", "moved") if " fewer " in said or "leave" in said]


def test_figures_that_are_gone_move_nothing(scene: Scene) -> None:
    """The exchange is down, then restarts and counts anew: it is said, the seats stay, and then it goes on."""
    write(scene.root, autoscale=AUTO, sim=BUSY)

    async def script() -> None:
        await scene.wait(10)
        before = await scene.seats()
        scene.down()
        await scene.wait(8)
        scene.down(False)
        scene.poke(Restart())
        await scene.wait(1)
        assert await scene.seats() == before
        await scene.wait(10)

    scene.run(script)
    assert "local shows no live figures" in scene.events("no-figures")[0]
    assert "the exchange counts anew" in scene.events("no-figures")[1]
    assert len(scene.events("figures-again")) == 2


def test_a_restart_goes_on_where_it_was(scene: Scene) -> None:
    """What it remembers is in the store: no second measuring, no seats given back sooner, one override."""
    write(scene.root, autoscale=AUTO, sim=BUSY)

    async def script() -> None:
        await scene.wait(15)

    scene.run(script)
    before, seats = len(scene.events("moved")), asyncio.run(scene.seats())

    async def again() -> None:
        await scene.wait(1)

    scene.run(again, applied=False)
    assert "measuring" not in scene.context().store().leadership.note().decode()
    assert abs(asyncio.run(scene.seats()) - seats) <= 3
    assert len(scene.events("moved")) <= before + 1
    assert len(own(scene)) == 1


def test_cron_moves_seats_too(scene: Scene) -> None:
    """A turn a minute, each a life of its own, measures from note to note."""
    write(scene.root, autoscale=AUTO, sim=BUSY)

    async def work() -> None:
        await scene.person(apply)
        for _ in range(15):
            assert await scene.fly(Reins(), Orders(once=True)) == Exit.OK
            await scene.wait(1)
        assert await scene.seats() >= 9

    scene.command(work)


def test_dry_run_says_which_seats_it_would_move(scene: Scene) -> None:
    """And moves none."""
    write(scene.root, autoscale=AUTO, sim=BUSY)

    async def script() -> None:
        await scene.wait(10)
        assert await scene.seats() == 4

    scene.run(script, Orders(dry_run=True))
    assert scene.events("would-move")[0].startswith("help 4 to 7 seats: ")
    assert own(scene) == []


def test_autoscale_that_is_taken_out_takes_its_override_along(scene: Scene) -> None:
    """Edited while it runs: the seats go back to what the plan says."""
    write(scene.root, autoscale=AUTO, sim=BUSY)

    async def script() -> None:
        await scene.wait(15)
        write(scene.root, autoscale="false", sim=BUSY)
        await scene.wait(1)
        assert await scene.seats() == 4

    scene.run(script)
    assert own(scene) == []


def test_an_autopilot_killed_while_it_renewed_leaves_no_seats_twice(scene: Scene) -> None:
    """Two overrides of its own, of which the older was about to be cleared: the next life clears it before it applies."""
    write(scene.root, autoscale=AUTO, sim=BUSY)

    async def script() -> None:
        await scene.wait(15)

    scene.run(script)
    seats = asyncio.run(scene.seats())
    ctx = scene.context()
    store = ctx.store(write=True)
    (left,) = [one for one in store.overrides() if is_own(one)]
    from msgspec.structs import replace

    store.add_overrides([replace(left, id="ap000001")])
    ctx.close()

    async def again() -> None:
        assert abs(await scene.seats() - seats) <= 3

    scene.run(again, applied=False)
    assert len(own(scene)) == 1


def test_hotline_show_says_how_its_seats_move(scene: Scene) -> None:
    """Of one with `autoscale`, and of no other."""
    for autoscale, said in ((AUTO, "by the autopilot, 3 at a time, every 30s at the most; back after 5 min"), ("false", None)):
        write(scene.root, autoscale=autoscale)
        assert asyncio.run(show_hotline(scene.context(), hotline="help")).fields.get("autoscale") == said
