"""`runbook rehearse`: the whole runbook on embedded exchanges, in a copy of the campaign, by a clock that jumps.

Nothing real is asked or changed: every backend is a sim of that copy, every verb gets the jumping clock, and commands of `shell` steps are
not run unless asked for. Questions are answered with yes. What comes out is the report a real run would have.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from campctl import errors
from campctl.app.context import Context
from campctl.app.running_books import Asked, Crew, run
from campctl.app.running_books_hands import Desk, ProcessHands, argv_of, environment, look, tidy
from campctl.app.running_books_lint import program_of
from campctl.app.running_books_report import BookReport
from campctl.app.times import parse_time
from campctl.manifest.load import Loaded
from campctl.model.campaign import BackendSpec
from campctl.model.runbooks import Act, BookEntry, Program, Step
from campctl.runbook.engine import Begun, Look, Performed, Stop
from campctl.runbook.jumping import JumpingClock
from campctl.runbook.progress import Standing

EARLY = timedelta(minutes=5)
"""So long before the first planned time a rehearsal begins."""
LEFT_OUT = frozenset({".campctl", ".git", ".venv", "node_modules", "__pycache__"})
LARGE = 64 * 1024 * 1024
"""A campaign's folder larger than this is not copied."""

Opener = Callable[..., Context]
RunVerb = Callable[[list[str], Mapping[str, str], Opener], tuple[int, str]]
"""Runs a command line of campctl's in this process: words, environment, how to open the campaign; its status and what it said."""


class RehearsalContext(Context):
    """A campaign all of whose exchanges are embedded ones, with their own files; its records are beside them."""

    @cached_property
    def loaded(self) -> Loaded:
        """The manifests as read, on sim."""
        from campctl.manifest.load import load

        found = load(self.root, overlay=self.overlay, cache=False)
        if found.campaign is not None:
            backends = {name: BackendSpec(name, "sim", {}) for name in found.campaign.backends}
            found.campaign = replace(found.campaign, backends=backends, store="")
        return found


class Rehearsed(Struct, frozen=True):
    """How to rehearse. `at`: when it begins ("": before the first planned time); `shell`: run commands, too; `refuse`: answer no there."""

    at: str = ""
    shell: bool = False
    refuse: tuple[str, ...] = ()


class RehearsalHands:
    """`runbook.engine.Hands` in this process: each verb by a clock of its own, whose time is then added."""

    def __init__(self, ctx: Context, program: Program, crew: Crew, how: Rehearsed, run_verb: RunVerb) -> None:
        self._ctx = ctx
        self._program = program
        self._verbs = crew.verbs
        self._how = how
        self._run_verb = run_verb
        self._processes = ProcessHands(ctx, program, "rehearsal", crew.verbs, crew.desk)
        self.tell = crew.desk.tell
        self.waiting = crew.desk.waiting

    async def perform(self, act: Act, step: Step, stop: Stop, begun: Begun) -> Performed:
        """Verbs on the embedded exchanges; commands only when asked for."""
        if act.kind == "shell":
            if not self._how.shell:
                return Performed(ok=True, detail="not run in a rehearsal")
            return await self._processes.perform(act, step, stop, begun)
        words = ["-C", str(self._ctx.root), *argv_of(act, step, self._program, self._verbs)]
        clock = JumpingClock(self._ctx.clock.now())
        env = {**environment(self._ctx.environ, self._program, "rehearsal"), "CAMPCTL_USER": self._ctx.who}
        opener = opener_of(self._ctx, clock)
        status, said = await asyncio.to_thread(self._run_verb, words, env, opener)
        assert isinstance(self._ctx.clock, JumpingClock)
        self._ctx.clock.advance(clock.monotonic())
        return Performed(ok=status == 0, detail="" if status == 0 else f"exit status {status}", output=tidy(said, ()), code=status)

    async def look(self, expectation: str, standing: Standing) -> Look:
        """As in a real run, on the embedded exchanges."""
        return await look(self._ctx, expectation, standing)

    def answered(self, step: Step) -> bool | None:
        """Yes, unless told otherwise."""
        return step.id not in self._how.refuse


def opener_of(ctx: Context, clock: JumpingClock) -> Opener:
    """Opens the copy by another clock; the records are opened anew, so that threads do not share them."""

    def opener(start: Path, *, environ: Mapping[str, str], command: str = "") -> Context:
        return RehearsalContext(start, clock=clock, who=ctx.who, command=command, environ=environ)

    return opener


