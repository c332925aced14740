"""Where an exchange keeps its things."""

from __future__ import annotations

import re
from pathlib import Path


def exchange_file(root: Path, name: str, file: str = "") -> Path:
    """The exchange's file: the option `file`, or .campctl/sim-NAME.db in the campaign's folder."""
    if file:
        return root / Path(file).expanduser()
    safe = re.sub(r"[^A-Za-z0-9._-]", lambda match: f"%{ord(match[0]):02x}", name)
    return root / ".campctl" / f"sim-{safe}.db"


def faults_file(exchange: Path) -> Path:
    """The faults file beside it: sim-NAME.faults.json."""
    return exchange.with_name(f"{exchange.stem}.faults.json")


def traffic_file(exchange: Path) -> Path:
    """Where its callers are kept: sim-NAME.traffic.db."""
    return exchange.with_name(f"{exchange.stem}.traffic.db")
