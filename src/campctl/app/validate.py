"""`validate`: everything that is wrong, in one go."""

from __future__ import annotations

from pathlib import Path

from campctl.app.context import Context
from campctl.app.results import Validation


def validate(ctx: Context) -> Validation:
    """Every finding in every file, with the source lines for the carets."""
    findings = ctx.findings
    campaign = ctx.loaded.campaign
    counts: dict[str, int] = {}
    if campaign is not None:
        for section in ("offices", "users", "ports", "numbers", "hotlines", "surges", "backends"):
            counts[section] = len(getattr(campaign, section))
    spans = [finding.span for finding in findings if finding.span]
    spans += [related.span for finding in findings for related in finding.related if related.span]
    excerpts = {f"{span.file}:{span.line}": ctx.loaded.line(span.file, span.line) for span in spans}
    return Validation(findings=findings, files=ctx.loaded.files, counts=counts, excerpts=excerpts, folder=_in_checkout(ctx.root))


def _in_checkout(root: Path) -> str:
    """The campaign's folder below the nearest folder that holds `.git`: annotations of a pull request are found by paths from there."""
    root = root.resolve()
    top = next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), root)
    return "" if top == root else f"{root.relative_to(top).as_posix()}/"
