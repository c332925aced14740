"""Who may answer: the one rule, as a table."""

from __future__ import annotations

import pytest

from campctl.model.answering import may_answer, port_may_answer
from campctl.model.campaign import Answer, Port, User

ANN = User("ann", "Ann", "hq", "3001", role="lawyer", skills=("legal", "data"), languages=("en", "es"))
BEN = User("ben", "Ben", "east", "3002")

PEOPLE = [
    (Answer(), False),
    (Answer(users=("ann",)), True),
    (Answer(users=("ben",)), False),
    (Answer(users=("ann",), offices=("east",)), True),
    (Answer(offices=("hq", "east")), True),
    (Answer(offices=("east",)), False),
    (Answer(roles=("lawyer",)), True),
    (Answer(roles=("reception",)), False),
    (Answer(skills=("voter", "data")), True),
    (Answer(skills=("voter",)), False),
    (Answer(languages=("es",)), True),
    (Answer(languages=("fr",)), False),
    (Answer(offices=("hq",), skills=("legal",), languages=("fr",)), False),
    (Answer(offices=("hq",), roles=("lawyer",), skills=("legal",), languages=("en",), ports=False), True),
]


@pytest.mark.parametrize(("answer", "expected"), PEOPLE)
def test_every_given_list_must_match_or_the_name_be_given(answer: Answer, expected: bool) -> None:
    """A person answers when named, or when each list that is given has one of theirs; no list chooses nobody."""
    assert may_answer(answer, ANN) is expected


PORTS = [
    (Answer(), None, True),
    (Answer(), BEN, True),
    (Answer(ports=False), None, False),
    (Answer(ports=False, users=("ann",)), ANN, False),
    (Answer(offices=("hq",)), None, True),
    (Answer(offices=("east",)), None, False),
    (Answer(skills=("legal",)), None, True),
    (Answer(skills=("legal",)), ANN, True),
    (Answer(skills=("legal",)), BEN, False),
    (Answer(users=("ann",)), BEN, False),
    (Answer(users=("ann",), offices=("east",)), ANN, True),
    (Answer(users=("ann",)), None, True),
]


@pytest.mark.parametrize(("answer", "occupant", "expected"), PORTS)
def test_a_port_answers_for_a_volunteer_or_for_who_sits_there(answer: Answer, occupant: User | None, expected: bool) -> None:
    """A port without a named user is a volunteer's seat; with one, that user must be one who may answer."""
    assert port_may_answer(answer, Port("hq", "d1", "3010", lit=True), occupant) is expected
