"""The units of services that run for days, and the autopilot's cron line: well-formed, as hardened as they say, and they run."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
import transcripts

UNIT = transcripts.ROOT / "examples" / "campctl-autopilot.service"
ALERTS = transcripts.ROOT / "examples" / "campctl-alerts.service"
UNITS = pytest.mark.parametrize("path", [UNIT, ALERTS], ids=lambda path: path.stem)
CRONTAB = transcripts.ROOT / "examples" / "autopilot.crontab"
CRON = re.compile(r"(?:(?:\*|\*/\d+|\d+(?:-\d+)?)\s+){5}(?P<command>.+)")


def unit(path: Path = UNIT) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=True, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment,method-assign]
    parsed.read_string(path.read_text())
    return parsed


def run(tmp_path: Path, *commands: str) -> list[tuple[int, str]]:
    """Command lines on a fresh campaign; status and output of each."""
    path = tmp_path / "page.md"
    setup = "<!-- transcript: seed=quickstart clock=2026-10-13T15:00-05:00 applied -->"
    path.write_text(f"{setup}\n```console\n" + "".join(f"$ {command}\n" for command in commands) + "```\n")
    page = transcripts.read(path)
    transcripts.run(page)
    return [(command.status, "\n".join(command.real)) for command in page.commands]


def test_the_unit_is_what_the_autopilot_expects() -> None:
    """It is told when it is ready and that it lives, is reloaded by SIGHUP, has time to finish, and is not started over a mistake."""
    parsed = unit()
    assert set(parsed.sections()) == {"Unit", "Service", "Install"}
    service = parsed["Service"]
    assert service["Type"] == "notify"
    assert int(service["WatchdogSec"]) >= 120
    assert service["ExecReload"] == "/bin/kill -HUP $MAINPID"
    assert int(service["TimeoutStopSec"]) >= 90
    assert service["Restart"] == "on-failure"
    assert service["RestartPreventExitStatus"].split() == ["2", "3", "14"]


def test_the_unit_of_alerts_is_what_they_expect() -> None:
    """It is told when it is ready and that it lives, always comes back, and is not started over a mistake or a missing secret."""
    parsed = unit(ALERTS)
    assert set(parsed.sections()) == {"Unit", "Service", "Install"}
    service = parsed["Service"]
    assert (service["Type"], service["Restart"]) == ("notify", "always")
    assert service["ExecStart"] == "/usr/local/bin/campctl alert run"
    assert int(service["WatchdogSec"]) >= 60
    assert int(service["TimeoutStartSec"]) >= 60
    assert int(service["TimeoutStopSec"]) > 5
    assert service["RestartPreventExitStatus"].split() == ["2", "3", "14", "15"]


@UNITS
def test_the_unit_may_write_to_its_campaign_and_no_more(path: Path) -> None:
    """Hardened; the one folder it may write to is the one it works in."""
    service = unit(path)["Service"]
    assert service["ReadWritePaths"] == service["WorkingDirectory"]
    assert service["ProtectSystem"] == "strict"
    assert service["CapabilityBoundingSet"] == ""
    yes = [name for name, value in service.items() if value == "yes"]
    assert len(yes) >= 12
    assert "NoNewPrivileges" in yes


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd here; the tests above parse the unit")
@UNITS
def test_systemd_has_nothing_against_the_unit(tmp_path: Path, path: Path) -> None:
    """`systemd-analyze verify`, with the program put where one is."""
    copy = tmp_path / path.name
    copy.write_text(path.read_text().replace("/usr/local/bin/campctl", "/bin/true"))
    done = subprocess.run(["systemd-analyze", "verify", str(copy)], capture_output=True, text=True, check=False)
    assert path.name not in done.stderr, done.stderr


def test_the_command_lines_run(tmp_path: Path) -> None:
    """The service's leads until it is told to end; cron's takes its turn without a word, and has status 7 beside the service."""
    start = unit()["Service"]["ExecStart"].removeprefix("/usr/local/bin/")
    lines = [line for line in CRONTAB.read_text().splitlines() if line and not line.startswith("#") and "=" not in line.split(" ")[0]]
    (match,) = [CRON.fullmatch(line) for line in lines]
    assert match is not None
    cron = match["command"].removeprefix("cd /srv/campaign && ")
    assert cron.startswith("campctl autopilot --once")
    leads = f"{start} > .campctl/told & until grep -qs begins .campctl/told || ! kill -0 $!; do sleep 0.1; done"
    served, alone, together, log = run(
        tmp_path,
        f"{leads}; kill $!; wait $!; echo status $?; cat .campctl/told; rm .campctl/told",
        cron,
        f"{leads}; {cron}; echo status $?; kill $!; wait",
        "cat .campctl/autopilot.log",
    )
    assert "status 0" in served[1], served[1]
    assert "This autopilot leads" in served[1]
    assert "nothing is half done" in served[1]
    assert alone == (0, "")
    assert together[1] == "status 7"
    assert "Another autopilot leads this campaign" in log[1]
