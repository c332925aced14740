"""docs/findings.md and its examples: every code happens, and the page is what the catalogue says."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from campctl.app.checks import all_findings
from campctl.app.context import open_campaign
from campctl.app.running_books_lint import look_through
from campctl.cli.runbook_verbs import verbs
from campctl.findings import catalogue
from campctl.findings.catalogue import Entry, load_all
from campctl.findings.docs import BASE, files_of, render
from campctl.manifest.load import load

ROOT = Path(__file__).parents[3]
ENTRIES = sorted(load_all().values(), key=lambda entry: entry.code)


def codes_of(files: dict[str, str], root: Path) -> list[str]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    loaded = load(root, cache=False)
    found = [*all_findings(loaded)]
    if "runbooks/tonight.yaml" in files:
        found += look_through(open_campaign(root, environ=os.environ), verbs(), "tonight", {}, strict=True).findings
    return [one.code for one in found]


def test_the_base_campaign_has_no_finding(tmp_path: Path) -> None:
    """What examples are put beside is sound, so that what is found is the example's."""
    assert codes_of({"campaign.yaml": BASE}, tmp_path) == []


@pytest.mark.parametrize("entry", [entry for entry in ENTRIES if entry.example], ids=lambda entry: entry.code)
def test_an_example_makes_its_finding(entry: Entry, tmp_path: Path) -> None:
    """The example of a finding, read like any campaign, has that finding."""
    assert entry.code in codes_of(files_of(entry), tmp_path)


def test_entries_are_worded_alike() -> None:
    """Summaries are fixed words without values and full stop; reasons are sentences; codes are kebab-case."""
    for entry in ENTRIES:
        assert entry.code == entry.code.lower().replace("_", "-").replace(" ", "-")
        assert entry.summary[:1].islower() or entry.summary[:2].isupper() or entry.summary.startswith(("YAML", "UTF")), entry
        assert not entry.summary.endswith("."), entry
        assert "{" not in entry.summary, entry
        assert entry.why.rstrip().endswith((".", ")")), entry


def test_an_entry_without_an_example_is_made_to_happen_elsewhere() -> None:
    """What no small manifest shows (a moment, an override, a limit) is named in the tests of the module that finds it."""
    others = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py") if path != Path(__file__))
    assert [entry.code for entry in ENTRIES if not entry.example and f'"{entry.code}"' not in others] == []


def test_the_page_is_up_to_date() -> None:
    """docs/findings.md is what scripts/findings-docs writes today."""
    written = subprocess.run([sys.executable, ROOT / "scripts/findings-docs", "--print"], capture_output=True, check=True, cwd=ROOT)
    assert written.stdout.decode() == (ROOT / "docs/findings.md").read_text(encoding="utf-8"), "run scripts/findings-docs"


def test_the_page_has_every_code_once() -> None:
    """Each finding has one heading, which links can point to."""
    page = render(lambda _: "")
    assert [line for line in page.splitlines() if line.startswith("## ")] == [f"## {entry.code}" for entry in ENTRIES]


def test_every_module_with_entries_is_loaded() -> None:
    """A module of entries that `load_all` does not know would be missing from the page, and its findings would fail."""
    folder = Path(catalogue.__file__).parent
    registering = set()
    for path in folder.rglob("*.py"):
        calls = [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Call)]
        if any(isinstance(call.func, ast.Name) and call.func.id == "register" for call in calls):
            registering.add(path.relative_to(folder).parts[0].removesuffix(".py"))
    assert registering == set(catalogue.MODULES)


def test_a_sound_campaign_loads_no_entries() -> None:
    """Looking up an entry happens only when a finding is made."""
    code = (
        "import sys; from pathlib import Path; from campctl.manifest.load import load; "
        f"assert load(Path({str(ROOT / 'tests/cases/sound')!r}), cache=False).findings == (); "
        "print([name for name in sys.modules if name.startswith('campctl.findings.') and name.split('.')[2] in "
        f"{set(catalogue.MODULES)!r}])"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip() == "[]"
