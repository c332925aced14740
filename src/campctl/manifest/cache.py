"""The warm cache: the typed campaign of files that did not change, in ROOT/.campctl/cache/manifest.

Only campaigns without errors are kept. A file counts as unchanged when its size and times are the same and it was not
written just before it was read, or since (then times cannot tell), else when its hash is. A cache that is damaged, of another
campctl or another person's is as good as none; one that cannot be written is done without.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from campctl.findings import Finding
from campctl.manifest import sources
from campctl.manifest.sources import Stamp
from campctl.model.campaign import Campaign

if TYPE_CHECKING:
    from campctl.manifest.load import Loaded

_RACY_NS = 2_000_000_000
"""Times of files that differ by less from when reading began are not trusted: some file systems keep two seconds."""

_MAGIC = b"campctl manifest cache\n"
_LAYOUT = 3


class Head(Struct, frozen=True, array_like=True):
    """What the cache is of. `doubt_ns`: times of files are trusted that are older than the cache's own by more than this."""

    version: str
    doubt_ns: int
    yaml: tuple[Stamp, ...]
    other: tuple[Stamp, ...]
    digest: str
    checksum: bytes


class Body(Struct, frozen=True, array_like=True):
    """What it keeps."""

    campaign: Campaign
    findings: tuple[Finding, ...]


def path_of(root: Path) -> Path:
    """The cache's file."""
    return root / ".campctl" / "cache" / "manifest"


def fetch(root: Path, stamps: list[Stamp]) -> Loaded | None:
    """The campaign as last read, if `stamps` (of the YAML files there are now) say that nothing changed."""
    try:
        with path_of(root).open("rb") as file:
            status = os.fstat(file.fileno())
            if hasattr(os, "getuid") and status.st_uid != os.getuid():
                return None
            data = file.read()
    except OSError:
        return None
    try:
        return _decode(root, stamps, data, status.st_mtime_ns)
    except (msgspec.MsgspecError, ValueError, TypeError, OverflowError, RecursionError):
        return None


def _decode(root: Path, stamps: list[Stamp], data: bytes, written_ns: int) -> Loaded | None:
    start = len(_MAGIC) + 4
    if data[: len(_MAGIC)] != _MAGIC:
        return None
    size = int.from_bytes(data[len(_MAGIC) : start], "big")
    head = msgspec.msgpack.decode(memoryview(data)[start : start + size], type=Head)
    body = memoryview(data)[start + size :]
    if head.version != version() or hashlib.blake2b(body, digest_size=16).digest() != head.checksum:
        return None
    if len(stamps) != len(head.yaml):
        return None
    others = []
    for kept in head.other:
        stamp = sources.stamp_of(root / kept.file, kept.file)
        if stamp is None:
            return None
        others.append(stamp)
    if not all(
        _same(root, kept, now, written_ns - head.doubt_ns) for kept, now in zip((*head.yaml, *head.other), (*stamps, *others), strict=True)
    ):
        return None
    from campctl.manifest.load import Loaded

    found = msgspec.msgpack.decode(body, type=Body)
    loaded = Loaded(root, found.campaign, found.findings, head.digest, tuple(stamp.file for stamp in (*head.yaml, *head.other)))
    loaded.from_cache = True
    were = (*head.yaml, *head.other)
    loaded.stamps = tuple(replace(now, hash=then.hash) for then, now in zip(were, (*stamps, *others), strict=True))
    return loaded


def _same(root: Path, kept: Stamp, now: Stamp, trusted_ns: int) -> bool:
    """Whether a file is what it was; its times tell when they are before `trusted_ns`."""
    if kept.file != now.file or kept.size != now.size:
        return False
    same_times = kept.mtime_ns == now.mtime_ns and kept.ctime_ns == now.ctime_ns
    if same_times and max(now.mtime_ns, now.ctime_ns) < trusted_ns:
        return True
    from campctl.manifest.load import content_hash

    try:
        return content_hash(sources.read(root / now.file)) == kept.hash
    except OSError:
        return False


def keep(root: Path, loaded: Loaded, read: list[Stamp], took_ns: int) -> None:
    """Write the cache, all or nothing; silently not at all where that is not possible. `took_ns`: since the files were looked at."""
    if loaded.campaign is None:
        return
    try:
        body = msgspec.msgpack.encode(Body(loaded.campaign, loaded.findings))
    except (TypeError, OverflowError, msgspec.MsgspecError):
        return  # a backend option msgpack has no form for, such as a number of more than 64 bits
    yaml = tuple(stamp for stamp in read if stamp.file.endswith(sources.SUFFIXES))
    other = tuple(stamp for stamp in read if not stamp.file.endswith(sources.SUFFIXES))
    checksum = hashlib.blake2b(body, digest_size=16).digest()
    head = msgspec.msgpack.encode(Head(version(), took_ns + _RACY_NS, yaml, other, loaded.digest, checksum))
    path = path_of(root)
    try:
        path.parent.parent.mkdir(mode=0o700, exist_ok=True)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        _write(path, (_MAGIC, len(head).to_bytes(4, "big"), head, body))
    except OSError:
        return


def _write(path: Path, parts: tuple[bytes, ...]) -> None:
    import tempfile  # takes as long as reading a campaign that has not changed

    ignore = path.with_name(".gitignore")
    if not ignore.exists():
        ignore.write_text("*\n", encoding="ascii")
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".manifest-")  # 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(parts)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


_VERSION: list[str] = []


def version() -> str:
    """Changes with the code that reads and checks, with the model, and with the data of time zones and phone numbers."""
    if not _VERSION:
        package = Path(__file__).parent.parent
        digest = hashlib.blake2b(f"{_LAYOUT} {msgspec.__version__}".encode(), digest_size=16)
        folders = (package / name for name in ("manifest", "manifest/rules", "model", "findings", "findings/rules", "findings/syntax"))
        for path in (*folders, Path("/usr/share/zoneinfo/tzdata.zi"), *_data_packages()):
            for name, size, mtime in _listing(path):
                digest.update(f"{name} {size} {mtime}\n".encode())
        _VERSION.append(digest.hexdigest())
    return _VERSION[0]


def _listing(path: Path) -> list[tuple[str, int, int]]:
    """(name, size, mtime) of the Python files of a folder, or of a file itself; empty when there is none."""
    try:
        if path.is_dir():
            entries = [entry for entry in os.scandir(path) if entry.name.endswith(".py")]
            return sorted((entry.name, (status := entry.stat()).st_size, status.st_mtime_ns) for entry in entries)
        status = path.stat()
    except OSError:
        return []
    return [(path.name, status.st_size, status.st_mtime_ns)]


def _data_packages() -> list[Path]:
    from importlib.util import find_spec

    specs = map(find_spec, ("tzdata", "phonenumbers"))
    return [Path(spec.origin) for spec in specs if spec and spec.origin]
