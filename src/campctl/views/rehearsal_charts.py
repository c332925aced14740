"""The charts of a rehearsal, for terminals and for its report."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from campctl.app.results_rehearsal import HotlineDay, Rehearsal
from campctl.views.charts import Chart, Series
from campctl.views.text import seconds


def clock(result: Rehearsal, at: datetime) -> str:
    """The time on the wall of the campaign's zone; the day's end is 24:00."""
    return "24:00" if at == result.end else f"{at.astimezone(ZoneInfo(result.time_zone)):%H:%M}"


def marks(result: Rehearsal, one: HotlineDay) -> tuple[str, ...]:
    """The beginning of each interval on the wall's clock."""
    return tuple(clock(result, span.start) for span in one.intervals)


def level_chart(result: Rehearsal, one: HotlineDay) -> Chart:
    """The share answered in time against the target."""
    return Chart(
        title=f"{one.hotline}: answered within {seconds(one.answer_within)}",
        marks=marks(result, one),
        series=(
            Series(name="answered in time", values=tuple(span.level for span in one.intervals), kind="bar", pick="min"),
            Series(name="target", values=(one.target,) * len(one.intervals), kind="line"),
        ),
        across=result.time_zone,
        form="percent",
        top=1.0,
    )


def people_chart(result: Rehearsal, one: HotlineDay) -> Chart:
    """People there, people busy, calls at once."""
    return Chart(
        title=f"{one.hotline}: people, and calls at once",
        marks=marks(result, one),
        series=(
            Series(name="people busy", values=tuple(round(span.busy, 2) for span in one.intervals), kind="bar", pick="mean"),
            Series(name="people there", values=tuple(round(span.seats, 2) for span in one.intervals), pick="min"),
            Series(name="calls at once, at most", values=tuple(round(span.trunks, 1) for span in one.intervals)),
        ),
        across=result.time_zone,
    )


def calls_chart(result: Rehearsal, one: HotlineDay) -> Chart:
    """Calls that came, and those that were not answered."""
    missed = tuple(round(span.abandoned + span.turned_away + span.closed, 1) for span in one.intervals)
    return Chart(
        title=f"{one.hotline}: calls in {seconds(result.length)}",
        marks=marks(result, one),
        series=(
            Series(name="calls", values=tuple(round(span.offered, 1) for span in one.intervals), kind="bar", pick="sum"),
            Series(name="gave up or were turned away", values=missed, pick="sum"),
        ),
        unit="calls",
        across=result.time_zone,
    )


def wait_chart(result: Rehearsal, one: HotlineDay) -> Chart:
    """Waits of those who were answered."""
    return Chart(
        title=f"{one.hotline}: how long those waited who were answered",
        marks=marks(result, one),
        series=(
            Series(name="in the mean", values=tuple(round(span.waited, 1) for span in one.intervals), kind="bar"),
            Series(name="the longest of all days", values=tuple(round(span.longest, 1) for span in one.intervals)),
        ),
        across=result.time_zone,
        form="seconds",
    )


def at_once_chart(result: Rehearsal) -> Chart:
    """Calls at once, of all hotlines."""
    marks = tuple(clock(result, span.start) for span in result.hotlines[0].intervals) if result.hotlines else ()
    series = [Series(name="calls at once, at most", values=tuple(round(most, 1) for most in result.at_once))]
    if result.trunks is not None:
        series.append(Series(name="trunks", values=(float(result.trunks),) * len(result.at_once), kind="line"))
    return Chart(title="Calls at once over all hotlines", marks=marks, series=tuple(series), across=result.time_zone)
