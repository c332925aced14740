"""`rehearse --html`: the whole day of every hotline as one page that opens without a network. The same seed gives the same bytes."""

from __future__ import annotations

from campctl.app.results import Listing
from campctl.app.results_rehearsal import HotlineDay, Rehearsal
from campctl.views import report
from campctl.views.rehearsal import (
    aim,
    differences,
    facts,
    flights,
    hotlines,
    intervals,
    miss_words,
    moves,
    percent,
    plus_minus,
    title,
    verdict,
)
from campctl.views.rehearsal_charts import at_once_chart, calls_chart, clock, level_chart, people_chart, wait_chart
from campctl.views.text import count, seconds


def page(result: Rehearsal, *, said: str) -> str:
    """The whole page. `said`: the command."""
    table = hotlines(result)
    columns = tuple(name for name in table.columns if name != "day")
    blocks = [
        report.facts(facts(result)),
        report.heading("All hotlines"),
        report.table(Listing(of="hotline", columns=columns, rows=table.rows)),
        report.figure(at_once_chart(result), name="at-once", height=240),
    ]
    if result.autopilot is not None:
        blocks += [report.heading("The autopilot"), report.table(flights(result))]
        for one in result.autopilot:
            blocks.append(report.folded(f"Its moves of {one.hotline} on the first day", report.table(moves(result, one))))
    if result.against is not None:
        blocks += [
            report.heading(f"Against {result.against.other}"),
            report.paragraph("This plan less the other one, over the very same callers.", soft=True),
            report.table(differences(result.against)),
            report.bullets([f"{one.hotline}: {words}" for one in result.against.differences if (words := verdict(one.better, one.worse))]),
        ]
    for day in result.hotlines:
        blocks += _hotline(result, day)
    blocks += [report.paragraph(remark, soft=True) for remark in result.remarks]
    blocks += [report.paragraph(f"{finding.code}: {finding.detail}", soft=True) for finding in result.findings]
    missed = sum(bool(one.misses) for one in result.hotlines)
    under = f"{count(missed, 'hotline')} missed the target" if missed else "Every hotline kept its target all day"
    return report.document(title(result), blocks, under=under, said=said)


def _hotline(result: Rehearsal, one: HotlineDay) -> list[str]:
    day = one.day
    told = {
        "target": aim(one),
        "in time": percent(day.level),
        "calls": f"{plus_minus(day.offered)} (expected from outside: {one.expected:,.0f})",
        "answered": plus_minus(day.answered),
        "gave up": plus_minus(day.abandoned),
        "turned away": plus_minus(day.turned_away),
        "came while it was closed": plus_minus(day.closed),
        "went on to elsewhere": plus_minus(day.went_on),
        "mean wait": f"{plus_minus(day.waited, digits=1)} s",
        "longest wait": seconds(day.longest),
        "occupancy": percent(day.occupancy),
        "calls at once": plus_minus(day.trunks),
        "calls from": one.source,
    }
    blocks = [report.heading(one.name if one.name == one.hotline else f"{one.name} ({one.hotline})"), report.facts(told)]
    if one.misses:
        blocks += [report.heading(f"Where it missed {aim(one)}", deep=3), report.bullets([miss_words(result, miss) for miss in one.misses])]
    charts = {"level": level_chart, "calls": calls_chart, "people": people_chart, "waits": wait_chart}
    blocks += [report.figure(draw(result, one), name=f"{one.hotline}-{name}", height=260) for name, draw in charts.items()]
    blocks.append(report.folded("Every interval", report.table(_local(result, one))))
    return blocks


def _local(result: Rehearsal, one: HotlineDay) -> Listing:
    """The intervals with the clock on the wall."""
    table = intervals(result)
    rows = tuple({**row, "start": clock(result, row["start"])} for row in table.rows if row["hotline"] == one.hotline)
    return Listing(of="interval", columns=table.columns[1:], rows=rows)
