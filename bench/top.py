"""The board's cost: 2,000 rows live at 5 and 10 Hz as a share of a core, and first rows against a one-widget Textual app.

    python bench/top.py [--seconds N] [--runs N]

Everything runs in a pseudo-terminal of 160 x 50 whose output is read and thrown away, as a terminal does. CPU is the operating
system's own account of the process. Start-ups alternate, so that a busy machine slows all alike; their CPU time is told besides
the wall time, since it does not depend on who else is at work. Exits with 1 when a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import os
import pty
import select
import statistics
import struct
import sys
import tempfile
import termios
import time
from collections.abc import AsyncIterator
from pathlib import Path

from common import CAMPCTL, Held, campaign, verdict

ROOT = Path(__file__).resolve().parents[1]
SIZE = (50, 160)
ROWS = 2_000
PLAIN = """
from textual.app import App
from textual.widgets import Static
class Plain(App):
    def compose(self):
        yield Static("first-row")
Plain().run()
"""


def child(hz: float, changed: int) -> None:
    """The board on the people's screen, fed with pictures in which so many of 2,000 rows changed."""
    sys.path.insert(0, str(ROOT / "tests"))
    from datetime import UTC, datetime

    from msgspec.structs import replace

    from campctl.app.picture import Picture
    from campctl.tui.feeding import Feeder
    from campctl.tui.running import Options, show
    from tui import pictures

    async def feed() -> AsyncIterator[Picture]:
        people = list(pictures.people(ROWS))
        at = 0
        picture = pictures.picture(people=tuple(people))
        while True:
            now = datetime.now(UTC)
            for number in range(changed):
                row = (at * 7 + number * (ROWS // max(1, changed))) % ROWS
                state = "busy" if people[row].state == "free" else "free"
                people[row] = replace(people[row], state=state, since=now)
            at += 1
            picture = replace(picture, at=now, version=at, people=tuple(people))
            yield picture
            await asyncio.sleep(1 / hz)

    feeder = Feeder(feed)
    feeder.start()
    show(feeder, Path(), os.environ, Options(screen="people"))


def spawn(argv: list[str], folder: Path | None = None) -> tuple[int, int]:
    """Start it in a pseudo-terminal of its own: (pid, our end)."""
    pid, ours = pty.fork()
    if not pid:
        if folder is not None:
            os.chdir(folder)
        fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
        os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}
        os.environ.pop("NO_COLOR", None)
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # compiled modules are kept, as on a user's machine
        os.execv(argv[0], argv)
    return pid, ours


def cpu(pid: int) -> float:
    """Seconds of CPU it has used, all its threads and the processes that it started and that ended."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


def drain(ours: int, seconds: float, until: bytes = b"") -> float:
    """Read what it draws for so long, or until that was drawn; seconds it took."""
    started = time.perf_counter()
    seen = b""
    while (left := started + seconds - time.perf_counter()) > 0:
        if select.select([ours], [], [], left)[0]:
            try:
                seen = (seen + os.read(ours, 65_536))[-200_000:]
            except OSError:
                break
            if until and until in seen:
                return time.perf_counter() - started
    if until:
        raise SystemExit(f"{until!r} was not drawn within {seconds} s: {seen[-2000:]!r}")
    return time.perf_counter() - started


def end(pid: int, ours: int) -> None:
    """Hang up, and wait until it ended."""
    os.close(ours)
    for _ in range(100):
        if os.waitpid(pid, os.WNOHANG)[0]:
            return
        time.sleep(0.1)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    raise SystemExit("the board did not end when its terminal was hung up")


def share(hz: float, changed: int, seconds: float) -> float:
    """Share of a core in percent, once it runs."""
    pid, ours = spawn([sys.executable, __file__, "--child", f"{hz}", "--changed", f"{changed}"])
    drain(ours, 60, b"Ann")
    drain(ours, 2)
    before = cpu(pid)
    took = drain(ours, seconds)
    used = (cpu(pid) - before) / took * 100
    end(pid, ours)
    return used


def first(argv: list[str], mark: bytes, folder: Path | None = None) -> tuple[float, float]:
    """Seconds until its first row is drawn: on the wall, and of CPU."""
    pid, ours = spawn(argv, folder)
    took = drain(ours, 60, mark)
    used = cpu(pid)
    end(pid, ours)
    return took, used


def main() -> int:
    """Measure and compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--child", type=float)
    parser.add_argument("--changed", type=int, default=200)
    given = parser.parse_args()
    if given.child:
        child(given.child, given.changed)
        return 0
    rows = [
        Held("2,000 rows, 200 change: % of a core at 5 Hz", share(5, 200, given.seconds), 5),
        Held("2,000 rows, 200 change: % of a core at 10 Hz", share(10, 200, given.seconds), 10),
        Held("2,000 rows, all change: % of a core at 5 Hz", share(5, ROWS, given.seconds), float("inf")),
        Held("2,000 rows, all change: % of a core at 10 Hz", share(10, ROWS, given.seconds), float("inf")),
    ]
    with tempfile.TemporaryDirectory() as folder:
        small = campaign(Path(folder) / "campaign", 200)
        commands = {
            "one widget": ([sys.executable, "-c", PLAIN], b"first-row", None),
            "top": ([CAMPCTL, "top"], b"Main", small),
        }
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for number in range(given.runs + 1):
            for name, (argv, mark, where) in commands.items():
                took = first(argv, mark, where)
                if number:
                    times[name].append(took)
        wall, used = ({name: statistics.median(row[at] for row in found) for name, found in times.items()} for at in (0, 1))
        best = {name: min(found)[0] for name, found in times.items()}
    for name in commands:
        least = f"at best {best[name] * 1000:4.0f} ms"
        print(f"{name:12} first row after {wall[name] * 1000:6.0f} ms, {least}, {used[name] * 1000:6.0f} ms of CPU")
    rows.append(Held("first rows of `campctl top`, x of a one-widget Textual app", wall["top"] / wall["one widget"], 1.25))
    rows.append(Held("the same, the best of each", best["top"] / best["one widget"], float("inf")))
    rows.append(Held("the same in CPU", used["top"] / used["one widget"], float("inf")))
    return verdict(rows)


if __name__ == "__main__":
    sys.exit(main())
