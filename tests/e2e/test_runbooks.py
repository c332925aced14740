"""Runbooks run, and everything that goes wrong while they do: on the embedded exchange, as processes."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from campctl.errors import Exit

from .conftest import PATIENCE, Camp, hung_up, over  # type: ignore[import-not-found]


@pytest.fixture
def book(make: Callable[..., Camp]) -> Callable[..., Camp]:
    """A campaign with one runbook, `tonight`."""

    def call(steps: str, head: str = "") -> Camp:
        camp = make()
        (camp.root / "runbooks").mkdir()
        (camp.root / "runbooks/tonight.yaml").write_text(f"name: Tonight\n{head}steps:\n{steps}")
        return camp

    return call


def lines(camp: Camp, run: str = "") -> dict[str, Any]:
    """The steps of a run, by name: the last line of each."""
    report = camp.do("runbook", "status", *([run] if run else []), "-o", "json").data
    return {line["step"]: line for line in report["lines"]}


def wait_for(what: Callable[[], object], process: subprocess.Popen[str] | None = None) -> None:
    """Until it is true; two minutes at the most."""
    deadline = time.monotonic() + PATIENCE
    while not what():
        assert process is None or process.poll() is None, process.communicate() if process else ""
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


def at_work_in(folder: Path) -> list[Path]:
    """Processes whose working directory this is."""

    def cwd(link: Path) -> str:
        try:
            return str(link.readlink())
        except OSError:  # it has ended meanwhile
            return ""

    return [link for link in Path("/proc").glob("[0-9]*/cwd") if cwd(link) == str(folder)]


def begun(camp: Camp) -> bool:
    """Whether GATE waits; the file is there a moment before the word in it."""
    return (camp.root / "log").exists() and "begun\n" in camp.read("log")


def state_of(camp: Camp, step: str) -> str:
    try:
        return str(lines(camp)[step]["state"])
    except (AssertionError, KeyError, TypeError, ValueError):
        return ""


GATE = "  - {{ id: gate, shell: 'echo begun >> log; while [ ! -e go ]; do sleep 0.05; done; echo over >> log'{more} }}\n"


def test_a_run_does_what_it_says(book) -> None:
    """Verbs change the exchange, checks look at it, values are in the environment; the audit log names the runbook as the reason."""
    camp = book(
        "  - { id: more, run: 'hotline scale {line} 3 --until +1h' }\n"
        "  - { id: enough, expect: 'hotline {line} seats >= 3 within 20s' }\n"
        '  - { id: tell, shell: \'printf "%s" "$line" > told\' }\n'
        "  - { id: never, expect: drift none, when: 'hotline {line} seats < 3' }\n"
        "  - { id: none, expect: drift none }\n",
        "vars: { line: { type: hotline, default: help } }\n",
    )
    done = camp.run("runbook", "run", "tonight", "-o", "json").ok()
    assert {line["step"]: line["state"] for line in done.data["lines"]} == {
        "more": "done", "enough": "done", "tell": "done", "never": "skipped", "none": "done",
    }  # fmt: skip
    assert camp.read("told") == "help"
    why = [row["why"] for row in camp.do("audit", "log", "-o", "json").ok().data["entries"]]
    assert "runbook Tonight: more" in why
    assert camp.do("runbook", "status").status == Exit.OK


def test_a_failure_rolls_back_to_the_mark(book) -> None:
    """What was done since the mark is taken back, the newest first, the failed step too; what was done before stays."""
    camp = book(
        "  - { id: a, shell: 'echo a >> log', undo: { shell: 'echo -a >> log' } }\n"
        "  - mark: here\n"
        "  - { id: b, shell: 'echo b >> log', undo: { shell: 'echo -b >> log' } }\n"
        "  - { id: c, shell: 'echo c >> log', undo: { shell: 'echo -c >> log; exit 3' } }\n"
        "  - { id: d, shell: 'echo d >> log; exit 7', undo: { shell: 'echo -d >> log' }, retries: 1, delay: 0s,\n"
        "      on-failure: roll-back to here }\n"
        "  - { id: e, shell: 'echo e >> log', undo: plan }\n"
    )
    done = camp.run("runbook", "run", "tonight", "-o", "json")
    assert done.status == Exit.STEP
    assert done.data["run"]["status"] == "failed"  # c could not be taken back, and that is said
    assert camp.read("log").split() == ["a", "b", "c", "d", "d", "-d", "-c", "-b"]
    seen = lines(camp)
    assert (seen["d"]["code"], seen["d"]["attempts"], seen["d"]["undone"]) == (7, 2, "undone")
    assert seen["c"]["undone"] == "undo failed"
    (camp.root / "runbooks/tonight.yaml").write_text(camp.read("runbooks/tonight.yaml").replace("; exit 3", ""))
    again = camp.run("runbook", "resume", "--accept-edit", "-o", "json")
    assert again.data["run"]["status"] == "rolled-back"
    assert camp.read("log").split()[-1] == "-c"
    assert camp.run("runbook", "resume", done.data["run"]["id"]).status == Exit.USAGE


def test_somebody_decides_to_roll_back(book) -> None:
    """A run that stopped at a failure is taken back to a mark on demand, the failed step first; then it is over."""
    camp = book(
        "  - { id: a, shell: 'echo a >> log', undo: { shell: 'echo -a >> log' } }\n"
        "  - mark: here\n"
        "  - { id: b, shell: 'echo b >> log', undo: { shell: 'echo -b >> log' } }\n"
        "  - { id: c, shell: 'echo c >> log; exit 1', undo: { shell: 'echo -c >> log' } }\n"
    )
    assert camp.run("runbook", "run", "tonight").status == Exit.STEP
    assert camp.run("runbook", "resume", "--roll-back-to", "her").status == Exit.NOT_FOUND
    done = camp.run("runbook", "resume", "--roll-back-to", "here", "-o", "json")
    assert (done.status, done.data["run"]["status"]) == (Exit.STEP, "rolled-back")
    assert camp.read("log").split() == ["a", "b", "c", "-c", "-b"]
    assert camp.run("runbook", "resume", done.data["run"]["id"], "--roll-back-to", "start").status == Exit.USAGE


def test_after_a_failure_it_goes_on_or_elsewhere(book) -> None:
    """`continue` goes on, `jump` goes elsewhere, `end` ends, `fail` fails with its words."""
    camp = book(
        "  - { id: a, shell: 'exit 1', on-failure: continue }\n"
        "  - { id: b, expect: 'hotline help seats > 100', on-failure: jump to mend }\n"
        "  - { id: c, end: Well. }\n"
        "  - { id: mend, shell: 'exit 0' }\n"
        "  - { id: over, fail: Not well. }\n"
    )
    done = camp.run("runbook", "run", "tonight", "-o", "json")
    assert done.status == Exit.STEP
    assert {name: line["state"] for name, line in lines(camp).items()} == {
        "a": "failed",
        "b": "failed",
        "mend": "done",
        "over": "done",
        "c": "",
    }
    assert "hotline help seats is 2" in lines(camp)["b"]["detail"]
    assert camp.run("runbook", "resume").status == Exit.USAGE


def test_a_timeout_ends_the_command_and_what_it_started(book) -> None:
    """A command that takes too long is ended with its children, and counts as failed."""
    camp = book("  - { id: slow, shell: 'sleep 300 & wait', timeout: 1s }\n")
    done = camp.run("runbook", "run", "tonight", "-o", "json")
    assert done.status == Exit.STEP
    assert "took longer than 1 s" in lines(camp)["slow"]["detail"]
    wait_for(lambda: not at_work_in(camp.root))


@pytest.mark.parametrize("sign", [signal.SIGHUP, signal.SIGTERM, signal.SIGINT], ids=lambda sign: sign.name)
def test_a_lost_connection_ends_it_between_steps(book, processes, sign: signal.Signals) -> None:
    """SIGHUP (a disconnected ssh), SIGTERM and Ctrl-C end the step's command, begin none, and say how to go on; resume does."""
    camp = book(GATE.format(more="") + "  - { id: after, shell: 'echo after >> log' }\n")
    process = camp.start("runbook", "run", "tonight", "-o", "json")
    processes.append(process)
    wait_for(lambda: begun(camp), process)
    process.send_signal(sign)
    err = process.communicate(timeout=PATIENCE)[1]
    assert process.returncode == Exit.INTERRUPTED, err
    assert "runbook resume" in err
    assert state_of(camp, "gate") == "interrupted"
    (camp.root / "go").touch()
    assert camp.run("runbook", "resume", "-o", "json").ok().data["run"]["status"] == "done"
    assert camp.read("log").split() == ["begun", "begun", "over", "after"]


