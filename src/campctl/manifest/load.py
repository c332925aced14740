"""Reads a campaign: every file, with every finding, in one go.

    root = find_root(Path.cwd())
    loaded = load(root)
    loaded.campaign, loaded.findings, loaded.where(Ref("users", "ann.lee", "extension"))

YAML is parsed only when the cache (`manifest.cache`) does not know the files as they are now.
"""

from __future__ import annotations

import gc
import hashlib
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from campctl.findings import Finding, Ref, Span
from campctl.manifest import sources
from campctl.manifest.limits import MAX_FILES
from campctl.manifest.sources import Stamp, find_root
from campctl.model.campaign import Campaign

if TYPE_CHECKING:
    from campctl.manifest.locate import Locator

__all__ = ["Loaded", "find_root", "load"]

AGAIN = 3
"""How often files with errors are read while they change: an edit of several is not seen whole by who reads in its midst."""
NO_OVERLAY: Mapping[str, bytes] = MappingProxyType({})


class Loaded:
    """A campaign as read. `digest` covers the names and contents of `files` (relative paths, rosters too).

    `campaign` is None when nothing sensible is left of it; with findings of severity error it is for looking at only.
    """

    __slots__ = ("_locator", "_overlay", "campaign", "digest", "files", "findings", "from_cache", "root", "stamps")

    def __init__(self, root: Path, campaign: Campaign | None, findings: tuple[Finding, ...], digest: str, files: tuple[str, ...]) -> None:
        self.root = root
        self.campaign = campaign
        self.findings = findings
        self.digest = digest
        self.files = files
        self.from_cache = False
        self.stamps: tuple[Stamp, ...] = ()
        """Of `files`, taken before they were read, with the hashes of what was."""
        self._overlay: Mapping[str, bytes] = NO_OVERLAY
        self._locator: Locator | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a campaign without errors (warnings may be)."""
        return self.campaign is not None and not any(finding.severity == "error" for finding in self.findings)

    def outdated(self) -> bool:
        """Whether the files on disk now say something else than what was read; what an overlay stands over does not count."""
        now = {stamp.file: stamp for stamp in sources.scan(self.root)}
        read = {stamp.file: stamp for stamp in self.stamps if stamp.file not in self._overlay}
        if now.keys() - self._overlay.keys() - read.keys():
            return True
        return any(not self._same(stamp, now.get(file) or sources.stamp_of(self.root / file, file)) for file, stamp in read.items())

    def _same(self, read: Stamp, now: Stamp | None) -> bool:
        if now is None or now == replace(read, hash=""):
            return now is not None
        try:
            return content_hash(sources.read(self.root / read.file)) == read.hash
        except OSError:
            return False

    def where(self, ref: Ref) -> Span | None:
        """The place of a value; the nearest enclosing thing when it is not written itself; None when nothing of it is.

        The files are parsed again for the first question asked.
        """
        return self._located().where(ref)

    def line(self, file: str, line: int) -> str:
        """A source line (from 1) without its end; "" when there is none."""
        return self._located().line(file, line)

    def _located(self) -> Locator:
        if self._locator is None:
            from campctl.manifest.locate import Locator

            self._locator = Locator(self.root, self._overlay, self.files)
        return self._locator


def load(root: Path, *, overlay: Mapping[str, bytes] = NO_OVERLAY, cache: bool = True) -> Loaded:
    """Read the campaign in `root`.

    `overlay` (relative path to content) stands over the files on disk, for edits not yet written; with it, or with
    `cache` False, the cache is neither read nor written. Never raises for what is in the files.
    """
    root = Path(root)
    with _collector_off():
        began = time.monotonic_ns()
        stamps = sources.scan(root)
        if overlay or not cache:
            return _read_whole(root, stamps, overlay)[0]
        from campctl.manifest import cache as kept

        loaded = kept.fetch(root, stamps)
        if loaded is None:
            loaded, read = _read_whole(root, stamps, overlay)
            if loaded.ok:
                kept.keep(root, loaded, read, time.monotonic_ns() - began)
        return loaded


@contextmanager
def _collector_off() -> Iterator[None]:
    """Without the cyclic garbage collector: nothing here makes cycles, and it would take two thirds of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _read_whole(root: Path, stamps: list[Stamp], overlay: Mapping[str, bytes]) -> tuple[Loaded, list[Stamp]]:
    """As `_read`, and again when there are errors in files that have changed by the time they were read."""
    for _ in range(AGAIN):
        loaded, read = _read(root, sources.with_overlay(stamps, overlay), overlay)
        if loaded.ok or not loaded.outdated():
            break
        stamps = sources.scan(root)
    return loaded, read


