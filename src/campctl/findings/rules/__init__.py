"""Catalogue entries of the semantic rules (`campctl.manifest.rules`), one module per group of rules.

Severity, as it is decided here: an error makes a phone that does not work, rings the wrong person, or sends help to the
wrong door; a warning is a plan that works and probably is not what anybody wanted. Warnings never stop an apply.

Examples are files beside the small campaign `campctl.findings.docs.BASE`, unless they have a `campaign:` of their own.
"""

from __future__ import annotations

from campctl.findings.rules import alerts, extensions, hotlines, numbers, offices, people, policy, references, routing, shifts, surges

__all__ = ["alerts", "extensions", "hotlines", "numbers", "offices", "people", "policy", "references", "routing", "shifts", "surges"]