def test_a_second_ctrl_c_ends_it_at_once(book, processes) -> None:
    """A command that will not end is made to; the step has no outcome, and the run can be gone on with."""
    camp = book("  - { id: stub, shell: \"trap '' TERM INT; echo $$ > pid; while :; do sleep 0.1; done\", unsafe: true, undo: plan }\n")
    process = camp.start("runbook", "run", "tonight")
    processes.append(process)
    wait_for(lambda: (camp.root / "pid").exists() and camp.read("pid").strip(), process)
    process.send_signal(signal.SIGINT)
    assert process.stderr
    while "Ctrl-C" not in (line := process.stderr.readline()):  # the second before the first was seen would be none
        assert line
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=PATIENCE)
    assert process.returncode == Exit.INTERRUPTED
    wait_for(lambda: not Path(f"/proc/{camp.read('pid').strip()}").exists())
    assert camp.do("runbook", "status").status == Exit.UNDECIDED


def test_killed_it_goes_on_at_the_step_where_it_stood(book, processes) -> None:
    """After kill -9 the run is known to be interrupted, and resume repeats only the step that was going on."""
    camp = book(
        "  - { id: before, shell: 'echo before >> log' }\n" + GATE.format(more="") + "  - { id: after, shell: 'echo after >> log' }\n"
    )
    process = camp.start("runbook", "run", "tonight")
    processes.append(process)
    wait_for(lambda: begun(camp), process)
    process.kill()
    process.wait()
    (camp.root / "go").touch()
    wait_for(lambda: "over" in camp.read("log"))  # the command itself outlives its runner; let it end
    assert camp.do("runbook", "status", "-o", "json").data["run"]["status"] == "interrupted"
    camp.run("runbook", "resume").ok()
    assert camp.read("log").split() == ["before", "begun", "over", "begun", "over", "after"]


