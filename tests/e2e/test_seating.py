"""`seat check-in`, `check-out`, `list`: who came gets a desk, a hotline and a card; what is secret stays so."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Any

import pytest

from campctl.backends.sim.console import verify_secret

from .conftest import Camp

SAM = ("seat", "check-in", "Sam Ortiz", "--office", "chicago-hq", "--skills", "voter-protection")
LIT = "Light desk a001 at Chicago headquarters for Sam Ortiz"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Live figures are waited for as long as a busy machine takes."""
    monkeypatch.setattr("campctl.app.seating_place.PATIENCE", 120.0)


def overrides(camp: Camp) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = camp.do("override", "list", "-o", "json").ok().data["overrides"]
    return found


def seats(camp: Camp) -> dict[str, tuple[str, str]]:
    """Who sits at a desk: name to (desk, hotline)."""
    rows = camp.do("seat", "list", "-o", "json").ok().data["rows"]
    return {row["who"]: (row["desk"], row["hotline"]) for row in rows if row["kind"] in {"walk-in", "person"}}


def test_a_walk_in_gets_a_desk_a_seat_and_a_card(camp: Camp) -> None:
    """One command lights an empty desk, seats them where people are missed, prints the card, and is over by itself."""
    done = camp.do(*SAM).ok()
    assert LIT in done.out
    for label in (
        "extension  3100",
        "hotline    Voter protection (extension 3900)",
        "911        Dial 911",
        "Hall A",
        "can do     voter-protection",
    ):
        assert label in done.out, label
    assert "Ann Lee (field-director), extension 3001; checked in by tess" in done.out
    (made,) = overrides(camp)
    assert (made["author"], made["reason"], made["volunteer"], made["traits"]["skills"]) == (
        "tess", "checked in", "Sam Ortiz", ["voter-protection"],
    )  # fmt: skip
    assert made["end"]
    assert camp.line("port/chicago-hq/a001").enabled
    assert "member/voter-protection/port/chicago-hq/a001" in camp.resources()["local"]
    camp.settled()


def test_said_twice_it_is_done_once(camp: Camp) -> None:
    """The card is printed again, and no second desk is lit."""
    camp.do(*SAM).ok()
    again = camp.do(*SAM[:-2]).ok()
    assert "Nothing to do: the backends are as the campaign wants them." in again.out
    assert "extension  3100" in again.out
    assert "already, so no other desk was lit. If this is another Sam Ortiz, give them another name." in again.err
    assert len(overrides(camp)) == 1


def test_another_hotline_needs_no_other_chair(camp: Camp) -> None:
    """Who sits already and is asked to answer something else stays at their desk; asked to sit elsewhere, they move."""
    camp.do(*SAM).ok()
    camp.do("seat", "check-in", "Sam Ortiz", "--office", "chicago-hq", "--hotline", "main").ok()
    assert seats(camp)["Sam Ortiz"] == ("chicago-hq/a001", "main")
    camp.do("seat", "check-in", "Sam Ortiz", "--desk", "chicago-hq/a007", "--hotline", "voter-protection").ok()
    assert seats(camp)["Sam Ortiz"] == ("chicago-hq/a007", "voter-protection")
    assert not camp.line("port/chicago-hq/a001").enabled
    assert len(overrides(camp)) == 1
    camp.settled()


def test_checking_out_gives_all_back(camp: Camp) -> None:
    """By name in any case, or by desk: the desk is dark, the seat free, and the exchange as it was before."""
    before = camp.resources()
    for who in ("sam ortiz", "chicago-hq/a001", "a001"):
        camp.do(*SAM).ok()
        done = camp.do("seat", "check-out", who).ok()
        assert "Darken desk a001 at Chicago headquarters, where Sam Ortiz sat" in done.out
        assert camp.resources() == before
        assert overrides(camp) == []
    camp.settled()


