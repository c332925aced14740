"""Runs, journal, ownership, overrides, lock and audit: campctl's memory."""
