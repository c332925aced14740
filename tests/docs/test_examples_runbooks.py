"""The runbooks of examples/ and the scripts beside them: sound, played to their end on embedded exchanges, and stopped by what is wrong."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import transcripts

BOOKS = transcripts.ROOT / "examples" / "runbooks"
READY = "mkdir runbooks && cp ../examples/runbooks/*.yaml runbooks"


def page(tmp_path: Path, *commands: str, setup: str) -> list[tuple[int, str]]:
    """Run command lines as a page does, in a fresh campaign; status and output of each."""
    path = tmp_path / "page.md"
    path.write_text(f"<!-- transcript: {setup} -->\n```console\n" + "".join(f"$ {command}\n" for command in commands) + "```\n")
    read = transcripts.read(path)
    transcripts.run(read)
    return [(command.status, "\n".join(command.real)) for command in read.commands]


def rehearsed(tmp_path: Path, name: str, *more: str, setup: str = "seed=quickstart clock=2026-10-12T09:00-05:00") -> list[tuple[int, str]]:
    """The runbook, looked at and rehearsed; `more` are command lines before that. Output of lint, then of the rehearsal."""
    done = page(tmp_path, READY, *more, f"campctl runbook lint {name}", f"campctl runbook rehearse {name} --quiet -o plain", setup=setup)
    assert all(status == 0 for status, _ in done[:-2]), done
    return done[-2:]


def test_office_opening(tmp_path: Path) -> None:
    """The runbook that opens an office has no findings, is rehearsed, and really makes the office when it is run, today."""
    _, sound, played, before, run, after, hall = page(
        tmp_path,
        "rm surges.yaml; sed -i '/freezes:/,$d' campaign.yaml; campctl apply --yes -q",  # nothing that hangs on the date
        READY + "; cp ../examples/new-office.yaml tucson.yaml; campctl runbook lint office-opening",
        "campctl runbook rehearse office-opening --quiet -o plain",
        "campctl plan --exit-code -q",
        "campctl runbook run office-opening --yes --quiet -o plain",
        "campctl plan --exit-code -q",
        "campctl port list --office tucson-field -o csv",
        setup="seed=quickstart",
    )
    assert "No findings" in sound[1], sound[1]
    assert (sound[0], played[0], run[0]) == (0, 0, 0), played[1] + run[1]
    assert before[0] == 4
    assert after[0] == 0, after[1]
    assert hall[0] == 0
    assert "tucson-field/c001,5051,dark" in hall[1]
    assert "tucson-field/front,5050,lit" in hall[1]


def test_debate_night(tmp_path: Path) -> None:
    """The evening is played from the sound check to the cut-back; each step has its time, and nobody is asked what need not be."""
    sound, played = rehearsed(tmp_path, "debate-night")
    assert "No findings" in sound[1], sound[1]
    assert played[0] == 0, played[1]
    assert "hotline voter-protection seats is 11" in played[1]
    assert "hotline voter-protection wanted is 4" in played[1]
    assert [line.split()[0] for line in played[1].splitlines() if "to come" in line] == ["short", "go-on"]


def test_election_day(tmp_path: Path) -> None:
    """National's day from five to half past eleven: the rush comes and goes, the cut-back is made, each at its time."""
    sound, played = rehearsed(tmp_path, "election-day", setup="seed=national clock=2026-11-01T09:00-05:00")
    assert "No findings" in sound[1], sound[1]
    assert played[0] == 0, played[1]
    lines = {line.split()[0]: line for line in played[1].splitlines() if line}
    assert "05:00:00  05:00:00" in lines["sound"]
    assert "seats is 400" in lines["enough"]
    assert "wanted is 420" in lines["more-came"]
    assert "wanted is 400" in lines["back-came"]
    assert "23:30:00  23:30:00" in lines["cut"]
    assert "wanted is 170" in lines["cut-came"]


def test_office_evacuation(tmp_path: Path) -> None:
    """An office's work goes and comes back; where too few are left to answer, the hotline's calls go elsewhere, and come back as well."""
    sound, played, few = page(
        tmp_path,
        f"{READY}; campctl runbook lint office-evacuation",
        "campctl runbook rehearse office-evacuation --quiet -o plain",
        "campctl runbook rehearse office-evacuation --quiet -o csv --var least=9",
        setup="seed=quickstart clock=2026-10-12T09:00-05:00",
    )
    assert "No findings" in sound[1], sound[1]
    assert (played[0], few[0]) == (0, 0), played[1] + few[1]
    assert "phoenix-field evacuated is so" in played[1]
    states = {line.split()[0]: line for line in played[1].splitlines() if line}
    assert "skipped" in states["own-calls"]
    assert "to come" in states["too-few"]
    assert all(f"\n{step}," in few[1] for step in ("held", "too-few", "own-calls", "done"))
    assert "to come" not in "".join(line for line in few[1].splitlines() if line.startswith(("too-few", "own-calls", "done")))


def test_migration_wave(tmp_path: Path) -> None:
    """Wave and rest go to the new exchange in a rehearsal; a real run that stops after its wave is taken back, and everybody is home."""
    sound, played, _, stopped, half, back, home = page(
        tmp_path,
        f"{READY}; campctl runbook lint migration-wave",
        "campctl runbook rehearse migration-wave --quiet -o plain",
        "campctl apply --yes -q; campctl hotline scale main 6 -q",  # nobody is there for so many seats
        "campctl runbook run migration-wave --var patience=1s --yes --quiet -o plain",
        "campctl move --office phoenix-field --status -o plain",
        "campctl runbook resume --roll-back-to before --quiet -o plain",
        "campctl move --office phoenix-field --status -o plain && campctl plan --exit-code -q",
        setup="files=examples/two-exchanges",
    )
    assert "No findings" in sound[1], sound[1]
    assert played[0] == 0, played[1]
    assert "phoenix-field is on new-pbx" in played[1]
    assert stopped[0] == 19, stopped[1]
    assert "hotline main short is 3" in stopped[1]
    assert "On new-pbx" in half[1]
    assert "On old-pbx" in half[1]
    assert (back[0], home[0]) == (19, 0), back[1] + home[1]
    assert "On new-pbx" not in home[1]
