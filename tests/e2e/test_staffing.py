"""`hotline plan`: from manifests, surges and forecasts to people, in every format and as a report."""

from __future__ import annotations

import csv
import io
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from .conftest import Camp

DAY = ("--day", "2026-11-03")


def test_a_day_against_the_people_there_are(camp: Camp) -> None:
    """The chart with its legend, what is missing and what to do about it, and the ladder."""
    done = camp.do("hotline", "plan", "voter-protection", "--day", "2026-10-13", tty=True).ok()
    for words in ("people needed", "people there", "missing", "campctl hotline scale voter-protection", "What each level of service takes"):
        assert words in done.out
    assert "surge debate-night (900 a day, debate-night)" in " ".join(done.out.split())


def test_the_same_as_data(camp: Camp) -> None:
    """JSON has every interval and every gap; a gap's seats, people and desks are ids that exist."""
    data = camp.do("hotline", "plan", "voter-protection", "--day", "2026-10-13", "-o", "json").ok().data
    (plan,) = data["hotlines"]
    assert (data["day"], plan["hotline"], plan["time_zone"]) == ("2026-10-13", "voter-protection", "America/New_York")
    assert len(plan["intervals"]) == len(plan["wanted"]) == 96
    worst = max(plan["intervals"], key=lambda row: row["short"])
    assert worst["people"] - worst["have"] == worst["short"] > 0
    gap = max(plan["gaps"], key=lambda one: one["short"])
    assert gap["short"] == worst["short"]
    users = {row["id"] for row in camp.do("user", "list", "-o", "json").ok().data["rows"]}
    desks = {row["id"] for row in camp.do("port", "list", "-o", "json").ok().data["rows"]}
    assert set(gap["call_in"]) <= users
    assert set(gap["desks"]) <= desks


def test_as_csv_it_is_a_line_an_interval(camp: Camp) -> None:
    """For a spreadsheet: starts in UTC, a row for each interval."""
    text = camp.do("hotline", "plan", "voter-protection", *DAY, "--interval", "1h", "-o", "csv").ok().out
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) == 24
    assert rows[0]["start"] == "2026-11-03T05:00:00+00:00"


def test_the_night_on_which_the_clock_goes_back_has_25_hours(camp: Camp) -> None:
    """1 November 2026 in New York, two days before election day."""
    data = camp.do("hotline", "plan", "voter-protection", "--day", "2026-11-01", "--interval", "1h", "-o", "json").ok().data
    assert len(data["hotlines"][0]["intervals"]) == 25


def test_another_target_takes_other_people(camp: Camp) -> None:
    """Better service takes more people, endless patience too, fewer calls fewer."""

    def most(*argv: str) -> int:
        data = camp.do("hotline", "plan", "voter-protection", *DAY, "--shape", "election-day", "-o", "json", *argv).ok().data
        return max(row["people"] for row in data["hotlines"][0]["intervals"])

    assert most("--calls", "3000", "--target", "70%/60s") < most("--calls", "3000", "--target", "95%/10s")
    assert most("--calls", "3000", "--patience", "1m") <= most("--calls", "3000", "--patience", "endless")
    assert most("--calls", "300") < most("--calls", "3000")


def test_a_forecast_from_a_file(camp: Camp, tmp_path: Path) -> None:
    """CSV and YAML say the same; where the file says nothing the day is as it was."""
    table = tmp_path / "calls.csv"
    table.write_text("start,calls,handling\n" + "".join(f"2026-11-03T{hour:02d}:00,{60 + hour},5m\n" for hour in range(8, 20)))
    listed = tmp_path / "calls.yaml"
    listed.write_text(f"from: 2026-11-03T08:00\nevery: 1h\ncalls: [{', '.join(str(60 + hour) for hour in range(8, 20))}]\n")
    plans = [
        camp.do("hotline", "plan", "voter-protection", *DAY, "--interval", "1h", "--forecast", str(file), "-o", "json")
        .ok()
        .data["hotlines"][0]
        for file in (table, listed)
    ]
    assert [row["calls"] for row in plans[0]["intervals"]][8:20] == [68, 69, 70, 71, 72, 73, 74, 75, 76, 77, 78, 79]
    assert [row["people"] for row in plans[0]["intervals"]] == [row["people"] for row in plans[1]["intervals"]]


def test_a_forecast_with_faults_is_refused_with_their_places(camp: Camp, tmp_path: Path) -> None:
    """Row and column of each fault; nothing is planned."""
    table = tmp_path / "calls.csv"
    table.write_text(
        "start,calls\n2026-11-03T08:00,60\n2026-11-03T08:15,-1\n2026-11-03T09:00,70\n2026-11-03T09:15,70\n2026-11-03T09:30,7\n"
    )
    refused = camp.do("hotline", "plan", "voter-protection", "--forecast", str(table))
    assert refused.status == 3
    assert "calls.csv:3:18" in refused.err
    assert "calls.csv:4:1" in refused.err
    assert "forecast-gap" in refused.err


