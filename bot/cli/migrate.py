"""vigil migrate: the database at the version that the program needs, in less room, or into PostgreSQL."""

import time
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.config import Config, ConfigError, postgresql
from bot.installation import in_memory_vault, open_database, senders, this_node
from bot.key import may_be, opened_with, place
from storage import compacting
from storage.compact import is_wide, is_worded
from storage.compacting import Portion
from storage.database import Database, StorageError, Unusable, now_utc
from storage.moving import Moved, Progress, move, shown, stay
from storage.vault import WrongKey


def migrate(
    config: ConfigFile = DEFAULT,
    source: Annotated[
        str,
        typer.Option("--from", help="Move: sqlite:///FILE; the configured database if it is left out."),
    ] = "",
    target: Annotated[
        str,
        typer.Option("--to", help="Move: an empty postgresql://... database; env:NAME or file:PATH, too."),
    ] = "",
    stays: Annotated[
        bool, typer.Option("--stay", help="Take a database up again that was moved, or was to be.")
    ] = False,
    compact: Annotated[
        bool,
        typer.Option("--compact", help="Keep an archive from before in less room; the service may go on."),
    ] = False,
) -> None:
    """Bring the database to the version that this program needs. With --to, move all of it to PostgreSQL.

    A move may be interrupted: the same command goes on where it stood. Stop the service first.
    So may --compact: with it an archive is kept in less room, as those are that are begun now.
    """
    settings = configuration(config)
    if sum(map(bool, (stays, compact, target))) > 1:
        fail("--to, --stay and --compact: one at a time", 2)
    if stays:
        _stay(settings, source)
    elif compact:
        _compact(settings)
    elif target:
        _move(settings, source, target)
    elif source:
        fail("--from: say where to: add --to postgresql://user@host/database", 2)
    else:
        _upgrade(settings)


def _upgrade(settings: Config) -> None:
    try:
        database = opened_with(settings)
        database.prepare(migrate=True)
    except (StorageError, WrongKey) as error:
        fail(str(error))
    with database.read() as work:
        older = database.is_shared and not is_worded(work.connection)
        more = "a third" if is_wide(work.connection) else "some twentieth"
    database.close()
    typer.echo("the database is up to date")
    if older:
        typer.echo(
            f"Its archive was begun before, and takes {more} more room than it has to: once every node is of "
            "this version, `vigil migrate --compact` takes it over, while the service goes on."
        )


def _compact(settings: Config) -> None:
    try:
        database = open_database(settings, watch=False)
    except (StorageError, WrongKey) as error:
        fail(str(error))
    typer.echo(f"{shown(database)}: statements, entries and the index in less room; this may be interrupted.")
    began = time.monotonic()
    try:
        done = compacting.compact(database, now_utc(), this_node(frozenset()).version, _tell_portion)
    except Unusable as error:
        fail(str(error), 2)
    except StorageError as error:
        fail(str(error))
    finally:
        database.close()
    mega = 1_000_000
    typer.echo(
        f"Done in {time.monotonic() - began:,.0f} s: {done.packed:,} texts packed, {done.titled:,} titles "
        f"kept once; {done.before / mega:,.0f} MB before, {done.after / mega:,.0f} MB now. What became free "
        "is used again; how to give it back to the disk is said in docs/operations.md."
    )


def _tell_portion(portion: Portion) -> None:
    """A line for each step that is over, and now and then for a long one."""
    if portion.ended or portion.rows % 100_000 < compacting.PORTION:
        typer.echo(f"  {portion.step:<9} {portion.rows:>12,}{'' if portion.ended else ' so far'}")


def _stay(settings: Config, source: str) -> None:
    database = _opened(source or settings.database, settings)
    try:
        was = stay(database)
    except StorageError as error:
        fail(str(error))
    finally:
        database.close()
    typer.echo(f"{shown(database)}: {'taken up again' if was else 'it was not moved: nothing to do'}")


def _move(settings: Config, source: str, target: str) -> None:
    try:
        address = postgresql("--to", target)
    except ConfigError as error:
        fail(str(error), 2)
    old, new = _opened(source or settings.database, settings), _opened(address, settings)
    began = time.monotonic()
    typer.echo(f"Moving {shown(old)} to {shown(new)}. Leave the service stopped until this is done.")
    try:
        moved = move(old, new, now_utc(), senders(settings), _tell)
        fits = old.key_fits()
    except Unusable as error:
        fail(str(error), 2)
    except StorageError as error:
        fail(str(error))
    finally:
        old.close()
        new.close()
    _conclude(moved, time.monotonic() - began, settings, old, new)
    if not fits:
        told = "this is not the key of this database, or is missing: put back the copy you kept"
        typer.echo(f"{place(settings)}: {told}", err=True)


def _opened(address: str, settings: Config) -> Database:
    """The database, not looked at yet; nothing is made where there is none."""
    file = Path(address.removeprefix("sqlite:///"))
    if address.startswith("sqlite:") and not file.is_file():
        fail(f"{file}: there is no such database", 2)
    vault = next(may_be(settings), None) or in_memory_vault()
    try:
        return Database(address, vault, lambda: may_be(settings))
    except StorageError as error:
        fail(str(error), 2)


def _tell(progress: Progress) -> None:
    """A line for each table that is over, and now and then for a long one."""
    rate = f", {progress.rows / progress.seconds:,.0f} a second" if progress.seconds >= 1 else ""
    name = progress.table or "indexes"
    open_end = "" if progress.ended else " so far"
    typer.echo(f"  {progress.step:<9} {name:<24} {progress.rows:>12,}{rate}{open_end}")


def _conclude(moved: Moved, seconds: float, settings: Config, old: Database, new: Database) -> None:
    say = typer.echo
    if moved.tables:
        rows = sum(one.rows for one in moved.tables.values())
        say(
            f"Moved: {rows:,} rows in {len(moved.tables)} tables, each compared by count and hash; "
            f"{moved.rows:,} of them in this run of {seconds:,.0f} s."
        )
    else:
        say("All of it had arrived before.")
    say(
        f"Now write the address of {shown(new)} as `database` in {settings.file}, and leave the key "
        "as it is: the same one opens it. Then run `vigil check` and start the service."
    )
    say(
        f"{shown(old)} is closed to Vigil, so that nothing is sent twice. Keep it until the first backup "
        "of the new one, then destroy it: it holds everybody who subscribed."
    )
