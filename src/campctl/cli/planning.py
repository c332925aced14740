"""`plan`, `apply`, `resume`, `rollback`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import ApplyCmd, command, noun
from campctl.cli.session import Session
from campctl.errors import Exit, UsageError

APPS = {name: noun("") for name in ("plan", "apply", "resume", "rollback")}
Skip = Annotated[bool, typer.Option("--skip-unreachable", help="Go on without backends that do not answer.")]
Targets = Annotated[list[str], typer.Option("--target", metavar="KIND/ID", help="Only this noun, and what it needs. May be repeated.")]


@command(
    APPS["plan"],
    "plan",
    examples=(
        "campctl plan",
        "campctl plan --at 2026-11-03T06:00 --details",
        "campctl plan --between 2026-11-02T12:00 2026-11-03T06:00",
        "campctl plan --target office/chicago-hq --out hq.plan",
        "campctl plan --exit-code -q > /dev/null || echo 'there is something to do'",
    ),
)
def plan(
    ctx: typer.Context,
    at: Annotated[str, typer.Option("--at", metavar="TIME", help="The plan for then: 21:00, +2h, 2026-11-03T06:00.")] = "",
    between: Annotated[
        tuple[str, str], typer.Option("--between", metavar="TIME TIME", help="What changes from the one time to the other, in one plan.")
    ] = ("", ""),
    out: Annotated[str, typer.Option("--out", metavar="FILE", help="Also save it, for `campctl apply FILE`.")] = "",
    target: Targets = [],  # noqa: B006 - typer copies it
    details: Annotated[bool, typer.Option("--details", help="List everything, with field changes.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit status 4 when there is something to do.")] = False,
    skip_unreachable: Skip = False,
) -> int:
    """Say what would be changed, what it costs and what speaks against it. Nothing is changed."""
    from campctl.app.planning import plan as use_case

    session: Session = ctx.obj
    if details:
        session.take("details", value=True)
    if any(between):
        from campctl.app.between import plan_between

        if at or out or skip_unreachable:
            raise UsageError("--between goes with --target and --details only.", hint="It compares two times; `plan --at` is for one.")
        changes = session.run(lambda: plan_between(session.open(), between=between, targets=target))
        return session.show(changes, exit=Exit.CHANGES if exit_code and not changes.plan.empty else Exit.OK)
    planned = session.run(lambda: use_case(session.open(), at=at, targets=target, out=out, skip=skip_unreachable))
    status = session.show(planned, exit=Exit.CHANGES if exit_code and not planned.plan.empty else Exit.OK)
    if out:
        when = "at a time at which the campaign wants the same, and " if at else ""
        session.say(f"Saved. `campctl apply {out}` carries it out, {when}as long as nothing it was made from has changed.")
    return status


@command(
    APPS["apply"],
    "apply",
    cls=ApplyCmd,
    examples=(
        "campctl apply",
        "campctl apply hq.plan --yes",
        "campctl apply --target user/ann.lee --wait live",
        "campctl apply --allow-deletes --reason 'field office closed'",
    ),
)
def apply(
    ctx: typer.Context,
    planfile: Annotated[
        str, typer.Argument(metavar="[PLANFILE]", help="A plan saved by `plan --out`; refused when it no longer fits.")
    ] = "",
    target: Targets = [],  # noqa: B006 - typer copies it
    skip_unreachable: Skip = False,
) -> int:
    """Make the telephony systems what the campaign wants now, and read it back.

    The plan is shown and confirmed first. A failed change stops only what depends on it. Ctrl-C once finishes what is in
    flight; whatever stops a run, `campctl resume` goes on. Exit status 8 when something failed, 12 when nobody confirmed.
    """
    from campctl.app.applying import apply as use_case

    session: Session = ctx.obj
    skip = skip_unreachable
    return session.show(session.run(lambda: use_case(session.open(), session.how(), plan_file=planfile, targets=target, skip=skip)))


@command(APPS["resume"], "resume", cls=ApplyCmd, examples=("campctl resume", "campctl resume --yes"))
def resume(ctx: typer.Context) -> int:
    """Go on with a run that was interrupted: look up what was in flight, then do what is still wanted."""
    from campctl.app.recovering import resume as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), session.how())))


@command(
    APPS["rollback"],
    "rollback",
    cls=ApplyCmd,
    examples=("campctl rollback 20261103-060012-3f9a --dry-run", "campctl rollback 20261103-06 --reason 'wrong office'"),
)
def rollback(
    ctx: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's id, or a beginning of it that only one has (`campctl history`).")],
) -> int:
    """Undo a run: a plan like any other, shown and confirmed. The manifests are not changed back; the summary says so."""
    from campctl.app.recovering import rollback as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), session.how(), run=run)))
