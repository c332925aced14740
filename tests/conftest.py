"""How property tests choose their examples: always the same in checks, new ones for those who look for faults."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

pytest_plugins = ["servers.postgres", "servers.asterisk", "servers.sipp"]

# Both measure the machine and not the code: a busy one would fail a check at random.
NEVER_SLOW = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow, HealthCheck.data_too_large]}

settings.register_profile("ci", derandomize=True, print_blob=True, **NEVER_SLOW)
settings.register_profile("explore", derandomize=False, print_blob=True, max_examples=1000, **NEVER_SLOW)
settings.load_profile("ci")  # `pytest --hypothesis-profile=explore` comes after this and wins