def test_somebody_of_the_roster_brings_their_own(camp: Camp) -> None:
    """By name or id: their number is shown from the desk, their roster says what they can do, and their seat moves with them."""
    done = camp.do("seat", "check-in", "ben ortiz", "--office", "phoenix-field", "-o", "json").ok()
    card = done.data["card"]
    assert (card["kind"], card["user"], card["number"], card["desk"]) == ("person", "ben.ortiz", "+13125550112", "phoenix-field/b001")
    assert card["skills"] == ["voter-protection", "election-law"]
    assert camp.line("port/phoenix-field/b001").number == "+13125550112"
    assert done.data["applied"]["run"]["status"] == "done"
    wanted = camp.do("hotline", "list", "-o", "json").data["rows"][0]
    assert (wanted["id"], wanted["wanted"], wanted["short"]) == ("voter-protection", 4, 0)
    refused = camp.do("seat", "check-in", "ben.ortiz", "--office", "chicago-hq", "--skills", "voter-protection")
    assert refused.status == 2
    assert "the roster" in refused.err


def test_presence_counts_as_being_on_shift(camp: Camp) -> None:
    """Who has a shift tomorrow and comes today is seated; their own phone is not until then."""
    camp.edit("people.yaml", "    skills: [voter-protection]\n    languages: [en, es]\n    room: Room 310", (
        '    skills: [voter-protection]\n    languages: [en, es]\n    shifts: ["2199-11-03T06:00/14:00"]\n    room: Room 310'
    ))  # fmt: skip
    camp.do("apply", "--yes", "--allow-freeze", "--reason", "test").ok()
    assert "member/voter-protection/user/ann.lee" not in camp.resources()["local"]
    told = camp.do("user", "why", "ann.lee", "-o", "json").ok().data["fields"]
    assert (told["sits"], told["shifts"]) == ("nowhere", ["2199-11-03T06:00/14:00"])
    camp.do("seat", "check-in", "ann.lee", "--office", "chicago-hq").ok()
    assert "member/voter-protection/port/chicago-hq/a001" in camp.resources()["local"]
    camp.settled()


def test_where_callers_wait_they_are_needed_most(camp: Camp) -> None:
    """Live figures decide between hotlines that lack nobody."""
    camp.edit("hotlines.yaml", "    answer:\n      roles: [reception]", "    answer:\n      offices: [chicago-hq]\n    priority: 80")
    camp.edit("hotlines.yaml", "    hours:\n      - mon-fri 08:00-20:00\n      - sat-sun 10:00-18:00\n", "")
    camp.do("apply", "--yes", "--allow-freeze", "--reason", "test", "--allow-updates").ok()
    quiet = camp.do(*SAM, "--dry-run", "-o", "json").ok()
    assert quiet.data["plan"]["remarks"][0].startswith("Sam Ortiz sits at chicago-hq/a001: voter-protection has all of its 4 seats")
    camp.poke(*[{"do": "call", "queue": "main", "calls": 30}])
    done = camp.do(*SAM, "-o", "json").ok()
    assert done.data["card"]["hotline"] == "main"
    assert re.search(r"main .*callers wait, the longest \d+ s", done.data["card"]["why"])


def test_skills_are_respected(camp: Camp) -> None:
    """Without the skill there is no seat, and it says what is asked for; a lead may decide all the same."""
    refused = camp.do("seat", "check-in", "Sam Ortiz", "--office", "chicago-hq")
    assert refused.status == 22
    assert "voter-protection: it asks for skill voter-protection" in refused.err
    assert "--hotline HOTLINE without --skills" in refused.err
    assert overrides(camp) == []
    camp.do("seat", "check-in", "Sam Ortiz", "--office", "chicago-hq", "--hotline", "voter-protection").ok()
    assert seats(camp)["Sam Ortiz"] == ("chicago-hq/a001", "voter-protection")
    typo = camp.do(*SAM[:-1], "voter-protektion")
    assert typo.status == 2
    assert "Did you mean `voter-protection`?" in typo.err


