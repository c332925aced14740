"""The table of facts in docs/runbooks.md, made from `expect.SUBJECTS`; `scripts/manifest-docs` writes it, a test compares."""

from __future__ import annotations

from campctl.live.expect import SUBJECTS

BEGIN, END = "<!-- facts: made by scripts/manifest-docs -->\n", "<!-- end of facts -->\n"


def markdown(page: str) -> str:
    """The page with its table as it is today."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{table()}\n{END}{after}"


def table() -> str:
    """Every fact campctl knows."""
    rows = [
        f"| `{name}{' ID' if subject.noun else ''} {measure}` | {one.kind} | {one.doc} |"
        for name, subject in SUBJECTS.items()
        for measure, one in subject.measures.items()
    ]
    return "\n".join(["| fact | kind | what it is |", "| --- | --- | --- |", *rows, ""])
