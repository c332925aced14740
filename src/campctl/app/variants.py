"""Another plan to compare with: a folder, a whole campaign.yaml, or a file that says something else than one of this campaign."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from campctl import errors
from campctl.app.context import Context, open_campaign
from campctl.manifest.sources import ROOT_NAMES, SUFFIXES

if TYPE_CHECKING:
    from campctl.manifest.edit import Editor

HINT = "Name a campaign's folder, or a YAML file that stands for one of this campaign (such as other/surges.yaml)."


def variant(ctx: Context, path: str) -> Context:
    """The other campaign, opened. What a single file says takes the place of the same here, see `_overlay`."""
    where = Path(path)
    if where.is_dir():
        return open_campaign(where, environ=ctx.environ, command=ctx.command, clock=ctx.clock, who=ctx.who)
    if not where.is_file():
        raise errors.UsageError(f"--against {path}: there is no such file or folder.", hint=HINT)
    if where.name in ROOT_NAMES and where.resolve().parent != ctx.root.resolve():
        return open_campaign(where.parent, environ=ctx.environ, command=ctx.command, clock=ctx.clock, who=ctx.who)
    if not where.name.endswith(SUFFIXES):
        raise errors.UsageError(f"--against {path} is no YAML file.", hint=HINT)
    return ctx.with_overlay(_overlay(ctx, where))


def _overlay(ctx: Context, where: Path) -> Mapping[str, bytes]:
    """A file named as one of the campaign takes its place; of any other, each field takes the place of the same one here."""
    try:
        data = where.read_bytes()
    except OSError as error:
        raise errors.UsageError(f"--against {where} cannot be read: {error.strerror}.", hint=HINT) from None
    same = [file for file in ctx.loaded.files if Path(file).name == where.name]
    if len(same) == 1:
        return {same[0]: data}
    if same:
        raise errors.UsageError(
            f"--against {where}: it could stand for {' or '.join(same)}.", hint="Give it the name of only one of them, or another one."
        )
    return _merged(ctx, where, data)


def _merged(ctx: Context, where: Path, data: bytes) -> Mapping[str, bytes]:
    """Field by field; lists as a whole."""
    from campctl.manifest.edit import Editor
    from campctl.manifest.plain import parse

    said = parse(data, str(where))
    if not isinstance(said, dict) or not said:
        raise errors.UsageError(f"--against {where} says nothing of a campaign.", hint=HINT)
    editor = Editor(ctx.root, ctx.overlay)
    for section, entries in said.items():
        here: Any = getattr(ctx.campaign, section, None)
        if section == "ports" or not isinstance(entries, dict) or not (isinstance(here, dict) or section == "campaign"):
            raise errors.UsageError(
                f"--against {where}: what it says of `{section}` cannot be laid over this campaign.",
                hint="Lay it over fields of offices, users, numbers, hotlines or surges; else name the file as the one it stands for.",
            )
        if section == "campaign":
            _say(editor, section, "", entries)
            continue
        for name, fields in entries.items():
            if name not in here:
                editor.add(section, name, fields)
            elif isinstance(fields, dict):
                _say(editor, section, name, fields)
            else:
                raise errors.UsageError(f"--against {where}: `{name}` has no fields.", hint="Write what is different about it.")
    return editor.overlay


def _say(editor: Editor, section: str, name: str, fields: Mapping[str, Any], above: tuple[str, ...] = ()) -> None:
    for field, value in fields.items():
        if isinstance(value, dict):
            _say(editor, section, name, value, (*above, field))
        else:
            editor.set(section, name, (*above, field), value)
