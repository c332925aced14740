"""A saved plan is carried out only as what would be planned now; the file itself is never trusted."""

from __future__ import annotations

import json
from typing import Any

import pytest


def saved(camp: Any) -> Any:
    """A plan that changes Ann's name, as JSON."""
    camp.edit("people.yaml", "name: Ann Lee", "name: Ann B. Lee")
    camp.do("plan", "--out", str(camp.root / "next.plan")).ok()
    return json.loads((camp.root / "next.plan").read_text())


@pytest.mark.parametrize("forge", ["another change", "a change less"])
def test_an_edited_plan(camp: Any, forge: str) -> None:
    """A change that was put in or taken out is found, and nothing is done."""
    plan = saved(camp)
    if forge == "another change":
        plan["changes"][0]["after"]["permission"] = "international"
    else:
        plan["changes"].pop()
    (camp.root / "next.plan").write_text(json.dumps(plan))
    before = camp.resources()
    done = camp.do("apply", str(camp.root / "next.plan"), "--yes")
    assert done.status == 6
    assert "Nothing was changed" in done.err
    assert camp.resources() == before


def test_guardrails_taken_out_of_a_plan(camp: Any) -> None:
    """Guardrails speak for what would be planned now, whatever the file says."""
    camp.edit("campaign.yaml", "max_update_share: 30%", "max_update_share: 0%")
    camp.edit("campaign.yaml", "minimum_sample: 20", "minimum_sample: 1")
    plan = saved(camp)
    assert [guard["name"] for guard in plan["guards"]] == ["too-many-updates"]
    plan["guards"] = []
    (camp.root / "next.plan").write_text(json.dumps(plan))
    assert camp.do("apply", str(camp.root / "next.plan"), "--yes").status == 5
    assert camp.line("user/ann.lee").name == "Ann Lee"


def test_a_plan_that_fits(camp: Any) -> None:
    """An untouched plan is carried out."""
    saved(camp)
    camp.do("apply", str(camp.root / "next.plan"), "--yes").ok()
    assert camp.line("user/ann.lee").name == "Ann B. Lee"


def test_nothing_to_do_is_not_audited(camp: Any) -> None:
    """A timer that applies every minute does not fill the log with nothing."""
    before = len(camp.do("audit", "log", "-o", "json").ok().data["entries"])
    camp.do("apply", "--yes").ok()
    assert len(camp.do("audit", "log", "-o", "json").ok().data["entries"]) == before
