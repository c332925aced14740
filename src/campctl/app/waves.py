"""`move --office OFFICE --backend BACKEND`: an office goes to another backend in waves, and its state on the way.

What lasts is YAML: `backend` of people and desks while the office is on two exchanges, its own `backend` with the last wave.
`--prepare` writes `also_on` instead: a second line, which the phone can be re-pointed to at leisure; a wave then takes those
whose phones have registered there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from msgspec.structs import replace

from campctl import errors
from campctl.app.applying import Wish, change
from campctl.app.context import Context
from campctl.app.find import did_you_mean
from campctl.app.how import How
from campctl.app.results import Applied, Planned
from campctl.app.wave_scene import Asked, Scene, Wave, look_at
from campctl.app.wave_words import CUT_OFF, guards_of, next_steps_of, remarks_of
from campctl.effective.waves import Unit, clusters, followers, moved, pick
from campctl.findings.text import listed
from campctl.model.campaign import Port, User

if TYPE_CHECKING:
    from campctl.manifest.edit import Editor


async def move_office(ctx: Context, how: How, *, asked: Asked) -> Applied | Planned:
    """Plan a wave, write it into the YAML when it was agreed to, and apply just that."""
    from campctl.manifest.edit import Editor

    scene = await look_at(ctx, asked.office, asked.backend)
    wave = _prepared_next(scene, asked) if asked.prepare else _next(scene, asked, cut_off=CUT_OFF in how.allow)
    editor = Editor(ctx.root)
    if asked.prepare:
        _write(editor, [spot for unit in wave.units for spot in unit.spots(scene.campaign)], "also_on", asked.backend)
    else:
        _settle_in(editor, scene, asked, wave)
    wish = Wish(
        targets=_targets(scene, asked, wave),
        commit=editor.write,
        diff=editor.diff(),
        what=f"move --office {asked.office} --backend {asked.backend}{' --prepare' if asked.prepare else ''}",
        guards=() if asked.prepare else guards_of(ctx, scene, asked, wave),
        remarks=remarks_of(scene, asked, wave),
    )
    done = await change(ctx.with_overlay(editor.overlay), how, wish)
    if isinstance(done, Applied) and done.run is not None and done.run.status == "done":
        return replace(done, next_steps=(*done.next_steps, *next_steps_of(ctx, how, asked, wave)))
    return done


def _prepared_next(scene: Scene, asked: Asked) -> Wave:
    """The next ones to be given a second line."""
    waiting = [unit for unit in scene.units if not unit.is_on(scene.campaign, asked.backend)]
    able = [unit for unit in waiting if not scene.prepared(unit, asked.backend)]
    chosen = _named(scene, able, asked) if asked.names else pick(clusters(able), _count(asked.wave, scene.units))
    return Wave(chosen, (), (), len(able) - len(chosen), last=False)


def _next(scene: Scene, asked: Asked, *, cut_off: bool) -> Wave:
    """The next ones to go.

    While some are prepared, a wave of so many is of those; whoever was prepared waits until the phone has registered, and
    those who sit in the same hotline with them.
    """
    campaign, to = scene.campaign, asked.backend
    leaving = [unit for unit in scene.units if not unit.is_on(campaign, to)]
    unready = {unit.subject for unit in leaving if not cut_off and scene.prepared(unit, to) and not scene.registered(unit, to)}
    groups = [leaving] if asked.names else clusters(leaving)
    if asked.names:
        named = _named(scene, leaving, asked)
        groups = [[unit] for unit in named]
    able = [group for group in groups if not any(unit.subject in unready for unit in group)]
    prepared = [group for group in able if any(scene.prepared(unit, to) for unit in group)]
    limited = asked.wave not in {"", "all"}
    if limited and not asked.names and any(scene.prepared(unit, to) for unit in leaving):
        able = prepared
    chosen = [unit for group in able for unit in group] if asked.names else pick(able, _count(asked.wave, scene.units))
    held = [unit for group in groups for unit in group if unit.subject in unready]
    if not chosen and held:
        raise errors.GuardrailRefused(
            f"phones-not-registered: nobody can go to {to} now; no phone has registered there yet of "
            f"{listed([scene.name(unit) for unit in held], 5)}. Nothing was changed.",
            guardrails=("phones-not-registered",),
            hint=f"Re-point the phones and run it again; or repeat with {CUT_OFF} --reason WHY.",
        )
    going = {unit.subject for unit in chosen}
    left = [unit for unit in leaving if unit.subject not in going]
    along = followers(moved(campaign, chosen, to), chosen, to, scene.floor)
    return Wave(chosen, along, held, len(left), last=not left)


def _named(scene: Scene, units: Sequence[Unit], asked: Asked) -> list[Unit]:
    """The units of the people or desks that were named."""
    by_name = {name: unit for unit in scene.units for name in (unit.user, *unit.ports) if name}
    for name in asked.names:
        if name not in by_name:
            near = did_you_mean(name, by_name) or f"`campctl move --office {asked.office} --status` shows all."
            raise errors.NotFound(f"Office `{asked.office}` has no user and no desk `{name}`.", hint=near)
    wanted = {by_name[name].subject for name in asked.names}
    return [unit for unit in units if unit.subject in wanted]


def _count(wave: str, units: Sequence[Unit]) -> int:
    """How many a wave is: "25%" of the whole office, rounded up; "10"; all without a word."""
    if wave in {"", "all"}:
        return max(1, len(units))
    share = wave.endswith("%")
    digits = wave.removesuffix("%")
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 6 or int(digits) == 0 or (share and int(digits) > 100):
        raise errors.UsageError(f"--wave {wave} is no size of a wave.", hint="Write a share (25%), a number (10), or all.")
    return -(-len(units) * int(digits) // 100) if share else int(digits)


def _write(editor: Editor, spots: Iterable[User | Port], field: str, value: str) -> None:
    """Give people and desks a field; "" takes it away from those that have it."""
    meant = [spot for spot in spots if value or getattr(spot, field)]
    editor.set_all("users", [spot.id for spot in meant if isinstance(spot, User)], field, value or None)
    editor.set_desks([spot.id for spot in meant if isinstance(spot, Port)], field, value or None)


def _settle_in(editor: Editor, scene: Scene, asked: Asked, wave: Wave) -> None:
    """Write who is where. With the last wave it is the office that says it, for all of them."""
    campaign, to = scene.campaign, asked.backend
    office = campaign.offices[asked.office]
    going = [spot for unit in wave.units for spot in unit.spots(campaign)]
    everybody = [spot for unit in scene.units for spot in unit.spots(campaign)]
    if wave.last and office.backend != to:
        editor.set("offices", office.id, "backend", to)
    if wave.last or office.backend == to:
        _write(editor, everybody if wave.last else going, "backend", "")
    else:
        _write(editor, going, "backend", to)
    _write(editor, everybody if wave.last else going, "also_on", "")
    for hotline in wave.hotlines:
        if to == campaign.default_backend:
            editor.unset("hotlines", hotline, "backend")
        else:
            editor.set("hotlines", hotline, "backend", to)


def _targets(scene: Scene, asked: Asked, wave: Wave) -> list[str]:
    """Just the wave; with it the office's addresses, which come with the first line and go with the last."""
    found = [line for unit in wave.units for line in unit.lines] + [f"hotline/{hotline}" for hotline in wave.hotlines]
    if not found and not wave.last:
        return [f"location/{asked.office}"]
    if wave.last:
        found.append(f"office/{asked.office}")
        found += [f"number/{number.number}" for number in scene.campaign.numbers.values() if number.office == asked.office]
    places = {f"location/{asked.office}"}
    for snapshot in scene.observed.values():
        places |= {str(key) for key in snapshot.resources if key.kind == "location" and key.id.partition("/")[0] == asked.office}
    return [*found, *sorted(places)]
