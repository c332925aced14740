"""YAML out: block style, order kept, and quotes wherever another reader would take a text for something else."""

from __future__ import annotations

from typing import Any

import msgspec
import yaml

from campctl.manifest import traps


class _Dumper(yaml.SafeDumper):
    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        """Values that are shared are written out each time."""
        return True


def _text(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    doubtful = text in traps.WORDS or traps.other_reading(text) or traps.is_phone(text) or (text[:1].isdigit() and text.isdecimal())
    style = '"' if doubtful or not text.isprintable() else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Dumper.add_representer(str, _text)


def dump(value: Any) -> str:
    """Any value of the model, or of plain dicts, lists, texts, numbers and datetimes, as YAML text."""
    plain = msgspec.to_builtins(value, str_keys=True)
    written: str = yaml.dump(plain, Dumper=_Dumper, sort_keys=False, allow_unicode=True, default_flow_style=False, width=110)
    return written