def test_a_command_that_outlives_its_runner_is_waited_for(book, processes) -> None:
    """After kill -9 the step's command is still at work: nothing is begun beside it, whoever asks is told, and Ctrl-C leaves it alone."""
    camp = book(GATE.format(more="") + "  - { id: after, shell: 'echo after >> log' }\n")
    process = camp.start("runbook", "run", "tonight")
    processes.append(process)
    wait_for(lambda: begun(camp), process)
    process.kill()
    process.wait()
    report = camp.do("runbook", "status", "-o", "json").data
    assert report["run"]["status"] == "interrupted"
    assert "outlived its runner and still runs (process" in report["next_steps"][0]
    for _ in range(2):
        waiting = camp.start("runbook", "resume")
        processes.append(waiting)
        assert waiting.stderr is not None
        assert "outlived its runner and still runs" in waiting.stderr.readline()
        waiting.send_signal(signal.SIGINT)
        err = waiting.communicate(timeout=PATIENCE)[1]
        assert waiting.returncode == Exit.INTERRUPTED, err
        assert "it goes on by itself" in err
    assert camp.read("log").split() == ["begun"]
    last = camp.start("runbook", "resume", "--assume", "not-done")
    processes.append(last)
    assert last.stderr is not None
    assert "outlived its runner" in last.stderr.readline()
    assert camp.read("log").split() == ["begun"]
    (camp.root / "go").touch()
    err = last.communicate(timeout=PATIENCE)[1]
    assert last.returncode == 0, err
    assert camp.read("log").split() == ["begun", "over", "begun", "over", "after"]


