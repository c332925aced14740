"""`hotline plan` on a sheet: need against what is there, where it is short and what to do, what other targets would take."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo

from campctl.app.results import Listing
from campctl.app.results_staffing import Gap, HotlineStaffing, Staffing
from campctl.capacity.staffing import Need
from campctl.views.charts import Chart, Series, can_draw, put, sparkline
from campctl.views.sheet import Sheet
from campctl.views.text import count, seconds

SPARK = 12
"""Columns of a day in the table of all hotlines."""
FEW = 6
"""Ids that are listed before "and so many more"."""


def staffing(result: Staffing, sheet: Sheet) -> None:
    """One hotline in full; of all, a table and what is missing. Plain: the intervals, one a line."""
    if sheet.style.format == "plain":
        sheet.table(intervals(result))
        return
    if len(result.hotlines) == 1:
        _whole(result.hotlines[0], sheet)
    else:
        _overview(result, sheet)
    for remark in result.remarks:
        sheet.words.line(remark)
    if result.findings:
        from campctl.views.findings import short

        short(result.findings, sheet.words)


def _whole(plan: HotlineStaffing, sheet: Sheet) -> None:
    sheet.page.line(("bold", title(plan)))
    sheet.facts(facts(plan), indent=2)
    sheet.page.blank()
    put(seats_chart(plan), sheet.page, sheet.terminal)
    sheet.page.blank()
    _missing(plan, sheet)
    sheet.page.blank()
    sheet.table(ladder(plan), title="What each level of service takes")


def _overview(result: Staffing, sheet: Sheet) -> None:
    zones = {plan.time_zone for plan in result.hotlines}
    where = f" ({next(iter(zones))})" if len(zones) == 1 else ""
    sheet.page.line(("bold", f"Staffing of {count(len(result.hotlines), 'hotline')}, {day_words(result.hotlines[0])}{where}"))
    sheet.page.blank()
    sheet.table(overview(result, plain=not can_draw(sheet.terminal)))
    short = [plan for plan in result.hotlines if plan.gaps]
    for plan in short:
        sheet.page.blank()
        sheet.page.line(("bold", plan.hotline))
        _missing(plan, sheet)
    if not short:
        sheet.words.line(("bold green", "Enough"), ": at no time is anybody missing.")


def _missing(plan: HotlineStaffing, sheet: Sheet) -> None:
    """Gaps, each with what to do."""
    if not plan.gaps:
        sheet.page.line(("bold green", "Enough"), ": there are people for every interval.")
        return
    for gap in plan.gaps:
        sheet.page.line(("bold red", f"{gap_words(plan, gap)}"), indent=0)
        for advice in gap.advice:
            sheet.page.line(("cyan", "= "), advice, indent=2, hang=2)
        if gap.call_in:
            sheet.page.line(("dim", "call in: "), some(gap.call_in, gap.free + gap.off), indent=4, hang=9)
        if gap.desks:
            sheet.page.line(("dim", "desks: "), some(gap.desks, gap.dark), indent=4, hang=7)


def title(plan: HotlineStaffing) -> str:
    """What of, when, in which zone."""
    name = f" ({plan.name})" if plan.name != plan.hotline else ""
    return f"Staffing of {plan.hotline}{name}, {day_words(plan)}, {plan.time_zone}"


def day_words(plan: HotlineStaffing) -> str:
    """`Tuesday 3 November 2026`."""
    day = plan.start.astimezone(ZoneInfo(plan.time_zone))
    return f"{day:%A} {day.day} {day:%B %Y}"


def facts(plan: HotlineStaffing) -> dict[str, object]:
    """Assumptions and the figures that sum the day up."""
    given = plan.given
    peak = busiest(plan)
    endless = math.isinf(given.patience)
    level, abandoned = met(plan)
    people = f", and of those called in {given.shrinkage:.0%} are away" if given.shrinkage else ""
    asked = f"{given.target.level:.0%} within {seconds(given.target.within)}"
    return {
        "calls": f"{plan.calls:,.0f}" + (f", {plan.calls_closed:,.0f} of them while it is closed" if plan.calls_closed >= 1 else ""),
        "from": plan.source,
        "a call takes": seconds(given.handling) + (" (by interval where the forecast says so)" if varies(plan) else ""),
        "callers wait": "for ever (Erlang C)" if endless else f"{seconds(given.patience)} in the mean (Erlang A)",
        "service": f"{asked}; people talk {given.target.occupancy:.0%} of their time at most{people}",
        "most needed": f"{count(peak.people, 'person', 'people')} at {clock(plan, peak.start)}, and {peak.have} are there then",
        "callers meet": f"{level:.1%} answered within {seconds(given.target.within)}, {abandoned:.1%} give up, over the whole day",
        "trunks": f"{plan.trunks:,} (one call in {round(1 / given.blocking):,} finds all of them busy)",
    }


def varies(plan: HotlineStaffing) -> bool:
    """Whether handling times differ by interval."""
    return any(row.calls and row.load and abs(row.load / row.calls * plan.length - plan.given.handling) > 0.5 for row in plan.intervals)


def busiest(plan: HotlineStaffing) -> Need:
    """The interval with the most people needed, the first of them."""
    return max(plan.intervals, key=lambda row: row.people)


def met(plan: HotlineStaffing) -> tuple[float, float]:
    """Of the calls that come while it is open: the share answered in time, and the share who give up."""
    open_ = [row for row in plan.intervals if row.service is not None]
    total = sum(row.calls for row in open_)
    if not total:
        return 1.0, 0.0
    level = sum(row.calls * row.service.level for row in open_ if row.service)
    return level / total, sum(row.calls * row.service.abandoned for row in open_ if row.service) / total


def clock(plan: HotlineStaffing, at: datetime) -> str:
    """The time on the wall of the hotline's zone."""
    return f"{at.astimezone(ZoneInfo(plan.time_zone)):%H:%M}"


