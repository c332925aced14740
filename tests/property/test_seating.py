"""Seat assignment holds its promises whatever the campaign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from campctl.effective import Desired, desired, present_members
from campctl.effective.first_line import Round
from campctl.effective.reasons import Inquiry
from campctl.effective.staff import asked
from campctl.model.campaign import (
    Address,
    Answer,
    BackendSpec,
    Campaign,
    Escalation,
    Hotline,
    Office,
    Port,
    SeatChange,
    Seats,
    Surge,
    SurgePorts,
    User,
)
from campctl.model.live import Snapshot
from campctl.model.records import Override
from campctl.model.resources import references

Present = dict[str, dict[str, int]]
AT = datetime(2026, 11, 3, 15, tzinfo=UTC)
HOUR = timedelta(hours=1)
OFFICES = ("hq", "field", "attic")
SKILLS = ("vp", "law", "es")
HOTLINES = ("vp", "main", "legal")
DESKS = tuple(f"{office}/d{number}" for office in OFFICES for number in range(5))
USERS = tuple(f"u{number:02d}" for number in range(12))


def some(values: tuple[str, ...], most: int = 2) -> st.SearchStrategy[tuple[str, ...]]:
    """A few of the values, each once."""
    return st.sampled_from([()] + [chosen for count in range(1, most + 1) for chosen in permutations(values, count)])


def subset(values: tuple[str, ...]) -> st.SearchStrategy[list[str]]:
    """Any subset, in order."""
    return st.integers(0, 2 ** len(values) - 1).map(lambda mask: [value for bit, value in enumerate(values) if mask >> bit & 1])


def answers() -> st.SearchStrategy[Answer]:
    """Half of them take everybody, so that seats are contested."""
    anybody = st.builds(Answer, offices=st.just(OFFICES), ports=st.booleans())
    chosen = st.builds(Answer, offices=some(OFFICES), roles=some(("lead",)), skills=some(SKILLS), users=some(USERS), ports=st.booleans())
    return st.one_of(anybody, chosen)


def user(uid: str) -> st.SearchStrategy[User]:
    return st.builds(
        User,
        id=st.just(uid),
        name=st.just(uid.upper()),
        office=st.sampled_from(OFFICES),
        extension=st.just("3" + uid[1:]),
        role=st.sampled_from(("", "lead")),
        skills=some(SKILLS),
        backend=st.sampled_from(("", "", "", "old", "new")),
        also_on=st.sampled_from(("", "", "", "old", "new")),
    )


def port(pid: str) -> st.SearchStrategy[Port]:
    office, desk = pid.split("/")
    return st.builds(
        Port,
        office=st.just(office),
        desk=st.just(desk),
        extension=st.just("4"),
        room=st.sampled_from(("", "Hall")),
        lit=st.booleans(),
        user=st.sampled_from(("", *USERS)),
        hotline=st.sampled_from(("", *HOTLINES)),
        backend=st.sampled_from(("", "", "", "new")),
        also_on=st.sampled_from(("", "", "", "new")),
    )


def hotline(hid: str) -> st.SearchStrategy[Hotline]:
    return st.builds(
        Hotline,
        id=st.just(hid),
        name=st.just(hid),
        seats=st.builds(Seats, baseline=st.integers(0, 5), min=st.integers(0, 1), max=st.integers(3, 8)),
        answer=answers(),
        backend=st.sampled_from(("", "new")),
        priority=st.sampled_from((10, 50, 90)),
        escalation=st.lists(st.builds(Escalation, after=st.just(60), answer=answers(), seats=st.integers(0, 3)), max_size=2).map(tuple),
    )


def seat_changes() -> st.SearchStrategy[SeatChange]:
    return st.builds(SeatChange, amount=st.integers(0, 9), relative=st.booleans())


def surge(number: int) -> st.SearchStrategy[Surge]:
    changes = st.dictionaries(
        st.sampled_from(HOTLINES), st.builds(SeatChange, amount=st.integers(0, 6), relative=st.booleans()), max_size=2
    )
    ports = st.builds(
        SurgePorts,
        office=st.sampled_from(OFFICES),
        desks=some(("d0", "d1", "d4")),
        any=st.integers(0, 4),
        hotline=st.sampled_from(("", *HOTLINES)),
    )
    return st.builds(
        Surge,
        id=st.just(f"s{number}"),
        name=st.just("s"),
        start=st.just(AT - HOUR),
        end=st.sampled_from((AT, AT + HOUR)),
        time_zone=st.just("UTC"),
        seats=changes,
        ports=st.lists(ports, max_size=3).map(tuple),
    )


def overrides() -> st.SearchStrategy[list[Override]]:
    common = {"id": st.just("o1"), "author": st.just("ann"), "reason": st.just("r"), "start": st.just(AT - HOUR)}
    on_port = st.builds(
        Override,
        **common,
        kind=st.just("port"),
        subject=st.sampled_from(DESKS),
        lit=st.sampled_from((None, True, False)),
        user=st.sampled_from(("", "", *USERS)),
        volunteer=st.sampled_from(("", "Zoe Example")),
        hotline=st.sampled_from(("", *HOTLINES)),
    )
    on_hotline = st.builds(
        Override,
        **common,
        kind=st.just("hotline"),
        subject=st.sampled_from(HOTLINES),
        seats=seat_changes(),
    )
    return st.lists(st.one_of(on_port, on_hotline), max_size=4)


@st.composite
def campaigns(draw: st.DrawFn) -> Campaign:
    whole = Address("1 Example Street", "Chicago", "IL", "60601", floor="3")
    offices = {
        "hq": Office("hq", "HQ", whole, "America/Chicago", "old"),
        "field": Office("field", "Field", replace(whole, floor=""), "America/Chicago", draw(st.sampled_from(("old", "new")))),
        "attic": Office("attic", "Attic", replace(whole, street=draw(st.sampled_from(("", "2 Example Street")))), "UTC", "old"),
    }
    users = draw(subset(USERS))
    desks = draw(subset(DESKS))
    lines = draw(subset(HOTLINES))
    built_users = {uid: draw(user(uid)) for uid in users}
    built_ports = {pid: draw(port(pid)) for pid in desks}
    return Campaign(
        name="any",
        country="US",
        time_zone="America/Chicago",
        default_backend="old",
        main_number="+13125550100",
        backends={"old": BackendSpec("old", "sim"), "new": BackendSpec("new", "sim")},
        offices=offices,
        users=built_users,
        ports=built_ports,
        hotlines={hid: draw(hotline(hid)) for hid in lines},
        surges={f"s{number}": draw(surge(number)) for number in range(draw(st.integers(0, 2)))},
    )


def presents() -> st.SearchStrategy[dict[str, dict[str, int]]]:
    """Half of the lines sit somewhere, mostly in a first line."""
    lines = [f"user/{uid}" for uid in USERS] + [f"port/{pid}" for pid in DESKS]
    places = [None] * 5 + [(hid, level) for hid in HOTLINES for level in (1, 1, 2)]

    def built(drawn: int) -> Present:
        found: Present = {}
        for line in lines:
            drawn, digit = divmod(drawn, len(places))
            place = places[digit]
            if place is not None:
                found.setdefault(place[0], {})[line] = place[1]
        return found

    # One large number for all of them: one draw costs what one draw costs.
    return st.integers(0, len(places) ** len(lines) - 1).map(built)


def members_of(wanted: Desired) -> dict[str, dict[str, int]]:
    return present_members({name: Snapshot(resources) for name, resources in wanted.backends.items()})


def person(wanted: Desired, line: str) -> str:
    kind, _, name = line.partition("/")
    return name if kind == "user" else wanted.lit[name].user or line


@settings(max_examples=120, deadline=None)
@given(campaigns(), overrides(), presents())
def test_fixed_point(campaign: Campaign, live: list[Override], present: Present) -> None:
    """A plan made right after an apply is empty: what desired(t) seats, it seats again, lit ports included."""
    once = desired(campaign, AT, live, present)
    again = desired(campaign, AT, live, members_of(once))
    assert again.backends == once.backends
    assert again.lit == once.lit


@settings(max_examples=80, deadline=None)
@given(campaigns(), overrides(), presents())
def test_seats_are_held(campaign: Campaign, live: list[Override], present: Present) -> None:
    """Seats are held to min and max and `short` is what is missing; nobody sits twice; who sits can be called, and found."""
    wanted = desired(campaign, AT, live, present)
    for hid, seating in wanted.seating.items():
        seats = campaign.hotlines[hid].seats
        assert seats.min <= seating.wanted <= seats.max
        assert len(seating.at_level(1)) + seating.short == seating.wanted
        assert seating.short >= 0
        inside = [person(wanted, seat.line) for seat in seating.filled]
        assert len(inside) == len(set(inside))
    first = [person(wanted, seat.line) for seating in wanted.seating.values() for seat in seating.at_level(1)]
    assert len(first) == len(set(first))
    for resources in wanted.backends.values():
        lines = {key.id: resource for key, resource in resources.items() if key.kind == "line"}
        assert all(lines[resource.line].enabled for key, resource in resources.items() if key.kind == "member")
        assert all(line.location for line in lines.values() if line.enabled)
        assert all(reference in resources for resource in resources.values() for reference in references(resource))


def seated(members: dict[str, dict[str, int]], hid: str) -> set[str]:
    return {line for line, level in members.get(hid, {}).items() if level == 1}


@settings(max_examples=150, deadline=None)
@given(campaigns(), overrides(), presents(), user("zz"))
def test_a_newcomer_unseats_nobody(campaign: Campaign, live: list[Override], present: Present, new: User) -> None:
    """Adding a person leaves everyone who sits where they sit, unless others moving up fills a seat that the newcomer may not answer.

    Then one seat more is filled, everybody who sat in a first line still does, and the newcomer sits where somebody left.
    """
    before = members_of(desired(campaign, AT, live, present))
    after = members_of(desired(replace(campaign, users={**campaign.users, "zz": new}), AT, live, before))
    grown = [hid for hid in after if len(seated(after, hid)) > len(seated(before, hid))]
    moved = {line for hid in before for line in seated(before, hid) - seated(after, hid)}
    if moved:
        assert moved <= set().union(*(seated(after, hid) for hid in after))
        (more,) = grown
        assert len(seated(after, more)) == len(seated(before, more)) + 1
        assert "user/zz" in set().union(*(seated(after, hid) for hid in after if hid != more))
        return
    for queue, lines in before.items():
        assert lines.items() <= after[queue].items()
    joined = {line for queue, lines in after.items() for line in lines if line not in before.get(queue, {})}
    assert joined <= {"user/zz"}


def inquiry(campaign: Campaign, live: list[Override], present: Present) -> Inquiry:
    return Inquiry(campaign, AT, live, present)


@settings(max_examples=120, deadline=None)
@given(campaigns(), overrides(), presents())
def test_nobody_who_may_answer_is_idle_while_a_seat_is_empty(campaign: Campaign, live: list[Override], present: Present) -> None:
    """All who may answer a short hotline sit, and none of them in one that comes later, nor in one of the same that is better off.

    Better off: that would still have the larger share of its seats filled, or as large a one, after giving one to it.
    """
    asked = inquiry(campaign, live, present)
    for hotline in campaign.hotlines.values():
        seating = asked.seating[hotline.id]
        for waiting in asked.next_in_line(hotline)[0] if seating.short else ():
            other = campaign.hotlines[waiting.sits]
            assert other.priority >= hotline.priority
            if other.priority == hotline.priority:
                theirs, mine = asked.seating[other.id], seating
                shares = sorted((len(one.at_level(1)) + change) / one.wanted for one, change in ((theirs, 0), (mine, 0)))
                moved = sorted((len(one.at_level(1)) + change) / one.wanted for one, change in ((theirs, -1), (mine, 1)))
                assert shares >= moved


@settings(max_examples=120, deadline=None)
@given(campaigns(), overrides(), presents())
def test_the_short_way_is_as_good_as_the_search(campaign: Campaign, live: list[Override], present: Present) -> None:
    """Where seats are given out without a search, the search gives them to the same people."""
    crowd, demand = asked(campaign, AT, live, present, [])
    plain, searched = (Round(campaign, demand, crowd, present) for _ in range(2))
    if plain.plainly():
        searched.search()
        assert plain.result() == searched.result()


@settings(max_examples=120, deadline=None)
@given(campaigns(), overrides(), presents())
def test_every_no_has_its_rule(campaign: Campaign, live: list[Override], present: Present) -> None:
    """Of each person and hotline, either they may answer it, or at least one rule says why not; who sits has a reason."""
    asked = inquiry(campaign, live, present)
    for uid, person in campaign.users.items():
        for hotline, verdict in zip(campaign.hotlines.values(), asked.verdicts(person), strict=True):
            line = asked.crowd.by_line(f"user/{uid}", hotline.id, hotline.answer, hotline.backend or campaign.default_backend, 1)
            assert verdict.may == (line is not None or verdict.level > 1)
            assert verdict.why


@settings(max_examples=60, deadline=None)
@given(campaigns(), overrides(), presents(), st.randoms(use_true_random=False))
def test_order_of_writing_does_not_matter(campaign: Campaign, live: list[Override], present: Present, luck: object) -> None:
    """People, hotlines and the present seating in another order of writing give the same resources."""

    def shuffled(mapping: dict[str, object]) -> dict[str, object]:
        items = list(mapping.items())
        luck.shuffle(items)  # type: ignore[attr-defined]
        return dict(items)

    other = replace(campaign, users=shuffled(campaign.users), hotlines=shuffled(campaign.hotlines), surges=shuffled(campaign.surges))
    mixed = {queue: shuffled(lines) for queue, lines in shuffled(present).items()}
    assert desired(other, AT, live, mixed).backends == desired(campaign, AT, live, present).backends
