"""Every file in examples/ works: batch files and scripts are run on the embedded exchange, the rest is read by its rules."""

from __future__ import annotations

import configparser
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

sys.path.insert(0, str(Path(__file__).parent))
import transcripts

EXAMPLES = transcripts.ROOT / "examples"
AFTERNOON = "2026-10-13T15:00-05:00"
BATCHES = {
    "moves.yaml": ("move -f {} --yes", "Move Ann Lee from Chicago headquarters to Phoenix field office"),
    "new-people.yaml": ("user provision -f {} --yes", "Provision Lena Fox at Chicago headquarters"),
    "walk-ins.yaml": ("port light -f {}", "Light desk a010 at Chicago headquarters for Vi Vo"),
    "tonight.yaml": ("hotline scale -f {}", "Scale Voter protection from 4 to 7 seats"),
}


def page(tmp_path: Path, *commands: str, setup: str = f"seed=quickstart clock={AFTERNOON} applied") -> list[tuple[int, str]]:
    """Run command lines as a page does, on a fresh campaign; status and output of each."""
    path = tmp_path / "page.md"
    path.write_text(f"<!-- transcript: {setup} -->\n```console\n" + "".join(f"$ {command}\n" for command in commands) + "```\n")
    read = transcripts.read(path)
    transcripts.run(read)
    return [(command.status, "\n".join(command.real)) for command in read.commands]


@pytest.mark.parametrize("name", BATCHES)
def test_batch_files(tmp_path: Path, name: str) -> None:
    """Each batch file is applied whole, and nothing is left to do after it."""
    command, story = BATCHES[name]
    (status, said), (after, plan) = page(tmp_path, f"campctl {command.format(f'../examples/{name}')}", "campctl plan --exit-code")
    assert status == 0, said
    assert story in said
    assert after == 0, plan


def test_debate_night(tmp_path: Path) -> None:
    """Before, start and stop of a debate: desks and seats come and go, and all is as before."""
    script = "../examples/debate-night.sh"
    before, start, board, stop, end, wrong = page(
        tmp_path, f"{script} before", f"{script} start", "campctl override list -q", f"{script} stop", "campctl plan --exit-code", script
    )
    assert before[0] == 0, before[1]
    assert "Scale Voter protection from 4 to 7 seats" in before[1]
    assert start[0] == 0, start[1]
    assert "Vi Vo" in board[1]
    assert stop[0] == 0, stop[1]
    assert end[0] == 0, end[1]
    assert wrong[0] == 2


def test_election_morning(tmp_path: Path) -> None:
    """It is ready on a sound campaign, applies what is due, and stops with the step's own status where something is wrong."""
    script = "../examples/election-morning.sh"
    ready, _, drifted, _, due, _, down = page(
        tmp_path,
        script,
        """campctl backend poke local '{"do": "alter", "kind": "line", "id": "user/ann.lee", "fields": {"name": "A. Lee"}}'""",
        script,
        "campctl apply --yes -q && campctl hotline scale main 3 --until +1m -q && sleep 0",
        "DOCS_EARLIER=-7200 " + script,
        """campctl backend poke local '{"do": "faults", "options": {"down": true}}'""",
        script,
    )
    assert ready[0] == 0, ready[1]
    assert ready[1].endswith("Ready.")
    assert "nothing is due" in ready[1]
    assert drifted[0] == 4, drifted[1]
    assert due[0] == 0, due[1]
    assert "Scale Main number from 3 to 2 seats" in due[1] or "Scale Voter protection from 4 to 10 seats" in due[1]
    assert down[0] == 16, down[1]


def test_shifts(tmp_path: Path) -> None:
    """The roster with shifts is sound, and the calendar knows who comes and goes."""
    copy, sound, days = page(
        tmp_path,
        "cp ../examples/shifts/volunteers.* .",
        "campctl validate",
        "campctl calendar --until 2026-11-04 -o plain",
        setup=f"seed=quickstart clock={AFTERNOON}",
    )
    assert (copy[0], sound[0], days[0]) == (0, 0, 0), sound[1]
    assert "No findings" in sound[1]
    assert "2026-11-03 05:00 CST  freeze election-day begins, shift of 2 people begins" in days[1]


