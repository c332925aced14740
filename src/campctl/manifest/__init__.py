"""YAML and CSV to campaign, with findings at file, line and column; and edits that keep comments.

`manifest.load` reads, `manifest.edit` changes, `manifest.rules` checks, `manifest.schema` describes.
"""

from __future__ import annotations

from typing import Any

__all__ = ["dump"]


def dump(value: Any) -> str:
    """A value as YAML text (`manifest.emit`): order kept, texts quoted that other readers would take for something else."""
    from campctl.manifest.emit import dump as emit

    return emit(value)
