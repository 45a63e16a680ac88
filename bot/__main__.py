"""The command line: `vigil ...`, the same as `python -m bot ...`."""

import gc
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Annotated

import typer

from bot import logs
from storage.secluded import close_memory

COMMANDS = (
    ("run", "service", "run"),
    ("demo", "service", "demo"),
    ("console", "service", "console"),
    ("check", "check", "check"),
    ("status", "status", "status"),
    ("poll", "watch", "poll"),
    ("deliver", "service", "deliver"),
    ("explain", "explain", "explain"),
    ("import", "imports", "import_"),
    ("export", "exports", "export"),
    ("search", "archive", "search"),
    ("migrate", "migrate", "migrate"),
    ("backup", "backup", "backup"),
    ("restore", "backup", "restore"),
)
"""Each with its module of `bot.cli` and its function there, in the order of the help."""
GROUPS = ("source", "admin")
"""Modules of `bot.cli` that hold several commands each."""
_COLLECTED = (10_000, 20, 20)
"""New objects after which the collector looks for cycles: the tables of words are hundreds of thousands."""


def command_line(wanted: str = "") -> typer.Typer:
    """All commands, or `wanted` alone where it is one: each brings much with it, and one is enough to run.

    None for "--version".
    """
    app = typer.Typer(
        name="vigil",
        help="Watches what human-rights organisations publish; rings when somebody is in danger; remembers.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,  # brackets such as [fetch] are meant
        pretty_exceptions_show_locals=False,  # locals hold tokens and addresses
        callback=_options,
    )
    every = wanted not in {"--version", *GROUPS, *(name for name, _, _ in COMMANDS)}
    for name, module, function in COMMANDS:
        if every or name == wanted:
            # Behind the words of a search stands what it is to be without: "prison -camp" is no option.
            loose = {"ignore_unknown_options": True} if name == "search" else None
            app.command(name, context_settings=loose)(getattr(import_module(f"bot.cli.{module}"), function))
    for name in GROUPS:
        if every or name == wanted:
            app.add_typer(import_module(f"bot.cli.{name}").app, name=name)
    return app


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vigil {version('vigil')}")
        raise typer.Exit


def _options(
    _shown: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="Say which version this is."),
    ] = False,
) -> None:
    """What goes before a command."""


def main() -> None:
    """Run the command that was typed."""
    close_memory()
    gc.set_threshold(*_COLLECTED)
    logs.set_up()  # until a configuration says otherwise; nothing may be logged to standard output
    command_line(*sys.argv[1:2])()


if __name__ == "__main__":
    main()
