"""How property tests choose examples: always the same in checks, new ones for those who look for faults. And which files come first."""

from __future__ import annotations

import os
import signal
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers

pytest_plugins = ["servers.postgres", "servers.asterisk", "servers.sipp"]

# Both measure the machine and not the code: a busy one would fail a check at random.
NEVER_SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}

settings.register_profile("ci", derandomize=True, print_blob=True, **NEVER_SLOW)
settings.register_profile("explore", derandomize=False, print_blob=True, max_examples=1000, **NEVER_SLOW)
settings.load_profile("ci")  # `pytest --hypothesis-profile=explore` comes after this and wins

if hasattr(providers, "_get_local_constants"):
    # Hypothesis takes numbers and texts for its examples from whatever of our modules is loaded: with several workers that are other
    # ones each time, and so would be the examples that `derandomize` promises to be the same.
    _none, _of_what_is_loaded = providers._local_constants, providers._get_local_constants
    providers._get_local_constants = lambda: _none if settings.default.derandomize else _of_what_is_loaded()

SECONDS = {"docs": 6.0, "live": 5.0, "web": 3.0, "e2e": 1.5, "contract": 0.5, "property": 0.5, "tui": 0.5}
"""What a test of a folder takes, roughly; of any other, SHORT."""
SHORT = 0.05


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where workers share the files: those that take longest first, so that none of them is alone at the end with a long one.

    Files that mostly wait (tests/live) and those that compute are of all lengths, so that they come mixed.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        here = Path(__file__).parent
        count = Counter(item.path for item in items)
        folder = {path: path.relative_to(here).parts[0] if path.is_relative_to(here) else "" for path in count}
        items.sort(key=lambda item: (-count[item.path] * SECONDS.get(folder[item.path], SHORT), str(item.path)))


def pytest_configure() -> None:
    """A hang-up that is ignored, as under nohup, would be ignored by all that the tests start."""
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)
