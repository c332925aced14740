"""What a runbook's steps do: verbs and commands as processes of their own, and looks at what holds.

A verb runs as `campctl -C ROOT VERB`, so that it has the same lock, plan, journal and audit as typed by hand. No shell is between, but
for a step whose author wrote a text for `sh -c`; nothing is put into that text, variables are in its environment.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Final

from msgspec import Struct

from campctl import errors
from campctl.app.context import Context
from campctl.app.running_books_left import held, this_one, why_not
from campctl.live.expect import Fact, Value, facts, judge, parse
from campctl.model.runbooks import Act, BookEntry, Program, Step
from campctl.runbook.engine import Begun, Look, Performed, Stop
from campctl.runbook.progress import Standing
from campctl.runbook.verbs import Verbs

PROGRAM: Final = [sys.executable, "-m", "campctl"]
"""How a verb is run: by the very campctl that follows the runbook."""
KEPT_HEAD: Final = 1_000
KEPT_TAIL: Final = 3_000
"""Characters kept of what a step says: its beginning and its end."""
GRACE: Final = {"run": 30.0, "shell": 5.0}
"""Seconds a process has to end once it is asked to: a verb finishes what is in flight."""
ROUNDS: Final = 10
"""Seconds for which what is still said after its end is read, at the most."""
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*[0-~])|\x9b[0-?]*[ -/]*[@-~]"
)
_STEP_FACTS: Mapping[str, str] = {"done": "done", "failed": "failed", "skipped": "skipped"}

Tell = Callable[[BookEntry, Step | None], None]
Waiting = Callable[[Step, datetime | None, str], None]


class Desk(Struct, frozen=True):
    """Who looks on: told of every line and every wait, and asked (without waiting) what a person said."""

    tell: Tell = lambda _entry, _step: None
    waiting: Waiting = lambda _step, _until, _why: None
    answered: Callable[[Step], bool | None] = lambda _step: None
    barred: Callable[[Step, str], None] = lambda _step, _why: None
    """Told of a question that who follows the run may not answer, and why."""


def argv_of(act: Act, step: Step, program: Program, verbs: Verbs) -> list[str]:
    """A verb's words, with what a step says of itself: nobody is asked, and the audit log tells why."""
    words = list(act.argv)
    verb = verbs.of(words)
    if verb is not None and verb.changes and "--dry-run" not in words:
        if not {"-y", "--yes"} & set(words):
            words.append("--yes")
        if "--reason" in verb.options and not any(word.split("=")[0] == "--reason" for word in words):
            words += ["--reason", reason_of(program, step)]
    return words


def reason_of(program: Program, step: Step) -> str:
    """What the audit log says of why a verb of a step was run: what its author wrote, else the runbook and the step."""
    words = step.act.argv if step.act is not None else ()
    for at, word in enumerate(words):
        if word == "--reason" and at + 1 < len(words):
            return words[at + 1]
        if word.startswith("--reason="):
            return word.removeprefix("--reason=")
    return f"runbook {program.name}: {step.title or step.id}"


def environment(environ: Mapping[str, str], program: Program, run: str) -> dict[str, str]:
    """What commands get: the runner's environment, the variables by their names, secrets from where they are kept."""
    found = {name: value for name, value in environ.items() if "\0" not in value}
    for name, value in program.variables.items():
        found[name.replace("-", "_")] = value
    for name, source in program.secrets.items():
        found[name.replace("-", "_")] = environ.get(source, "")
    return {**found, "CAMPCTL_RUNBOOK_RUN": run, "NO_COLOR": "1", "COLUMNS": "100"}


def require_secrets(environ: Mapping[str, str], program: Program) -> None:
    """Every secret has a value before the first step; `errors.SecretError` names those that have none."""
    missing = [source for source in program.secrets.values() if not environ.get(source)]
    if missing:
        raise errors.SecretError(
            f"The runbook needs secrets that are not there: {', '.join(sorted(missing))}.",
            hint="Set these environment variables where the runbook is run; they are kept nowhere.",
        )


