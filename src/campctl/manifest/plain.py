"""YAML that is no manifest (`-f FILE` of the verbs) as mappings, lists and text, by the same reader with the same limits."""

from __future__ import annotations

from typing import Any

from yaml import YAMLError

from campctl.errors import UsageError
from campctl.manifest.nodes import Map, Reader, Seq, TooBroken
from campctl.manifest.problems import Problems

HINT = "docs/batch-files.md shows the shapes."


def parse(data: bytes, file: str) -> Any:
    """Every scalar as the text it is written as, null as ""; an empty file as {}. `errors.UsageError` names the first fault's place."""
    problems = Problems()
    problems.file = file
    root = None
    try:
        root = Reader(data, problems).root()
    except TooBroken:
        pass
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        what = getattr(error, "problem", None) or " ".join(str(error).split())
        raise UsageError(f"{file}{place}: this is no YAML: {what}.", hint=HINT) from None
    except UnicodeDecodeError:
        raise UsageError(f"{file} is no text in UTF-8.", hint="Save it as UTF-8.") from None
    if problems.findings:
        first = problems.findings[0]
        place = f":{first.span.line}:{first.span.column}" if first.span else ""
        raise UsageError(f"{file}{place}: {first.detail}", hint=first.help)
    return _plain(root) if root is not None else {}


def _plain(node: Any) -> Any:
    if node.__class__ is Map:
        return {name: _plain(value) for name, (_, value) in node.items.items()}
    if node.__class__ is Seq:
        return [_plain(item) for item in node.items]
    return "" if not node.style and node.value in {"~", "null", "Null", "NULL"} else node.value
