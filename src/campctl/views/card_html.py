"""A card as one HTML file that needs no network: to be printed on half a page, or shown on a screen and scanned."""

from __future__ import annotations

from campctl.app.results_seating import Card
from campctl.views.qr import svg
from campctl.views.report import POLICY, text
from campctl.views.seating import facts, where

STYLE = """
* { box-sizing: border-box; }
body { margin: 0; color: #111; background: #fff; font: 12pt/1.4 system-ui, -apple-system, "Segoe UI", "Liberation Sans", sans-serif; }
article { border: 1.5pt solid #111; border-radius: 8pt; margin: 8mm auto; max-width: 185mm; padding: 8mm; break-inside: avoid; }
header { display: flex; gap: 8mm; justify-content: space-between; align-items: flex-start; }
h1 { font-size: 24pt; line-height: 1.15; margin: 0; overflow-wrap: anywhere; } h1 + p { margin: 1mm 0 0; font-size: 14pt; }
.extension { font-size: 30pt; font-weight: 700; line-height: 1; white-space: nowrap; text-align: right; }
.extension small { display: block; font-size: 10pt; font-weight: 400; }
main { display: flex; gap: 8mm; margin-top: 6mm; }
dl { flex: 1; display: grid; grid-template-columns: max-content 1fr; gap: 1.5mm 4mm; margin: 0; }
dt { color: #555; } dd { margin: 0; overflow-wrap: anywhere; } .emergency { font-weight: 700; }
figure { margin: 0; width: 42mm; flex: none; } figcaption { font-size: 8.5pt; color: #555; overflow-wrap: anywhere; }
footer { margin-top: 4mm; font-size: 8.5pt; color: #555; }
@media print { @page { margin: 8mm; } article { margin: 0 auto 8mm; } }
"""
SECRET = "This code is a key: whoever scans it can call as this desk. Keep it with the card, and destroy the card afterwards."  # noqa: S105


def page(cards: tuple[Card, ...], *, secret: str = "") -> str:
    """The file. `secret`: the softphone's address with its password, for the first card's code."""
    title = ", ".join(card.name for card in cards)
    body = "\n".join(_card(card, secret if number == 0 else "") for number, card in enumerate(cards))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{text(title)}</title>\n'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">\n<meta name="referrer" content="no-referrer">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n{body}\n</body>\n</html>\n"
    )


def _card(card: Card, secret: str) -> str:
    rows = "\n".join(
        f"<dt>{text(label.capitalize())}</dt><dd{_emphasis(label)}>{text(words)}</dd>"
        for label, words in facts(card)
        if label not in {"extension", "softphone", "why there"}
    )
    content = secret or card.sip
    caption = SECRET if secret else card.sip
    figure = f"<figure>{svg(content)}<figcaption>{text(caption)}</figcaption></figure>" if content else ""
    return (
        f"<article>\n<header><div><h1>{text(card.name)}</h1><p>{text(where(card))}</p></div>"
        f'<p class="extension"><small>Extension</small>{text(card.extension)}</p></header>\n'
        f"<main><dl>\n{rows}\n</dl>\n{figure}</main>\n</article>"
    )


def _emphasis(label: str) -> str:
    return ' class="emergency"' if label == "911" else ""
