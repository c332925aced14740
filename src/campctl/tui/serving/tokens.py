"""Who may open the board: tokens, where they come from, and how one is told from another without telling anything by the time it takes."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from campctl.errors import SecretError, UsageError

VARIABLE = "CAMPCTL_WEB_TOKEN"
"""The environment variable with the one token; taken out of the environment of whatever is started."""
SHORTEST = 20
"""Characters. A token is all that stands before the phones, and nobody types one: 20 of base 64 are 120 bits."""
_TOKEN = re.compile(r"[A-Za-z0-9._~+/=-]+")
_PURPOSE = b"campctl top --serve, cookie 1"


class Holder(Struct, frozen=True, kw_only=True):
    """Who has a token. `name` is under which they act, "" for whoever started the server; `read_only` when they may only look."""

    token: str
    name: str = ""
    read_only: bool = False

    @property
    def cookie(self) -> str:
        """What their browser keeps; the token cannot be told from it. The same after a restart, unless the token is new."""
        return hmac.new(self.token.encode(), _PURPOSE, hashlib.sha256).hexdigest()

    def __repr__(self) -> str:
        return f"Holder(name={self.name!r}, read_only={self.read_only})"


class Holders(Struct, frozen=True):
    """All of them. `fresh`: the token was made up just now, nobody knows it, and tickets lead in instead."""

    all: tuple[Holder, ...]
    fresh: bool = False

    def of_token(self, given: str) -> Holder | None:
        """Whose token it is."""
        return _find(given, ((holder.token, holder) for holder in self.all))

    def of_cookie(self, given: str) -> Holder | None:
        """Whose cookie it is."""
        return _find(given, ((holder.cookie, holder) for holder in self.all))


class Tickets:
    """What stands in the address that is printed: good for one sign-in, since browsers remember addresses. Then there is another.

    Only where the token was made up; who was told one signs in with that.
    """

    def __init__(self, found: Holders) -> None:
        self._holder = found.all[0] if found.fresh else None
        self.valid = _made() if found.fresh else ""

    def use(self, given: str) -> Holder | None:
        """Who is let in by it; it is no longer good then."""
        if self._holder is None or not hmac.compare_digest(self.valid.encode(), given.encode("utf-8", "surrogatepass")):
            return None
        self.valid = _made()
        return self._holder


def _made() -> str:
    return secrets.token_urlsafe(32)


def _find(given: str, known: Iterable[tuple[str, Holder]]) -> Holder | None:
    """Compared with each, in constant time, whether or not one was found before."""
    found = None
    for secret, holder in known:
        if hmac.compare_digest(secret.encode(), given.encode("utf-8", "surrogatepass")):
            found = holder
    return found


def holders(environ: Mapping[str, str], file: str = "") -> Holders:
    """Those of the file, else the one of CAMPCTL_WEB_TOKEN, else a new one. `errors.SecretError` where one cannot be used."""
    if file:
        if environ.get(VARIABLE):
            raise UsageError(f"--token-file and {VARIABLE} are both given.", hint="Keep one of them.")
        return Holders(tuple(_from_file(Path(file).expanduser())))
    if VARIABLE in environ:
        _sound(environ[VARIABLE], VARIABLE)
        return Holders((Holder(token=environ[VARIABLE]),))
    return Holders((Holder(token=_made()),), fresh=True)


def _from_file(path: Path) -> list[Holder]:
    """Lines of `TOKEN`, or of `NAME TOKEN` with perhaps `read-only` behind it; empty ones and those that begin with # are passed over."""
    found: list[Holder] = []
    for number, line in enumerate(_read(path).splitlines(), 1):
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        where = f"{path}, line {number}"
        read_only = len(words) > 1 and words[-1] == "read-only"
        words = words[:-1] if read_only else words
        if len(words) > 2:
            raise SecretError(f"{where}: it has more words than a name and a token.", hint="Write: NAME TOKEN, or NAME TOKEN read-only.")
        _sound(words[-1], where)
        found.append(Holder(token=words[-1], name=words[0] if len(words) == 2 else "", read_only=read_only))
    if not found:
        raise SecretError(f"{path} has no token in it.", hint=_MAKE)
    if len({holder.token for holder in found}) < len(found):
        raise SecretError(f"{path}: two lines have the same token, so nobody could tell whose it is.", hint=_MAKE)
    return found


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
            if mode & 0o077:
                raise SecretError(f"{path}, which holds tokens, can be read by others: mode {mode:04o}.", hint=f"Run: chmod 600 {path}")
            return file.read().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        words = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise SecretError(f"The tokens cannot be read from {path}: {words}.", hint="Check the path that --token-file names.") from None


_MAKE = "Make one with: openssl rand -base64 30"


def _sound(token: str, where: str) -> None:
    if len(token) < SHORTEST:
        raise SecretError(f"{where}: the token has {len(token)} characters, which can be guessed; {SHORTEST} are needed.", hint=_MAKE)
    if not _TOKEN.fullmatch(token):
        raise SecretError(f"{where}: the token has characters other than letters, digits and . _ ~ + / = -.", hint=_MAKE)
