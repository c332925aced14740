"""What a plan is bound to: digests of what it was made from, and whether they still hold."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import msgspec

from campctl.model.changes import Plan
from campctl.model.live import Snapshot


def fingerprint(snapshot: Snapshot) -> str:
    """A digest of everything configured on a backend, whatever order it was reported in; live state is not part of it."""
    encoded = sorted(map(msgspec.msgpack.Encoder().encode, snapshot.resources.values()))
    return hashlib.blake2b(b"".join(encoded), digest_size=16).hexdigest()


def stale(plan: Plan, manifest_digest: str, overrides_digest: str, fingerprints: Mapping[str, str]) -> tuple[str, ...]:
    """Why a plan no longer fits, in words; empty when it does."""
    reasons = []
    if plan.binding.manifest != manifest_digest:
        reasons.append("the manifests changed since it was made")
    if plan.binding.overrides != overrides_digest:
        reasons.append("the overrides changed since it was made")
    for backend, digest in sorted(plan.binding.observed.items()):
        if backend not in fingerprints:
            reasons.append(f"backend {backend} could not be looked at")
        elif fingerprints[backend] != digest:
            reasons.append(f"something changed on backend {backend} since it was made")
    reasons += [f"backend {backend} was not looked at when it was made" for backend in sorted(fingerprints.keys() - plan.binding.observed)]
    return tuple(reasons)
