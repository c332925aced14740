"""Runbooks from YAML, with a table of fields as manifests have: each text keeps its place, and every finding is made at once.

What the words mean together (jumps, variables, verbs, expectations) is looked at by `runbook.unroll`, `runbook.inspect` and
`app.running_books_lint`, which know more than one file.
"""

from __future__ import annotations

import hashlib
from typing import Any

from campctl.findings import Finding, Span
from campctl.manifest.decode import definition, table
from campctl.manifest.kinds import Context
from campctl.manifest.problems import Bad
from campctl.manifest.runbook_fields import FILE, NOUNS
from campctl.model.runbooks import KINDS, Document, Text

MAX_RUNBOOK = 1024 * 1024
"""Bytes of one runbook."""


def read_runbook(file: str, data: bytes) -> tuple[Document | None, list[Finding]]:
    """The runbook in these bytes, and everything that is wrong with how it is written; None when too little of it can be read."""
    from yaml import YAMLError

    from campctl.manifest.nodes import Reader, TooBroken

    ctx = Context()
    ctx.file = file
    found: Document | None = None
    try:
        text = data.decode("utf-8-sig")
        root = Reader(data, ctx).root()
        if root is None:
            ctx.add("empty-file", f"{file} is empty.", Span(file, 1, 1), help="docs/runbooks.md shows what may stand in it.")
        else:
            found = _document(file, table(FILE).parse(ctx, root), text)
    except TooBroken:
        pass
    except UnicodeDecodeError:
        ctx.add("not-utf-8", f"{file} is no text in UTF-8.", Span(file, 1, 1), help="Save it as UTF-8.")
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = Span(file, mark.line + 1, mark.column + 1) if mark else Span(file, 1, 1)
        ctx.add("yaml-syntax", f"{file} is no YAML: {getattr(error, 'problem', None) or error}.", place, help="Look at the line named.")
    except Bad as bad:
        ctx.bad(bad, Span(file, 1, 1))
    return found, ctx.findings


def _document(file: str, values: dict[str, Any], text: str) -> Document:
    name = values.get("name") or Text(file, Span(file, 1, 1))
    return Document(
        file=file,
        name=name,
        about=values["about"].value if "about" in values else "",
        day=values.get("day"),
        zone=values.get("time_zone"),
        roles=values.get("roles", {}),
        variables=values.get("vars", {}),
        steps=values.get("steps", ()),
        text=text,
    )


def digest_of(sources: dict[str, str]) -> str:
    """What a runbook and the files it takes in are known by."""
    digest = hashlib.blake2b(digest_size=16)
    for file, text in sorted(sources.items()):
        digest.update(f"{file}\0{hashlib.blake2b(text.encode(), digest_size=16).hexdigest()}\0".encode())
    return digest.hexdigest()


def json_schema() -> dict[str, Any]:
    """The JSON Schema of a runbook, for editors."""
    from campctl.manifest.schema import object_schema

    definitions = {definition(noun): object_schema(noun) for noun in NOUNS[1:]}
    definitions["step"]["oneOf"] = [{"required": [name]} for name in KINDS]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "campctl runbook",
        **object_schema(FILE),
        "definitions": definitions,
    }
