"""When alerts are raised and over: tables of pictures, and what holds for any of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest

from campctl.app.alert_facts import facts
from campctl.app.alert_words import Directory, span
from campctl.app.alerting import AlertState, Evaluation, acknowledge, adopt, evaluate, lines, standing
from campctl.app.picture import Picture
from campctl.model.alerts import DEFAULT_RULES, MEASURES, Alert, AlertRule, rules_of
from servers.pictures import NOW, backend, campaign, emergency, hotline, office, overdue, picture

DIRECTORY = Directory(campaign())
WAITING = AlertRule(id="crowd", when="waiting", above=20, hold=60, clear_after=30)
EMERGENCY = AlertRule(id="emergency-call", when="emergency-call", severity="critical")


def rule(when: Any, **fields: Any) -> AlertRule:
    """A rule that raises and clears at once."""
    return AlertRule(id=when, when=when, **{"clear_after": 0, **fields})


class Board:
    """Evaluates one picture after another, as a board does."""

    def __init__(self, *rules: AlertRule) -> None:
        self.rules = rules
        self.state = AlertState()
        self.now = NOW

    def look(self, after: float = 0.0, **fields: Any) -> Evaluation:
        """The picture `after` seconds."""
        self.now += timedelta(seconds=after)
        return self.see(picture(self.now, **fields))

    def see(self, shown: Picture) -> Evaluation:
        """One picture, now."""
        found = evaluate(self.rules, self.state, shown, self.now, DIRECTORY)
        self.state = found.state
        return found

    def waits(self, callers: int, after: float = 5.0, **fields: Any) -> str:
        """A look at so many who wait; what came of it, in a letter: raised, cleared, or nothing."""
        found = self.look(after, hotlines=(hotline(waiting=callers, longest_wait=30.0, **fields),))
        return "r" * len(found.raised) + "c" * len(found.cleared) or "."


CONDITIONS = [
    ("waiting", {"above": 20}, {"hotlines": (hotline(waiting=21),)}, {"hotlines": (hotline(waiting=20),)}),
    ("longest-wait", {"above": 120}, {"hotlines": (hotline(waiting=1, longest_wait=121.0),)}, {"hotlines": (hotline(longest_wait=500.0),)}),
    ("service-level", {}, {"hotlines": (hotline(level_now=0.79),)}, {"hotlines": (hotline(level_now=None),)}),
    ("service-level", {"below": 0.5}, {"hotlines": (hotline(level_now=0.4),)}, {"hotlines": (hotline(level_now=0.6),)}),
    ("free-agents", {"below": 3}, {"hotlines": (hotline(free=2),)}, {"hotlines": (hotline(free=0, open=False),)}),
    ("nobody-free", {}, {"hotlines": (hotline(free=0, waiting=2, ringing=1),)}, {"hotlines": (hotline(free=0, waiting=1, ringing=1),)}),
    ("seats-short", {}, {"hotlines": (hotline(seated=5),)}, {"hotlines": (hotline(),)}),
    ("seats-short", {"above": 2}, {"hotlines": (hotline(seated=3),)}, {"hotlines": (hotline(seated=4),)}),
    ("emergency-call", {}, {"emergencies": (emergency(),)}, {}),
    ("office-silent", {}, {"offices": (office(silent=True),)}, {"offices": (office(silent=True, evacuated=True),)}),
    ("backend-lost", {}, {"backends": (backend(health="lost"),)}, {"backends": (backend(health="stale"),)}),
    ("backend-stale", {}, {"backends": (backend(health="stale"),)}, {}),
    ("override-overdue", {}, {"activity": (overdue(),)}, {}),
]


@pytest.mark.parametrize(("when", "given", "bad", "good"), CONDITIONS)
def test_each_condition(when: Any, given: dict[str, Any], bad: dict[str, Any], good: dict[str, Any]) -> None:
    """Each is raised at once by what it is about, says so in words, and not by the nearest thing that it is not about."""
    board = Board(rule(when, **given))
    (raised,) = board.look(**bad).raised
    assert raised.rule == when
    assert len(raised.words) > 20
    assert Board(rule(when, **given)).look(**good).raised == ()


def test_every_condition_is_in_the_table() -> None:
    """A new one comes with its row."""
    assert {row[0] for row in CONDITIONS} == set(MEASURES)


@pytest.mark.parametrize(
    ("scope", "when", "shown"),
    [
        ("hotlines", "waiting", {"hotlines": (hotline("main", waiting=9), hotline("legal", waiting=9))}),
        ("offices", "office-silent", {"offices": (office("main", silent=True), office("legal", silent=True))}),
        ("backends", "backend-lost", {"backends": (backend("main", "lost"), backend("legal", "lost"))}),
    ],
)
def test_a_rule_about_some_things_only(scope: str, when: Any, shown: dict[str, Any]) -> None:
    """All of them unless they are named."""
    assert [one.subject.partition("/")[2] for one in Board(rule(when)).look(**shown).raised] == ["main", "legal"]
    assert [one.subject.partition("/")[2] for one in Board(rule(when, **{scope: ("legal",)})).look(**shown).raised] == ["legal"]


@pytest.mark.parametrize(
    ("looks", "said"),
    [
        ([21] * 13, "." * 12 + "r"),  # 12 steps of five seconds
        ([21] * 12 + [20] + [21] * 12, "." * 25),  # it was not so for a whole minute
        ([21] * 13 + [0] * 7, "." * 12 + "r" + "." * 6 + "c"),  # over after half a minute
        ([21] * 13 + ([0] * 6 + [21]) * 3, "." * 12 + "r" + "." * 21),  # flaps, and is one alert
    ],
)
def test_for_and_clear_after(looks: list[int], said: str) -> None:
    """More than 20 for 60 s raises; 30 s of no more clears; what comes back meanwhile was never over."""
    board = Board(WAITING)
    assert "".join(board.waits(count) for count in looks) == said


def test_an_alert_is_raised_once_and_keeps_its_figures_fresh() -> None:
    """However long it lasts; its words tell of now, its `since` of when it began."""
    board = Board(WAITING)
    told = "".join(board.waits(21) for _ in range(200))
    assert told.count("r") == 1
    board.waits(33)
    (line,) = lines(board.state)
    assert "33 callers wait (more than 20)" in line.words
    assert line.since == NOW + timedelta(seconds=5)


def test_silence_clears_nothing_and_raises_nothing() -> None:
    """While an exchange is silent its hotline counts neither way, and it is said that what is shown is old."""
    board = Board(WAITING)
    told = "".join(board.waits(21) for _ in range(13))
    told += "".join(board.waits(0, stale=True) for _ in range(100))
    assert told == "." * 12 + "r" + "." * 100
    assert "exchange is silent" in lines(board.state)[0].words
    assert "".join(board.waits(0) for _ in range(7)) == "......c"
    fresh = Board(WAITING)
    assert {fresh.waits(21, stale=True) for _ in range(50)} == {"."}
    assert [fresh.waits(21) for _ in range(13)][-1] == "r", "and its time begins when it is heard again"


def test_a_clock_that_jumps_ahead_raises_nothing() -> None:
    """An hour's jump (or a laptop's sleep) counts as one look, for raising and for clearing."""
    board = Board(WAITING)
    assert [board.waits(21, after) for after in (5, 3600, 5)] == [".", ".", "."]
    assert [board.waits(21) for _ in range(12)].count("r") == 1
    assert [board.waits(0, after) for after in (5, 3600, 5)] == [".", ".", "."]


def test_a_clock_that_jumps_back_forgets_nothing() -> None:
    """What was counted stays counted, and counting goes on."""
    board = Board(WAITING)
    told = "".join(board.waits(21) for _ in range(7)) + board.waits(21, -86_400)
    told += "".join(board.waits(21) for _ in range(6))
    assert told == "." * 13 + "r"


def test_who_where_and_how_to_call_back() -> None:
    """The words of an emergency call name the person, the dispatchable place and the number, at the first sight of it."""
    user = next(iter(campaign().users.values()))
    call = emergency(f"user/{user.id}", location=user.office)
    (raised,) = Board(EMERGENCY).look(emergencies=(call,)).raised
    assert raised.caller is not None
    assert user.name in raised.words
    assert campaign().offices[user.office].address.street in raised.words
    assert "Call back: +13125550111." in raised.words
    assert raised.severity == "critical"


@pytest.mark.parametrize(
    ("line", "location", "words"),
    [
        ("port/chicago-hq/a007", "chicago-hq/-/hall-a", "desk a007 of"),
        ("port/chicago-hq/a007", "", "ask where they are (its office is"),
        ("port/chicago-hq/a007", "elsewhere", "`elsewhere`, which the manifests do not know"),
        ("user/nobody", "", "line user/nobody, which the manifests do not know at an unknown place"),
    ],
)
def test_an_emergency_call_of_somebody_unknown(line: str, location: str, words: str) -> None:
    """What is not known is said, and stops nothing."""
    (raised,) = Board(EMERGENCY).look(emergencies=(emergency(line, location=location, callback=""),)).raised
    assert words in raised.words
    assert "No call-back number is known." in raised.words


def test_who_sits_at_a_desk_is_named() -> None:
    """A walk-in is in no list of users; the board knows who sits there."""
    shown = office("chicago-hq")
    desk = msgspec.structs.replace(shown.desks[0], id="chicago-hq/a007", who="Vi Vo")
    there = msgspec.structs.replace(shown, desks=(desk,))
    (raised,) = Board(EMERGENCY).look(offices=(there,), emergencies=(emergency("port/chicago-hq/a007"),)).raised
    assert "Vi Vo, desk a007" in raised.words


def test_an_emergency_call_stays_until_somebody_sees_to_it() -> None:
    """Not by time, not by falling off the list, not by silence; then it is over once, and is not raised again while it is listed."""
    board = Board(EMERGENCY)
    call = emergency()
    (raised,) = board.look(emergencies=(call,)).raised
    assert board.look(7200, emergencies=(call, call)).raised == ()
    assert board.look(7200).cleared == ()
    board.state = acknowledge(board.state, raised.id, "bo")
    (cleared,) = board.look(emergencies=(call,)).cleared
    assert cleared.acknowledged == "bo"
    again = board.look(emergencies=(call,))
    assert (again.raised, again.cleared, lines(board.state)) == ((), (), ())
    board.look()
    assert board.look(emergencies=(call,)).raised == (), "nor when it is listed again later"


def test_a_flood_of_emergency_calls_is_not_remembered_for_ever() -> None:
    """Thousands that were dealt with leave a few hundred tracks."""
    board = Board(EMERGENCY)
    for number in range(0, 2000, 50):
        calls = tuple(emergency(at=NOW + timedelta(seconds=number + more)) for more in range(50))
        for track in board.look(1, emergencies=calls).raised:
            board.state = acknowledge(board.state, track.id, "bo")
    assert len(board.state.tracks) <= 300


def test_two_emergency_calls_of_one_phone_are_two() -> None:
    """Each has its own id, which is the same for everybody who sees that call; the events of one call twice are one."""
    first, second = emergency(), emergency(at=NOW + timedelta(seconds=5))
    one = Board(EMERGENCY).look(emergencies=(second, first))
    other = Board(EMERGENCY).look(900, emergencies=(first, first, second))
    assert len({track.id for track in one.raised}) == 2
    assert {track.id for track in one.raised} == {track.id for track in other.raised}


def test_one_that_nobody_acknowledges_is_forgotten_after_a_day() -> None:
    """So that a board which runs for months does not drown."""
    board = Board(EMERGENCY)
    board.look(emergencies=(emergency(),))
    assert board.look(23 * 3600).cleared == ()
    assert len(board.look(2 * 3600).cleared) == 1


def test_a_rule_that_is_no_longer_written_takes_its_alerts_along() -> None:
    """And a hotline that is no longer there clears as if it were well."""
    board = Board(rule("waiting", above=1))
    board.waits(5)
    assert len(board.look(5, hotlines=()).cleared) == 1
    board.waits(5)
    board.rules = ()
    assert len(board.look(5).cleared) == 1


def test_the_state_survives_being_written_down() -> None:
    """As JSON, small: a restart in the middle of a minute of waiting goes on with it."""
    board = Board(WAITING, EMERGENCY)
    for _ in range(6):
        board.waits(21)
    board.look(5, emergencies=(emergency(),), hotlines=(hotline(waiting=22),))
    text = msgspec.json.encode(board.state)
    assert msgspec.json.decode(text, type=AlertState) == board.state
    assert len(text) < 2000


def open_alert(**fields: Any) -> Alert:
    """What the store keeps of a raised one."""
    base: dict[str, Any] = {
        "id": "0badcafe", "key": "crowd hotline/main", "rule": "crowd", "subject": "hotline/main", "severity": "warning",
        "words": "Main: 30 callers wait.", "since": NOW, "raised": NOW,
    }  # fmt: skip
    return Alert(**{**base, **fields})


def test_what_is_open_already_is_not_raised_again() -> None:
    """After a restart, or raised by another: the alert goes on under the id it has, and clears like any."""
    board = Board(WAITING)
    board.state = adopt(board.state, [open_alert()])
    assert "".join(board.waits(21) for _ in range(30)) == "." * 30
    assert lines(board.state)[0].id == "0badcafe"
    assert "".join(board.waits(0) for _ in range(7)) == "......c"


def test_what_others_wrote_down_is_taken_over() -> None:
    """The id of who was first, and who acknowledged."""
    board = Board(WAITING)
    for _ in range(13):
        board.waits(21)
    board.state = adopt(board.state, [open_alert(acknowledged="cy")])
    (line,) = lines(board.state)
    assert (line.id, line.acknowledged) == ("0badcafe", "cy")


def test_what_another_raised_first_is_not_raised_here() -> None:
    """While this process still counts its seconds, another one's are up."""
    board = Board(WAITING)
    board.waits(21)
    board.state = adopt(board.state, [open_alert()])
    assert lines(board.state)[0].id == "0badcafe"
    assert "".join(board.waits(21) for _ in range(30)) == "." * 30


