"""Runbooks acted on from the board. A run is followed by `campctl runbook` as a process of its own: the same runner, lock and journal.

It has no terminal, and what it says goes nowhere near the screen; the board sees it in the journal, as everybody else. Killed with -9,
the board leaves it behind to end its step; whoever follows a run to its end is asked to stop when the board is left.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from msgspec import Struct

from campctl import errors
from campctl.tui.intents import command_line
from campctl.tui.intents_books import Answer, Halt, Step, UndoStep

if TYPE_CHECKING:
    from campctl.app.context import Context
    from campctl.model.records import Holder
    from campctl.tui.acting import Done, Seen, Wanted
    from campctl.tui.intents import Intent

PROGRAM: Final = (sys.executable, "-m", "campctl")
LOOKING: Final = 90.0
"""Seconds a look at a step may take."""
SOON: Final = 0.05
"""Seconds between two looks whether a run has begun."""


RELATIVE: Final = re.compile(r"\+\d+[a-z]")
"""A time that counts from now, as `+1h`; `+1` is a number of seats."""
INSTANT: Final = re.compile(r"(?:\d{4}-\d\d-\d\d[ T])?\b\d\d:\d\d(?::\d\d)?")
"""A time as plans show it."""


class Told(Struct, frozen=True, kw_only=True):
    """What came of a run that was begun from here."""

    words: str
    bad: bool = False
    back: UndoStep | None = None


class BookActs:
    """Looks at what steps would do, has them done, and tells `heard` how it ended."""

    def __init__(self, root: Path, environ: Mapping[str, str]) -> None:
        self.root = root
        self.environ = environ
        self.heard: Callable[[Told], None] = lambda _: None
        self._far: dict[str, subprocess.Popen[bytes]] = {}

    # What would happen

    def look(self, wanted: Wanted) -> Seen:
        """As `tui.acting.Acts` has it."""
        from campctl.tui.acting import Seen

        intent = wanted.intent
        match intent:
            case Answer():
                return Seen(words=self._asked(intent))
            case Halt():
                return Seen(words=self._halted(intent))
            case _:
                assert isinstance(intent, Step | UndoStep)
                found = self._run([*intent.argv(), "--dry-run"])
                return Seen(words=_words(found), key=_key(found))

    def _asked(self, intent: Answer) -> tuple[str, ...]:
        from campctl.app.running_books_report import find_run, program_of_run
        from campctl.app.running_books_status import who_may_not

        with self._open(intent) as ctx:
            program = program_of_run(find_run(ctx.store(), intent.run))
            step = next((one for one in program.steps if one.id == intent.step), None)
            if step is None:
                raise errors.NotFound(f"Run {intent.run} has no step `{intent.step}`.", hint="It goes on with an edited runbook now.")
            if wrong := who_may_not(program, step.role, intent.role, ctx.who):
                raise errors.UsageError(wrong, hint="The board acts as whoever CAMPCTL_USER names, else as the login.")
            role = f", as {intent.role}" if intent.role else ""
            return (step.text, "", f"{ctx.who} says {'yes' if intent.yes else 'no: the step fails'}{role}. That cannot be taken back.")

    def _follower(self, intent: Halt) -> Holder:
        """Whose process is to be ended; `errors.UsageError` where there is none, or none on this machine."""
        with self._open(intent) as ctx:
            store = ctx.store()
            holder = store.book_follower(intent.run)
            if holder is None or not store.book_is_followed(intent.run, socket.gethostname(), 30.0):
                raise errors.UsageError(f"Nobody follows run {intent.run} now.", hint="s does its next step, r goes on to its end.")
            if holder.host != socket.gethostname():
                raise errors.UsageError(f"It is followed on {holder.host}, by {holder.who}.", hint="It can be ended there, with Ctrl-C.")
            return holder

    def _halted(self, intent: Halt) -> tuple[str, ...]:
        holder = self._follower(intent)
        return (
            f"{holder.who} follows it (process {holder.pid}, since {holder.since:%H:%M:%S} UTC).",
            "It ends at the next step; the one that goes on is asked to end. It can be gone on with: s, r.",
        )

    # Doing it

    def act(self, wanted: Wanted, tell: Callable[[str], None]) -> Done:
        """As `tui.acting.Acts` has it. A run is done with as soon as it has begun; `heard` is told of its end."""
        from campctl.tui.acting import Done

        intent = wanted.intent
        match intent:
            case Answer():
                return self._answer(intent)
            case Halt():
                return self._halt(intent)
            case UndoStep():
                self._as_shown(intent, wanted.key)
                self._audit(intent, intent.run, f"runbook undo {intent.step}".strip())
                tell("its way back")
                report = self._run(intent.argv(), patience=None)
                line = [one for one in report["lines"] if one["undone"]][-1]
                if not report["taken_back"]:
                    why = (f"{line['step']}: {line['detail']}", *str(line["output"]).splitlines()[-5:])
                    return Done(words=f"{line['step']} could not be taken back.", failed=why)
                return Done(words=f"{line['step']} was taken back; the run stands at it again.")
        assert isinstance(intent, Step)
        self._as_shown(intent, wanted.key)
        return self._begin(intent, tell)

    def stop(self) -> None:
        """Those that go to the end are asked to stop at the next step; single steps come to their end."""
        for process in list(self._far.values()):
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)

    @property
    def following(self) -> tuple[str, ...]:
        """Runs that processes of this board follow to their end."""
        return tuple(run for run, process in list(self._far.items()) if process.poll() is None)  # a thread takes out those that end

    def _as_shown(self, intent: Step | UndoStep, key: str) -> None:
        """What would be done is still what was shown; `errors.StalePlan` otherwise."""
        found = self._run([*intent.argv(), "--dry-run"])
        if _key(found) != key:
            raise errors.StalePlan(
                "Things changed since this was shown: another step, or another plan, would be carried out now. Nothing was done.",
                hint="Look at the new one, and agree to that.",
            )

    def _answer(self, intent: Answer) -> Done:
        from campctl.app.running_books_status import confirm
        from campctl.tui.acting import Done

        with self._open(intent) as ctx:
            report = confirm(ctx, intent.run, intent.step, role=intent.role, yes=intent.yes, why=intent.why)
        goes_on = "" if report.followed_by else " Nobody follows the run now: s or r goes on with it."
        return Done(words=f"Said {'yes' if intent.yes else 'no'} to {intent.step}.{goes_on}")

    def _halt(self, intent: Halt) -> Done:
        from campctl.tui.acting import Done

        holder = self._follower(intent)
        self._audit(intent, intent.run, "runbook halt")
        try:
            os.kill(holder.pid, signal.SIGTERM)
        except (ProcessLookupError, PermissionError) as error:
            raise errors.UsageError(f"Its process could not be asked to end: {error.strerror}.", hint=f"Ask {holder.who} to.") from None
        return Done(words="It was asked to end at its next step.")

    def _begin(self, intent: Step, tell: Callable[[str], None]) -> Done:
        """Start the process, and wait until it follows the run or says why not."""
        from campctl.tui.acting import Done

        if intent.run:
            self._audit(intent, intent.run, "runbook step" if not intent.far else "runbook resume")
        # Files, not pipes: they take what is said whether somebody reads it or the board is long gone.
        with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as wrong:
            process = subprocess.Popen(  # noqa: S603 - campctl itself, without a shell
                [*PROGRAM, "-C", str(self.root), *intent.argv(), "--events"],
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=wrong,
                env=dict(self.environ),
                start_new_session=True,
            )
            tell("its runner begins")
            out, err = os.dup(said.fileno()), os.dup(wrong.fileno())
        run = _first_run(process, out)
        if run is None:
            code, words = process.wait(), _all(err)
            os.close(out)
            os.close(err)
            raise errors.CampctlError(_plain(words) or f"The runner ended with status {code}.")
        if not intent.run:
            self._audit(intent, run, "runbook step" if not intent.far else "runbook run")
        if intent.far:
            self._far[run] = process
        threading.Thread(target=self._wait, args=(intent, run, process, out, err), name="runbook", daemon=True).start()
        return Done(words=f"Run {run} goes on; its screen shows how far it is.", going=True)

    def _wait(self, intent: Step, run: str, process: subprocess.Popen[bytes], out: int, err: int) -> None:
        """Tell of its end."""
        code = process.wait()
        lines, words = _events(out), _plain(_all(err))
        os.close(out)
        os.close(err)
        self._far.pop(run, None)
        try:
            with self._open(intent) as ctx:
                self.heard(_ended(ctx, run, intent.book, lines, code, words))
        except errors.CampctlError as error:
            self.heard(Told(words=f"{intent.book}: {error.message} {error.hint}", bad=True))

    # Helpers

    @contextlib.contextmanager
    def _open(self, intent: Intent) -> Iterator[Context]:
        from campctl.app.context import open_campaign

        ctx = open_campaign(self.root, environ=self.environ, command=f"{command_line(intent)} (board)")
        try:
            yield ctx
        finally:
            ctx.close()

    def _audit(self, intent: Intent, run: str, what: str) -> None:
        """Who wanted it, from the board; what it does is audited besides, by whoever does it."""
        from campctl.app.running_books_status import audit

        with self._open(intent) as ctx:
            store = ctx.store(write=True)
            audit(ctx, store, what, store.book(run), "asked for")

    def _run(self, argv: Sequence[str], *, patience: float | None = LOOKING) -> Any:
        """A command that ends soon; what it says as data. What it refuses is raised as it said it."""
        try:
            done = subprocess.run(  # noqa: S603 - campctl itself, without a shell
                [*PROGRAM, "-C", str(self.root), *argv, "-o", "json"],
                stdin=subprocess.DEVNULL,
                capture_output=True,
                env=dict(self.environ),
                start_new_session=True,
                timeout=patience,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise errors.CampctlError("It could not be looked at in time.", hint="An exchange does not answer; r looks again.") from None
        try:
            envelope = json.loads(done.stdout)
        except ValueError:
            raise errors.CampctlError(
                _plain(done.stderr.decode("utf-8", "replace")) or f"It ended with status {done.returncode}."
            ) from None
        if envelope["errors"]:
            first = envelope["errors"][0]
            more = [f"{one.get('code', '')}: {one.get('detail', '')}" for one in envelope.get("findings", ())[:3]]
            diff = [first["diff"]] if first.get("diff") else []
            raise errors.CampctlError(" ".join([first["message"], *more]), hint="\n".join([first.get("hint") or "", *diff]).strip())
        return envelope["data"]


def _words(found: Mapping[str, Any]) -> tuple[str, ...]:
    """What a dry run says: of the next step, or all steps of a runbook that is to be begun."""
    if "rows" not in found:
        return tuple(str(found["text"]).split("\n"))
    rows = found["rows"]
    wide = max((len(str(row["step"])) for row in rows), default=0)
    return ("All of it, step by step:", "", *(f"{row['step']:<{wide}}  {row['does']:<7}  {row['about'] or row['what']}" for row in rows))


def _key(found: Mapping[str, Any]) -> str:
    """What makes a look the same as another: the step and its plan, but for the time it was made at; all steps where all are done."""
    if "rows" in found:
        return json.dumps(found["rows"], sort_keys=True)
    data = found["data"]
    plan = "\n".join(line for line in str(data.get("plan", "")).split("\n") if not line.startswith("Plan for "))
    if any(RELATIVE.search(word) for word in data.get("argv") or ()):
        plan = INSTANT.sub("then", plan)  # `--until +1h` is another minute by the time somebody has read it, and the same wish
    return json.dumps([data.get("run"), data.get("step"), data.get("argv"), data.get("script"), plan])


def _first_run(process: subprocess.Popen[bytes], out: int) -> str | None:
    """The run it follows, once it says so; None when it ended without."""
    while True:
        over = process.poll() is not None
        for event in _events(out):
            return str(event["run"])
        if over:
            return None
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(SOON)


def _all(file: int) -> str:
    """All that was written into a file; its end is not moved, whoever writes shares it."""
    size = os.fstat(file).st_size
    return os.pread(file, size, 0).decode("utf-8", "replace")


def _events(file: int) -> list[dict[str, Any]]:
    found = []
    for line in _all(file).splitlines(keepends=True):
        if line.endswith("\n"):
            with contextlib.suppress(ValueError):
                found.append(json.loads(line))
    return [event.get("data", event) for event in found]


def _plain(words: str) -> str:
    """What a command said went wrong, in one line."""
    return " ".join(line.removeprefix("Error: ").removeprefix("Hint: ").strip() for line in words.splitlines() if line.strip())


def _ended(ctx: Context, run: str, book: str, events: Sequence[Mapping[str, Any]], code: int, words: str) -> Told:
    """How a run that was begun from here ended, in a line, and the way back of what it did last."""
    from campctl.app.running_books_status import status

    report = status(ctx, run)
    settled = [event for event in events if event["step"] and event["state"] in {"done", "failed", "skipped", "interrupted"}]
    name = report.run.name or book
    last = settled[-1] if settled else None
    if last is None:
        return Told(words=f"{name}: nothing more was done. {words}".strip(), bad=bool(code))
    done = {"done": "done", "failed": "FAILED", "skipped": "left out", "interrupted": "has no outcome"}[last["state"]]
    detail = f": {last['detail']}" if last["detail"] and last["state"] != "done" else ""
    output = f" ({last['output'].strip().splitlines()[-1]})" if last["state"] == "failed" and last.get("output", "").strip() else ""
    state = {"paused": f"paused{f' at `{report.turn}`' if report.turn else ''}"}.get(report.run.status, report.run.status)
    deed = next((event["step"] for event in reversed(settled) if event["state"] != "skipped" and _is_deed(report.lines, event["step"])), "")
    back = _way_back(ctx, run, deed) if deed and report.run.status != "rolled-back" else None
    bare = any(line.step == deed and line.kind == "shell" for line in report.lines) and report.run.status != "rolled-back"
    none = f" `{deed}` has no way back." if bare and back is None else ""
    return Told(
        words=f"{name}: `{last['step']}` {done}{detail}{output}; the run is {state}.{none}", bad=last["state"] == "failed", back=back
    )


def _is_deed(lines: Sequence[Any], step: str) -> bool:
    return any(line.step == step and line.kind in {"run", "shell"} for line in lines)


def _way_back(ctx: Context, run: str, name: str) -> UndoStep | None:
    """That of a step, if it has one: its own, or that of what its verb left."""
    from campctl.app.running_books_report import program_of_run
    from campctl.app.running_books_undo import derived

    store = ctx.store()
    program = program_of_run(store.book(run))
    step = next((one for one in program.steps if one.id == name), None)
    if step is None or not (step.undo or derived(store, program, step, store.book_entries(run), ctx.clock.now())):
        return None
    return UndoStep(run=run, step=name)
