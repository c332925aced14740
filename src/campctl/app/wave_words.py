"""What a wave says for itself: the guardrail on phones that would be cut off, why these go, and what to do next."""

from __future__ import annotations

from campctl.app.context import Context
from campctl.app.how import How
from campctl.app.wave_scene import Asked, Scene, Wave
from campctl.findings.text import listed, plural
from campctl.model.changes import Guard

CUT_OFF = "--allow-cut-off"


def guards_of(ctx: Context, scene: Scene, asked: Asked, wave: Wave) -> tuple[Guard, ...]:
    """Phones that are in use now and would be cut off until somebody gives them the new line's secret."""
    from campctl.app.checks import capabilities_of

    able = capabilities_of(ctx.campaign)[0].get(asked.backend)
    follow = able is not None and able.self_registering
    cut = [
        unit
        for unit in wave.units
        if scene.in_use(unit, asked.backend)
        and not scene.registered(unit, asked.backend)
        and (not follow or scene.prepared(unit, asked.backend))
    ]
    if not cut:
        return ()
    names = listed([scene.name(unit) for unit in cut], 3)
    one_ = len(cut) == 1
    message = (
        f"{plural(len(cut), 'phone')} in use {'is' if one_ else 'are'} not registered on {asked.backend} yet, and would be cut off until "
        f"{'it is' if one_ else 'they are'}: {names}. `--prepare` first gives each a line there beside the old one."
    )
    return (Guard(name="phones-cut-off", message=message, flag=CUT_OFF, subjects=tuple(unit.subject for unit in cut)),)


def remarks_of(scene: Scene, asked: Asked, wave: Wave) -> tuple[str, ...]:
    """Who goes and why these, which hotlines go along, who is left out."""
    office = scene.campaign.offices[asked.office].name
    count, whole = len(wave.units), len(scene.units)
    words = "get a line on" if asked.prepare else "go to"
    rest = "nobody is left" if not wave.left else f"{wave.left:,} {'is' if wave.left == 1 else 'are'} left"
    size = f"{count:,} of {whole:,} at {office} {words} {asked.backend}, and {rest} after it"
    found = [f"Wave: {size}. A person counts as one with their desk, and so does a desk where nobody is named."] if count else []
    tied = sum(bool(unit.hotlines) for unit in wave.units)
    if count and wave.left and not asked.names:
        found.append("First go people, then desks, by extension; who sits in a hotline goes last, and together with all who sit in it.")
    elif tied and wave.left:
        found.append(f"{tied:,} of them sit in hotlines, whose seats are on one exchange.")
    names = [scene.campaign.hotlines[hotline].name for hotline in wave.hotlines]
    if names:
        verb = "goes" if len(names) == 1 else "go"
        found.append(f"Hotline {listed(names)} {verb} along: more of the seats can be filled there.")
    if wave.held:
        who = listed([scene.name(unit) for unit in wave.held], 10)
        found.append(f"Not in it, because no phone has registered on {asked.backend} yet: {who}.")
    return tuple(found)


def next_steps_of(ctx: Context, how: How, asked: Asked, wave: Wave) -> tuple[str, ...]:
    """What the phones need now, what takes the prepared ones, and where to see how far it is."""
    from campctl.app.checks import capabilities_of

    able = capabilities_of(ctx.campaign)[0].get(asked.backend)
    steps = []
    if not how.secrets_file and able is not None and not able.self_registering:
        steps.append(
            f"The phones need the new lines' secrets: `campctl user secret USER --backend {asked.backend}` makes one (or --secrets)."
        )
    if asked.prepare:
        steps.append(
            f"When phones have registered on {asked.backend}, `campctl move --office {asked.office} --backend {asked.backend}` takes them."
        )
    if wave.held or wave.left or asked.prepare:
        steps.append(f"`campctl move --office {asked.office} --status` tells who is where.")
    return tuple(steps)
