"""Putting a configuration into a folder: only its owner can read it, and nothing that was there is lost."""

from __future__ import annotations

import fcntl
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from campctl.errors import UsageError


def place(folder: Path, files: Mapping[str, str], *, force: bool) -> tuple[str, ...]:
    """Write files (0600) into a folder (0700); names of those whose former content is kept beside them as .bak.

    A folder that holds anything is refused, unless `force`. A file that is the same already is left as it is.
    """
    try:
        _folder(folder, force=force)
        with _alone(folder):  # the files belong together: passwords of two are not to be mixed
            _folder(folder, force=force)
            kept = tuple(name for name, text in files.items() if _write(folder / name, text))
    except OSError as error:
        raise UsageError(
            f"{error.filename or folder} cannot be written: {error.strerror}.", hint="Check the folder, its permissions and space."
        ) from None
    return kept


def _folder(folder: Path, *, force: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is not a folder; nothing was written.", hint="Name a new one.")
    if folder.is_dir() and not force and any(folder.iterdir()):
        raise UsageError(
            f"{folder} is not empty; nothing was written.",
            hint="Name a new folder, or repeat with --force: files of the same name are kept as .bak.",
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        folder.chmod(0o700)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Whoever writes there at the same moment waits; where a file system has no such locks, nobody does."""
    number = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(number, fcntl.LOCK_EX)
        yield
    finally:
        os.close(number)


def _write(path: Path, text: str) -> bool:
    """Whether something else was there, and is kept as .bak."""
    data = text.encode()
    try:
        before = path.read_bytes()
    except FileNotFoundError:
        before = None
    if before == data:
        path.chmod(0o600)
        return False
    if before is not None:
        _fresh(path.with_name(path.name + ".bak"), before)
    _fresh(path, data)
    return before is not None


def _fresh(path: Path, data: bytes) -> None:
    """A new file with mode 0600, renamed over what was there, so that nobody can read it for a moment."""
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)