def gap_words(plan: HotlineStaffing, gap: Gap) -> str:
    """`10:00-12:00: 2 people missing (402 needed at 10:00, 400 there)`."""
    end = "24:00" if gap.end == plan.end else clock(plan, gap.end)
    missing = count(gap.short, "person", "people")
    return f"{clock(plan, gap.start)}-{end}: {missing} missing ({gap.people} needed at {clock(plan, gap.worst)}, {gap.have} there)"


def some(ids: tuple[str, ...], all_: int) -> str:
    """The first few, and how many more there are."""
    shown = ids[:FEW]
    rest = all_ - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest > 0 else "")


def marks(plan: HotlineStaffing) -> tuple[str, ...]:
    """The beginning of each interval on the wall's clock."""
    zone = ZoneInfo(plan.time_zone)
    return tuple(f"{row.start.astimezone(zone):%H:%M}" for row in plan.intervals)


def seats_chart(plan: HotlineStaffing) -> Chart:
    """People needed against people there."""
    return Chart(
        title=f"People on {plan.hotline}, {day_words(plan)}",
        marks=marks(plan),
        series=(
            Series(name="people needed", values=tuple(float(row.people) for row in plan.intervals), kind="bar"),
            Series(name="people there", values=tuple(float(row.have) for row in plan.intervals), pick="min"),
        ),
        unit="people",
        across=plan.time_zone,
        short="missing",
    )


def calls_chart(plan: HotlineStaffing) -> Chart:
    """Calls by interval."""
    return Chart(
        title=f"Calls expected in {seconds(plan.length)}",
        marks=marks(plan),
        series=(Series(name="calls", values=tuple(round(row.calls, 2) for row in plan.intervals), kind="bar", pick="sum"),),
        unit="calls",
        across=plan.time_zone,
    )


def service_chart(plan: HotlineStaffing) -> Chart:
    """The share answered in time with the people there, against the target."""
    return Chart(
        title=f"Answered within {seconds(plan.given.target.within)}, with the people there",
        marks=marks(plan),
        series=(
            Series(
                name="answered in time",
                values=tuple(row.service.level if row.service and row.calls else None for row in plan.intervals),
                pick="min",
            ),
            Series(name="target", values=(plan.given.target.level,) * len(plan.intervals), kind="line"),
            Series(name="give up", values=tuple(row.service.abandoned if row.service and row.calls else None for row in plan.intervals)),
        ),
        across=plan.time_zone,
        form="percent",
        top=1.0,
    )


def ladder(plan: HotlineStaffing) -> Listing:
    """Service targets side by side."""
    own = plan.given.target.level
    rows = tuple(
        {
            "target": f"{level.target:.0%} within {seconds(plan.given.target.within)}" + (" (as set)" if level.target == own else ""),
            "seats at most": level.peak,
            "people at most": level.people,
            "seat hours": round(level.hours, 1),
            "costs that day": _money(level.cost, plan.currency),
        }
        for level in plan.ladder
    )
    columns = ("target", "seats at most", "people at most", "seat hours", *(("costs that day",) if plan.currency else ()))
    return Listing(of="level", columns=columns, rows=rows)


def _money(amount: str, currency: str) -> str:
    if not amount:
        return ""
    from campctl.capacity.prices import money

    return money(amount, currency)


def overview(result: Staffing, *, plain: bool = False) -> Listing:
    """A line for each hotline."""
    rows = []
    for plan in result.hotlines:
        peak = busiest(plan)
        worst = max(plan.gaps, key=lambda gap: gap.short, default=None)
        level, abandoned = met(plan)
        rows.append(
            {
                "hotline": plan.hotline,
                "calls": round(plan.calls),
                "needed": peak.people,
                "at": clock(plan, peak.start),
                "there": peak.have,
                "missing": worst.short if worst else 0,
                "in time": f"{level:.1%}",
                "give up": f"{abandoned:.1%}",
                "trunks": plan.trunks,
                "day": sparkline([float(row.people) for row in plan.intervals], SPARK, plain=plain),
            }
        )
    columns = ("hotline", "calls", "needed", "at", "there", "missing", "in time", "give up", "trunks", "day")
    return Listing(of="hotline", columns=columns, rows=tuple(rows))


def intervals(result: Staffing) -> Listing:
    """A line for each interval of each hotline: what `-o csv` and `-o plain` write."""
    rows = []
    for plan in result.hotlines:
        for row, wanted in zip(plan.intervals, plan.wanted, strict=True):
            service = row.service
            rows.append(
                {
                    "hotline": plan.hotline,
                    "start": row.start,
                    "calls": round(row.calls, 2),
                    "erlangs": round(row.load, 3),
                    "seats": row.seats,
                    "people": row.people,
                    "wanted": wanted,
                    "have": row.have,
                    "short": row.short,
                    "level": round(service.level, 4) if service else None,
                    "abandoned": round(service.abandoned, 4) if service else None,
                    "occupancy": round(service.occupancy, 4) if service else None,
                }
            )
    columns = ("hotline", "start", "calls", "erlangs", "seats", "people", "wanted", "have", "short", "level", "abandoned", "occupancy")
    return Listing(of="interval", columns=columns, rows=tuple(rows))
