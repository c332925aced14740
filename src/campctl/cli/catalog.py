"""The command tree as data, read from the commands themselves: what completions and docs are written from."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from campctl.cli.command import GLOBAL, summary
from campctl.cli.main import apps
from campctl.cli.tree import GROUPS, SECTIONS


class OptionInfo(Struct, frozen=True):
    """`names` short to long; `metavar` "" for a flag; `group` "own", "applying" or "global"."""

    names: tuple[str, ...]
    metavar: str
    help: str
    group: str


class ArgumentInfo(Struct, frozen=True):
    """A positional argument, as in the usage line (`[USER]...`)."""

    metavar: str
    help: str
    required: bool
    many: bool

    @property
    def bare(self) -> str:
        """`USER` of `[USER]...`."""
        return self.metavar.rstrip(".").strip("[]")


class CommandInfo(Struct, frozen=True):
    """One command: `path` is ("port", "light")."""

    path: tuple[str, ...]
    section: str
    summary: str
    help: str
    arguments: tuple[ArgumentInfo, ...]
    options: tuple[OptionInfo, ...]
    examples: tuple[str, ...]

    @property
    def name(self) -> str:
        """`port light`."""
        return " ".join(self.path)

    @property
    def usage(self) -> str:
        """`campctl port light [OPTIONS] [DESK]...`."""
        return " ".join(("campctl", *self.path, "[OPTIONS]", *(argument.metavar for argument in self.arguments)))


def commands() -> tuple[CommandInfo, ...]:
    """Every command, in the order of the top-level help."""
    from typer.main import get_command, get_group

    found = []
    for section, entries in SECTIONS:
        for name, _, _ in entries:
            app = apps(name)[name]
            if name in GROUPS:
                found += [_info((name, verb), section, item) for verb, item in get_group(app).commands.items()]
            else:
                found.append(_info((name,), section, get_command(app)))
    return tuple(found)


def group_help(name: str) -> str:
    """The sentence about a noun that has verbs."""
    return str(apps(name)[name].info.help)


def _info(path: tuple[str, ...], section: str, command: Any) -> CommandInfo:
    import inspect

    arguments = tuple(
        ArgumentInfo(metavar=str(param.metavar), help=param.help, required=param.required, many=param.nargs != 1)
        for param in command.params
        if param.param_type_name == "argument"
    )
    own = [_option(param, "own") for param in command.params if param.param_type_name == "option"]
    shared = [_option(param, "applying") for param in command.shared()]
    return CommandInfo(
        path=path,
        section=section,
        summary=summary(command),
        help=inspect.cleandoc(command.help or ""),
        arguments=arguments,
        options=(*own, *shared, *(_option(param, "global") for param in GLOBAL)),
        examples=tuple((command.epilog or "").split("\n")),
    )


def _option(param: Any, group: str) -> OptionInfo:
    names = tuple(sorted(param.opts, key=len))
    return OptionInfo(names=names, metavar="" if param.is_flag else str(param.metavar), help=param.help or "", group=group)
