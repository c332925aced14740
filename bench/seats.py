"""First lines of all hotlines at once against the greedy rule campctl had before: CPU, ratio of medians, and seats filled.

    python bench/seats.py [--people 2000] [--hotlines 20] [--runs 5]

Baseline, in the same run: hotlines choose one after another, by priority, then id (`greedy` below, on the same crowd). Scenes of
`--people`: a seat for most of them, nobody sits yet; the same with the seats of the greedy rule as what is now; right after an apply,
which must change nothing; and more seats than people. Then 20,000 people and one hotline that anybody of one role may answer, as in
`scale.py`. What we hold ourselves to: a second for each of the former, and at most 1.5 x the greedy rule where nobody is asked for twice.
"""

from __future__ import annotations

import argparse
import math
import random
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from heapq import nsmallest
from typing import Any

from common import Held, verdict

from campctl.effective.crowd import Crowd
from campctl.effective.demand import Demand
from campctl.effective.first_line import first_lines
from campctl.effective.lighting import Floor
from campctl.effective.places import Places
from campctl.model.campaign import Address, Answer, BackendSpec, Campaign, Hotline, Office, Seats, User

AT = datetime(2026, 11, 3, 15, tzinfo=UTC)
SKILLS = ("vp", "law", "rides", "press", "data", "field", "phone", "text")
LANGUAGES = ("es", "pl", "zh", "vi", "ko", "ar", "tl", "ht")
Present = dict[str, dict[str, int]]


def contested(people: int, hotlines: int, share: float = 1.2) -> Campaign:
    """Everybody with one to three skills and at times a language; hotlines of three priorities that ask for one or two of them."""
    chance = random.Random(7)
    office = Office("hq", "HQ", Address("1 Example Street", "Chicago", "IL", "60601", floor="1"), "America/Chicago", "local")
    users = {}
    for n in range(people):
        skills = tuple(chance.sample(SKILLS, chance.choice((1, 1, 2, 3))))
        languages = ("en", *chance.sample(LANGUAGES, chance.choice((0, 0, 1, 2))))
        users[f"u{n:05d}"] = User(
            f"u{n:05d}", f"U{n}", "hq", str(200_000 + n), role=chance.choice(("lead", "caller")), skills=skills, languages=languages
        )
    lines = {}
    for n in range(hotlines):
        languages = (chance.choice(LANGUAGES),) if chance.random() < 0.3 else ()
        answer = Answer(skills=tuple(chance.sample(SKILLS, chance.choice((1, 2, 3)))), languages=languages)
        size = max(1, round(people / hotlines * (share / 6 if languages else share)))
        lines[f"h{n:02d}"] = Hotline(f"h{n:02d}", f"H{n}", Seats(size, 0, size), answer, priority=chance.choice((10, 50, 90)))
    return _campaign({"hq": office}, users, lines)


def plain(people: int) -> Campaign:
    """One hotline of twenty seats that a third of the people may answer."""
    office = Office("hq", "HQ", Address("1 Example Street", "Chicago", "IL", "60601", floor="1"), "America/Chicago", "local")
    roles = ("caller", "organizer", "driver")
    users = {f"u{n:06d}": User(f"u{n:06d}", f"U{n}", "hq", str(200_000 + n), role=roles[n % 3]) for n in range(people)}
    return _campaign({"hq": office}, users, {"main": Hotline("main", "Main", Seats(20, 0, 40), Answer(roles=("caller",)))})


def _campaign(offices: dict[str, Office], users: dict[str, User], hotlines: dict[str, Hotline]) -> Campaign:
    return Campaign(
        name="Bench",
        country="US",
        time_zone="America/Chicago",
        default_backend="local",
        main_number="+13125550100",
        backends={"local": BackendSpec("local", "sim")},
        offices=offices,
        users=users,
        hotlines=hotlines,
    )


