"""Runbooks as files: where they are, and which of them take in which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct

from campctl import errors
from campctl.app.context import Context
from campctl.findings import Finding
from campctl.findings.catalogue import finding
from campctl.findings.suggest import Suggester
from campctl.manifest.runbooks import MAX_RUNBOOK, read_runbook
from campctl.model.runbooks import Document, Text

FOLDER = "runbooks"
SUFFIXES = (".yaml", ".yml")


class Shelf:
    """The runbooks of a campaign, read once each. Names in findings are relative to the campaign's folder where they are in it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.findings: list[Finding] = []
        self._read: dict[Path, Document | None] = {}
        self.sources: dict[str, str] = {}
        self._homes: list[Path] = [root.resolve()]

    def names(self) -> list[str]:
        """What `runbook run NAME` knows without a path."""
        folder = self.root / FOLDER
        if not folder.is_dir():
            return []
        found = (path for path in folder.rglob("*") if path.suffix in SUFFIXES and path.is_file())
        return sorted(path.relative_to(folder).with_suffix("").as_posix() for path in found)

    def find(self, name: str) -> Path:
        """The file of a name: one in `runbooks/`, or a path. `errors.NotFound` otherwise."""
        for suffix in ("", *SUFFIXES):
            path = self.root / FOLDER / f"{name}{suffix}"
            if path.is_file():
                return path
        for path in (Path(name), self.root / name):
            if path.is_file():
                return path
        near = Suggester(self.names()).did_you_mean(name)
        some = f"There are: {', '.join(self.names()[:8])}." if self.names() else f"Put it into {FOLDER}/, or name its path."
        raise errors.NotFound(f"There is no runbook `{name}`.", hint=near or some)

    def label(self, path: Path) -> str:
        """How findings call a file."""
        whole = path.resolve()
        root = self.root.resolve()
        return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(whole)

    def lasting(self, name: str) -> str:
        """A name that finds the same file from any folder: as it is for one in `runbooks/`, else a path."""
        if any((self.root / FOLDER / f"{name}{suffix}").is_file() for suffix in ("", *SUFFIXES)):
            return name
        return self.label(self.find(name))

    def open(self, path: Path) -> Document | None:
        """Read a runbook; None when too little of it can be read. What is wrong with it is in `findings`."""
        key = path.resolve()
        if key not in self._read:
            self._homes.append(key.parent)
            self._read[key] = None
            try:
                with path.open("rb") as file:
                    data = file.read(MAX_RUNBOOK + 1)
            except OSError as error:
                raise errors.UsageError(f"{path} cannot be read: {error.strerror}.", hint="Look at its permissions.") from None
            if len(data) > MAX_RUNBOOK:
                raise errors.UsageError(f"{path} is larger than {MAX_RUNBOOK // 1024} KiB.", hint="That is no runbook.")
            label = self.label(path)
            self._read[key], wrong = read_runbook(label, data)
            self.sources[label] = data.decode("utf-8", "replace")
            self.findings += wrong
        return self._read[key]

    def fetch(self, outer: str, name: Text) -> tuple[str, Document | None]:
        """A file that another takes in, as `runbook.unroll` asks for it: named from the other's folder, in the campaign or beside it."""
        home = Path(outer) if Path(outer).is_absolute() else self.root / outer
        path = home.parent / name.value
        inside = any(path.resolve().is_relative_to(folder) for folder in self._homes)
        if not inside or not path.is_file():
            detail = f"There is no file `{name.value}` beside {outer}." if inside else f"`{name.value}` is outside the campaign's folder."
            beside = sorted(one.name for one in home.parent.glob("*") if one.suffix in SUFFIXES and one != home)
            near = Suggester(beside).did_you_mean(name.value) or "The path is relative to the folder of the file that names it."
            self.findings.append(finding("runbook-include-missing", detail, help=near, span=name.span))
            return name.value, None
        return self.label(path), self.open(path)

    def excerpts(self, found: Sequence[Finding]) -> dict[str, str]:
        """Place as `file:line` to the source line, for the carets."""
        spans = [one.span for one in found if one.span]
        spans += [other.span for one in found for other in one.related if other.span]
        lines = {name: text.splitlines() for name, text in self.sources.items()}
        return {
            f"{span.file}:{span.line}": lines[span.file][span.line - 1]
            for span in spans
            if span.file in lines and 0 < span.line <= len(lines[span.file])
        }


class Entry(Struct, frozen=True):
    """A runbook by name and file."""

    name: str
    path: Path


def every(ctx: Context) -> list[Entry]:
    """All runbooks of the campaign; files that others take in are among them."""
    shelf = Shelf(ctx.root)
    return [Entry(name, shelf.find(name)) for name in shelf.names()]
