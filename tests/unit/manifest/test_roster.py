"""Rosters from CSV: what spreadsheets write is read, and findings point at row and column."""

from __future__ import annotations

import pytest

from campctl.findings import Ref
from campctl.manifest.load import load

from .conftest import excerpt

HEADER = "Login,Full name,Office,Ext,DID,Skills\n"
YAML = """\
users:
  from: roster.csv
  columns: { id: Login, name: Full name, office: Office, extension: Ext, number: DID, skills: Skills }
"""


def test_a_roster_becomes_users(read):
    """Rows become users; lists are split, empty cells are fields not given, blank rows are skipped."""
    rows = 'cal,"Roe, Cal",hq,3003,+1 312 555 0123,legal; spanish\n,,,,,\ndee,Dee Fox,hq,3004,,\n'
    loaded = read(YAML, roster_csv=HEADER + rows)
    assert loaded.findings == ()
    cal, dee = loaded.campaign.users["cal"], loaded.campaign.users["dee"]
    assert (cal.name, cal.number, cal.skills) == ("Roe, Cal", "+13125550123", ("legal", "spanish"))
    assert (dee.number, dee.skills, dee.permission) == ("", (), "national")
    assert loaded.files == ("campaign.yaml", "extra.yaml", "roster.csv")


@pytest.mark.parametrize(
    "encode",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: text.replace(",", ";").encode(),
        lambda text: text.replace(",", "\t").encode(),
        lambda text: text.rstrip("\n").encode(),
    ],
    ids=["bom", "crlf", "semicolons", "tabs", "no-last-line-end"],
)
def test_what_spreadsheets_write(read, encode):
    """A byte order mark, CRLF, other separators and a missing last line end make no difference."""
    loaded = read(YAML, roster_csv=encode(HEADER + "cal,Cal Roé,hq,3003,,legal\n"))
    assert loaded.findings == ()
    assert loaded.campaign.users["cal"].name == "Cal Roé"


def test_findings_point_at_row_and_column(found):
    """A bad cell is shown by its row and column, after quoted cells and line breaks too."""
    rows = 'cal,"Roe, Cal",hq,x1,,\ndee,"Dee\nFox",hq,3004,,\neli,Eli,hq,3005,12,\n'
    assert found(YAML, roster_csv=HEADER + rows) == [
        ("bad-extension", "roster.csv:2", "x1"),
        ("bad-number", "roster.csv:5", "12"),
    ]


def test_latin_1_is_reported_with_its_row_and_read_on(read):
    """A roster in Latin-1 is an error at its row, and its other faults show too."""
    loaded = read(YAML, roster_csv=(HEADER + "cal,Cal Roe,hq,3003,,\ndee,Ren\u00e9,hq,x,,\n").encode("latin-1"))
    spans = [(finding.code, finding.span.line, finding.span.column) for finding in loaded.findings]
    assert spans == [("not-utf-8", 3, 8), ("bad-extension", 3, 13)]
    assert loaded.campaign.users["dee"].name == "Ren\u00e9"


