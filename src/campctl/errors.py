"""The errors campctl raises, drawn once, and the exit status each of them ends in.

CampctlError
├── UsageError            the command line does not make sense
├── NoCampaign            no campaign.yaml in this folder or any above
├── InvalidManifest       the manifests have findings of severity error
├── EditRefused           a manifest is written in a way, or stands in a place, that campctl does not edit by itself
├── NotFound              a user, desk, hotline, ... that does not exist
├── GuardrailRefused      a plan is larger, or touches more, than policy lets through
├── StalePlan             a saved plan no longer fits manifests or exchange
├── Unconfirmed           nobody said yes
├── PartialFailure        some changes failed; the rest is done
├── SecretError           a secret is missing, or cannot be kept safely
├── LockHeld              another run is at work
├── StoreError            the store cannot be read or written
│   ├── StoreBusy         another process keeps writing to it
│   ├── StoreCorrupt
│   ├── StoreTooNew
│   ├── LockLost          another run took the lock over from one that was silent
│   └── AuditBroken       the audit chain does not verify
├── OutputFailed          stdout cannot be written (a full disk)
├── RunbookEdited         a runbook is not what it was when the run of it began
├── Undecided             nobody knows whether an unsafe step of a runbook was done
├── Interrupted           Ctrl-C
└── BackendError          a telephony system said no, or nothing
    ├── Refused           it will say no again: the request is wrong for it
    ├── AuthFailed        it does not accept our credentials
    ├── Throttled         too many requests; nothing was done; safe to repeat after `retry_after`
    ├── Unavailable       it was not reached or could not work; nothing was done; safe to repeat
    └── Uncertain         the answer was lost; it may have been done; look before repeating

No message ever holds a secret.
"""

from __future__ import annotations

import enum
from typing import Self


@enum.unique
class Exit(enum.IntEnum):
    """Exit statuses, one meaning each (docs/exit-statuses.md is generated from this)."""

    OK = 0, "done; nothing to report"
    INTERNAL = 1, "a fault in campctl itself; please report it"
    USAGE = 2, "the command line is wrong"
    INVALID = 3, "the manifests have errors (`campctl validate` lists them)"
    CHANGES = 4, "with --exit-code: there are changes to make, or drift"
    GUARDRAIL = 5, "a guardrail refused the plan"
    STALE = 6, "the manifests or the exchange are no longer what a plan was made from"
    LOCKED = 7, "another run holds the lock"
    PARTIAL = 8, "some changes failed or were skipped; the rest is done"
    BACKEND = 9, "a backend could not be reached, refused, or did not say what became of a change"
    STORE = 10, "the campaign's store cannot be used"
    NOT_FOUND = 11, "something named on the command line does not exist"
    UNCONFIRMED = 12, "not confirmed: without a terminal, --yes is needed"
    AUDIT = 13, "the audit log's chain is broken"
    NO_CAMPAIGN = 14, "no campaign here or in any folder above"
    SECRET = 15, "a secret is missing or cannot be kept"
    UNHEALTHY = 16, "`backend check` found a fault"
    OUTPUT = 17, "the output cannot be written (a full disk)"
    UNMET = 18, "what was expected does not hold (`status --check`)"
    STEP = 19, "a runbook ended at a step that failed (what was done since a mark may have been taken back)"
    UNDECIDED = 20, "nobody knows whether an unsafe step of a runbook was done; `runbook resume --assume` says it"
    EDITED = 21, "a runbook was edited while it runs; `runbook resume --accept-edit` goes on with it"
    NO_SEAT = 22, "no desk or no seat is free for who came"
    INTERRUPTED = 130, "stopped by Ctrl-C; the next run goes on"

    meaning: str

    def __new__(cls, value: int, meaning: str) -> Self:
        """Attach the meaning to the number."""
        member = int.__new__(cls, value)
        member._value_ = value
        member.meaning = meaning
        return member


class CampctlError(Exception):
    """What went wrong, for a person; `hint` says what to do, `code` is stable and kebab-case."""

    exit: Exit = Exit.INTERNAL
    code: str = "internal"

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(CampctlError):
    """The command line does not make sense."""

    exit = Exit.USAGE
    code = "usage"


class NoCampaign(CampctlError):
    """No campaign in this folder or any above."""

    exit = Exit.NO_CAMPAIGN
    code = "no-campaign"


