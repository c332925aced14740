"""Catalogue entries for the backends a campaign names and their options."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="unknown-backend-type",
        severity="error",
        summary="no backend of this type is installed",
        why="Without the package that speaks this telephony system's language, nothing of the campaign on it can be observed or changed.",
        example={
            "campaign.yaml": "campaign:\n  name: Example\n  country: US\n  time_zone: America/Chicago\n  backend: local\n"
            "  backends:\n    local: { type: simm }\n"
        },
    ),
    Entry(
        code="unknown-backend-option",
        severity="error",
        summary="the backend has no such option",
        why="A misspelt option would be ignored, and the exchange would run with a default nobody chose.",
        example={
            "campaign.yaml": "campaign:\n  name: Example\n  country: US\n  time_zone: America/Chicago\n  backend: local\n"
            "  backends:\n    local: { type: sim, latencyy: 5ms }\n"
        },
    ),
    Entry(
        code="bad-backend-option",
        severity="error",
        summary="the option's value does not fit",
        why="The backend would refuse to open, at the moment somebody needs it.",
        example={
            "campaign.yaml": "campaign:\n  name: Example\n  country: US\n  time_zone: America/Chicago\n  backend: local\n"
            "  backends:\n    local: { type: sim, latency: fast }\n"
        },
    ),
    Entry(
        code="missing-backend-option",
        severity="error",
        summary="the backend needs an option that is not given",
        why="The backend cannot be opened without it. The embedded exchange needs none; others say which in their pages.",
    ),
)
