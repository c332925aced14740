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


def test_script_of_election_day(tmp_path: Path) -> None:
    """Each part of the day relies on statuses: what is due is applied, what is missing ends it, and at its end all is as written."""
    script = "../examples/election-day.sh"
    day = f"SEATS=4 RUSH=6 NIGHT=2 PATIENCE=1s {script}"
    late = f"DOCS_EARLIER=-50400 {day}"
    *parts, short, wrong = page(
        tmp_path,
        *(f"{day} {part}" for part in ("checks", "look", "rush")),
        f"{late} back",
        f"{late} cut-back",
        f"campctl override clear --all --yes -q > /dev/null; {late} close",
        f"DOCS_EARLIER=-50400 SEATS=9 PATIENCE=1s {script} checks",
        script,
        setup="seed=quickstart clock=2026-10-28T08:00-05:00",
    )
    for part in parts:
        assert part[0] == 0, part[1]
    checks, _, rush, back, cut, closed = (said for _, said in parts)
    assert "Provision 12 people" in checks
    assert "from 4 to 6 seats" in rush
    assert "from 6 to 4 seats" in back
    assert "from 4 to 2 seats" in cut
    assert "Nothing to do" in closed
    assert short[0] == 18, short[1]
    assert "not so: hotline voter-protection seats >= 9" in short[1]
    assert wrong[0] == 2


def test_scripts_of_offices(tmp_path: Path) -> None:
    """An office opens, another is left and comes back, also where too few are left to answer; what is missing ends them."""
    again, leave = (
        "../examples/office-evacuation.sh back phoenix-field",
        "../examples/office-evacuation.sh leave phoenix-field chicago-hq storm",
    )
    _, unknown, opened, hall, left, back, few, diverted, home, wrong = page(
        tmp_path,
        "campctl apply --yes -q",
        "../examples/office-opening.sh tucson-field c001",
        "cp ../examples/new-office.yaml tucson.yaml; ../examples/office-opening.sh tucson-field c001",
        "campctl port list --office tucson-field --state lit -o csv",
        leave,
        again,
        f"LEAST=9 {leave}",
        "campctl hotline list -o csv",
        again,
        "../examples/office-evacuation.sh leave phoenix-field",
        setup="seed=quickstart clock=2026-10-12T09:00-05:00",
    )
    assert unknown[0] not in (0, 2), unknown[1]
    assert opened[0] == 0, opened[1]
    assert "Call voter-protection until c001 rings" in opened[1]
    assert "tucson-field/c001" in hall[1]
    for done in (left, back, few, home):
        assert done[0] == 0, done[1]
    assert "calls go to hotline/main" in diverted[1]
    assert "Nothing to do" in home[1]
    assert wrong[0] == 2


def test_script_of_migration(tmp_path: Path) -> None:
    """A wave and the rest go; an exchange that is down ends it before anything is moved."""
    script = "../examples/migration-wave.sh phoenix-field new-pbx"
    _, down, wave, rest = page(
        tmp_path,
        "campctl apply --yes -q",
        f"""campctl backend poke new-pbx '{{"do": "faults", "options": {{"down": true}}}}' -q; {script} 25%""",
        f"""campctl backend poke new-pbx '{{"do": "faults", "options": {{}}}}' -q; {script} 25%""",
        script,
        setup="files=examples/two-exchanges clock=2026-10-12T09:00-05:00",
    )
    assert down[0] == 16, down[1]
    assert wave[0] == 0, wave[1]
    assert "On old-pbx" in wave[1]
    assert rest[0] == 0, rest[1]
    assert "On old-pbx" not in rest[1]