class InvalidManifest(CampctlError):
    """The manifests have errors; `findings` holds every one (a tuple of findings.Finding)."""

    exit = Exit.INVALID
    code = "invalid-manifest"

    def __init__(self, message: str, *, findings: tuple[object, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.findings = findings


class EditRefused(CampctlError):
    """A manifest is too unusual to be edited with certainty, or cannot be written; nothing was. The hint shows the edit to make."""

    exit = Exit.INVALID
    code = "edit-refused"


class NotFound(CampctlError):
    """Something named on the command line does not exist."""

    exit = Exit.NOT_FOUND
    code = "not-found"


class NoSeat(CampctlError):
    """Who came cannot be seated: no desk is free, or no hotline they may answer has a seat."""

    exit = Exit.NO_SEAT
    code = "no-seat"


class GuardrailRefused(CampctlError):
    """Policy does not let this plan through; `guardrails` names each that refused."""

    exit = Exit.GUARDRAIL
    code = "guardrail"

    def __init__(self, message: str, *, guardrails: tuple[str, ...] = (), hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.guardrails = guardrails


class StalePlan(CampctlError):
    """The manifests or the exchange changed since the plan was made."""

    exit = Exit.STALE
    code = "stale-plan"


class Unconfirmed(CampctlError):
    """Nobody said yes."""

    exit = Exit.UNCONFIRMED
    code = "unconfirmed"


class PartialFailure(CampctlError):
    """Some changes failed or were skipped; the rest is done."""

    exit = Exit.PARTIAL
    code = "partial-failure"


class SecretError(CampctlError):
    """A secret is missing, or cannot be kept safely."""

    exit = Exit.SECRET
    code = "secret"


class LockHeld(CampctlError):
    """Another run is at work; the message says whose, on which host, since when."""

    exit = Exit.LOCKED
    code = "locked"


class OutputFailed(CampctlError):
    """What was to be shown cannot be written to stdout."""

    exit = Exit.OUTPUT
    code = "output-failed"


class StoreError(CampctlError):
    """The store cannot be read or written."""

    exit = Exit.STORE
    code = "store"


class StoreBusy(StoreError):
    """Another process keeps writing to the store, or was stopped while it did."""

    exit = Exit.LOCKED
    code = "store-busy"


class StoreCorrupt(StoreError):
    """The store's file is damaged; nothing was overwritten."""

    code = "store-corrupt"


class StoreTooNew(StoreError):
    """A newer campctl wrote the store."""

    code = "store-too-new"


class LockLost(StoreError):
    """The run was silent for so long that another took its lock; it may not begin anything more."""

    exit = Exit.LOCKED
    code = "lock-lost"


class AuditBroken(StoreError):
    """An audit entry was changed or removed."""

    exit = Exit.AUDIT
    code = "audit-broken"


class RunbookEdited(CampctlError):
    """The runbook's files are not what they were when the run began, or cannot be read any more; `diff` shows how."""

    exit = Exit.EDITED
    code = "runbook-edited"

    def __init__(self, message: str, *, diff: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.diff = diff


class Undecided(CampctlError):
    """A step that must not be done twice was begun, and what came of it is not known."""

    exit = Exit.UNDECIDED
    code = "undecided"


class Interrupted(CampctlError):
    """Stopped by Ctrl-C."""

    exit = Exit.INTERRUPTED
    code = "interrupted"


class BackendError(CampctlError):
    """A telephony system said no, or nothing; `backend` is its name in the campaign."""

    exit = Exit.BACKEND
    code = "backend"

    def __init__(self, message: str, *, backend: str = "", hint: str = "") -> None:
        super().__init__(message, hint=hint)
        self.backend = backend

    @property
    def named(self) -> str:
        """The message, the backend's name in front of it where it does not say it: a campaign may have several."""
        from re import escape, search

        told = not self.backend or search(rf"(?<![\w-]){escape(self.backend)}(?![\w-])", self.message)
        return self.message if told else f"{self.backend}: {self.message}"


class Refused(BackendError):
    """It will say no again: the request is wrong for it."""

    code = "refused"


class AuthFailed(BackendError):
    """It does not accept our credentials."""

    code = "auth-failed"


class Throttled(BackendError):
    """Too many requests; nothing was done; safe to repeat after `retry_after` seconds (None: not said)."""

    code = "throttled"

    def __init__(self, message: str, *, backend: str = "", retry_after: float | None = None, hint: str = "") -> None:
        super().__init__(message, backend=backend, hint=hint)
        self.retry_after = retry_after


class Unavailable(BackendError):
    """It was not reached or could not work; nothing was done; safe to repeat."""

    code = "unavailable"


class Uncertain(BackendError):
    """The answer was lost: it may have been done. Look before repeating."""

    code = "uncertain"
