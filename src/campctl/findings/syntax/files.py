"""Entries about files and YAML itself."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="yaml-syntax",
        severity="error",
        summary="this is not YAML",
        why="Nothing of the entry it stands in can be read. The entries after it are read, so their faults show too; but "
        "references are not checked, since what they name may be in the part that was not read.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003
  dee: { name: Dee Fox, office: hq, extension: 3004 }
""",
    ),
    Entry(
        code="yaml-tab",
        severity="error",
        summary="a tab where YAML wants spaces",
        why="YAML forbids tabs in indentation, because how wide they are depends on the editor.",
        example="users:\n\tcal: { name: Cal Roe, office: hq, extension: 3003 }\n",
    ),
    Entry(
        code="duplicate-key",
        severity="error",
        summary="a key stands twice",
        why="YAML readers silently let the last one win, so the first one looks as if it held and does not.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, office: hq }
""",
    ),
    Entry(
        code="duplicate-id",
        severity="error",
        summary="an id stands in two files",
        why="Each user, office, hotline ... is written once, so that it is clear which file to edit.",
        example={
            "one.yaml": """\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003 }
""",
            "two.yaml": """\
users:
  cal: { name: Cal Roe, office: hq, extension: 3004 }
""",
        },
    ),
    Entry(
        code="duplicate-desk",
        severity="error",
        summary="a desk stands in two banks",
        why="A desk has one phone and one extension.",
        example="""\
ports:
  again: { office: hq, desk: d4, extension: 3020 }
""",
    ),
    Entry(
        code="multiple-documents",
        severity="error",
        summary="a second YAML document in one file",
        why="What comes after `---` would be easy to overlook; campctl reads one document a file.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003 }
---
users: {}
""",
    ),
    Entry(
        code="yaml-tag",
        severity="error",
        summary="a YAML tag",
        why="Tags make some YAML readers build objects or run code. The fields themselves say what a value is.",
        example="""\
users:
  cal: { name: !!str Cal Roe, office: hq, extension: 3003 }
""",
    ),
    Entry(
        code="unknown-alias",
        severity="error",
        summary="an alias of nothing",
        why="`*name` stands for a value marked `&name` above it.",
        example="""\
users:
  cal: { name: Cal Roe, office: *office, extension: 3003 }
""",
    ),
    Entry(
        code="recursive-alias",
        severity="error",
        summary="an alias inside itself",
        why="A value that holds itself never ends.",
        example="""\
users:
  cal: &cal { name: Cal Roe, office: hq, extension: 3003, skills: [*cal] }
""",
    ),
    Entry(
        code="alias-bomb",
        severity="error",
        summary="aliases that stand for too much",
        why="Aliases of aliases multiply: a few lines can stand for more values than a machine has memory.",
        example="""\
users:
  cal: { name: Cal Roe, office: hq, extension: 3003, skills: &a [x, x, x, x, x, x, x, x, x, x] }
  dee: { skills: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a] }
  eli: { skills: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b, *b] }
  fay: { skills: &d [*c, *c, *c, *c, *c, *c, *c, *c, *c, *c] }
  gil: { skills: &e [*d, *d, *d, *d, *d, *d, *d, *d, *d, *d] }
""",
    ),
    Entry(
        code="too-many-aliases",
        severity="error",
        summary="too many aliases",
        why="A file of thousands of aliases is written by a program, and hides what it says.",
    ),
    Entry(
        code="too-many-values",
        severity="error",
        summary="too many values in one entry",
        why="No entry needs thousands of values; the limit keeps a file that is no manifest from using up the machine's memory.",
    ),
    Entry(
        code="too-deep",
        severity="error",
        summary="nested too deep",
        why="The language needs eight levels; more are a bracket not closed, or an attack.",
        example="""\
users:
  cal: { skills: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]] }
""",
    ),
    Entry(
        code="bad-key",
        severity="error",
        summary="a key that is no word",
        why="Keys are field names and ids.",
        example="""\
users:
  ? [cal, roe]
  : { name: Cal Roe, office: hq, extension: 3003 }
""",
    ),
    Entry(
        code="bad-merge",
        severity="error",
        summary="a merge key without a mapping",
        why="`<<` takes in the keys of a mapping that is marked with an anchor.",
        example="""\
users:
  cal: { <<: hq, name: Cal Roe, office: hq, extension: 3003 }
""",
    ),
    Entry(
        code="byte-order-mark",
        severity="warning",
        summary="a byte order mark",
        why="It cannot be seen, and tools that do not expect it take it for a part of the first key.",
        example={
            "roles.yaml": "\ufeffusers:\n  cal: { name: Cal Roe, office: hq, extension: 3003 }\n",
        },
    ),
    Entry(
        code="not-utf-8",
        severity="error",
        summary="not UTF-8",
        why="Names with accents would come out wrong on phones and in plans.",
    ),
    Entry(
        code="binary-file",
        severity="error",
        summary="not a text file",
        why="A manifest is text; this may be a spreadsheet or an archive with a wrong name.",
        example={
            "roster.yaml": "PK\x00\x01\x00\x00",
        },
    ),
    Entry(
        code="empty-file",
        severity="warning",
        summary="nothing in this file",
        why="A file that should hold people and holds none deserves a look before `plan` deletes their phones.",
        example={
            "users.yaml": """\
# moved elsewhere
""",
        },
    ),
    Entry(
        code="file-too-large",
        severity="error",
        summary="a file too large to be a manifest",
        why="The limit keeps a log or a dump that got into the folder from using up the machine.",
    ),
    Entry(
        code="too-many-files",
        severity="error",
        summary="too many files",
        why="The folder probably holds something else beside the campaign.",
    ),
    Entry(
        code="unreadable-file",
        severity="error",
        summary="a file that cannot be read",
        why="A campaign read only in part would look as if the rest had been deleted.",
    ),
    Entry(
        code="not-a-manifest",
        severity="warning",
        summary="a YAML file that is no manifest",
        why="It has none of the sections, so nothing of it is read. If it was meant to, its people have no phones.",
        example={
            "compose.yaml": """\
services:
  web: { image: example }
""",
        },
    ),
    Entry(
        code="unknown-section",
        severity="error",
        summary="an unknown section",
        why="Nothing below it is read.",
        example="""\
user:
  cal: { name: Cal Roe, office: hq, extension: 3003 }
""",
    ),
    Entry(
        code="no-campaign-section",
        severity="error",
        summary="no campaign section",
        why="It holds the name, the time zone and the backends, without which nothing can be planned.",
        example={
            "campaign.yaml": """\
users: {}
""",
        },
    ),
)
