"""How many seats, which ports are lit, who sits where and why."""

from __future__ import annotations

import pytest
from msgspec.structs import replace
from small_campaign import AT, EARLIER, LATER, campaign, desks, hotline, override, people

from campctl.effective import Seat, desired, wanted_seats
from campctl.model.campaign import Answer, Escalation, SeatChange, Seats, Surge, SurgePorts

VP = {"skills": ("vp",)}
CROWD = people(*((f"p{n}", VP) for n in range(9)))


def surge(sid="debate", start=EARLIER, end=LATER, **fields):
    return {sid: Surge(id=sid, name=sid, start=start, end=end, time_zone="UTC", **fields)}


def by(amount, relative=False):
    return SeatChange(amount, relative)


def lines(wanted, hid="vp", level=1):
    return [seat.line for seat in wanted.seating[hid].at_level(level)]


def why(wanted, hid="vp"):
    return {seat.line: seat.why for seat in wanted.seating[hid].filled}


@pytest.mark.parametrize(
    ("surges", "overrides", "wanted", "whence"),
    [
        ({}, [], 2, "baseline 2"),
        (surge(seats={"vp": by(5)}), [], 5, "surge debate"),
        (surge(end=AT, seats={"vp": by(5)}), [], 2, "baseline 2"),
        (surge(start=AT, seats={"vp": by(5)}), [], 5, "surge debate"),
        (surge(seats={"other": by(5)}), [], 2, "baseline 2"),
        (surge(seats={"vp": by(1)}), [], 1, "surge debate"),
        (surge("a", seats={"vp": by(5)}) | surge("b", seats={"vp": by(6)}), [], 6, "surge b"),
        (
            surge("a", seats={"vp": by(5)}) | surge("b", seats={"vp": by(2, True)}) | surge("c", seats={"vp": by(-1, True)}),
            [],
            6,
            "surge a, surge b +2, surge c -1",
        ),
        (surge(seats={"vp": by(5)}), [{"seats": by(4)}], 4, "override by ann"),
        ({}, [{"seats": by(3, True)}, {"seats": by(1, True)}], 6, "baseline 2, override by ann +3, override by ann +1"),
        ({}, [{"seats": by(3, True)}, {"seats": by(4)}], 4, "override by ann"),
        ({}, [{"seats": by(4), "end": LATER}], 4, "override by ann until 20:00"),
        ({}, [{"seats": by(4), "end": LATER.replace(day=5)}], 4, "override by ann until 2026-11-04 20:00"),
        ({}, [{"seats": by(4), "end": AT}], 2, "baseline 2"),
        ({}, [{"seats": by(4), "start": LATER}], 2, "baseline 2"),
        ({}, [{"seats": by(40)}], 9, "override by ann, held to max 9"),
        ({}, [{"seats": by(-5, True)}], 0, "baseline 2, override by ann -5, held to min 0"),
    ],
)
def test_how_many(surges, overrides, wanted, whence):
    """Baseline, surges (highest absolute, then relatives), overrides in order, then min and max; the words say which."""
    live = [override("hotline", "vp", **fields) for fields in overrides]
    found = desired(campaign(users=CROWD, hotlines=hotline(), surges=surges), AT, live)
    assert (found.seating["vp"].wanted, found.seating["vp"].whence) == (wanted, whence)
    assert len(lines(found)) == wanted
    assert [one.code for one in found.findings] == (["seats-clamped"] if "held" in whence else [])


def test_asked_for_before_it_is_held():
    """`wanted_seats` tells what surges and overrides ask for, also beyond the hotline's max."""
    live = [override("hotline", "vp", seats=by(40))]
    assert wanted_seats(campaign(hotlines=hotline()), "vp", AT, live) == 40


def test_short():
    """Seats nobody can fill are counted, and found."""
    found = desired(campaign(users=people(("ann", VP)), hotlines=hotline(seats=3)), AT)
    assert (found.seating["vp"].short, lines(found)) == (2, ["user/ann"])
    assert [one.code for one in found.findings] == ["seats-short"]
    assert "so 2 stay empty" in found.findings[0].detail


