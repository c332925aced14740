"""`init`: a starter campaign, copied."""

from __future__ import annotations

import shutil
from pathlib import Path

from campctl import errors
from campctl.app.results import Message

SEEDS = ("quickstart", "national")


def seeds_folder() -> Path:
    """Where the seeds are: in the installed package, or in a checkout beside `src`."""
    package = Path(__file__).resolve().parent.parent
    for folder in (package / "_seeds", package.parent.parent / "seeds"):
        if (folder / "quickstart" / "campaign.yaml").is_file():
            return folder
    raise errors.CampctlError("The seeds are missing from this installation.", hint="Install campctl again.")


def init(directory: Path, *, seed: str = "quickstart") -> Message:
    """Copy a seed into an empty or new folder, with the JSON Schema editors use."""
    if seed not in SEEDS:
        raise errors.UsageError(f"There is no seed {seed!r}.", hint=f"Seeds: {', '.join(SEEDS)}.")
    taken = [entry.name for entry in directory.iterdir()] if directory.is_dir() else []
    full = errors.UsageError(f"{directory} is not empty; nothing was copied.", hint="Name a new folder.")
    if (directory.exists() and not directory.is_dir()) or [name for name in taken if name != ".git"]:
        raise full
    try:
        directory.mkdir(parents=True, exist_ok=True)
        (directory / ".campctl").mkdir(mode=0o700)  # of two at once one is the first here, and the seeds are not mixed
    except FileExistsError:
        raise full from None
    except OSError as error:
        raise _unfit(directory, error) from None
    try:
        shutil.copytree(seeds_folder() / seed, directory, dirs_exist_ok=True, ignore=shutil.ignore_patterns(".campctl"))
        write_schema(directory)
        (directory / ".gitignore").write_text("# campctl's store, caches and the embedded exchange\n.campctl/\n", encoding="utf-8")
    except OSError as error:
        raise _unfit(directory, error) from None
    return Message(
        text=f"A {seed} campaign is in {directory}. Next: cd {directory}; campctl validate; campctl plan",
        data={"directory": str(directory), "seed": seed},
    )


def _unfit(directory: Path, error: OSError) -> errors.UsageError:
    return errors.UsageError(f"{directory} cannot be filled: {error}.", hint="Check permissions and space.")


def write_schema(root: Path) -> None:
    """The JSON Schema that the manifests' yaml-language-server line points at."""
    from campctl.app.documents import schema_text

    folder = root / ".campctl"
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "schema.json").write_text(schema_text(), encoding="utf-8")
