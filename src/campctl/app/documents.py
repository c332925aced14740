"""`schema` and `completion`: texts that come with campctl."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from campctl import errors

if TYPE_CHECKING:
    from campctl.app.results import Message, Text

SCRIPTS = {"bash": "campctl.bash", "zsh": "_campctl", "fish": "campctl.fish"}


def schema_text(*, faults: bool = False, runbook: bool = False) -> str:
    """The JSON Schema of the manifests, of a rehearsal's faults, or of a runbook, indented."""
    if faults:
        from campctl.manifest.faults import json_schema
    elif runbook:
        from campctl.manifest.runbooks import json_schema
    else:
        from campctl.manifest.schema import json_schema
    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


def schema(*, output_file: str = "", faults: bool = False, runbook: bool = False) -> Text | Message:
    """The JSON Schema of the manifests, of a rehearsal's faults, or of a runbook, as text or written to a file."""
    from campctl.app.results import Message, Text

    text = schema_text(faults=faults, runbook=runbook)
    if not output_file:
        return Text(text=text, of="schema")
    path = Path(output_file)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise errors.UsageError(f"{path} cannot be written: {error.strerror}.", hint="Check the folder and its permissions.") from None
    return Message(text=f"The schema is in {path}.", data={"file": str(path)})


def completion(shell: str) -> str:
    """The completion script of a shell: in the installed package, or in a checkout beside `src`."""
    if shell not in SCRIPTS:
        raise errors.UsageError(f"There is no completion for {shell!r}.", hint=f"Shells: {', '.join(SCRIPTS)}.")
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_completions", package.parent.parent / "completions"):
        path = folder / SCRIPTS[shell]
        if path.is_file():
            return path.read_text(encoding="utf-8")
    raise errors.CampctlError("The completion scripts are missing from this installation.", hint="Install campctl again.")