def test_who_is_there_stays():
    """Those who sit keep their seats against better matches; with fewer seats the best matches among them stay."""
    answer = Answer(skills=("vp", "law"))
    users = people(("ann", VP), ("bo", {"skills": ("vp", "law")}), ("cy", VP))
    present = {"vp": {"user/ann": 1, "user/cy": 1}}
    nouns = campaign(users=users, hotlines=hotline(answer=answer))
    assert lines(desired(nouns, AT, (), present)) == ["user/ann", "user/cy"]
    assert why(desired(nouns, AT, (), present))["user/ann"] == "was already there"
    assert lines(desired(replace(nouns, hotlines=hotline(seats=1, answer=answer)), AT, (), present)) == ["user/ann"]
    assert lines(desired(nouns, AT)) == ["user/bo", "user/ann"]


def test_order_of_choice():
    """Lit for it, then there now, then lit ports with somebody, then the best match, then role, then id."""
    answer = Answer(skills=("vp", "law"), roles=("lead", "staff"))
    users = people(
        ("a.staff", {"skills": ("vp",), "role": "staff"}),
        ("b.both", {"skills": ("vp", "law"), "role": "staff"}),
        ("c.lead", {"skills": ("vp",), "role": "lead"}),
        ("d.desk", {"skills": ("vp",), "role": "staff"}),
        ("e.there", {"skills": ("law",), "role": "staff"}),
    )
    ports = desks(2)
    ports["hq/a1"] = replace(ports["hq/a1"], lit=True, hotline="vp")
    ports["hq/a2"] = replace(ports["hq/a2"], lit=True, user="d.desk")
    found = desired(campaign(users=users, ports=ports, hotlines=hotline(seats=6, answer=answer)), AT, (), {"vp": {"user/e.there": 1}})
    assert found.seating["vp"].filled == (
        Seat("port/hq/a1", "", 1, 1, "port hq/a1, lit for vp"),
        Seat("user/e.there", "E.There", 1, 1, "was already there"),
        Seat("port/hq/a2", "D.Desk", 1, 1, "lit port, D.Desk sits there"),
        Seat("user/b.both", "B.Both", 1, 0, "skills vp, law"),
        Seat("user/c.lead", "C.Lead", 1, 1, "skills vp"),
        Seat("user/a.staff", "A.Staff", 1, 1, "skills vp"),
    )


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(skills=("vp",), languages=("es", "en")), "skills vp; languages es"),
        (Answer(roles=("lead",)), "role lead"),
        (Answer(offices=("hq",)), "office hq"),
        (Answer(users=("ann",)), "named for it"),
    ],
)
def test_why(answer, words):
    """The words say what speaks for somebody."""
    users = people(("ann", {"skills": ("vp",), "languages": ("es",), "role": "lead"}))
    assert why(desired(campaign(users=users, hotlines=hotline(seats=1, answer=answer)), AT)) == {"user/ann": words}


def test_priority_goes_first_and_takes_the_idle_before_the_busy():
    """A hotline of higher priority takes free people first, and then those who sit in a lower one."""
    lines_ = {**hotline("low", 2, priority=10), **hotline("high", 2, priority=90)}
    nouns = campaign(users=people(("ann", VP), ("bo", VP), ("cy", VP)), hotlines=lines_)
    found = desired(nouns, AT, (), {"low": {"user/ann": 1, "user/bo": 1}})
    assert lines(found, "high") == ["user/cy", "user/ann"]
    assert why(found, "high")["user/ann"] == "skills vp; taken from low"
    assert lines(found, "low") == ["user/bo"]


def test_equal_priority_goes_by_id():
    """Among equals the first by id chooses first."""
    found = desired(campaign(users=people(("ann", VP)), hotlines={**hotline("b", 1), **hotline("a", 1)}), AT)
    assert (lines(found, "a"), lines(found, "b")) == (["user/ann"], [])


def test_only_lines_of_the_hotlines_backend():
    """Who is on another backend may not answer; so a hotline there is short."""
    found = desired(campaign(users=CROWD, hotlines=hotline(backend="new")), AT)
    assert (lines(found), found.seating["vp"].short) == ([], 2)


def test_a_person_moves_to_the_desk_where_they_sit():
    """Who answers from their own phone and sits down at a lit port keeps the seat, at the desk."""
    ports = {pid: replace(port, lit=True, user="p8") for pid, port in desks(1).items()}
    found = desired(campaign(users=CROWD, ports=ports, hotlines=hotline(seats=1)), AT, (), {"vp": {"user/p8": 1}})
    assert why(found) == {"port/hq/a1": "was already there"}