def greedy(campaign: Campaign, crowd: Crowd, present: Present) -> Present:
    """The rule before: in its turn a hotline takes who is there, then who sits nowhere, then who sits in one that chooses later."""
    claimed: set[str] = set()
    elsewhere = {line for lines in present.values() for line in lines}
    seated: Present = {}
    for hotline in sorted(campaign.hotlines.values(), key=lambda one: (-one.priority, one.id)):
        wanted, here = hotline.seats.baseline, present.get(hotline.id, {})
        sitting = [
            crowd.by_line(line, hotline.id, hotline.answer, "local", 1) for line in here if line.removeprefix("user/") not in claimed
        ]
        orders = sorted(one.order for one in sitting if one)[:wanted]
        claimed.update(crowd.person(order[-1]) for order in orders)
        if len(orders) < wanted:
            others = list(crowd.everyone(hotline.id, hotline.answer, "local", 1, claimed))
            more = nsmallest(wanted - len(orders), (order for order in others if order[-1] not in elsewhere))
            more += nsmallest(wanted - len(orders) - len(more), (order for order in others if order[-1] in elsewhere))
            claimed.update(crowd.person(order[-1]) for order in more)
            orders += more
        seats = (crowd.by_line(order[-1], hotline.id, hotline.answer, "local", 1) for order in orders)
        seated[hotline.id] = {one.line: 1 for one in seats if one}
    return seated


def at_once(campaign: Campaign, crowd: Crowd, present: Present) -> Present:
    """The rule of docs/seating.md."""
    demand = {hid: Demand(one.seats.baseline, "baseline", one.seats.baseline) for hid, one in campaign.hotlines.items()}
    lines = first_lines(campaign, demand, crowd, present).lines
    return {hid: {one.line: 1 for one in (*line.pinned, *line.stays, *line.joins)} for hid, line in lines.items()}


def timed(rule: Callable[[Campaign, Crowd, Present], Present], campaign: Campaign, present: Present, runs: int) -> tuple[float, Present]:
    """Median CPU seconds, from a crowd that has indexed nobody yet, and who sits."""
    times, found = [], {}
    for _ in range(runs):
        crowd = Crowd(campaign, Places(campaign), Floor(), AT)
        begun = time.process_time()
        found = rule(campaign, crowd, present)
        times.append(time.process_time() - begun)
    return statistics.median(times), found


def compared(name: str, campaign: Campaign, present: Present, runs: int) -> tuple[float, float, Present, Present]:
    """Both rules on one scene: seconds, ratio, and both seatings; printed."""
    base, theirs = timed(greedy, campaign, present, runs)
    own, mine = timed(at_once, campaign, present, runs)
    wanted = sum(one.seats.baseline for one in campaign.hotlines.values())
    both = f"greedy {base:7.3f} s fills {_filled(theirs):6,} of {wanted:,}; at once {own:7.3f} s fills {_filled(mine):6,}"
    print(f"{name:34} {both}; {own / base:.2f} x")
    return own, own / base, theirs, mine


def _filled(seated: Present) -> int:
    return sum(map(len, seated.values()))


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--hotlines", type=int, default=20)
    parser.add_argument("--runs", type=int, default=5)
    given: Any = parser.parse_args()
    campaign = contested(given.people, given.hotlines)
    cold, cold_ratio, before, _ = compared("contested, nobody sits yet", campaign, {}, given.runs)
    moved, moved_ratio, _, after = compared("contested, from the greedy seating", campaign, before, given.runs)
    still, still_ratio, _, again = compared("contested, right after an apply", campaign, after, given.runs)
    if again != after:
        sys.exit("right after an apply something would change")
    if _filled(after) < _filled(before):
        sys.exit("the greedy rule fills more")
    short, short_ratio, _, _ = compared("more seats than people", contested(given.people, given.hotlines, 2.0), before, given.runs)
    many = plain(20_000)
    _, first, _, seated = compared("20,000 people, one hotline", many, {}, given.runs)
    _, settled, _, _ = compared("20,000 people, right after", many, seated, given.runs)
    what = f"{given.people:,} people, {given.hotlines} hotlines"
    return verdict(
        [
            Held(f"{what}, nobody sits yet: s", cold, 1.0, f"{cold_ratio:.1f} x greedy"),
            Held(f"{what}, from another seating: s", moved, 1.0, f"{moved_ratio:.1f} x greedy"),
            Held(f"{what}, right after an apply: s", still, 1.0, f"{still_ratio:.1f} x greedy"),
            Held("the same with more seats than people: s", short, 1.0, f"{short_ratio:.1f} x greedy"),
            Held("20,000 people, one hotline / greedy", first, 1.5),
            Held("the same, right after an apply / greedy", settled, math.inf),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