def test_two_exchanges(tmp_path: Path) -> None:
    """The campaign for a migration is sound, and its wave of people moves from one exchange to the other."""
    setup = f"files=examples/two-exchanges clock={AFTERNOON}"
    sound, applied, moved = page(
        tmp_path, "campctl validate", "campctl apply --yes -q", "campctl move -f moves-wave-1.yaml --yes -q", setup=setup
    )
    assert (sound[0], applied[0], moved[0]) == (0, 0, 0), moved[1]
    assert "No findings" in sound[1]
    assert "Move Ann Lee" in moved[1]


def campctl_lines() -> list[tuple[str, str]]:
    """The campctl command lines of units, crontab and workflow."""
    found = []
    for name in ("campctl-apply.service", "crontab", "validate.yml"):
        for line in (EXAMPLES / name).read_text().splitlines():
            if not line.startswith("#") and (match := re.search(r"campctl (?=apply|validate)[^>&]*", line)):
                found.append((name, match[0].strip()))
    return found


@pytest.mark.parametrize(("name", "line"), campctl_lines())
def test_commands_of_timers_and_workflows(tmp_path: Path, name: str, line: str) -> None:
    """What a timer, cron or the workflow would run, runs; the workflow's fails on a mistake and marks its line."""
    run, _, wrong = page(tmp_path, line, "sed -i s/phoenix-field/phoenix-feild/ people.yaml", line)
    assert run[0] == 0, run[1]
    assert wrong[0] == 3
    if name == "validate.yml":
        assert "::error file=people.yaml,line=" in wrong[1]


def test_every_kind_of_line_was_found() -> None:
    """There is one in each file."""
    assert {name for name, _ in campctl_lines()} == {"campctl-apply.service", "crontab", "validate.yml"}


def test_workflow_and_units_are_well_formed() -> None:
    """The workflow is YAML with pinned actions and no more rights than reading; the units have the sections systemd wants."""
    workflow = yaml.safe_load((EXAMPLES / "validate.yml").read_text())
    assert workflow["permissions"] == {"contents": "read"}
    steps = workflow["jobs"]["validate"]["steps"]
    assert all("@" in step["uses"] for step in steps if "uses" in step)
    for name, section in (("campctl-apply.service", "Service"), ("campctl-apply.timer", "Timer")):
        unit = configparser.ConfigParser(strict=True, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string((EXAMPLES / name).read_text())
        assert section in unit


def test_scripts_are_careful() -> None:
    """Shell scripts stop at the first failure, are executable, and are valid."""
    scripts = [*EXAMPLES.glob("*.sh"), transcripts.ROOT / "scripts" / "demo"]
    assert len(scripts) >= 3
    for script in scripts:
        assert "\nset -euo pipefail\n" in script.read_text()
        assert os.access(script, os.X_OK)
        assert subprocess.run(["bash", "-n", str(script)], check=False).returncode == 0


def test_every_example_is_listed() -> None:
    """examples/README.md names every file, and every file it names is there."""
    listed = (EXAMPLES / "README.md").read_text()
    names = {path.name for path in EXAMPLES.iterdir()} - {"README.md"}
    for name in names:
        assert f"`{name}" in listed or f"`.{name.rpartition('.')[2]}`" in listed, name


def test_demo(tmp_path: Path) -> None:
    """scripts/demo runs to its end without a terminal, from any folder, without escape codes, and says where to go on; again, elsewhere."""
    env = {name: value for name, value in os.environ.items() if not name.startswith(("CAMPCTL_", "COV", "PYTEST_"))}
    env |= {"TMPDIR": str(tmp_path), "NO_COLOR": "1", "HOME": str(tmp_path)}
    demo = transcripts.ROOT / "scripts" / "demo"
    done = subprocess.run([demo], cwd=tmp_path, env=env, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert re.search(r"4,\d{3} configured", done.stdout)
    assert "Move Rebecca Martinez from Columbus field office to Denver field office; keeps 36001" in done.stdout
    assert '"national" was left, "international" was found' in done.stdout
    assert f"cd {tmp_path}/campctl-demo && export PATH=" in done.stdout
    again = subprocess.Popen(
        [demo], cwd=tmp_path, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert again.stdout is not None
    begins = next(line for line in again.stdout if line.startswith("$ campctl init"))  # what comes after it was seen above
    os.killpg(again.pid, signal.SIGKILL)
    again.communicate()
    assert f"init {tmp_path}/campctl-demo-" in begins
