"""What a verb says afterwards is about what it did."""

from __future__ import annotations

from typing import Any


def test_a_rollback_says_which_override_would_do_it_again(camp: Any) -> None:
    """The id is there to be pasted; with it ended the plan stays empty."""
    camp.do("hotline", "scale", "voter-protection", "+1").ok()
    run = camp.do("history", "-o", "json").ok().data["rows"][0]["run"]
    (override,) = camp.do("override", "list", "-o", "json").ok().data["overrides"]
    done = camp.do("rollback", run, "--yes").ok()
    assert f"campctl override clear {override['id']}" in done.out + done.err
    camp.do("override", "clear", override["id"]).ok()
    camp.settled()


def test_a_rollback_of_an_edit_names_the_manifests(camp: Any) -> None:
    """Where YAML wants it again, that is what it says."""
    camp.do("move", "ann.lee", "--to", "phoenix-field", "--yes").ok()
    run = camp.do("history", "-o", "json").ok().data["rows"][0]["run"]
    done = camp.do("rollback", run, "--yes").ok()
    assert "The manifests still say" in done.out + done.err


def test_warnings_of_other_hotlines_are_not_repeated(camp: Any) -> None:
    """A hotline that is short of people is told of when it is scaled, not when another one is."""
    short = camp.do("hotline", "scale", "voter-protection", "12").ok()
    assert "voter-protection should have 12 seats" in short.err + short.out
    other = camp.do("hotline", "scale", "main", "1").ok()
    assert "voter-protection should have" not in other.err + other.out
