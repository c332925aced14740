"""argv to an exit status: the only catcher of errors."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from campctl.cli.session import Opener, Session
from campctl.cli.tree import GROUPS, NOUNS, QUICK
from campctl.errors import CampctlError, Exit, UsageError
from campctl.views.terminal import Terminal

if TYPE_CHECKING:
    import typer

VALUED = {"-o": "output", "--output": "output", "-C": "campaign", "--campaign": "campaign"}
FLAGS = {"-q": "quiet", "--quiet": "quiet", "--no-color": "no_color"}
HELP = frozenset({"-h", "--help"})


def run(argv: list[str], terminal: Terminal | None = None, opener: Opener | None = None) -> int:
    """Run one command line to its exit status. `opener` opens the campaign in another way than from its folder (a rehearsal)."""
    terminal = terminal or Terminal.real()
    session = Session(terminal, argv, opener)
    try:
        try:
            return _dispatch(session)
        finally:
            session.close()
    except CampctlError as error:
        return _fail(session, error)
    except BrokenPipeError:
        return _broken_pipe(terminal)
    except KeyboardInterrupt:
        terminal.say("\nStopped.\n")
        return int(Exit.INTERRUPTED)
    except Exception as error:  # noqa: BLE001 - a fault of ours becomes one line and a log, never a traceback
        return _fault(session, error)


def _dispatch(session: Session) -> int:
    """Take the options before the noun and the verb, import the noun's module, and let Typer parse the rest."""
    name, rest = _word(session, session.argv, strict=True)
    if name == "help":
        name, rest = (rest[0], [*rest[1:], "--help"]) if rest else ("--help", [])
    if name in HELP or name in {"", "--version"}:
        return _top(name, session.terminal)
    session.command = name
    if name not in NOUNS:
        raise _unknown("command", name, NOUNS, "campctl --help")
    if name in QUICK and (status := import_module(f"campctl.cli.{QUICK[name]}").quick(session, rest)) is not None:
        return int(status)
    prog, command, rest = _command(session, name, rest)
    if "output" in session.options:
        session.take("output", session.options["output"])
    from typer._click.exceptions import ClickException
    from typer.exceptions import Abort
    from typer.exceptions import Exit as Leave

    width = min(session.terminal.width or 80, 100)
    try:
        with command.make_context(prog, rest, obj=session, terminal_width=width) as context:
            return int(command.invoke(context) or 0)
    except Leave as leave:
        return int(leave.exit_code)
    except Abort:
        return int(Exit.INTERRUPTED)
    except ClickException as error:
        raise UsageError(_sentence(error), hint=f"`{prog} --help` tells how it is used.") from None


def _command(session: Session, name: str, rest: list[str]) -> tuple[str, Any, list[str]]:
    """What to run: its name for usage lines, the command, and what is left of argv. Of a noun only the one verb is built."""
    from typer.main import get_command, get_group

    app = apps(name)[name]
    if name not in GROUPS:
        return f"campctl {name}", get_command(app), rest
    word, after = _word(session, rest, strict=False)
    if word in HELP or (not word and not GROUPS[name]):
        return f"campctl {name}", get_group(app), ["--help"]
    verb, after = (GROUPS[name], rest) if not word or word.startswith("-") else (word, after)
    known = {info.name or "": info for info in app.registered_commands}
    if verb not in known:
        raise _unknown(f"{name} command", verb, known, f"campctl {name} --help")
    session.command = f"{name} {verb}"
    app.registered_commands = [known[verb]]
    command = get_command(app)
    app.registered_commands = list(known.values())
    return f"campctl {name} {verb}", command, after


def apps(name: str) -> dict[str, typer.Typer]:
    """The Typer apps of a noun's module, by noun."""
    found: dict[str, typer.Typer] = import_module(f"campctl.cli.{NOUNS[name]}").APPS
    return found


