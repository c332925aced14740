"""desired(t): campaign, surges, overrides and an instant to telephony resources. Pure."""