def test_the_hint_is_about_what_keeps_them_from_it(camp: Camp) -> None:
    """Who said what they can do is told of the limit in their way, not to say it; who did not is."""
    camp.edit("hotlines.yaml", "max: 12", "max: 4")
    camp.edit("surges.yaml", "voter-protection: 10 ", "voter-protection: 4 ")
    full = camp.do(*SAM)
    assert (full.status, "Raise `seats.max` of voter-protection" in full.err, "--skills" in full.err) == (22, True, False)
    assert "Say what they can do with --skills" in camp.do(*SAM[:-2]).err


def test_no_desk_is_free(camp: Camp) -> None:
    """How many there are, why none is free, and what would free one."""
    camp.do("seat", "check-in", "Vi Vo", "--office", "phoenix-field", "--hotline", "voter-protection", "--until", "+2h").ok()
    camp.do("port", "light", "--office", "phoenix-field", "--any", "1", "--until", "+9h").ok()
    camp.do("port", "dark", "b003", "--office", "phoenix-field").ok()
    here = ("seat", "check-in", "Sam Ortiz", "--office", "phoenix-field", "--skills", "voter-protection")
    camp.do(*here).ok()
    full = camp.do(*here[:2], "Theo Park", *here[3:])
    assert full.status == 22
    assert "No desk of phoenix-field is free: of 3 desks 3 lit." in full.err
    assert "add --desk b002" in full.err
    camp.do(*here[:2], "Theo Park", "--desk", "phoenix-field/b002", *here[5:]).ok()
    full = camp.do(*here[:2], "Pat Quinn", *here[3:])
    assert re.search(r"b001 is free next, at \d\d:\d\d; earlier with `campctl seat check-out phoenix-field/b001` \(Vi Vo\)", full.err)
    assert len(seats(camp)) == 4  # with who sits at the front desk


def test_the_relief_comes_and_they_go(camp: Camp) -> None:
    """Who sat there is checked out, in the same plan, and it says so."""
    camp.do(*SAM).ok()
    runs = len(camp.do("history", "-o", "json").data["rows"])
    done = camp.do("seat", "check-in", "Vi Vo", "--desk", "chicago-hq/a001", "--skills", "voter-protection").ok()
    assert "Sam Ortiz, who sat at chicago-hq/a001, is checked out; with --stays they would have got another desk." in done.err
    assert seats(camp)["Vi Vo"] == ("chicago-hq/a001", "voter-protection")
    assert "Sam Ortiz" not in seats(camp)
    assert len(camp.do("history", "-o", "json").data["rows"]) == runs + 1
    camp.settled()


def test_the_relief_comes_and_they_stay(camp: Camp) -> None:
    """They get another desk, for the same hotline, in the same plan; nobody's line is removed, so no call is cut."""
    camp.do(*SAM).ok()
    done = camp.do(
        "seat", "check-in", "Vi Vo", "--desk", "a001", "--office", "chicago-hq", "--skills", "voter-protection", "--stays", "-o", "json"
    ).ok()
    assert done.data["card"]["desk"] == "chicago-hq/a001"
    assert done.data["moved"]["desk"] == "chicago-hq/a002"
    assert {name: seat for name, seat in seats(camp).items() if name in {"Sam Ortiz", "Vi Vo"}} == {
        "Vi Vo": ("chicago-hq/a001", "voter-protection"),
        "Sam Ortiz": ("chicago-hq/a002", "voter-protection"),
    }
    assert "delete" not in {change["action"] for change in done.data["applied"]["plan"]["changes"]}
    camp.settled()
    nobody = camp.do("seat", "check-in", "Theo Park", "--desk", "chicago-hq/a009", "--stays", "--hotline", "voter-protection")
    assert nobody.status == 2
    assert "nobody can stay" in nobody.err


