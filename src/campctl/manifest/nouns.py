"""What the table of fields is made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from campctl.manifest.kinds import Kind, Parse
from campctl.manifest.problems import Bad


class Field(Struct, frozen=True):
    """One field: its key in YAML, kind, meaning, an example as YAML text.

    `default`: in words or as YAML; "" for nothing. `attr`: the attribute in `model.campaign`, where it is not the key.
    """

    name: str
    kind: Kind
    doc: str
    example: str
    required: bool = False
    default: str = ""
    attr: str = ""


class Noun:
    """A mapping with fields. `model` is built from them as keywords; None leaves the values as a dict.

    `roster`: the section may come from a CSV file too. `check` looks at fields together.
    """

    __slots__ = ("check", "doc", "fields", "model", "name", "parsers", "required", "roster")

    def __init__(
        self,
        name: str,
        doc: str,
        fields: tuple[Field, ...],
        model: Any = None,
        *,
        roster: bool = False,
        check: Callable[[dict[str, Any]], Bad | None] | None = None,
    ) -> None:
        self.name = name
        self.doc = doc
        self.fields = fields
        self.model = model
        self.roster = roster
        self.check = check
        self.parsers: dict[str, tuple[str, Parse]] = {field.name: (field.attr or field.name, field.kind.parse) for field in fields}
        self.required: tuple[tuple[str, str], ...] = tuple((field.name, field.attr or field.name) for field in fields if field.required)
