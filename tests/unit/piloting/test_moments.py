"""The plan at every moment at which it changes, on good days and on bad ones."""

from __future__ import annotations

import pytest
from piloted import BEGIN, Orders, Scene, surge, write

from campctl.app.applying import apply
from campctl.app.hotlines import scale
from campctl.app.overdue import overdue
from campctl.app.overriding import clear
from campctl.app.piloting_plan import rest_after
from campctl.backends.sim.console import log
from campctl.backends.sim.places import exchange_file
from campctl.errors import Exit


def test_a_surge_begins_and_ends_by_itself(scene: Scene) -> None:
    """To the second, once each, with the reason; between its ends the autopilot asks nothing of anybody."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))
    found = []

    async def script() -> None:
        for minutes in (9, 2, 18, 2):
            await scene.wait(minutes)
            found.append(await scene.seats())

    scene.run(script)
    assert found == [4, 12, 12, 4]
    assert [round(at, 1) for at in scene.at("applied")] == [10.0, 30.0]
    assert scene.events("applied")[0].startswith("surge debate begins: Scale Help from")
    assert len(scene.told) == 5  # it leads, looked once, two moments, stopped
    assert scene.status == Exit.OK


def test_overlapping_surges_are_four_moments(scene: Scene) -> None:
    """Each begins and ends; what holds in between is both together."""
    write(scene.root, surges=f"{surge('one', 10, 30, '8')}, {surge('two', 20, 40, '+5')}")
    found = []

    async def script() -> None:
        await scene.wait(5)
        for _ in range(5):
            found.append(await scene.seats())
            await scene.wait(10)

    scene.run(script)
    assert found == [4, 8, 13, 9, 4]
    assert [round(at) for at in scene.at("applied")] == [10, 20, 30, 40]


def test_a_surge_that_is_edited_while_it_runs(scene: Scene) -> None:
    """Its seats at once, its new end when that comes; the old end is no moment any more."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))
    found = []

    async def script() -> None:
        await scene.wait(15)
        write(scene.root, surges=surge("debate", 10, 50, "15"))
        for minutes in (1, 20, 20):
            await scene.wait(minutes)
            found.append(await scene.seats())

    scene.run(script)
    assert found == [15, 15, 4]
    assert scene.events("manifests-read") == ["The manifests were read anew."]
    assert [round(at) for at in scene.at("applied")] == [10, 15, 50]


