"""`hotline failover`: calls of a hotline go elsewhere for a while, and come back."""

from __future__ import annotations

import pytest

from campctl.model.resources import NEVER, Queue

from .conftest import Camp


def queue(camp: Camp, hotline: str = "voter-protection") -> Queue:
    """A hotline as the exchange has it."""
    found = camp.resources()["local"][f"queue/{hotline}"]
    assert isinstance(found, Queue)
    return found


def test_there_and_back(camp: Camp) -> None:
    """To its own `failover`, with its story; nothing is left to plan; back, everything is as before."""
    before = camp.resources()
    done = camp.do("hotline", "failover", "voter-protection", "--until", "+2h", "--reason", "lines are down", "--dry-run").ok()
    assert "Fail Voter protection over to Main number; +1 800 555 0142 and extension 3900 lead there" in " ".join(done.out.split())
    assert "still answered by its 4 seats" in " ".join(done.out.split())
    assert camp.resources() == before
    camp.do("hotline", "failover", "voter-protection", "--until", "+2h").ok()
    assert (queue(camp).hours, queue(camp).closed) == (NEVER, "queue/main")
    camp.settled()
    assert "calls go to hotline/main" in camp.do("hotline", "list").ok().out
    back = camp.do("hotline", "failover", "voter-protection", "--back").ok()
    assert "Take Voter protection back from Main number" in back.out + back.err
    assert camp.resources() == before
    camp.settled()


def test_scaling_keeps_the_failover_and_a_later_one_replaces_it(camp: Camp) -> None:
    """Seats and calls are two overrides of one hotline; an absolute figure replaces seats only."""
    camp.do("hotline", "failover", "voter-protection").ok()
    camp.do("hotline", "scale", "voter-protection", "6").ok()
    assert queue(camp).hours == NEVER
    camp.do("hotline", "failover", "voter-protection", "--to", "+13125550190").ok()
    assert queue(camp).closed == "outside/+13125550190"
    listed = camp.do("override", "list", "-o", "json").ok().data["overrides"]
    assert [row["seats"]["amount"] for row in listed if row["seats"]] == [6]
    assert [row["to"] for row in listed if row["to"]] == [{"kind": "outside", "id": "+13125550190"}]
    camp.settled()


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("main",), "main has no `failover`"),
        (("main", "--to", "main"), "passed round: main to main"),
        (("main", "--to", "mian"), "Did you mean `main`?"),
        (("main", "--to", "phoenix-field"), "--to hotline/"),
        (("main", "--to", "port/chicago-hq/a001"), "is dark"),
        (("main", "--to", "outside/12"), "12"),
        (("main", "--back"), "is not failed over"),
        (("main", "--back", "--to", "voter-protection"), "--back ends a failover"),
        (("nowhere",), "no hotline `nowhere`"),
    ],
)
def test_what_is_refused(camp: Camp, argv: tuple[str, ...], words: str) -> None:
    """In words, with nothing changed and nothing kept."""
    before = camp.resources()
    done = camp.do("hotline", "failover", *argv)
    assert done.status != 0
    assert words in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert camp.resources() == before
    assert camp.do("override", "list", "-o", "json").ok().data["overrides"] == []


def test_a_failover_is_no_fact_to_promote(camp: Camp) -> None:
    """What lasts is an edit of the YAML."""
    camp.do("hotline", "failover", "voter-protection").ok()
    (row,) = camp.do("override", "list", "-o", "json").ok().data["overrides"]
    assert "for a while" in camp.do("override", "promote", row["id"], "--yes").err
    camp.do("override", "clear", row["id"]).ok()
    assert queue(camp).hours != NEVER
