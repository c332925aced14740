"""The edited files as bytes: shown as a diff, written so that either all are changed or, as far as the system lets us, none."""

from __future__ import annotations

import contextlib
import difflib
import os
import secrets
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, TypeAlias

from campctl.errors import EditRefused, StalePlan

_Step: TypeAlias = tuple[Literal["replace", "delete", "insert", "equal"], int, int, int, int]
_CONTEXT: Final = 3
_STRIDE: Final = 500
_NEAR: Final = 300


def diff(before: Mapping[str, bytes], after: Mapping[str, bytes]) -> str:
    """A unified diff of all files, with paths below `a/` and `b/`, that `git apply` and `patch -p1` take; line ends are kept."""
    parts = []
    for file in sorted(after):
        old, new = _lines(before.get(file, b"")), _lines(after[file])
        name = "/dev/null" if file not in before else f"a/{file}"
        parts += [f"--- {name}\n", f"+++ b/{file}\n"]
        for group in _Found(_steps(old, new)).get_grouped_opcodes(_CONTEXT):
            parts += [line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in _hunk(group, old, new)]
    return "".join(parts)


class _Found(difflib.SequenceMatcher[str]):
    """difflib's grouping into hunks, for steps found by `_steps`."""

    def __init__(self, steps: list[_Step]) -> None:
        super().__init__(None, [], [])
        self._found = steps

    def get_opcodes(self) -> list[_Step]:
        """The steps."""
        return self._found


def _hunk(group: Sequence[tuple[str, int, int, int, int]], old: list[str], new: list[str]) -> Iterator[str]:
    """One hunk of a unified diff."""
    first, last = group[0], group[-1]
    yield f"@@ -{_range(first[1], last[2])} +{_range(first[3], last[4])} @@\n"
    for what, i, i_end, j, j_end in group:
        if what == "equal":
            yield from (f" {line}" for line in old[i:i_end])
        else:
            yield from (f"-{line}" for line in old[i:i_end])
            yield from (f"+{line}" for line in new[j:j_end])


def _range(start: int, stop: int) -> str:
    """As in "@@ -3,7": the first line from 1, and how many; before the first where there is none."""
    length = stop - start
    return f"{start + 1}" if length == 1 else f"{start + 1 if length else start},{length}"


def _steps(old: list[str], new: list[str]) -> list[_Step]:
    """How one becomes the other, as difflib's opcodes; difflib itself takes seconds for 100,000 lines with one change."""
    steps: list[_Step] = []
    i = j = 0
    while i < len(old) or j < len(new):
        same = _same(old, i, new, j)
        if same:
            steps.append(("equal", i, i + same, j, j + same))
            i, j = i + same, j + same
            continue
        i_next, j_next = _meet(old, i, new, j)
        steps += [
            (what, i + a, i + b, j + c, j + d)
            for what, a, b, c, d in difflib.SequenceMatcher(None, old[i:i_next], new[j:j_next], autojunk=False).get_opcodes()
        ]
        i, j = i_next, j_next
    return steps


def _same(old: list[str], i: int, new: list[str], j: int) -> int:
    """How many lines are the same from here on."""
    start = i
    while old[i : i + _STRIDE] == new[j : j + _STRIDE] and i + _STRIDE <= len(old):
        i, j = i + _STRIDE, j + _STRIDE
    while i < len(old) and j < len(new) and old[i] == new[j]:
        i, j = i + 1, j + 1
    return i - start


def _meet(old: list[str], i: int, new: list[str], j: int) -> tuple[int, int]:
    """The nearest place where `_CONTEXT` lines are the same again; the ends when there is none near."""
    for distance in range(1, _NEAR):
        for ahead in range(distance + 1):
            a, b = i + ahead, j + distance - ahead
            if a <= len(old) and b <= len(new) and old[a : a + _CONTEXT] == new[b : b + _CONTEXT] and (a < len(old) or b == len(new)):
                return a, b
    return len(old), len(new)


def _lines(content: bytes) -> list[str]:
    """Lines with their ends. Only LF ends one: a form feed or U+2028 does not, whatever str.splitlines thinks."""
    try:
        text = content.decode()
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    lines = text.split("\n")
    return [f"{line}\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def write(root: Path, before: Mapping[str, bytes], after: Mapping[str, bytes]) -> None:
    """Write `after` over files that still hold `before`. Raises StalePlan when one does not, EditRefused when it cannot be written.

    New contents are complete on the disk, under other names, before the first file is replaced; if replacing fails in between, those
    replaced get their old contents back.
    """
    paths = {file: (root / file).resolve() for file in sorted(after)}
    for file, path in paths.items():
        _check_unchanged(file, path, before.get(file))
    drafts: dict[str, Path] = {}
    done: list[str] = []
    file = ""
    try:
        for file, path in paths.items():
            drafts[file] = _draft(path, after[file])
        for file, path in paths.items():
            _check_unchanged(file, path, before.get(file))
            drafts[file].replace(path)
            done.append(file)
        for folder in {path.parent for path in paths.values()}:
            _sync(folder)
    except BaseException as error:
        for one in done:
            _put_back(paths[one], before.get(one))
        if isinstance(error, OSError):
            raise EditRefused(
                f"{file} cannot be written: {error.strerror or error}. No file was changed.",
                hint=f"Look at the rights of {paths[file].parent} (`ls -la`) and the room on its disk (`df -h`), then repeat the command.",
            ) from error
        raise
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _check_unchanged(file: str, path: Path, expected: bytes | None) -> None:
    try:
        found: bytes | None = path.read_bytes()
    except FileNotFoundError:
        found = None
    except OSError as error:
        raise EditRefused(
            f"{file} cannot be read: {error.strerror}. No file was changed.", hint="Look at its rights (`ls -la`)."
        ) from error
    if found != expected:
        raise StalePlan(
            f"{file} was changed by somebody else since campctl read it. No file was changed.",
            hint="Repeat the command; it then works on the new text.",
        )


def _draft(path: Path, content: bytes) -> Path:
    """The new content beside the file, on the disk, with the file's own rights; 0600 until it has them."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.campctl")
    number = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(number, "wb") as file:
            file.write(content)
            file.flush()
            if path.exists():
                known = path.stat()
                with contextlib.suppress(PermissionError):  # another's file: ours now, as with any editor
                    os.fchown(file.fileno(), known.st_uid, known.st_gid)
                os.fchmod(file.fileno(), stat.S_IMODE(known.st_mode))
            else:
                os.fchmod(file.fileno(), 0o644)
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return draft


def _put_back(path: Path, content: bytes | None) -> None:
    with contextlib.suppress(OSError):
        if content is None:
            path.unlink()
        else:
            _draft(path, content).replace(path)


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