def test_manifests_with_errors_are_done_without(scene: Scene) -> None:
    """It says so loudly, once, in the audit log too, goes on with those of before, and takes the mended ones."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))

    async def script() -> None:
        await scene.wait(5)
        write(scene.root, surges="debate: { from: soon }")
        await scene.wait(10)
        assert await scene.seats() == 12
        write(scene.root, surges=surge("debate", 10, 30, "6"))
        await scene.wait(1)
        assert await scene.seats() == 6

    scene.run(script)
    (said,) = scene.events("manifests-invalid")
    assert "campaign.yaml:" in said
    assert "goes on with those of before" in said
    ctx = scene.context()
    assert [one.result for one in ctx.store().audit() if one.what == "autopilot"][1] == "manifests not read"


def test_sighup_reads_anew_and_looks_again(scene: Scene) -> None:
    """Also when nothing was edited: whoever asks is answered."""

    async def script() -> None:
        await scene.wait(1)
        scene.reins.again()
        await scene.wait(1)

    scene.run(script)
    assert scene.events("manifests-read") == ["The manifests were read anew; they say the same."]
    assert scene.events("nothing-to-apply")[-1] == "asked to look again: nothing to change"


def test_another_store_ends_it(scene: Scene) -> None:
    """Whoever starts it anew has the records of the new place; writing on into the old ones would lose them."""

    async def script() -> None:
        await scene.wait(1)
        text = (scene.root / "campaign.yaml").read_text().replace("  backend: local", "  backend: local\n  store: elsewhere")
        (scene.root / "campaign.yaml").write_text(text)
        await scene.wait(1)

    scene.run(script)
    assert scene.status == Exit.STORE
    assert not (scene.root / "elsewhere").exists()


def test_an_override_that_ends_while_the_exchange_is_down(scene: Scene) -> None:
    """It is told once, tried again, and taken back when the exchange is there again; then nothing is overdue."""

    async def script() -> None:
        await scene.person(lambda ctx, how: scale(ctx, how, hotline="help", seats="9", until="+10m"))
        await scene.wait(5)
        scene.down()
        await scene.wait(30)
        assert len(scene.events("not-applied")) == 1
        scene.down(False)
        assert await scene.seats() == 9
        await scene.wait(6)
        assert await scene.seats() == 4
        assert not (await scene.person(lambda ctx, _: overdue(ctx))).rows

    scene.run(script)
    assert "local does not answer" in scene.events("not-applied")[0]
    assert scene.events("applied")[-1].startswith("again, since local does not answer: Scale Help from")


def test_with_one_exchange_down_it_goes_on_with_the_others(scene: Scene) -> None:
    """A surge on the one begins to the second while the other does not answer, which is told and made good."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))

    async def script() -> None:
        await scene.wait(5)
        scene.down(backend="other")
        await scene.wait(6)
        assert await scene.seats() == 12
        scene.down(False, backend="other")
        await scene.wait(6)

    scene.run(script)
    assert scene.events("not-applied")[0].startswith("surge debate begins: Scale Help from 4 to 12 seats; other does not answer.")
    assert scene.events("nothing-to-apply")[-1].startswith("again, since other does not answer")


def test_a_clock_that_jumps_ahead_misses_nothing(scene: Scene) -> None:
    """What should have begun meanwhile is applied once, and what began and ended meanwhile is not done at all."""
    write(scene.root, surges=f"{surge('short', 10, 20, '9')}, {surge('long', 30, 200, '12')}")

    async def script() -> None:
        await scene.wait(5)
        scene.clock.set_back(-3600)
        await scene.wait(1)
        assert await scene.seats() == 12

    scene.run(script)
    assert scene.events("clock-jumped") == ["The clock jumped 3,600 s ahead; what the time now says is applied once."]
    (said,) = scene.events("applied")
    assert said.startswith("the clock jumped 3,600 s ahead; missed 3 moments since 2026-10-13 12:10 (surge short begins, surge short ends")


def test_a_clock_that_is_set_back_is_believed(scene: Scene) -> None:
    """The surge that was over is on again; it ends once more when its end comes once more."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))
    found = []

    async def script() -> None:
        await scene.wait(35)
        scene.clock.set_back(15 * 60)
        for minutes in (1, 12):
            await scene.wait(minutes)
            found.append(await scene.seats())

    scene.run(script)
    assert found == [12, 4]


def test_a_machine_that_slept_catches_up_once(scene: Scene) -> None:
    """Four moments passed while nobody looked: one apply."""
    write(scene.root, surges=f"{surge('one', 10, 20, '8')}, {surge('two', 30, 90, '10')}")

    async def script() -> None:
        await scene.wait(5)
        scene.clock.advance(2400)  # both clocks went on, and nobody was woken in between
        await scene.wait(1)
        assert await scene.seats() == 10

    scene.run(script)
    assert len(scene.events("applied")) == 1


def test_what_a_guardrail_refuses_is_told_and_not_forced(scene: Scene) -> None:
    """A surge begins in a freeze that lets no seats move: not applied, said once; done when the freeze ends."""
    freeze = "{ name: polls, from: 2026-10-13T12:05, until: 2026-10-13T12:20, allow: [light], reason: polls are open }"
    write(scene.root, surges=surge("debate", 10, 40, "12"), freezes=freeze)

    async def script() -> None:
        await scene.wait(18)
        assert await scene.seats() == 4
        await scene.wait(4)
        assert await scene.seats() == 12

    scene.run(script)
    (said,) = scene.events("not-applied")
    assert "Freeze polls" in said
    assert scene.events("applied")[0].startswith("freeze polls ends")


def test_dry_run_says_and_does_nothing(scene: Scene) -> None:
    """Neither lead nor records nor exchange are touched."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))

    async def script() -> None:
        await scene.wait(15)
        assert await scene.seats() == 4
        ctx = scene.context()
        assert ctx.store().leadership.holder() is None
        assert all(one.what != "autopilot" for one in ctx.store().audit())

    scene.run(script, Orders(dry_run=True))
    assert scene.events("would-apply") == ["surge debate begins: Scale Help from 4 to 12 seats"]


