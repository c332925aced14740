"""Words that sentences for people are made with."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from campctl.findings import Finding


def plural(count: int, noun: str, many: str = "") -> str:
    """`1 office`, `3 offices`; `many` for nouns that are not made with an s."""
    return f"{count:,} {noun if count == 1 else many or noun + 's'}"


def listed(items: Sequence[str], most: int = 3, word: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`; of more than `most` + 1 the first ones and how many more: `a, b, c and 4 more`."""
    if len(items) > most + 1:
        return f"{', '.join(items[:most])} {word} {len(items) - most:,} more"
    return f"{', '.join(items[:-1])} {word} {items[-1]}" if len(items) > 1 else "".join(items)


def count_words(findings: Iterable[Finding]) -> str:
    """`2 errors and 1 warning`; `no findings`."""
    counts = dict.fromkeys(("error", "warning", "note"), 0)
    for finding in findings:
        counts[finding.severity] += 1
    words = [plural(count, severity) for severity, count in counts.items() if count]
    if not words:
        return "no findings"
    return " and ".join(words) if len(words) < 3 else f"{words[0]}, {words[1]} and {words[2]}"
