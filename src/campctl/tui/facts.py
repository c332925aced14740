"""What is said of one hotline, office, desk or row in full. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from campctl.app.picture import DeskCell, HotlineLine, OfficeLine, Picture
from campctl.tui.cells import ago, chart, clock, hour, percent
from campctl.tui.columns import View
from campctl.tui.lines import Line, Piece, wide, wrapped
from campctl.tui.looks import STATE_ROLES, STATE_WORDS
from campctl.tui.tables import level_role, trouble

LEGEND = ("dark", "lit", "ringing", "talking", "paused", "unreachable", "no-location")


def legend(picture: Picture, view: View, width: int) -> Line:
    """What the glyphs mean, with how many desks are so."""
    states = Counter[str](desk.state for office in picture.offices for desk in office.desks)
    line: list[Piece] = [("text", " ")]
    short = sum(len(STATE_WORDS[state]) + 9 for state in LEGEND) > width
    words = {**STATE_WORDS, "unreachable": "unreachable", "no-location": "no 911", "lit": "lit"} if short else STATE_WORDS
    for state in LEGEND:
        piece: list[Piece] = [
            (STATE_ROLES[state], f"{view.glyphs.states[state]} "),
            ("dim", f"{words[state]} "),
            ("text" if states[state] else "dim", f"{states[state]:,}"),
            ("text", "  " if short else "   "),
        ]
        if wide(line) + wide(piece) - 2 <= width:
            line += piece
    return line


def desk_facts(office: OfficeLine, desk: DeskCell, view: View, width: int) -> list[Line]:
    """A line, or two when they do not fit into one: the desk, its state and since when, who, for which hotline, until when."""
    role = STATE_ROLES[desk.state]
    line: list[Piece] = [
        ("strong", f" {desk.id}"),
        ("dim", f"  {desk.label}" if desk.label and desk.label not in desk.id else ""),
        ("dim", f"  ext {desk.extension}" if desk.extension else ""),
        (role, f"  {view.glyphs.states[desk.state]} {STATE_WORDS[desk.state]}"),
        ("dim", f" {ago(view.now, desk.since)}" if desk.since else ""),
        ("strong", f"  {desk.who}" if desk.who else ""),
        ("text", f"  {view.names.get(f'hotline/{desk.hotline}', desk.hotline)}" if desk.hotline else ""),
        ("warn", f"  until {hour(desk.until, view.zone, now=view.now)}" if desk.until else ""),
        ("dim", f"  {office.name}"),
    ]
    if desk.state == "no-location":
        line.append(("warn", "  may not be lit: a 911 call from it would lead nobody here"))
    return wrapped([piece for piece in line if piece[1]], width, hang=1)[:3]


def office_facts(office: OfficeLine, view: View, width: int) -> list[Line]:
    """Name, time there, phones, calls, and what is wrong."""
    states = Counter(desk.state for desk in office.desks)
    lit = len(office.desks) - states["dark"] - states["no-location"]
    line: list[Piece] = [
        ("strong", f" {office.name}"),
        ("dim", f"  {office.id} on {office.backend}"),
        ("dim", "  there it is "),
        ("text", hour(view.now, office.time_zone or view.zone)),
        ("dim", "  desks lit "),
        ("text", f"{lit}/{len(office.desks)}"),
        ("dim", "  people "),
        ("text", f"{office.people:,}"),
        ("dim", "  phones registered "),
        ("text", f"{office.registered:,}"),
        ("dim", "  calls "),
        ("text", f"{office.calls:,}"),
    ]
    lines = wrapped(line, width, hang=1)
    if office.silent:
        lines += wrapped(
            [("bad", f" {view.glyphs.cross} Silent: not one phone of this office is registered. Look at its network first.")], width, hang=3
        )
    if office.evacuated:
        lines += wrapped(
            [("warn", f" {view.glyphs.warning} Evacuated: its seats and desks are elsewhere until `office return`.")], width, hang=3
        )
    return [*lines, ()]


def hotline_facts(line: HotlineLine, view: View, width: int, height: int) -> list[Line]:
    """Figures in pairs of lines, then the last hour as a chart as high as there is room for."""
    wrong = trouble(line)
    short = line.open and line.asked is not None and line.asked > line.seated
    figures: list[tuple[str, str, str]] = [
        ("waiting", f"{line.waiting:,}", wrong or ("strong" if line.waiting else "dim")),
        ("longest", clock(line.longest_wait) if line.waiting else view.glyphs.dot, wrong or "text"),
        ("service now", percent(line.level_now), level_role(line.level_now, line.target)),
        ("today", percent(line.level_today), level_role(line.level_today, line.target)),
        ("goal", percent(line.target), "dim"),
        ("answered", f"{line.answered:,}", "text"),
        ("lost", f"{line.abandoned:,}", "text"),
        ("refused", f"{line.refused:,}", "warn" if line.refused else "dim"),
        ("free", f"{line.free:,}", "lit"),
        ("ringing", f"{line.ringing:,}", "ringing"),
        ("busy", f"{line.busy:,}", "talking"),
        ("paused", f"{line.paused:,}", "paused"),
        ("wrap-up", f"{line.wrap_up:,}", "text"),
        ("gone", f"{line.gone:,}", "dim"),
        ("seats", f"{line.seated}/{line.desired}", "warn" if line.seated < line.desired else "text"),
        ("Erlang asks", "?" if line.asked is None else f"{line.asked:,}", "warn" if short else "text"),
    ]
    lines: list[Line] = [*_figures(figures, width)]
    said = [
        ("dim", f" {line.id} on {line.backend}, {'open' if line.open else 'closed now'}; seats: {line.whence or 'as the manifest says'}")
    ]
    if line.diverted:
        said.append(("warn", f"  {view.glyphs.warning} failed over: its calls are led to {led_to(line.diverted, view)}"))
    if line.stale:
        said.append(("warn", f"  {view.glyphs.warning} its exchange is silent: figures are old"))
    lines += wrapped(said, width, hang=1)
    room = min(6, height - len(lines) - 2)
    if room >= 1 and line.minutes:
        most = max(line.minutes, default=0)
        words = f" calls a minute, the last hour: {sum(line.minutes):,} in all, {most} in the busiest "
        lines += [(), [("dim", words)]]
        size = min(max(10, width - 2), 120)
        lines += [[("bar", f" {row}")] for row in chart(line.minutes, size, room, view.glyphs.levels)]
    return [*lines, ()]


def led_to(target: str, view: View) -> str:
    """Where calls lead, in words: a hotline's name, a number outside."""
    kind, _, id_ = target.partition("/")
    return view.names.get(target, id_) if kind == "hotline" else id_ if kind == "outside" else target