def test_a_way_back_that_outlives_its_runner_is_waited_for(book, processes) -> None:
    """`undo` killed with -9 while a step is taken back: the next one takes nothing back beside it."""
    back = "echo begun >> log; while [ ! -e go ]; do sleep 0.05; done; echo over >> log"
    camp = book(f"  - {{ id: a, shell: 'true', undo: {{ shell: '{back}' }} }}\n")
    camp.do("runbook", "run", "tonight").ok()
    first = camp.start("runbook", "undo")
    processes.append(first)
    wait_for(lambda: begun(camp), first)
    first.kill()
    first.wait()
    second = camp.start("runbook", "undo")
    processes.append(second)
    assert second.stderr is not None
    assert "outlived its runner and still runs" in second.stderr.readline()
    assert camp.read("log").split() == ["begun"]
    (camp.root / "go").touch()
    err = second.communicate(timeout=PATIENCE)[1]
    assert second.returncode == 0, err
    assert camp.read("log").split() == ["begun", "over", "begun", "over"]


def test_what_cannot_be_run_is_said(book) -> None:
    """A command that is not there, or is no program, fails its step with the system's words."""
    camp = book("  - { id: a, shell: [no-such-command], on-failure: continue }\n  - { id: b, shell: [./runbooks/tonight.yaml] }\n")
    assert camp.run("runbook", "run", "tonight").status == Exit.STEP
    seen = lines(camp)
    assert seen["a"]["detail"] == "no-such-command cannot be run: No such file or directory"
    assert seen["b"]["detail"] == "./runbooks/tonight.yaml cannot be run: Permission denied"


@pytest.mark.parametrize(("assume", "times"), [("done", 1), ("not-done", 2)])
def test_an_unsafe_step_is_never_repeated_unasked(book, processes, assume: str, times: int) -> None:
    """Without a known outcome an unsafe step is neither done again nor left out, until somebody says what came of it."""
    camp = book(GATE.format(more=", unsafe: true, undo: plan") + "  - { id: after, shell: 'echo after >> log' }\n")
    process = camp.start("runbook", "run", "tonight")
    processes.append(process)
    wait_for(lambda: begun(camp), process)
    process.kill()
    process.wait()
    (camp.root / "go").touch()
    wait_for(lambda: "over" in camp.read("log"))
    for _ in range(2):
        refused = camp.run("runbook", "resume")
        assert refused.status == Exit.UNDECIDED
        assert "--assume" in refused.err
    assert camp.do("runbook", "status").status == Exit.UNDECIDED
    camp.run("runbook", "resume", "--assume", assume).ok()
    assert camp.read("log").split().count("begun") == times
    assert camp.read("log").split()[-1] == "after"


def test_a_runbook_edited_while_it_runs(book, processes) -> None:
    """Resuming after an edit is refused with the difference shown; --accept-edit goes on with what it is now."""
    camp = book(GATE.format(more="") + "  - { id: after, shell: 'echo after >> log' }\n")
    process = camp.start("runbook", "run", "tonight")
    processes.append(process)
    wait_for(lambda: begun(camp), process)
    camp.edit("runbooks/tonight.yaml", "echo after >> log", "echo later >> log")
    process.terminate()
    process.communicate(timeout=PATIENCE)
    (camp.root / "go").touch()
    refused = camp.run("runbook", "resume", "-o", "json")
    assert refused.status == Exit.EDITED
    assert "+  - { id: after, shell: 'echo later >> log' }" in refused.json["errors"][0]["diff"]
    assert "after" not in camp.read("log")
    camp.edit("runbooks/tonight.yaml", "id: gate", "id: gone")
    assert "`gate`" in camp.run("runbook", "resume", "--accept-edit").err
    camp.edit("runbooks/tonight.yaml", "id: gone", "id: gate")
    camp.run("runbook", "resume", "--accept-edit").ok()
    assert camp.read("log").split()[-1] == "later"
    events = [event["what"] for event in camp.do("runbook", "status", "-o", "json").data["events"]]
    assert events == ["begun", "stopped", "edited", "resumed", "ended"]


