"""Limits on what campctl reads, in one place (docs/manifest.md lists them). Each has a finding when it is passed."""

from __future__ import annotations

MAX_FILE_BYTES = 32 * 1024 * 1024
"""One file; 100,000 people at eight fields each are about 18 MB."""

MAX_FILES = 10_000
"""Files of one campaign."""

MAX_DEPTH = 32
"""Mappings and lists inside each other; the language itself needs eight."""

MAX_ALIASES = 1_000
"""`*aliases` in one file."""

MAX_EXPANSION = 100_000
"""Values that the aliases of one file stand for, all together: an alias bomb stops here."""

MAX_VALUES = 200_000
"""Values in one entry, or in one section that is not made of entries."""

MAX_SYNTAX_ERRORS = 20
"""Syntax errors of one file after which the rest of it is not read."""

MAX_RANGE = 10_000
"""Desks or extensions in one range."""

MAX_TEXT = 1_000
"""Characters in one value."""

MAX_CSV_ROWS = 200_000
"""Rows of one roster."""