def test_two_receptions_never_give_the_same_desk(camp: Camp, processes: list[Any]) -> None:
    """Four processes at once: each waits for its turn, and everybody has a desk of their own."""
    names = ("Sam Ortiz", "Vi Vo", "Theo Park", "Pat Quinn")
    for name in names:
        processes.append(camp.start("seat", "check-in", name, "--office", "chicago-hq", "--skills", "voter-protection"))
    said = [process.communicate(timeout=120) for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, said
    found = seats(camp)
    assert len({found[name][0] for name in names}) == 4
    camp.settled()


def test_a_crash_loses_the_card_only(camp: Camp, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed once the override was kept and before the exchange was asked: said again it goes on, and prints the card."""
    import campctl.app.applying as applying

    async def dies(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(applying, "execute", dies)
        assert camp.do(*SAM).status != 0
    assert len(overrides(camp)) == 1
    assert not camp.line("port/chicago-hq/a001").enabled
    done = camp.do(*SAM[:-2]).ok()
    assert LIT in done.out
    assert "extension  3100" in done.out
    assert camp.line("port/chicago-hq/a001").enabled
    camp.settled()


@pytest.mark.parametrize("name", ["\x1b[31mSam\x1b[0m", "Sam\x07", "S\u202eam", "x" * 200, "   ", "\x9b2JSam", "Sam\udcff"])
def test_names_that_steer_are_refused(camp: Camp, name: str) -> None:
    """Escape codes, bells, turned text and names without end reach neither terminal nor exchange nor store."""
    refused = camp.do("seat", "check-in", name, "--office", "chicago-hq", "--hotline", "voter-protection")
    assert refused.status == 2
    assert not set("\x1b\x07\x9b\u202e") & set(refused.out + refused.err)
    assert overrides(camp) == []


def test_they_are_refused_by_port_light_too(camp: Camp) -> None:
    """The other way to seat somebody keeps such names away from the exchange as well."""
    assert camp.do("port", "light", "chicago-hq/a001", "--volunteer", "\x1b[31mSam").status == 2
    assert camp.do("port", "seat", "chicago-hq/a001", "--volunteer", "x" * 200).status == 2
    assert overrides(camp) == []


def test_the_card_as_a_file(camp: Camp, tmp_path: Path) -> None:
    """One HTML file for its owner alone, with the code as a drawing, loading nothing; nothing in it is markup but ours."""
    file = tmp_path / "card.html"
    done = camp.do(
        "seat", "check-in", "<b>Sam</b> & Co", "--office", "chicago-hq", "--hotline", "voter-protection", "--card", str(file)
    ).ok()
    assert f"The card is in {file} (0600)." in done.err
    assert file.stat().st_mode & 0o777 == 0o600
    text = file.read_text()
    assert "<b>Sam" not in text
    assert html.escape("<b>Sam</b> & Co") in text
    assert text.count("<svg") == 1
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href)=|@import|url\(|<script", text)
    assert "sip:3100@local.invalid" in text
    refused = camp.do(
        "seat", "check-in", "Vi Vo", "--office", "chicago-hq", "--hotline", "voter-protection", "--card", str(tmp_path / "no" / "x")
    )
    assert refused.status == 2
    assert "--card" in refused.err
    assert len(overrides(camp)) == 1


def test_the_secret_of_a_softphone_is_in_the_card_alone(camp: Camp, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new one is set on the exchange and is in the code of the card; no output, store, journal, audit log or other file has it."""
    import campctl.views.card_html as card_html

    inside: list[str] = []
    monkeypatch.setattr(card_html, "svg", lambda content: inside.append(content) or "<svg></svg>")
    file = tmp_path / "card.html"
    done = camp.do(*SAM, "--softphone", "--card", str(file), "-o", "json").ok()
    (content,) = inside
    match = re.fullmatch(r"sip:3100:([\w-]{20,})@local\.invalid", content)
    assert match, content
    secret = match[1]
    assert verify_secret(camp.exchange(), "port/chicago-hq/a001", secret)
    assert secret not in done.out + done.err + file.read_text()
    assert [path for path in camp.root.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()] == []
    entries = camp.do("audit", "log", "-o", "json").data["entries"]
    assert any(entry["what"] == "new secret for port/chicago-hq/a001" for entry in entries)


def test_a_secret_that_nobody_could_be_shown_is_not_made(camp: Camp) -> None:
    """In a pipe, as JSON or on a narrow terminal --softphone needs --card, and says so before anything is done."""
    for argv, tty, width in (
        ((), False, 100),
        (("-o", "json"), True, 100),
        ((), True, 60),
        (("--events",), True, 100),
        (("-q",), True, 100),
    ):
        refused = camp.do(*SAM, "--softphone", *argv, tty=tty, width=width)
        assert refused.status == 2
        assert "--card FILE" in refused.err
    assert overrides(camp) == []


def test_the_code_is_drawn_where_there_is_room(camp: Camp) -> None:
    """On a terminal in blocks, the same modules as in the file; in a pipe, as data, or without room not at all."""
    from campctl.views import qr

    wide = camp.do(*SAM, tty=True)
    assert wide.status == 0
    blocks = qr.blocks("sip:3100@local.invalid", color=False)
    assert "\n".join(blocks) in wide.out
    assert "█" not in camp.do(*SAM[:-2]).ok().out
    narrow = camp.do(*SAM[:-2], tty=True, width=30)
    assert "█" not in narrow.out
    assert "--card FILE prints it" in narrow.err


def test_the_code_fits_80_columns_with_its_secret() -> None:
    """What --softphone shows on a terminal of 80 columns is never cut off, long names of lines and hosts included."""
    from campctl.views import qr

    assert qr.width("sip:chicago-headquarters-north~a001:" + "A" * 24 + "@" + "pbx.phones.chicago." * 4 + "example.org") <= 80


def test_on_a_terminal_the_secret_is_in_the_code_alone(camp: Camp) -> None:
    """Without --card it is drawn, once; the words around it do not have it."""
    from campctl.views import qr

    done = camp.do(*SAM, "--softphone", tty=True).ok()
    assert "█" in done.out
    assert "\n".join(qr.blocks("sip:3100@local.invalid", color=False)) not in done.out
    assert not re.search(r"sip:3100:", done.out + done.err)


def test_events_are_lines_of_json_and_nothing_else(camp: Camp) -> None:
    """With --events the card is left out of stdout, and --card still writes it."""
    import json

    done = camp.do(*SAM, "--events").ok()
    assert [json.loads(line)["event"] for line in done.out.splitlines()][-1] == "run-ended"


def test_looking_first(camp: Camp) -> None:
    """--dry-run shows the plan with the reason, and changes nothing."""
    looked = camp.do(*SAM, "--dry-run").ok()
    assert LIT in looked.out
    assert "Sam Ortiz sits at chicago-hq/a001: voter-protection has all of its 4 seats filled" in looked.out
    assert overrides(camp) == []


def test_what_manifests_seat_is_not_checked_out(camp: Camp) -> None:
    """Whoever sits there by the manifest has not checked in; unknown names and empty desks say what is near."""
    for who, words in (
        ("ella.brooks", "by the manifests (manifest), not by a check-in"),
        ("Ella Broks", "Did you mean `Ella Brooks`?"),
        ("chicago-hq/a004", "Nobody sits at chicago-hq/a004"),
        ("a099", "Nobody called"),
        ("  ", "Nobody was named"),
    ):
        refused = camp.do("seat", "check-out", who)
        assert refused.status in {2, 11}
        assert words in refused.err, who


def test_the_board_of_seats(camp: Camp) -> None:
    """Walk-ins, people at desks and at their own phones, with since when; as data too."""
    camp.do(*SAM, "--until", "+2h").ok()
    rows = camp.do("seat", "list", "--office", "chicago-hq", "-o", "json").ok().data["rows"]
    by_name = {row["who"]: row for row in rows}
    assert by_name["Sam Ortiz"]["kind"] == "walk-in"
    assert by_name["Sam Ortiz"]["since"]
    assert by_name["Sam Ortiz"]["until"]
    assert by_name["Ella Brooks"]["kind"] == "person"
    assert by_name["Ann Lee"]["kind"] == "own phone"
    only = camp.do("seat", "list", "--hotline", "voter-protection", "-o", "json").ok().data["rows"]
    assert {row["hotline"] for row in only} == {"voter-protection"}
    assert "Sam Ortiz" in camp.do("seat", "list").ok().out
    camp.do("port", "light", "chicago-hq/a002").ok()
    assert "chicago-hq/a002" not in camp.do("seat", "list").ok().out
    assert "chicago-hq/a002" in camp.do("seat", "list", "--empty").ok().out


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("Sam Ortiz",), "In which office?"),
        (("Sam Ortiz", "--office", "chicago-hw"), "Did you mean `chicago-hq`?"),
        (("Sam Ortiz", "--office", "chicago-hq", "--desk", "phoenix-field/b001"), "is not in chicago-hq"),
        (("Sam Ortiz", "--office", "chicago-hq", "--hotline", "vote"), "There is no hotline `vote`"),
        (("Sam Ortiz", "--office", "chicago-hq", "--stays"), "--stays"),
        (("Sam Ortiz", "--office", "chicago-hq", "--hotline", "voter-protection", "--until", "yesterday"), "is not a time"),
        (
            ("Sam Ortiz", "--desk", "chicago-hq/a001", "--hotline", "main", "--skills", "voter-protection"),
            "main: it asks for role reception",
        ),
    ],
)
def test_what_makes_no_sense_changes_nothing(camp: Camp, argv: tuple[str, ...], words: str) -> None:
    """Each says what is wrong, and no desk is lit."""
    refused = camp.do("seat", "check-in", *argv)
    assert refused.status != 0
    assert words in refused.err
    assert "Traceback" not in refused.err
    assert overrides(camp) == []


