"""Files that matter: written whole or not at all, and readable by their owner only."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from campctl import errors


def write_private(path: Path, data: bytes) -> None:
    """Write `data` to `path` with mode 0600: a new file beside it, synced, then renamed over it."""
    try:
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
    except OSError as error:
        raise errors.UsageError(
            f"{path} cannot be written: {error.strerror}; nothing was left behind.", hint="Check the folder, its permissions and space."
        ) from None
