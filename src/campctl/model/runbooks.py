"""Runbooks as values: what a file says (with the place of each word), the steps it comes to, and what a run of it records."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from msgspec import Struct
from msgspec.structs import replace

from campctl.findings import Span

Kind = Literal["run", "shell", "expect", "wait", "confirm", "note", "mark", "jump", "end", "fail"]
"""What a step does. `include` and `for-each` are gone once a runbook is unrolled."""
KINDS: tuple[str, ...] = ("run", "shell", "expect", "wait", "confirm", "note", "mark", "jump", "end", "fail", "include", "for-each")


class Text(Struct, frozen=True, gc=False):
    """A text and where it stands. `exact`: it is on one line as it is written, so that character n is n columns further."""

    value: str
    span: Span
    exact: bool = True

    def at(self, offset: int, length: int = 1) -> Span:
        """The place of a part of it."""
        if not self.exact:
            return self.span
        column = self.span.column + offset
        return replace(self.span, column=column, end_column=column + max(1, length))


class Source(Struct, frozen=True, kw_only=True):
    """One entry of `steps:` as written. `words`: the argv of run and shell; `text`: whatever else the act says; `fields`: the rest."""

    kind: str
    place: Span
    key: Span
    words: tuple[Text, ...] = ()
    text: Text | None = None
    fields: dict[str, Any] = {}
    steps: tuple[Source, ...] = ()

    def get(self, name: str) -> Text | None:
        """A field that is a text."""
        found = self.fields.get(name)
        return found if isinstance(found, Text) else None


class Variable(Struct, frozen=True, kw_only=True):
    """One of `vars:`. `kind`: its type; `choices` for a choice; `env` where a secret comes from."""

    name: str
    kind: str
    place: Span
    default: Text | None = None
    required: bool = False
    choices: tuple[str, ...] = ()
    env: str = ""
    about: str = ""


class Document(Struct, frozen=True, kw_only=True):
    """One file. `text` is all of it, `digest` its blake2b."""

    file: str
    name: Text
    about: str = ""
    day: Text | None = None
    zone: Text | None = None
    roles: dict[str, tuple[str, ...]] = {}
    variables: dict[str, Variable] = {}
    steps: tuple[Source, ...] = ()
    text: str = ""


class Act(Struct, frozen=True, kw_only=True):
    """Something that is executed: a verb of campctl's, or a command. `script` is for `sh -c`, and nothing was put into it."""

    kind: Literal["run", "shell"]
    argv: tuple[str, ...] = ()
    script: str = ""

    @property
    def words(self) -> str:
        """As one would type it."""
        import shlex

        if self.kind == "run":
            return shlex.join(("campctl", *self.argv))
        return self.script or shlex.join(self.argv)


class Step(Struct, frozen=True, kw_only=True):
    """One step, with everything filled in. Instants are in UTC, times in seconds.

    at: planned, and not begun before. until, pause: what a wait waits for; text: an expectation, a question, words to read out.
    failure: what follows when it fails for good; target: the mark or step that is meant. unsafe: never repeated unasked.
    """

    id: str
    kind: Kind
    place: Span
    title: str = ""
    act: Act | None = None
    text: str = ""
    at: datetime | None = None
    until: datetime | None = None
    pause: float | None = None
    timeout: float | None = None
    retries: int = 0
    delay: float = 5.0
    failure: Literal["stop", "continue", "roll-back", "jump"] = "stop"
    target: str = ""
    undo: Act | None = None
    unsafe: bool = False
    role: str = ""
    when: str = ""
    allow_yes: bool = False


class Program(Struct, frozen=True, kw_only=True):
    """A runbook unrolled: what is run. `sources`: file to its text; `variables`: values as given, without secrets."""

    file: str
    name: str
    about: str
    zone: str
    day: str
    roles: dict[str, tuple[str, ...]]
    variables: dict[str, str]
    secrets: dict[str, str]
    """Secret variable to the environment variable it is read from; never its value."""
    steps: tuple[Step, ...]
    sources: dict[str, str]
    digest: str
    given: dict[str, str] | None = None
    """Values that were given, not defaults; None of a run that an older campctl began."""


BookStatus = Literal["running", "paused", "interrupted", "failed", "rolled-back", "done"]
BookState = Literal[
    "started", "resumed", "edited", "paused", "stopped", "ended",
    "begun", "done", "failed", "skipped", "interrupted", "confirmed", "declined", "reset",
    "rolling-back", "undo-begun", "undone", "undo-failed", "process",
]  # fmt: skip
"""Of a run (step ""): the first line, and rolling-back. Of a step: the rest; "reset" means it counts as not begun, "process" that what was
begun is the process that `detail` names (`Left.parse`)."""


class BookRun(Struct, frozen=True, kw_only=True):
    """One run of a runbook. `program` is the JSON of `Program`; `digest` what it was made from."""

    id: str
    book: str
    name: str
    started: datetime
    author: str
    command: str
    digest: str
    status: BookStatus = "running"
    ended: datetime | None = None
    program: bytes = b""


class Left(Struct, frozen=True):
    """The process of a step that was begun. `mark`: what tells it from a later one of its number (`ports.processes.mark`)."""

    host: str
    pid: int
    mark: str = ""

    def __str__(self) -> str:
        return f"process {self.pid} on {self.host} {self.mark}".rstrip()

    @classmethod
    def parse(cls, text: str) -> Left | None:
        """The one a journal line names; None where it names none."""
        words = text.split(" ", 4)
        if words[:1] + words[2:3] != ["process", "on"] or len(words) < 4 or not words[1].isdecimal():
            return None
        return cls(words[3], int(words[1]), " ".join(words[4:]))


class BookEntry(Struct, frozen=True, kw_only=True, gc=False):
    """One line of a run's journal. `took`: seconds by a clock that cannot jump; `code`: an exit status; `output`: what was said, cut."""

    run: str
    step: str
    state: BookState
    at: datetime
    who: str
    role: str = ""
    attempt: int = 0
    took: float | None = None
    code: int | None = None
    detail: str = ""
    output: str = ""
    seq: int = 0
