"""Several processes make and open one exchange at the same moment."""

from __future__ import annotations

import threading
from pathlib import Path

from campctl.backends.sim.database import Database


def test_a_file_in_the_making_is_not_taken_for_somebody_elses(tmp_path: Path) -> None:
    """Whoever opens the file while another creates it waits or sees it whole, every time."""
    failures: list[Exception] = []

    def opens(path: Path, gate: threading.Barrier) -> None:
        gate.wait()
        database = Database(path, "x")
        try:
            database.connect()
        except Exception as error:  # noqa: BLE001 - whatever goes wrong is a failure
            failures.append(error)
        finally:
            database.close()

    for number in range(40):
        gate = threading.Barrier(4)
        threads = [threading.Thread(target=opens, args=(tmp_path / f"{number}.db", gate)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert failures == []
