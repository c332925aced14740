"""`completion bash|zsh|fish`."""

from __future__ import annotations

from typing import Annotated

import typer

from campctl.cli.command import command, noun
from campctl.cli.session import Session

APPS = {"completion": noun("")}


@command(
    APPS["completion"],
    "completion",
    examples=(
        "source <(campctl completion bash)                              # bash, this session",
        "campctl completion bash > ~/.local/share/bash-completion/completions/campctl",
        'campctl completion zsh > "${fpath[1]}/_campctl"',
        "campctl completion fish > ~/.config/fish/completions/campctl.fish",
    ),
)
def completion(ctx: typer.Context, shell: Annotated[str, typer.Argument(metavar="bash|zsh|fish", help="Which.")]) -> int:
    """Print the completion script of a shell. It completes commands, options and the campaign's own ids without starting campctl."""
    from campctl.app.documents import completion as use_case

    session: Session = ctx.obj
    return session.show_text(use_case(shell), of="completion")
