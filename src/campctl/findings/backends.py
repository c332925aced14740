"""Findings about what a backend cannot do."""

from __future__ import annotations

from campctl.findings.catalogue import Entry, register

register(
    Entry(
        code="backend-cannot-kind",
        severity="error",
        summary="the backend does not know this kind of thing",
        why="What the manifests ask for could not be made there; an apply would fail half way.",
    ),
    Entry(
        code="backend-cannot-field",
        severity="error",
        summary="the backend cannot keep this field",
        why="It would be dropped silently, and reported as drift ever after.",
    ),
    Entry(
        code="backend-cannot-strategy",
        severity="error",
        summary="the backend does not know this strategy",
        why="Calls would be handed out in another way than written.",
    ),
    Entry(
        code="backend-limit",
        severity="error",
        summary="more than the backend holds",
        why="At the campaign's maximum (every seat filled) the backend would refuse the last ones, on its busiest day.",
    ),
)
