"""`runbook lint|list|show`: everything that is wrong with a runbook before the day, at its place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.results import Listing, Validation
from campctl.app.running_books_files import Shelf
from campctl.findings import Finding
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.findings.text import count_words
from campctl.live.expect import SUBJECTS, BadExpectation, claims, parse
from campctl.manifest.runbooks import digest_of
from campctl.model.campaign import Campaign
from campctl.model.runbooks import Document, Program, Step
from campctl.runbook.filling import NOUNS, Filled, Known
from campctl.runbook.inspect import inspect
from campctl.runbook.unroll import Ask, Place, unroll
from campctl.runbook.verbs import Verbs, with_made


class Looked(Struct, frozen=True):
    """One runbook, looked through. `program` is None when too little of it can be read."""

    program: Program | None
    findings: tuple[Finding, ...]
    shelf: Shelf

    @property
    def broken(self) -> bool:
        """Whether it cannot be run."""
        return self.program is None or any(one.severity == "error" for one in self.findings)


def known_of(campaign: Campaign) -> Known:
    """What runbooks of this campaign may refer to."""
    return Known(
        ids={section: tuple(getattr(campaign, section)) for section in NOUNS.values()},
        zones={office.id: office.time_zone for office in campaign.offices.values()},
        zone=campaign.time_zone,
        campaign=campaign.name,
    )


def look_through(ctx: Context, verbs: Verbs, name: str, given: Mapping[str, str], *, strict: bool, now: datetime | None = None) -> Looked:
    """Read, unroll and inspect one. `strict`: required variables have to be given. `now`: as of then."""
    known, now = known_of(ctx.campaign), now or ctx.clock.now()
    shelf = Shelf(ctx.root)
    document = shelf.open(shelf.find(name))
    if document is None:
        return Looked(None, _sorted(shelf.findings), shelf)
    unknown = [key for key in given if key not in document.variables]
    if unknown:
        raise _no_variable(document, unknown[0])
    made = unroll(document, Ask(given=given, known=known, now=now, fetch=shelf.fetch, strict=strict))
    found = [*shelf.findings, *made.findings]
    known = with_made(known, [place.step.act.argv for place in made.places if place.step.kind == "run" and place.step.act])
    readable = [place for place in made.places if place.step.kind != "run" or place.argv]
    found += inspect(replace(made, places=tuple(readable)), verbs, known, now)
    ids = {place.step.id for place in made.places}
    for place in made.places:
        for text in place.expectations:
            found += _expectation(text, place, known, ids)
    program = replace(made.program, digest=digest_of(made.program.sources))
    return Looked(program, _sorted(_once(found)), shelf)


def _no_variable(document: Document, name: str) -> errors.UsageError:
    near = Suggester(document.variables).did_you_mean(name)
    return errors.UsageError(
        f"{document.file} has no variable `{name}`.", hint=near or f"It has: {', '.join(document.variables) or 'none'}."
    )


def _expectation(text: Filled, place: Place, known: Known, steps: set[str]) -> list[Finding]:
    try:
        wanted = parse(text.value)
    except BadExpectation as bad:
        return [finding("runbook-expectation", bad.message, help=bad.help, span=text.at(bad.offset, bad.length))]
    found = []
    if wanted.within is not None and text is place.expectations[-1] and text.value == place.step.when:
        found.append(
            finding(
                "runbook-expectation",
                "`when` is looked at once, so `within` says nothing here.",
                help="Take it out, or make a `wait` step before this one.",
                span=text.source.span,
            )
        )
    for claim in claims(wanted):
        assert isinstance(claim.left, tuple)
        subject, id_, _ = claim.left
        noun = SUBJECTS[subject].noun
        ids = steps if noun == "step" else known.ids[NOUNS[noun]] if noun else ()
        if noun and id_ not in ids:
            where = "runbook" if noun == "step" else "campaign"
            near = Suggester(ids).did_you_mean(id_) or f"Look at how its {noun}s are called."
            found.append(
                finding("runbook-unknown-id", f"There is no {noun} `{id_}` in the {where}.", help=near, span=text.at(claim.at, len(id_)))
            )
    return found


def _once(found: Sequence[Finding]) -> list[Finding]:
    seen: dict[object, Finding] = {}
    for one in found:
        seen.setdefault((one.code, one.span, one.detail), one)
    return list(seen.values())


def _sorted(found: Sequence[Finding]) -> tuple[Finding, ...]:
    return tuple(
        sorted(found, key=lambda one: (one.span.file, one.span.line, one.span.column, one.code) if one.span else ("", 0, 0, one.code))
    )


def lint(ctx: Context, verbs: Verbs, names: Sequence[str], given: Mapping[str, str]) -> Validation:
    """Every finding of the runbooks named, or of all there are. Required variables that are not given stand for any value."""
    wanted = list(names) or Shelf(ctx.root).names()
    if not wanted:
        raise errors.NotFound("This campaign has no runbooks.", hint="Put them into runbooks/, or name a file.")
    found: list[Finding] = []
    excerpts: dict[str, str] = {}
    files: dict[str, None] = {}
    steps = 0
    for name in wanted:
        looked = look_through(ctx, verbs, name, given if names else {}, strict=bool(given))
        found += looked.findings
        excerpts |= looked.shelf.excerpts(looked.findings)
        files |= dict.fromkeys(looked.shelf.sources)
        steps += len(looked.program.steps) if looked.program else 0
    findings = _sorted(_once(found))
    return Validation(findings=findings, files=tuple(files), counts={"steps": steps}, excerpts=excerpts)


def program_of(ctx: Context, verbs: Verbs, name: str, given: Mapping[str, str], *, now: datetime | None = None) -> Program:
    """The program to be run; `errors.InvalidManifest` with every finding when the runbook has errors."""
    looked = look_through(ctx, verbs, name, given, strict=True, now=now)
    if looked.program is None or looked.broken:
        raise errors.InvalidManifest(
            f"The runbook has {count_words(looked.findings)}; nothing was begun.",
            findings=looked.findings,
            hint=f"`campctl runbook lint {name}` shows each with its place.",
        )
    return looked.program


def list_books(ctx: Context, verbs: Verbs) -> Listing:
    """The campaign's runbooks."""
    rows = []
    for name in Shelf(ctx.root).names():
        looked = look_through(ctx, verbs, name, {}, strict=False)
        program = looked.program
        times = [step.at for step in program.steps if step.at is not None] if program else []
        rows.append(
            {
                "runbook": name,
                "name": program.name if program else "",
                "steps": len(program.steps) if program else 0,
                "first": min(times, default=None),
                "last": max(times, default=None),
                "findings": count_words(looked.findings) if looked.findings else "",
                "variables": list(program.variables) if program else [],
            }
        )
    columns = ("runbook", "name", "steps", "first", "last", "findings", "variables")
    return Listing(
        of="runbook", columns=columns, rows=tuple(rows), empty="This campaign has no runbooks. Put them into runbooks/: docs/runbooks.md."
    )


