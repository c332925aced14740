"""Kinds made of others: whole numbers in a range, a choice of words, lists, mappings, one or many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from campctl.manifest.kinds import TAG, Context, Kind, check_null, did_you_mean, is_plain, text_of, wrong
from campctl.manifest.nodes import Map, Node, Seq
from campctl.manifest.problems import Bad


def integer(low: int = 0, high: int = 10_000_000) -> Kind:
    """A whole number from `low` to `high`."""

    def parse(ctx: Context, node: Node) -> int:
        value = text_of(ctx, node, "a whole number")
        try:
            number = int(value)
        except ValueError:
            raise wrong(node, "a whole number", "Write digits only.") from None
        if not low <= number <= high:
            raise Bad("out-of-range", f"`{value}` is not between {low:,} and {high:,}.", f"Write a number from {low} to {high}.")
        return number

    return Kind("integer", parse, {"type": "integer", "minimum": low, "maximum": high}, f"whole number, {low:,} to {high:,}")


def choice(*choices: str) -> Kind:
    """One of a few words."""
    known = {word: word for word in choices}

    def parse(ctx: Context, node: Node) -> str:
        value = getattr(node, "value", None)
        found = known.get(value) if value is not None else None
        if found is not None:
            return found
        value = text_of(ctx, node, "one of a few words")
        near = did_you_mean(choices, value) or f"Choose one of {', '.join(f'`{word}`' for word in choices)}."
        raise Bad("not-a-choice", f"`{value}` is none of {', '.join(choices)}.", near)

    return Kind("choice", parse, {"enum": list(choices)}, " or ".join(f"`{word}`" for word in choices))


def list_of(item: Kind, *, flat: bool = False) -> Kind:
    """A list; a bad item does not hide the others. In a roster: one cell, split at `;` or `,`. `flat`: an item is several values."""
    parse_item = item.parse

    def parse(ctx: Context, node: Node) -> tuple[Any, ...]:
        if node.__class__ is Seq:
            items = node.items
        elif getattr(node, "style", None) == "csv":
            items = node.split()
        else:
            text = text_of(ctx, node) if node.__class__ is not Map else ""
            raise wrong(node, "a list", f"Write `[{text}]`." if text else "Write a list: `[a, b]`.")
        found: list[Any] = []
        for entry in items:
            try:
                value = parse_item(ctx, entry)
            except Bad as bad:
                ctx.bad(bad, entry)
                continue
            if flat:
                found.extend(value)
            else:
                found.append(value)
        return tuple(found)

    return Kind("list", parse, {"type": "array", "items": item.schema}, f"list of {item.written}", item.table)


_EACH_WORD = list_of(TAG)


def _word_list(ctx: Context, node: Node) -> tuple[str, ...]:
    """As any list; but thousands of people have the same few, so each that is without fault is kept and made once."""
    if node.__class__ is not Seq:
        return _EACH_WORD.parse(ctx, node)  # type: ignore[no-any-return]
    try:
        key = tuple([item.value for item in node.items])
    except AttributeError:
        return _EACH_WORD.parse(ctx, node)  # type: ignore[no-any-return]
    known = ctx.lists.get(key)
    if known is not None:
        return known
    if all(map(is_plain, key)):
        ctx.lists[key] = key
    return _EACH_WORD.parse(ctx, node)  # type: ignore[no-any-return]


WORDS = Kind("list", _word_list, _EACH_WORD.schema, _EACH_WORD.written)


def map_of(key: Kind, value: Kind) -> Kind:
    """A mapping whose keys are ids."""

    def parse(ctx: Context, node: Node) -> dict[str, Any]:
        if node.__class__ is not Map:
            check_null(ctx, node)
            raise wrong(node, "a mapping", "Write `{ id: value }`.")
        found = {}
        for key_node, value_node in node.items.values():
            try:
                name = key.parse(ctx, key_node)
            except Bad as bad:
                ctx.bad(bad, key_node)
                continue
            try:
                found[name] = value.parse(ctx, value_node)
            except Bad as bad:
                ctx.bad(bad, value_node)
        return found

    schema = {"type": "object", "additionalProperties": value.schema}
    return Kind("mapping", parse, schema, f"mapping of id to {value.written}", value.table)


def either(many: Kind, one: Kind, wrap: Callable[[Any], Any]) -> Kind:
    """`many` when a mapping or list stands there, else `one`, passed through `wrap`."""

    def parse(ctx: Context, node: Node) -> Any:
        return many.parse(ctx, node) if node.__class__ in (Map, Seq) else wrap(one.parse(ctx, node))

    return Kind(many.name, parse, {"anyOf": [many.schema, one.schema]}, f"{one.written}; or {many.written}", many.table)