def tidy(data: str, secrets: Sequence[str]) -> str:
    """What is kept of an output: without escape codes and other control characters, without secrets, head and tail of a long one."""
    text = _ESCAPES.sub("", data.replace("\r\n", "\n"))
    text = "".join(char for char in text if char in "\n\t" or (char.isprintable() and char != "\x7f") or ord(char) > 0x9F)
    for secret in secrets:
        if len(secret) > 2:
            text = text.replace(secret, "***")
    text = text.strip("\n")
    if len(text) > KEPT_HEAD + KEPT_TAIL + 100:
        left_out = len(text) - KEPT_HEAD - KEPT_TAIL
        text = f"{text[:KEPT_HEAD]}\n[... {left_out:,} characters are left out ...]\n{text[-KEPT_TAIL:]}"
    return text


class ProcessHands:
    """`runbook.engine.Hands` with real processes and a real look."""

    def __init__(self, ctx: Context, program: Program, run: str, verbs: Verbs, desk: Desk) -> None:
        self.ctx = ctx
        self.program = program
        self.run = run
        self.verbs = verbs
        self.desk = desk
        self.secrets = [value for source in program.secrets.values() if (value := ctx.environ.get(source, ""))]
        self.tell = desk.tell

    def _barred(self, step: Step) -> str:
        """Why who follows this run cannot answer a question; "" when they can."""
        from campctl.app.running_books_status import who_may_not

        return who_may_not(self.program, step.role, step.role, self.ctx.who) if step.kind == "confirm" else ""

    def waiting(self, step: Step, until: datetime | None, why: str) -> None:
        """Whoever looks on hears of it, and is asked when they may answer."""
        barred = self._barred(step)
        if barred and until is None:
            self.desk.barred(step, barred)
        else:
            self.desk.waiting(step, until, why)

    def answered(self, step: Step) -> bool | None:
        """What was said at this terminal, by somebody who has the role."""
        return None if self._barred(step) else self.desk.answered(step)

    async def perform(self, act: Act, step: Step, stop: Stop, begun: Begun) -> Performed:
        """Run it to its end, for `step.timeout` at the most; asked to stop, it is asked to end. It does nothing before `begun` is back."""
        if act.kind == "run":
            words = argv_of(act, step, self.program, self.verbs)
            argv = [*PROGRAM, "-C", str(self.ctx.root), *words]
            env = {**environment(self.ctx.environ, self.program, self.run), "CAMPCTL_USER": self.ctx.who}
        else:
            argv = ["/bin/sh", "-c", act.script] if act.script else list(act.argv)
            env = environment(self.ctx.environ, self.program, self.run)
        if why := why_not(argv, env, str(self.ctx.root)):
            return Performed(ok=False, detail=f"{argv[0]} cannot be run: {why}")
        try:
            process = await asyncio.create_subprocess_exec(
                *held(argv),
                cwd=self.ctx.root,
                env=env,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            return Performed(ok=False, detail=f"{argv[0]} cannot be run: {getattr(error, 'strerror', None) or error}")
        return await self._followed(process, act, step, stop, begun)

    async def _followed(self, process: asyncio.subprocess.Process, act: Act, step: Step, stop: Stop, begun: Begun) -> Performed:
        assert process.stdin is not None
        assert process.stdout is not None
        said = _Said()
        reading = asyncio.ensure_future(said.read(process.stdout))
        try:
            await begun(str(this_one(process.pid)))
            process.stdin.write(b"go\n")
            process.stdin.close()
            why = await self._until_over(process, step, stop)
            if why:
                await _end(process, GRACE[act.kind], signal.SIGINT if act.kind == "run" else signal.SIGTERM)
            await said.rest(reading)
        finally:
            reading.cancel()
            if process.returncode is None:
                _kill(process, signal.SIGKILL)
        return self._performed(process, step, why, tidy(said.text, self.secrets))

    async def _until_over(self, process: asyncio.subprocess.Process, step: Step, stop: Stop) -> str:
        """Wait for its end: ""; "timeout" or "stop" when it has to be ended."""
        over = asyncio.ensure_future(process.wait())
        began = self.ctx.clock.monotonic()
        try:
            while not over.done():
                await asyncio.wait([over], timeout=0.1)
                if over.done():
                    break
                if stop.asked:
                    return "stop"
                if step.timeout is not None and self.ctx.clock.monotonic() - began >= step.timeout:
                    return "timeout"
        finally:
            if not over.done():
                over.cancel()
        return ""

    def _performed(self, process: asyncio.subprocess.Process, step: Step, why: str, output: str) -> Performed:
        code = process.returncode if process.returncode is not None else -signal.SIGKILL
        if why == "stop" and code != 0:
            return Performed(ok=False, detail="it was ended when the run was asked to stop", output=output, code=code, stopped=True)
        if why == "timeout" and code != 0:
            return Performed(ok=False, detail=f"it took longer than {step.timeout:g} s and was ended", output=output, code=code)
        detail = "" if code == 0 else f"exit status {code}" if code > 0 else f"killed by {signal.Signals(-code).name}"
        return Performed(ok=code == 0, detail=detail, output=output, code=code)

    async def look(self, expectation: str, standing: Standing) -> Look:
        """Whether it holds now; what cannot be asked for does not."""
        return await look(self.ctx, expectation, standing)


async def look(ctx: Context, expectation: str, standing: Standing) -> Look:
    """Gather the facts an expectation needs, of manifests and exchanges as they are now, and judge it."""
    wanted = parse(expectation)
    known: dict[Fact, Value] = {}
    others: list[Fact] = []
    for fact in facts(wanted):
        if fact.subject == "step":
            undone = fact.measure == "undone"
            known[fact] = fact.id in standing.undone if undone else standing.outcomes.get(fact.id, "") == _STEP_FACTS[fact.measure]
        else:
            others.append(fact)
    words = ""
    if others:
        from campctl.app.facts import gather

        try:
            # A fresh look: an earlier step may have edited the manifests.
            known |= await gather(ctx.with_overlay({}), others)
        except errors.CampctlError as error:
            words = error.message
    verdict = judge(wanted, known)
    return Look(verdict.holds, words or verdict.words, wanted.within)


class _Said:
    """What a process says: its beginning and its end, however much lies between."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._tail = bytearray()
        self._lost = 0
        self._read = 0

    async def rest(self, reading: asyncio.Task[None]) -> None:
        """Wait until all was read that was said before its end; what it left running keeps the pipe open, and is not waited for."""
        for _ in range(ROUNDS):
            read = self._read
            await asyncio.wait([reading], timeout=1.0)
            if reading.done() or self._read == read:
                return

    async def read(self, stream: asyncio.StreamReader) -> None:
        most = 4 * (KEPT_HEAD + KEPT_TAIL)
        while data := await stream.read(65536):
            self._read += len(data)
            room = max(0, most - len(self._head))
            self._head += data[:room]
            self._tail += data[room:]
            if len(self._tail) > most:
                self._lost += len(self._tail) - most
                del self._tail[:-most]

    @property
    def text(self) -> str:
        """All of it, or with a remark where bytes were dropped."""
        if not self._lost:
            return bytes(self._head + self._tail).decode("utf-8", "replace")
        middle = f"\n[... {self._lost:,} bytes are left out ...]\n"
        return self._head.decode("utf-8", "replace") + middle + self._tail.decode("utf-8", "replace")


async def _end(process: asyncio.subprocess.Process, grace: float, gently: signal.Signals) -> None:
    """Ask a process and what it started to end, then make it. What outlives it of its group is made to at once."""
    for sign, patience in ((gently, grace), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0)):
        _kill(process, sign)
        with suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), patience)
            break
    _kill(process, signal.SIGKILL)


def _kill(process: asyncio.subprocess.Process, sign: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, sign)
