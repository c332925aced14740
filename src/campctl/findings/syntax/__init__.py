"""Catalogue entries of what `campctl.manifest` finds while it reads: files, YAML, values, rosters."""

from __future__ import annotations

from campctl.findings.syntax import fields, files, forecasts, rosters

__all__ = ["fields", "files", "forecasts", "rosters"]
