"""docs/manifest.md, made from the table of fields: `scripts/manifest-docs` writes it, a test compares it."""

from __future__ import annotations

from campctl.manifest import limits
from campctl.manifest.fields import CAMPAIGN, NOUNS, SECTIONS
from campctl.manifest.nouns import Field, Noun

_INTRO = """\
# Manifests

<!-- Made from src/campctl/manifest/fields.py by scripts/manifest-docs. Edit the table, then run it. -->

A campaign is a folder with a `campaign.yaml` in it. campctl finds it from any folder below, as git does. Every `*.yaml` and `*.yml`
file in the folder and below is read, and what they say is merged by its top-level keys: {sections}.
Which file holds what is yours to decide; an id that stands twice is a finding.

Not read are: hidden folders (`.campctl`, `.git`), folders named `runbooks`, folders that hold a `campaign.yaml` of their own, files named
`moves*.yaml` (lists for `move -f`), and top-level keys that begin with `x-` (a place for anchors). A file with none of the sections is
left alone, with a warning.

`campctl schema` writes a JSON Schema made from the same table; editors complete and check with it:

```yaml
# yaml-language-server: $schema=.campctl/schema.json
```

## How values are written

- Texts are taken as they are written. A text that other YAML readers take for something else (`no`, `012`, `6:30`, `1e3`, `~`)
  needs quotes; a phone number should have them. Whole numbers such as `3001` are the same to everyone and need none.
- Lengths of time carry their unit: `20s`, `5m`, `1h30m`, `2d`. Shares carry a percent sign: `80%`.
- Times are what the clock on the wall shows, `2026-11-03T18:00`, in the `time_zone` beside them, else the campaign's; or instants,
  with an offset: `2026-11-03T18:00-05:00`. A time that daylight saving skips is an error, one that it repeats a warning.
- Opening hours are days, then times: `mon-fri 08:00-20:00`, `sat,sun 10:00-18:00`, `daily 00:00-24:00`; `20:00-02:00` runs past midnight.
- Ranges have both ends, equally long: `3000-3199`, `a001-a200`.
- Phone numbers are E.164, `"+13125550100"`; spaces and punctuation are taken out, and numbers without `+` are read as the campaign's
  `country` dials them.
- Ids are lower-case letters, digits, `.`, `-` and `_`, at most 63.

## Rosters

`users`, `ports` and `numbers` can come from a CSV file in the campaign's folder:

```yaml
users:
  from: roster.csv
  columns: {{ id: Login, name: Full name, office: Office, extension: Ext, number: DID, skills: Skills }}
  ann.lee: {{ name: Ann Lee, office: chicago-hq, extension: 3001 }}      # more beside it, or below `also:`
```

`columns` says which header holds which field; without it the headers are the fields' names. The separator is `,`, `;` or tab, the encoding
UTF-8 (with or without a byte order mark). Empty cells are fields not given; lists are split at `;` or `,`. Rows of ports need no id; rows
of numbers have it in `number`.

## Limits

One file: {file_mib} MiB. Files: {files:,}. Nesting: {depth}. Aliases in a file: {aliases:,}, standing for {expansion:,} values at the most.
One range: {range:,}. One text: {text:,} characters. One roster: {rows:,} rows.
"""


def markdown() -> str:
    """The page."""
    intro = _INTRO.format(
        sections=", ".join(f"`{name}`" for name in SECTIONS),
        file_mib=limits.MAX_FILE_BYTES // 1024 // 1024,
        files=limits.MAX_FILES,
        depth=limits.MAX_DEPTH,
        aliases=limits.MAX_ALIASES,
        expansion=limits.MAX_EXPANSION,
        range=limits.MAX_RANGE,
        text=limits.MAX_TEXT,
        rows=limits.MAX_CSV_ROWS,
    )
    return "\n".join([intro, *(_noun(noun) for noun in NOUNS)])


def _noun(noun: Noun) -> str:
    key = " Entries are written under their id." if noun in SECTIONS.values() and noun is not CAMPAIGN else ""
    head = (
        f"## {noun.name}\n\n{noun.doc}{key}\n\n| field | how it is written | default | meaning | example |\n| --- | --- | --- | --- | --- |"
    )
    return "\n".join([head, *rows(noun), ""])


def rows(noun: Noun) -> list[str]:
    """A row of a table for each field."""
    return [_row(field) for field in noun.fields]


def _row(field: Field) -> str:
    default = "**required**" if field.required else field.default
    cells = (f"`{field.name}`", field.kind.written, default, field.doc, f"`{field.example}`")
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"
