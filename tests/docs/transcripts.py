"""Runs the ```console blocks of a page, and compares or rewrites their output.

A page says in HTML comments, which readers do not see, where its commands run:

    <!-- transcript: seed=quickstart clock=2026-10-13T17:30-05:00 applied -->   a fresh folder; several begin anew
    <!-- clock: 2026-10-13T21:05-05:00 -->                                     from here on it is five past nine
    <!-- waits: beside -->                     until the next such remark: commands stand beside each other (`campctl ... &`)

`seed=NAME` begins with `campctl init`, `files=examples/NAME` with a copy of that folder, neither with an empty one; `applied` applies it.
All commands of a page run in one shell. Each command takes ten seconds of the page's clock, so its times are the same every day;
while one runs, the clock counts what it computes (it and what it started) and what it waits for, not how long the machine let it wait
for its turn. Of those that stand beside each other each waits for as long as the others take, which is the machine's affair: there
what is waited for counts less and less, and a long wait is not over while another command is at work.

In a block, lines that begin with `$ ` are run (`> ` goes on with one) and what follows is their output, stdout and stderr as they come.
A remark `# exit 4` says which status is expected; 0 without one. A line `...` in the output stands for any lines.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
WIDTH = 100
STEP = 10
"""Seconds of the page's clock from one command to the next."""
FIRST = 3
"""Seconds after the full minute at which the first begins, so that no time is printed without its seconds."""
PATIENCE = 1200
"""Seconds a page may take; one of fifty commands takes about twenty, on a machine with nothing else to do."""
PIECES = re.compile(r"<!-- (transcript|clock|waits): ?(.*?) ?-->|^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
SIGNALLED = re.compile(r"^\S+: line \d+: +\d+ (Killed|Terminated|Interrupt) .*$", re.MULTILINE)
"""What a shell that reads a script says of a child that was killed; an interactive one says only the word."""
EXIT = re.compile(r"\s+# exit (\d+)$")
MASKS = (
    (re.compile(r"\b20\d{6}-\d{6}-[0-9a-f]{4}\b"), "RUN"),
    (re.compile(r"\b(o|ap)[0-9a-f]{6}\b"), "OVERRIDE"),
    (re.compile(r"(?<=\[)[0-9a-f]{8}(?=\])|(?<=Acknowledged: )[0-9a-f]{8}|(?<=\"id\": \")[0-9a-f]{8}"), "ALERT"),
    (re.compile(r"(?<!\d)(\d\d:\d\d):\d\d(\.\d+)?"), r"\1"),
    (re.compile(r"(?<=^DTSTAMP:\d{8}T\d{4})\d\d"), ""),
    (re.compile(r"\b(under )?\d+(\.\d+)? (s|ms)\b"), "SECONDS"),
    (re.compile(r"\b\d+ [KMG]iB\b"), "SIZE"),
    (re.compile(r"\b(process|kill -INT|kill) \d+"), r"\1 PID"),
    (re.compile(r"\bon [\w.-]+ (\(process|with)"), r"on HOST \1"),
    (re.compile(r"end it on \S+"), "end it on HOST"),
    (re.compile(r"/tmp/campctl-docs-[A-Za-z0-9_]+"), "/home/dana"),
)
CLOCK = '''\
#!{python}
"""campctl at the page's time, on a terminal of {width} columns wherever its output is the page's."""
import asyncio, math, os, resource, sys, time
from datetime import UTC, datetime
from campctl.app import wiring
from campctl.views import terminal

if "DOCS_CLOCK" in os.environ:
    begin = float(os.environ["DOCS_CLOCK"]) - float(os.environ.get("DOCS_EARLIER", 0))
    with open(os.environ["DOCS_TICKS"], "a+b") as ticks:
        begin += {step} * ticks.tell()
        ticks.write(b".")
    beside = os.environ.get("DOCS_WAITS") == "beside"
    real, waited = time.monotonic, 0.0
    started = real()

    def counted():
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked = time.process_time() + children.ru_utime + children.ru_stime
        return max(worked + waited, (real() - started - {stuck}) / 10)

    def elapsed():
        seconds = counted()
        return {steady} * (1 + math.log(seconds / {steady})) if beside and seconds > {steady} else seconds

    def others():
        for name in os.listdir("/proc"):
            try:
                if name.isdigit() and int(name) != os.getpid():
                    with open("/proc/" + name + "/cmdline") as words:
                        if {program!r} in words.read().split(chr(0)):
                            return True
            except OSError:
                continue
        return False

    class Clock(wiring.SystemClock):
        def now(self):
            return datetime.fromtimestamp(begin + elapsed(), UTC)

        def monotonic(self):
            return elapsed()

        async def sleep(self, seconds):
            global waited
            before, begun = counted(), real()
            try:
                await super().sleep(seconds)
                while beside and seconds >= {long} and others():
                    await asyncio.sleep(0.1)
            finally:  # also of one that was woken
                waited += max(0.0, before + min(seconds, real() - begun) - counted())

    wiring.SystemClock = Clock
    time.time = lambda: begin + elapsed()

class Terminal(terminal.Terminal):
    @classmethod
    def real(cls):
        made = super().real()
        out = os.fstat(1)
        if (out.st_dev, out.st_ino) == tuple(map(int, os.environ["DOCS_PAGE"].split(":"))):
            made.out_tty, made._width, made.no_color = True, {width}, True
        return made
terminal.Terminal = Terminal

if "runbook" in sys.argv[1:]:
    from campctl.app import running_books_hands
    running_books_hands.PROGRAM[:] = [__file__]
sys.argv[0] = "campctl"
from campctl.__main__ import main
sys.exit(main())
'''
IDLE = '''\
#!{python}
"""`timeout -s KILL SECONDS campctl ...` and `sleep SECONDS` of a page: not for so long, but until campctl does nothing but wait."""
import os, subprocess, sys, time
from pathlib import Path

def busy():
    used = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if ({program!r} in (folder / "cmdline").read_bytes().decode(errors="replace").split(chr(0))):
                for task in (folder / "task").iterdir():
                    fields = (task / "stat").read_text().rpartition(")")[2].split()
                    used.append((task.name, fields[0], fields[11], fields[12]))
        except OSError:
            continue
    return sorted(used)

child = subprocess.Popen(sys.argv[4:]) if sys.argv[1:3] == ["-s", "KILL"] else None
begun = quiet = time.monotonic()
before = None
while child.poll() is None if child else time.monotonic() - begun < {patience}:
    now = busy()
    if now != before or not now or any(state != "S" for _, state, *_ in now):
        quiet, before = time.monotonic(), now
    elif time.monotonic() - quiet > {quiet}:
        break
    time.sleep(0.05)
if child is None:
    sys.exit(0)
if child.poll() is None:
    child.kill()
    print("Killed", file=sys.stderr)
child.wait()
sys.exit(137 if child.returncode == -9 else child.returncode)
'''
SLEEP = """\
#!/bin/sh
case $1 in [1-9]*) exec {}/timeout "$@" ;; *) PATH=${{PATH#*:}} exec sleep "$@" ;; esac
"""
STUCK = 300
"""Seconds after which the clock of a command goes on by itself, lest one that waits for it in some other way never ends."""
STEADY = 8
"""Seconds for which the clock of a command that stands beside others goes on as ever; then slower and slower: in 20 minutes 48 seconds."""
LONG = 5
"""Seconds of a wait that is there to be found at it by another command."""
QUIET = 1.5
"""Seconds without a bit of work, none of them spent in a queue for a processor, after which campctl only waits for an exchange."""


@dataclass
class Command:
    """One command of a block: the lines as written, what to run, the status it should end with, the output written below it."""

    lines: list[str]
    output: list[str] = field(default_factory=list)
    real: list[str] = field(default_factory=list)
    status: int = -1

    @property
    def source(self) -> str:
        return "\n".join(EXIT.sub("", line[2:]) for line in self.lines)

    @property
    def expected(self) -> int:
        match = EXIT.search(self.lines[-1])
        return int(match[1]) if match else 0


@dataclass
class Page:
    """A page's text and its commands, in order, with the places of its blocks."""

    path: Path
    text: str
    setups: list[tuple[int, str, str]] = field(default_factory=list)
    blocks: list[tuple[int, int, list[Command]]] = field(default_factory=list)

    @property
    def commands(self) -> list[Command]:
        return [command for _, _, commands in self.blocks for command in commands]


def read(path: Path) -> Page:
    """A page, read. ValueError where a block begins with something that is no command."""
    page = Page(path, path.read_text(encoding="utf-8"))
    for match in PIECES.finditer(page.text):
        if match[1]:
            page.setups.append((match.start(), match[1], match[2]))
        else:
            page.blocks.append((match.start(3), match.end(3), _commands(match[3], path)))
    return page


def _commands(block: str, path: Path) -> list[Command]:
    commands: list[Command] = []
    for line in block.splitlines():
        if line.startswith("$ "):
            commands.append(Command([line]))
        elif not commands:
            raise ValueError(f"{path}: a console block begins with {line!r}, which is no command")
        elif line.startswith("> ") and not commands[-1].output:
            commands[-1].lines.append(line)
        else:
            commands[-1].output.append(line)
    return commands


def run(page: Page) -> None:
    """Run all commands of a page, in order; `real` and `status` of each are set. `~` of its shell is a folder of its own."""
    home = Path(tempfile.mkdtemp(prefix="campctl-docs-"))
    try:
        transcript = home / ".transcript"
        script = home / ".script"
        transcript.touch()
        script.write_text(_script(page, home), encoding="utf-8")
        stat = transcript.stat()
        env = _environment(home) | {"DOCS_PAGE": f"{stat.st_dev}:{stat.st_ino}", "DOCS_TICKS": str(home / ".ticks")}
        with transcript.open("ab") as out:
            subprocess.run(
                ["bash", "--norc", str(script)],
                cwd=home, env=env, stdin=subprocess.DEVNULL, stdout=out, stderr=out, timeout=PATIENCE, check=False,
            )  # fmt: skip
        _take(page, transcript.read_text(encoding="utf-8"), str(home))
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _environment(home: Path) -> dict[str, str]:
    folder = home / ".bin"
    folder.mkdir()
    program = folder / "campctl"
    program.write_text(
        CLOCK.format(python=sys.executable, program=str(program), width=WIDTH, step=STEP, stuck=STUCK, steady=STEADY, long=LONG)
    )
    program.chmod(0o755)
    for name in ("timeout", "sleep"):
        waits = folder / name
        waits.write_text(
            IDLE.format(python=sys.executable, program=str(program), quiet=QUIET, patience=PATIENCE / 2)
            if name == "timeout"
            else SLEEP.format(folder)
        )
        waits.chmod(0o755)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("CAMPCTL_", "COV_", "COVERAGE_", "PYTEST_"))}
    return kept | {
        "HOME": str(home),
        "PATH": f"{folder}:{os.environ['PATH']}",
        "CAMPCTL_USER": "dana",
        "LC_ALL": "C.UTF-8",
        "TERM": "dumb",
        "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",
        "XDG_CACHE_HOME": str(home / ".cache"),
    }


