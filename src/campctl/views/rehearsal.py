"""`rehearse` on a sheet: every hotline's day, where targets were missed and what would have held them, how two plans differ."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from campctl.app.results import Listing
from campctl.app.results_rehearsal import Comparison, Flight, HotlineDay, Miss, Rehearsal
from campctl.capacity.rehearsal.estimate import Estimate
from campctl.views.charts import can_draw, put, sparkline
from campctl.views.rehearsal_charts import clock, level_chart, people_chart
from campctl.views.sheet import Sheet
from campctl.views.text import count, seconds

SPARK = 24
"""Columns of a day in the table of hotlines."""
FEW = 8
"""Missed stretches of one hotline that are told before "and so many more"."""
COLUMNS = ("hotline", "calls", "in_time", "answered", "gave_up", "turned_away", "went_on", "closed", "wait", "occupancy", "at_once")
MORE = ("longest", "day")
"""Columns for which there may be no room."""
VERDICTS = {
    ("better", "level"): "more callers are answered in time",
    ("worse", "level"): "fewer callers are answered in time",
    ("better", "abandoned"): "fewer give up",
    ("worse", "abandoned"): "more give up",
    ("better", "turned_away"): "fewer are turned away",
    ("worse", "turned_away"): "more are turned away",
    ("better", "waited"): "waits are shorter",
    ("worse", "waited"): "waits are longer",
}


def rehearsal(result: Rehearsal, sheet: Sheet) -> None:
    """A table, a chart of what matters most, then misses and differences. Plain: the intervals, one a line."""
    if sheet.style.format == "plain":
        sheet.table(intervals(result))
        return
    sheet.page.line(("bold", title(result)))
    sheet.facts(facts(result), indent=2)
    sheet.page.blank()
    sheet.table(hotlines(result, plain=not can_draw(sheet.terminal)))
    for day in looked_at(result):
        sheet.page.blank()
        put(level_chart(result, day), sheet.page, sheet.terminal, height=8)
        if result.shown:
            sheet.page.blank()
            put(people_chart(result, day), sheet.page, sheet.terminal, height=8)
            sheet.page.blank()
            sheet.table(hourly(result, day), title=f"{day.hotline} by the hour")
    sheet.page.blank()
    _missed(result, sheet)
    if result.autopilot is not None:
        sheet.page.blank()
        sheet.table(flights(result), title="The autopilot")
        for one in result.autopilot:
            if one.hotline in result.shown and one.moves:
                sheet.page.blank()
                sheet.table(moves(result, one), title=f"{one.hotline}: its moves on the first day")
    if result.against is not None:
        sheet.page.blank()
        _compared(result.against, sheet)
    for remark in result.remarks:
        sheet.words.line(remark)
    if result.findings:
        from campctl.views.findings import short

        short(result.findings, sheet.words)


def _missed(result: Rehearsal, sheet: Sheet) -> None:
    missed = [day for day in result.hotlines if day.misses]
    if not missed:
        sheet.page.line(("bold green", "Held"), ": every hotline kept its target all day.")
    for day in missed:
        sheet.page.line(("bold red", f"{day.hotline} missed {aim(day)}"))
        for miss in day.misses[:FEW]:
            sheet.page.line(miss_words(result, miss), indent=2, hang=2)
        if len(day.misses) > FEW:
            sheet.page.line(f"and {len(day.misses) - FEW} more times", indent=2)


def _compared(against: Comparison, sheet: Sheet) -> None:
    sheet.table(differences(against), title=f"This plan less {against.other}, over the same callers")
    for one in against.differences:
        words = verdict(one.better, one.worse)
        if words:
            sheet.page.line(f"{one.hotline}: {words}", indent=2, hang=2)
    if not any(one.better or one.worse for one in against.differences):
        sheet.page.line("Nothing in which one is surely better than the other.", indent=2)


def title(result: Rehearsal) -> str:
    """What day, where."""
    day = result.start.astimezone(ZoneInfo(result.time_zone))
    return f"Rehearsal of {day:%A} {day.day} {day:%B %Y}, {result.time_zone}"


def facts(result: Rehearsal) -> dict[str, object]:
    """How it was played."""
    times = "once" if result.replications == 1 else f"{result.replications:,} times"
    sure = "" if result.replications == 1 else f"; ± is the {result.confidence:.0%} confidence interval of the mean"
    most = max(result.at_once, default=0.0)
    limit = "as many as it takes" if result.trunks is None else f"{result.trunks:,} in all"
    return {
        "calls": plus_minus(result.calls),
        "played": f"{times}, seed {result.seed}{sure}",
        "trunks": f"{limit}; at most {most:,.0f} calls at once",
        "faults": "; ".join(result.faults),
        "autopilot": f"at the phones of {', '.join(one.hotline for one in result.autopilot)}" if result.autopilot else "",
    }


def plus_minus(value: Estimate, *, digits: int = 0) -> str:
    """`1,250 ±32`."""
    half = f" ±{value.half:,.{digits}f}" if value.half is not None else ""
    return f"{value.mean:,.{digits}f}{half}"


def percent(value: Estimate) -> str:
    """`83.7% ±3.1`."""
    half = f" ±{value.half * 100:.1f}" if value.half is not None else ""
    return f"{value.mean * 100:.1f}%{half}"


def points(value: Estimate) -> str:
    """`+12.7 ±1.1`: percentage points."""
    half = f" ±{value.half * 100:.1f}" if value.half is not None else ""
    return f"{value.mean * 100:+.1f}{half}"


def _share(part: Estimate, whole: Estimate) -> str:
    return f"{part.mean / whole.mean:.1%}" if whole.mean else ""


def hotlines(result: Rehearsal, *, plain: bool = False) -> Listing:
    """A line for each hotline."""
    rows = []
    for one in result.hotlines:
        day = one.day
        rows.append(
            {
                "hotline": one.hotline,
                "calls": round(day.offered.mean),
                "in_time": percent(day.level) if day.offered.mean > day.closed.mean else "",
                "answered": round(day.answered.mean),
                "gave_up": _share(day.abandoned, day.offered),
                "turned_away": round(day.turned_away.mean) or None,
                "went_on": round(day.went_on.mean) or None,
                "closed": round(day.closed.mean) or None,
                "wait": seconds(day.waited.mean) if day.waited.mean else "0 s",
                "longest": seconds(day.longest) if day.longest else "0 s",
                "occupancy": f"{day.occupancy.mean:.0%}",
                "at_once": round(day.trunks.mean),
                "day": sparkline([span.offered for span in one.intervals], SPARK, plain=plain),
            }
        )
    return Listing(of="hotline", columns=(*COLUMNS, *MORE), rows=tuple(rows))


def looked_at(result: Rehearsal) -> list[HotlineDay]:
    """The hotlines asked for; else the one at which the most callers waited too long, or the busiest."""
    if result.shown:
        return [one for one in result.hotlines if one.hotline in result.shown]

    def late(one: HotlineDay) -> tuple[float, float]:
        return sum(span.offered - span.closed - span.within for span in one.intervals) if one.misses else 0.0, one.day.offered.mean

    return [max(result.hotlines, key=late)] if result.hotlines else []


def aim(one: HotlineDay) -> str:
    """`80% within 20 s`."""
    return f"{one.target:.0%} within {seconds(one.answer_within)}"


def miss_words(result: Rehearsal, miss: Miss) -> str:
    """`09:45-11:45: 64% in time; at 11:15 41%, with 4 people there: 6 would have held it`."""
    there = count(round(miss.seats), "person", "people")
    would = (
        f"{miss.held} would have held it"
        if miss.held
        else "that is enough for these calls; those who waited from before, or other hotlines, took their time"
    )
    during = f" ({'; '.join(miss.during)})" if miss.during else ""
    return (
        f"{clock(result, miss.start)}-{clock(result, miss.end)}: {miss.level:.0%} in time; "
        f"at {clock(result, miss.worst)} {miss.worst_level:.0%}, with {there} there: {would}{during}"
    )


def verdict(better: tuple[str, ...], worse: tuple[str, ...]) -> str:
    """In what this plan is surely better or worse."""
    parts = (("better", better), ("worse", worse))
    return "; ".join(
        f"this plan is surely {word}: {', '.join(VERDICTS.get((word, name), name) for name in names)}" for word, names in parts if names
    )


def differences(against: Comparison) -> Listing:
    """A line for each hotline of both plans."""
    rows = tuple(
        {
            "hotline": one.hotline,
            "in_time_points": points(one.level),
            "answered": plus_minus(one.answered, digits=1),
            "gave_up": plus_minus(one.abandoned, digits=1),
            "turned_away": plus_minus(one.turned_away, digits=1),
            "wait_seconds": plus_minus(one.waited, digits=1),
            "occupancy_points": points(one.occupancy),
        }
        for one in against.differences
    )
    columns = ("hotline", "in_time_points", "answered", "gave_up", "turned_away", "wait_seconds", "occupancy_points")
    return Listing(of="difference", columns=columns, rows=rows, empty="The two plans have no hotline in common.")


def flights(result: Rehearsal) -> Listing:
    """A line for each hotline that the autopilot held."""
    rows = tuple(
        {
            "hotline": one.hotline,
            "moves_up": plus_minus(one.ups),
            "moves_down": plus_minus(one.downs),
            "flapped": round(one.turned, 1) or None,
            "seats": f"{one.fewest} to {one.most}",
            "seat_hours": plus_minus(one.seat_hours),
            "without_it": plus_minus(one.seat_hours_without) if one.seat_hours_without is not None else "",
        }
        for one in result.autopilot or ()
    )
    return Listing(of="flight", columns=("hotline", "moves_up", "moves_down", "flapped", "seats", "seat_hours", "without_it"), rows=rows)


def moves(result: Rehearsal, one: Flight) -> Listing:
    """A line for each time it moved seats."""
    rows = tuple({"at": clock(result, move.at), "seats": f"{move.before} to {move.to}", "why": move.reason} for move in one.moves)
    return Listing(of="move", columns=("at", "seats", "why"), rows=rows)


def hourly(result: Rehearsal, one: HotlineDay) -> Listing:
    """A line for each hour."""
    per = max(1, 3600 // result.length)
    rows = []
    for first in range(0, len(one.intervals), per):
        spans = one.intervals[first : first + per]
        offered, closed = sum(span.offered for span in spans), sum(span.closed for span in spans)
        answered = sum(span.answered for span in spans)
        if not offered and not any(span.seats for span in spans):
            continue
        rows.append(
            {
                "from": clock(result, spans[0].start),
                "calls": round(offered, 1),
                "in_time": f"{sum(span.within for span in spans) / (offered - closed):.0%}" if offered > closed else "",
                "answered": round(answered, 1),
                "gave_up": round(sum(span.abandoned for span in spans), 1),
                "turned_away": round(sum(span.turned_away for span in spans), 1) or None,
                "went_on": round(sum(span.went_on for span in spans), 1) or None,
                "closed": round(closed, 1) or None,
                "wait": seconds(sum(span.waited * span.answered for span in spans) / answered) if answered else "",
                "people": round(sum(span.seats for span in spans) / len(spans), 1),
                "at_once": round(max(span.trunks for span in spans), 1),
            }
        )
    columns = ("from", "calls", "in_time", "answered", "gave_up", "turned_away", "went_on", "closed", "wait", "people", "at_once")
    return Listing(of="hour", columns=columns, rows=tuple(rows))


def intervals(result: Rehearsal) -> Listing:
    """A line for each interval of each hotline: what `-o csv` and `-o plain` write."""
    rows = tuple(
        {
            "hotline": one.hotline,
            "start": span.start,
            "offered": round(span.offered, 2),
            "answered": round(span.answered, 2),
            "within": round(span.within, 2),
            "abandoned": round(span.abandoned, 2),
            "turned_away": round(span.turned_away, 2),
            "went_on": round(span.went_on, 2),
            "closed": round(span.closed, 2),
            "level": round(span.level, 4) if span.level is not None else None,
            "waited": round(span.waited, 2),
            "longest": round(span.longest, 2),
            "seats": round(span.seats, 2),
            "busy": round(span.busy, 2),
            "occupancy": round(span.occupancy, 4),
            "trunks": round(span.trunks, 2),
        }
        for one in result.hotlines
        for span in one.intervals
    )
    columns = ("hotline", "start", "offered", "answered", "within", "abandoned", "turned_away", "went_on", "closed", "level")
    return Listing(of="interval", columns=(*columns, "waited", "longest", "seats", "busy", "occupancy", "trunks"), rows=rows)