def test_an_emergency_call_that_another_dealt_with_is_over() -> None:
    """A board that sees the call later than everybody else does not bring it up again."""
    board = Board(EMERGENCY)
    (raised,) = board.look(emergencies=(emergency(),)).raised
    done = open_alert(id=raised.id, key=raised.key, rule=raised.rule, once=True, acknowledged="bo", cleared=NOW)
    board.state = adopt(board.state, [done])
    assert lines(board.state) == ()
    assert board.look(5, emergencies=(emergency(),)) == Evaluation(board.state)


def test_the_gravest_stands_first() -> None:
    """Then the oldest."""
    board = Board(rule("seats-short"), rule("waiting", above=0), EMERGENCY)
    board.look(hotlines=(hotline(waiting=1),))
    board.look(5, hotlines=(hotline(waiting=1, seated=0),), emergencies=(emergency(at=NOW + timedelta(seconds=5)),))
    assert [track.rule for track in standing(board.state)] == ["emergency-call", "waiting", "seats-short"]


def test_rules_that_stand_in_every_campaign() -> None:
    """They hold until one of the same id is written, which replaces them or switches them off."""
    assert rules_of({}) == DEFAULT_RULES
    own = AlertRule(id="nobody-free", when="nobody-free", hold=90)
    off = AlertRule(id="backend-lost", when="backend-lost", enabled=False)
    assert [one.id for one in rules_of({"nobody-free": own, "backend-lost": off, "crowd": WAITING})] == [
        "emergency-call",
        "nobody-free",
        "crowd",
    ]


def test_nobody_is_free_says_what_they_do() -> None:
    """The words of the alert of the first day."""
    (fact,) = facts([rule("nobody-free")], picture(hotlines=(hotline(free=0, waiting=3, busy=12, paused=1),)), DIRECTORY)
    assert fact.words == "Main: 3 callers wait and not one agent is free (12 talking, 1 paused)."


@pytest.mark.parametrize(("seconds", "words"), [(0, "0s"), (59.9, "59s"), (60, "1m"), (190, "3m10s"), (3900, "1h05m"), (-5, "0s")])
def test_spans(seconds: float, words: str) -> None:
    """Lengths of time as people say them."""
    assert span(seconds) == words


def test_times_in_words_are_the_campaigns() -> None:
    """Whatever zone the machine is in."""
    heard = datetime.fromisoformat("2026-11-03T18:02:07+00:00")
    (raised,) = Board(rule("backend-lost")).look(backends=(backend("pbx", "lost", heard=heard, why="no route to host."),)).raised
    assert raised.words == "Backend pbx is lost, last heard at 12:02:07: no route to host. What is shown of it may be old."