def test_once_takes_one_turn(scene: Scene) -> None:
    """For cron: it applies what holds now, says what it missed since the last one, and ends."""
    write(scene.root, surges=surge("debate", 10, 30, "12"))

    async def work() -> None:
        from campctl.app.applying import apply

        await scene.person(apply)
        for minutes in (0, 12, 30):
            await scene.wait(minutes)
            assert await scene.fly(scene.new_reins(), Orders(once=True)) == Exit.OK

    scene.command(work)
    assert scene.events() == [
        "autopilot looks: nothing to change",
        "autopilot looks; missed 1 moment since 2026-10-13 12:10 (surge debate begins): Scale Help from 4 to 12 seats",
        "autopilot looks; missed 1 moment since 2026-10-13 12:30 (surge debate ends): Scale Help from 12 to 4 seats",
    ]


def test_once_ends_in_what_it_came_to(scene: Scene) -> None:
    """With an exchange down its status says so, and the other exchange was served."""

    async def work() -> None:
        from campctl.app.applying import apply

        await scene.person(apply)
        scene.down(backend="other")
        assert await scene.fly(scene.new_reins(), Orders(once=True)) == Exit.BACKEND

    scene.command(work)
    assert "other does not answer" in scene.events("not-applied")[0]


def test_people_who_change_things_meanwhile_are_followed(scene: Scene) -> None:
    """An override made while it runs ends by itself; one that is cleared is no moment any more."""

    async def script() -> None:
        await scene.person(lambda ctx, how: scale(ctx, how, hotline="help", seats="9", until="+10m"))
        await scene.wait(1)
        assert await scene.seats() == 9
        await scene.wait(10)
        assert await scene.seats() == 4
        await scene.person(lambda ctx, how: scale(ctx, how, hotline="help", seats="9", until="+10m"))
        await scene.person(lambda ctx, how: clear(ctx, how, every=True))
        await scene.wait(1)
        count = len(scene.told)
        await scene.wait(15)
        assert len(scene.told) == count

    scene.run(script)
    assert scene.clock.now() > BEGIN


def test_what_is_owed_for_days_is_tried_on() -> None:
    """Sooner at first, every five minutes in the end; an exchange that is away for a week ends no autopilot."""
    assert [rest_after(tries) for tries in (1, 2, 3, 6, 7, 8, 1025, 100_000)] == [5, 10, 20, 160, 300, 300, 300, 300]


def test_a_moment_just_after_somebody_added_a_person(scene: Scene) -> None:
    """What was read before the edit is not applied any more: the new phone stays, and the surge begins once the manifests are read."""
    surges = surge("debate", 10, 30, "12")
    write(scene.root, surges=surges)

    async def script() -> None:
        await scene.until(10 - 2 / 60)
        path = scene.root / "campaign.yaml"
        path.write_text(
            path.read_text().replace("users:\n", "users:\n  new: { name: New Here, office: hq, extension: 3080, role: other }\n")
        )
        await scene.person(apply)
        await scene.wait(1)

    scene.run(script)
    asked = [(line.action, str(line.key)) for line in log(exchange_file(scene.root, "local")) if "user/new" in str(line.key)]
    assert asked == [("create", "line/user/new")]
    assert not scene.events("not-applied")
    assert [at for at in scene.at("applied") if at > 9] == [pytest.approx(10, abs=0.25)]