def _word(session: Session, argv: list[str], *, strict: bool) -> tuple[str, list[str]]:
    """The first word that is no option of all commands, and what follows it; options before it are taken.

    An option that is not one of those is an error when `strict`, and is itself the word otherwise.
    """
    at = 0
    while at < len(argv):
        word = argv[at]
        name, has_value, value = word.partition("=")
        if not word.startswith("-") or word in HELP or word == "--version":
            return word, argv[at + 1 :]
        if name in VALUED:
            if not has_value:
                at += 1
                if at >= len(argv):
                    raise UsageError(f"{name} needs a value.", hint="`campctl --help` lists the options.")
                value = argv[at]
            session.options[VALUED[name]] = value
        elif word in FLAGS:
            session.take(FLAGS[word], value=True)
        elif strict:
            raise UsageError(f"There is no option {word} before the command.", hint="`campctl --help` lists the options.")
        else:
            return word, argv[at + 1 :]
        at += 1
    return "", []


def _top(name: str, terminal: Terminal) -> int:
    from campctl import __version__
    from campctl.cli.top_help import TEXT

    terminal.write(f"campctl {__version__}\n" if name == "--version" else TEXT)
    return 0 if name else int(Exit.USAGE)


def _unknown(what: str, word: str, known: Any, help_command: str) -> UsageError:
    from difflib import get_close_matches

    near = get_close_matches(word, known, 3)
    guess = f"Did you mean {' or '.join(f'`{name}`' for name in near)}? " if near else ""
    return UsageError(f"There is no {what} `{word}`.", hint=f"{guess}`{help_command}` lists them.")


def _sentence(error: Any) -> str:
    text = str(error.format_message() if hasattr(error, "format_message") else error)
    return text if text.endswith((".", "?", "!", ")")) else text + "."


def _fail(session: Session, error: CampctlError) -> int:
    """Show an error; with JSON asked for anywhere in argv, as an envelope too, even when argv could not be parsed."""
    from campctl.views.show import show_error

    if "output" not in session.options:
        session.options["output"] = _asked_format(session.argv)
    try:
        show_error(error, session.style(exit=int(error.exit)), session.terminal)
    except BrokenPipeError:
        return _broken_pipe(session.terminal)
    except CampctlError as worse:
        # The envelope could not be written either; stdout leads nowhere now, so only words are left.
        if worse is not error and session.options.get("output"):
            session.options["output"] = ""
            return _fail(session, worse)
    return int(error.exit)


def _asked_format(argv: list[str]) -> str:
    words = argv[: argv.index("--")] if "--" in argv else argv
    for word, following in zip(words, [*words[1:], ""], strict=True):
        name, _, value = word.partition("=")
        if name == "--output" or word == "-o":
            return value or following
        if word in {"-ojson", "-oyaml"}:
            return word[2:]
    return ""


def _broken_pipe(terminal: Terminal) -> int:
    """Whoever read our output went away (`| head`): end quietly, as a program killed by SIGPIPE does."""
    terminal.drop()
    return 141


def _fault(session: Session, error: Exception) -> int:
    """A fault in campctl: one line for the user, the traceback (code and messages, no values) in a file of theirs alone."""
    import os
    import tempfile
    import traceback
    from pathlib import Path

    from campctl import __version__

    here = Path(str(session.options.get("campaign") or ".")).absolute()
    folders = (folder / ".campctl" for folder in (here, *here.parents))
    folder = next((path for path in folders if path.is_dir() and os.access(path, os.W_OK)), None)
    where = ""
    try:
        handle, where = tempfile.mkstemp(prefix="fault-", suffix=".log", dir=folder)
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"campctl {__version__}, {session.command}\n\n")
            file.writelines(traceback.format_exception(error))
    except OSError:
        where = where or "no file: none could be written"
    kind = type(error).__name__
    return _fail(session, CampctlError(f"A fault in campctl ({kind}); details in {where}.", hint="Please report it with that file."))
