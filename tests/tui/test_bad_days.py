"""Terminals of any size, names that bite, exchanges that fall silent, feeds that end, terminals that go away."""

from __future__ import annotations

import asyncio
import io
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace
from rich.cells import cell_len
from textual import events
from textual.geometry import Size

from campctl import errors
from campctl.app.picture import Picture
from campctl.live.board import BackendBoard
from campctl.tui import heading
from campctl.tui.app import BoardApp, Looks
from campctl.tui.driver import Sink
from campctl.tui.feeding import Feeder
from campctl.tui.heading import Feed
from campctl.tui.lines import wrapped
from campctl.tui.looks import ASCII, DARK, LIGHT, MONO, STATE_ROLES, UNICODE, glyphs_for, palette_for
from tui import pictures
from tui.boards import Recorder, Trial, board

SIZES = ((1, 1), (2, 1), (1, 5), (3, 3), (10, 4), (20, 8), (39, 11), (500, 3), (5, 200), (480, 130), (80, 24))


def test_any_size_and_back() -> None:
    """Every screen, and a plan over it, at every size from 1x1 to a wall and back; afterwards it looks as before."""

    async def test(trial: Trial) -> None:
        before = trial.rows
        for key in "12345":
            await trial.keys(key)
            for size in SIZES:
                await trial.pilot.resize_terminal(*size)
                await trial.settle()
        await trial.keys("1", "plus")
        for size in SIZES:
            await trial.pilot.resize_terminal(*size)
            await trial.settle()
        await trial.keys("escape", "home")
        assert trial.rows == before

    board(test, size=(80, 24), picture=pictures.picture(emergencies=(pictures.emergency(),)))


@pytest.mark.parametrize("over", [(), ("plus",), ("question_mark",)], ids=["board", "plan", "page"])
def test_sizes_that_overtake_each_other(over: tuple[str, ...]) -> None:
    """Two sizes under way at once, with other work between them, do not take turns for ever: it is laid out for the one there is."""

    async def test(trial: Trial) -> None:
        await trial.keys(*over)
        screen = trial.app.screen
        laid: list[Size | None] = []
        lay_out = screen._refresh_layout

        def counted(size: Size | None = None, scroll: bool = False) -> None:
            laid.append(size)
            assert len(laid) < 100, "it is laid out for ever"
            lay_out(size, scroll)

        screen._refresh_layout = counted  # type: ignore[method-assign]
        for height in (25, 24) * 2:
            screen.post_message(events.Resize(Size(80, height), Size(80, height)))
            for _ in range(4):
                screen.call_later(lambda: None)
        await trial.settle()
        assert {size for size in laid if size is not None} == {Size(80, 24)}

    board(test, size=(80, 24))


@pytest.mark.parametrize(
    "name", ["\x1b[2J\x1b[31mgone", "a\nb\tc", "\u202eevil", "李小龍" * 30, "e\u0301" * 50, "👩\u200d👩\u200d👧" * 20, "\x9b31m", ""]
)
def test_names_that_bite(name: str) -> None:
    """Nothing in a name reaches the terminal as a command, and what stands right of it stays where it was."""

    async def test(trial: Trial) -> None:
        for key in ("1", "2", "3", "4", "5"):
            await trial.keys(key)
            for row in trial.rows:
                assert cell_len(row) <= 100
                assert not any(ord(char) < 32 or 127 <= ord(char) < 160 for char in row)
        await trial.keys("1")
        at = next(row for row in trial.rows if "71%" in row)
        below = next(row for row in trial.rows if "93%" in row)
        assert cell_len(at[: at.index("71%")]) == cell_len(below[: below.index("93%")])

    hotline, *others = pictures.hotlines()
    person, *people = pictures.people()
    deed, *deeds = pictures.activity()
    alert, *alerts = pictures.alerts()
    office, *offices = pictures.offices()
    desk, *desks = office.desks
    bad = pictures.picture(
        campaign=name,
        hotlines=(replace(hotline, name=name, whence=name), *others),
        people=(replace(person, name=name, reason=name, state="paused"), *people),
        activity=(replace(deed, what=name, who=name), *deeds),
        alerts=(replace(alert, words=name), *alerts),
        offices=(replace(office, name=name, desks=(replace(desk, who=name, label=name), *desks)), *offices),
        backends=(BackendBoard(name="local", health="lost", why=name, heard=pictures.NOW),),
    )
    board(test, picture=bad)


