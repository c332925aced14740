"""docs/sim.md says what the code does: its tables are the code's, its examples run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from campctl.backends.sim.faults import FAULT_OPTIONS, FAULTS, Faults
from campctl.backends.sim.options import OPTIONS, parse

PAGE = Path(__file__).parents[3] / "docs" / "sim.md"


def options_table() -> str:
    """Every option but those of single faults, which have a table of their own."""
    of_faults = {f"{name}_{when}" for name in FAULTS for when in ("calls", "every")}
    rows = ["| option | kind | default | what it does |", "| --- | --- | --- | --- |"]
    for option in OPTIONS:
        if option.name not in of_faults:
            default = "" if option.default is None else option.default
            if isinstance(default, bool):
                default = "yes" if default else "no"
            elif isinstance(default, float):
                default = f"{default:g}"
            kind = ", ".join(option.choices) or option.kind
            rows.append(f"| `{option.name}` | {kind} | {default} | {option.doc} |")
    return "\n".join(rows)


def faults_table() -> str:
    rows = ["| fault | what happens |", "| --- | --- |"]
    return "\n".join([*rows, *(f"| `{name}` | {what} |" for name, what in FAULTS.items())])


def between(name: str) -> str:
    text = PAGE.read_text("utf-8")
    return text.split(f"<!-- {name} -->\n")[1].split(f"\n<!-- /{name} -->")[0]


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize(("name", "table"), [("options", options_table), ("faults", faults_table)])
def test_the_tables_are_those_of_the_code(name: str, table: Any) -> None:
    """Every option and fault is on the page in the code's own words."""
    assert between(name) == table()


def test_the_yaml_is_taken() -> None:
    """The options of the page's examples are options."""
    examples = blocks("yaml")
    assert examples
    for text in examples:
        for spec in yaml.safe_load(text)["campaign"]["backends"].values():
            assert spec.pop("type") == "sim"
            parse(spec)


def test_the_faults_file_is_taken() -> None:
    """The page's faults file is one."""
    import json

    (text,) = blocks("json")
    assert Faults.parse(json.loads(text)).active
    assert set(json.loads(text)) <= {option.name for option in FAULT_OPTIONS}


def test_the_console_example_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """The page's Python runs as it stands, in a campaign's folder."""
    monkeypatch.chdir(tmp_path)
    (code,) = blocks("python")
    exec(compile(code, str(PAGE), "exec"), {})
    assert capsys.readouterr().out == "", "nothing was asked of the exchange yet"
    assert (tmp_path / ".campctl" / "sim-local.db").exists()
    assert not (tmp_path / ".campctl" / "sim-local.faults.json").exists()