def _figures(figures: Sequence[tuple[str, str, str]], width: int) -> list[Line]:
    """Label above value, in columns, as many side by side as fit."""
    lines: list[Line] = []
    labels: list[Piece] = []
    values: list[Piece] = []
    used = 1
    for label, value, role in figures:
        size = max(len(label), len(value)) + 2
        if used + size > width and labels:
            lines += [labels, values]
            labels, values, used = [], [], 1
        labels.append(("dim", f" {label}".ljust(size)))
        values.append((role, f" {value}".ljust(size)))
        used += size
    return [*lines, labels, values]


def row_facts(row: Any, view: View) -> list[Line]:
    """Every field of a row, one below the other, nothing cut."""
    lines: list[Line] = []
    for name in row.__struct_fields__:
        value = getattr(row, name)
        if value in ("", None, ()):
            continue
        if isinstance(value, datetime):
            text = f"{hour(value, view.zone, now=view.now, seconds=True)}"
        elif isinstance(value, tuple):
            text = ", ".join(view.names.get(f"hotline/{item}", str(item)) for item in value)
        elif name == "state":
            text = STATE_WORDS.get(value, value)
        elif name == "office":
            text = view.names.get(f"office/{value}", value)
        else:
            text = str(value)
        lines.append([("dim", f"{LABELS.get(name, name)}".ljust(14)), ("text", text)])
    return lines


LABELS = {
    "at": "when",
    "kind": "what",
    "what": "did",
    "ref": "run, override",
    "line": "answers on",
    "id": "id",
    "words": "why",
    "subject": "what",
    "acknowledged": "seen by",
    "number": "dialled",
    "callback": "call back",
    "location": "where",
}