def test_what_is_not_well_is_in_the_header_on_any_width() -> None:
    """A lost or silent exchange is named whatever the width; those that are well are only counted where there is no room."""
    for width in range(30, 200):
        line = heading.header(
            pictures.picture(backends=pictures.unwell()), Feed(heard=pictures.NOW), pictures.NOW, pictures.ZONE, UNICODE, width
        )
        text = "".join(piece[1] for piece in line)
        assert cell_len(text) <= width
        assert "boston-pbx" in text
        assert "lost" in text or width < 40
        if width >= 110:
            assert "hq-pbx stale 0:12" in text


def test_silence_of_the_feed_is_shown() -> None:
    """When no picture comes for a while the header says for how long, and when the feed broke, why."""
    from datetime import timedelta

    def said(feed: Feed) -> str:
        later = pictures.NOW + timedelta(seconds=42)
        return "".join(piece[1] for piece in heading.header(pictures.picture(), feed, later, pictures.ZONE, UNICODE, 100))

    assert "nothing new for 0:42" in said(Feed(heard=pictures.NOW))
    assert "the store is locked" in said(Feed(heard=pictures.NOW, wrong="the store is locked"))
    assert "nothing new" not in said(Feed(heard=pictures.NOW + timedelta(seconds=40)))


def test_emergency_banner_leaves_nothing_out() -> None:
    """On a narrow terminal it takes more lines instead of less words."""
    names = heading.names_of(pictures.picture())
    for width in (12, 25, 40, 80, 200):
        lines = heading.banner([pictures.emergency()] * 5, names, pictures.NOW, pictures.ZONE, width, lit=True)
        text = " ".join(" ".join("".join(piece[1] for piece in line) for line in lines).split())
        assert "and 2 more" in text
        if width >= 40:
            assert "hq/a002" in text
            assert "Headquarters" in text
            assert "+13125550142" in text


@given(st.lists(st.tuples(st.just("text"), st.text(max_size=40)), max_size=5), st.integers(2, 60), st.integers(0, 8))
def test_wrapping_keeps_words_and_width(pieces: list[tuple[str, str]], width: int, hang: int) -> None:
    """Lines are no wider than allowed (but for a character that is), and hold everything but spaces at their ends."""
    from campctl.tui.cells import tame

    lines = wrapped(pieces, width, hang=min(hang, width - 2))
    assert all(cell_len("".join(piece[1] for piece in line)) <= max(width, 2) for line in lines)
    whole = "".join("".join(tame(text) for _, text in pieces).split())
    assert "".join("".join("".join(piece[1] for piece in line).split()) for line in lines) == whole


def test_an_empty_campaign_says_what_to_do() -> None:
    """No screen is just blank."""

    async def test(trial: Trial) -> None:
        for key, words in (
            ("1", "no hotlines"),
            ("2", "no offices"),
            ("3", "Nobody is in this campaign"),
            ("4", "Nothing was done yet"),
            ("5", "All is well"),
        ):
            await trial.keys(key)
            assert words in trial.text
        await trial.keys("enter", "down", "pagedown", "end", "left", "N")

    board(test, picture=pictures.empty())


def test_what_is_looked_into_may_vanish() -> None:
    """A hotline or an office that is removed while one looks at it is said to be gone; keys do no harm."""

    async def test(trial: Trial) -> None:
        for keys, words in ((("1", "enter"), "There is no hotline"), (("2", "enter"), "There is no office")):
            trial.give(pictures.picture())
            await trial.keys(*keys)
            trial.give(pictures.empty())
            await trial.settle()
            assert words in trial.text
            await trial.keys("plus", "p", "w", "l", "d", "enter", "escape")

    board(test)


