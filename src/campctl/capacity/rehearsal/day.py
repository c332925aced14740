"""Play a day: each plain hotline the fast way, what hangs together through the event loop."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from campctl.capacity.rehearsal.fast import play as play_plain
from campctl.capacity.rehearsal.loop import Loop
from campctl.capacity.rehearsal.outcome import Fates
from campctl.capacity.rehearsal.stage import Stage


def play(stage: Stage) -> list[Fates]:
    """What becomes of every call, by hotline."""
    plain = [place for place in range(len(stage.hotlines)) if stage.plain(place)]
    fates: dict[int, Fates] = {}
    for place in plain:
        stints = [stint for stint in stage.stints if stint.hotline == place]
        fates[place] = play_plain(stage.calls[place], stints, stage.hotlines[place].wrap_up)
    others = [place for place in range(len(stage.hotlines)) if place not in fates]
    if others:
        fates.update(zip(others, Loop(_only(stage, others)).play(), strict=True))
    return [fates[place] for place in range(len(stage.hotlines))]


def _only(stage: Stage, places: Sequence[int]) -> Stage:
    """The stage without the hotlines that are worlds of their own."""
    if len(places) == len(stage.hotlines):
        return stage
    new = {old: place for place, old in enumerate(places)}

    def there(to: int | None) -> int | None:
        return to if to is None or to < 0 else new.get(to, -1)

    hotlines = tuple(
        replace(
            stage.hotlines[place],
            overflow=there(stage.hotlines[place].overflow),
            closed_to=there(stage.hotlines[place].closed_to),
            leaves=(leaves[0], there(leaves[1]) or 0) if (leaves := stage.hotlines[place].leaves) else None,
        )
        for place in places
    )
    stints = tuple(replace(stint, hotline=new[stint.hotline]) for stint in stage.stints if stint.hotline in new)
    return replace(stage, hotlines=hotlines, stints=stints, calls=tuple(stage.calls[place] for place in places))
