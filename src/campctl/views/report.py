"""Reports as one HTML file: text, tables and charts. It needs no network and no script, and can be mailed or printed.

    blocks = [heading("Voter protection"), figure(chart, name="need"), table(listing, caption="Where it is short")]
    document("Staffing, 3 November 2026", blocks, said="campctl hotline plan main --html plan.html")

Everything that comes from manifests is escaped; the page's own policy forbids it to load or run anything.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any

from campctl.app.results import Listing, Share
from campctl.views.charts import Chart, shown
from campctl.views.charts_svg import svg
from campctl.views.text import harmless, words

STYLE = """
:root { color-scheme: light dark; --ink: #1a1a1a; --soft: #595959; --line: #c8c8c8; --page: #ffffff; --band: #f4f4f4; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #ececec; --soft: #b0b0b0; --line: #4a4a4a; --page: #16181b; --band: #202327; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 62rem; padding: 1.5rem 1rem 4rem; color: var(--ink); background: var(--page);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .25rem; } h2 { font-size: 1.3rem; margin: 2.5rem 0 .5rem; }
h3 { font-size: 1.05rem; margin: 1.5rem 0 .25rem; } p { margin: .5rem 0; max-width: 46rem; } .soft { color: var(--soft); }
nav ul { columns: 14rem; padding-left: 1.2rem; }
figure { margin: 1rem 0; } .chart { width: 100%; height: auto; }
.chart text { fill: var(--ink); font-size: 12px; } .chart .chart-title { font-size: 14px; font-weight: 600; }
.chart .chart-small { fill: var(--soft); } .chart-grid { stroke: var(--line); stroke-width: .75; }
.chart-axis { stroke: var(--ink); stroke-width: 1; }
.wide { overflow-x: auto; } table { border-collapse: collapse; margin: .75rem 0; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: .25rem 0; } th, td { padding: .25rem .7rem .25rem 0; text-align: left;
  vertical-align: top; border-bottom: 1px solid var(--line); } th.number, td.number { text-align: right; }
tbody tr:nth-child(even) { background: var(--band); } dt { color: var(--soft); } dl { display: grid; gap: .1rem 1.2rem;
  grid-template-columns: max-content 1fr; } dd { margin: 0; } summary { cursor: pointer; color: var(--soft); }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .5rem; color: var(--soft); font-size: .9rem; }
@media print { body { max-width: none; padding: 0; } h2 { break-after: avoid; } figure, tr { break-inside: avoid; } nav { display: none; } }
"""
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


def document(title: str, blocks: Iterable[str], *, under: str = "", said: str = "", made: datetime | None = None) -> str:
    """The whole page. `under`: a line below the title; `said`: the command that made it; `made`: when, an aware instant."""
    when = f"{made:%Y-%m-%d %H:%M} {made.tzname() or ''}".strip() if made else ""
    origin = " ".join(part for part in (f"Made {when}" if when else "", f"by <code>{text(said)}</code>" if said else "") if part)
    footer = f"<footer>{origin}</footer>" if origin else ""
    body = "\n".join(blocks)
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{text(title)}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}</style>\n</head>\n<body>\n'
        f"<header><h1>{text(title)}</h1>{paragraph(under, soft=True) if under else ''}</header>\n{_contents(body)}<main>\n{body}\n</main>\n"
        f"{footer}\n</body>\n</html>\n"
    )


def text(value: str) -> str:
    """Text that can neither be markup nor steer anything."""
    return escape(harmless(value))


def text_lines(value: str) -> str:
    """Several lines of such text, for `<pre>`."""
    return "\n".join(text(line) for line in value.splitlines())


def heading(words_: str, *, deep: int = 2) -> str:
    """A heading; those of depth 2 have an anchor made of their words, and are in the page's contents."""
    here = f' id="{anchor(words_)}"' if deep == 2 else ""
    return f"<h{deep}{here}>{text(words_)}</h{deep}>"


def anchor(words_: str) -> str:
    """What a heading is linked by."""
    return re.sub(r"[^a-z0-9]+", "-", words_.lower()).strip("-") or "part"


def paragraph(words_: str, *, soft: bool = False) -> str:
    """A paragraph."""
    kind = ' class="soft"' if soft else ""
    return f"<p{kind}>{text(words_)}</p>"


def bullets(entries: Sequence[str]) -> str:
    """A list."""
    return f"<ul>{''.join(f'<li>{text(entry)}</li>' for entry in entries)}</ul>" if entries else ""


def facts(fields: Mapping[str, Any]) -> str:
    """Labels and values; what is empty is left out."""
    rows = (
        f"<dt>{text(name.replace('_', ' ').capitalize())}</dt><dd>{text(words(value))}</dd>"
        for name, value in fields.items()
        if value not in ("", None, (), [])
    )
    return f"<dl>{''.join(rows)}</dl>"


def table(listing: Listing, *, caption: str = "") -> str:
    """A listing; numbers stand below each other."""
    if not listing.rows:
        return paragraph(listing.empty, soft=True) if listing.empty else ""
    numeric = {name for name in listing.columns if all(_is_number(row.get(name)) for row in listing.rows)}
    kind = {name: ' class="number"' if name in numeric else "" for name in listing.columns}
    heads = "".join(f'<th scope="col"{kind[name]}>{text(name.replace("_", " ").capitalize())}</th>' for name in listing.columns)
    rows = "\n".join(
        f"<tr>{''.join(f'<td{kind[name]}>{text(_cell(row.get(name)))}</td>' for name in listing.columns)}</tr>" for row in listing.rows
    )
    head = f"<caption>{text(caption)}</caption>" if caption else ""
    return f'<div class="wide"><table>{head}<thead><tr>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'


def figure(chart: Chart, *, name: str, height: int = 320, values: bool = True) -> str:
    """A chart, with its values as a table to unfold unless they stand elsewhere. `name`: another one for each chart of a page."""
    return f"<figure>{svg(chart, name=anchor(name), height=height)}{_values(chart) if values else ''}</figure>"


def folded(summary: str, inside: str) -> str:
    """Something that is unfolded by who wants to see it."""
    return f"<details><summary>{text(summary)}</summary>{inside}</details>"


def _values(chart: Chart) -> str:
    heads = "".join(f'<th scope="col" class="number">{text(one.name)}</th>' for one in chart.series)
    rows = "\n".join(
        f'<tr><th scope="row">{text(mark)}</th>'
        + "".join(
            f'<td class="number">{text(shown(value, chart.form)) if value is not None else ""}</td>'
            for value in (one.values[place] if place < len(one.values) else None for one in chart.series)
        )
        + "</tr>"
        for place, mark in enumerate(chart.marks)
    )
    inside = f'<div class="wide"><table><thead><tr><th scope="col">From</th>{heads}</tr></thead>\n<tbody>\n{rows}\n</tbody></table></div>'
    return folded("The values", inside)


def _contents(body: str) -> str:
    found = re.findall(r'<h2 id="([^"]+)">(.*?)</h2>', body)
    if len(found) < 3:
        return ""
    links = "".join(f'<li><a href="#{where}">{name}</a></li>' for where, name in found)
    return f'<nav aria-label="Contents"><ul>{links}</ul></nav>\n'


def _is_number(value: Any) -> bool:
    return value is None or (isinstance(value, int | float) and not isinstance(value, bool))


def _cell(value: Any) -> str:
    if isinstance(value, Share):
        return f"{value.part}/{value.whole}"
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else words(value)
