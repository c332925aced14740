"""A campaign of a few files, edited and compared line by line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from campctl.manifest.edit import Editor

Edit = Callable[[Editor], object]


class Camp:
    """Files below a folder; `edit` returns one file's new text and checks what holds for every edit."""

    def __init__(self, root: Path, files: dict[str, bytes]) -> None:
        self.root = root
        self.files = files
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)

    def editor(self) -> Editor:
        return Editor(self.root)

    def edit(self, change: Edit, file: str = "campaign.yaml") -> str:
        editor = self.editor()
        change(editor)
        for name, content in self.files.items():
            assert (self.root / name).read_bytes() == content, "nothing is written before write()"
        return editor.overlay.get(file, self.files[file]).decode()

    def data(self, text: str) -> Any:
        return yaml.load(text, yaml.BaseLoader)


@pytest.fixture
def camp(tmp_path: Path) -> Callable[..., Camp]:
    """`camp(text)` or `camp({file: text})`."""

    def make(files: str | bytes | dict[str, str | bytes]) -> Camp:
        several = files if isinstance(files, dict) else {"campaign.yaml": files}
        return Camp(tmp_path, {name: text.encode() if isinstance(text, str) else text for name, text in several.items()})

    return make
