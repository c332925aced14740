"""`hotline plan --html`: the same as on a terminal, and more of it, as one page that opens without a network."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from campctl.app.results import Listing
from campctl.app.results_staffing import HotlineStaffing, Staffing
from campctl.views import report
from campctl.views.staffing import (
    calls_chart,
    clock,
    day_words,
    facts,
    gap_words,
    intervals,
    ladder,
    overview,
    seats_chart,
    service_chart,
)
from campctl.views.text import count


def page(result: Staffing, *, said: str, made: datetime) -> str:
    """The whole page. `said`: the command; `made`: now, aware."""
    first = result.hotlines[0]
    blocks: list[str] = []
    if len(result.hotlines) > 1:
        table = overview(result)
        columns = tuple(name for name in table.columns if name != "day")
        blocks += [report.heading("All hotlines"), report.table(Listing(of="hotline", columns=columns, rows=table.rows))]
    for number, plan in enumerate(result.hotlines, 1):
        blocks += _hotline(plan, f"h{number}")
    blocks += [report.paragraph(remark, soft=True) for remark in result.remarks]
    blocks += [report.paragraph(f"{finding.code}: {finding.detail}", soft=True) for finding in result.findings]
    missing = sum(bool(plan.gaps) for plan in result.hotlines)
    under = f"{count(missing, 'hotline')} short of people" if missing else "People for every interval"
    names = first.hotline if len(result.hotlines) == 1 else count(len(result.hotlines), "hotline")
    local = made.astimezone(ZoneInfo(first.time_zone))
    return report.document(f"Staffing of {names}, {day_words(first)}", blocks, under=under, said=said, made=local)


def _hotline(plan: HotlineStaffing, name: str) -> list[str]:
    """A hotline's part; `name` begins the ids in it."""
    blocks = [
        report.heading(plan.name if plan.name == plan.hotline else f"{plan.name} ({plan.hotline})"),
        report.facts(facts(plan)),
        report.figure(seats_chart(plan), name=f"{name}-people", values=False),
    ]
    if plan.gaps:
        blocks.append(report.heading("Where people are missing", deep=3))
        for gap in plan.gaps:
            blocks.append(report.paragraph(gap_words(plan, gap)))
            blocks.append(report.bullets(gap.advice))
            if gap.call_in:
                blocks.append(
                    report.folded(f"{len(gap.call_in)} of {gap.free + gap.off} people who sit nowhere", report.bullets(gap.call_in))
                )
            if gap.desks:
                blocks.append(report.folded(f"{len(gap.desks)} of {gap.dark} empty desks", report.bullets(gap.desks)))
    else:
        blocks.append(report.paragraph("There are people for every interval."))
    blocks += [
        report.figure(calls_chart(plan), name=f"{name}-calls", height=240, values=False),
        report.figure(service_chart(plan), name=f"{name}-service", height=260, values=False),
        report.table(ladder(plan), caption="What each level of service takes"),
        report.folded("Every interval", report.table(_local(plan))),
    ]
    return blocks


def _local(plan: HotlineStaffing) -> Listing:
    """The intervals with the clock on the wall."""
    table = intervals(Staffing(day="", hotlines=(plan,)))
    rows = tuple({**row, "start": clock(plan, row["start"])} for row in table.rows)
    return Listing(of="interval", columns=table.columns[1:], rows=rows)
