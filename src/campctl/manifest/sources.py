"""The files of a campaign: which they are, and their bytes.

A campaign is the folder that holds `campaign.yaml` (or `campaign.yml`). Every *.yaml and *.yml file in it and below is
read, except in hidden folders, in folders named `runbooks`, in folders that hold a campaign of their own, and files
named `moves*.yaml`, which are the `move -f` lists of that name.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from pathlib import Path

from msgspec import Struct

from campctl.errors import NoCampaign
from campctl.manifest.limits import MAX_FILE_BYTES, MAX_FILES

ROOT_NAMES = ("campaign.yaml", "campaign.yml")
SUFFIXES = (".yaml", ".yml")
SKIPPED_FOLDERS = frozenset(("runbooks", "node_modules", "__pycache__"))


class Stamp(Struct, frozen=True, array_like=True):
    """What tells that a file is still the same without reading it; `hash` settles it when the times differ."""

    file: str
    size: int
    mtime_ns: int
    ctime_ns: int
    hash: str = ""


def find_root(start: Path) -> Path:
    """The campaign's folder: `start` or the nearest one above that holds campaign.yaml. Raises NoCampaign."""
    begin = Path(start).absolute()
    folder = begin if begin.is_dir() else begin.parent
    for candidate in (folder, *folder.parents):
        if any((candidate / name).is_file() for name in ROOT_NAMES):
            return candidate
    raise NoCampaign(
        f"There is no campaign.yaml in {folder} or in any folder above it.",
        hint="Go to the campaign's folder, or make one with `campctl init`.",
    )


def scan(root: Path) -> list[Stamp]:
    """The YAML files of a campaign, campaign.yaml first, then by path; at most one more than MAX_FILES of them."""
    found: list[Stamp] = []
    folders = [(str(root), "")]
    while folders and len(found) <= MAX_FILES:
        folder, prefix = folders.pop()
        below = []
        here = []
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        for entry in entries:
            name = entry.name
            if name[0] == ".":
                continue
            if name.endswith(SUFFIXES):
                stamp = stamp_of(entry.path, prefix + name)
                if stamp is not None:
                    here.append((name, stamp))
            elif entry.is_dir(follow_symlinks=False) and name not in SKIPPED_FOLDERS:
                below.append((entry.path, f"{prefix}{name}/"))
        if prefix and any(name in ROOT_NAMES for name, _ in here):
            continue
        found += (stamp for name, stamp in here if not name.startswith("moves"))
        folders += reversed(below)
    return sorted(found, key=lambda stamp: (stamp.file not in ROOT_NAMES, stamp.file))


def stamp_of(path: str | Path, file: str) -> Stamp | None:
    """The stamp of one regular file, without hash; None when there is none."""
    try:
        status = os.stat(path)  # noqa: PTH116 - a hot path
    except OSError:
        return None
    if not stat.S_ISREG(status.st_mode):
        return None
    return Stamp(file, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def with_overlay(stamps: list[Stamp], overlay: Mapping[str, bytes]) -> list[Stamp]:
    """The files when those of the overlay are put over them."""
    known = {stamp.file: stamp for stamp in stamps}
    for file, data in overlay.items():
        if file.endswith(SUFFIXES):
            known[file] = Stamp(file, len(data), 0, 0)
    return sorted(known.values(), key=lambda stamp: (stamp.file not in ROOT_NAMES, stamp.file))


def inside(root: Path, file: str) -> Path | None:
    """`root / file` when that is inside `root`, symbolic links followed; None otherwise."""
    path = (root / file).resolve()
    return path if path.is_relative_to(root.resolve()) else None


def read(path: Path) -> bytes:
    """The bytes of a file, at most one more than MAX_FILE_BYTES, however large it has become. Raises OSError."""
    with path.open("rb") as file:
        return file.read(MAX_FILE_BYTES + 1)
