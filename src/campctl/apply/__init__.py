"""Drives a plan through backends: order, concurrency, rate limits, retries, journal, resume."""