def _read(root: Path, stamps: list[Stamp], overlay: Mapping[str, bytes]) -> tuple[Loaded, list[Stamp]]:
    """Parse, decode, check; with the stamps (hashes filled in) of what was read."""
    from campctl.manifest.assemble import Assembly
    from campctl.manifest.kinds import Context
    from campctl.manifest.reading import FileReader
    from campctl.manifest.roster import Rosters

    ctx = Context()
    assembly = Assembly(ctx)
    files = _Files(root, ctx, overlay)
    ctx.fetch = files.forecast
    reader = FileReader(ctx, assembly, Rosters(ctx, files.roster))
    for stamp in stamps[:MAX_FILES]:
        ctx.file = stamp.file
        data = files.fetch(stamp)
        if data is None:
            reader.broken = True
        else:
            reader.read(stamp.file, data)
    if len(stamps) > MAX_FILES:
        ctx.add(
            "too-many-files",
            f"There are more than {MAX_FILES:,} YAML files here; the rest was not read.",
            Span(".", 1, 1),
            help=_OTHER_FILES,
        )
    campaign = assembly.campaign()
    if campaign is None and not reader.broken and "campaign" not in assembly.seen:
        first = stamps[0].file if stamps else sources.ROOT_NAMES[0]
        ctx.add(
            "no-campaign-section",
            "No file has a `campaign` section, so there is no name, time zone or backend.",
            Span(first, 1, 1),
            help=_CAMPAIGN,
        )
    read = files.read
    loaded = Loaded(root, campaign, (), _digest(read), tuple(stamp.file for stamp in read))
    loaded.stamps = tuple(read)
    loaded._overlay = overlay  # noqa: SLF001 - made here
    findings = ctx.findings
    if campaign is not None and not reader.broken:
        findings += _rules(loaded, campaign, ctx)
    loaded.findings = tuple(findings)
    return loaded, read


class _Files:
    """Fetches bytes, and remembers what was read."""

    def __init__(self, root: Path, ctx: Any, overlay: Mapping[str, bytes]) -> None:
        self._root = root
        self._ctx = ctx
        self._overlay = overlay
        self._rosters: dict[str, bytes] = {}
        self.read: list[Stamp] = []

    def fetch(self, stamp: Stamp) -> bytes | None:
        """The bytes of a file, or None with a finding."""
        from campctl.manifest.reading import too_large

        ctx, file = self._ctx, stamp.file
        if too_large(ctx, file, stamp.size):
            self.read.append(stamp)
            return None
        try:
            data = self._overlay[file] if file in self._overlay else sources.read(self._root / file)
        except OSError as error:
            what = f"{file} could not be read: {error.strerror or error}."
            ctx.add("unreadable-file", what, Span(file, 1, 1), help="Look at its permissions.")
            self.read.append(stamp)
            return None
        self.read.append(Stamp(file, stamp.size, stamp.mtime_ns, stamp.ctime_ns, content_hash(data)))
        return None if too_large(ctx, file, len(data)) else data

    def roster(self, file: str, node: Any) -> bytes | None:
        """The bytes of a roster named in YAML, or None with a finding at `node`."""
        return self._named(file, node, "roster")

    def forecast(self, file: str, node: Any) -> bytes | None:
        """The bytes of a forecast named in YAML, or None with a finding at `node`."""
        return self._named(file, node, "forecast")

    def _named(self, file: str, node: Any, what: str) -> bytes | None:
        ctx = self._ctx
        if file in self._rosters:
            return self._rosters[file]
        path = sources.inside(self._root, file)
        if path is None or Path(file).is_absolute():
            ctx.add(
                "outside-campaign", f"`{file}` is not inside the campaign's folder.", node, help=f"Put the {what} beside campaign.yaml."
            )
            return None
        if file in self._overlay:
            stamp: Stamp | None = Stamp(file, len(self._overlay[file]), 0, 0)
        else:
            stamp = sources.stamp_of(path, file)
        if stamp is None:
            ctx.add(f"{what}-not-found", f"There is no file `{file}` in the campaign's folder.", node, help=self._similar(file))
            return None
        data = self.fetch(stamp)
        if data is not None:
            self._rosters[file] = data
        return data

    def _similar(self, file: str) -> str:
        from campctl.findings.suggest import Suggester

        names = [path.relative_to(self._root).as_posix() for path in self._root.glob("**/*.csv")]
        return Suggester(names).did_you_mean(file) or "The path is relative to the folder of campaign.yaml."


def content_hash(data: bytes) -> str:
    """What contents are known by."""
    return hashlib.blake2b(data, digest_size=16).hexdigest()


def _digest(stamps: list[Stamp]) -> str:
    """blake2b over names and contents, in the order of names."""
    digest = hashlib.blake2b(digest_size=32)
    for stamp in sorted(stamps, key=lambda stamp: stamp.file):
        digest.update(f"{stamp.file}\0{stamp.hash}\0".encode())
    return digest.hexdigest()


def _rules(loaded: Loaded, campaign: Campaign, ctx: Any) -> list[Finding]:
    """What the rules find, at its place. A finding about a value that could not be read would only repeat that."""
    from campctl.manifest.rules import check

    found = []
    for finding in check(campaign):
        at = finding.at
        if at is None or (at.section, at.id, at.field) not in ctx.bad_refs:
            found.append(located(loaded, finding))
    return found


def located(loaded: Loaded, finding: Finding) -> Finding:
    """The finding with spans for its refs."""
    related = tuple(
        other if other.span is not None or other.at is None else replace(other, span=loaded.where(other.at)) for other in finding.related
    )
    span = finding.span if finding.span is not None or finding.at is None else loaded.where(finding.at)
    return replace(finding, span=span, related=related)


_OTHER_FILES = "Move what is no manifest out of the campaign's folder."
_CAMPAIGN = "Begin campaign.yaml with `campaign:`, and below it `name`, `time_zone` and `backends`."
