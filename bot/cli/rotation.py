"""vigil admin rekey: puts the database under another key."""

from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.cli.opened import opened
from bot.config import Config
from bot.installation import senders
from bot.key import place, prepared, put_in_place
from bot.transports.matrix_session import Store
from storage import locks
from storage.clock import now_utc
from storage.database import Database, StorageError
from storage.vault import Vault, WrongKey, read_or_make_key

_AT_WORK = timedelta(minutes=2)
"""Whoever has not been seen for so long is gone."""


def rotate_key(
    config: ConfigFile = DEFAULT,
    new_key: Annotated[
        Path | None,
        typer.Option(
            "--new-key",
            help="Where the key is no file of ours (`key`, `key_command`, systemd): a file with the next "
            "key, which is made where there is none. Stop the service first.",
        ),
    ] = None,
) -> None:
    """Make a new key, and put everything that is sealed under it. The service may go on."""
    settings = configuration(config)
    with opened(config) as database:
        try:
            if new_key is None:
                _in_place(settings, database)
            else:
                _elsewhere(settings, database, new_key)
        except (StorageError, WrongKey) as error:
            fail(f"nothing was changed: {error}")


def _in_place(settings: Config, database: Database) -> None:
    """The key is a file: the next one takes its place, and running programs find it there."""
    path = settings.key_file
    if settings.key or settings.key_command:
        fail(f"the key comes from {place(settings)}: stop the service, and say --new-key FILE", 2)
    _refuse_among_nodes(database)
    try:
        secret = prepared(path)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or error
        fail(
            f"{path}: the next key cannot be made beside it ({why}): mend that, or stop the service and "
            "say --new-key FILE"
        )
    count = _exchanged(settings, database, Vault.from_secret(secret))
    try:
        kept = put_in_place(path, now_utc().date())
    except OSError as error:
        fail(
            f"{path}: the new key is in use, and stands beside it ({error.strerror}): mend "
            "that, and run this again"
        )
    typer.echo(f"{path}: a new key. Sealed anew under it: {count:,}.")
    typer.echo(
        f"{kept}: the key before. Backups made until today need it: `vigil restore FILE --key {kept}`."
    )
    _advise(kept)


def _refuse_among_nodes(database: Database) -> None:
    """A program on another machine has a key file of its own, and would not find the next key in it."""
    here = locks.place().rpartition(":")[0]
    with database.read() as work:
        seen = work.nodes.all(now_utc())
    machines = {one.node.place.rpartition(":")[0] for one in seen if one.ago < _AT_WORK}
    for machine in sorted(machines - {here}):
        fail(
            f"Vigil is at work on {machine} as well, with a key file of its own: stop all nodes, run this "
            "with --new-key FILE, put that key on every machine, and start them again",
            2,
        )


def _elsewhere(settings: Config, database: Database, new_key: Path) -> None:
    """The key is kept where we cannot write, and a running program would not learn of the next one."""
    with ExitStack() as held:
        for transport in senders(settings):
            if not held.enter_context(database.sender_lock(transport)):
                fail(f"the service sends on {transport}: stop it first, as it would not have the next key", 2)
        try:
            secret = read_or_make_key(new_key)
        except (OSError, ValueError) as error:
            fail(f"{new_key}: {getattr(error, 'strerror', None) or error}: give a file for the next key", 2)
        count = _exchanged(settings, database, Vault.from_secret(secret))
    typer.echo(f"Sealed anew under the key in {new_key}: {count:,}.")
    typer.echo(f"Put what it holds where {place(settings)} takes the key from; then start the service.")
    _advise("the key before")


def _exchanged(settings: Config, database: Database, new: Vault) -> int:
    """Everything is sealed anew, the session of each Matrix account as well."""
    for account in (settings.matrix, *settings.matrix.more) if settings.matrix else ():
        session = Store(account.store, database.vault).session()
        if session:
            Store(account.store, new).keep_next(session)  # whoever starts in between finds the one that opens
    return database.change_key(new)


def _advise(old: Path | str) -> None:
    typer.echo("Now keep a copy of the new key apart from the database, and make a new backup.")
    typer.echo("Exports of before hold what was withheld under the key before: make those anew as well.")
    typer.echo(
        f"If {old} may have been seen, destroy it together with the backups that it opens: whoever has both "
        "reads who had subscribed by then."
    )