def test_escalation_levels():
    """Each step with people is a level of its own; those who sit nowhere are asked first, nobody is in a queue twice."""
    steps = (Escalation(60, answer=Answer(skills=("vp",)), seats=2), Escalation(90, answer=Answer(users=("p0", "p4")), seats=2))
    busy = hotline("busy", 1, answer=Answer(users=("p1",)), priority=90)
    users = people(*((f"p{n}", VP) for n in range(5)))
    found = desired(campaign(users=users, hotlines={**hotline(seats=1, escalation=steps), **busy}), AT)
    assert [lines(found, "vp", level) for level in (1, 2, 3)] == [["user/p0"], ["user/p2", "user/p3"], ["user/p4"]]
    assert found.seating["vp"].short == 0
    four = (Escalation(60, answer=Answer(skills=("vp",)), seats=4),)
    found = desired(campaign(users=users, hotlines={**hotline(seats=1, escalation=four), **busy}), AT)
    assert lines(found, "vp", 2) == ["user/p2", "user/p3", "user/p4", "user/p1"]


def test_members_are_resources():
    """Each seat is a member of its queue, with who sits there."""
    found = desired(campaign(users=people(("ann", VP)), hotlines=hotline(seats=1)), AT)
    (member,) = [one for key, one in found.backends["old"].items() if key.kind == "member"]
    assert (member.id, member.name, member.level, member.penalty) == ("vp/user/ann", "Ann", 1, 0)


def test_override_lights_a_port_and_adds_a_seat():
    """A port lit by override for a hotline adds a seat and sits in it; the word says by whom and the end is kept."""
    live = [override("port", "hq/a2", lit=True, volunteer="Vi Vo", hotline="vp", end=LATER)]
    found = desired(campaign(users=CROWD, ports=desks(2), hotlines=hotline(seats=1)), AT, live)
    assert lines(found) == ["port/hq/a2", "user/p0"]
    assert why(found)["port/hq/a2"] == "port hq/a2, override by ann, Vi Vo sits there"
    assert (found.seating["vp"].wanted, found.seating["vp"].whence) == (2, "baseline 1, 1 lit by override")
    lit = found.lit["hq/a2"]
    assert (lit.why, lit.until, lit.volunteer, lit.hotline) == ("override by ann", LATER, "Vi Vo", "vp")
    assert desired(campaign(users=CROWD, ports=desks(2), hotlines=hotline(seats=1)), LATER, live).lit == {}


def test_an_absolute_figure_counts_what_is_lit_by_then():
    """`scale 3` means three with the desks that are lit already; a desk lit later comes in addition, and so does +2."""
    nouns = campaign(users=CROWD, ports=desks(2), hotlines=hotline(seats=1))
    first, second = (override("port", f"hq/a{n}", lit=True, volunteer=f"V{n}", hotline="vp") for n in (1, 2))
    three, two_more = (override("hotline", "vp", seats=SeatChange(amount, relative)) for amount, relative in ((3, False), (2, True)))
    orders = {
        "lit, then three": [first, three],
        "three, then lit": [three, first],
        "lit, three, lit": [first, three, second],
        "lit, then two more": [first, two_more],
    }
    wanted = {name: desired(nouns, AT, live).seating["vp"].wanted for name, live in orders.items()}
    assert wanted == {"lit, then three": 3, "three, then lit": 4, "lit, three, lit": 4, "lit, then two more": 4}


def test_who_changes_place_adds_no_seat():
    """An override that says its person held a seat already lights the desk inside the seats there are."""
    nouns = campaign(users=CROWD, ports=desks(2), hotlines=hotline(seats=2))
    live = [override("port", "hq/a1", lit=True, user="p1", hotline="vp", adds_seat=False)]
    assert lines(desired(nouns, AT, live, {"vp": {"user/p0": 1, "user/p1": 1}})) == ["port/hq/a1", "user/p0"]


