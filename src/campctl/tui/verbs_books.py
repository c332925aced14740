"""Commands that are about runbooks."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence

from campctl.tui.intents import Intent
from campctl.tui.intents_books import Answer, Halt, Step, UndoStep
from campctl.tui.verbs import Board, Go, Verb, World


def _step_on(words: Sequence[str], options: Mapping[str, str], world: World, *, run: bool) -> Go | Board | Intent:
    given = shlex.join(options.get("--var", "").split("\n")) if options.get("--var") else ""
    said = {name.removeprefix("--").replace("-", "_"): value for name, value in options.items()}
    rest = {name: said.get(name, "") for name in ("until", "assume")}
    return Step(
        book=world.books.get(words[0], words[0]) if run else words[0],
        run=words[0] if run else "",
        far="--step" not in options,
        given=given,
        from_step=said.get("from", ""),
        roll_back=said.get("roll_back_to", ""),
        accept_edit="--accept-edit" in options,
        no_wait="--no-wait" in options,
        **rest,
    )


def _answer(words: Sequence[str], options: Mapping[str, str], _: World) -> Intent:
    return Answer(run=words[0], step=words[1], role=options.get("--as", ""), yes="--no" not in options, why=options.get("--why", ""))


BOOK_VERBS: tuple[Verb, ...] = (
    Verb(
        words=("runbook", "run"),
        takes=("book",),
        options={"--var": "text", "--from": "step", "--until": "step"},
        many=("--var",),
        flags=("--step", "--no-wait"),
        make=lambda words, options, world: _step_on(words, options, world, run=False),
        usage="runbook run RUNBOOK [--step] [--until STEP] [--from STEP] [--var NAME=VALUE]... [--no-wait]",
        help="Begin a runbook: its first step, or as far as is said",
    ),
    Verb(
        words=("runbook", "resume"),
        takes=("live",),
        options={"--until": "step", "--assume": "assume", "--roll-back-to": "step"},
        flags=("--step", "--accept-edit", "--no-wait"),
        make=lambda words, options, world: _step_on(words, options, world, run=True),
        usage="runbook resume RUN [--step] [--until STEP] [--assume done|not-done] [--accept-edit] [--roll-back-to MARK] [--no-wait]",
        help="Go on with a run",
    ),
    Verb(
        words=("runbook", "confirm"),
        takes=("live", "step"),
        options={"--as": "role", "--why": "text"},
        flags=("--no",),
        make=_answer,
        usage="runbook confirm RUN STEP [--as ROLE] [--no] [--why TEXT]",
        help="Say yes or no to what a run asks",
    ),
    Verb(
        words=("runbook", "undo"),
        takes=("run",),
        more="step",
        make=lambda words, _options, _world: UndoStep(run=words[0], step=words[1] if len(words) > 1 else ""),
        usage="runbook undo RUN [STEP]",
        help="Take back what a run did last",
    ),
    Verb(
        words=("runbook", "halt"),
        takes=("live",),
        make=lambda words, _options, _world: Halt(run=words[0]),
        usage="runbook halt RUN",
        help="End a run at its next step, as Ctrl-C does where it is followed",
    ),
    Verb(
        words=("runbook",),
        takes=("run",),
        make=lambda words, _options, _world: Go(screen="runbook", id=words[0]),
        usage="runbook RUN",
        help="Look into a run",
    ),
)
