"""What plans say and in which order they act, held as text files; set CAMPCTL_REGOLD=1 to write them anew and read the diff."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from campctl.model.changes import Plan
from campctl.model.resources import NEVER, Key, Line, Location, Member, Queue, Route
from campctl.planning import encode, field_changes

GOLDEN = Path(__file__).parents[2] / "golden" / "planning"


def provision(case: Any) -> None:
    case.user("dee.fox", name="Dee Fox", office="columbus", extension="4002", number="+13125550112")
    case.put("old", Line("user/dee.fox", "4002", "Dee Fox", "+13125550112", "columbus"), Route("+13125550112", "line/user/dee.fox"))
    case.put("old", Line("port/columbus/b001", "4100", "columbus b001", "", "columbus", enabled=False))


def move_same_exchange(case: Any) -> None:
    case.user("ann.lee", office="columbus")
    case.edit("old", "line", "user/ann.lee", location="columbus")


def move_between_exchanges(case: Any) -> None:
    case.user("ann.lee", office="erie", extension="5001")
    line = case.want["old"][Key("line", "user/ann.lee")]
    case.drop("old", "line", "user/ann.lee")
    case.drop("old", "member", "vp/user/ann.lee")
    case.drop("old", "route", "+13125550111")
    case.put("new", replace(line, location="erie", extension="5001"), Route("+13125550111", "line/user/ann.lee"))
    case.put("old", Member("vp", "user/bob.ray", "Bob Ray"))


def swap_between_exchanges(case: Any) -> None:
    move_between_exchanges(case)
    case.edit("new", "line", "user/ann.lee", extension="3001")
    case.user("bob.ray", extension="3001")
    case.edit("old", "line", "user/bob.ray", extension="3001")


def light(case: Any) -> None:
    case.edit("old", "line", "port/chicago-hq/a002", enabled=True, name="Cy Moss", number="+13125550100")
    case.put("old", Member("vp", "port/chicago-hq/a002", "Cy Moss"))
    case.drop("old", "member", "vp/user/ann.lee")
    case.notes = {"port/chicago-hq/a002": ("override by ann until 21:00",)}


def phone_to_desk(case: Any) -> None:
    case.edit("old", "line", "port/chicago-hq/a002", enabled=True, name="Ann Lee")
    case.put("old", Member("vp", "port/chicago-hq/a002", "Ann Lee"))
    case.drop("old", "member", "vp/user/ann.lee")


def desk_to_phone(case: Any) -> None:
    case.edit("old", "line", "port/chicago-hq/a001", enabled=False)
    case.have["old"][Key("member", "vp/port/chicago-hq/a001")] = Member("vp", "port/chicago-hq/a001", "Cy Moss")
    case.drop("old", "member", "vp/port/chicago-hq/a001")
    case.put("old", Member("vp", "user/cy.moss", "Cy Moss"))


def darken(case: Any) -> None:
    case.edit("old", "line", "port/chicago-hq/a001", enabled=False)
    case.drop("old", "member", "vp/port/chicago-hq/a001")
    case.put("old", Member("vp", "user/cy.moss", "Cy Moss"))


def seat(case: Any) -> None:
    case.drop("old", "member", "vp/user/ann.lee")
    case.put("old", Member("vp", "user/cy.moss", "Cy Moss"))


def scale_up(case: Any) -> None:
    for n in (2, 3, 4):
        case.edit("old", "line", f"port/chicago-hq/a00{n}", enabled=True)
        case.put("old", Member("vp", f"port/chicago-hq/a00{n}", "volunteer"))
    case.put("old", Member("vp", "user/cy.moss", "Cy Moss"), Member("vp", "user/bob.ray", "Bob Ray", level=2))


def scale_down(case: Any) -> None:
    case.drop("old", "member", "vp/port/chicago-hq/a001")
    case.edit("old", "line", "port/chicago-hq/a001", enabled=False)
    case.notes = {"hotline/vp": ("baseline 1", "Ann Lee (user/ann.lee): has the skills")}


def rename(case: Any) -> None:
    case.user("ann.ray", name="Ann Ray", extension="3001")
    line, queue = case.want["old"][Key("line", "user/ann.lee")], case.want["old"][Key("queue", "vp")]
    case.drop("old", "line", "user/ann.lee")
    case.drop("old", "queue", "vp")
    case.drop("old", "member", "vp/user/ann.lee", "vp/port/chicago-hq/a001")
    case.put("old", replace(line, id="user/ann.ray", name="Ann Ray"), replace(queue, id="voters"))
    case.put("old", Member("voters", "user/ann.ray", "Ann Lee"), Member("voters", "port/chicago-hq/a001", "a001"))
    case.edit("old", "route", "+13125550111", to="line/user/ann.ray")
    case.edit("old", "route", "+18005550142", to="queue/voters")
    case.renames = [
        ("old", Key("line", "user/ann.lee"), Key("line", "user/ann.ray")),
        ("old", Key("queue", "vp"), Key("queue", "voters")),
    ]


def rename_where_it_cannot(case: Any) -> None:
    rename(case)
    case.can = {"old": replace(case.can["old"], rename=False)}


def rename_office(case: Any) -> None:
    case.campaign = replace(
        case.campaign, offices={("hq" if k == "chicago-hq" else k): replace(o, id=k) for k, o in case.campaign.offices.items()}
    )
    for key, value in list(case.want["old"].items()):
        if "chicago-hq" in key.id or getattr(value, "location", "") == "chicago-hq":
            del case.want["old"][key]
            names = {"id", "location", "line"} & set(value.__struct_fields__)
            case.put("old", replace(value, **{name: getattr(value, name).replace("chicago-hq", "hq") for name in names}))
    case.renames = [("old", Key("location", "chicago-hq"), Key("location", "hq"))]


def remove(case: Any) -> None:
    case.campaign = replace(case.campaign, users={k: v for k, v in case.campaign.users.items() if k != "ann.lee"})
    case.drop("old", "line", "user/ann.lee")
    case.drop("old", "member", "vp/user/ann.lee")
    case.drop("old", "route", "+13125550111")
    case.put("old", Member("vp", "user/cy.moss", "Cy Moss"))


def swap_extensions(case: Any) -> None:
    case.edit("old", "line", "user/ann.lee", extension="3002")
    case.edit("old", "line", "user/bob.ray", extension="3001")


def route(case: Any) -> None:
    case.edit("old", "route", "+13125550100", to="queue/vp", label="main number")
    case.put("old", Route("+13125550113", ""), Route("+13125550114", "outside/+13125550190"))
    case.edit("old", "route", "+18005550142", label="toll-free")


def fail_over(case: Any) -> None:
    case.edit("old", "queue", "vp", hours=NEVER, closed="queue/main")


def fail_back(case: Any) -> None:
    case.have["old"][Key("queue", "vp")] = replace(case.have["old"][Key("queue", "vp")], hours=NEVER, closed="outside/+13125550190")


def open_and_close(case: Any) -> None:
    case.put("old", Location("gary", "Gary", "7 Example Rd", "Gary", "IN", "46402"))
    case.put("old", Location("chicago-hq/3", "Floor 3", "1 Example Plaza", "Chicago", "IL", "60601", floor="3"))
    case.put("old", Queue("legal", "Legal help", "3901", failover="queue/press"), Queue("press", "Press", failover="queue/legal"))
    case.put("old", Member("legal", "user/bob.ray", "Bob Ray"), Route("+13125550115", "queue/legal"))
    case.drop("old", "route", "+18005550142")
    case.drop("old", "member", "vp/user/ann.lee", "vp/port/chicago-hq/a001")
    case.drop("old", "queue", "vp")
    case.drop("new", "location", "erie")


def update(case: Any) -> None:
    case.edit("old", "line", "user/ann.lee", permission="international", number="+13125550100")
    case.edit("old", "queue", "vp", max_waiting=50, overflow="queue/main", hours=("mon-fri 08:00-20:00",))
    case.edit("old", "location", "columbus", street="6 Example St")
    case.put("old", Route("+13125550116", "line/user/bob.ray"))
    case.edit("old", "line", "user/bob.ray", number="+13125550116")


SCENARIOS: tuple[Callable[[Any], None], ...] = (
    provision,
    move_same_exchange,
    move_between_exchanges,
    swap_between_exchanges,
    light,
    phone_to_desk,
    desk_to_phone,
    darken,
    seat,
    scale_up,
    scale_down,
    rename,
    rename_where_it_cannot,
    rename_office,
    remove,
    swap_extensions,
    route,
    fail_over,
    fail_back,
    open_and_close,
    update,
)


def text_of(made: Plan) -> str:
    """A plan as the golden files hold it."""
    lines = []
    for story in made.stories:
        lines += [f"{story.verb} {story.subject}", f"  {story.text}", *(f"    {note}" for note in story.notes)]
    lines.append("---")
    for change in made.changes:
        lines.append(change.id)
        if change.action == "update":
            lines += [f"    {item.field}: {item.before!r} -> {item.after!r}" for item in field_changes(change)]
        lines += [f"    after {need}" for need in change.needs]
    lines += [f"cost {cost.backend}: {cost.calls} calls, {cost.seconds} s ({cost.limit})" for cost in made.costs]
    lines += [f"guard {guard.name} {guard.flag}: {guard.message}" for guard in made.guards]
    return "\n".join(lines) + "\n"


def golden(name: str, found: bytes) -> None:
    path = GOLDEN / name
    if os.environ.get("CAMPCTL_REGOLD"):
        path.write_bytes(found)
    assert found.decode() == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_stories_and_order_are_as_written(case: Any, scenario: Callable[[Any], None]) -> None:
    """Each situation reads as its file says, and acts in that order."""
    scenario(case)
    made = case.plan()
    golden(f"{scenario.__name__}.txt", text_of(made).encode())
    told = [name for story in made.stories for name in story.changes]
    assert sorted(told) == sorted(change.id for change in made.changes)


def test_first_provision_reads_well(case: Any) -> None:
    """An empty exchange: offices open, people and desks are set up, hotlines open with their seats."""
    case.have = {"old": {}, "new": {}}
    golden("first.txt", text_of(case.plan()).encode())


def test_the_plan_file_is_as_written(case: Any) -> None:
    """The JSON of a plan is stable byte for byte: others read it."""
    move_between_exchanges(case)
    golden("plan.json", encode(case.plan()))
