"""`match` on a sheet: who calls what and why, which lists are short, who is left; and one person's choices."""

from __future__ import annotations

from campctl.app.results import Listing
from campctl.app.results_matching import Explained, ListState, Matching
from campctl.views.sheet import Sheet
from campctl.views.text import count

MOST = 40
"""Matches shown on a terminal; files and `-o csv` have all."""


def matching(result: Matching, sheet: Sheet) -> None:
    """Matches, lists, who is left. Plain: the matches, one a line."""
    if sheet.style.format == "plain":
        sheet.table(matches(result))
        return
    every = matches(result, left=False)
    shown = every.rows[:MOST] if sheet.terminal.out_tty else every.rows
    sheet.table(
        Listing(
            of=every.of, columns=tuple(name for name in every.columns if name not in {"phone", "list_name"}), rows=shown, empty=every.empty
        )
    )
    if len(shown) < len(every.rows):
        sheet.words.line(f"... and {len(every.rows) - len(shown):,} more; --out FILE.csv has all of them.")
    sheet.page.blank()
    sheet.table(lists(result), title="Lists")
    for state in result.lists:
        if state.got < state.wants:
            sheet.page.line(("bold red", f"{state.list}: {amount(state.wants - state.got, result.unit)} short"), f": {state.why}")
            sheet.page.line(("cyan", "= "), f"what helps: {state.help}", indent=2)
    for one in result.unplaced[:MOST]:
        what = "no list" if one.minutes is None else f"{amount(one.minutes, 'hours')} left"
        sheet.page.line(("bold yellow", f"{one.volunteer}: {what}"), f": {one.why}")
        sheet.page.line(("cyan", "= "), f"what helps: {one.help}", indent=2)
    if len(result.unplaced) > MOST:
        sheet.page.line(f"... and {count(len(result.unplaced) - MOST, 'volunteer')} more")
    sheet.words.line(summary(result))
    for remark in result.remarks:
        sheet.words.line(remark)
    if result.findings:
        from campctl.views.findings import short

        short(result.findings, sheet.words)


def explained(result: Explained, sheet: Sheet) -> None:
    """One person and every list."""
    if sheet.style.format != "plain":
        sheet.page.line(("bold", f"{result.volunteer}" + (f" ({result.name})" if result.name else "")))
        sheet.facts(dict(result.says), indent=2)
        sheet.page.blank()
    sheet.table(choices(result))


def summary(result: Matching) -> str:
    """One line: how many, how well."""
    placed = len({one.volunteer for one in result.matches})
    short = sum(1 for state in result.lists if state.got < state.wants)
    return (
        f"{placed:,} of {count(result.volunteers, 'volunteer')} on {count(len(result.lists), 'list')}, score {result.score:,.1f}"
        f"; {count(short, 'list')} short, week of {result.week}."
    )


def matches(result: Matching, *, left: bool = True) -> Listing:
    """A line for each match; with `left` also for each volunteer without a list: what `--out` and `-o csv` write."""
    hours = result.unit == "hours"
    rows = [
        {
            "volunteer": one.volunteer,
            "name": one.name,
            "phone": one.phone,
            "list": one.list,
            "list_name": one.list_name,
            "hours": round(one.minutes / 60, 2) if one.minutes is not None else None,
            "score": one.score,
            "why": "; ".join(one.why),
        }
        for one in result.matches
    ]
    placed = {one.volunteer for one in result.matches}
    if left:
        rows += [{"volunteer": one.volunteer, "name": one.name, "why": one.why} for one in result.unplaced if one.volunteer not in placed]
    columns = ("volunteer", "name", "phone", "list", "list_name", *(("hours",) if hours else ()), "score", "why")
    return Listing(of="match", columns=columns, rows=tuple(rows), empty="Nobody may call any of the lists.")


def lists(result: Matching) -> Listing:
    """A line for each list."""
    scale = 60 if result.unit == "hours" else 1

    def figure(value: int) -> float:
        return round(value / scale, 2) if scale > 1 else value

    rows = tuple(
        {
            "list": one.list,
            "name": one.name,
            "wants": figure(one.wants),
            "least": figure(one.least),
            "got": figure(one.got),
            "state": _word(one),
        }
        for one in result.lists
    )
    return Listing(of="list", columns=("list", "name", "wants", "least", "got", "state"), rows=rows)


def choices(result: Explained) -> Listing:
    """A line for each list, as one person sees it."""
    rows = tuple(
        {"list": one.list, "name": one.name, "state": one.state, "score": one.score, "why": "; ".join(one.why)} for one in result.choices
    )
    return Listing(of="choice", columns=("list", "state", "score", "why", "name"), rows=rows)


def amount(value: int, unit: str) -> str:
    """`3 people`, `4.5 h`."""
    return f"{value / 60:,.2f}".rstrip("0").rstrip(".") + " h" if unit == "hours" else count(value, "person", "people")


def _word(one: ListState) -> str:
    return "has all it wants" if one.got >= one.wants else "below its least" if one.got < one.least else "has its least"
