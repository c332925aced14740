"""All benches on a real Asterisk, and one verdict: `python bench/asterisk.py [--quick]`.

    a, d   asterisk_machine.py    2,000 users, and a look at 20,000 lines, against bare AMI
    b, d   asterisk_cluster.py    the same over PostgreSQL, against bare COPY and SELECT (its part alone: asterisk_sql.py)
    c e f  asterisk_commands.py   whole commands: national, `port light`, applies of many sizes while a phone asks
    g h i  asterisk_live.py       looks, events, calls at once, starts

About fifteen minutes, `--quick` two. Each part runs by itself, too, and says there what it does.
"""

from __future__ import annotations

import sys

import asterisk_cluster
import asterisk_commands
import asterisk_live
import asterisk_machine
from common import verdict


def main() -> int:
    """Measure and print."""
    quick = "--quick" in sys.argv
    people, lines, runs = (200, 1000, 2) if quick else (2000, 20_000, 9)
    return verdict(
        [
            *asterisk_machine.run(people, lines, runs),
            *asterisk_cluster.run(people, lines, runs),
            *asterisk_commands.run({"c", "e", "f"}, 3, quick=quick),
            *asterisk_live.run({"g", "h", "i"}, quick=quick),
        ]
    )


if __name__ == "__main__":
    sys.exit(main())