async def rehearse(ctx: Context, name: str, asked: Asked, how: Rehearsed, crew: Crew, run_verb: RunVerb) -> BookReport:
    """Follow the runbook to its end in no time, and report as of a real run; the campaign is left as it is."""
    program = program_of(ctx, crew.verbs, name, asked.given)
    for step_id in how.refuse:
        if step_id not in {step.id for step in program.steps if step.kind == "confirm"}:
            raise errors.NotFound(f"No step `{step_id}` asks anything.", hint=f"`campctl runbook show {name}` lists the steps.")
    begins = _begins(ctx, program, how.at)
    book = _file_of(ctx, name)
    with tempfile.TemporaryDirectory(prefix="campctl-rehearsal-", ignore_cleanup_errors=True) as folder:
        root = Path(folder, "campaign")
        _copy(ctx.root, root)
        if not book.is_relative_to(ctx.root.resolve()):
            _copy(book.parent, root / "runbooks-elsewhere")
            name = f"runbooks-elsewhere/{book.name}"
        scratch = RehearsalContext(root, clock=JumpingClock(begins), who=ctx.who, command=ctx.command, environ=ctx.environ)
        try:
            await _prepare(ctx, scratch, run_verb)
            made = Crew(crew.verbs, crew.desk, crew.stop, lambda opened, unrolled, _: RehearsalHands(opened, unrolled, crew, how, run_verb))
            report = await run(scratch, name, asked, made)
        finally:
            scratch.close()
    assert isinstance(report, BookReport)
    return replace(report, next_steps=(), rehearsal=True, run=replace(report.run, book=asked_name(report.run.book)))


def asked_name(book: str) -> str:
    """The runbook's name as it was asked for."""
    return book.removeprefix("runbooks-elsewhere/")


def _file_of(ctx: Context, name: str) -> Path:
    from campctl.app.running_books_files import Shelf

    return Shelf(ctx.root).find(name).resolve()


def _begins(ctx: Context, program: Program, at: str) -> datetime:
    """When the rehearsal begins: as asked, or a little before the first planned time that is still to come; now without any."""
    now = ctx.clock.now()
    if at:
        return parse_time(at, now=now, time_zone=program.zone)
    planned = [moment for step in program.steps for moment in (step.at, step.until) if moment is not None]
    return min(planned) - EARLY if planned else now


async def _prepare(ctx: Context, scratch: RehearsalContext, run_verb: RunVerb) -> None:
    """Bring the embedded exchanges to what the campaign wants when the rehearsal begins, with the overrides there are."""
    overrides = list(ctx.store().overrides())
    if overrides:
        scratch.store(write=True).add_overrides(overrides)
    clock = scratch.clock
    assert isinstance(clock, JumpingClock)
    argv = ["-C", str(scratch.root), "apply", "--yes", "--quiet", "--reason", "before the rehearsal", "--allow-freeze"]
    status, said = await asyncio.to_thread(run_verb, argv, ctx.environ, opener_of(scratch, JumpingClock(clock.now())))
    if status:
        raise errors.CampctlError(
            f"The campaign could not be put onto embedded exchanges (exit status {status}): {said.strip()[-600:]}",
            hint="`campctl plan` shows what is wrong.",
        )


def _copy(source: Path, target: Path) -> None:
    """The campaign's folder without its records, its exchanges and what git keeps."""
    files = {}
    for path in _files(source):
        with suppress(FileNotFoundError):  # what an editor makes for a moment may be gone by now, or before it is copied
            files[path] = path.stat().st_size
    size = sum(files.values())
    if size > LARGE:
        raise errors.UsageError(
            f"{source} holds {size // 1024 // 1024} MiB; a rehearsal copies it and does not copy so much.",
            hint="Move what is no part of the campaign elsewhere.",
        )
    for path in files:
        place = target / path.relative_to(source)
        place.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            shutil.copy(path, place)
    target.mkdir(parents=True, exist_ok=True)


def _files(folder: Path) -> Iterable[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in LEFT_OUT or path.is_symlink():
            continue
        if path.is_dir():
            yield from _files(path)
        elif path.is_file():
            yield path


def rehearsal_desk(desk: Desk) -> Desk:
    """The same, for a run that nobody looks on at and nobody is asked about."""

    def tell(entry: BookEntry, step: Step | None) -> None:
        if entry.state != "started":
            desk.tell(entry, step)

    return Desk(tell=tell)
