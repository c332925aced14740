"""Entries about runbooks: `campctl runbook lint` finds them, and running one refuses those that are errors."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

_HEAD = "name: Tonight\nvars: { hotline: { type: hotline, default: main } }\nsteps:\n"


def _book(steps: str, head: str = _HEAD) -> dict[str, str]:
    return {"runbooks/tonight.yaml": head + steps}


register(
    Entry(
        code="step-act",
        severity="error",
        summary="a step that does not do one thing",
        why="A step does exactly one thing, so that it is known what was done when it stops there.",
        example=_book("  - { id: both, run: validate, note: Validated. }\n"),
    ),
    Entry(
        code="bad-command-line",
        severity="error",
        summary="not a command line",
        why="Where one word ends and the next begins would be a guess.",
        example=_book("  - { id: open, run: 'hotline show \"main' }\n"),
    ),
    Entry(
        code="bad-variable",
        severity="error",
        summary="not a variable",
        why="A secret stands nowhere in a runbook, and a choice needs something to choose from.",
        example=_book("  - { note: Hello. }\n", "name: Tonight\nvars: { mode: { type: choice } }\nsteps:\n"),
    ),
    Entry(
        code="runbook-unknown-variable",
        severity="error",
        summary="a variable that does not exist",
        why="Nothing could be put in its place.",
        example=_book("  - { id: look, run: 'hotline show {hotlin}' }\n"),
    ),
    Entry(
        code="runbook-bad-value",
        severity="error",
        summary="not a value for this",
        why="It would be found out in the middle of the run.",
        example=_book("  - { id: look, expect: plan empty, on-failure: panic }\n"),
    ),
    Entry(
        code="runbook-include-missing",
        severity="error",
        summary="a file to take in that is not there",
        why="Its steps would be missing.",
        example=_book("  - { include: checks.yaml }\n"),
    ),
    Entry(
        code="runbook-include-loop",
        severity="error",
        summary="files that take each other in",
        why="It would never end.",
        example=_book("  - { include: tonight.yaml }\n"),
    ),
    Entry(
        code="runbook-too-long",
        severity="error",
        summary="more steps than anybody follows",
        why="A loop in a loop grows quickly.",
    ),
    Entry(
        code="runbook-duplicate-step",
        severity="error",
        summary="two steps of one name",
        why="A jump, a confirmation or a report could mean either.",
        example=_book("  - { id: look, run: plan }\n  - { id: look, run: drift }\n"),
    ),
    Entry(
        code="runbook-unknown-step",
        severity="error",
        summary="a step or mark that does not exist",
        why="The run could not go on where it is told to.",
        example=_book("  - { id: look, expect: plan empty, on-failure: jump to mend }\n"),
    ),
    Entry(
        code="runbook-unreachable",
        severity="warning",
        summary="a step no way leads to",
        why="It will never be done, and whoever wrote it thinks it will.",
        example=_book("  - { end: Good night. }\n  - { id: later, run: plan }\n"),
    ),
    Entry(
        code="runbook-unknown-verb",
        severity="error",
        summary="a command that does not exist",
        why="The step could only fail.",
        example=_book("  - { id: more, run: hotline scael main 4 }\n"),
    ),
    Entry(
        code="runbook-verb-refused",
        severity="error",
        summary="a command that has no place in a runbook",
        why="It would wait for somebody at a terminal, or start what is running already.",
        example=_book("  - { id: again, run: backend login local }\n"),
    ),
    Entry(
        code="runbook-unknown-option",
        severity="error",
        summary="not how this command is written",
        why="The step could only fail.",
        example=_book("  - { id: more, run: 'hotline scale main 4 --untill 23:00' }\n"),
    ),
    Entry(
        code="runbook-unknown-id",
        severity="error",
        summary="something the campaign does not have",
        why="The step could only fail.",
        example=_book("  - { id: more, run: hotline scale mian 4 }\n"),
    ),
    Entry(
        code="runbook-expectation",
        severity="error",
        summary="not an expectation",
        why="What cannot be read cannot be checked.",
        example=_book("  - { id: quiet, expect: 'hotline main wating < 20' }\n"),
    ),
    Entry(
        code="runbook-idle-field",
        severity="warning",
        summary="a field that says nothing here",
        why="Whoever wrote it expects something of it.",
        example=_book("  - { note: Hello., retries: 3 }\n"),
    ),
    Entry(
        code="runbook-unsafe-retries",
        severity="error",
        summary="an unsafe step that is to be repeated",
        why="It says that twice would do harm, and to do it twice.",
        example=_book("  - { id: page, shell: [./page, everybody], undo: [drift], unsafe: true, retries: 3 }\n"),
    ),
    Entry(
        code="runbook-no-undo",
        severity="warning",
        summary="a step without a way back",
        why="A roll-back takes back only what says how.",
        example=_book("  - { id: more, run: hotline scale main 4 }\n  - { id: look, expect: plan empty, on-failure: roll-back }\n"),
    ),
    Entry(
        code="runbook-unknown-role",
        severity="error",
        summary="a role nobody has",
        why="Nobody could say yes.",
        example=_book("  - { id: told, confirm: Told?, role: lead }\n", "name: Tonight\nroles: { shift-lead: [dana] }\nsteps:\n"),
    ),
    Entry(
        code="runbook-shell-braces",
        severity="warning",
        summary="a variable in a script",
        why="No data is put into the text of a command, so that none can become a command.",
        example=_book("  - { id: tell, shell: 'echo {hotline}' }\n"),
    ),
    Entry(
        code="runbook-past",
        severity="warning",
        summary="a time that is over",
        why="The step would begin at once.",
        example=_book("  - { id: look, run: plan, at: 2020-11-03T05:00 }\n"),
    ),
    Entry(
        code="runbook-order",
        severity="warning",
        summary="times that go back",
        why="Steps are done in their order, so a later one with an earlier time begins late.",
        example=_book("  - { id: one, run: plan, at: 2100-11-03T06:00 }\n  - { id: two, run: drift, at: 2100-11-03T05:00 }\n"),
    ),
)
