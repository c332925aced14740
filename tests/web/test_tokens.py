"""Tokens: where they come from, what is refused, and who is told from whom."""

from __future__ import annotations

from pathlib import Path

import pytest

from campctl.errors import SecretError, UsageError
from campctl.tui.serving.tokens import SHORTEST, VARIABLE, Holder, Tickets, holders

GOOD = "a-token-of-made-up-words_0123"
OTHER = "another.token~of/words+and=56"


def written(folder: Path, text: str, mode: int = 0o600) -> str:
    path = folder / "tokens"
    path.write_text(text)
    path.chmod(mode)
    return str(path)


def test_without_one_a_new_one_is_made() -> None:
    """It is long, another each time, and nobody's name is on it."""
    first, second = holders({}), holders({})
    assert first.fresh
    assert first.all[0].token != second.all[0].token
    assert len(first.all[0].token) >= 43
    assert first.all[0].name == ""


def test_from_the_environment() -> None:
    """The variable's token is the only one, and nothing is made up."""
    found = holders({VARIABLE: GOOD})
    assert not found.fresh
    assert found.all == (Holder(token=GOOD),)


def test_from_a_file(tmp_path: Path) -> None:
    """A token alone, with a name, and with a name that may only look; remarks and empty lines are passed over."""
    third = "the-third-token-is-for-looking"
    found = holders({}, written(tmp_path, f"# made up\n\n{GOOD}\ndana {OTHER}\nwall {third} read-only\n"))
    assert found.all == (Holder(token=GOOD), Holder(token=OTHER, name="dana"), Holder(token=third, name="wall", read_only=True))
    assert not found.fresh


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no token in it"),
        ("# nothing\n", "no token in it"),
        ("short\n", "can be guessed"),
        (f"dana {GOOD} write\n", "more words than a name and a token"),
        (f"{GOOD}\nben {GOOD}\n", "the same token"),
        ("dana töken-with-a-letter-of-another\n", "characters other than"),
    ],
)
def test_what_a_file_may_not_say(tmp_path: Path, text: str, words: str) -> None:
    """Each mistake is named with its line where it has one; no token is ever part of the words."""
    with pytest.raises(SecretError) as caught:
        holders({}, written(tmp_path, text))
    assert words in caught.value.message
    assert GOOD not in caught.value.message + caught.value.hint


def test_files_that_cannot_be_used(tmp_path: Path) -> None:
    """One that others can read, one that is not there, one that is no text; and never two sources at once."""
    with pytest.raises(SecretError, match="can be read by others: mode 0644"):
        holders({}, written(tmp_path, GOOD, 0o644))
    with pytest.raises(SecretError, match="No such file"):
        holders({}, str(tmp_path / "none"))
    (tmp_path / "bytes").write_bytes(b"\xff\xfe" * 20)
    (tmp_path / "bytes").chmod(0o600)
    with pytest.raises(SecretError, match="not UTF-8"):
        holders({}, str(tmp_path / "bytes"))
    with pytest.raises(UsageError, match="both given"):
        holders({VARIABLE: GOOD}, written(tmp_path, GOOD))


@pytest.mark.parametrize("token", ["", "x" * (SHORTEST - 1)])
def test_a_variable_that_could_be_guessed(token: str) -> None:
    """One that is set, to nothing or to little, is an error: whoever set it did not mean that anybody gets in."""
    with pytest.raises(SecretError, match="can be guessed"):
        holders({VARIABLE: token})


def test_who_is_who(tmp_path: Path) -> None:
    """Each token and each cookie leads to its holder, and to nobody else; the one is no use as the other."""
    found = holders({}, written(tmp_path, f"{GOOD}\ndana {OTHER}\n"))
    for holder in found.all:
        assert found.of_token(holder.token) is holder
        assert found.of_cookie(holder.cookie) is holder
        assert found.of_token(holder.cookie) is None
        assert found.of_cookie(holder.token) is None
        assert holder.token not in holder.cookie
        assert holder.token not in repr(holder)
    for wrong in ("", GOOD[:-1], GOOD + "x", GOOD.upper(), "tökén", "\ud800"):
        assert found.of_token(wrong) is None
        assert found.of_cookie(wrong) is None


def test_a_cookie_outlives_a_restart() -> None:
    """The same token gives the same cookie, another token another one."""
    assert Holder(token=GOOD).cookie == Holder(token=GOOD).cookie != Holder(token=OTHER).cookie


def test_a_ticket_is_good_once() -> None:
    """Used, it opens nothing, and there is another; the token behind it is never told. Where a token was told, there is none."""
    found = holders({})
    tickets = Tickets(found)
    first = tickets.valid
    assert first != found.all[0].token
    assert tickets.use("wrong") is None
    assert tickets.use(first) is found.all[0]
    assert tickets.use(first) is None
    assert tickets.valid not in {"", first}
    told = Tickets(holders({VARIABLE: GOOD}))
    assert told.valid == ""
    assert told.use("") is None
