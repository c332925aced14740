"""The tables of docs/runbooks.md, made from the table of fields; `scripts/manifest-docs` writes them, a test compares."""

from __future__ import annotations

from campctl.manifest.reference import rows
from campctl.manifest.runbook_fields import NOUNS

BEGIN, END = "<!-- fields: made by scripts/manifest-docs -->\n", "<!-- end of fields -->\n"


def markdown(page: str) -> str:
    """The page with its tables as they are today."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}\n{tables()}\n{END}{after}"


def tables() -> str:
    """Every mapping of a runbook, field by field."""
    parts = []
    for noun in NOUNS:
        head = "| field | how it is written | default | meaning | example |\n| --- | --- | --- | --- | --- |"
        parts.append("\n".join([f"### {noun.name}\n\n{noun.doc}\n\n{head}", *rows(noun), ""]))
    return "\n".join(parts)
