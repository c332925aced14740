"""What the pages show was run; it is run again here, page by page, and must come to the same."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import transcripts

PAGES = transcripts.pages()


@pytest.mark.parametrize("path", PAGES, ids=[path.stem for path in PAGES])
def test_page(path: Path) -> None:
    """Every command of the page ends with the status it says and prints what is written below it, but for what differs from run to run."""
    page = transcripts.read(path)
    assert page.commands
    transcripts.run(page)
    found = transcripts.faults(page)
    assert not found, f"scripts/docs-transcripts {path.relative_to(transcripts.ROOT)} writes the real output:\n\n" + "\n\n".join(found)


@pytest.mark.parametrize(
    ("written", "real", "same"),
    [
        (["a", "b"], ["a", "b", ""], True),
        (["a", "b"], ["a", "c"], False),
        (["a", "..."], ["a", "b", "c"], True),
        (["...", "c"], ["a", "b", "c"], True),
        (["a", "...", "d"], ["a", "b", "c"], False),
        (["..."], [], True),
        ([], ["a"], False),
        (["Run 20261013-223000-0a1b done in 0.1 s: 2 configured."], ["Run 20261013-223050-ffff done in 12 s: 2 configured."], True),
        (["Run 20261013-223000-0a1b done in 0.1 s: 2 configured."], ["Run 20261013-223000-0a1b done in 0.1 s: 3 configured."], False),
        (["o123abc  until 22:30:10 CDT"], ["offfffe  until 22:30:40 CDT"], True),
        (["until 22:30:10 CDT"], ["until 22:31:10 CDT"], False),
        (["keeps 3001 and +1 312 555 0111"], ["keeps 3002 and +1 312 555 0111"], False),
    ],
)
def test_comparing(written: list[str], real: list[str], same: bool) -> None:
    """Only ids of runs and overrides, seconds and elided lines may differ."""
    assert transcripts.fits(written, real) is same


def test_a_page_that_lies_is_found(tmp_path: Path) -> None:
    """Another output, another status and a block that does not begin with a command are each told."""
    page = tmp_path / "page.md"
    block = "$ echo one\ntwo\n$ false\n$ (exit 3)  # exit 3\n$ echo a &&\n>   echo b\na\nb\n"
    page.write_text(f"<!-- transcript: -->\n```console\n{block}```\n")
    read = transcripts.read(page)
    transcripts.run(read)
    assert [fault.split("\n")[0] for fault in transcripts.faults(read)] == ["$ echo one", "$ false"]
    assert transcripts.rewritten(read).endswith(f"{block.replace('two', 'one')}```\n")
    page.write_text("```console\nnothing\n```\n")
    with pytest.raises(ValueError, match="no command"):
        transcripts.read(page)


def test_shell_blocks_are_shell() -> None:
    """Every ```sh block of every page is accepted by `bash -n`."""
    for path in [transcripts.ROOT / "README.md", *sorted((transcripts.ROOT / "docs").glob("*.md"))]:
        for block in re.findall(r"^```sh\n(.*?)^```$", path.read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE):
            done = subprocess.run(["bash", "-n"], input=block, text=True, capture_output=True, check=False)
            assert done.returncode == 0, f"{path.name}: {done.stderr}\n{block}"


def test_links_lead_somewhere() -> None:
    """Every relative link of a page leads to a file, and its fragment to a heading there."""
    every = [transcripts.ROOT / "README.md", transcripts.ROOT / "CONTRIBUTING.md", *sorted((transcripts.ROOT / "docs").glob("*.md"))]
    for path in every:
        text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            if "://" in target:
                continue
            name, _, fragment = target.partition("#")
            file = (path.parent / name).resolve() if name else path
            assert file.exists(), f"{path.name}: {target}"
            if fragment:
                heads = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
                assert fragment in {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}, f"{path.name}: {target}"


def test_every_page_is_in_the_index() -> None:
    """docs/README.md links every page of docs/."""
    index = (transcripts.ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    for path in (transcripts.ROOT / "docs").glob("*.md"):
        assert path.name == "README.md" or f"({path.name})" in index, path.name


def test_every_guardrail_is_documented() -> None:
    """docs/safety.md has a row for each guardrail of the planner and of verbs, with its flag, and no other."""
    folder = transcripts.ROOT / "src" / "campctl"
    source = "".join((folder / name).read_text(encoding="utf-8") for name in ("planning/guarding.py", "app/wave_words.py"))
    text = (transcripts.ROOT / "docs" / "safety.md").read_text(encoding="utf-8")
    rows = [line.split("|") for line in text.splitlines() if line.startswith("| `") and line.count("|") == 4]
    documented = {name for row in rows for name in re.findall(r"`([a-z-]+)`", row[1])}
    assert documented == set(re.findall(r'name="([a-z-]+)"', source)) | set(re.findall(r'\("(too-many-[a-z]+)"', source))
    assert {flag for row in rows for flag in re.findall(r"`(--[a-z-]+)`", row[3])} == set(re.findall(r'"(--allow-[a-z-]+)"', source))
