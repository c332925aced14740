"""docs/metrics.md and the examples for Prometheus and Grafana name metrics that exist, and every metric is documented."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import Metric
from prometheus_client.parser import text_string_to_metric_families
from promql_parser import parse, parse_duration

from campctl.app.exporting import Exporter
from campctl.app.exporting_server import PORT
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


FUNCTIONS = {"humanize", "humanizeDuration", "humanizePercentage", "humanize1024", "humanizeTimestamp"}
"""Of Prometheus' templates, those an alert may put a value through."""


@pytest.mark.parametrize(("where", "expression"), [one for one in expressions() if not one[1].startswith("label_values(")])
def test_an_expression_is_promql(where: str, expression: str) -> None:
    """Names, types of arguments and brackets, as Prometheus reads them; Grafana has put its variables in by then."""
    parse(expression.replace("$__rate_interval", "5m").replace("$__range", "1h"))


def test_promql_that_is_wrong_is_refused() -> None:
    """So that the test above can fail."""
    for wrong in ("sum(up", "rate(up)", "up{a=b}", "up and on hotline down", "no_such_function(up)"):
        with pytest.raises(ValueError, match=r"."):
            parse(wrong)


def test_the_rules_are_what_prometheus_takes() -> None:
    """Groups and rules with the fields there are, times it reads, and templates that name labels the metrics have."""
    document = yaml.safe_load(RULES.read_text())
    assert document.keys() == {"groups"}
    known = samples()
    for group in document["groups"]:
        assert group.keys() <= {"name", "interval", "rules"}
        names = [rule["alert"] for rule in group["rules"]]
        assert len(set(names)) == len(names)
        for rule in group["rules"]:
            assert rule.keys() <= {"alert", "expr", "for", "labels", "annotations"}
            parse_duration(rule.get("for", "1m"))
            assert rule["labels"]["severity"] in {"critical", "warning"}
            labels = set().union(*(known[name] for name in NAME.findall(rule["expr"])), {"instance", "job"})
            for template in rule["annotations"].values():
                assert template.count("{{") == template.count("}}")
                for inside in re.findall(r"\{\{(.*?)\}\}", template):
                    value, *functions = (part.strip() for part in inside.split("|"))
                    assert value == "$value" or value.removeprefix("$labels.") in labels, (rule["alert"], inside)
                    assert set(functions) <= FUNCTIONS, (rule["alert"], inside)


def test_the_scrape_configuration_finds_the_exporter_and_the_rules() -> None:
    """It asks where the exporter listens unless told otherwise, by the job the rules speak of, and takes in the file that is there."""
    document = yaml.safe_load((RULES.parent / "prometheus.yml").read_text())
    (job,) = document["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"127.0.0.1:{PORT}"]}]
    assert f'up{{job="{job["job_name"]}"}}' in RULES.read_text()
    parse_duration(job["scrape_interval"])
    assert document["rule_files"] == [RULES.name]


def test_a_scrape_is_read_by_prometheus_own_parser() -> None:
    """What the exporter writes comes back with every sample, also of a name with quotes, backslashes and line ends in it."""
    made = Exporter(lambda: DEFAULT_RULES, lambda: 0)
    odd = 'a"b\\c\nd'
    made.hear(Event(at=NOW, backend=odd, type="call-queued"))
    made.show(picture(hotlines=(hotline(),)))
    registry = CollectorRegistry(auto_describe=False)
    registry.register(made)  # type: ignore[arg-type]  # a collector by what it does
    read = {(sample.name, *sorted(sample.labels.items())) for family in text_string_to_metric_families(generate_latest(registry).decode())
            for sample in family.samples}  # fmt: skip
    written = {(sample.name, *sorted(sample.labels.items())) for family in made.collect() for sample in family.samples}
    assert read == written
    assert ("campctl_backend_events_total", ("backend", odd), ("type", "call-queued")) in read


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