def _script(page: Page, home: Path) -> str:
    """The page as a shell script; what is printed between \\x1e N and \\x1f STATUS is the output of command N."""
    pieces: list[tuple[int, str]] = [(place, _setup(kind, words, home)) for place, kind, words in page.setups]
    number = 0
    for place, _, commands in page.blocks:
        text = ""
        for command in commands:
            text += f"printf '\\x1e%d\\n' {number}\n{{ {command.source}\n}}\nprintf '\\x1f%d\\n' $?\n"
            number += 1
        pieces.append((place, text))
    return "".join(text for _, text in sorted(pieces))


def _setup(kind: str, words: str, home: Path) -> str:
    if kind == "waits":
        return f"export DOCS_WAITS={shlex.quote(words)}\n"
    said = {word.partition("=")[0]: word.partition("=")[2] for word in words.split()} if kind == "transcript" else {"clock": words}
    script = ""
    if "clock" in said:
        at = datetime.fromisoformat(said["clock"]).timestamp() + FIRST
        script += f"export DOCS_CLOCK={at}\n: > {home}/.ticks\n"
    if kind == "clock":
        return script
    folder = home / "campaign"
    script += f"unset DOCS_WAITS; cd {home}; rm -rf {folder} {home}/examples; cp -r {ROOT}/examples {home}/examples\n"
    if "seed" in said:
        script += f"campctl init {folder} --seed {shlex.quote(said['seed'])} -q >&2; cd {folder}\n"
    elif "files" in said:
        script += f"cp -r {ROOT / said['files']} {folder}; cd {folder}\n"
    if "applied" in said:
        script += "DOCS_EARLIER=3600 campctl apply --yes -q >/dev/null\n"
    return script + f": > {home}/.ticks\n"


