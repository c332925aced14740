"""Files that are not what they should be: each is a finding, never an exception."""

from __future__ import annotations

import pytest

from campctl.findings.docs import BASE
from campctl.manifest import limits
from campctl.manifest import load as loading
from campctl.manifest.load import load

CAL = "users:\n  cal: { name: Cal Roe, office: hq, extension: 3003 }\n"


def test_byte_order_mark_and_crlf_are_read(read):
    """A file with a BOM and CRLF line ends is read, and the BOM reported."""
    loaded = read(b"\xef\xbb\xbf" + CAL.replace("\n", "\r\n").encode())
    assert [finding.code for finding in loaded.findings] == ["byte-order-mark"]
    assert loaded.campaign.users["cal"].extension == "3003"
    assert loaded.line("extra.yaml", 1) == "users:"


@pytest.mark.parametrize(
    ("content", "code", "line", "column"),
    [
        (CAL.replace("Roe", "Ro\u00e9").encode("latin-1"), "not-utf-8", 2, 22),
        (CAL.encode("utf-16"), "not-utf-8", 1, 1),
        (b"PK\x03\x04\0\0", "binary-file", 1, 1),
        (b"users: {}\n\x07\n", "yaml-syntax", 2, 1),
        (b"", "empty-file", 1, 1),
        (b"\n# nothing\n", "empty-file", 1, 1),
        (b"- a\n- b\n", "not-a-manifest", 1, 1),
        (b"just text\n", "not-a-manifest", 1, 1),
        (b"{}\n", "empty-file", 1, 1),
    ],
)
def test_odd_files(read, content, code, line, column):
    """Bytes that are no manifest are one finding at the place it shows."""
    loaded = read(content)
    assert [(finding.code, finding.span.line, finding.span.column) for finding in loaded.findings] == [(code, line, column)]


def test_a_200_mb_file_is_not_read(folder):
    """A file over the limit is reported by its size, without being read."""
    with (folder / "huge.yaml").open("wb") as file:
        file.truncate(200 * 1024 * 1024)
    loaded = load(folder, cache=False)
    assert [finding.code for finding in loaded.findings] == ["file-too-large"]
    assert not loaded.ok


def test_an_unreadable_file_is_a_finding(folder, monkeypatch):
    """A file that cannot be opened is reported with the reason, and rules do not run on what is left."""
    (folder / "more.yaml").write_text(CAL)
    original = loading.sources.read

    def refuse(path):
        if path.name == "more.yaml":
            raise PermissionError(13, "Permission denied")
        return original(path)

    monkeypatch.setattr(loading.sources, "read", refuse)
    loaded = load(folder, cache=False)
    assert [finding.code for finding in loaded.findings] == ["unreadable-file"]
    assert "Permission denied" in loaded.findings[0].detail


def test_too_many_files(folder, monkeypatch):
    """More files than the limit are a finding."""
    for module in (loading, loading.sources):
        monkeypatch.setattr(module, "MAX_FILES", 2)
    for number in range(3):
        (folder / f"a{number}.yaml").write_text(f"users:\n  cal-{number}: {{ name: Cal Roe, office: hq, extension: 302{number} }}\n")
    assert "too-many-files" in [finding.code for finding in load(folder, cache=False).findings]


def test_a_text_too_long(found):
    """A text over the limit is a finding; the file goes on."""
    text = f"users:\n  cal: {{ name: {'x' * (limits.MAX_TEXT + 1)}, office: hq, extension: 3003 }}\n"
    assert [code for code, *_ in found(text)] == ["too-long"]


def test_too_many_aliases(found):
    """More aliases than the limit stop the file."""
    text = "x-a: &a [legal]\nx-b:\n" + "  - *a\n" * (limits.MAX_ALIASES + 1)
    assert [code for code, *_ in found(text)] == ["too-many-aliases"]


def test_an_alias_bomb_is_quick_and_small(found):
    """The billion laughs end after a few aliases."""
    text = "x-0: &l0 [lol]\n" + "".join(f"x-{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))
    assert [code for code, *_ in found(text)] == ["alias-bomb"]


def test_deep_nesting_stops_at_once(found):
    """A hundred thousand brackets do not exhaust the stack."""
    assert [code for code, *_ in found("users: " + "[" * 100_000)] == ["too-deep"]


def test_no_campaign_section(tmp_path):
    """Without a campaign section there is no campaign, and the other faults are reported all the same."""
    (tmp_path / "campaign.yaml").write_text("users:\n  cal: { name: Cal Roe, ofice: hq, extension: 3003 }\n")
    loaded = load(tmp_path, cache=False)
    assert loaded.campaign is None
    assert sorted(finding.code for finding in loaded.findings) == ["missing-key", "no-campaign-section", "unknown-key"]


@pytest.mark.parametrize("section", ["campaign:\n", "campaign: []\n", "campaign: Example\n"])
def test_a_campaign_section_that_is_no_mapping(tmp_path, section):
    """A campaign section without fields is a finding, not an exception."""
    (tmp_path / "campaign.yaml").write_text(section + BASE.split("country: US\n")[1].split("\n", 4)[4])
    loaded = load(tmp_path, cache=False)
    assert loaded.campaign is None
    assert {finding.code for finding in loaded.findings} <= {"null-value", "wrong-type", "no-campaign-section"}
    assert loaded.findings


def test_links_that_lead_in_a_circle(folder):
    """A folder linked into itself is not followed."""
    (folder / "again").symlink_to(folder)
    assert load(folder, cache=False).findings == ()


def test_a_folder_named_like_a_file(folder):
    """A folder called x.yaml is no manifest."""
    (folder / "x.yaml").mkdir()
    assert load(folder, cache=False).findings == ()


@pytest.mark.parametrize("text", ["x-a: [{}]\n", "users: {{ cal: {{ skills: [{}] }} }}\n", "services: [[{}], [{}]]\n"])
def test_too_many_values(found, text):
    """A file within the size limit cannot fill the memory with small values."""
    values = ", ".join("a" * (limits.MAX_VALUES + 1))
    assert [code for code, *_ in found(text.format(values, values))] == ["too-many-values"]


@pytest.mark.parametrize("field", ["extension", "room", "name", "number", "office", "permission", "skills"])
@pytest.mark.parametrize(
    "value", ["9" * 5000, "-" + "9" * 990, "1:" * 400 + "1", "0" * 900, "1e" + "9" * 400, "1" * 400 + "-" + "1" * 400 + "x"]
)
def test_absurd_values(read, field, value):
    """Values of thousands of digits are findings, quickly, whichever field they stand in."""
    read(
        f"users:\n  cal: {{ name: Cal Roe, office: hq, extension: 3003, {field}: {value} }}\n"
        f"ports:\n  x: {{ office: hq, desks: {value}, extensions: {value} }}\n"
    )


def test_secrets_are_not_shown(tmp_path):
    """A secret in a manifest is an error, is not kept, and its line is shown without it."""
    (tmp_path / "campaign.yaml").write_text(
        "campaign:\n  name: X\n  time_zone: America/Chicago\n  backends: { local: { type: sim, api_token: made-up-7 } }\n"
    )
    loaded = load(tmp_path)
    finding = next(finding for finding in loaded.findings if finding.code == "secret-in-manifest")
    assert "made-up-7" not in loaded.line("campaign.yaml", finding.span.line) + finding.detail + finding.help + repr(loaded.campaign)
    assert len(loaded.line("campaign.yaml", 4)) == len("  backends: { local: { type: sim, api_token: made-up-7 } }")
