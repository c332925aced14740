"""`office evacuate`: an office's seats, desks and numbers go to others, and come back as they were."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from campctl.model.resources import Member, Route
from campctl.testing import FakeClock

from .conftest import TWO, Camp

EXAMPLES = Path(__file__).parents[2] / "examples"
ALLOW = ("--allow-updates", "--allow-protected")


def members(camp: Camp, *names: str) -> set[str]:
    """Everybody who sits in a hotline."""
    return {one.id for things in camp.resources(*names).values() for one in things.values() if isinstance(one, Member)}


def words(text: str) -> str:
    """Without the line breaks."""
    return " ".join(text.split())


def test_a_whole_office_and_back(camp: Camp) -> None:
    """Headquarters with lit desks, people in seats and direct numbers: one plan, empty afterwards, and exactly back."""
    camp.do("port", "light", "--office", "chicago-hq", "--any", "2", "--hotline", "voter-protection").ok()
    before = camp.resources()
    argv = (
        "office",
        "evacuate",
        "chicago-hq",
        "--to",
        "phoenix-field",
        "--calls-to",
        "user/kate.olsen",
        "--allow-updates",
        "--allow-protected",
    )
    told = words(camp.do(*argv, "--reason", "power is out", "--dry-run").ok().out)
    assert "Evacuate Chicago headquarters to Phoenix field office: 3 desks go dark, 2 light up;" in told
    assert "Route +1 312 555 0111 to Kate Olsen; was Ann Lee" in told
    assert "The way back: campctl office evacuate chicago-hq --back" in told
    assert camp.resources() == before
    camp.do(*argv, "--reason", "power is out", "--yes").ok()
    camp.settled()
    away = {line.partition("/")[2] for line in members(camp)}
    assert away
    assert not [line for line in away if "chicago-hq" in line or line in {"user/ann.lee", "user/ben.ortiz", "user/carla.nowak"}]
    routes = {one.number: one.to for one in camp.resources()["local"].values() if isinstance(one, Route)}
    assert routes["+13125550111"] == routes["+13125550101"] == "line/user/kate.olsen"
    assert routes["+18005550142"] == "queue/voter-protection"
    camp.do("office", "evacuate", "chicago-hq", "--back", "--yes", *ALLOW, "--reason", "power is back").ok()
    assert camp.resources() == before
    camp.settled()
    assert [row["kind"] for row in camp.do("override", "list", "--all", "-o", "json").ok().data["overrides"]] == ["port", "port"]


def test_without_a_front_desk_calls_lead_to_the_main_numbers_hotline(camp: Camp) -> None:
    """In a hurry the shortest command is enough; where there is neither, it says what to write."""
    said = camp.do("office", "evacuate", "chicago-hq", "--to", "phoenix-field", "--dry-run").ok().out
    assert "3 numbers lead to Main number" in said
    camp.edit("campaign.yaml", 'main_number: "+13125550100"', 'main_number: "+13125550180"')
    done = camp.do("office", "evacuate", "chicago-hq", "--to", "phoenix-field", "--dry-run")
    assert done.status == 2
    assert "--calls-to hotline/" in done.err


def test_seats_that_nobody_can_take_go_to_nobody(camp: Camp) -> None:
    """Where every one who may answer sits already, the words do not say that others take over; the end is said by its own clock.

    Without a terminal nothing is done, and the hint names what shows it first.
    """
    unasked = camp.do("office", "evacuate", "phoenix-field", "--to", "chicago-hq")
    assert (unasked.status, "See with --dry-run" in unasked.err) == (12, True)
    camp.do("hotline", "scale", "voter-protection", "7", "--until", "+2h", "--reason", "busy", "--yes", *ALLOW).ok()
    told = words(camp.do("office", "evacuate", "phoenix-field", "--to", "chicago-hq", "--dry-run").ok().out)
    assert "to others" not in told
    assert "Voter protection stays 2 seats short" in told
    assert re.search(r"override by tess until [\d: -]+ E[SD]T", told)


def test_it_ends_by_itself_and_everybody_is_back(camp: Camp, clock: FakeClock) -> None:
    """At its end the next plan brings back who sat there, even where others would be kept; an apply forgets it then."""
    before = members(camp)
    camp.do("office", "evacuate", "phoenix-field", "--to", "chicago-hq", "--until", "+1h", "--yes").ok()
    camp.do("hotline", "scale", "voter-protection", "5").ok()
    clock.advance(7200)
    camp.do("apply", "--yes").ok()
    assert before <= members(camp)
    camp.settled()
    assert [row["kind"] for row in camp.do("override", "list", "--all", "-o", "json").ok().data["overrides"]] == ["hotline"]


def test_override_clear_is_a_way_back_too(camp: Camp) -> None:
    """The same as --back."""
    before = camp.resources()
    camp.do("office", "evacuate", "phoenix-field", "--to", "chicago-hq", "--yes").ok()
    assert camp.resources() != before
    (row,) = camp.do("override", "list", "-o", "json").ok().data["overrides"]
    camp.do("override", "clear", row["id"], "--yes").ok()
    assert camp.resources() == before
    camp.settled()


def test_with_an_exchange_of_its_own(make: Callable[..., Camp]) -> None:
    """Numbers stay on their exchange and lead over a number to the other; one that is silent is left out, and done later."""
    text = TWO.replace("    name: Field office\n    backend: local\n", "    name: Field office\n    backend: other\n")
    text = text.replace("extension: 4001, skills", 'extension: 4001, number: "+16025550111", skills')
    camp = make(text)
    before = camp.resources("local", "other")
    camp.do("office", "evacuate", "field", "--to", "hq", "--calls-to", "hotline/help", "--yes").ok()
    assert camp.resources("other")["other"]["route/+16025550111"].to == "outside/+13125550100"  # type: ignore[union-attr]
    camp.do("office", "evacuate", "field", "--back", "--yes").ok()
    assert camp.resources("local", "other") == before
    camp.faults(exchange="other", down=True)
    done = camp.do("office", "evacuate", "field", "--to", "hq", "--calls-to", "hotline/help", "--yes")
    assert "other was left out, because it did not answer" in words(done.out + done.err)
    camp.faults(exchange="other")
    camp.do("apply", "--yes").ok()
    assert camp.resources("other")["other"]["route/+16025550111"].to == "outside/+13125550100"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("phoenix-field",), "Where to is not said"),
        (("phoenix-field", "--to", "phoenix-field"), "to itself"),
        (("phoenix-field", "--to", "chicago"), "Did you mean `chicago-hq`?"),
        (("chicago-hq", "--to", "phoenix-field", "--calls-to", "user/ann.lee"), "is at chicago-hq, which is evacuated"),
        (("chicago-hq", "--to", "phoenix-field", "--calls-to", "port/phoenix-field/b001"), "is dark"),
        (("phoenix-field", "--back"), "is not evacuated"),
        (("phoenix-field", "--back", "--to", "chicago-hq"), "--back ends an evacuation"),
    ],
)
def test_what_is_refused(camp: Camp, argv: tuple[str, ...], said: str) -> None:
    """In words, with nothing changed and nothing kept."""
    before = camp.resources()
    done: Any = camp.do("office", "evacuate", *argv, "--yes")
    assert done.status != 0
    assert said in words(done.err)
    assert camp.resources() == before
    assert camp.do("override", "list", "-o", "json").ok().data["overrides"] == []


def test_once_more_does_what_is_missing(camp: Camp) -> None:
    """Said again, as a runbook does after a crash: what is missing is made, who sat there stays known, the end is anew."""
    camp.do("port", "light", "--office", "phoenix-field", "--any", "2", "--hotline", "voter-protection").ok()
    camp.do("hotline", "scale", "voter-protection", "7").ok()
    before = camp.resources()
    again = ("office", "evacuate", "phoenix-field", "--to", "chicago-hq", "--yes")
    camp.faults(fail_calls=",".join(str(n) for n in range(3, 200)))
    assert camp.do(*again).status == 8
    camp.faults()
    assert camp.resources() != before
    assert "office" in {row["kind"] for row in camp.do("override", "list", "-o", "json").ok().data["overrides"]}
    camp.do(*again, "--until", "+2h").ok()
    away = camp.resources()
    assert not [line for line in members(camp) if "phoenix-field" in line]
    camp.settled()
    camp.do(*again, "--until", "+3h").ok()
    assert camp.resources() == away
    (row,) = [row for row in camp.do("override", "list", "-o", "json").ok().data["overrides"] if row["kind"] == "office"]
    assert row["end"] is not None
    camp.do("office", "evacuate", "phoenix-field", "--back", "--yes").ok()
    assert camp.resources() == before
    camp.settled()


def test_one_at_a_time(camp: Camp) -> None:
    """An office that is evacuated takes nobody in, and does not go to two others."""
    camp.do("office", "evacuate", "phoenix-field", "--to", "chicago-hq", "--yes").ok()
    (camp.root / "third.yaml").write_text((EXAMPLES / "new-office.yaml").read_text())
    third = camp.do("office", "evacuate", "phoenix-field", "--to", "tucson-field", "--yes")
    assert "is evacuated to chicago-hq already, by tess" in words(third.err)
    other = camp.do("office", "evacuate", "chicago-hq", "--to", "phoenix-field", "--calls-to", "hotline/main", "--yes")
    assert "phoenix-field itself is evacuated" in words(other.err)
