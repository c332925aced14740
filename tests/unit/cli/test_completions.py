"""Completions in the real shells, with ids of a campaign, never starting campctl."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from campctl.app.complete import MOST_RUNS, add_run, write_ids
from campctl.cli.catalog import commands
from campctl.cli.completions import bash, fish, kind, zsh
from campctl.model.campaign import Address, Campaign, Hotline, Number, Office, Port, Seats, User
from campctl.model.campaign import Answer as MayAnswer

ROOT = Path(__file__).parents[3]
SCRIPTS = {"bash": ("campctl.bash", bash), "zsh": ("_campctl", zsh), "fish": ("campctl.fish", fish)}

BASH = """
source "$1"; cd "$2"; line=$3
compopt() { :; }
read -r -a COMP_WORDS <<<"$line"
[[ $line == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
_campctl
printf '%s\\n' "${COMPREPLY[@]}"
"""
ZSH = """
cd $2
compdef() { :; }
compadd() {
  local -a given; local name plain=1
  while (( $# )); do
    case $1 in
      -a) plain=0; shift ;;
      -S) shift 2; continue ;;
      --) shift; break ;;
      *) break ;;
    esac
  done
  (( plain )) && given=("$@") || given=("${(@P)1}")
  for name in $given; do [[ $name == "$PREFIX"* ]] && print -r -- $name; done
}
_describe() {
  while [[ $1 == -* ]]; do [[ $1 == -t ]] && shift; shift; done
  shift
  local entry
  for entry in "${(@P)1}"; do [[ ${entry%%:*} == "$PREFIX"* ]] && print -r -- ${entry%%:*}; done
}
_files() { print -r -- FILES; }
source $1
words=("${(@s: :)3}")
CURRENT=$#words
PREFIX=${words[CURRENT]}
_campctl
true
"""
FISH = "source $argv[1]; cd $argv[2]; complete -C \"$argv[3]\" | string replace -r '\\t.*' ''; true"

CASES = [
    ("campctl po", {"port"}),
    ("campctl port ", {"list", "light", "dark", "seat", "secret", "pause", "unpause"}),
    ("campctl port -o json l", {"list", "light"}),
    ("campctl user sh", {"show"}),
    ("campctl status voter", {"voter-protection"}),
    ("campctl watch --type call-a", {"call-answered", "call-abandoned"}),
    ("campctl user show a", {"ann.lee", "anna"}),
    ("campctl user show zed", set()),
    ("campctl port light hq/a00", {"hq/a001", "hq/a002"}),
    ("campctl port light hq/a001 hq/a002 hq/b", {"hq/b-1"}),
    ("campctl port light --hotline ", {"main", "voter-protection"}),
    ("campctl port light --until 21:00 --office ", {"hq"}),
    ("campctl move ann.lee --to ", {"hq"}),
    ("campctl hotline scale ", {"main", "voter-protection"}),
    ("campctl hotline scale main ", set()),
    ("campctl port list --state ", {"lit", "dark"}),
    ("campctl apply --wait c", {"configured"}),
    ("campctl validate -o g", {"github"}),
    ("campctl plan -o g", set()),
    ("campctl plan --target us", {"user/"}),
    ("campctl plan --target user/ann.", {"user/ann.lee"}),
    ("campctl plan --target number/+1", {"number/+13125550100"}),
    ("campctl rollback 2026", {"20261103-2", "20261103-1"}),
    ("campctl history show 20261103-1", {"20261103-1"}),
    ("campctl completion ", {"bash", "zsh", "fish"}),
    ("campctl user provision n", set()),
    ("campctl port light --hot", {"--hotline"}),
    ("campctl history --l", {"--limit"}),
    ("campctl audit verify --no-", {"--no-color"}),
    ("campctl --no", {"--no-color"}),
    ("campctl -o js", {"json"}),
]


@pytest.fixture
def campaign() -> Campaign:
    users = {name: User(id=name, name=name, office="hq", extension="1") for name in ("anna", "ann.lee", "bo", "$(reboot)")}
    ports = {f"hq/{desk}": Port(office="hq", desk=desk, extension="2") for desk in ("b-1", "a002", "a001")}
    hotlines = {name: Hotline(id=name, name=name, seats=Seats(1), answer=MayAnswer()) for name in ("voter-protection", "main")}
    return Campaign(
        name="x",
        country="US",
        time_zone="UTC",
        default_backend="local",
        offices={"hq": Office(id="hq", name="HQ", address=Address(), time_zone="UTC", backend="local")},
        users=users,
        ports=ports,
        numbers={"+13125550100": Number("+13125550100")},
        hotlines=hotlines,
    )


@pytest.fixture
def folder(tmp_path: Path, campaign: Campaign) -> Path:
    """A folder two levels below a campaign whose ids were left for completion."""
    write_ids(tmp_path, campaign, "digest")
    add_run(tmp_path, "20261103-1")
    add_run(tmp_path, "20261103-2")
    below = tmp_path / "a" / "b"
    below.mkdir(parents=True)
    return below


def shell(name: str) -> str:
    """The shell, or a skip of the test; in CI its absence is a failure."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{name} is not installed")
        pytest.skip(f"{name} is not installed")
    return found


def complete(name: str, line: str, folder: Path) -> list[str]:
    """What the shell offers for a line, with nothing on PATH that could be started."""
    program = shell(name)
    script = str(ROOT / "completions" / SCRIPTS[name][0])
    command = {
        "bash": [program, "--norc", "-c", BASH, "x", script, str(folder), line],
        "zsh": [program, "-f", "-c", ZSH, "x", script, str(folder), line],
        "fish": [program, "--no-config", "-c", FISH, script, str(folder), line],
    }[name]
    env = {"HOME": str(folder), "PATH": "/nonexistent" if name != "fish" else os.environ["PATH"], "LC_ALL": "C.UTF-8", "TERM": "dumb"}
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=env, stdin=subprocess.DEVNULL, timeout=120)
    assert done.stderr == ""
    return [word for word in done.stdout.split("\n") if word]


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize(("line", "offered"), CASES)
def test_offers(name: str, line: str, offered: set[str], folder: Path) -> None:
    """Each shell offers exactly the words that can stand there."""
    assert set(complete(name, line, folder)) == offered