@pytest.mark.parametrize(
    ("csv", "codes"),
    [
        (HEADER.replace("Full name", "Fullname") + "cal,Cal,hq,3003,,\ndee,Dee,hq,3004,,\n", ["missing-column"]),
        (HEADER.replace("\n", ",Ext\n") + "cal,Cal,hq,3003,,,3003\n", ["duplicate-header"]),
        (HEADER + "cal,Cal,hq,3003\n", ["ragged-row"]),
        (HEADER + "cal,Cal,hq,3003,,,,,\n", ["ragged-row"]),
        (HEADER + "cal,Cal,hq,3003,,\ncal,Cal,hq,3004,,\n", ["duplicate-id"]),
        (HEADER + "ann,Ann,hq,3044,,\n", ["duplicate-id"]),
        (HEADER + ",Cal,hq,3003,,\n", ["missing-key"]),
        (HEADER + "cal,,hq,3003,,\n", ["missing-key"]),
        (HEADER + 'cal,"Cal,hq,3003,,\n', ["bad-csv"]),
        ("", ["empty-file"]),
        (HEADER, []),
        (b"PK\x03\x04\0", ["not-utf-8"]),
    ],
)
def test_faults_of_rosters(read, csv, codes):
    """Columns missing or double, ragged rows, ids that stand twice, rows without id: one finding each, not one a row."""
    assert [finding.code for finding in read(YAML, roster_csv=csv).findings] == codes


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("users: { from: rooster.csv }\n", ["roster-not-found"]),
        ("users: { from: ../roster.csv }\n", ["outside-campaign"]),
        ("users: { from: /etc/passwd }\n", ["outside-campaign"]),
        ("users: { from: [roster.csv] }\n", ["wrong-type"]),
        ("users: { from: ~ }\n", ["null-value"]),
        ("users: { columns: { id: Login } }\n", ["missing-key"]),
        (YAML.replace("Full name", "Ful name"), ["missing-column"]),
        (YAML.replace("name:", "nmae:"), ["unknown-key", "missing-column"]),
        (YAML.replace(", extension: Ext", ""), ["missing-column"]),
        (YAML + "  cal: { name: Cal Roe, office: hq, extension: 3003 }\n", []),
        (YAML + "  also:\n    cal: { name: Cal Roe, office: hq, extension: 3003 }\n", []),
        (YAML + "  also: 5\n", ["wrong-type"]),
    ],
)
def test_naming_a_roster(read, text, codes):
    """Where a roster may be, which columns it needs, and what may stand beside it."""
    loaded = read(text, roster_csv=HEADER + "dee,Dee,hq,3004,,\neli,Eli,hq,3005,,\n")
    assert [finding.code for finding in loaded.findings] == codes
    if not codes:
        assert {"cal", "dee", "eli"} < set(loaded.campaign.users)


def test_a_link_out_of_the_folder_is_not_followed(folder, tmp_path_factory):
    """A roster that is a symbolic link to a file elsewhere is refused."""
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "roster.csv"
    elsewhere.write_text(HEADER)
    (folder / "roster.csv").symlink_to(elsewhere)
    (folder / "people.yaml").write_text(YAML)
    assert [finding.code for finding in load(folder, cache=False).findings] == ["outside-campaign"]


def test_headers_named_like_fields(read):
    """Without `columns` the headers are the fields' names; others are noted."""
    loaded = read("users: { from: r.csv }\n", **{"r.csv": "id,name,office,extension,nmber\ncal,Cal Roe,hq,3003,x\n"})
    assert [(finding.code, finding.help) for finding in loaded.findings] == [("unknown-column", "Did you mean `number`?")]
    assert loaded.ok


def test_ports_and_numbers_from_rosters(read):
    """Ports need no id in a roster; numbers have theirs in `number`, kept together by Excel or not."""
    loaded = read(
        "ports: { from: ports.csv }\nnumbers: { from: numbers.csv }\n",
        ports_csv="office,desk,extension,state\nhq,front,3050,lit\nhq,back,3051,\n",
        numbers_csv="number,to,label\n13125550101,hotline/main,spare\n",
    )
    assert loaded.findings == () or {finding.severity for finding in loaded.findings} == {"warning"}
    assert loaded.campaign.ports["hq/front"].lit
    assert loaded.campaign.ports["hq/back"].extension == "3051"
    assert loaded.campaign.numbers["+13125550101"].label == "spare"


def test_where_of_a_row(read):
    """A user of a roster is found at row and column; a field without a cell at the id."""
    loaded = read(YAML, roster_csv=HEADER + "cal,Cal Roe,hq,3003,,\n")
    for ref, text in ((Ref("users", "cal", "extension"), "3003"), (Ref("users", "cal", "number"), "cal"), (Ref("users", "cal"), "cal")):
        span = loaded.where(ref)
        assert (span.file, span.line, excerpt(loaded, span)) == ("roster.csv", 2, text)


def test_rules_point_into_the_roster(found):
    """A rule's finding about a user of a roster stands at the roster's cell."""
    assert ("unknown-office", "roster.csv:2", "hqq") in found(YAML, roster_csv=HEADER + "cal,Cal Roe,hqq,3003,,\n")
