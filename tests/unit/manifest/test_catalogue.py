"""Every finding of reading is made by the example the catalogue gives for it."""

from __future__ import annotations

from collections import Counter

import pytest

from campctl.findings.catalogue import CATALOGUE, load_all
from campctl.findings.docs import files_of
from campctl.manifest.load import load

load_all()


def entries():
    import campctl.findings.syntax.fields
    import campctl.findings.syntax.files
    import campctl.findings.syntax.rosters

    folder = campctl.findings.syntax.__path__[0]
    from pathlib import Path

    text = "".join(path.read_text() for path in Path(folder).glob("*.py"))
    return [entry for code, entry in CATALOGUE.items() if f'code="{code}"' in text]


BY_HAND = {"too-many-aliases", "not-utf-8", "file-too-large", "too-many-files", "too-many-values", "unreadable-file", "too-long"}
"""Those whose example would be bytes, or huge; test_files.py makes each of them happen."""


@pytest.mark.parametrize("entry", [entry for entry in entries() if entry.example], ids=lambda entry: entry.code)
def test_example_makes_its_finding(entry, tmp_path):
    """An entry's example makes a finding of its code, at a place in one of its files."""
    files = files_of(entry)
    for name, text in files.items():
        (tmp_path / name).write_bytes(text.encode())
    loaded = load(tmp_path, cache=False)
    codes = Counter(finding.code for finding in loaded.findings)
    assert entry.code in codes
    found = next(finding for finding in loaded.findings if finding.code == entry.code)
    assert found.span is not None
    assert found.span.file in files
    assert found.detail.endswith(".")
    assert found.help
    others = set(codes) - {entry.code}
    assert not {code for code in others if CATALOGUE[code] in entries()} - ALONG.get(entry.code, set())


ALONG: dict[str, set[str]] = {"alias-bomb": {"missing-key", "wrong-type"}}
"""Other findings of reading that an example cannot do without."""


def test_every_entry_is_made_to_happen():
    """Entries without an example are exactly those that other tests make happen."""
    assert {entry.code for entry in entries() if not entry.example} == BY_HAND
