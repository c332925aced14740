"""docs/metrics.md and the examples for Prometheus and Grafana name metrics that exist, and every metric is documented."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client.core import Metric

from campctl.app.exporting import Exporter
from campctl.app.picture import ActivityLine
from campctl.model.alerts import DEFAULT_RULES, MEASURES
from campctl.model.live import Event
from servers.pictures import NOW, hotline, picture

ROOT = Path(__file__).resolve().parents[2]
RULES = ROOT / "examples/prometheus/campctl-rules.yml"
DASHBOARD = ROOT / "examples/grafana/campctl.json"
NAME = re.compile(r"campctl_[a-z_]+[a-z]")


def families() -> list[Metric]:
    """Every metric, each with a sample."""
    made = Exporter(lambda: DEFAULT_RULES, lambda: 0)
    made.hear(Event(at=NOW, backend="local", type="call-queued"))
    run = ActivityLine(at=NOW, kind="run", who="bo", what="campctl apply", result="done", ref="r1")
    made.show(picture(hotlines=(hotline(),), activity=(run,)))
    return list(made.collect())


def samples() -> dict[str, set[str]]:
    """Sample's name to its labels."""
    return {sample.name: set(sample.labels) for family in families() for sample in family.samples}


def expressions() -> list[tuple[str, str]]:
    """Every expression of the examples, with where it stands."""
    rules = [(rule["alert"], rule["expr"]) for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]
    dashboard = json.loads(DASHBOARD.read_text())
    panels = [(panel["title"], target["expr"]) for panel in dashboard["panels"] for target in panel["targets"]]
    variables = [(one["name"], one["definition"]) for one in dashboard["templating"]["list"] if one["type"] == "query"]
    notes = [(one["name"], one["expr"]) for one in dashboard["annotations"]["list"]]
    return [*rules, *panels, *variables, *notes]


def test_every_metric_has_a_sample_here() -> None:
    """So that a name which is misspelt cannot hide behind one that has none."""
    assert all(family.samples for family in families())


@pytest.mark.parametrize(("where", "expression"), expressions())
def test_an_expression_names_what_exists(where: str, expression: str) -> None:
    """Each metric of a rule, a panel, a variable is one the exporter gives, with the labels that are asked of it."""
    known = samples()
    names = NAME.findall(expression)
    assert set(names) <= known.keys(), where
    assert names or "up{" in expression
    for name, labels in re.findall(r"(campctl_[a-z_]+[a-z])\{([^}]*)\}", expression):
        assert set(re.findall(r"(\w+)\s*=?[=!~]", labels)) <= known[name], where
    assert expression.count("(") == expression.count(")")


def test_every_metric_is_in_the_dashboard_or_the_rules_or_told_why_not() -> None:
    """A metric nobody looks at is one too many."""
    used = {name for _, expression in expressions() for name in NAME.findall(expression)}
    unused = samples().keys() - used
    assert unused <= {
        "campctl_build_info",
        "campctl_backend_active_calls",
        "campctl_overrides_active",
        "campctl_hotline_calls_answered_within_total",
    }


def test_every_metric_is_documented() -> None:
    """docs/metrics.md has each, with its help text and labels, and no other."""
    page = (ROOT / "docs/metrics.md").read_text()
    rows = dict(re.findall(r"^\| `(campctl_\w+)`(?: \([^)]*\))? \| ([^|]*) \|", page, re.MULTILINE))
    assert rows.keys() == samples().keys()
    for family in families():
        for sample in family.samples:
            labels = ", ".join(f"`{label}`" for label in sample.labels)
            assert rows[sample.name].strip() == labels, sample.name


def test_every_condition_is_documented() -> None:
    """docs/alerts.md has each, as the schema says it."""
    page = (ROOT / "docs/alerts.md").read_text()
    for when, measure in MEASURES.items():
        assert re.search(rf"^\| `{when}` \|", page, re.MULTILINE), when
        assert measure.doc[:40] in page, when


def test_the_rules_hold_with_promtool() -> None:
    """Where Prometheus is installed, it says so itself."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed")
    subprocess.run([promtool, "check", "rules", str(RULES)], check=True, timeout=60)


def test_the_dashboard_is_one() -> None:
    """Panels have ids of their own and do not lie on each other; each says where its figures come from."""
    dashboard = json.loads(DASHBOARD.read_text())
    panels = dashboard["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells: set[tuple[int, int]] = set()
    for panel in panels:
        place: dict[str, Any] = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        mine = {(place["x"] + right, place["y"] + down) for right in range(place["w"]) for down in range(place["h"])}
        assert not mine & cells, panel["title"]
        cells |= mine
        assert panel["datasource"]["uid"] == "${datasource}"
