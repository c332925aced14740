"""Everything that is written from the command tree: the top-level help, docs/commands.md, docs/exit-statuses.md, completions.

`python -m campctl.cli.generate` from a checkout writes them; tests compare.
"""

from __future__ import annotations

from pathlib import Path

from campctl.cli import completions, reference, tree


def top_help_module() -> str:
    """cli/top_help.py."""
    return f'"""`campctl --help`, ready to print. Written by `python -m campctl.cli.generate`."""\n\nTEXT = """\\\n{tree.top_help()}"""\n'


def files() -> dict[str, str]:
    """Path in the repository to content."""
    return {
        "src/campctl/cli/top_help.py": top_help_module(),
        "completions/campctl.bash": completions.bash(),
        "completions/_campctl": completions.zsh(),
        "completions/campctl.fish": completions.fish(),
        "docs/commands.md": reference.commands_page(),
        "docs/exit-statuses.md": reference.exit_page(),
    }


def main() -> int:
    """Write what differs."""
    root = Path(__file__).parents[3]
    for name, text in files().items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