def test_an_edit_of_what_is_given_and_what_is_not(book) -> None:
    """--accept-edit goes on with the new defaults, keeps what was given, and does not mind a variable that is gone."""
    camp = book(
        "  - { id: gate, shell: [test, -e, go] }\n  - { id: tell, shell: 'echo \"$seats $line\" > told' }\n",
        "vars: { seats: { type: int, default: 3 }, line: { type: text, default: help }, old: { type: text, default: x } }\n",
    )
    assert camp.run("runbook", "run", "tonight", "--var", "line=main", "--var", "old=y").status == Exit.STEP
    camp.edit("runbooks/tonight.yaml", "default: 3", "default: 9")
    camp.edit("runbooks/tonight.yaml", ", old: { type: text, default: x }", "")
    (camp.root / "go").touch()
    camp.run("runbook", "resume", "--accept-edit").ok()
    assert camp.read("told").split() == ["9", "main"]


def test_a_question_of_later_is_not_asked_now(book) -> None:
    """A question with a planned time waits for it: it is not put on the terminal before, and nobody can answer it from elsewhere."""
    camp = book("  - { id: told, confirm: 'Is the news desk told?', at: '47:00' }\n")
    child = camp.spawn("runbook", "run", "tonight")
    child.expect("told waits until ")
    assert "yes/no" not in child.before + child.after
    refused = camp.do("runbook", "confirm", camp.do("runbook", "status", "-o", "json").data["run"]["id"], "told")
    assert refused.status == Exit.USAGE
    assert "was not asked yet" in refused.err
    child.sendintr()
    over(child)
    assert "yes/no" not in child.before


def test_a_circle_says_so(book) -> None:
    """A jump back that never ends is stopped, and whoever looks is told why."""
    camp = book("  - { id: a, note: Again. }\n  - { id: b, jump: a }\n")
    done = camp.do("runbook", "run", "tonight")
    assert done.status == Exit.STEP
    assert "`a` was come to 500 times" in done.out + done.err


def test_an_edit_while_it_runs_does_not_change_the_run(book, processes) -> None:
    """A run follows the runbook as it was when it began, whatever happens to the file meanwhile."""
    camp = book(GATE.format(more="") + "  - { id: after, shell: 'echo after >> log' }\n")
    process = camp.start("runbook", "run", "tonight")
    processes.append(process)
    wait_for(lambda: begun(camp), process)
    (camp.root / "runbooks/tonight.yaml").write_text("not: yaml: at all")
    (camp.root / "go").touch()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    assert camp.read("log").split() == ["begun", "over", "after"]


ROLES = "roles: { shift-lead: [dana, lee], floor: [] }\n"
ASKS = "  - {{ id: told, confirm: 'Is the news desk told?', role: {role}{more} }}\n  - {{ id: after, shell: 'echo after >> log' }}\n"


def test_another_process_confirms(book, processes) -> None:
    """Without a terminal a question waits for `runbook confirm`, by somebody who has the role; who said so is kept."""
    camp = book(ASKS.format(role="shift-lead", more=""), ROLES)
    process = camp.start("runbook", "run", "tonight", "--yes")
    processes.append(process)
    wait_for(lambda: state_of(camp, "told") == "running", process)
    run = camp.do("runbook", "status", "-o", "json").data["run"]["id"]
    lee = {"CAMPCTL_USER": "lee"}
    assert camp.do("runbook", "confirm", run, "told", "--as", "shift-lead").status == Exit.USAGE  # tess has not that role
    assert camp.do("runbook", "confirm", run, "told", env=lee).status == Exit.USAGE  # as whom?
    assert camp.do("runbook", "confirm", run, "after", "--as", "shift-lead", env=lee).status == Exit.USAGE  # another step
    assert camp.do("runbook", "confirm", run, "told", "--as", "floor", env=lee).status == Exit.USAGE
    second = camp.do("runbook", "resume", run)
    assert second.status == Exit.LOCKED
    assert "--follow" in second.err
    camp.do("runbook", "confirm", run, "told", "--as", "shift-lead", "--why", "by phone", env=lee).ok()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == 0
    told = lines(camp)["told"]
    assert (told["who"], told["role"], told["state"]) == ("lee", "shift-lead", "done")
    assert "by phone" in told["detail"]
    assert camp.read("log").split() == ["after"]
    assert camp.do("runbook", "confirm", run).status == Exit.USAGE


