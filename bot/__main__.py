"""The command line: `vigil ...`, the same as `python -m bot ...`."""

from importlib.metadata import version
from typing import Annotated

import typer

from bot import logs
from bot.cli import admin, archive, backup, check, explain, exports, imports, service, source, watch

app = typer.Typer(
    name="vigil",
    help="Watches what human-rights organisations publish; rings when somebody is in danger; remembers.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # brackets such as [fetch] are meant
    pretty_exceptions_show_locals=False,  # locals hold tokens and addresses
)

COMMANDS = (
    ("run", service.run),
    ("demo", service.demo),
    ("console", service.console),
    ("check", check.check),
    ("poll", watch.poll),
    ("deliver", service.deliver),
    ("explain", explain.explain),
    ("import", imports.import_),
    ("export", exports.export),
    ("search", archive.search),
    ("migrate", archive.migrate),
    ("backup", backup.backup),
    ("restore", backup.restore),
)
for _name, _command in COMMANDS:
    app.command(_name)(_command)
app.add_typer(source.app, name="source")
app.add_typer(admin.app, name="admin")


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"vigil {version('vigil')}")
        raise typer.Exit


@app.callback()
def _options(
    _shown: Annotated[
        bool,
        typer.Option("--version", is_eager=True, callback=_version, help="Say which version this is."),
    ] = False,
) -> None:
    """What goes before a command."""


def main() -> None:
    """Run the command that was typed."""
    logs.set_up()  # until a configuration says otherwise; nothing may be logged to standard output
    app()


if __name__ == "__main__":
    main()
