"""What a dispatchable address needs: one rule for the manifest's checks, for lines, guardrails and exchanges (47 CFR 9.3)."""

from __future__ import annotations

from campctl.model.campaign import Address
from campctl.model.resources import Location

WITH_STATES = frozenset(("US", "CA", "AU", "BR", "IN", "MX"))
"""Countries whose postal addresses are not complete without state or province."""


def lacking(place: Address | Location, country: str = "US") -> tuple[str, ...]:
    """The parts responders cannot find the building without and that are blank: of street, city, state, postal_code.

    `country` (ISO 3166) is where a place is that names none.
    """
    states = (place.country or country).upper() in WITH_STATES
    return tuple(
        part for part in ("street", "city", "state", "postal_code") if (states or part != "state") and not getattr(place, part).strip()
    )