def test_a_forecast_of_other_days_is_no_forecast(camp: Camp, tmp_path: Path) -> None:
    """It is refused with the days it is of, and not planned without it; date and time in two columns are told to be joined."""
    table = tmp_path / "calls.csv"
    table.write_text("start,calls\n2026-11-03T08:00,60\n2026-11-03T08:15,70\n")
    refused = camp.do("hotline", "plan", "voter-protection", "--day", "2026-11-04", "--forecast", str(table))
    assert refused.status == 2
    assert "calls.csv says nothing of 2026-11-04: it is of 2026-11-03 08:00 to 2026-11-03 08:30." in refused.err
    assert "--day 2026-11-03" in refused.err
    table.write_text("Date,Time,Calls\n2026-11-03,08:00,60\n2026-11-03,08:15,70\n")
    refused = camp.do("hotline", "plan", "voter-protection", *DAY, "--forecast", str(table))
    assert refused.status == 3
    assert "two columns are to be one: `2026-11-03T05:00`" in refused.err


def test_a_hotline_that_opens_within_an_interval_needs_people_in_it(camp: Camp) -> None:
    """By the hour, too, somebody is needed from 08:30 on; before and after its hours nobody is."""
    camp.edit("hotlines.yaml", "mon-fri 08:00-20:00", "mon-fri 08:30-20:10")
    rows = camp.do("hotline", "plan", "voter-protection", *DAY, "--interval", "1h", "-o", "json").ok().data["hotlines"][0]["intervals"]
    assert [bool(row["people"]) for row in rows] == [8 <= hour <= 20 for hour in range(24)]


def test_as_many_calls_as_a_day_ever_had(camp: Camp) -> None:
    """In 2004 two voter hotlines had 400,000 in a day: such a figure is no slip, in a hotline or in a surge."""
    camp.edit("hotlines.yaml", "calls_per_day: 300", "calls_per_day: 200000")
    camp.edit("surges.yaml", "voter-protection: 900", "voter-protection: 400000")
    data = camp.do("hotline", "plan", "voter-protection", "--day", "2026-10-12", "--interval", "1h", "-o", "json").ok().data
    assert data["hotlines"][0]["calls"] == 200_000


def test_shrinkage_and_occupancy_are_the_campaigns(camp: Camp) -> None:
    """People called in are more than seats; the cap on occupancy takes more seats of a busy line."""
    file = camp.root / "hotlines.yaml"
    file.write_text(
        file.read_text().replace("      target: 80%\n", "      target: 80%\n      shrinkage: 25%\n      max_occupancy: 60%\n", 1)
    )
    data = camp.do("hotline", "plan", "voter-protection", *DAY, "--calls", "3000", "-o", "json").ok().data
    busiest = max(data["hotlines"][0]["intervals"], key=lambda row: row["people"])
    assert busiest["people"] >= busiest["seats"] / 0.75
    assert busiest["load"] / busiest["seats"] <= 0.6


def test_overrides_count(camp: Camp) -> None:
    """A hotline that was scaled has more people there, until the override ends."""
    camp.do("hotline", "scale", "main", "3", "--yes").ok()
    data = camp.do("hotline", "plan", "main", "--calls", "500", "--day", "tomorrow", "-o", "json").ok().data
    assert {row["have"] for row in data["hotlines"][0]["intervals"]} <= {2, 3}
    assert set(data["hotlines"][0]["wanted"]) == {3}


