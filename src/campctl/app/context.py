"""What every use case starts from: the campaign's folder, its manifests, store, backends, the clock and who is at work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from campctl import errors
from campctl.app import wiring

if TYPE_CHECKING:
    from campctl.findings import Finding
    from campctl.manifest.load import Loaded
    from campctl.model.campaign import BackendSpec, Campaign
    from campctl.ports.backend import Backend
    from campctl.ports.clock import Clock
    from campctl.ports.store import Store


STORE_FINDINGS = frozenset({"secret-in-store-url", "bad-store-url"})
"""With one of these nobody knows where the campaign's records are; the default place would be the wrong one."""


class Context:
    """One campaign, opened lazily: what a command does not use is not read.

    `overlay` holds edits that are not on disk yet (relative path to content); manifests are read through it.
    """

    def __init__(
        self,
        root: Path,
        *,
        clock: Clock,
        who: str,
        command: str,
        environ: Mapping[str, str],
        overlay: Mapping[str, bytes] | None = None,
    ) -> None:
        self.root = root
        self.clock = clock
        self.who = who
        self.command = command
        self.environ = environ
        self.overlay = dict(overlay or {})
        self._stores: dict[bool, Store] = {}
        self.silent: dict[str, errors.BackendError] = {}
        """Backends that did not answer a command that only looks: it told of the others."""

    @cached_property
    def loaded(self) -> Loaded:
        """The manifests as read, with their findings."""
        from campctl.manifest.load import load

        return load(self.root, overlay=self.overlay)

    @cached_property
    def findings(self) -> tuple[Finding, ...]:
        """Every finding: of the manifests, of the backends' options, and of what the backends cannot do."""
        from campctl.app.checks import all_findings

        return all_findings(self.loaded)

    @property
    def campaign(self) -> Campaign:
        """The campaign; `errors.InvalidManifest` with every finding when the manifests have errors."""
        from campctl.findings.text import count_words

        wrong = [finding for finding in self.findings if finding.severity == "error"]
        if wrong or self.loaded.campaign is None:
            raise self._invalid(count_words(self.findings))
        return self.loaded.campaign

    def _invalid(self, count: str) -> errors.InvalidManifest:
        if self.overlay:
            files = ", ".join(sorted(self.overlay))
            return errors.InvalidManifest(
                f"With this edit of {files} the manifests would have {count}; nothing was written or changed.",
                findings=self.findings,
                hint="Mend what is named above in the YAML first, or ask for something else; places are those after the edit.",
            )
        return errors.InvalidManifest(
            f"The manifests have {count}; nothing was planned or changed.",
            findings=self.findings,
            hint="`campctl validate` shows each with its place.",
        )

    def with_overlay(self, overlay: Mapping[str, bytes]) -> Context:
        """The same campaign with edits that are not on disk yet; it shares the store."""
        other = type(self)(
            self.root, clock=self.clock, who=self.who, command=self.command, environ=self.environ, overlay={**self.overlay, **overlay}
        )
        other._stores = self._stores  # noqa: SLF001 - the same class
        return other

    def again(self, *, who: str = "") -> Context:
        """The same campaign, its manifests read anew; it shares the store. `who`: somebody else at work."""
        other = type(self)(
            self.root, clock=self.clock, who=who or self.who, command=self.command, environ=self.environ, overlay=self.overlay
        )
        other._stores = self._stores  # noqa: SLF001 - the same class
        return other

    def store(self, *, write: bool = False) -> Store:
        """The campaign's store. Reading does not create one."""
        if True in self._stores:
            return self._stores[True]
        if write and False in self._stores and self._stores[False].writable:
            return self._stores[False]
        if write not in self._stores:
            loaded = self.loaded.campaign
            if any(finding.code in STORE_FINDINGS for finding in self.loaded.findings):
                from campctl.findings.text import count_words

                raise self._invalid(count_words(self.loaded.findings))
            self._stores[write] = self.open_store(loaded.store if loaded else "", create=write)
        return self._stores[write]

    def open_store(self, url: str, *, create: bool, whatever_name: bool = False) -> Store:
        """The store at `url` (as in `store:`), with this campaign's name and password; `whatever_name`: also when it has another's."""
        loaded = self.loaded.campaign
        name = loaded.name if loaded and not whatever_name else ""
        return wiring.open_store(self.root, url, self.clock, create=create, campaign=name, password=self.store_password)

    def store_password(self, ask: bool) -> str:
        """A shared store's password, where campctl keeps it; with `ask` the keyring is asked, too."""
        from campctl.app.secrets import store_password

        return store_password(self.environ, ask)

    @asynccontextmanager
    async def backends(self, names: Iterable[str] | None = None) -> AsyncIterator[dict[str, Backend]]:
        """Open the campaign's backends (all, or those named) and close them at the end."""
        specs = self.campaign.backends
        opened: dict[str, Backend] = {}
        try:
            for name in names if names is not None else specs:
                opened[name] = self.open_backend(specs[name])
            yield opened
        finally:
            for backend in opened.values():
                await backend.close()

    def open_backend(self, spec: BackendSpec) -> Backend:
        """Open one backend, with its secrets looked up when it asks."""
        from campctl.app.secrets import Lookup
        from campctl.ports.backend import BackendEnv

        lookup = Lookup(self.environ, spec)
        env = BackendEnv(root=self.root, clock=self.clock, secret=lambda name: lookup.get(spec.name, name))
        return wiring.open_backend(spec, env)

    def close(self) -> None:
        """Let go of the store."""
        while self._stores:
            self._stores.popitem()[1].close()


def open_campaign(
    start: Path, *, environ: Mapping[str, str], command: str = "", clock: Clock | None = None, who: str | None = None
) -> Context:
    """The campaign of folder `start` or the nearest above it; `errors.NoCampaign` otherwise."""
    from campctl.manifest.load import find_root

    return Context(
        find_root(start),
        clock=clock or wiring.SystemClock(),
        who=who or wiring.who(environ),
        command=command,
        environ=environ,
    )