def _take(page: Page, text: str, home: str) -> None:
    for number, command in enumerate(page.commands):
        match = re.search(rf"\x1e{number}\n(.*?)\x1f(\d+)\n", text, re.DOTALL)
        if match is None:
            raise ValueError(f"{page.path}: `{command.source}` did not end; the page said\n{text[-2000:]}")
        said = SIGNALLED.sub(r"\1", match[1]).replace(home, "/home/dana")
        command.real = [line.rstrip() for line in said.splitlines()]
        command.status = int(match[2])


def mask(line: str) -> str:
    """A line without what differs from run to run."""
    for pattern, word in MASKS:
        line = pattern.sub(word, line)
    # A column is as wide as what was masked in it.
    return re.sub(r" {2,}|─+", "  ", line).rstrip()


def fits(written: list[str], real: list[str]) -> bool:
    """Whether the output written in a page is the real one; a line `...` stands for any lines."""
    wanted = "\n".join(mask(line) for line in _trimmed(written))
    pattern = "".join("(?:.*\n)*?" if line == "..." else re.escape(line) + "\n" for line in wanted.split("\n")) if wanted else ""
    return re.fullmatch(pattern, "".join(mask(line) + "\n" for line in _trimmed(real))) is not None


def _trimmed(lines: list[str]) -> list[str]:
    """Without empty lines at the end."""
    while lines and not lines[-1].strip():
        lines = lines[:-1]
    return lines


