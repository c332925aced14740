"""What a plan is refused for before anything is asked of a backend."""

from __future__ import annotations

from campctl import errors
from campctl.app.context import Context
from campctl.app.how import How
from campctl.app.planning import View, overrides_digest
from campctl.app.results import Planned
from campctl.model.changes import Plan


def refuse_stale(ctx: Context, saved: Plan, fresh: Plan, view: View) -> None:
    """Refuse a saved plan that is not what would be planned now.

    What is carried out is the fresh plan, never the file: one that was edited by hand, or from which a guardrail was
    taken out, differs from it, or changes nothing.
    """
    from campctl.planning import fingerprint, stale

    observed = {name: fingerprint(seen) for name, seen in view.observed.items()}
    reasons = stale(saved, ctx.loaded.digest, overrides_digest(view.overrides), observed)
    if not reasons and saved.changes != fresh.changes:
        reasons = ("the same campaign makes another plan at this time, or the file was edited",)
    if reasons:
        raise errors.StalePlan(
            f"The saved plan no longer fits: {'; '.join(reasons)}. Nothing was changed.",
            hint="Make it anew with `campctl plan --out FILE`.",
        )


def refuse_conflicts(plan: Plan) -> None:
    """Refuse what would touch things that campctl does not own."""
    if not plan.conflicts:
        return
    first = ", ".join(f"{change.key} on {change.backend}" for change in plan.conflicts[:3])
    more = f" and {len(plan.conflicts) - 3} more" if len(plan.conflicts) > 3 else ""
    raise errors.GuardrailRefused(
        f"campctl did not create {first}{more}, so it leaves them alone. Nothing was changed.",
        guardrails=("not-owned",),
        hint="Take them in with `campctl adopt KIND/ID` (or `--all`), then plan again.",
    )


def refuse_guards(plan: Plan, how: How) -> None:
    """Refuse what a guardrail speaks against, unless its flag was given with a reason."""
    refused = [guard for guard in plan.guards if not guard.flag or guard.flag not in how.allow]
    if refused:
        flags = " ".join(sorted({guard.flag for guard in refused if guard.flag}))
        final = [guard.name for guard in refused if not guard.flag]
        hint = f"If it is meant, repeat with {flags} --reason WHY." if flags and not final else ""
        if final:
            hint = f"No flag overrides {', '.join(final)}: correct the campaign."
        raise errors.GuardrailRefused(
            " ".join(f"{guard.name}: {guard.message}" for guard in refused) + " Nothing was changed.",
            guardrails=tuple(guard.name for guard in refused),
            hint=hint,
        )
    if plan.guards and not how.reason:
        raise errors.UsageError(
            f"Overriding {', '.join(guard.name for guard in plan.guards)} needs a reason, which is audited.", hint="Add --reason WHY."
        )


def refuse_other(plan: Plan, how: How) -> None:
    """Refuse what is not what somebody was shown and agreed to a while ago."""
    if how.agreed is not None and plan.changes != how.agreed.changes:
        raise errors.StalePlan(
            "Things changed since the plan was shown: another would be carried out now. Nothing was changed.",
            hint="Look at the new plan, and agree to that.",
        )


def confirm(planned: Planned, how: How) -> None:
    """Ask, unless yes was said already."""
    if how.ask is not None and not how.ask(planned):
        raise errors.Unconfirmed("Not confirmed; nothing was changed.")
