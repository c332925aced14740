"""docs/commands.md and docs/exit-statuses.md, written from the command tree and from errors.Exit."""

from __future__ import annotations

from collections.abc import Iterable

from campctl.cli.catalog import CommandInfo, OptionInfo, commands, group_help
from campctl.cli.tree import GROUPS, SECTIONS
from campctl.errors import CampctlError, Exit

WRITTEN = "<!-- Written by `python -m campctl.cli.generate`; edit the commands' own docstrings. -->\n"


def commands_page() -> str:
    """docs/commands.md."""
    every = commands()
    parts = ["# Commands\n", WRITTEN, INTRO, "## Options of every command\n", _table(_options(every, "global"))]
    parts += ["## Options of commands that change something\n", APPLYING_INTRO, _table(_options(every, "applying"))]
    for title, entries in SECTIONS:
        parts.append(f"## {title}\n")
        for name, _, _ in entries:
            if name in GROUPS:
                usual = f" Without a verb: `{GROUPS[name]}`." if GROUPS[name] else ""
                parts.append(f"### campctl {name}\n\n{group_help(name)}{usual}\n")
            else:
                parts.append(f"### campctl {name}\n")
            parts += [_command(info, alone=name not in GROUPS) for info in every if info.path[0] == name]
    return "\n".join(parts)


def exit_page() -> str:
    """docs/exit-statuses.md."""
    _load_all()
    codes: dict[Exit, list[str]] = {}
    for error in _tree(CampctlError):
        codes.setdefault(error.exit, []).append(f"`{error.code}`")
    rows = [
        f"| {status.value} | {status.name.lower().replace('_', '-')} | {status.meaning} | {', '.join(sorted(set(codes.get(status, []))))} |"
        for status in Exit
    ]
    return "\n".join(
        ["# Exit statuses\n", WRITTEN, EXIT_INTRO, "| status | name | meaning | error codes |\n| --- | --- | --- | --- |", *rows, ""]
    )


def _load_all() -> None:
    """Import every module, so that every class of error is known."""
    import pkgutil
    from importlib import import_module

    import campctl

    for module in pkgutil.walk_packages(campctl.__path__, "campctl."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


def _tree(error: type[CampctlError]) -> Iterable[type[CampctlError]]:
    yield error
    for below in error.__subclasses__():
        yield from _tree(below)


def _options(every: Iterable[CommandInfo], group: str) -> list[OptionInfo]:
    return list(dict.fromkeys(option for info in every for option in info.options if option.group == group))


def _command(info: CommandInfo, *, alone: bool) -> str:
    parts = [] if alone else [f"#### campctl {info.name}\n"]
    parts += [f"    {info.usage}\n", f"{info.help}\n"]
    rows = [(f"`{argument.metavar}`", argument.help) for argument in info.arguments]
    rows += [(_names(option), option.help) for option in info.options if option.group == "own"]
    if rows:
        parts.append(_rows(rows))
    if any(option.group == "applying" for option in info.options):
        parts.append("Takes the [options of commands that change something](#options-of-commands-that-change-something).\n")
    parts.append("```sh\n" + "\n".join(info.examples) + "\n```\n")
    return "\n".join(parts)


def _names(option: OptionInfo) -> str:
    return f"`{', '.join(option.names)}{' ' + option.metavar if option.metavar else ''}`".replace("|", "\\|")


def _table(options: list[OptionInfo]) -> str:
    return _rows([(_names(option), option.help) for option in options])


def _rows(rows: list[tuple[str, str]]) -> str:
    escaped = (f"| {left.replace('|', chr(92) + '|') if chr(92) not in left else left} | {right} |" for left, right in rows)
    return "\n".join(["| | |\n| --- | --- |", *escaped, ""])


INTRO = """\
`campctl COMMAND --help` says the same in the terminal. A campaign is found from any folder below it. Output is a table on a terminal and
plain columns elsewhere; [output.md](output.md) describes JSON, YAML and CSV, [exit-statuses.md](exit-statuses.md) the exit statuses.

Times are written `21:00` (for `--until` the next one, for `--at` today's), `+2h`, `2026-11-03T06:00`, or with an offset
`2026-11-03T06:00-05:00`. Without an offset `--until` is in the time zone of the desk's office or of the hotline, `--at` in the campaign's.
"""
APPLYING_INTRO = """\
They show the plan and ask first. Without a terminal to ask on, and without `--yes`, nothing is changed and the exit status is 12.
`port`, `seat`, `hotline scale`, `hotline failover`, `override clear ID` and `adopt` do not ask: what they do passes, or is undone in
a word. `--dry-run` shows it first.
"""
EXIT_INTRO = """\
One meaning each. With `--output json` the same number is in the envelope's `exit`, and the code of what went wrong in `errors[].code`
([output.md](output.md)). 141 is what a shell expects of a program whose reader went away (`campctl user list | head -1`).
"""