def faults(page: Page) -> list[str]:
    """What does not fit, after `run`: one text for each command."""
    found = []
    for command in page.commands:
        if command.status != command.expected:
            found.append(f"$ {command.source}\nended with {command.status}, not {command.expected}\n" + "\n".join(command.real))
        elif not fits(command.output, command.real):
            written, real = ("\n".join(map(mask, _trimmed(lines))) for lines in (command.output, command.real))
            found.append(f"$ {command.source}\n--- written\n{written}\n--- real\n{real}")
    return found


def rewritten(page: Page) -> str:
    """The page's text with the real output in its blocks, after `run`: all of it, so that run ids agree; as it is where all fits."""
    if not faults(page):
        return page.text
    out, at = "", 0
    for start, end, commands in page.blocks:
        out += page.text[at:start] + "".join(_block(command) for command in commands)
        at = end
    return out + page.text[at:]


def _block(command: Command) -> str:
    return "".join(f"{line}\n" for line in [*command.lines, *_elided(command.output, command.real)])


def _elided(written: list[str], real: list[str]) -> list[str]:
    """The real output; cut as the written one was, where as many lines before the first and after the last `...` are kept."""
    if "..." not in written:
        return real
    first = written.index("...")
    last = len(written) - 1 - written[::-1].index("...")
    tail = len(_trimmed(written)) - 1 - last
    body = _trimmed(real)
    if len(body) <= first + tail:
        return real
    return [*body[:first], "...", *(body[len(body) - tail :] if tail else [])]


def pages() -> list[Path]:
    """Every page that has a console block."""
    every = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), ROOT / "seeds" / "README.md"]
    return [path for path in every if path.exists() and "```console\n" in path.read_text(encoding="utf-8")]
