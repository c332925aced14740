"""A day of calls, played through: who calls, who answers, who waits and who gives up. Pure: the same seed, the same day."""
