"""argv finds its command, or says what is wrong with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from campctl.cli.main import run
from campctl.cli.tree import GROUPS, NOUNS

SRC = Path(__file__).parents[3] / "src"


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["prot"], "There is no command `prot`.\nHint: Did you mean `port`?"),
        (["port", "ligt"], "There is no port command `ligt`.\nHint: Did you mean `light`"),
        (["port", "light", "--hotlin", "x"], "No such option: --hotlin"),
        (["plan", "extra"], "unexpected extra argument"),
        (["--wrong", "plan"], "There is no option --wrong before the command."),
        (["-o"], "-o needs a value."),
        (["plan", "-o", "xml"], "'xml' is no output format."),
        (["plan", "-o", "github"], "'github' is no output format."),
        (["-o", "xml", "plan"], "'xml' is no output format."),
        (["apply", "--wait", "long"], "--wait 'long' is no state."),
        (["rollback"], "Missing argument"),
        (["history", "list", "--limit", "x"], "Invalid value for '--limit'"),
        (["move", "ann.lee"], "Where to?"),
        (["move"], "Nobody was named."),
        (["user", "provision"], "Name one new user, or a file with -f."),
        (["port", "list", "--state", "bright"], "neither lit nor dark"),
        (["completion", "tcsh"], "There is no completion for 'tcsh'."),
        (["plan", "-C", "/nowhere/at/all"], "there is no such folder"),
    ],
)
def test_usage_errors(campctl, argv, said) -> None:
    """A wrong command line is status 2, one sentence on stderr with what to do, and nothing on stdout."""
    answer = campctl(*argv)
    assert answer.status == 2
    assert said in answer.err
    assert not answer.out


@pytest.mark.parametrize(
    "argv", [["prot", "-o", "json"], ["-o", "json", "prot"], ["plan", "--nope", "--output=json"], ["plan", "-ojson", "x"]]
)
def test_usage_errors_as_json(campctl, argv) -> None:
    """A wrong command line gets an envelope too, wherever JSON was asked for."""
    answer = campctl(*argv)
    assert answer.json["status"] == "error"
    assert answer.json["exit"] == answer.status == 2
    assert answer.json["errors"][0]["code"] == "usage"
    assert answer.err


def test_json_after_the_terminator_is_not_asked_for(campctl) -> None:
    """What stands after `--` is no option."""
    assert not campctl("prot", "--", "-o", "json").out


@pytest.mark.parametrize(
    "argv",
    [
        ["-o", "json", "user", "list"],
        ["user", "-o", "json", "list"],
        ["user", "list", "-o", "json"],
        ["user", "--output=json"],
        ["user", "list", "--output", "json"],
        ["--quiet", "user", "--no-color", "list", "-ojson"],
    ],
)
def test_global_options_stand_anywhere(campctl, campaign, argv) -> None:
    """Options of every command work before the noun, between noun and verb, and after."""
    answer = campctl(*argv)
    assert answer.status == 0, answer.err
    assert answer.json["command"] == "user list"


def test_campaign_option(campctl, campaign, tmp_path, monkeypatch) -> None:
    """-C names the campaign's folder, or any below it."""
    monkeypatch.chdir(tmp_path)
    below = campaign / "a" / "b"
    below.mkdir(parents=True)
    assert campctl("user", "list", "-C", str(below)).status == 0
    assert campctl("-C", str(campaign), "user", "list").status == 0
    assert campctl("user", "list").status == 14


@pytest.mark.parametrize("name", sorted(NOUNS))
def test_every_noun_has_help(campctl, name) -> None:
    """`campctl NOUN --help` works for all, and `campctl help NOUN` says the same."""
    answer = campctl(name, "--help")
    assert answer.status == 0
    assert answer.out.startswith(f"Usage: campctl {name}")
    assert campctl("help", name).out == answer.out


def test_default_verbs(campctl, campaign) -> None:
    """A noun alone does its list or log; one without such shows its help."""
    for name, verb in GROUPS.items():
        if name == "autopilot":
            continue  # leads until it is stopped: tests/e2e/test_autopilot.py
        answer = campctl(name, "-o", "json")
        assert answer.status == 0, (name, answer.err)
        if verb:
            assert answer.json["command"] == f"{name} {verb}"
        else:
            assert answer.out.startswith("Usage:")


