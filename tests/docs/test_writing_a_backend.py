"""docs/writing-a-backend.md shows a whole backend; it runs, and keeps the contract."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

from campctl import errors
from campctl.model.campaign import BackendSpec
from campctl.model.resources import Route
from campctl.ports.backend import BackendEnv
from campctl.testing import BackendContract, FakeClock
from campctl.testing.faults import FAULTS

PAGE = Path(__file__).parents[2] / "docs" / "writing-a-backend.md"


def files() -> dict[str, str]:
    """The page's files by name."""
    return dict(re.findall(r"<!-- file: (\S+) -->\n```python\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL))


def contract(folder: Path) -> subprocess.CompletedProcess[str]:
    for name, text in files().items():
        (folder / name).write_text(text, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--no-header", "--tb=line", "-W", "error"]
    return subprocess.run([*command, "test_memory_backend.py"], cwd=folder, capture_output=True, text=True, check=False)


def test_the_example_keeps_the_contract(tmp_path: Path) -> None:
    """The page's backend, as it stands, passes every test of the suite that applies to it."""
    done = contract(tmp_path)
    assert done.returncode == 0, done.stdout
    passed, skipped = (int(re.search(rf"(\d+) {word}", done.stdout)[1]) for word in ("passed", "skipped"))  # type: ignore[index]
    assert passed >= 85
    assert skipped <= 12


KEPT = "self._resources[change.key] = change.after"
FOUND = "found = {key: self._resources[key] for key in (self._resources if keys is None else keys) if key in self._resources}"
LINE_KIND = {"kind": "line"}
# What is broken: where, how, and the test that must notice, with its parameters.
SABOTAGE: dict[str, tuple[str, str, str, dict[str, Any]]] = {
    "drops a field": (
        KEPT,
        "self._resources[change.key] = plain(change.after)",
        "every_field_can_be_changed",
        {**LINE_KIND, "field": "device"},
    ),
    "mends names": (KEPT, "self._resources[change.key] = stripped(change.after)", "names_are_kept_as_they_are", {"text": "  blanks  "}),
    "lights a line without a location": ("new.enabled and not new.location", "False", "no_line_is_enabled_without_a_location", {}),
    "lets two have an extension": ("if other.extension == new.extension", "if False", "an_extension_has_one_owner", {}),
    "lets a race be won twice": ("if other.extension == new.extension", "if False", "of_two_at_once_one_wins", {}),
    "lets references dangle": (
        "to not in self._resources and",
        "False and",
        "nothing_leads_to_what_does_not_exist",
        {"resource": Route("+12175550130", "queue/no-such-queue")},
    ),
    "deletes what is in use": ("if gone in references(other)", "if False", "what_is_referred_to_is_not_deleted", {}),
    "creates twice": ('change.action == "create" and', "False and", "what_exists_is_not_created_again", LINE_KIND),
    "updates what is not there": (
        'change.action != "create" and',
        "change.after is None and",
        "what_does_not_exist_is_not_changed",
        LINE_KIND,
    ),
    "gives another code": ('No("unknown"', 'No("gone"', "what_does_not_exist_is_not_changed", LINE_KIND),
    "shows more than asked": (
        "(self._resources if keys is None else keys)",
        "self._resources",
        "a_look_at_some_keys_gives_those_that_exist",
        {},
    ),
    "shows less than there is": (FOUND, f"{FOUND}; found = dict(list(found.items())[:500])", "a_thousand_lines", {}),
    "hides what it shows": (FOUND, f"{FOUND}; found = dict(list(found.items())[1:])", "a_snapshot_is_complete", {}),
    "gives out what it keeps": (FOUND, "found = self._resources", "a_snapshot_stays_what_it_was", {}),
    "takes any batch": ("len(changes) > self.capabilities.batch", "False", "the_batch_is_as_large_as_said", {}),
    "answers in another order": ("for change in changes]", "for change in changes][::-1]", "a_refusal_stops_only_itself", {}),
    "stops at a refusal": ("code, sentence = no.args", "raise Refused('stopped')", "a_refusal_stops_only_itself", {}),
    "says yes and does nothing": (KEPT, "pass", "created_and_deleted", LINE_KIND),
    "calls dark lines live": ("return resource.enabled", "return True", "what_works_is_live", {}),
    "never is live": ("if self._works(resource)", "if False", "what_works_is_live", {}),
    "repeats a secret": (
        "There is no line {line}.",
        "There is no line {line} for {secret}.",
        "a_secret_for_nobody_is_refused_in_silence",
        {},
    ),
    "shows secrets": ("self._secrets[line] = hash(secret)", "shown(self._resources, line, secret)", "secrets_are_not_seen_again", {}),
    "raises its own errors": (
        'raise Refused(f"There is no line',
        'raise KeyError(f"There is no',
        "a_secret_for_nobody_is_refused_in_silence",
        {},
    ),
    "renames and says it cannot": ('raise No("unsupported", "It cannot rename.")', KEPT, "who_cannot_rename_says_so", {}),
    "renames halfway": ("rename=False", "rename=True", "a_line_renamed_keeps_its_place", {}),
    "cannot be closed twice": ("self._closed = True", "assert not self._closed; self._closed = True", "closing_twice_is_no_error", {}),
    "is not well": ("ok=not self._closed", "ok=False", "a_healthy_one_says_so", {}),
    "makes events up": ("for event in ():", "for event in (1,):", "events_end", {}),
}
HELPERS = """
from msgspec.structs import replace
def plain(r): return replace(r, device="") if isinstance(r, Line) else r
def stripped(r): return replace(r, name=r.name.strip()) if isinstance(r, Line) else r
def shown(rs, line, secret): rs["line", line] = replace(rs["line", line], device=secret)
"""


def run_one(folder: Path, text: str, name: str, given: dict[str, Any]) -> None:
    """One test of the contract, in this process, on a backend of this text."""
    module: dict[str, Any] = {}
    exec(compile(text + HELPERS, "memory_backend.py", "exec"), module)
    env = BackendEnv(folder, FakeClock(), str)
    getattr(BackendContract(), f"test_{name}")(lambda clock: module["factory"].open(BackendSpec("m", "memory"), env), **given)


@pytest.mark.parametrize("fault", SABOTAGE)
def test_the_contract_notices(tmp_path: Path, fault: str) -> None:
    """A backend that breaks one promise does not pass the test of that promise, which it passed before."""
    right, wrong, name, given = SABOTAGE[fault]
    text = files()["memory_backend.py"]
    assert right in text
    if name != "a_line_renamed_keeps_its_place":  # which was skipped
        run_one(tmp_path, text, name, given)
    with pytest.raises((Exception, pytest.fail.Exception)):
        run_one(tmp_path, text.replace(right, wrong), name, given)


def test_the_entry_point_leads_to_the_example() -> None:
    """The page's entry point is of campctl's group and names what the page defines."""
    (text,) = re.findall(r"<!-- toml -->\n```toml\n(.*?)^```", PAGE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    module, _, name = tomllib.loads(text)["project"]["entry-points"]["campctl.backends"]["memory"].partition(":")
    assert f"{name} = " in files()[f"{module}.py"]


def test_the_errors_and_faults_named_exist() -> None:
    """The words of the page are the code's."""
    text = PAGE.read_text("utf-8")
    for name in re.findall(r"^\| `(\w+)", text, re.MULTILINE):
        assert issubclass(getattr(errors, name), errors.BackendError)
    assert ", ".join(FAULTS) in text