def test_a_lit_port_counts_inside_the_seats():
    """Ports lit by the manifest take a seat, and an override that says the same adds none."""
    ports = desks(2, lit=True, hotline="vp")
    nouns = campaign(users=CROWD, ports=ports, hotlines=hotline(seats=3))
    assert lines(desired(nouns, AT)) == ["port/hq/a1", "port/hq/a2", "user/p0"]
    assert desired(nouns, AT, [override("port", "hq/a1", lit=True)]).seating["vp"].wanted == 3


def test_override_seat_is_bounded_by_max():
    """Ports lit beyond max are lit, answer nothing, and are found."""
    live = [override("port", f"hq/a{n}", lit=True, hotline="vp") for n in (1, 2)]
    found = desired(campaign(ports=desks(2), hotlines=hotline(seats=1, most=1)), AT, live)
    assert (len(found.lit), lines(found)) == (2, ["port/hq/a1"])
    assert {one.code for one in found.findings} == {"seats-clamped", "lit-beyond-seats"}


def test_override_darkens():
    """The last word on a port counts; dark means out of its seat."""
    ports = desks(1, lit=True, hotline="vp")
    live = [override("port", "hq/a1", lit=True), override("port", "hq/a1", lit=False)]
    found = desired(campaign(ports=ports, users=CROWD, hotlines=hotline(seats=1)), AT, live)
    assert (found.lit, lines(found)) == ({}, ["user/p0"])


def test_a_person_sits_in_one_place():
    """The latest override says where somebody sits; the port the manifest gave them is empty then."""
    ports = desks(2, lit=True)
    ports["hq/a1"] = replace(ports["hq/a1"], user="p0")
    found = desired(campaign(users=CROWD, ports=ports), AT, [override("port", "hq/a2", user="p0")])
    assert (found.lit["hq/a1"].user, found.lit["hq/a2"].user) == ("", "p0")


def test_surge_lights_named_desks():
    """Desks named by a surge are lit until its end and answer its hotline; lit ones change over."""
    ports = desks(2)
    ports["hq/a2"] = replace(ports["hq/a2"], lit=True, hotline="main")
    lines_ = {**hotline(seats=2), **hotline("main", 1)}
    nouns = campaign(ports=ports, hotlines=lines_, surges=surge(ports=(SurgePorts("hq", ("a1", "a2", "a9"), hotline="vp"),)))
    found = desired(nouns, AT)
    assert lines(found) == ["port/hq/a1", "port/hq/a2"]
    assert (found.lit["hq/a1"].why, found.lit["hq/a1"].until) == ("surge debate", LATER)
    assert desired(nouns, LATER).seating["main"].filled[0].line == "port/hq/a2"


def test_surge_takes_any_dark_ports():
    """`any` takes dark ports by id, those that sit there now first, none that is lit, kept dark, or without a location."""
    ports = desks(5)
    ports["hq/a1"] = replace(ports["hq/a1"], lit=True)
    nouns = campaign(ports=ports, hotlines=hotline(seats=3), surges=surge(ports=(SurgePorts("hq", any=2, hotline="vp"),)))
    assert set(desired(nouns, AT).lit) == {"hq/a1", "hq/a2", "hq/a3"}
    assert set(desired(nouns, AT, (), {"vp": {"port/hq/a5": 1}}).lit) == {"hq/a1", "hq/a2", "hq/a5"}
    kept_dark = [override("port", "hq/a2", lit=False)]
    assert set(desired(nouns, AT, kept_dark).lit) == {"hq/a1", "hq/a3", "hq/a4"}


def test_ports_taken_beyond_the_seats_stay_the_same_ports():
    """With more ports lit than seats, a second look at the seating picks the same ports again, not those next in line."""
    ports = desks(6)
    ports["hq/a6"] = replace(ports["hq/a6"], lit=True, hotline="vp")
    nouns = campaign(ports=ports, hotlines=hotline(seats=2), surges=surge(ports=(SurgePorts("hq", any=3, hotline="vp"),)))
    once = desired(nouns, AT, (), {"vp": {"port/hq/a4": 1, "port/hq/a5": 1}})
    assert set(once.lit) == {"hq/a6", "hq/a4", "hq/a1", "hq/a2"}
    assert lines(once) == ["port/hq/a4", "port/hq/a6"]
    again = desired(nouns, AT, (), {"vp": dict.fromkeys(lines(once), 1)})
    assert again.backends == once.backends


