"""`seat list|check-in|check-out`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from campctl.cli.command import ApplyCmd, command, noun
from campctl.cli.session import Session, status_of
from campctl.errors import UsageError

if TYPE_CHECKING:
    from campctl.app.results_seating import Card, Seated
    from campctl.app.seating_in import Decision

APP = noun("Who sits where. People and walk-ins check in and out; no file is touched.")
APPS = {"seat": APP}
WIDE = 80
"""Columns that the code of a softphone's address with its secret never needs all of."""
OfficeName = Annotated[str, typer.Option("--office", metavar="OFFICE", help="The office; needed where there are several.")]


@command(APP, "list", examples=("campctl seat list", "campctl seat list --office chicago-hq", "campctl seat list --hotline main -o csv"))
def list_(
    ctx: typer.Context,
    office: Annotated[str, typer.Option("--office", metavar="OFFICE", help="Only there.")] = "",
    hotline: Annotated[str, typer.Option("--hotline", metavar="HOTLINE", help="Only who answers it.")] = "",
    empty: Annotated[bool, typer.Option("--empty", help="Lit desks where nobody is named, too: anybody may sit there.")] = False,
) -> int:
    """List who sits where since when, and what they answer: walk-ins, people at desks, people at their own phones."""
    from campctl.app.seating_out import list_seats

    session: Session = ctx.obj
    return session.show(session.run(lambda: list_seats(session.open(), office=office, hotline=hotline, empty=empty)))


@command(
    APP,
    "check-in",
    cls=ApplyCmd,
    examples=(
        "campctl seat check-in 'Sam Ortiz' --office chicago-hq --skills voter-protection --languages en,es",
        "campctl seat check-in ann.lee --office phoenix-field --card ann.html",
        "campctl seat check-in 'Vi Vo' --office chicago-hq --hotline voter-protection --until 21:00",
        "campctl seat check-in 'Vi Vo' --desk chicago-hq/a001 --stays",
        "campctl seat check-in 'Theo Park' --office chicago-hq --softphone --card theo.html",
    ),
)
def check_in(
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A user's id or name, or the name of who walked in.")],
    office: OfficeName = "",
    skills: Annotated[list[str], typer.Option("--skills", metavar="A,B", help="What a walk-in can answer for.")] = [],  # noqa: B006
    languages: Annotated[list[str], typer.Option("--languages", metavar="EN,ES", help="What a walk-in speaks.")] = [],  # noqa: B006
    desk: Annotated[str, typer.Option("--desk", metavar="DESK", help="This desk. Who sits there is relieved.")] = "",
    stays: Annotated[bool, typer.Option("--stays", help="Who sits at --desk stays: they get another desk.")] = False,
    hotline: Annotated[str, typer.Option("--hotline", metavar="HOTLINE", help="What they answer; default: where most are missing.")] = "",
    until: Annotated[
        str, typer.Option("--until", metavar="TIME", help="Until then: 21:00, +2h. Default: the end of their shift, or closing time.")
    ] = "",
    card: Annotated[str, typer.Option("--card", metavar="FILE", help="Write the card there as HTML (0600), to be printed.")] = "",
    softphone: Annotated[bool, typer.Option("--softphone", help="Make a new SIP secret; only the card's QR code has it.")] = False,
) -> int:
    """Seat somebody who came: find an empty desk, light it, seat them where they are needed most, and print a card.

    Said again of somebody who sits already, it lights nothing and prints the card once more. Who sits at --desk is checked out,
    or gets another desk with --stays; no call is cut off.
    """
    from campctl.app.seating_in import CheckIn
    from campctl.app.seating_in import check_in as use_case

    session: Session = ctx.obj
    _place_for(session, card, softphone=softphone)
    ask = CheckIn(
        name=name,
        office=office,
        skills=tuple(skills),
        languages=tuple(languages),
        desk=desk,
        until=until,
        hotline=hotline,
        stays=stays,
        softphone=softphone,
    )
    result, decision = session.run(lambda: use_case(session.open(), session.how(), ask))
    if type(result).__name__ == "Planned":
        return session.show(result)
    return _hand_out(session, result, decision, card, softphone=softphone)  # type: ignore[arg-type]  # the other of the two


def _place_for(session: Session, card: str, *, softphone: bool) -> None:
    """Refuse before anything is done what nobody could be shown after it."""
    if card:
        from pathlib import Path

        from campctl.app.phone_secrets import check_place

        try:
            check_place(Path(card))
        except UsageError as error:
            raise UsageError(error.message.replace("--secrets", "--card"), hint=error.hint) from None
    elif softphone and not _room(session):
        raise UsageError(
            "The secret of a softphone is shown once, in a QR code, and there is no room to show it here.", hint="Add --card FILE."
        )


def _room(session: Session) -> bool:
    """Whether a code can be drawn, whatever is in it."""
    drawn = session.format in {"", "table"} and not session.terminal.quiet and not session.options.get("events")
    return drawn and (session.terminal.width or 0) >= WIDE


def _hand_out(session: Session, result: Seated, decision: Decision, card: str, *, softphone: bool) -> int:
    """The card on stdout and in a file, the code where there is room. A secret is in the file, else in that code, and nowhere else."""
    from pathlib import Path

    from msgspec.structs import replace

    status = status_of(result.applied)
    secret = ""
    if softphone and status == 0 and decision.came is not None:
        from campctl.app.seating_card import softphone as make

        came = decision.came
        secret, said = session.run(lambda: make(session.open(), session.how(), came))
        if said:
            result = replace(result, remarks=(*result.remarks, said))
    if card and status == 0:
        from campctl.app.files import write_private
        from campctl.views.card_html import page

        write_private(Path(card), page(_cards(result), secret=secret).encode())
        result = replace(result, card_file=card)
    if session.options.get("events"):
        return int(status)  # the run's own lines are on stdout, and the card is in its file
    session.show(result, exit=status)
    if status == 0:
        from campctl.views.seating import show_code

        show_code("" if card and secret else secret or result.card.sip, session.style(), session.terminal)
    return int(status)


def _cards(result: Seated) -> tuple[Card, ...]:
    return (result.card, *((result.moved,) if result.moved is not None else ()))


@command(
    APP,
    "check-out",
    cls=ApplyCmd,
    examples=("campctl seat check-out 'Sam Ortiz'", "campctl seat check-out chicago-hq/a001", "campctl seat check-out ann.lee"),
)
def check_out(
    ctx: typer.Context,
    who: Annotated[str, typer.Argument(metavar="NAME|DESK", help="Who leaves, or the desk they leave.")],
    office: Annotated[str, typer.Option("--office", metavar="OFFICE", help="The office of the desk.")] = "",
) -> int:
    """Somebody leaves: their desk goes dark and their seat is free. A call they are in goes on to its end."""
    from campctl.app.seating_out import check_out as use_case

    session: Session = ctx.obj
    return session.show(session.run(lambda: use_case(session.open(), session.how(), who=who, office=office)))