def test_it_waits_for_no_live_figures(camp: Camp, monkeypatch: pytest.MonkeyPatch) -> None:
    """An exchange that does not say what goes on in time holds nobody up at the reception."""
    import asyncio

    import campctl.app.seating_place as place
    from campctl.backends.sim.backend import SimBackend

    async def never(self: Any, *, agents: bool = False) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(SimBackend, "live", never)
    monkeypatch.setattr(place, "PATIENCE", 0.01)
    assert "Live figures of local did not come in time; seats alone decided." in camp.do(*SAM).ok().err


def test_shifts_come_with_new_people(camp: Camp, tmp_path: Path) -> None:
    """By --shift, and from a file; one that is none is a finding at its place in what would be written."""
    new = ("user", "provision", "--office", "chicago-hq", "--yes", "--allow-freeze", "--reason", "test")
    camp.do(*new, "zed.moss", "--shift", "2026-11-03T06:00/14:00", "--shift", "2026-11-03T22:00/2026-11-04T02:00").ok()
    shown = camp.do("user", "show", "zed.moss", "-o", "json").ok().data["fields"]
    assert shown["shifts"] == ["2026-11-03T06:00/14:00", "2026-11-03T22:00/2026-11-04T02:00"]
    (tmp_path / "new.yaml").write_text("users:\n  lu.chen: { name: Lu Chen, office: chicago-hq, shifts: 2026-11-03T06:00/14:00 }\n")
    camp.do("user", "provision", "-f", str(tmp_path / "new.yaml"), *new[4:]).ok()
    assert camp.do("user", "show", "lu.chen", "-o", "json").ok().data["fields"]["shifts"] == ["2026-11-03T06:00/14:00"]
    refused = camp.do(*new, "bad.one", "--shift", "2026-11-03T22:00/02:00", "-o", "json")
    assert refused.status == 3
    assert [one["code"] for one in refused.json["findings"]] == ["bad-shift"]
