"""docs/findings.md, made from the catalogue: every code with its severity, why it matters, and an example.

`scripts/findings-docs` writes it; a test makes every example happen and compares the page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from campctl.findings.catalogue import Entry, load_all

BASE = """\
campaign:
  name: Example
  country: US
  time_zone: America/Chicago
  main_number: "+13125550100"
  backend: local
  backends: { local: { type: sim } }
offices:
  hq:
    name: Headquarters
    address: { street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601", floor: "3" }
    extensions: [3000-3099]
    notify_911: [security@example.org]
users:
  ann: { name: Ann Lee, office: hq, extension: 3001, skills: [legal], languages: [en, es] }
  ben: { name: Ben Ito, office: hq, extension: 3002 }
ports:
  bank: { office: hq, desks: d1-d4, extensions: 3010-3013 }
numbers:
  "+13125550100": { to: hotline/main }
hotlines:
  main: { name: Main number, seats: { baseline: 1, max: 4 }, answer: { users: [ann, ben] } }
"""
"""A campaign without a finding, small enough to be read in one go."""

EXAMPLE = "example.yaml"
"""The file an example of one text is, beside `campaign.yaml`."""

_HEAD = """\
# Findings

<!-- Made from the catalogue by scripts/findings-docs. Edit src/campctl/findings/, then run it. -->

`campctl validate` reports every fault of every file in one go. Each has a code, which does not change between releases, and a
severity: with an **error** nothing is planned or applied; a **warning** is a plan that works and probably is not what anybody
wanted; a **note** is worth knowing.

Most examples are a second file, `{file}`, beside this `campaign.yaml`, which by itself has no finding. An example with a
`campaign:` of its own stands alone.

```yaml
{base}```
"""


def files_of(entry: Entry) -> dict[str, str]:
    """The files of an entry's example, by name; with the base campaign unless it has a `campaign:` of its own."""
    if isinstance(entry.example, Mapping):
        files = dict(entry.example)
        return files if "campaign.yaml" in files else {"campaign.yaml": BASE, **files}
    if "campaign:" in entry.example.splitlines():
        return {"campaign.yaml": entry.example}
    return {"campaign.yaml": BASE, EXAMPLE: entry.example}


def render(output_of: Callable[[Entry], str]) -> str:
    """The page. `output_of` says what campctl prints for an entry's example ("" for nothing to show)."""
    entries = sorted(load_all().values(), key=lambda entry: entry.code)
    parts = [_HEAD.format(file=EXAMPLE, base=BASE), _table(entries)]
    parts.extend(_section(entry, output_of(entry) if entry.example else "") for entry in entries)
    return "\n".join(parts)


def _table(entries: list[Entry]) -> str:
    rows = [f"| [`{entry.code}`](#{entry.code}) | {entry.severity} | {entry.summary} |" for entry in entries]
    return "\n".join(["| code | severity | what |", "| --- | --- | --- |", *rows, ""])


def _section(entry: Entry, output: str) -> str:
    parts = [f"## {entry.code}\n", f"**{entry.severity}**: {entry.summary}. {entry.why}\n"]
    if entry.example:
        files = {"": entry.example} if isinstance(entry.example, str) else entry.example
        for name, text in files.items():
            label = f"`{name}`\n\n" if name and len(files) > 1 else ""
            parts.append(f"{label}```{_language(name)}\n{_shown(text)}```\n")
    else:
        parts.append("It depends on the moment, the machine or the backend, so no small manifest shows it.\n")
    if output:
        parts.append(f"```text\n{output.rstrip()}\n```\n")
    return "\n".join(parts)


def _language(name: str) -> str:
    return "csv" if name.endswith(".csv") else "yaml"


def _shown(text: str) -> str:
    """The text with what a page cannot show written as escapes, ending in a newline."""
    visible = "".join(char if char.isprintable() or char == "\n" else char.encode("unicode_escape").decode() for char in text)
    return visible if visible.endswith("\n") else visible + "\n"