def test_a_no_fails_the_step(book, processes) -> None:
    """Who says no stops the run there; resume asks again."""
    camp = book(ASKS.format(role="floor", more=""), ROLES)
    process = camp.start("runbook", "run", "tonight")
    processes.append(process)
    wait_for(lambda: state_of(camp, "told") == "running", process)
    run = camp.do("runbook", "status", "-o", "json").data["run"]["id"]
    camp.do("runbook", "confirm", run, "--as", "floor", "--no", "--why", "two desks are empty").ok()
    process.communicate(timeout=PATIENCE)
    assert process.returncode == Exit.STEP
    assert "two desks are empty" in lines(camp)["told"]["detail"]
    assert not (camp.root / "log").exists()


def test_a_confirmation_that_never_comes(book) -> None:
    """With a timeout, nobody's answer is a failure with its own words; --yes answers only where the step allows it."""
    camp = book(ASKS.format(role="floor", more=", timeout: 1s"), ROLES)
    done = camp.run("runbook", "run", "tonight", "--yes", "-o", "json")
    assert done.status == Exit.STEP
    assert lines(camp)["told"]["detail"] == "nobody confirmed it within 1 s"
    camp.edit("runbooks/tonight.yaml", ", timeout: 1s", ", timeout: 1s, allow-yes: true")
    camp.run("runbook", "run", "tonight", "--yes").ok()


def test_a_person_at_the_terminal_confirms(book) -> None:
    """On a terminal the question is asked there, and anything but yes or no is asked again."""
    camp = book(ASKS.format(role="floor", more=""), ROLES)
    child = camp.spawn("runbook", "run", "tonight")
    child.expect(r"Is the news desk told\? \(floor\)")
    child.expect(r"\[yes/no\] ")
    child.sendline("perhaps")
    child.expect("Write yes or no")
    child.sendline("yes")
    over(child)
    assert child.exitstatus == 0
    assert camp.read("log").split() == ["after"]


def test_nobody_answers_before_they_are_asked(book) -> None:
    """A second "yes" that was typed to the first question does not answer the next one."""
    camp = book("  - { id: one, confirm: 'First?' }\n  - { id: two, confirm: 'Second?' }\n")
    child = camp.spawn("runbook", "run", "tonight")
    child.expect(r"First\?")
    child.expect(r"\[yes/no\] ")
    child.send("yes\nyes\n")
    child.expect(r"Second\?")
    child.expect(r"\[yes/no\] ")
    child.sendline("no")
    over(child)
    assert child.exitstatus == Exit.STEP


def test_who_has_not_the_role_is_not_asked(book) -> None:
    """Who sits at the terminal of the run answers only what their role may; others answer from elsewhere."""
    camp = book(ASKS.format(role="shift-lead", more=""), ROLES)
    child = camp.spawn("runbook", "run", "tonight")
    child.expect("tess does not have the role `shift-lead`; dana, lee have")
    child.sendline("yes")
    wait_for(lambda: state_of(camp, "told") == "running")
    run = camp.do("runbook", "status", "-o", "json").data["run"]["id"]
    assert not (camp.root / "log").exists()
    camp.do("runbook", "confirm", run, "--as", "shift-lead", env={"CAMPCTL_USER": "dana"}).ok()
    over(child)
    assert child.exitstatus == 0


