"""`seat check-in`: what was done, then the card."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from campctl.app.results_seating import Card, Seated
from campctl.views.applied import applied
from campctl.views.sheet import Sheet
from campctl.views.style import Style
from campctl.views.terminal import Terminal
from campctl.views.zones import localized


def seated(result: Seated, sheet: Sheet) -> None:
    """Stories, remarks, cards; the QR code only where a terminal has room for it."""
    zone = sheet.style.time_zone or result.card.time_zone
    applied(localized(result.applied, zone), sheet)
    for remark in result.remarks:
        sheet.words.line(("cyan", "Note: "), remark)
    for card in (result.card, *((result.moved,) if result.moved is not None else ())):
        sheet.page.blank()
        draw(card, sheet)
    if result.card_file:
        sheet.words.line(f"The card is in {result.card_file} (0600).")


def draw(card: Card, sheet: Sheet) -> None:
    """One card as text."""
    from campctl.views.text import cells, pad

    sheet.page.line(("bold", card.name), f", {where(card)}")
    pairs = list(facts(card))
    wide = max(cells(label) for label, _ in pairs)
    for label, text in pairs:
        sheet.page.line(("dim", pad(label, wide)), "  ", text, indent=2, hang=wide + 2)


def show_code(content: str, style: Style, terminal: Terminal) -> None:
    """The QR code below the card, where stdout is a terminal with room for it."""
    from campctl.views import qr

    if not content or not terminal.out_tty or terminal.quiet or style.format not in {"", "table"}:
        return
    if (terminal.width or 0) < qr.width(content):
        terminal.say(f"The QR code needs {qr.width(content)} columns; --card FILE prints it.\n")
        return
    terminal.write("\n" + "".join(line + "\n" for line in qr.blocks(content, color=terminal.color())))
    terminal.flush()


def where(card: Card) -> str:
    """`desk a003 at Chicago headquarters`."""
    return f"desk {card.desk.rpartition('/')[2]} at {card.office_name}"


def facts(card: Card) -> Iterator[tuple[str, str]]:
    """What the card says, label by label: terminal and paper alike."""
    zone = ZoneInfo(card.time_zone)
    yield "extension", card.extension
    if card.hotline:
        number = f" (extension {card.hotline_extension})" if card.hotline_extension else ""
        yield "hotline", f"{card.hotline_name}{number}"
    if card.why:
        yield "why there", card.why
    if card.until is not None:
        why = f" ({card.until_why})" if card.until_why else ""
        yield "until", f"{card.until.astimezone(zone):%H:%M %a %d %b}{why}"
    if card.skills or card.languages:
        yield "can do", ", ".join((*card.skills, *card.languages))
    if card.hotline:
        yield "answer", _answering(card)
    yield "pause", _pausing(card)
    yield "leave", "Finish your call and tell whoever checked you in; your desk goes dark and your seat is free."
    yield "ask", _asking(card)
    yield "911", _emergency(card)
    if card.sip:
        yield "softphone", card.sip


def _answering(card: Card) -> str:
    words = f"When the phone rings, pick up and say: {card.hotline_name}, this is {card.name.split()[0]}."
    if card.ring_time:
        words += f" After {card.ring_time} s it rings at somebody else."
    if card.wrap_up:
        words += f" After a call you have {card.wrap_up} s before the next."
    return words


def _pausing(card: Card) -> str:
    if card.away:
        return f"Dial {card.away} to be left alone, {card.back} when you are back. A call that rings unanswered pauses you, too."
    return "Tell whoever checked you in when you take a break, and when you are back."


def _asking(card: Card) -> str:
    people = [f"{lead.name} ({lead.role}), extension {lead.extension}" for lead in card.ask]
    return "; ".join((*people, f"checked in by {card.by}")) if card.by else "; ".join(people)


def _emergency(card: Card) -> str:
    return f"Dial 911, nothing before it. Help is sent to: {card.location}."
