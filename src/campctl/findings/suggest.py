"""Did you mean ...? The nearest of many ids to one that does not exist.

Built for 100,000 ids: the ids are sorted once, forwards and by their reversed spelling, and only the neighbours of
the misspelt word in both orders (they share its beginning or its end) are compared in full. One typo leaves a
beginning or an end alone, so it is found; a search costs about a millisecond, however many ids there are.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

NEIGHBOURS = 40
"""Ids looked at on either side of the word, in each of the two orders."""

SEARCHES = 300
"""Searches one `Suggester` makes; further words get no suggestion, so that ten thousand typos stay affordable."""

CUTOFF = 0.7
"""How alike two words must be (difflib's ratio, 0..1) for one to be suggested for the other."""


class Suggester:
    """Finds the nearest of `choices` to a word; remembers what it was asked."""

    def __init__(self, choices: Iterable[str]) -> None:
        self._choices = choices
        self._forwards: Sequence[str] = ()
        self._backwards: Sequence[str] = ()
        self._by_plain: dict[str, str] = {}
        self._known: dict[str, str] = {}

    def nearest(self, word: str) -> str:
        """The id most like `word`, or "" when none is like it."""
        found = self._known.get(word)
        if found is None:
            if len(self._known) >= SEARCHES:
                return ""
            found = self._known[word] = self._search(word)
        return found

    def did_you_mean(self, word: str) -> str:
        """'Did you mean `x`?' or ""."""
        found = self.nearest(word)
        return f"Did you mean `{found}`?" if found else ""

    def _search(self, word: str) -> str:
        from difflib import get_close_matches

        if not self._forwards:
            self._by_plain = {_plain(choice): choice for choice in self._choices}
            self._forwards = sorted(self._by_plain)
            self._backwards = sorted(plain[::-1] for plain in self._forwards)
        plain = _plain(word)
        around = dict.fromkeys(_neighbours(self._forwards, plain))
        around.update(dict.fromkeys(near[::-1] for near in _neighbours(self._backwards, plain[::-1])))
        close = get_close_matches(plain, [near for near in around if self._by_plain[near] != word], n=1, cutoff=CUTOFF)
        return self._by_plain[close[0]] if close else ""


def _plain(word: str) -> str:
    """The word without capitals and with hyphens for spaces and underscores, which is how ids are meant to look."""
    return word.strip().lower().replace("_", "-").replace(" ", "-")


def _neighbours(ordered: Sequence[str], word: str) -> Sequence[str]:
    """The entries of a sorted sequence around the place where `word` would stand."""
    place = bisect_left(ordered, word)
    return ordered[max(0, place - NEIGHBOURS) : place + NEIGHBOURS]
