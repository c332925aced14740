"""Entries about CSV rosters."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="roster-not-found",
        severity="error",
        summary="a roster that is not there",
        why="Its people would have no phones.",
        example={
            "people.yaml": """\
users: { from: rooster.csv }
""",
            "roster.csv": """\
id,name,office,extension
""",
        },
    ),
    Entry(
        code="outside-campaign",
        severity="error",
        summary="a roster outside the campaign's folder",
        why="A campaign is one folder, so that reviewing and copying it takes all of it along.",
        example="""\
users: { from: ../roster.csv }
""",
    ),
    Entry(
        code="missing-column",
        severity="error",
        summary="a column is missing",
        why="Its field would be empty for everyone.",
        example={
            "people.yaml": """\
users:
  from: roster.csv
  columns: { id: Login, name: Full name, office: Office, extension: Extension }
""",
            "roster.csv": """\
Login,Name,Office,Extension
cal,Cal Roe,hq,3003
""",
        },
    ),
    Entry(
        code="unknown-column",
        severity="note",
        summary="a column that is not read",
        why="Spreadsheets hold more than phones need; this says that it was seen.",
        example={
            "people.yaml": """\
users:
  from: roster.csv
""",
            "roster.csv": """\
id,name,office,extension,birthday
cal,Cal Roe,hq,3003,1 May
""",
        },
    ),
    Entry(
        code="duplicate-header",
        severity="error",
        summary="two columns with one header",
        why="Which of them counts would be chance.",
        example={
            "people.yaml": """\
users:
  from: roster.csv
""",
            "roster.csv": """\
id,name,office,extension,name
cal,Cal Roe,hq,3003,Cal
""",
        },
    ),
    Entry(
        code="ragged-row",
        severity="error",
        summary="a row with more or fewer cells than headers",
        why="An unquoted comma shifts every cell after it into the wrong column.",
        example={
            "people.yaml": """\
users:
  from: roster.csv
""",
            "roster.csv": """\
id,name,office,extension
cal,Roe, Cal,hq,3003
""",
        },
    ),
    Entry(
        code="bad-csv",
        severity="error",
        summary="not CSV",
        why="A quote that is not closed swallows the rows after it.",
        example={
            "people.yaml": """\
users:
  from: roster.csv
""",
            "roster.csv": """\
id,name,office,extension
cal,"Cal Roe,hq,3003
""",
        },
    ),
)
