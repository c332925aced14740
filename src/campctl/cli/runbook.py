"""`runbook list|show|lint|run|resume|status|confirm|report|rehearse`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session

if TYPE_CHECKING:
    from campctl.errors import Exit

APPS = {"runbook": noun("Ordered steps with times, checks, confirmations and a way back: docs/runbooks.md.")}
NAME = typer.Argument(metavar="RUNBOOK", help="The name of a file in runbooks/ without its end, or a path.")
Var = Annotated[list[str], typer.Option("--var", metavar="NAME=VALUE", help="The value of a variable (repeatable).")]


def given(pairs: list[str]) -> dict[str, str]:
    """`--var name=value`, several of them."""
    from campctl.errors import UsageError

    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals or not name:
            raise UsageError(f"--var {pair!r} gives no value.", hint="Write --var hotline=main.")
        if name in found:
            raise UsageError(f"--var gives `{name}` twice.", hint="Say it once.")
        found[name] = value
    return found


@command(APPS["runbook"], "list", examples=("campctl runbook list", "campctl runbook list -o json | jq '.data.rows[].runbook'"))
def list_(ctx: typer.Context) -> int:
    """The campaign's runbooks, with how many steps they come to and what is wrong with them."""
    from campctl.app.running_books_lint import list_books
    from campctl.cli.runbook_verbs import verbs

    session: Session = ctx.obj
    return session.show(list_books(session.open(), verbs()))


@command(APPS["runbook"], "show", examples=("campctl runbook show election-day", "campctl runbook show debate --var hotline=main -o json"))
def show(ctx: typer.Context, name: Annotated[str, NAME], var: Var = []) -> int:  # noqa: B006 - typer copies it
    """The steps a runbook comes to: variables put in, loops gone through, other files taken in."""
    from campctl.app.running_books_lint import show_book
    from campctl.cli.runbook_verbs import verbs

    session: Session = ctx.obj
    return session.show(show_book(session.open(), verbs(), name, given(var)))


@command(
    APPS["runbook"],
    "lint",
    examples=(
        "campctl runbook lint",
        "campctl runbook lint election-day --var hotline=voter-protection",
        "campctl runbook lint examples/runbooks/debate-night.yaml -o github",
    ),
)
def lint(
    ctx: typer.Context,
    name: Annotated[list[str], typer.Argument(metavar="[RUNBOOK]...", help="These; all in runbooks/ when left out.")] = [],  # noqa: B006
    var: Var = [],  # noqa: B006 - typer copies it
) -> int:
    """Find everything that is wrong with runbooks before the day, in one go.

    Unknown verbs, options and ids, variables, expectations that cannot be read, steps no way leads to, times that are over or that no
    clock shows, missing ways back: each with its place. Exit status 3 when there are errors; warnings alone are 0.
    """
    from campctl.app.running_books_lint import lint as use_case
    from campctl.cli.runbook_verbs import verbs

    session: Session = ctx.obj
    return session.show(use_case(session.open(), verbs(), name, given(var)))