def test_every_state_has_a_glyph_of_its_own() -> None:
    """States are told apart without colour, in Unicode and in ASCII."""
    desk = ("dark", "lit", "ringing", "talking", "paused", "unreachable", "no-location")
    for glyphs in (UNICODE, ASCII):
        shown = [glyphs.states[state] for state in desk]
        assert len(set(shown)) == len(shown)
        assert all(cell_len(glyph) == 1 for glyph in shown)
    assert all(glyph.isascii() for glyph in ASCII.states.values())
    assert set(STATE_ROLES) <= set(UNICODE.states)


def test_monochrome_has_no_colours_at_all() -> None:
    """With NO_COLOR, or on a vt100, nothing that is drawn has a colour, and ASCII does where nothing else is known."""

    async def test(trial: Trial) -> None:
        for keys in ("1", "2", "3", "4", "5", ("1", "plus"), ("escape", "question_mark"), ("escape", "colon")):
            await trial.keys(*keys)
            for strip in trial.app.screen._compositor.render_strips():
                for segment in strip.apply_filter(trial.app._filters[0], trial.app.screen.background_colors[1]):
                    assert segment.style is None or (segment.style.color is None and segment.style.bgcolor is None)
            assert {char for char in trial.text if not (char.isascii() or char.isalpha())} == set(), "more than names is not ASCII"

    board(test, looks=Looks(palette=MONO, glyphs=ASCII, motion=False))
    assert palette_for({"NO_COLOR": "1"}) is MONO
    assert palette_for({"TERM": "vt100"}) is MONO
    assert palette_for({"TERM": "xterm-256color"}, no_color=True) is MONO
    assert palette_for({"CAMPCTL_THEME": "light"}) is LIGHT
    assert palette_for({"CAMPCTL_THEME": "light"}, theme="dark") is DARK
    assert glyphs_for({"TERM": "vt100", "LANG": "en_US.UTF-8"}) is ASCII
    assert glyphs_for({"TERM": "xterm", "LANG": "C"}) is ASCII
    assert glyphs_for({"TERM": "xterm", "LANG": "en_US.UTF-8"}) is UNICODE
    assert glyphs_for({"TERM": "xterm"}) is UNICODE


def _contrast(one: str, other: str) -> float:
    def luminance(color: str) -> float:
        parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        lin = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * lin[0] + 0.7152 * lin[1] + 0.0722 * lin[2]

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("palette", [DARK, LIGHT], ids=lambda palette: palette.name)
def test_colours_can_be_read(palette: object) -> None:
    """Text stands out from its ground by 4.5 to 1 (WCAG AA) also on the cursor's line; desks that are dark by 2.5 to 1 at least."""
    for role, words in palette.colors.items():  # type: ignore[attr-defined]
        color, _, ground = words.removeprefix("bold ").partition(" on ")
        for behind in (ground,) if ground else (palette.ground, palette.raised, palette.picked):  # type: ignore[attr-defined]
            assert _contrast(color, behind) >= (2.0 if role == "dark" else 3.0 if behind == palette.picked else 4.5), (role, behind)  # type: ignore[attr-defined]


def test_a_feed_that_never_worked_ends_the_board() -> None:
    """Manifests with errors, no store: said as by any other command, on a terminal that is one again."""

    async def wrong() -> AsyncIterator[Picture]:
        raise errors.InvalidManifest("The manifests have 2 errors.")
        yield

    async def run() -> BoardApp:
        feeder = Feeder(wrong)
        app = BoardApp(feeder, Recorder, looks=Looks(motion=False), now=lambda: pictures.NOW)
        feeder.start()
        async with app.run_test(size=(80, 24)):
            for _ in range(6000):
                if app._exit:
                    break
                await asyncio.sleep(0.01)  # the pilot's own pause needs a screen
        feeder.stop()
        return app

    app = asyncio.run(run())
    assert isinstance(app.fault, errors.InvalidManifest)


