"""The shape every command shares: options that all have, options of all that apply, and help that ends in examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any, TypeVar

import typer
from typer.core import TyperCommand, TyperGroup, TyperOption

F = TypeVar("F", bound=Callable[..., Any])


def _keep(name: str) -> Callable[[Any, Any, Any], None]:
    """A callback that hands an option's value to the session, unless it was not given."""

    def callback(ctx: Any, param: Any, value: Any) -> None:
        if value not in (None, False, (), ""):
            ctx.obj.take(name, value)

    return callback


def _option(*names: str, help: str, metavar: str | None = None, flag: bool = False, type_: Any = str) -> TyperOption:  # noqa: A002
    key = max(names, key=len).lstrip("-").replace("-", "_")
    return TyperOption(
        param_decls=[key, *names],
        help=help,
        metavar=metavar,
        is_flag=flag or None,
        type=None if flag else type_,
        default=False if flag else None,
        expose_value=False,
        callback=_keep(key),
    )


GLOBAL = (
    _option("-o", "--output", metavar="FORMAT", help="table, plain, json, yaml or csv."),
    _option("-C", "--campaign", metavar="DIR", help="A campaign's folder, or any below it (default: here)."),
    _option("-q", "--quiet", flag=True, help="No words on stderr but errors."),
    _option("--no-color", flag=True, help="No colours, as NO_COLOR=1."),
)


@cache
def applying() -> tuple[TyperOption, ...]:
    """The options of all commands that change something; made when one of those runs."""
    return (
        _option("-y", "--yes", flag=True, help="Do not ask. Needed where there is no terminal."),
        _option("--dry-run", flag=True, help="Show what would be done, do nothing."),
        _option("--reason", metavar="TEXT", help="Why; kept in the run and the audit log. Needed to override a guardrail."),
        _option("--details", flag=True, help="List everything, with field changes."),
        _option("--wait", metavar="accepted|configured|live", help="How far to wait; configured (read back) unless told otherwise."),
        _option("--allow-deletes", flag=True, help="Override the guardrail on the share of deletes."),
        _option("--allow-updates", flag=True, help="Override the guardrail on the share of updates."),
        _option("--allow-protected", flag=True, help="Override the protection of resources."),
        _option("--allow-freeze", flag=True, help="Override a freeze."),
        _option("--events", flag=True, help="Print a line of JSON for everything that happens, instead of a progress bar."),
        _option("--secrets", metavar="FILE", help="Give new lines new SIP secrets and write them to FILE (0600), this once."),
        _option("--wait-for-lock", metavar="SECONDS", type_=float, help="Wait that long for another run to end."),
    )


def _show_help(ctx: Any, param: Any, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        ctx.obj.terminal.write(ctx.get_help() + "\n")
        ctx.obj.terminal.flush()
        ctx.exit()


HELP = TyperOption(
    param_decls=["help", "-h", "--help"],
    help="This help.",
    is_flag=True,
    default=False,
    is_eager=True,
    expose_value=False,
    callback=_show_help,
)


class Group(TyperGroup):
    """A noun; its help lists the verbs with their whole first sentences."""

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ARG002 - the parser's signature
        """Help that goes where the session's terminal says."""
        return HELP

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the parser's signature
        """Verbs and what they do."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary(command)) for name, command in self.commands.items()])

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the parser's signature
        """The first example of each verb."""
        _examples(formatter, [command.epilog.split("\n")[0] for command in self.commands.values() if command.epilog])


def _examples(formatter: Any, lines: Sequence[str]) -> None:
    if lines:
        formatter.write("\nExamples:\n")
        for line in lines:
            formatter.write(f"  {line}\n")


class Cmd(TyperCommand):
    """A command: its own options, then those it shares, then examples."""

    def shared(self) -> tuple[TyperOption, ...]:
        """Options it has in common with others of its kind."""
        return ()

    def get_help_option(self, ctx: Any) -> Any:  # noqa: ARG002 - the parser's signature
        """Help that goes where the session's terminal says."""
        return HELP

    def get_params(self, ctx: Any) -> list[Any]:
        """Also those not declared by the function."""
        return [*super().get_params(ctx), *self.shared(), *GLOBAL]

    def collect_usage_pieces(self, ctx: Any) -> list[str]:  # noqa: ARG002 - the parser's signature
        """`[OPTIONS]`, then the arguments as their metavars say."""
        return ["[OPTIONS]", *(str(param.metavar) for param in self.params if param.param_type_name == "argument")]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Arguments, options, then the shared ones under their own headings."""
        own = [param for param in super().get_params(ctx) if not getattr(param, "hidden", False)]
        groups = (
            ("Arguments", [param for param in own if param.param_type_name == "argument"]),
            ("Options", [param for param in own if param.param_type_name == "option"]),
            ("Applying", self.shared()),
            ("Options of every command", GLOBAL),
        )
        for title, params in groups:
            records = [record for param in params if (record := param.get_help_record(ctx)) is not None]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002 - the parser's signature
        """Examples, line by line as they are."""
        _examples(formatter, self.epilog.split("\n") if self.epilog else ())


class ApplyCmd(Cmd):
    """A command that changes something."""

    def shared(self) -> tuple[TyperOption, ...]:
        """Those of all that change something."""
        return applying()


class PauseCmd(Cmd):
    """A command that changes what goes on, and nothing that a plan holds."""

    def shared(self) -> tuple[TyperOption, ...]:
        """Of those that change something, what makes sense without a plan."""
        return tuple(one for one in applying() if one.name in {"dry_run", "reason"})


class SignedCmd(ApplyCmd):
    """One whose arguments may be negative numbers: `-5` is a value here, not an option."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Hide the minus of negative numbers from the option parser; the function puts it back."""
        return super().parse_args(ctx, ["\u2212" + arg[1:] if arg[:1] == "-" and arg[1:].isdigit() else arg for arg in args])


def summary(command: Any) -> str:
    """The first sentence of a command's help, without its full stop."""
    text = " ".join((command.help or "").split("\n\n")[0].split())
    return text.split(". ")[0].rstrip(".")


def noun(help: str) -> typer.Typer:  # noqa: A002
    """The Typer app of a noun."""
    return typer.Typer(
        help=help, cls=Group, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False, context_settings=SETTINGS
    )


SETTINGS: dict[str, Any] = {"help_option_names": ["-h", "--help"]}


def command(app: typer.Typer, name: str, *, examples: Sequence[str], cls: type[Cmd] = Cmd) -> Callable[[F], F]:
    """Register a function as a command; its docstring is the help."""
    return app.command(name, cls=cls, epilog="\n".join(examples), context_settings=SETTINGS)