def test_a_terminal_that_goes_away(book) -> None:
    """Closing the terminal (a lost ssh) while a question waits stops the run; it can be gone on with from another."""
    camp = book(ASKS.format(role="floor", more=", allow-yes: true"), ROLES)
    child = camp.spawn("runbook", "run", "tonight")
    child.expect(r"\[yes/no\] ")
    hung_up(child)
    assert camp.do("runbook", "status", "-o", "json").data["run"]["status"] == "interrupted"
    camp.run("runbook", "resume", "--yes").ok()
    assert camp.read("log").split() == ["after"]


def test_escape_codes_and_secrets_are_not_kept(book) -> None:
    """What a command says is kept without escape codes, without secrets, and not without end; names with codes steer no terminal."""
    camp = book(
        '  - { id: loud, shell: \'printf "\\033[31m\\033]0;title\\007red\\r\\n$token\\n"; seq 1 5000\', about: "a \\e[2Jname" }\n',
        "vars: { token: { type: secret, env: PAGER_TOKEN } }\n",
    )
    assert camp.run("runbook", "run", "tonight").status == Exit.SECRET
    hostile = {"PAGER_TOKEN": "hunter2hunter2", "CAMPCTL_USER": "eve\x1b[2J\x1b]0;owned\x07"}
    done = camp.run("runbook", "run", "tonight", "-o", "json", env=hostile).ok()
    kept = lines(camp)["loud"]["output"]
    assert kept.startswith("red\n***\n1\n2\n")
    assert kept.endswith("4999\n5000")
    assert "characters are left out" in kept
    assert len(kept) < 5000
    everything = done.out + done.err
    for argv in (("status", "--follow"), ("report",), ("report", "--markdown"), ("status", "--all")):
        looked = camp.run("runbook", *argv)
        everything += looked.out + looked.err
    assert "\x1b" not in everything
    assert "hunter2" not in everything + (camp.root / ".campctl/store.db").read_bytes().decode("latin-1")


def test_a_hostile_value_stays_a_value(book) -> None:
    """Values are words and environment variables, never parts of a command's text."""
    camp = book(
        '  - { id: a, shell: \'printf "%s" "$what" > told\' }\n'
        "  - { id: b, shell: [sh, -c, 'printf \"%s\" \"$1\" > told2', x, '{what}'] }\n",
        "vars: { what: { type: text, required: true } }\n",
    )
    hostile = "\"; touch pwned; echo $(touch pwned2) `touch pwned3` '"
    camp.run("runbook", "run", "tonight", "--var", f"what={hostile}").ok()
    assert (camp.read("told"), camp.read("told2")) == (hostile, hostile)
    assert not list(camp.root.glob("pwned*"))


def test_from_a_step_and_a_dry_run(book) -> None:
    """--from leaves out what stands above, --dry-run does nothing at all."""
    camp = book("  - { id: a, shell: 'echo a >> log' }\n  - { id: b, shell: 'echo b >> log' }\n")
    camp.run("runbook", "run", "tonight", "--dry-run").ok()
    assert not (camp.root / "log").exists()
    assert camp.do("runbook", "status").status == Exit.NOT_FOUND
    camp.run("runbook", "run", "tonight", "--from", "b").ok()
    assert camp.read("log").split() == ["b"]
    assert state_of(camp, "a") == "skipped"
    assert camp.run("runbook", "run", "tonight", "--from", "c").status == Exit.NOT_FOUND


def test_a_runbook_with_mistakes_is_not_begun(book) -> None:
    """What lint finds is refused before the first step."""
    camp = book("  - { id: a, shell: 'echo a >> log' }\n  - { id: b, run: hotline scale nobody 3 }\n")
    refused = camp.run("runbook", "run", "tonight", "-o", "json")
    assert refused.status == Exit.INVALID
    assert [one["code"] for one in refused.json["findings"]] == ["runbook-unknown-id"]
    assert not (camp.root / "log").exists()


