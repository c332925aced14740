"""`campctl` and `python -m campctl`. What needs no parser is answered before anything is imported."""

import sys

from campctl import __version__


def main() -> int:
    """Run the command line of this process; the exit status."""
    argv = sys.argv[1:]
    if len(argv) < 2:
        word = argv[0] if argv else ""
        if word == "--version":
            return _print(f"campctl {__version__}\n", 0)
        if word in {"", "--help", "-h", "help"}:
            from campctl.cli.top_help import TEXT

            return _print(TEXT, 0 if word else 2)
    # Commands are short-lived and make few cycles; collecting them costs more than the memory is worth.
    import gc

    gc.disable()
    from campctl.cli.main import run

    try:
        return run(argv)
    finally:
        gc.freeze()  # else the interpreter looks through everything for cycles once more before it ends


def _print(text: str, status: int) -> int:
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except (OSError, AttributeError) as error:  # AttributeError: stdout was closed, and is None
        if sys.stdout is not None:
            import os

            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141 if isinstance(error, BrokenPipeError) else 17
    return status


if __name__ == "__main__":
    sys.exit(main())
