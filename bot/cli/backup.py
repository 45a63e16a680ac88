"""vigil backup, restore: a copy of the whole database in one file, and the way back."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from bot.cli.common import DEFAULT, ConfigFile, configuration, fail
from bot.config import Config
from bot.installation import in_memory_vault, open_database, senders
from bot.key import may_be, place
from jobs.gravestones import Gravestones, read
from jobs.restore import InUse, NotEmpty, Restored, Unnumbered
from jobs.restore import restore as bring_back
from storage.backup import Backup, NoBackup, is_backup, reading
from storage.database import Database, StorageError, now_utc
from storage.locks import NODES
from storage.vault import Vault, parse_key


class _Unnumbered(StrEnum):
    """What becomes of people of whom nothing can tell whether they have left."""

    BACK = "back"
    OUT = "out"


def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; its folder must exist.")],
    config: ConfigFile = DEFAULT,
    force: Annotated[bool, typer.Option("--force", help="Overwrite an earlier backup of this name.")] = False,
) -> None:
    """Write everything but the key into one file. It is of one moment; the service may go on."""
    settings = configuration(config)
    _check_place(file, force=force)
    database = _existing(settings)
    now = now_utc()
    try:
        written = database.back_up(file, now)
        with reading(file) as made:
            key = any(made.opened_by(one) for one in may_be(settings))
    except (StorageError, OSError) as error:
        fail(f"{file}: no backup was made: {error}")
    finally:
        database.close()
    typer.echo(
        f"{file}: {sum(written.rows.values())} rows, {written.size / 1e6:.1f} MB, "
        f"as of {now:%Y-%m-%d %H:%M:%S} UTC"
    )
    typer.echo(_counted(written.rows))
    typer.echo(
        f"The key is not in it: keep a copy of {place(settings)} apart from it. Without the key nobody "
        "who subscribed can be reached; whoever has both can read who they are."
    )
    if not key:
        told = "this is not the key of this database, or is missing: put back the copy you kept"
        typer.echo(f"{place(settings)}: {told}", err=True)


def restore(  # noqa: PLR0913, PLR0917 - each is an option of the command
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A file that `vigil backup` made.")],
    config: ConfigFile = DEFAULT,
    replace: Annotated[
        bool, typer.Option("--replace", help="Put the backup in place of what the database holds.")
    ] = False,
    with_forgotten: Annotated[
        bool,
        typer.Option(
            "--with-forgotten", help="Bring back recipients whom the database does not know any more, too."
        ),
    ] = False,
    forgotten: Annotated[
        list[Path] | None,
        typer.Option(
            "--forgotten",
            help="A copy of `forgotten_file`, beside the one that the configuration names: those who left "
            "since the backup was made are not brought back. As often as there are copies.",
        ),
    ] = None,
    unnumbered: Annotated[
        _Unnumbered | None,
        typer.Option(
            "--unnumbered",
            help="Where the backup is older than what tells who has left since, and no database is there to "
            "compare it with: whether its recipients come back, or stay out and have to subscribe again.",
        ),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(
            "--key", help="The key that was in use when the backup was made, where it is another one by now."
        ),
    ] = None,
) -> None:
    """Bring a backup back, whole or not at all. Stop the service first."""
    settings = configuration(config)
    _vault_for_restore(settings)
    tombstones, now = _tombstones(settings, forgotten or []), now_utc()
    _check_backup(file, settings, key)
    # First, as it ends an exchange of the key that was broken off: what comes in is put under the key of now.
    database = _opened(settings)
    try:
        with _reasons(file), reading(file, (_of(key), database.vault) if key else None) as saved:
            if not saved.opened_by(database.vault):
                _refuse(key or place(settings))
            typer.echo("Restoring: this can take minutes, and changes nothing until it is done.", err=True)
            done = bring_back(
                *(database, saved, now, senders(settings)),
                replace=replace,
                with_missing=with_forgotten,
                with_unnumbered=None if unnumbered is None else unnumbered is _Unnumbered.BACK,
                tombstones=tombstones,
            )
            Gravestones(database, settings.forgotten).keep(now)
            _tell(done, saved, settings, with_forgotten=with_forgotten)
            _tell_unnumbered(done, saved, unnumbered)
            _warn(done, saved, settings, tombstones)
    finally:
        database.close()


def _opened(settings: Config) -> Database:
    """The database into which the backup comes; ends with a word to the person where it cannot be used."""
    try:
        return open_database(settings, watch=False)
    except StorageError as error:
        fail(f"nothing was restored: {error}; or restore into a new database")


@contextmanager
def _reasons(file: Path) -> Iterator[None]:
    """Ends with a word to the person where nothing could be restored."""
    try:
        yield
    except NoBackup as error:
        fail(str(error), 2)
    except NotEmpty:
        fail(
            "the database is not empty: add --replace to put the backup in place of what it holds, after a "
            "`vigil backup` of it as it is now",
            2,
        )
    except Unnumbered as error:
        fail(
            f"{file}: made by a Vigil that did not yet note who leaves, so that nothing can tell which of "
            f"its {error} recipients have used /forget since: nothing was restored. Restore a later backup "
            "if there is one. Else say --unnumbered out (they stay out, and have to /subscribe again), or "
            "--unnumbered back (all of them come back, those who left as well)",
            2,
        )
    except InUse as error:
        what = "is at work as a node" if str(error) == NODES else f"sends on {error}"
        fail(f"the service, or another program, {what}: stop it first, then restore")
    except StorageError as error:
        fail(f"nothing was restored: {error}; or restore into a new database")


def _tombstones(settings: Config, copies: list[Path]) -> frozenset[str]:
    """Of all who have left, as far as files tell; exit code 2 for a copy that does not."""
    try:
        found = read(settings.forgotten)
        for copy in copies:
            if not (more := read(copy)):
                fail(f"{copy}: nobody is told of there: give a copy of `forgotten_file`", 2)
            found |= more
    except OSError as error:
        fail(f"{error.filename}: cannot be read ({error.strerror}): let this user read it", 2)
    return found


def _warn(done: Restored, saved: Backup, settings: Config, tombstones: frozenset[str]) -> None:
    """Where nothing is at hand that tells who has left."""
    if not tombstones and not done.same_history and done.recipients > done.present + done.joined:
        typer.echo(
            f"{settings.forgotten}: there is no such file, or nobody in it. If anybody used /forget after "
            f"{saved.taken:%Y-%m-%d %H:%M:%S} UTC, they are among the recipients again: "
            "put a copy of that file there, and restore once more.",
            err=True,
        )


def _check_backup(file: Path, settings: Config, key: Path | None) -> None:
    """Exit code 2, before the database is touched, where no key at hand opens the backup."""
    known = (_of(key),) if key else tuple(may_be(settings))
    try:
        with reading(file) as saved:
            opened = any(saved.opened_by(one) for one in known)
    except NoBackup as error:
        fail(str(error), 2)
    if not opened:
        _refuse(key or place(settings))


def _refuse(key: Path | str) -> NoReturn:
    fail(
        f"{key}: this is not the key of the backup: give the key that was in use when it was made, with "
        "--key FILE; before a first start you may put it in place",
        2,
    )


def _check_place(file: Path, *, force: bool) -> None:
    """Exit code 2 where no backup can be written, or something else would be overwritten."""
    if file.is_dir():
        fail(f"{file}: this is a folder: give the name of a file in it", 2)
    if not file.absolute().parent.is_dir():
        fail(f"{file}: there is no folder {file.parent}: make it first", 2)
    if file.exists() and not force:
        fail(f"{file}: there is such a file already: give another name, or --force to overwrite it", 2)
    if file.exists() and not is_backup(file):
        fail(f"{file}: this is no backup of Vigil and is not overwritten: give another name", 2)


def _existing(settings: Config) -> Database:
    """The configured database as it is, of whatever version; nothing is made where there is none."""
    path = Path(settings.database.removeprefix("sqlite:///"))
    if settings.database.startswith("sqlite:///") and not path.is_file():
        fail(f"{path}: there is no database to back up: is `database` right in the configuration?", 2)
    return Database(settings.database, _vault(settings) or in_memory_vault())


def _vault(settings: Config) -> Vault | None:
    """The configured key's; None where there is no such file, or no key in it."""
    return next(may_be(settings), None)


