"""campctl: a campaign's phones from YAML. See docs/ for the words and the design."""

__version__ = "0.1.0"
