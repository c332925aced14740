"""Where a backend's secrets come from, in this order: environment, 0600 file, command, keyring.

The environment variable is `CAMPCTL_<BACKEND>_<NAME>` in capitals, `-` and `.` as `_`. The file and the command are
named in the backend's YAML: `secrets: {password: {file: ~/.pbx-password}}` or `{command: [pass, show, pbx]}`; neither
holds the secret itself. The keyring is what `backend login` writes to; machines without one use the others.

No secret appears in a message, and commands are run without a shell.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from campctl import errors
from campctl.model.campaign import BackendSpec

SERVICE = "campctl"
COMMAND_TIMEOUT = 30.0
"""Seconds a secret command may take (it may ask for a touch on a key)."""


def variable(backend: str, name: str) -> str:
    """The environment variable a secret is looked for in."""
    safe = "".join(character if character.isalnum() else "_" for character in f"{backend}_{name}")
    return f"CAMPCTL_{safe.upper()}"


STORE = "store"
"""What the campaign's own store is called where its password is kept."""


def store_password(environ: Mapping[str, str], ask: bool) -> str:
    """The shared store's password: CAMPCTL_STORE_PASSWORD, else PGPASSWORD; with `ask` the keyring's.

    "" leaves it to libpq's own places.
    """
    value = environ.get(variable(STORE, "password")) or environ.get("PGPASSWORD", "")
    if value or not ask:
        return value
    try:
        return _from_keyring(STORE, "password") or ""
    except errors.SecretError:
        return ""  # a machine without a keyring: the server's own words say what is missing


class Lookup:
    """The secrets of one backend; implements ports.secrets.Secrets."""

    def __init__(self, environ: Mapping[str, str], spec: BackendSpec) -> None:
        self._environ = environ
        declared = spec.options.get("secrets")
        self._declared: Mapping[str, Any] = declared if isinstance(declared, Mapping) else {}

    def get(self, backend: str, name: str) -> str:
        """The secret; `errors.SecretError` says where it was looked for."""
        if value := self._environ.get(variable(backend, name)):
            return value
        declared = self._declared.get(name)
        if isinstance(declared, Mapping) and "file" in declared:
            return self._from_file(backend, name, Path(str(declared["file"])))
        if isinstance(declared, Mapping) and "command" in declared:
            return _from_command(backend, name, declared["command"])
        value = _from_keyring(backend, name)
        if value is None:
            raise errors.SecretError(
                f"The secret {name!r} of backend {backend!r} was not found in {variable(backend, name)} or the keyring,"
                " and the backend's YAML names no file or command for it.",
                hint=f"Run `campctl backend login {backend}`.",
            )
        return value

    def source(self, backend: str, name: str) -> str:
        """Where it would come from, in words; "" when nowhere."""
        if self._environ.get(variable(backend, name)):
            return f"environment variable {variable(backend, name)}"
        declared = self._declared.get(name)
        if isinstance(declared, Mapping) and "file" in declared:
            return f"file {declared['file']}"
        if isinstance(declared, Mapping) and "command" in declared:
            words = declared["command"]
            return f"command {words[0] if isinstance(words, list) and words else words}"
        try:
            found = _from_keyring(backend, name)
        except errors.SecretError:
            return ""
        return "keyring" if found is not None else ""

    def put(self, backend: str, name: str, value: str) -> str:
        """Keep it in the keyring and read it back: some keyrings say yes and store nothing."""
        import keyring
        import keyring.errors

        fallback = f"Set {variable(backend, name)}, or name a 0600 file or a command under `secrets:` of backend {backend!r} in the YAML."
        try:
            keyring.set_password(SERVICE, f"{backend}/{name}", value)
            kept = keyring.get_password(SERVICE, f"{backend}/{name}")
        except keyring.errors.KeyringError as error:
            raise errors.SecretError(f"This machine's keyring does not work: {_reason(error)}.", hint=fallback) from None
        if kept != value:
            raise errors.SecretError(
                "This machine's keyring took the secret and did not give the same one back; it is not kept.", hint=fallback
            )
        return f"keyring ({type(keyring.get_keyring()).__module__})"

    def _from_file(self, backend: str, name: str, path: Path) -> str:
        path = path.expanduser()
        try:
            mode = path.stat().st_mode
            if stat.S_IMODE(mode) & 0o077:
                raise errors.SecretError(
                    f"{path} (secret {name!r} of backend {backend!r}) can be read by others: mode {stat.S_IMODE(mode):04o}.",
                    hint=f"Run: chmod 600 {path}",
                )
            value = path.read_text(encoding="utf-8").rstrip("\r\n")
        except (OSError, UnicodeDecodeError) as error:
            words = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            raise errors.SecretError(
                f"The secret {name!r} of backend {backend!r} cannot be read from {path}: {words}.", hint="Check the path in the YAML."
            ) from None
        if not value:
            raise errors.SecretError(f"{path} (secret {name!r} of backend {backend!r}) is empty.", hint="Write the secret into it.")
        return value


def _from_command(backend: str, name: str, words: object) -> str:
    import subprocess

    if not isinstance(words, list) or not words or not all(isinstance(word, str) for word in words):
        raise errors.SecretError(
            f"The command for secret {name!r} of backend {backend!r} must be a list of words; no shell is used.",
            hint="Write it as: command: [pass, show, pbx]",
        )
    try:
        done = subprocess.run(words, capture_output=True, timeout=COMMAND_TIMEOUT, check=False, stdin=subprocess.DEVNULL)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        why = f"took over {COMMAND_TIMEOUT:.0f} seconds" if isinstance(error, subprocess.TimeoutExpired) else f"cannot be run ({error})"
        raise errors.SecretError(
            f"The command {words[0]!r} for secret {name!r} of backend {backend!r} {why}.", hint="Try it by hand."
        ) from None
    value = done.stdout.decode("utf-8", "replace").rstrip("\r\n")
    if done.returncode or not value:
        raise errors.SecretError(
            f"The command {words[0]!r} for secret {name!r} of backend {backend!r} ended in {done.returncode} and printed"
            f" {'nothing' if not value else 'something that was not used'}.",
            hint="Try it by hand.",
        )
    return value


def _from_keyring(backend: str, name: str) -> str | None:
    import keyring
    import keyring.errors

    try:
        return keyring.get_password(SERVICE, f"{backend}/{name}")
    except keyring.errors.KeyringError as error:
        raise errors.SecretError(
            f"The secret {name!r} of backend {backend!r} is not in {variable(backend, name)},"
            f" and this machine's keyring does not work: {_reason(error)}.",
            hint=f"Set {variable(backend, name)}, or name a 0600 file or a command under `secrets:` in the YAML.",
        ) from None


def _reason(error: Exception) -> str:
    return str(error).split(".", 1)[0] or type(error).__name__