def _of(file: Path) -> Vault:
    """The vault of a key in a file; exit code 2 where there is none."""
    try:
        return Vault.from_secret(parse_key(file.read_text(encoding="ascii", errors="replace")))
    except (OSError, ValueError) as error:
        fail(f"{file}: {getattr(error, 'strerror', None) or error}: give a file that holds a key of Vigil", 2)


def _vault_for_restore(settings: Config) -> Vault:
    vault = _vault(settings)
    if vault is None:
        fail(
            f"{place(settings)}: the key is missing, or is no key: put there the copy of the key that was "
            "in use when the backup was made; without it nobody who subscribed can be reached",
            2,
        )
    return vault


def _tell(done: Restored, saved: Backup, settings: Config, *, with_forgotten: bool) -> None:
    taken = f"{saved.taken:%Y-%m-%d %H:%M:%S} UTC"
    say = typer.echo
    say(f"Restored as of {taken}: {sum(done.rows.values())} rows")
    say(_counted(done.rows))
    say(f"Recipients in the database now: {done.recipients}.")
    if not done.same_history and done.recipients > done.present + done.joined:
        say(
            f"Whoever used /unsubscribe after {taken} is subscribed again, as before: no database was there "
            "to tell who they are. Ask those you know of to repeat it."
        )
    if done.forgotten:
        say(f"In the backup, left since by /forget, or to another chat: {done.forgotten}, not brought back.")
    if done.present:
        say(
            f"Known to both: {done.present}, left as they are today, with what they ask for and what they "
            "were sent."
        )
    if done.missing:
        back = (
            "they are back, as you asked" if with_forgotten else "left out; --with-forgotten brings them back"
        )
        say(
            "In the backup, but no longer in the database, as they used /forget or their chat got another "
            f"address: {done.missing}, {back}."
        )
    if done.joined:
        say(f"Not in the backup, as they came later: {done.joined}, kept with their routes.")
    if done.ended:
        say(f"Waiting in the backup for people who want nothing more: {done.ended}, cancelled.")
    if done.again or done.uncertain:
        say(
            f"Alerts that waited in the backup may have been sent after it was taken. Immediate ones, to be "
            f"sent, perhaps again: {done.again}. Others, marked uncertain and not sent: {done.uncertain}."
        )
    say(
        f"What was published after {taken} is polled again at the next start, and may ring a second time "
        "for those who heard it. What was imported since is to be imported again."
    )
    say(f"Now start the service with this configuration ({settings.file}).")


def _tell_unnumbered(done: Restored, saved: Backup, chosen: _Unnumbered | None) -> None:
    """What became of people of whom nothing can tell whether they have left."""
    if not done.unnumbered:
        return
    if chosen is _Unnumbered.OUT:
        typer.echo(
            f"Recipients of the backup who were left out, as nothing tells who of them has left: "
            f"{done.unnumbered}. Tell people by other ways that they have to /subscribe again."
        )
        return
    typer.echo(
        f"Back, though nothing tells who of them used /forget after {saved.taken:%Y-%m-%d %H:%M:%S} UTC: "
        f"{done.unnumbered}. Make a new backup now, and destroy those that are as old as this one.",
        err=True,
    )


def _counted(rows: dict[str, int]) -> str:
    return "  " + ", ".join(f"{table} {number}" for table, number in rows.items() if number)
