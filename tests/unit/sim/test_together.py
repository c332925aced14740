"""Several processes make and open one exchange at the same moment."""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import Any

import pytest

from campctl.backends.sim import console
from campctl.backends.sim.console import SetFaults, poke
from campctl.backends.sim.database import Database
from campctl.testing.samples import LINE, create, lines


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


def test_a_write_whose_turn_comes_after_the_end(lab: Any) -> None:
    """Given up while another process writes, and closed meanwhile: the thread that waited for its turn opens no file any more."""
    backend = lab.found()
    holding = Database(lab.file, "other")

    async def main() -> None:
        with holding.writing(wait=True):
            asked = asyncio.ensure_future(backend.execute([create(LINE)]))
            while backend._database._connection is None:  # noqa: ASYNC110 - until it has tried once, and been told to wait
                await asyncio.sleep(0)
            asked.cancel()
            await asyncio.wait({asked})
            await backend.close()
        await asyncio.get_running_loop().shutdown_default_executor()  # waits for the thread

    try:
        asyncio.run(main())
    finally:
        holding.close()
    assert backend._database._connection is None
    assert console.calls(lab.file) == 1


def test_a_faults_file_that_is_removed_as_it_is_read(lab: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the look at it and the reading of it somebody switches the faults off: they are off."""
    backend = lab.found()
    poke(lab.file, [SetFaults({"down": True})])
    usual = Path.read_text

    def late(path: Path, *given: Any, **named: Any) -> str:
        path.unlink()
        return usual(path, *given, **named)

    monkeypatch.setattr(Path, "read_text", late)
    assert lab.execute(backend, create(lines(1)[0]))[0].error is None