Yes = Annotated[bool, typer.Option("-y", "--yes", help="Answer the questions whose step says `allow-yes`. Others wait for a person.")]
Events = Annotated[bool, typer.Option("--events", help="A line of JSON for each line of the journal, instead of words and a table.")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Do not wait for the times steps are planned at (`at`).")]
OneStep = Annotated[bool, typer.Option("--step", help="Do one step, then pause; `runbook resume --step` does the next.")]
Until = Annotated[str, typer.Option("--until", metavar="STEP", help="Pause once this step was done (or left out); status 0 then.")]
RunId = Annotated[str, typer.Argument(metavar="[RUN]", help="A run, or the beginning of its id; the newest when left out.")]


def ended(report: Any) -> Exit:
    """The exit status a run stands for."""
    from campctl.errors import Exit

    if report.undecided and report.run.status != "running":
        return Exit.UNDECIDED
    return {"done": Exit.OK, "running": Exit.OK, "paused": Exit.OK, "interrupted": Exit.INTERRUPTED}.get(report.run.status, Exit.STEP)


def shown(session: Session, report: Any, *, events: bool) -> int:
    """Show how a run stands; with --events its lines were shown already."""
    from campctl.app.complete import add_run

    status = ended(report)
    add_run(session.open().root, report.run.id, of="book-runs")
    return int(status) if events else session.show(report, exit=status)


@command(
    APPS["runbook"],
    "run",
    examples=(
        "campctl runbook run election-day",
        "campctl runbook run debate --var hotline=voter-protection --var seats=40",
        "campctl runbook run debate --from more-seats --no-wait",
        "campctl runbook run election-day --dry-run",
        "campctl runbook run election-day --until lines-open",
    ),
)
def run(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    var: Var = [],  # noqa: B006 - typer copies it
    from_step: Annotated[str, typer.Option("--from", metavar="STEP", help="Begin at this step; those above count as left out.")] = "",
    no_wait: NoWait = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show the steps (with --step what the first does), do nothing.")] = False,
    step: OneStep = False,
    until: Until = "",
    yes: Yes = False,
    events: Events = False,
) -> int:
    """Follow a runbook, step by step. Each is written down before and after it is done, so a run that is killed can be resumed.

    One process follows a run; others look on with `runbook status RUN --follow` and answer with `runbook confirm`. Ctrl-C (or
    SIGTERM, or a lost connection) ends it at the next step. Exit status 19 when a step failed, 20 when somebody has to say whether
    an unsafe one was done, 130 when it was stopped.
    """
    from campctl.app.results import Listing
    from campctl.app.running_books import Asked, Crew
    from campctl.app.running_books import run as use_case
    from campctl.cli.runbook_desk import TerminalDesk, run_with_signals
    from campctl.cli.runbook_verbs import verbs
    from campctl.runbook.engine import Stop

    session: Session = ctx.obj
    stop = Stop()
    crew = Crew(verbs(), TerminalDesk(session, events=events).desk(), stop)
    most = 1 if step else None
    asked = Asked(given=given(var), from_step=from_step, yes=yes, at_once=no_wait, dry_run=dry_run, most=most, until=until)
    context = session.open()
    if dry_run and step:
        from campctl.app.running_books_look import first_step

        return session.show(run_with_signals(lambda: first_step(context, name, asked, crew), session, stop))
    made = run_with_signals(lambda: use_case(context, name, asked, crew), session, stop)
    return session.show(made) if isinstance(made, Listing) else shown(session, made, events=events)


@command(
    APPS["runbook"],
    "resume",
    examples=(
        "campctl runbook resume",
        "campctl runbook resume 20261103-0500 --assume done",
        "campctl runbook resume --accept-edit",
        "campctl runbook resume --roll-back-to before-the-debate",
        "campctl runbook resume --step",
    ),
)
def resume(
    ctx: typer.Context,
    run_id: RunId = "",
    assume: Annotated[
        str, typer.Option("--assume", metavar="done|not-done", help="What came of an unsafe step whose outcome nobody knows.")
    ] = "",
    roll_back: Annotated[
        str, typer.Option("--roll-back-to", metavar="MARK", help="Take back what was done since this mark (`start`: all of it) instead.")
    ] = "",
    accept_edit: Annotated[bool, typer.Option("--accept-edit", help="Go on with the runbook as it is now, edited.")] = False,
    no_wait: NoWait = False,
    step: OneStep = False,
    until: Until = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what the next step would do, do nothing.")] = False,
    yes: Yes = False,
    events: Events = False,
) -> int:
    """Go on with a run that was stopped, killed, or that failed at a step.

    It goes on at the step where it stood. One that must not be done twice (`unsafe`) and has no known outcome is not repeated: exit
    status 20 says so, and --assume what came of it. A runbook that was edited meanwhile is shown, and refused with status 21.
    """
    from campctl.app.running_books import Asked, Crew
    from campctl.app.running_books import resume as use_case
    from campctl.cli.runbook_desk import TerminalDesk, run_with_signals
    from campctl.cli.runbook_verbs import verbs
    from campctl.errors import UsageError
    from campctl.runbook.engine import Stop

    if assume not in {"", "done", "not-done"}:
        raise UsageError(f"--assume {assume!r} says nothing.", hint="Write --assume done or --assume not-done.")
    session: Session = ctx.obj
    stop = Stop()
    crew = Crew(verbs(), TerminalDesk(session, events=events).desk(), stop)
    asked = Asked(
        assume=assume,  # type: ignore[arg-type]  # one of three, as just checked
        accept_edit=accept_edit,
        at_once=no_wait,
        yes=yes,
        roll_back=roll_back,
        most=1 if step else None,
        until=until,
    )
    context = session.open()
    if dry_run:
        from campctl.app.running_books_look import next_step

        return session.show(run_with_signals(lambda: next_step(context, run_id, asked, crew), session, stop))
    return shown(session, run_with_signals(lambda: use_case(context, run_id, asked, crew), session, stop), events=events)


@command(
    APPS["runbook"],
    "undo",
    examples=("campctl runbook undo", "campctl runbook undo 20261103-0500 more-seats"),
)
def undo(
    ctx: typer.Context,
    run_id: RunId = "",
    step: Annotated[str, typer.Argument(metavar="[STEP]", help="The step that is meant, so that no other is taken back.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be taken back and how, do nothing.")] = False,
    events: Events = False,
) -> int:
    """Take back the step of a run that was done last; the run stands at it again, and can be gone on with.

    Its own way back (`undo`) is gone; a verb that says none is taken back by ending the overrides it made, or by rolling back its run.
    Steps since a mark are taken back together by `runbook resume --roll-back-to MARK`. Exit status 19 when the way back failed.
    """
    from campctl.app.running_books import Crew
    from campctl.app.running_books_undo import undo as use_case
    from campctl.cli.runbook_desk import TerminalDesk, run_with_signals
    from campctl.cli.runbook_verbs import verbs
    from campctl.errors import Exit
    from campctl.runbook.engine import Stop

    session: Session = ctx.obj
    stop = Stop()
    crew = Crew(verbs(), TerminalDesk(session, events=events).desk(), stop)
    context = session.open()
    if dry_run:
        from campctl.app.running_books_look import way_back

        return session.show(run_with_signals(lambda: way_back(context, run_id, step, crew), session, stop))
    report = run_with_signals(lambda: use_case(context, run_id, step, crew), session, stop)
    status = shown(session, report, events=events)
    failed = report.taken_back is False
    return int(Exit.STEP) if failed and not status else status


@command(
    APPS["runbook"],
    "status",
    examples=("campctl runbook status", "campctl runbook status --all", "campctl runbook status 20261103-0500 --follow"),
)
def status(
    ctx: typer.Context,
    run_id: RunId = "",
    every: Annotated[bool, typer.Option("--all", help="List the runs there were instead, newest first.")] = False,
    follow: Annotated[bool, typer.Option("--follow", help="Tell what happens until the run is over, or nobody follows it.")] = False,
    events: Events = False,
) -> int:
    """Where a run stands: what was done, what is going on, what is to come. Exit status as that of the run; 0 while it goes on."""
    from campctl.app.running_books_status import runs
    from campctl.app.running_books_status import status as use_case

    session: Session = ctx.obj
    context = session.open()
    if every:
        return session.show(runs(context, 50))
    if not (follow or events):
        report = use_case(context, run_id)
        return session.show(report, exit=ended(report))
    from campctl.app.running_books_report import find_run, program_of_run
    from campctl.app.running_books_status import watch
    from campctl.cli.runbook_desk import TerminalDesk, run_with_signals
    from campctl.runbook.engine import Stop

    stop = Stop()
    desk = TerminalDesk(session, events=events)
    steps = {step.id: step for step in program_of_run(find_run(context.store(), run_id)).steps}
    report = run_with_signals(lambda: watch(context, run_id, lambda entry: desk.tell(entry, steps.get(entry.step)), stop), session, stop)
    return int(ended(report)) if events else session.show(report, exit=ended(report))


@command(
    APPS["runbook"],
    "confirm",
    examples=(
        "campctl runbook confirm 20261103-0500 news-desk --as shift-lead",
        'campctl runbook confirm 20261103-0500 --no --why "two desks are empty"',
    ),
)
def confirm(
    ctx: typer.Context,
    run_id: Annotated[str, typer.Argument(metavar="RUN", help="The run that waits.")],
    step: Annotated[str, typer.Argument(metavar="[STEP]", help="The step that asks, so that nobody answers another.")] = "",
    role: Annotated[str, typer.Option("--as", metavar="ROLE", help="The role you answer as.")] = "",
    no: Annotated[bool, typer.Option("--no", help="Say no: the step fails.")] = False,
    why: Annotated[str, typer.Option("--why", metavar="TEXT", help="A remark, kept in the report.")] = "",
) -> int:
    """Answer the question a run waits with, from any terminal. Who answered, and as what, is kept in the run and the audit log."""
    from campctl.app.running_books_status import confirm as use_case

    session: Session = ctx.obj
    report = use_case(session.open(), run_id, step, role=role, yes=not no, why=why)
    session.say(f"Said {'no' if no else 'yes'}.")
    return session.show(report, exit=None)


@command(
    APPS["runbook"],
    "report",
    examples=(
        "campctl runbook report",
        "campctl runbook report 20261103-0500 --html election-day.html",
        "campctl runbook report 20261103-0500 --markdown > election-day.md",
    ),
)
def report(
    ctx: typer.Context,
    run_id: RunId = "",
    html: Annotated[str, typer.Option("--html", metavar="FILE", help="Write one HTML page, which opens without a network.")] = "",
    markdown: Annotated[bool, typer.Option("--markdown", help="As Markdown, on stdout.")] = False,
) -> int:
    """Who did what when: planned against actual, confirmations, what was taken back, and what commands said."""
    from campctl.app.running_books_status import status as use_case

    session: Session = ctx.obj
    context = session.open()
    made = use_case(context, run_id)
    if html:
        write_page(session, made, html)
        return 0
    if markdown:
        from campctl.views.runbook_report import markdown as as_markdown

        return session.show_text(as_markdown(made), of="report")
    return reported(session, made)


def write_page(session: Session, made: Any, file: str) -> None:
    """The report as HTML, in a file of its owner's."""
    from pathlib import Path

    from campctl.app.files import write_private
    from campctl.views.runbook_report import page

    context = session.open()
    write_private(Path(file), page(made, said=context.command, made=context.clock.now()).encode())
    session.say(f"The report is in {file}.")


def reported(session: Session, made: Any, *, exit: Exit | None = None) -> int:  # noqa: A002 - the word of errors.Exit
    """The table, with the timeline below it where people look."""
    status = session.show(made, exit=exit)
    if session.format in {"", "table"}:
        from campctl.views.runbook_timeline import text

        lines = text(made, session.terminal.width or 100)
        session.terminal.write("".join(f"{line}\n" for line in ["", *lines]))
        session.terminal.flush()
    return status


@command(
    APPS["runbook"],
    "rehearse",
    examples=(
        "campctl runbook rehearse election-day",
        "campctl runbook rehearse debate --var seats=60 --html rehearsal.html",
        "campctl runbook rehearse debate --refuse news-desk --at 2026-10-13T20:00",
    ),
)
def rehearse(
    ctx: typer.Context,
    name: Annotated[str, NAME],
    var: Var = [],  # noqa: B006 - typer copies it
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="When it begins; else 5 minutes before the first planned time.")] = "",
    refuse: Annotated[list[str], typer.Option("--refuse", metavar="STEP", help="Say no to this question (repeatable).")] = [],  # noqa: B006
    with_shell: Annotated[bool, typer.Option("--with-shell", help="Run the commands of `shell` steps, too, in the copy.")] = False,
    html: Annotated[str, typer.Option("--html", metavar="FILE", help="Also write the report as one HTML page.")] = "",
    markdown: Annotated[bool, typer.Option("--markdown", help="The report as Markdown, on stdout.")] = False,
) -> int:
    """Play a runbook through before the day, in no time: on embedded exchanges, in a copy of the campaign, by a clock that jumps.

    No real exchange is asked, and nothing is changed. Questions are answered with yes, `shell` steps only told. The report is that of
    a run; exit status 19 when a step failed.
    """
    from campctl.app.running_books import Asked, Crew
    from campctl.app.running_books_rehearse import Rehearsed, rehearsal_desk
    from campctl.app.running_books_rehearse import rehearse as use_case
    from campctl.cli.runbook_desk import TerminalDesk, run_here, run_with_signals
    from campctl.cli.runbook_verbs import verbs
    from campctl.runbook.engine import Stop

    session: Session = ctx.obj
    stop = Stop()
    crew = Crew(verbs(), rehearsal_desk(TerminalDesk(session).desk()), stop)
    how = Rehearsed(at=at, shell=with_shell, refuse=tuple(refuse))
    context = session.open()
    asked = Asked(given=given(var), yes=True)
    made = run_with_signals(lambda: use_case(context, name, asked, how, crew, run_here), session, stop)
    if html:
        write_page(session, made, html)
    if markdown:
        from campctl.views.runbook_report import markdown as as_markdown

        session.show_text(as_markdown(made), of="report")
        return int(ended(made))
    return reported(session, made, exit=ended(made))