def test_two_people_follow_the_same_run(book, processes) -> None:
    """`status --follow` in a second process tells every line, and ends when the run does."""
    camp = book(GATE.format(more="") + "  - { id: after, shell: 'true' }\n")
    first = camp.start("runbook", "run", "tonight")
    processes.append(first)
    wait_for(lambda: begun(camp), first)
    second = camp.start("runbook", "status", "--events", "--follow")
    processes.append(second)
    os.close(os.open(camp.root / "go", os.O_CREAT))
    first.communicate(timeout=PATIENCE)
    out, _ = second.communicate(timeout=PATIENCE)
    assert second.returncode == 0
    import json

    told = [(line["step"], line["state"]) for line in map(json.loads, out.splitlines())]
    assert told == [
        ("", "started"),
        ("gate", "begun"), ("gate", "process"), ("gate", "done"),
        ("after", "begun"), ("after", "process"), ("after", "done"),
        ("", "ended"),
    ]  # fmt: skip


def test_a_runbook_from_elsewhere(make, tmp_path: Path) -> None:
    """A runbook beside the campaign is found again from any folder, edited or not, with what it takes in."""
    camp = make()
    (tmp_path / "books").mkdir()
    (tmp_path / "books/one.yaml").write_text("name: One\nsteps:\n  - include: two.yaml\n  - { id: go, shell: [test, -e, go] }\n")
    (tmp_path / "books/two.yaml").write_text("name: Two\nsteps:\n  - { id: a, shell: 'echo a >> log' }\n")
    failed = camp.run("runbook", "run", "../books/one.yaml", "-o", "json")
    assert (failed.status, [line["state"] for line in failed.data["lines"]]) == (Exit.STEP, ["done", "failed"])
    (tmp_path / "books/two.yaml").write_text("name: Two\nsteps:\n  - { id: a, shell: 'echo b >> log' }\n")
    assert camp.do("runbook", "resume").status == Exit.EDITED  # from another folder
    (camp.root / "go").touch()
    camp.do("runbook", "resume", "--accept-edit").ok()
    assert camp.read("log").split() == ["a"]
    assert camp.run("runbook", "rehearse", "../books/one.yaml", "-o", "json").status == 0


def test_step_by_step(book) -> None:
    """--step does one step and pauses with status 0, --until pauses after its step, undo takes the newest deed back; all is audited."""
    camp = book(
        "  - { id: look, run: validate }\n"
        "  - mark: here\n"
        "  - { id: more, run: 'hotline scale help +1 --until +1h' }\n"
        "  - { id: page, shell: 'echo page >> log', undo: { shell: 'echo -page >> log' } }\n"
        "  - { id: last, shell: 'echo last >> log' }\n"
    )
    first = camp.run("runbook", "run", "tonight", "--step", "-o", "json").ok()
    assert (first.data["run"]["status"], first.data["turn"]) == ("paused", "here")
    run = first.data["run"]["id"]
    assert camp.run("runbook", "resume", "--until", "pag").status == Exit.NOT_FOUND
    assert camp.run("runbook", "resume", "--until", "page", "-o", "json").ok().data["turn"] == "last"
    assert camp.do("runbook", "status").status == Exit.OK
    assert camp.run("runbook", "undo", run, "more").status == Exit.USAGE  # `page` was done after it
    assert camp.run("runbook", "undo", run, "page", "-o", "json").ok().data["turn"] == "page"
    assert camp.read("log").split() == ["page", "-page"]
    assert len(camp.do("override", "list", "-o", "json").ok().data["overrides"]) == 1
    assert camp.run("runbook", "undo", "-o", "json").ok().data["turn"] == "more"  # its override is ended, though it says no way back
    assert camp.do("override", "list", "-o", "json").ok().data["overrides"] == []
    none = camp.run("runbook", "undo")
    assert none.status == Exit.USAGE
    assert "done nothing that could be taken back" in none.err
    camp.run("runbook", "resume").ok()
    assert camp.read("log").split() == ["page", "-page", "page", "last"]
    without = camp.run("runbook", "undo")
    assert without.status == Exit.USAGE
    assert "`last` has no way back" in without.err
    said = [entry["what"] for entry in camp.do("audit", "log", "-o", "json").ok().data["entries"]]
    assert said.count("runbook undo page (tonight)") == 2
