"""The YAML parser's complaints, in words that say what to do."""

from __future__ import annotations

from typing import Any

from yaml.error import MarkedYAMLError

_TABLE: tuple[tuple[str, str, str], ...] = (
    (
        "mapping values are not allowed",
        "There is a `: ` here, where no key can be.",
        "Quote a text with a colon in it; otherwise indent this line like the others beside it.",
    ),
    ("could not find expected ':'", "There is no `:` after this key.", "Write `key: value`. A text over several lines needs quotes."),
    ("did not find expected key", "This line fits neither the lines above it nor the indentation.", "Indent it like the keys beside it."),
    ("did not find expected '-' indicator", "This line is not indented like the list it stands in.", "Indent it like the `-` above."),
    (
        "did not find expected ',' or",
        "A bracket above is not closed, or a comma is missing.",
        "Close the bracket, or put a comma between the values.",
    ),
    ("did not find expected node content", "A value is missing here.", "Write the value, or close the bracket."),
    ("found undefined tag handle", "A text cannot begin with `!`: to YAML that is a tag.", "Quote it."),
    ("while scanning an alias", "A text cannot begin with `*`: to YAML that is an alias.", "Quote it."),
    ("while scanning an anchor", "A text cannot begin with `&`: to YAML that is an anchor.", "Quote it."),
    ("found unknown escape character", "This backslash is no escape that YAML knows.", "Use single quotes, or write two backslashes."),
    ("found unexpected document indicator", "`---` or `...` stands inside a quoted text.", "Close the quote above."),
)


def explain(error: MarkedYAMLError, text: bytes) -> tuple[Any, str, str, str]:
    """(mark, code, detail, help) of a parser's error."""
    problem, context = error.problem or "", error.context or ""
    mark = error.problem_mark
    assert mark is not None
    if "cannot start any token" in problem:
        return (mark, *_bad_character(mark, text))
    if "quoted scalar" in context and "end of stream" in problem:
        return error.context_mark or mark, "yaml-syntax", "The quote that is opened here is never closed.", "Close it."
    for words, detail, help_ in _TABLE:
        if words in problem or words in context:
            place = error.context_mark if "',' or" in words and error.context_mark is not None else mark
            return place, "yaml-syntax", detail, help_
    where = f" {context}" if context else ""
    return mark, "yaml-syntax", f"This is not YAML: {problem}{where}.", "Look at this line and the one above it."


def _bad_character(mark: Any, text: bytes) -> tuple[str, str, str]:
    lines = text.split(b"\n", mark.line + 1)
    line = lines[mark.line].decode() if mark.line < len(lines) else ""
    character = line[mark.column] if mark.column < len(line) else ""
    if character == "\t":
        return "yaml-tab", "The line is indented with a tab; YAML allows spaces only.", "Replace the tab by spaces."
    return "yaml-syntax", f"A text cannot begin with `{character}` in YAML.", "Quote it."
