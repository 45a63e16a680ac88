"""What the commands share: the --config option, clear endings, times on the command line."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot import logs
from bot.config import DEFAULT_FILE, Config, ConfigError, load

ConfigFile = Annotated[
    Path, typer.Option("--config", help="The configuration file (TOML).", show_default=True)
]
DEFAULT = Path(DEFAULT_FILE)


def configuration(path: Path, *, least: int = logging.WARNING) -> Config:
    """The configuration, or all its faults on standard error and exit code 2.

    From here on the log is as the configuration wants it and knows its secrets; nothing below the
    level `least` is logged, as a command that ends with a result needs no lines that all is well.
    """
    try:
        config = load(path)
    except ConfigError as error:
        for fault in error.faults:
            typer.echo(fault, err=True)
        raise typer.Exit(2) from error
    logs.set_up(config.log, config.secrets, least=least)
    return config


def fail(message: str, code: int = 1) -> NoReturn:
    """Ends with a word to the person on standard error."""
    typer.echo(message, err=True)
    raise typer.Exit(code)


def readers(count: int) -> str:
    """So many recipients, in words."""
    return f"{count:,} recipient{'' if count == 1 else 's'}"


def moment(text: str | None) -> datetime | None:
    """An aware time from ISO 8601; without a zone it is UTC. Exit code 2 for anything else."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        fail(f'--as-of: "{text}" is no time: write it as 2015-12-08T07:00:00Z', 2)
    if not 1990 <= found.year <= 2200:
        fail(f'--as-of: "{text}" is too far away: give a year from 1990 to 2200', 2)
    return found if found.tzinfo else found.replace(tzinfo=UTC)
