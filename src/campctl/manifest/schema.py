"""JSON Schema of a manifest file, for editors (`campctl schema`), made from the table of fields.

Draft 7, which the YAML language server knows best. It says less than `validate`: a schema sees one file, and no rules.
"""

from __future__ import annotations

from typing import Any

from campctl.manifest.decode import definition
from campctl.manifest.fields import CAMPAIGN, ESCALATION, NOUNS, PORT, SECTIONS, SURGE_PORTS
from campctl.manifest.nouns import Field, Noun

_ONE_OF: dict[str, list[dict[str, Any]]] = {
    PORT.name: [{"required": ["desk"]}, {"required": ["desks"]}],
    ESCALATION.name: [{"required": ["to"]}, {"required": ["answer"]}],
    SURGE_PORTS.name: [{"required": ["desks"]}, {"required": ["any"]}],
}
_ID_NAMES = {"pattern": r"^[a-z0-9][a-z0-9._-]{0,62}$"}
_NUMBER_NAMES = {"pattern": r"^(\+?[0-9 ().-]+|from|columns|also)$"}


def json_schema() -> dict[str, Any]:
    """The schema of one file; every section is optional, since a campaign may be spread over many files."""
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "campctl manifest",
        "description": "A file of a campctl campaign.",
        "type": "object",
        "properties": {name: _section(name, noun) for name, noun in SECTIONS.items()},
        "patternProperties": {"^x-": {"description": "Not read: a place for anchors."}},
        "additionalProperties": False,
        "definitions": {definition(noun): object_schema(noun) for noun in NOUNS},
    }


def _section(name: str, noun: Noun) -> dict[str, Any]:
    reference: dict[str, Any] = {"$ref": f"#/definitions/{definition(noun)}"}
    if noun is CAMPAIGN:
        return reference
    entry = {"anyOf": [reference, {"type": "null"}]} if name == "numbers" else reference
    section: dict[str, Any] = {
        "description": noun.doc,
        "type": ["object", "null"],
        "propertyNames": _NUMBER_NAMES if name == "numbers" else _ID_NAMES,
        "additionalProperties": entry,
    }
    if noun.roster:
        columns = ("number" if name == "numbers" else "id", *noun.parsers)
        section["properties"] = {
            "from": {"type": "string", "description": "A CSV file inside the campaign's folder."},
            "columns": {
                "type": "object",
                "description": "Field to the header of its column.",
                "properties": {column: {"type": "string"} for column in columns},
                "additionalProperties": False,
            },
            "also": {"type": "object", "description": "More of them, beside the roster.", "additionalProperties": entry},
        }
    return section


def object_schema(noun: Noun) -> dict[str, Any]:
    """What a mapping with these fields looks like."""
    found: dict[str, Any] = {
        "description": noun.doc,
        "type": "object",
        "properties": {field.name: _field(field) for field in noun.fields},
        "additionalProperties": False,
    }
    if noun.required:
        found["required"] = [name for name, _ in noun.required]
    if noun.name in _ONE_OF:
        found["oneOf"] = _ONE_OF[noun.name]
    return found


def _field(field: Field) -> dict[str, Any]:
    words = f"{field.doc} Default: {field.default}." if field.default else field.doc
    if "$ref" in field.kind.schema:  # draft 7 ignores what stands beside a reference
        return {"description": words, "allOf": [field.kind.schema]}
    return {"description": words, **field.kind.schema}