class _Page(HTMLParser):
    """Tags and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def test_all_hotlines_and_a_report(camp: Camp, tmp_path: Path) -> None:
    """--all plans those that say what to expect and names those that do not; the report is one file that loads nothing."""
    file = tmp_path / "plan.html"
    done = camp.do("hotline", "plan", "--all", "--day", "2026-10-13", "--html", str(file)).ok()
    assert "Nothing is said of the calls of main" in done.err
    page = file.read_text()
    reader = _Page()
    reader.feed(page)
    assert reader.tags.count("svg") >= 3
    assert "script" not in reader.tags
    assert "link" not in reader.tags
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "campctl -C" in page or "campctl hotline plan" in page


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("nobody",), "There is no hotline `nobody`"),
        ((), "Name a hotline"),
        (("main", "--all"), "one too many"),
        (("main",), "Nothing is said of the calls"),
        (("voter-protection", "--day", "never"), "is not a day"),
        (("voter-protection", "--day", "9999-01-01"), "is not a day of this campaign"),
        (("voter-protection", "--target", "100%/20s"), "no service target"),
        (("voter-protection", "--target", "fast"), "--target fast"),
        (("voter-protection", "--target", "80"), "does not say within what time"),
        (("voter-protection", "--patience", "0s"), "hang up"),
        (("voter-protection", "--interval", "7m"), "does not divide the hour"),
        (("voter-protection", "--shape", "triangle"), "--shape"),
        (("voter-protection", "--calls", "-5"), "no number of calls"),
        (("voter-protection", "--calls", "5", "--forecast", "x.csv"), "both say"),
        (("voter-protection", "--forecast", "no-such-file.csv"), "cannot be read"),
        (("--all", "--calls", "900"), "of one hotline"),
    ],
)
def test_mistakes_are_told(camp: Camp, argv: tuple[str, ...], words: str) -> None:
    """What is wrong with what was asked, without a traceback."""
    refused = camp.do("hotline", "plan", *argv)
    assert refused.status not in (0, 1)
    assert words in refused.err
    assert "Traceback" not in refused.err


def test_nobody_has_the_skill(camp: Camp) -> None:
    """That is an error at its line, and nothing is planned."""
    file = camp.root / "hotlines.yaml"
    file.write_text(file.read_text().replace("skills: [voter-protection]\n      ports: true ", "skills: [klingon]\n      ports: false", 1))
    refused = camp.do("hotline", "plan", "voter-protection", *DAY, "-o", "json")
    assert refused.status == 3
    assert any("hotlines.yaml" in str(one["span"]) and one["severity"] == "error" for one in refused.json["findings"])


def test_hardly_anybody_has_the_skill(camp: Camp) -> None:
    """The plan says how many are missing when all who may answer do, and whom to look for."""
    file = camp.root / "hotlines.yaml"
    text = file.read_text().replace(
        "skills: [voter-protection]\n      ports: true ", "skills: [klingon]\n      users: [ann.lee]\n      ports: false", 1
    )
    file.write_text(text.replace("baseline: 4 ", "baseline: 1 ", 1).replace("min: 2", "min: 0", 1))
    (camp.root / "surges.yaml").unlink()
    data = camp.do("hotline", "plan", "voter-protection", *DAY, "--calls", "900", "-o", "json").ok().data
    gap = max(data["hotlines"][0]["gaps"], key=lambda one: one["short"])
    assert (gap["have"], gap["free"], gap["dark"], gap["left"]) == (1, 0, 0, gap["short"])
    assert any("find" in one and "skill klingon" in one for one in gap["advice"])


def test_more_people_than_the_hotline_may_have(camp: Camp) -> None:
    """Its max is said, and nobody is told to seat more."""
    data = camp.do("hotline", "plan", "voter-protection", *DAY, "--calls", "20000", "-o", "json").ok().data
    gap = max(data["hotlines"][0]["gaps"], key=lambda one: one["short"])
    assert gap["people"] > 12
    assert any("`seats.max` of voter-protection is 12" in one for one in gap["advice"])
    assert not any(f"scale voter-protection {gap['people']}" in one for one in gap["advice"])
    assert gap["left"] > 0


def test_it_draws_on_any_terminal(camp: Camp) -> None:
    """Blocks on a terminal that can, ASCII on a dumb one, and no line wider than a narrow one."""
    argv = ("hotline", "plan", "voter-protection", *DAY)
    assert "█" in camp.do(*argv, tty=True).ok().out
    assert "█" not in camp.do(*argv, tty=True, env={"TERM": "dumb"}).ok().out
    narrow = camp.do(*argv, tty=True, width=40).ok().out
    assert max(map(len, narrow.splitlines())) <= 40


def test_with_prices_each_level_has_its_cost(camp: Camp) -> None:
    """Everybody of the busiest interval for a day, and the minutes of all calls; without prices no word of cost."""
    argv = ("hotline", "plan", "voter-protection", *DAY, "--calls", "1000", "--shape", "flat")
    assert "Costs that day" not in camp.do(*argv, tty=True).ok().out
    camp.edit("campaign.yaml", "  defaults:", "  prices: { local: { seat_per_day: 4.00, minute: 0.01 } }\n  defaults:")
    plan = camp.do(*argv, "-o", "json").ok().data["hotlines"][0]
    assert plan["currency"] == "USD"
    minutes = sum(row["load"] for row in plan["intervals"]) * 15
    for level in plan["ladder"]:
        assert float(level["cost"]) == pytest.approx(level["people"] * 4 + minutes * 0.01, abs=0.02)
    assert "Costs that day" in camp.do(*argv, tty=True).ok().out


def test_who_is_off_shift_can_be_called_in(camp: Camp) -> None:
    """After those who are there and free: how many more there are, by name, and that they are off shift then."""
    names = [f"v{n}" for n in range(6)]
    (camp.root / "extra.yaml").write_text("users:\n" + "".join(
        f'  {name}: {{ name: {name.title()}, office: chicago-hq, extension: "309{n}", skills: [voter-protection], '
        f'shifts: ["2026-10-20T{"05:00/07:00" if n else "07:00/19:00"}"] }}\n'
        for n, name in enumerate(names)
    ))  # fmt: skip
    data = camp.do("hotline", "plan", "voter-protection", "--calls", "1500", "--day", "2026-10-20", "-o", "json").ok().data
    gap = max(data["hotlines"][0]["gaps"], key=lambda one: one["short"])
    assert gap["off"] == 5
    away = [name for name in gap["call_in"] if name in names[1:]]
    assert away
    assert gap["call_in"][-len(away) :] == away
    assert "v0" in gap["call_in"][: -len(away)]
    assert any("who may answer it and are off shift then" in line for line in gap["advice"])
