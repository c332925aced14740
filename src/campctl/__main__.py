"""`python -m campctl`."""
