"""Every command is documented, every page is current, and every example parses."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from campctl.cli import main, tree
from campctl.cli.catalog import CommandInfo, commands
from campctl.cli.generate import files
from campctl.cli.session import Session
from campctl.errors import Exit
from campctl.views.show import RENDERERS
from campctl.views.terminal import Terminal

ROOT = Path(__file__).parents[2]
COMMANDS = {info.name: info for info in commands()}
FILES = files()


@pytest.mark.parametrize("name", FILES)
def test_generated_files_are_current(name: str) -> None:
    """What `python -m campctl.cli.generate` writes is what is in the repository."""
    assert (ROOT / name).read_text(encoding="utf-8") == FILES[name]


@pytest.mark.parametrize("info", COMMANDS.values(), ids=COMMANDS)
def test_every_command_explains_itself(info: CommandInfo) -> None:
    """A summary, full sentences of help, words for every argument and option, and an example of its own."""
    assert info.summary
    assert info.help.endswith(".")
    for part in (*info.arguments, *info.options):
        assert part.help.endswith((".", ")")) or part.help.endswith("."), part
    assert info.examples
    assert any(info.path[0] in example for example in info.examples)


def examples() -> list[tuple[str, str]]:
    """Every command line in the commands' examples and in the shell blocks of the docs that are mine."""
    found = [(info.name, line) for info in COMMANDS.values() for line in info.examples]
    for page in ("output.md", "batch-files.md"):
        for block in re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / page).read_text(), re.DOTALL):
            found += [(page, line) for line in block.splitlines()]
    return [
        (where, command)
        for where, line in found
        for command in re.findall(r"campctl [^|>&#)]*", line)
        if not command.startswith("campctl/")
    ]


@pytest.mark.parametrize(("where", "line"), examples())
def test_examples_parse(where: str, line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example is a command line that the parser accepts."""
    import io

    argv = shlex.split(line)[1:]
    session = Session(Terminal(io.StringIO(), io.StringIO(), io.StringIO(), {}), argv)
    name, rest = main._word(session, argv, strict=True)
    if name.startswith("-"):
        return
    assert name in tree.NOUNS
    session.command = name
    prog, command, rest = main._command(session, name, rest)
    with command.make_context(prog, rest, obj=session):
        pass


def test_every_exit_status_is_documented() -> None:
    """docs/exit-statuses.md has a row for each."""
    text = (ROOT / "docs" / "exit-statuses.md").read_text()
    for status in Exit:
        assert f"| {status.value} | {status.name.lower().replace('_', '-')} | {status.meaning} |" in text


def test_every_kind_of_result_is_documented() -> None:
    """docs/output.md names every `kind` an envelope can have, and no other."""
    text = (ROOT / "docs" / "output.md").read_text()
    row = next(line for line in text.splitlines() if line.startswith("| `kind` |"))
    kinds = {re.sub(r"(?<!^)(?=[A-Z])", "-", name).lower() for name in RENDERERS}
    assert set(re.findall(r"`([a-z-]+)`", row)) - {"kind", "data"} == kinds | {"error"}


def test_top_level_help_fits_a_terminal() -> None:
    """No line of it is wider than 80 columns, and every noun is in it."""
    text = tree.top_help()
    assert max(map(len, text.splitlines())) <= 80
    for name in tree.NOUNS:
        assert re.search(rf"^  {name} ", text, re.MULTILINE)
