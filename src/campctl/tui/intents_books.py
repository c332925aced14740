"""What somebody at the board wants done with a runbook; each says which campctl command it is the same as."""

from __future__ import annotations

import shlex

from msgspec import Struct


class Step(Struct, frozen=True, kw_only=True):
    """The next step of a run, then pause; `far`: go on to its end, or until a step. Without a run one is begun of `book`."""

    book: str
    run: str = ""
    far: bool = False
    given: str = ""
    """Variables of a run that is begun: `seats=40 hotline=main`, quoted as in a shell."""
    from_step: str = ""
    until: str = ""
    assume: str = ""
    roll_back: str = ""
    accept_edit: bool = False
    no_wait: bool = False

    def argv(self) -> tuple[str, ...]:
        """As on the command line."""
        words = ["runbook", "resume", self.run] if self.run else ["runbook", "run", self.book]
        if not self.run:
            for pair in _split(self.given):
                words += ["--var", pair]
        for name, value in (
            ("--from", self.from_step),
            ("--until", self.until),
            ("--assume", self.assume),
            ("--roll-back-to", self.roll_back),
        ):
            words += [name, value] if value else []
        flags = (("--step", not self.far), ("--accept-edit", self.accept_edit), ("--no-wait", self.no_wait))
        return (*words, *(name for name, said in flags if said))


class Answer(Struct, frozen=True, kw_only=True):
    """Yes or no to the question of a run, as somebody who has the role."""

    run: str
    step: str
    role: str = ""
    yes: bool = True
    why: str = ""

    def argv(self) -> tuple[str, ...]:
        """As on the command line."""
        role = ("--as", self.role) if self.role else ()
        return (
            "runbook",
            "confirm",
            self.run,
            self.step,
            *role,
            *(() if self.yes else ("--no",)),
            *(("--why", self.why) if self.why else ()),
        )


class UndoStep(Struct, frozen=True, kw_only=True):
    """A step taken back; the run stands at it again."""

    run: str
    step: str = ""

    def argv(self) -> tuple[str, ...]:
        """As on the command line."""
        return ("runbook", "undo", self.run, *((self.step,) if self.step else ()))


class Halt(Struct, frozen=True, kw_only=True):
    """Whoever follows a run ends at the next step."""

    run: str

    def argv(self) -> tuple[str, ...]:
        """There is no command for it but Ctrl-C; it is named for the audit log."""
        return ("top", "halt", self.run)


BOOK_INTENTS = (Step, Answer, UndoStep, Halt)


def book_title(intent: Step | Answer | UndoStep | Halt) -> str:
    """What is asked for, in a line."""
    match intent:
        case Step(run=run, book=book, far=far, until=until, roll_back=mark):
            if mark:
                return f"Take {book} back to {mark}"
            what = f"Go on until {until}" if until else "Go on to the end" if far else "The next step"
            return (
                f"{what}, of run {run} of {book}"
                if run
                else f"Begin {book}: {what.lower() if until else 'all of it' if far else 'its first step'}"
            )
        case Answer(step=step, yes=yes, run=run):
            return f"Say {'yes' if yes else 'no'} to {step}, of run {run}"
        case UndoStep(step=step, run=run):
            return f"Take {step or 'the last step'} back, of run {run}"
        case Halt(run=run):
            return f"End run {run} at its next step"


def _split(given: str) -> list[str]:
    try:
        return shlex.split(given)
    except ValueError:
        return given.split()
