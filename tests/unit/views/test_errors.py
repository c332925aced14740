"""Which backend it was, where a campaign may have several."""

from __future__ import annotations

import pytest

from campctl.errors import BackendError, Refused, Unavailable
from campctl.views.envelope import failure
from campctl.views.style import Style


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Unavailable("Asterisk was not reached.", backend="hq"), "hq: Asterisk was not reached."),
        (Unavailable("hq did not answer.", backend="hq"), "hq did not answer."),
        (Unavailable("The old-hq did not answer.", backend="hq"), "hq: The old-hq did not answer."),
        (Refused("Asterisk says no.", backend="c++"), "c++: Asterisk says no."),
        (BackendError("Nobody knows."), "Nobody knows."),
    ],
)
def test_a_backend_that_is_not_named_is_put_in_front(error: BackendError, said: str) -> None:
    """Once, and not where the message says it already."""
    assert error.named == said


def test_scripts_are_told_by_itself() -> None:
    """The envelope's error has the backend beside its message."""
    (entry,) = failure(Unavailable("Nothing.", backend="hq"), Style(command="plan", format="json"))["errors"]
    assert entry == {"code": "unavailable", "message": "Nothing.", "hint": "", "backend": "hq"}
    (entry,) = failure(BackendError("Nothing."), Style(command="plan", format="json"))["errors"]
    assert "backend" not in entry
