"""Files that matter: written whole or not at all, and readable by their owner only."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from campctl import errors


def write_private(path: Path, data: bytes, *, read: Sequence[str] = ()) -> None:
    """Write `data` to `path` with mode 0600: a new file beside it, synced, then renamed over it; through a link to what it names.

    A device or pipe is written to as it is. read: files that the data were made from, and which are not to be lost.
    """
    try:
        for name in filter(None, read):
            if path.exists() and Path(name).exists() and path.samefile(name):
                raise errors.UsageError(f"{path} is read, too: it would be lost.", hint="Name another file to write.")
        if path.exists() and not (path.is_file() or path.is_dir()):
            path.write_bytes(data)
        else:
            _renamed(path.resolve(), data)
    except OSError as error:
        raise errors.UsageError(
            f"{path} cannot be written: {error.strerror}; nothing was left behind.", hint="Check the folder, its permissions and space."
        ) from None


def _renamed(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
