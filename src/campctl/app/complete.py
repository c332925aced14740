"""The ids that shells complete: flat files in .campctl/complete, rewritten only when they changed.

One id a line, in the order of their characters, because shells search them; completion scripts read them without
starting campctl. They are a convenience: what cannot be written is left.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from campctl.model.alerts import DEFAULT_RULES

if TYPE_CHECKING:
    from campctl.model.campaign import Campaign

MOST_RUNS = 50
REF_NOUNS = {"user": "users", "port": "ports", "office": "offices", "hotline": "hotlines", "number": "numbers"}
"""The nouns of KIND/ID, and where the campaign keeps them."""


def folder(root: Path) -> Path:
    """Where they are."""
    return root / ".campctl" / "complete"


def write_ids(root: Path, campaign: Campaign, digest: str) -> None:
    """Leave the campaign's ids for completion. `digest` is that of the manifests; nothing is done while it is the same."""
    place = folder(root)
    stamp = place / "digest"
    try:
        if stamp.exists() and stamp.read_text() == digest:
            return
        (root / ".campctl").mkdir(mode=0o700, exist_ok=True)
        place.mkdir(exist_ok=True)
        with _alone(place, wait=False):  # the next command writes what this one leaves
            _write_all(place, campaign, digest)
    except OSError:
        return


def _write_all(place: Path, campaign: Campaign, digest: str) -> None:
    for name in ("users", "offices", "numbers", "hotlines", "backends", "surges"):
        _write(place / name, sorted(getattr(campaign, name)))
    _write(place / "desks", sorted(campaign.ports))
    _write(place / "rules", sorted({*(rule.id for rule in DEFAULT_RULES), *campaign.alerts}))
    _write(place / "notifiers", sorted(campaign.notify))
    _write(place / "watched", sorted({*campaign.hotlines, *campaign.offices, *campaign.backends}))
    _write(place / "refs", sorted(f"{noun}/{id_}" for noun, field in REF_NOUNS.items() for id_ in getattr(campaign, field)))
    _write(place / "digest", [digest], end="")


def add_run(root: Path, run: str, *, of: str = "runs") -> None:
    """Put a new run's id in front of those that can be completed; `of` is "book-runs" for those of runbooks."""
    place = folder(root)
    path = place / of
    try:
        place.mkdir(exist_ok=True)
        with _alone(place, wait=True):
            known = path.read_text().split() if path.exists() else []
            if not known or known[0] != run:
                _write(path, [run, *(other for other in known if other != run)][:MOST_RUNS])
    except OSError:
        return


@contextmanager
def _alone(place: Path, *, wait: bool) -> Iterator[None]:
    """So that ids of other manifests are not mixed, and no run is lost: BlockingIOError, or a wait, when another process is at it.

    Where a file system has no such locks, nobody waits.
    """
    number = os.open(place, os.O_RDONLY)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise
        except OSError:
            pass
        yield
    finally:
        os.close(number)


def _write(path: Path, lines: Iterable[str], *, end: str = "\n") -> None:
    """Atomically: a shell that reads meanwhile sees the old file or the new one. Ids that a shell could not take are left out."""
    new = path.with_name(f".{path.name}.{os.getpid()}")
    safe = [line for line in lines if line.isprintable() and not set(line) & set(" '\"`$\\;&|<>()*?[]#~=%{}!^")]
    new.write_text("".join(f"{line}{end}" for line in safe), encoding="utf-8")
    new.replace(path)