@pytest.mark.parametrize("name", SCRIPTS)
def test_another_campaign(name: str, folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """-C DIR takes the ids from there; where there is no campaign there are no ids, and no error."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    assert complete(name, "campctl user show ann", elsewhere) == []
    assert set(complete(name, f"campctl -C {folder} user show ann", elsewhere)) == {"ann.lee", "anna"}
    assert set(complete(name, f"campctl user show -C {folder} ann", elsewhere)) == {"ann.lee", "anna"}


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_are_current(name: str) -> None:
    """The files in completions/ are what the command tree says (`python -m campctl.cli.generate` writes them)."""
    file, make = SCRIPTS[name]
    assert (ROOT / "completions" / file).read_text() == make()


@pytest.mark.parametrize("name", SCRIPTS)
def test_campctl_prints_them(name: str, campctl) -> None:
    """`campctl completion SHELL` prints the script, byte for byte."""
    assert campctl("completion", name).out == (ROOT / "completions" / SCRIPTS[name][0]).read_text()


def test_bash_in_an_interactive_shell(folder: Path) -> None:
    """In a real interactive bash, TAB completes an id on the command line."""
    pexpect = pytest.importorskip("pexpect")
    child = pexpect.spawn(
        shell("bash"),
        ["--norc", "--noprofile"],
        cwd=str(folder),
        encoding="utf-8",
        timeout=120,
        env={**os.environ, "PS1": "> ", "TERM": "dumb"},
    )
    child.sendline(f"PS1='rea''dy> '; source {ROOT}/completions/campctl.bash; bind 'set enable-bracketed-paste off'")
    child.expect("ready> $")
    child.send("campctl user show ann.\t")
    child.expect("ann.lee ")
    child.sendcontrol("c")
    child.sendline("exit")
    child.expect(pexpect.EOF)
    child.close()


def test_every_noun_word_has_a_kind() -> None:
    """No argument or option that names a thing of the campaign is left without completion."""
    wanted = {"USER", "DESK", "OFFICE", "HOTLINE", "BACKEND", "RUN", "KIND/ID", "FILE", "DIR", "PLANFILE", "FORMAT"}
    for info in commands():
        for metavar in [*(argument.metavar for argument in info.arguments), *(option.metavar for option in info.options)]:
            if metavar.rstrip(".").strip("[]") in wanted and info.path != ("user", "provision"):
                assert kind(metavar, info.path) != "-", (info.name, metavar)


def test_ids_that_a_shell_would_run_are_left_out(folder: Path) -> None:
    """An id such as $(reboot) never gets into a file that a shell reads."""
    text = (folder.parents[1] / ".campctl" / "complete" / "users").read_text()
    assert text == "ann.lee\nanna\nbo\n"


def test_ids_are_rewritten_only_when_the_manifests_changed(tmp_path: Path, campaign: Campaign) -> None:
    """The same digest writes nothing; another writes all."""
    write_ids(tmp_path, campaign, "one")
    users = tmp_path / ".campctl" / "complete" / "users"
    users.write_text("kept\n")
    write_ids(tmp_path, campaign, "one")
    assert users.read_text() == "kept\n"
    write_ids(tmp_path, campaign, "two")
    assert "ann.lee" in users.read_text()
    assert (tmp_path / ".campctl").stat().st_mode & 0o777 == 0o700


def test_runs_are_the_newest_few(tmp_path: Path, campaign: Campaign) -> None:
    """Newest first, none twice, and no more than fifty."""
    write_ids(tmp_path, campaign, "one")
    for number in [*range(60), 59, 3]:
        add_run(tmp_path, f"r{number}")
    runs = (tmp_path / ".campctl" / "complete" / "runs").read_text().split()
    assert runs[:3] == ["r3", "r59", "r58"]
    assert len(runs) == len(set(runs)) == MOST_RUNS


def test_a_folder_that_cannot_be_written(tmp_path: Path, campaign: Campaign) -> None:
    """Completion is a convenience: where its files cannot be written, nothing fails."""
    (tmp_path / ".campctl").write_text("not a folder")
    write_ids(tmp_path, campaign, "one")
    add_run(tmp_path, "r1")
    assert (tmp_path / ".campctl").read_text() == "not a folder"


def test_zsh_in_an_interactive_shell(folder: Path) -> None:
    """In a real interactive zsh with its completion system, TAB completes a command and an id."""
    pexpect = pytest.importorskip("pexpect")
    env = {**os.environ, "TERM": "dumb", "ZDOTDIR": str(folder), "HOME": str(folder)}
    child = pexpect.spawn(shell("zsh"), ["-f", "-i"], cwd=str(folder), encoding="utf-8", timeout=120, env=env)
    child.sendline(f"unsetopt zle_bracketed_paste; PS1='ready> '; fpath=({ROOT}/completions $fpath); autoload -Uz compinit; compinit -u -D")
    child.sendline("print loaded:${_comps[campctl]}")
    child.expect("loaded:_campctl")
    child.send("campctl user sh\t")
    child.expect("show ")
    child.send("ann.\t")
    child.expect("ann.lee ")
    child.sendcontrol("c")
    child.sendline("exit")
    child.expect(pexpect.EOF)
    child.close()
