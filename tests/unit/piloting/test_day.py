"""The same surge with a fixed staff and with the autopilot: the target missed, and held, without flapping."""

from __future__ import annotations

from piloted import Scene, write

from campctl.app.applying import apply

SURGE = "0 0 0 0 0 0 0 0 0 0 0 0 60 240 60 0 0 0 0 0 0 0 0 0"
BUSY = f', calls: help=360, calls_shape: "{SURGE}", talk_time: 2m, patience: 3m, seed: 3'
HOLD = 600.0


def played(scene: Scene, autoscale: str) -> tuple[float, float, list[int]]:
    """Service level of the whole and of the surge's hour, and seats by the five minutes, from noon to three; fixed: nobody moves any."""
    write(scene.root, autoscale=autoscale, sim=BUSY)
    counts: list[tuple[int, int]] = []
    seats: list[int] = []

    async def script() -> None:
        backend = scene.context().open_backend(scene.context().campaign.backends["local"])
        for part in range(3 * 12 + 1):
            (queue,) = (await backend.live()).queues
            seats.append(sum(queue.agents.values()))
            if part % 12 == 0:
                counts.append((queue.within, queue.answered + queue.abandoned))
            await scene.wait(5)
        await backend.close()

    async def alone() -> None:
        await scene.person(apply)
        await script()

    if autoscale == "true":
        scene.run(script)
    else:
        scene.command(alone)

    def level(first: int, last: int) -> float:
        return (counts[last][0] - counts[first][0]) / (counts[last][1] - counts[first][1])

    return level(0, 3), level(1, 2), seats


def test_a_surge_that_a_fixed_staff_fails_is_held(scene: Scene) -> None:
    """80% within 20 s: four people answer next to nobody in time, the autopilot holds it in the surge too, and no seat goes up and down."""
    fixed, in_surge, _ = played(scene.another("fixed"), "false")
    assert fixed < 0.4
    assert in_surge < 0.15
    whole, held, seats = played(scene, "true")
    assert whole > 0.85
    assert held > 0.8
    assert (min(seats), max(seats)) >= (2, 10)
    assert max(seats) <= 20
    assert seats[-1] <= 7
    moves = [(one.at, one.data["to"] - one.data["before"]) for one in scene.told if one.event == "moved"]
    assert 6 <= len(moves) <= 25
    flaps = [at for at, up in moves for later, down in moves if up > 0 > down and 0 < (later - at).total_seconds() < HOLD]
    assert flaps == []