def show_book(ctx: Context, verbs: Verbs, name: str, given: Mapping[str, str]) -> Listing:
    """The steps a runbook comes to, unrolled, with what each does."""
    looked = look_through(ctx, verbs, name, given, strict=bool(given))
    # One with errors is shown by nobody: this raises with everything that is wrong.
    program = looked.program if looked.program is not None and not looked.broken else program_of(ctx, verbs, name, given)
    columns = ("step", "at", "does", "what", "role", "on failure", "way back", "when", "about")
    rows = tuple(
        {
            "step": step.id,
            "at": step.at,
            "does": step.kind,
            "what": what_of(step, program.zone),
            "role": step.role,
            "on failure": follows(step),
            "way back": step.undo.words if step.undo else "",
            "when": step.when,
            "about": step.title,
        }
        for step in program.steps
    )
    return Listing(of="step", columns=columns, rows=rows)


def what_of(step: Step, zone: str) -> str:
    """What a step does, in a line; times as clocks of that zone show them."""
    if step.act is not None:
        return " ".join(step.act.words.split())
    if step.kind == "wait":
        if step.until is not None:
            return f"until {step.until.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M %Z}"
        return f"{step.pause:g} s" if step.pause is not None else step.text
    return " ".join((step.text if step.kind != "jump" else step.target).split())


def follows(step: Step) -> str:
    """What follows a failure, as one writes it; "" for the ordinary."""
    if step.failure in {"stop", "continue"} or step.kind == "jump":
        return "" if step.failure == "stop" else step.failure
    return f"{step.failure} to {step.target}" if step.target else step.failure