def test_who_sits_at_a_desk_for_one_hotline_answers_no_other():
    """Somebody at a desk lit for another hotline is not called to a first line from their own phone."""
    lines_ = {**hotline("first", 1, priority=90), **hotline("second", 1, priority=10)}
    ports = desks(1, lit=True, user="ann", hotline="second")
    found = desired(campaign(users=people(("ann", VP)), ports=ports, hotlines=lines_), AT)
    assert (lines(found, "first"), lines(found, "second")) == ([], ["port/hq/a1"])


def test_who_moves_up_leaves_the_level_to_others():
    """When somebody of level 2 joins the first line, the level is filled up at once."""
    steps = (Escalation(60, answer=Answer(skills=("vp",)), seats=1),)
    nouns = campaign(users=people(("ann", VP), ("bo", VP)), hotlines=hotline(seats=1, escalation=steps))
    found = desired(nouns, AT, (), {"vp": {"user/ann": 2}})
    assert (lines(found), lines(found, "vp", 2)) == (["user/ann"], ["user/bo"])


def test_two_lines_of_one_person_are_one_seat():
    """Somebody found in a queue by their own phone and by the desk where they sit keeps one seat, at the desk."""
    ports = desks(1, lit=True, user="ann")
    found = desired(campaign(users=people(("ann", VP)), ports=ports, hotlines=hotline()), AT, (), {"vp": {"user/ann": 1, "port/hq/a1": 1}})
    assert (lines(found), found.seating["vp"].short) == (["port/hq/a1"], 1)


def test_present_where_no_line_can_be_lit():
    """Who sits in a queue and whose office lost its address is out of it: a disabled line answers nothing."""
    base = campaign(users=people(("ann", VP)), hotlines=hotline(seats=1))
    offices = {**base.offices, "hq": replace(base.offices["hq"], address=replace(base.offices["hq"].address, street=""))}
    assert lines(desired(replace(base, offices=offices), AT, (), {"vp": {"user/ann": 1}})) == []


def test_surge_without_enough_ports():
    """A surge that asks for more dark ports than there are gets what there is, and a finding."""
    nouns = campaign(ports=desks(1), hotlines=hotline(), surges=surge(ports=(SurgePorts("hq", any=2, hotline="vp"),)))
    found = desired(nouns, AT)
    assert set(found.lit) == {"hq/a1"}
    assert "surge-ports-short" in {one.code for one in found.findings}


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"backend": "new"}, "is on backend old and the hotline on new"),
        ({"answer": Answer(skills=("vp",), ports=False)}, "ports may not answer it"),
        ({"answer": Answer(offices=("field",))}, "its office may not answer it"),
    ],
)
def test_lit_for_what_it_may_not_answer(fields, word):
    """A port lit for a hotline it may not answer is lit, sits nowhere, adds no seat, and is found."""
    found = desired(campaign(ports=desks(1), hotlines=hotline(seats=0, **fields)), AT, [override("port", "hq/a1", lit=True, hotline="vp")])
    assert (set(found.lit), found.seating["vp"].wanted, lines(found)) == ({"hq/a1"}, 0, [])
    (one,) = found.findings
    assert (one.code, word in one.detail) == ("lit-but-may-not-answer", True)


@pytest.mark.parametrize(
    "live",
    [
        override("port", "hq/zz", lit=True),
        override("hotline", "zz", seats=SeatChange(3)),
        override("port", "hq/a1", lit=True, user="zz"),
        override("port", "hq/a1", lit=True, hotline="zz"),
    ],
)
def test_override_of_what_is_gone(live):
    """An override that names what the manifests no longer hold is a finding, not a failure; its other words count."""
    found = desired(campaign(ports=desks(1), hotlines=hotline(seats=0)), AT, [live])
    assert [one.code for one in found.findings] == ["override-unknown"]
    assert set(found.lit) == ({"hq/a1"} if live.subject == "hq/a1" else set())


def test_min_holds():
    """A surge cannot go below min."""
    lines_ = {"vp": replace(hotline()["vp"], seats=Seats(3, 2, 5))}
    found = desired(campaign(users=CROWD, hotlines=lines_, surges=surge(seats={"vp": by(0)})), AT)
    assert found.seating["vp"].whence == "surge debate, held to min 2"
