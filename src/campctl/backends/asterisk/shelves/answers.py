"""What became of pipelined requests, as a shelf has to say it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from campctl.backends.asterisk.ami.pending import Answer
from campctl.backends.asterisk.ami.wire import DONE, Reply
from campctl.errors import BackendError, Refused, Uncertain

_FINE = "Response: Success"


def worded(answers: Sequence[Answer], *, fine: Collection[str] = ()) -> list[str | None]:
    """For each answer None, or why Asterisk did not do it; messages that contain one of `fine` are no refusal.

    Raises what lost answers mean for all of them: Unavailable only when nothing can have been done.
    """
    if answers.count(DONE) == len(answers):
        return [None] * len(answers)
    if all(type(answer) is Reply and answer.raw.startswith(_FINE) for answer in answers):
        return [None] * len(answers)
    lost = [answer for answer in answers if isinstance(answer, BackendError) and not isinstance(answer, Refused)]
    if lost:
        if any(isinstance(error, Uncertain) for error in lost) or any(isinstance(answer, Reply) and answer.ok for answer in answers):
            first = next((error for error in lost if isinstance(error, Uncertain)), lost[0])
            raise Uncertain(first.message, backend=first.backend, hint=first.hint)
        raise lost[0]
    return [_words(answer, fine) for answer in answers]


def _words(answer: Answer, fine: Collection[str]) -> str | None:
    if isinstance(answer, BackendError):
        return answer.message
    if answer.ok or any(text in answer.message for text in fine):
        return None
    return f"Asterisk says: {answer.message or 'no, without a reason'}"
