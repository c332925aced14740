"""An office goes from one exchange to another, with its people and numbers, in one plan; and back."""

from __future__ import annotations

from typing import Any

import pytest

MOVED = "+13125550111", "+13125550112"


@pytest.fixture
def two(make, two_text) -> Any:
    """Two exchanges; the headquarters on the first, applied."""
    return make(two_text.replace("  backend: local\n", "  backend: local\n  policy: {max_update_share: 100%, max_delete_share: 100%}\n", 1))


def send(camp: Any, to: str) -> None:
    """Write into the YAML that the headquarters is on the other exchange, and its hotline with it."""
    back = {"other": "local", "local": "other"}[to]
    camp.edit("campaign.yaml", f"    name: Headquarters\n    backend: {back}\n", f"    name: Headquarters\n    backend: {to}\n")
    text = camp.read("campaign.yaml")
    text = (
        text.replace("    name: Help\n", f"    name: Help\n    backend: {to}\n")
        if "Help\n    backend" not in text
        else text.replace(f"    name: Help\n    backend: {back}\n", f"    name: Help\n    backend: {to}\n")
    )
    (camp.root / "campaign.yaml").write_text(text)


def numbers_always_owned(camp: Any, since: tuple[int, int], start: str) -> None:
    """After every operation of either exchange, each moved number has a route on at least one of them."""
    logs = {"local": camp.log("local")[since[0] :], "other": camp.log("other")[since[1] :]}
    did = [(name, operation) for name, log in logs.items() for operation in log if operation.result == "done"]
    did.sort(key=lambda pair: pair[1].at)
    for number in MOVED:
        at = {start}
        for name, operation in did:
            if operation.key == ("route", number):
                (at.add if operation.action == "create" else at.discard)(name)
            assert at, f"{number} is nowhere after {operation.change}"
        assert len(at) == 1
        assert at != {start}


def test_there_and_back(two) -> None:
    """One plan: created there, the number moved, removed here; people keep extension and number; moving back is the same."""
    before = two.resources("local", "other")
    assert [key for key in before["other"] if "ann" in key] == []
    since = len(two.log("local")), len(two.log("other"))
    send(two, "other")
    told = two.do("plan", "-o", "json").ok().data["plan"]
    assert any("Ann Lee" in story["text"] and "other" in story["text"] for story in told["stories"])
    two.do("apply", "--yes").ok()
    now = two.resources("local", "other")
    assert "line/user/ann.lee" not in now["local"]
    assert now["other"]["line/user/ann.lee"] == before["local"]["line/user/ann.lee"]
    assert now["other"]["route/+13125550111"].to == "line/user/ann.lee"
    assert "route/+13125550111" not in now["local"]
    assert now["other"]["route/+13125550100"].to == "queue/help"
    assert [key for key in now["other"] if key.startswith("location/")] == ["location/hq"]
    assert "line/user/cy.stone" in now["local"]
    numbers_always_owned(two, since, "local")
    two.settled()
    since = len(two.log("local")), len(two.log("other"))
    send(two, "local")
    two.do("apply", "--yes").ok()
    assert {key for key in two.resources("local")["local"] if "member" not in key} == {
        key for key in before["local"] if "member" not in key
    }
    assert two.resources("other")["other"] == {}
    numbers_always_owned(two, since, "other")
    two.settled()


def test_one_person_to_an_office_on_the_other_exchange(make, two_text) -> None:
    """`move` across exchanges: the plan says so, the number never has no owner, and the run can be rolled back."""
    camp = make(two_text.replace("    name: Field office\n    backend: local\n", "    name: Field office\n    backend: other\n"))
    before = camp.resources("local", "other")
    since = len(camp.log("local")), len(camp.log("other"))
    moved = camp.do("move", "bo.diaz", "--to", "field", "--yes", "-o", "json").ok()
    (story,) = [story for story in moved.data["plan"]["stories"] if story["subject"] == "user/bo.diaz"]
    assert "keeps 3002 and +1 312 555 0112" in story["text"]
    now = camp.resources("local", "other")
    assert "line/user/bo.diaz" not in now["local"]
    assert (now["other"]["line/user/bo.diaz"].extension, now["other"]["line/user/bo.diaz"].location) == ("3002", "field")
    did = [("local", operation) for operation in camp.log("local")[since[0] :]]
    did += [("other", operation) for operation in camp.log("other")[since[1] :]]
    did.sort(key=lambda pair: pair[1].at)
    routed = [(name, operation.action) for name, operation in did if operation.key == ("route", "+13125550112")]
    assert routed == [("other", "create"), ("local", "delete")]
    camp.settled()
    camp.do("rollback", moved.data["run"]["id"], "--yes").ok()
    assert camp.resources("local", "other") == before


@pytest.mark.parametrize("dies", ["local", "other"])
def test_one_of_the_two_fails_half_way(two, dies) -> None:
    """One exchange stops answering in the middle: no number is lost, the summary says what happened, and the next apply ends it."""
    send(two, "other")
    since = len(two.log("local")), len(two.log("other"))
    two.faults(exchange=dies, drop_after_calls="1", fail_calls="2,3")
    two.do("apply", "--yes")
    two.faults(exchange=dies)
    two.do("apply", "--yes").ok()
    numbers_always_owned(two, since, "local")
    two.settled()


def test_a_dead_exchange_does_not_hold_up_the_other(make, two_text, clock) -> None:
    """While one is down, desks of the other are lit and people of it move; what concerns the dead one is refused with 9."""
    camp = make(two_text.replace("    name: Field office\n    backend: local\n", "    name: Field office\n    backend: other\n"))
    before, yaml = camp.resources("other"), camp.read("campaign.yaml")
    camp.faults(exchange="other", down=True)
    lit = camp.do("port", "light", "hq/a001", "--yes", "-o", "json").ok()
    assert camp.line("port/hq/a001").enabled
    assert any("other" in warning and "did not answer" in warning for warning in lit.data["warnings"])
    camp.do("hotline", "scale", "help", "+1", "--yes").ok()
    camp.do("user", "provision", "di.moss", "--name", "Di Moss", "--office", "hq", "--yes").ok()
    camp.do("user", "deprovision", "di.moss", "--yes").ok()
    for argv in (
        ["move", "bo.diaz", "--to", "field"],
        ["move", "cy.stone", "--to", "hq"],
        ["user", "deprovision", "cy.stone"],
        ["apply", "--target", "office/field"],
        ["apply"],
        ["plan"],
    ):
        answer = camp.do(*argv, *([] if argv == ["plan"] else ["--yes"]))
        assert answer.status == 9, (argv, answer.out)
        assert "other" in answer.err
    assert camp.read("campaign.yaml") == yaml
    camp.faults(exchange="other")
    assert camp.resources("other") == before
    camp.settled()
