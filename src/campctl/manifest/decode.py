"""Mappings to values, by the table of fields."""

from __future__ import annotations

import re
from typing import Any

from campctl.manifest import times, traps
from campctl.manifest.kinds import Context, Kind, check_id, check_null, check_trap, did_you_mean, text_of, wrong
from campctl.manifest.nodes import Map, Node, Seq
from campctl.manifest.nouns import Noun
from campctl.manifest.problems import Absent, Bad
from campctl.model.campaign import BackendSpec

_WORDS_FOR_SECRETS = "password|passwd|passphrase|secret|token|api_?key|private_?key|credentials?"
SECRET = re.compile(rf"(^|_|-)({_WORDS_FOR_SECRETS})($|_|-)", re.IGNORECASE)
# Bounded, and with nothing repeated before the word: a line may be 32 MiB long, and must not cost the square of that.
SECRET_LINE = re.compile(rf"({_WORDS_FOR_SECRETS})[\w-]{{0,80}}[\"']?\s{{0,80}}:\s", re.IGNORECASE)


def decode(ctx: Context, noun: Noun, node: Node, at: Any, owner: tuple[str, str] | None = None) -> dict[str, Any]:
    """The fields of a mapping, by attribute; those that cannot be read are reported and left out.

    `at` is what a finding about a missing field points at (the key). `owner` (section, id) is where rules would look.
    """
    found: dict[str, Any] = {}
    parsers = noun.parsers
    refused: set[str] | None = None
    for name, (key, value) in node.items.items():
        known = parsers.get(name)
        if known is None:
            _unknown_key(ctx, noun, key)
            continue
        try:
            found[known[0]] = known[1](ctx, value)
        except Absent as bad:
            ctx.bad(bad, value if value.value else key)
        except Bad as bad:
            ctx.bad(bad, value)
            refused = {known[0]} if refused is None else refused | {known[0]}
            if owner:
                ctx.bad_refs.add((*owner, known[0]))
                ctx.bad_refs.add((*owner, name))
    for name, attr in noun.required:
        value = found.get(attr)
        if not value and (value is None or value == "") and not (refused and attr in refused):
            _missing(ctx, noun, name, at)
            if owner:
                ctx.bad_refs.add((*owner, attr))
                ctx.bad_refs.add((*owner, name))
    return found


def table(noun: Noun) -> Kind:
    """The kind of a mapping with the fields of `noun`; a dict where the noun has no model."""

    def parse(ctx: Context, node: Node) -> Any:
        if node.__class__ is not Map:
            check_null(ctx, node)
            raise wrong(node, f"a mapping with {', '.join(f'`{field.name}`' for field in noun.fields[:3])}")
        zone = ctx.zone_name
        use_zone(ctx, node)
        values = decode(ctx, noun, node, node)
        ctx.zone_name = zone
        complaint = noun.check(values) if noun.check else None
        if complaint is not None:
            ctx.bad(complaint, node)
        if noun.model is None:
            return values
        if any(attr not in values for _, attr in noun.required):
            raise Incomplete
        return noun.model(**values)

    schema = {"$ref": f"#/definitions/{definition(noun)}"}
    return Kind("table", parse, schema, f"{noun.name} (below)", noun)


class Incomplete(Bad):
    """A mapping without what it must have; the findings are made."""

    def __init__(self) -> None:
        super().__init__("", "")


def definition(noun: Noun) -> str:
    """The name of a noun's definition in the JSON Schema."""
    return noun.name.replace(" ", "-")


def use_zone(ctx: Context, node: Map) -> None:
    """Times in this mapping are in the zone it names, if it names one that exists."""
    pair = node.items.get("time_zone")
    name = getattr(pair[1], "value", "") if pair else ""
    if name and times.zone(name) is not None:
        ctx.zone_name = name


def options_kind() -> Kind:
    """A backend: its `type`, and options that only the backend knows the meaning of."""

    def parse(ctx: Context, node: Node) -> BackendSpec:
        if node.__class__ is not Map:
            check_null(ctx, node)
            raise wrong(node, "a mapping with `type`", "Write `{ type: sim }`.")
        options: dict[str, Any] = {}
        kind = ""
        for name, (key, value) in node.items.items():
            try:
                if SECRET.search(name):
                    ctx.add("secret-in-manifest", f"`{name}` looks like a secret, and manifests are shared.", key, help=_LOGIN)
                elif name == "type":
                    kind = check_id(ctx, value)
                else:
                    options[name] = plain(ctx, value)
            except Bad as bad:
                ctx.bad(bad, key if isinstance(bad, Absent) else value)
        if not kind and "type" not in node.items:
            ctx.add("missing-key", "A backend needs `type`.", node, help="Add `type: sim`, or another backend's type.")
        return BackendSpec("", kind, options)

    schema = {"type": "object", "required": ["type"], "properties": {"type": {"type": "string"}}, "additionalProperties": True}
    return Kind("backend", parse, schema, "mapping with `type` and the backend's own options")


def plain(ctx: Context, node: Node) -> Any:
    """A value without a table: text, whole and broken numbers, true and false, lists, mappings."""
    if node.__class__ is Map:
        return {name: plain(ctx, value) for name, (_, value) in node.items.items()}
    if node.__class__ is Seq:
        return [plain(ctx, value) for value in node.items]
    value: str = node.value
    if node.style:
        return value
    if value in ("true", "false"):
        return value == "true"
    if len(value) < 20 and value.lstrip("-").isdecimal() and value.isascii() and str(int(value)) == value:
        return int(value)
    if traps.is_phone(value) or value in traps.NULLS:
        check_trap(ctx, value, node)
        return value
    try:
        return float(value) if "." in value and value[:1].isdecimal() and "_" not in value else text_of(ctx, node)
    except ValueError:
        return text_of(ctx, node)


_LOGIN = "Remove it here, change it there since it has been seen, and keep the new one with `campctl backend login NAME`."


def _unknown_key(ctx: Context, noun: Noun, key: Any) -> None:
    names = [field.name for field in noun.fields]
    near = did_you_mean(tuple(names), key.value)
    ctx.add(
        "unknown-key",
        f"`{key.value}` is not a field of {noun.name}, so nothing would come of it.",
        key,
        help=near or f"The fields are {', '.join(f'`{name}`' for name in names)}.",
    )


def _missing(ctx: Context, noun: Noun, name: str, at: Any) -> None:
    field = next(field for field in noun.fields if field.name == name)
    ctx.add("missing-key", f"`{name}` is missing: {field.doc[:1].lower()}{field.doc[1:]}", at, help=f"Add `{name}: {field.example}`.")