def test_a_feed_that_breaks_is_begun_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its last picture stays with why it is old; when pictures come again, that is gone."""
    from campctl.tui import feeding

    monkeypatch.setattr(feeding, "AGAIN", 0.05)
    gate = asyncio.Event()
    times: list[int] = []

    async def breaks() -> AsyncIterator[Picture]:
        times.append(1)
        yield pictures.picture(campaign=f"try {len(times)}")
        if len(times) == 1:
            raise errors.StoreBusy("The store is busy.")
        await gate.wait()

    async def run() -> None:
        feeder = Feeder(breaks)
        app = BoardApp(feeder, Recorder, looks=Looks(motion=False), now=lambda: pictures.NOW)
        async with app.run_test(size=(100, 24)) as pilot:
            trial = Trial(app, pilot, Recorder())
            feeder.start()
            await trial.until(lambda: "try 2" in trial.text and "store is busy" not in trial.text)
        feeder.stop()

    asyncio.run(run())
    assert len(times) == 2


def test_runbooks_are_looked_at_after_a_first_picture_from_a_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine that is busy no picture was made ahead; what the first one begins goes on all the same, and the board is left well."""
    monkeypatch.setattr("campctl.tui.app.LATER", 0.01)
    begun = threading.Event()

    class Books:
        """Says that it was begun."""

        def start(self, call: Any) -> None:
            begun.set()

        def stop(self) -> None:
            """Nothing to end."""

    async def shows() -> AsyncIterator[Picture]:
        yield pictures.picture()
        await asyncio.Event().wait()

    async def run() -> None:
        feeder = Feeder(shows)
        app = BoardApp(feeder, Recorder, looks=Looks(motion=False), now=lambda: pictures.NOW, books=Books)  # type: ignore[arg-type]
        async with app.run_test(size=(100, 24)) as pilot:
            feeder.start()
            await Trial(app, pilot, Recorder()).until(begun.is_set)
        feeder.stop()

    asyncio.run(run())


def test_only_the_newest_picture_is_drawn() -> None:
    """A slow screen skips pictures and never falls behind."""
    feeder = Feeder(lambda: iter(()))  # type: ignore[arg-type, return-value]
    calls: list[int] = []
    feeder.attach(lambda: calls.append(1))
    for number in range(5):
        feeder._put(pictures.picture(version=number), None)
    picture, wrong = feeder.take()
    assert picture is not None
    assert (picture.version, wrong, feeder.take()[0], len(calls)) == (4, None, None, 5)


def test_a_sink_bears_that_its_terminal_goes() -> None:
    """After the first write that fails nothing is written any more, and nothing raised."""

    class Gone(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(5, "Input/output error")

    sink = Sink(Gone())
    assert sink.write("x") == 1
    assert sink.gone
    sink.write("y")
    sink.flush()


@settings(max_examples=15)
@given(st.lists(st.sampled_from("12345jkgG+-ldwpxuet?/:nyhBNS\r"), max_size=25), st.sampled_from(((80, 24), (200, 60), (30, 8))))
def test_any_keys_in_any_order(keys: list[str], size: tuple[int, int]) -> None:
    """Whatever is pressed, it neither ends nor acts without a y on a plan that was shown."""
    names = {"+": "plus", "-": "minus", "?": "question_mark", "/": "slash", ":": "colon", "\r": "enter"}

    async def test(trial: Trial) -> None:
        for key in keys:
            await trial.pilot.press(names.get(key, key))
        await trial.settle()
        assert trial.app._exception is None
        assert len(trial.acts.acted) <= keys.count("y") + keys.count("\r")

    board(test, size=size, picture=pictures.picture(emergencies=(pictures.emergency(),)))
