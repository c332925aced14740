"""Where secrets come from, and that they go nowhere else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import keyring
import keyring.backend
import keyring.errors
import pytest

from campctl.app.secrets import Lookup, store_password, variable
from campctl.errors import SecretError
from campctl.model.campaign import BackendSpec

SECRET = "s3cret-do-not-show"


class MemoryKeyring(keyring.backend.KeyringBackend):
    """A keyring in memory; `forgets` takes secrets and keeps nothing."""

    priority = 1  # type: ignore[assignment]

    def __init__(self, *, forgets: bool = False) -> None:
        super().__init__()
        self.kept: dict[tuple[str, str], str] = {}
        self.forgets = forgets

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if not self.forgets:
            self.kept[service, username] = password


@pytest.fixture(autouse=True)
def _keyring() -> Iterator[None]:
    before = keyring.get_keyring()
    keyring.set_keyring(MemoryKeyring())
    yield
    keyring.set_keyring(before)


def lookup(environ: dict[str, str] | None = None, **options: Any) -> Lookup:
    return Lookup(environ or {}, BackendSpec("pbx-1", "sim", {"secrets": options} if options else {}))


def test_the_variable_is_named_after_backend_and_secret() -> None:
    """CAMPCTL_, backend, name; what no shell takes becomes an underscore."""
    assert variable("pbx-1.old", "password") == "CAMPCTL_PBX_1_OLD_PASSWORD"


def test_the_environment_comes_first() -> None:
    """What this shell says wins over what is stored."""
    lookup().put("pbx-1", "password", "other")
    assert lookup({"CAMPCTL_PBX_1_PASSWORD": SECRET}).get("pbx-1", "password") == SECRET


def test_a_private_file(tmp_path: Path) -> None:
    """A 0600 file is read, without its last line end."""
    file = tmp_path / "pw"
    file.write_text(SECRET + "\n")
    file.chmod(0o600)
    assert lookup(password={"file": str(file)}).get("pbx-1", "password") == SECRET


@pytest.mark.parametrize(
    ("mode", "content", "words"), [(0o644, SECRET, "read by others"), (0o600, "", "empty"), (0o600, b"\xff\xfe", "UTF-8")]
)
def test_files_that_are_refused(tmp_path: Path, mode: int, content: str | bytes, words: str) -> None:
    """A file others can read, an empty one and a binary one are refused, and their content is not shown."""
    file = tmp_path / "pw"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    file.chmod(mode)
    with pytest.raises(SecretError, match=words) as caught:
        lookup(password={"file": str(file)}).get("pbx-1", "password")
    assert SECRET not in f"{caught.value} {caught.value.hint}"


def test_a_command_without_a_shell() -> None:
    """A command is a list of words; nothing in it is expanded."""
    words = [sys.executable, "-c", "import sys; print(sys.argv[1])", "$HOME;`id`"]
    assert lookup(password={"command": words}).get("pbx-1", "password") == "$HOME;`id`"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("pass show pbx", "list of words"),
        ([sys.executable, "-c", f"print('{SECRET}'); raise SystemExit(3)"], "ended in 3"),
        (["/nonexistent/pass"], "cannot be run"),
        ([sys.executable, "-c", ""], "printed nothing"),
    ],
)
def test_commands_that_fail(words: object, said: str) -> None:
    """A failing command's output is neither used nor shown."""
    with pytest.raises(SecretError, match=said) as caught:
        lookup(password={"command": words}).get("pbx-1", "password")
    assert SECRET not in f"{caught.value} {caught.value.hint}".replace(str(words), "")


def test_a_keyring_that_keeps_is_read_back() -> None:
    """`login` puts a secret and proves that it is there."""
    assert "keyring" in lookup().put("pbx-1", "password", SECRET)
    assert lookup().get("pbx-1", "password") == SECRET
    assert lookup().source("pbx-1", "password") == "keyring"


def test_a_keyring_that_stores_nothing() -> None:
    """Some keyrings say yes and keep nothing: found out at once."""
    keyring.set_keyring(MemoryKeyring(forgets=True))
    with pytest.raises(SecretError, match="did not give the same one back") as caught:
        lookup().put("pbx-1", "password", SECRET)
    assert "CAMPCTL_PBX_1_PASSWORD" in caught.value.hint


def test_a_machine_without_a_keyring() -> None:
    """A headless machine is told of the other ways, for reading and for `login`."""
    from keyring.backends.fail import Keyring

    keyring.set_keyring(Keyring())
    for act in (lambda: lookup().get("pbx-1", "password"), lambda: lookup().put("pbx-1", "password", SECRET)):
        with pytest.raises(SecretError, match="does not work") as caught:
            act()
        assert "CAMPCTL_PBX_1_PASSWORD" in caught.value.hint
        assert SECRET not in str(caught.value)


def test_nothing_anywhere() -> None:
    """A secret that is nowhere says where it was looked for."""
    with pytest.raises(SecretError, match="CAMPCTL_PBX_1_PASSWORD"):
        lookup().get("pbx-1", "password")
    assert lookup().source("pbx-1", "password") == ""


def test_sources_are_said_without_the_secret(tmp_path: Path) -> None:
    """`backend list` names the place only."""
    assert lookup({"CAMPCTL_PBX_1_PASSWORD": SECRET}).source("pbx-1", "password") == "environment variable CAMPCTL_PBX_1_PASSWORD"
    assert lookup(password={"file": str(tmp_path / "pw")}).source("pbx-1", "password") == f"file {tmp_path / 'pw'}"
    assert lookup(password={"command": ["pass", "show", SECRET]}).source("pbx-1", "password") == "command pass"


@pytest.mark.parametrize(
    ("environ", "ask", "found"),
    [
        ({"CAMPCTL_STORE_PASSWORD": "ours", "PGPASSWORD": "libpq's"}, False, "ours"),
        ({"PGPASSWORD": "libpq's"}, True, "libpq's"),
        ({}, False, ""),
        ({}, True, "the keyring's"),
    ],
)
def test_where_the_stores_password_comes_from(environ: dict[str, str], ask: bool, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """campctl's variable, libpq's, and only when the server wants one the keyring."""
    monkeypatch.setattr(keyring, "get_password", lambda service, name: "the keyring's" if name == "store/password" else None)
    assert store_password(environ, ask) == found


def test_a_store_on_a_machine_without_a_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Is no error of its own: the server says what is missing."""

    def broken(service: str, name: str) -> str:
        raise keyring.errors.NoKeyringError

    monkeypatch.setattr(keyring, "get_password", broken)
    assert store_password({}, True) == ""
