"""`rehearse --autopilot`: would it have held? The same callers with the autopilot at the phones and without."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from .conftest import Camp

SURGING = """\
campaign:
  name: A surging day
  time_zone: America/Chicago
  main_number: "+13125550100"
  backends: { local: { type: sim } }
  policy: { freezes: [%(freezes)s] }
offices:
  hq:
    address: { street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601" }
    extensions: [3000-3199]
    notify_911: [security@example.org]
hotlines:
  help:
    extension: 3190
    seats: { baseline: 10, min: 4, max: 44 }
    answer: { roles: [helper] }
    service: { answer_within: 20s, target: 80%% }
    max_wait: 0s
    wrap_up: 15s
    volume: { calls_per_day: 2600, shape: [%(shape)s], handling_time: 4m, patience: 3m }
    autoscale: %(autoscale)s
surges: { %(surges)s }
users:
"""
SHAPE = "2, 1, 1, 1, 1, 2, 6, 20, 60, 80, 80, 80, 90, 80, 80, 90, 100, 130, 240, 420, 500, 300, 90, 20"
DAY = ("--day", "2026-10-13", "--replications", "1")


def surging(folder: Path, *, autoscale: str = "{ hold: 10m }", surges: str = "", freezes: str = "") -> Camp:
    """44 made-up people, of whom ten answer; a debate at eight in the evening."""
    folder.mkdir()
    text = SURGING % {"autoscale": autoscale, "surges": surges, "freezes": freezes, "shape": SHAPE}
    people = "".join(f"  h{n:02d}: {{ name: Helper {n}, office: hq, extension: {3000 + n}, role: helper }}\n" for n in range(1, 45))
    (folder / "campaign.yaml").write_text(text + people)
    return Camp(folder)


def played(camp: Camp, *argv: str) -> dict[str, Any]:
    data: dict[str, Any] = camp.do("rehearse", *DAY, "--autopilot", "-o", "json", *argv).ok().data
    return data


def times(data: dict[str, Any]) -> list[tuple[datetime, int, int]]:
    return [(datetime.fromisoformat(one["at"]), one["before"], one["to"]) for one in data["autopilot"][0]["moves"]]


def test_it_holds_where_a_fixed_staff_fails(tmp_path: Path) -> None:
    """The day of bench/autopilot_day.py: the target is held with the autopilot and missed without, it does not flap, and is told so."""
    camp = surging(tmp_path / "camp")
    data = played(camp)
    (flown,) = data["hotlines"]
    (fixed,) = data["against"]["hotlines"]
    assert data["against"]["other"] == "the same without the autopilot"
    assert flown["day"]["level"]["mean"] > 0.9 > 0.6 > fixed["day"]["level"]["mean"]
    (flight,) = data["autopilot"]
    assert flight["turned"] == 0
    assert 4 <= flight["fewest"] < 10 < 25 < flight["most"] <= 44
    assert flight["seat_hours"]["mean"] < 1.5 * flight["seat_hours_without"]["mean"]
    moves = times(data)
    assert all(abs(to - before) <= 4 for _, before, to in moves)
    assert len(moves) == flight["ups"]["mean"] + flight["downs"]["mean"]
    said = camp.do("rehearse", *DAY, "--autopilot", "--hotline", "help").ok().out
    assert "The autopilot" in said
    assert "help: its moves on the first day" in said
    assert "seats hold 80%" in said


def test_the_same_seed_is_the_same_flight(tmp_path: Path) -> None:
    """Byte for byte, as data and as a report, which has the moves; without the option nothing is said of it."""
    camp = surging(tmp_path / "camp")
    page = tmp_path / "page.html"
    made = [(camp.do("rehearse", *DAY, "--autopilot", "--html", str(page), "-o", "json").ok().out, page.read_bytes()) for _ in range(2)]
    assert made[0] == made[1]
    assert b"Its moves of help on the first day" in made[0][1]
    plain = camp.do("rehearse", *DAY, "-o", "json").ok().data
    assert plain["autopilot"] is None
    assert plain["against"] is None


def test_it_keeps_to_surges_and_freezes(tmp_path: Path) -> None:
    """Never beneath a surge's figure while it lasts, and nothing moves in a freeze that does not allow `scale`."""
    surge = "crowd: { from: 2026-10-13T09:00, until: 2026-10-13T12:00, seats: { help: 30 } }"
    data = played(surging(tmp_path / "surge", surges=surge))
    during = [span["seats"] for span in data["hotlines"][0]["intervals"] if "14:00" <= span["start"][11:16] < "17:00"]
    assert len(during) == 12
    assert min(during) >= 30
    frozen = "{ name: night, from: 2026-10-13T19:00, until: 2026-10-13T22:00, allow: [light] }"
    moved = [at.strftime("%H:%M") for at, _, _ in times(played(surging(tmp_path / "frozen", freezes=frozen)))]
    assert moved
    assert not [at for at in moved if "00:00" <= at < "03:00"]


def test_it_meets_what_goes_wrong(tmp_path: Path) -> None:
    """An office that is down has nobody there, and is back; who does not come is missing; seats stay within what the crowd can fill."""
    camp = surging(tmp_path / "camp")
    faults = tmp_path / "faults.yaml"
    late = "absent:\n  - { share: 40% }\nlate:\n  - { share: 100%, by: 20m }\n"
    faults.write_text(f"offices:\n  - {{ office: hq, from: 11:00, until: 11:30 }}\n{late}")
    data = played(camp, "--faults", str(faults))
    spans = {span["start"][11:16]: span for span in data["hotlines"][0]["intervals"]}
    assert spans["16:00"]["seats"] == spans["16:15"]["seats"] == 0
    assert spans["16:30"]["seats"] > 0
    assert spans["05:00"]["seats"] == 0
    assert max(span["seats"] for span in spans.values()) < 44


def test_against_another_plan_both_are_flown(tmp_path: Path) -> None:
    """A lower max is surely worse; the plan that differs is compared with the autopilot at its phones too."""
    camp = surging(tmp_path / "camp")
    other = tmp_path / "fewer.yaml"
    other.write_text("hotlines:\n  help:\n    seats: { baseline: 10, min: 4, max: 14 }\n")
    data = played(camp, "--against", str(other))
    (there,) = data["against"]["hotlines"]
    assert max(span["seats"] for span in there["intervals"]) == 14
    assert data["hotlines"][0]["day"]["level"]["mean"] > there["day"]["level"]["mean"]
    assert data["autopilot"][0]["seat_hours_without"] is None


def test_without_autoscale_there_is_nothing_to_rehearse(tmp_path: Path) -> None:
    """It is refused with what to write where."""
    done = surging(tmp_path / "camp", autoscale="false").do("rehearse", *DAY, "--autopilot")
    assert done.status == 2
    assert "No hotline has `autoscale`" in done.err
    assert "autoscale: true" in done.err