@pytest.mark.parametrize(
    ("argv", "status", "begins"), [(["--version"], 0, "campctl "), (["--help"], 0, "Usage: "), (["help"], 0, "Usage: "), ([], 2, "Usage: ")]
)
def test_top_level(argv, status, begins) -> None:
    """Version and help need no campaign; no command at all shows the help and is an error for scripts."""
    done = subprocess.run([sys.executable, "-m", "campctl", *argv], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (status, "")
    assert done.stdout.startswith(begins)


@pytest.mark.parametrize("argv", [["--quiet", "--version"], ["-q", "--help"]])
def test_top_level_with_other_options(campctl, argv) -> None:
    """They work with options before them as well."""
    assert campctl(*argv).status == 0


FAST = """
import sys
sys.path.insert(0, {src!r})
before = set(sys.modules)
sys.argv = ["campctl", {word!r}]
from campctl.__main__ import main
main()
print(sorted(set(sys.modules) - before), file=sys.stderr)
"""


@pytest.mark.parametrize("word", ["--version", "--help"])
def test_the_fast_path_imports_next_to_nothing(word) -> None:
    """--version and --help load campctl's own two or three small modules and nothing else."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", FAST.format(src=str(SRC), word=word)], capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stderr.replace("'", '"')))
    assert loaded <= {"campctl", "campctl.__main__", "campctl.cli", "campctl.cli.top_help"}


def test_a_short_command_loads_only_what_it_uses() -> None:
    """A command that needs no campaign loads neither asyncio nor Rich, msgspec, YAML, httpx or another noun."""
    code = "import sys; from campctl.cli.main import run; run(['completion', 'bash']); print(*sys.modules, file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stderr.split())
    assert not loaded & {"asyncio", "rich", "msgspec", "yaml", "httpx", "sqlite3", "phonenumbers", "keyring", "tabulate", "pydantic"}
    assert {name for name in loaded if name.startswith("campctl.cli.")} <= {
        f"campctl.cli.{name}" for name in ("main", "session", "tree", "command", "completion")
    }


def test_nothing_is_collected_at_the_end() -> None:
    """When a command is done, what it made is set aside, so that the interpreter does not look through it once more."""
    code = "import gc, sys; sys.argv = ['campctl', 'completion', 'bash']; from campctl.__main__ import main; main();"
    code += "print(gc.isenabled(), gc.get_freeze_count() > len(gc.get_objects()), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr == "False True\n"


def test_a_fault_is_one_line_and_a_private_log(campctl, campaign, monkeypatch) -> None:
    """A fault of ours shows no traceback; it is in a 0600 file under .campctl, and the status is 1."""

    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("campctl.app.people.list_users", broken)
    answer = campctl("user", "list", "-o", "json")
    assert answer.status == 1
    assert answer.json["errors"][0]["code"] == "internal"
    assert "Traceback" not in answer.err
    [log] = (campaign / ".campctl").glob("fault-*.log")
    assert log.stat().st_mode & 0o777 == 0o600
    assert str(log) in answer.err
    assert "ZeroDivisionError" in log.read_text()


def test_keyboard_interrupt(campctl, monkeypatch) -> None:
    """Ctrl-C in a synchronous command ends in 130 without a traceback."""

    def stop(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("campctl.app.documents.completion", stop)
    assert campctl("completion", "bash").status == 130


@pytest.mark.parametrize("argv", [["completion", "zsh"], ["--help"], ["port", "light", "--help"]])
def test_a_reader_that_goes_away(argv) -> None:
    """`campctl ... | head -0` ends quietly, with what a shell expects of a killed pipe."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([sys.executable, "-m", "campctl", *argv], stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (141, "")


def test_run_takes_the_real_terminal(capsys) -> None:
    """Without a terminal handed in, the process's streams are used."""
    assert run(["--version"]) == 0
    assert capsys.readouterr().out.startswith("campctl ")
