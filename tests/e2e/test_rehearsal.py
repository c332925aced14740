"""`rehearse`: from manifests, surges and overrides to a day of calls, in every format, with faults and against another plan."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from campctl.capacity.erlang import Service, erlang_a, erlang_b, erlang_c

from .conftest import Camp, Result

GOLDEN = Path(__file__).parents[1] / "golden" / "rehearsal"
DEBATE = ("--day", "2026-10-13")
CONSTANT = """\
campaign:
  name: Constant
  country: US
  time_zone: UTC
  main_number: "+13125550100"
  backend: local
  backends: {{ local: {{ type: sim }} }}
offices:
  hq:
    name: Headquarters
    address: {{ street: 1 Example Plaza, city: Chicago, state: IL, postal_code: "60601", floor: "3" }}
    extensions: [3000-3099]
    notify_911: [security@example.org]
users:
{users}
numbers:
  "+13125550100": {{ to: hotline/main }}
hotlines:
  main:
    seats: {seats}
    answer: {{ roles: [clerk] }}
    wrap_up: 0s
    max_waiting: 100000
    max_wait: 0s
    volume: {{ calls_per_day: {calls}, shape: flat, handling_time: 5m, patience: {patience} }}
"""


def days(camp: Camp, *argv: str) -> dict[str, Any]:
    """Hotline to its day."""
    return {one["hotline"]: one for one in played(camp, *argv)["hotlines"]}


def played(camp: Camp, *argv: str) -> dict[str, Any]:
    data: dict[str, Any] = camp.do("rehearse", "-o", "json", *argv).ok().data
    return data


def constant(folder: Path, *, seats: int = 12, calls: int = 2880, patience: str = "3m", people: int = 20) -> Camp:
    """A campaign where every hour is like any other: 10 erlangs unless told otherwise."""
    users = "\n".join(f"  u{n}: {{ name: User {n}, office: hq, extension: {3000 + n}, role: clerk }}" for n in range(people))
    folder.mkdir()
    (folder / "campaign.yaml").write_text(CONSTANT.format(users=users, seats=seats, calls=calls, patience=patience))
    return Camp(folder)


def test_a_golden_day(camp: Camp, monkeypatch: pytest.MonkeyPatch) -> None:
    """The debate night of the quickstart, as a terminal shows it. CAMPCTL_UPDATE_GOLDEN=1 writes it anew."""
    faults = camp.root.parent / "bad-day.yaml"
    faults.write_text("offices:\n  - { office: chicago-hq, from: 11:00, until: 11:40 }\ncalls:\n  - { times: 2, from: 17:00 }\n")
    monkeypatch.chdir(camp.root)
    done = camp.do("rehearse", *DEBATE, "--faults", "../bad-day.yaml", "--hotline", "voter-protection", tty=True, width=120).ok()
    golden = GOLDEN / "quickstart.txt"
    if os.environ.get("CAMPCTL_UPDATE_GOLDEN"):
        golden.write_text(done.out, encoding="utf-8")
    assert done.out == golden.read_text(encoding="utf-8")


def test_the_same_seed_is_the_same_day(camp: Camp, tmp_path: Path) -> None:
    """Byte for byte, as data and as a report; another seed is another day."""
    page = tmp_path / "page.html"
    outs, pages = [], []
    for _ in range(2):
        outs.append(camp.do("rehearse", *DEBATE, "--seed", "7", "--html", str(page), "-o", "json").ok().out)
        pages.append(page.read_bytes())
    assert outs[0] == outs[1]
    assert pages[0] == pages[1]
    assert camp.do("rehearse", *DEBATE, "--seed", "8", "-o", "json").ok().out != outs[0]


@pytest.mark.parametrize(
    ("seats", "patience", "theory"),
    [
        (11, "3m", lambda: erlang_a(11, 10, 300, 180, 20)),
        (9, "60s", lambda: erlang_a(9, 10, 300, 60, 20)),
        (13, "0s", lambda: erlang_c(13, 10, 300, 20)),
    ],
)
def test_it_meets_erlang(tmp_path: Path, seats: int, patience: str, theory: Callable[[], Service]) -> None:
    """On a day that is the same all day the whole command gives what Erlang A and C say: level, giving up, waits, occupancy."""
    day = days(constant(tmp_path / "flat", seats=seats, patience=patience), "--day", "2026-10-13", "--replications", "60")["main"]["day"]
    expected = theory()

    def near(name: str, value: float, slack: float) -> None:
        assert abs(day[name]["mean"] - value) <= 1.5 * day[name]["half"] + slack, (name, day[name], value)

    near("level", expected.level, 0.003)
    near("occupancy", expected.occupancy, 0.004)
    assert day["abandoned"]["mean"] / day["offered"]["mean"] == pytest.approx(expected.abandoned, abs=0.006)
    # Erlang's mean wait is of all callers; ours of those who were answered.
    if patience == "0s":
        near("waited", expected.mean_wait, 0.3)


def test_trunks_meet_erlang_b(tmp_path: Path) -> None:
    """As many trunks as people: nobody waits, and as many calls find none as Erlang B says."""
    day = days(constant(tmp_path / "flat", seats=12), "--day", "2026-10-13", "--replications", "40", "--trunks", "12")["main"]["day"]
    assert day["turned_away"]["mean"] / day["offered"]["mean"] == pytest.approx(erlang_b(12, 10), abs=0.006)
    assert day["waited"]["mean"] == 0
    assert day["trunks"]["mean"] <= 12


def test_calls_add_up(camp: Camp) -> None:
    """In every interval and over the day a call has one fate; what went on came over elsewhere."""
    found = days(camp, *DEBATE, "--calls", "voter-protection=3000")
    for one in found.values():
        for span in [*one["intervals"], {name: one["day"][name]["mean"] for name in ("offered", *FATES)}]:
            assert span["offered"] == pytest.approx(sum(span[name] for name in FATES))
    assert found["main"]["day"]["came_over"]["mean"] == pytest.approx(found["voter-protection"]["day"]["went_on"]["mean"], rel=0.05)
    assert found["voter-protection"]["day"]["offered"]["mean"] == pytest.approx(3000, rel=0.03)


FATES = ("answered", "abandoned", "turned_away", "went_on", "closed")


def test_intervals_of_a_day_of_25_hours(camp: Camp) -> None:
    """1 November 2026, on which the clock goes back."""
    data = played(camp, "--day", "2026-11-01", "--interval", "1h", "--replications", "2")
    assert len(data["hotlines"][0]["intervals"]) == len(data["at_once"]) == 25


def test_a_missed_target_says_when_and_what_would_have_held_it(camp: Camp) -> None:
    """With as many people as it names the target is held in that interval."""
    one = days(camp, *DEBATE, "--hotline", "voter-protection")["voter-protection"]
    miss = max(one["misses"], key=lambda miss: miss["held"])
    assert miss["level"] < one["target"]
    assert miss["held"] > miss["seats"]
    file = camp.root / "hotlines.yaml"
    for kind in ("as is", "more"):
        if kind == "more":
            file.write_text(file.read_text().replace("baseline: 4 ", f"baseline: {miss['held']} "))
        span = next(
            span for span in days(camp, *DEBATE, "--replications", "40")["voter-protection"]["intervals"] if span["start"] == miss["worst"]
        )
        assert (span["level"] >= one["target"] - 0.05) is (kind == "more"), span


def faults(camp: Camp, text: str) -> str:
    file = camp.root.parent / "bad-day.yaml"
    file.write_text(text)
    return str(file)


def test_an_office_that_is_down(camp: Camp) -> None:
    """While it is down nobody answers from there; before and after all is as it was."""
    plain = days(camp, *DEBATE)["voter-protection"]["intervals"]
    file = faults(camp, "offices:\n  - { office: chicago-hq, from: 11:00, until: 11:45 }\n")
    data = played(camp, *DEBATE, "--faults", file)
    hit = data["hotlines"][0]["intervals"]
    assert data["faults"] == ["office chicago-hq down 11:00-11:45"]
    assert hit[:43] == plain[:43]
    assert all(span["seats"] < was["seats"] for span, was in zip(hit[44:47], plain[44:47], strict=True))
    assert [span["seats"] for span in hit[48:]] == [span["seats"] for span in plain[48:]]
    during = [miss for miss in data["hotlines"][0]["misses"] if miss["during"]]
    assert during
    assert "office chicago-hq down 11:00-11:45" in during[0]["during"]


def test_an_exchange_that_is_down(camp: Camp) -> None:
    """Calls to its hotlines are turned away while it is down."""
    file = faults(camp, "backends:\n  - { backend: local, from: 12:00, until: 12:30 }\n")
    for span in days(camp, *DEBATE, "--faults", file)["voter-protection"]["intervals"][48:50]:
        assert span["turned_away"] == span["offered"] > 0
        assert span["seats"] == 0


def test_latecomers_and_those_who_do_not_come(camp: Camp) -> None:
    """All late: nobody in the first hour the hotline is open; half absent: half the people."""

    def people(text: str) -> list[float]:
        argv = ("--faults", faults(camp, text)) if text else ()
        return [span["seats"] for span in days(camp, *DEBATE, "--replications", "10", *argv)["voter-protection"]["intervals"]]

    plain = people("")
    late = people("late:\n  - { share: 100%, by: 1h }\n")
    assert plain[28] == 4
    assert late[28:32] == [0, 0, 0, 0]
    assert late[32:72] == plain[32:72]
    half = people("absent:\n  - { share: 50% }\n")
    assert 0.25 * sum(plain) < sum(half) < 0.75 * sum(plain)
    assert people("absent:\n  - { share: 100%, roles: [nobody] }\n") == plain


def test_twice_the_calls(camp: Camp) -> None:
    """From then on, and to those named only."""
    plain = days(camp, *DEBATE)["voter-protection"]["intervals"]
    file = faults(camp, "calls:\n  - { times: 3, from: 14:00, hotlines: [voter-protection] }\n")
    more = days(camp, *DEBATE, "--faults", file)["voter-protection"]["intervals"]
    assert more[:56] == plain[:56]
    before, after = (sum(span["offered"] for span in spans[56:]) for spans in (plain, more))
    assert after / before == pytest.approx(3, rel=0.08)


def test_faults_bring_no_more_calls_than_can_be_held(camp: Camp, tmp_path: Path) -> None:
    """Twice a hundred times the calls is refused before they are drawn: they would fill the memory."""
    faults = tmp_path / "rush.yaml"
    faults.write_text("calls: [{ times: 100 }, { times: 100 }]\n")
    refused = camp.do("rehearse", "--day", "2026-10-13", "--calls", "10000", "--faults", str(faults))
    assert refused.status == 2
    assert "More than 5,000,000 calls are expected on 2026-10-13" in refused.err
    assert "`times`" in refused.err


def test_wrong_faults_are_told_at_their_places(camp: Camp) -> None:
    """Every mistake with file, line and column; nothing is played."""
    file = faults(camp, "offices:\n  - { office: chicago, from: 11:00 }\nlate:\n  - { share: 1 }\n")
    done = camp.do("rehearse", *DEBATE, "--faults", file)
    assert done.status == 3
    assert "bad-day.yaml:2:15" in done.err
    assert "unknown-office" in done.err
    assert "There is no office `chicago` in the campaign" in done.err
    assert "bad-day.yaml:4:14" in done.err
    assert not done.out
    codes = {one["code"] for one in camp.do("rehearse", *DEBATE, "--faults", file, "-o", "json").json["findings"]}
    assert codes == {"unknown-office", "bad-share", "missing-key"}


def test_a_plan_against_itself_is_no_different(camp: Camp) -> None:
    """Every difference is 0 and its interval has no width."""
    for path in (str(camp.root), str(camp.root / "surges.yaml")):
        data = played(camp, *DEBATE, "--against", path, "--faults", faults(camp, "absent:\n  - { share: 30% }\n"))
        for one in data["against"]["differences"]:
            assert all(one[name] == {"mean": 0.0, "half": 0.0} for name in ("offered", "answered", "abandoned", "level", "waited"))
            assert not one["better"] + one["worse"]
        assert data["against"]["hotlines"] == data["hotlines"]


def test_a_plan_with_more_people_is_better(camp: Camp, tmp_path: Path) -> None:
    """Against a file that says other seats, field by field, one that stands for another, and a folder: all say the same."""
    field = tmp_path / "fewer.yaml"
    field.write_text("surges:\n  debate-night:\n    seats: { voter-protection: 3 }\n")
    same = tmp_path / "surges.yaml"
    same.write_text((camp.root / "surges.yaml").read_text().replace("voter-protection: 10 ", "voter-protection: 3 "))
    folder = tmp_path / "other"
    shutil.copytree(camp.root, folder, ignore=shutil.ignore_patterns(".campctl"))
    shutil.copy(same, folder / "surges.yaml")
    found = [played(camp, *DEBATE, "--against", str(path))["against"]["differences"] for path in (field, same, folder)]
    assert found[0] == found[1] == found[2]
    one = found[0][0]
    assert {"level", "waited", "abandoned"} <= set(one["better"])
    assert not one["worse"]
    assert one["offered"] == {"mean": 0.0, "half": 0.0}
    words = camp.do("rehearse", *DEBATE, "--against", str(field)).ok().out
    assert "surely better: fewer give up, more callers are answered in time, waits are shorter" in words


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("gone.yaml", None, "there is no such file"),
        ("notes.txt", "x", "is no YAML file"),
        ("ports.yaml", "ports:\n  hq-hall: { office: chicago-hq }\n", "cannot be laid over"),
        ("empty.yaml", "", "says nothing"),
        ("odd.yaml", "hotlines:\n  main: 3\n", "has no fields"),
        ("bad.yaml", "hotlines: [}\n", "bad.yaml:1:12"),
    ],
)
def test_no_plan_to_compare_with(camp: Camp, tmp_path: Path, name: str, text: str | None, words: str) -> None:
    """Each says what is wrong with the other plan."""
    if text is not None:
        (tmp_path / name).write_text(text)
    done = camp.do("rehearse", *DEBATE, "--against", str(tmp_path / name))
    assert done.status == 2, done.err
    assert words in " ".join(done.err.split())


def test_another_plan_with_mistakes(camp: Camp, tmp_path: Path) -> None:
    """They are told as `validate` would."""
    (tmp_path / "more.yaml").write_text("hotlines:\n  voter-protection:\n    seats: { baseline: 99 }\n")
    done = camp.do("rehearse", *DEBATE, "--against", str(tmp_path / "more.yaml"))
    assert done.status == 3
    assert "hotlines.yaml:" in done.err


def test_nobody_with_the_skill(camp: Camp) -> None:
    """That is a fault of the manifests; where nobody sits all the same, it is said, and every caller is in vain."""
    file = camp.root / "hotlines.yaml"
    text = file.read_text()
    file.write_text(text.replace("skills: [voter-protection]\n      ports: true", "skills: [astrology]\n      ports: false"))
    done = camp.do("rehearse", "--day", "2026-10-14")
    assert done.status == 3
    assert "hotline-unanswered" in done.err
    file.write_text(text.replace("baseline: 4 ", "baseline: 0 ").replace("min: 2\n", "min: 0\n").replace("seats: 2\n", "seats: 0\n"))
    done = camp.do("rehearse", "--day", "2026-10-14").ok()
    assert "Nobody sits at voter-protection on this day." in " ".join(done.err.split())
    day = days(camp, "--day", "2026-10-14")["voter-protection"]["day"]
    assert day["answered"]["mean"] == day["level"]["mean"] == day["occupancy"]["mean"] == 0
    assert day["abandoned"]["mean"] > 0


def test_more_seats_than_people(tmp_path: Path) -> None:
    """Who is there is played, and the finding says how many seats stay empty."""
    camp = constant(tmp_path / "flat", seats=15, people=5)
    result = camp.do("rehearse", "-o", "json").ok().json
    assert "seats-short" in {one["code"] for one in result["findings"]}
    assert {span["seats"] for span in result["data"]["hotlines"][0]["intervals"]} == {5}


def test_no_forecast_at_all(camp: Camp) -> None:
    """It says what to add; with a figure it plays."""
    file = camp.root / "hotlines.yaml"
    text = file.read_text()
    file.write_text(text[: text.index("    volume:")] + text[text.index("  main:\n    name") :])
    (camp.root / "surges.yaml").unlink()
    done = camp.do("rehearse")
    assert done.status == 2
    assert "Nothing is said of the calls" in done.err
    assert "`volume`" in done.err
    assert days(camp, "--calls", "main=100")["main"]["day"]["offered"]["mean"] == pytest.approx(100, rel=0.1)


def test_so_many_calls_in_all(camp: Camp) -> None:
    """They are shared out as was expected."""
    data = played(camp, *DEBATE, "--calls", "5,000", "--shape", "flat")
    assert data["calls"]["mean"] == pytest.approx(5000, rel=0.03)
    assert data["hotlines"][0]["expected"] == 5000


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--calls", "many"), "is no number of calls"),
        (("--calls", "-5"), "is no number of calls"),
        (("--calls", "9999999999"), "is no number of calls"),
        (("--calls", "nobody=5"), "There is no hotline `nobody`"),
        (("--calls", "5", "--calls", "6"), "says twice"),
        (("--calls", "5", "--calls", "main=6"), "and how many single ones get"),
        (("--replications", "-1"), "can be played"),
        (("--replications", "100000"), "can be played"),
        (("--trunks", "0"), "is no number of trunks"),
        (("--interval", "7m"), "does not divide the hour"),
        (("--day", "someday"), "is not a day"),
        (("--shape", "square"), "square"),
        (("--hotline", "nobody"), "There is no hotline `nobody`"),
        (("--faults", "nowhere.yaml"), "cannot be read"),
    ],
)
def test_what_makes_no_day_is_refused(camp: Camp, argv: tuple[str, ...], words: str) -> None:
    """In a sentence, never a traceback."""
    done = camp.do("rehearse", *DEBATE, *argv)
    assert done.status in {2, 11}
    assert words in " ".join(done.err.split())
    assert "Traceback" not in done.err


def test_no_exchange_is_asked(camp: Camp, monkeypatch: pytest.MonkeyPatch) -> None:
    """No backend is opened, and nothing of the campaign or its exchange is written."""

    def files() -> dict[str, bytes]:
        return {str(path): path.read_bytes() for path in camp.root.rglob("*") if path.is_file()}

    def opened(*_: object) -> None:
        raise AssertionError("a backend was opened")

    camp.do("rehearse", *DEBATE).ok()  # what is kept for the next start is kept now
    before = files()
    monkeypatch.setattr("campctl.app.wiring.open_backend", opened)
    camp.do("rehearse", *DEBATE, "--against", str(camp.root / "surges.yaml")).ok()
    assert files() == before


def test_rows_for_a_spreadsheet(camp: Camp) -> None:
    """CSV and plain: a line for each interval of each hotline, starts in UTC."""
    for form in ("csv", "plain"):
        done: Result = camp.do("rehearse", *DEBATE, "--replications", "2", "-o", form).ok()
        assert len(done.out.splitlines()) == 2 * 96 + 1
    rows = list(csv.DictReader(io.StringIO(camp.do("rehearse", *DEBATE, "--replications", "2", "-o", "csv").ok().out)))
    assert rows[0]["start"] == "2026-10-13T05:00:00+00:00"
    assert {row["hotline"] for row in rows} == {"voter-protection", "main"}


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)


def test_a_report(camp: Camp, tmp_path: Path) -> None:
    """One file with charts that loads nothing."""
    file = tmp_path / "rehearsal.html"
    camp.do("rehearse", *DEBATE, "--html", str(file), "--against", str(camp.root)).ok()
    page = file.read_text()
    reader = _Page()
    reader.feed(page)
    assert reader.tags.count("svg") >= 8
    assert not {"script", "link", "img"} & set(reader.tags)
    assert not re.search(r'(?:src|href)="(?!#)', page)
    assert "Where it missed 80% within 20 s" in page


def test_days_are_counted_on_a_terminal(camp: Camp, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bar while it takes long, and none elsewhere; it is gone at the end."""
    monkeypatch.setattr("campctl.views.counting.PATIENCE", 0.0)
    shown = camp.do("rehearse", *DEBATE, "--replications", "30", tty=True, env={"TERM": "xterm"}).ok().err
    assert "/30" in shown
    assert "/30" not in camp.do("rehearse", *DEBATE, "--replications", "30").ok().err


def test_the_schema_of_faults(camp: Camp) -> None:
    """`schema --faults` prints one that editors can use, and it is another than that of manifests."""
    schema = camp.do("schema", "--faults").ok().json
    assert set(schema["properties"]) == {"offices", "backends", "late", "absent", "calls"}
    assert schema != camp.do("schema").ok().json


def test_a_day_that_is_played_once_has_no_intervals(camp: Camp) -> None:
    """And it says so; trunks that are all busy are remarked upon, and hotlines that nobody called."""
    done = camp.do("rehearse", *DEBATE, "--replications", "1", "--trunks", "1", "--hotline", "main").ok()
    words = " ".join(done.err.split())
    assert "±" not in done.out
    assert "played once" in words
    assert "no trunk was free (1 in all)" in words
    assert "No call came to main." in words
