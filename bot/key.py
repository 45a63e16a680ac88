"""Where the key is kept: in a file, as a value, or with a command that prints it; and how it is exchanged.

A file is exchanged in an order that may break off anywhere: the new key stands beside the old one (`.new`)
before the database is put under it, and takes its place afterwards. Whoever meets the database in between
finds both.
"""

import base64
import os
import shutil
import stat
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path

from bot.config import Config
from storage.database import Database, Unusable
from storage.disk import to_disk
from storage.vault import Vault, parse_key, read_or_make_key

_PATIENCE = 30
"""Seconds that a command may take to print the key."""
_COPY = "put back the copy you kept"


def opened_with(config: Config) -> Database:
    """The configured database with its key, not looked at yet; raises Unusable where there is no key."""
    return Database(config.database, Vault.from_secret(secret_of(config)), lambda: may_be(config))


def secret_of(config: Config) -> bytes:
    """The key; made where it is to be kept in a file, and there is none. Raises Unusable with the remedy."""
    if config.key or config.key_command:
        return _given(config)
    try:
        return read_or_make_key(config.key_file)
    except ValueError as error:
        raise Unusable(f"{config.key_file}: {error}: {_COPY}") from error
    except OSError as error:
        raise Unusable(_no_key(config.key_file, error)) from error


def may_be(config: Config) -> Iterator[Vault]:
    """What the key may be by now, the likeliest first; nothing is made, what cannot be had is left out."""
    if config.key or config.key_command:
        with suppress(Unusable):
            yield Vault.from_secret(_given(config))
        return
    # The first once more: the next one may take its place between two looks.
    for path in (config.key_file, coming(config.key_file), config.key_file):
        with suppress(OSError, ValueError):
            yield Vault.from_secret(parse_key(path.read_text(encoding="ascii", errors="replace")))


def place(config: Config) -> str:
    """Where the key is kept, for messages."""
    if config.key:
        return "`key`"
    return "`key_command`" if config.key_command else str(config.key_file)


def coming(path: Path) -> Path:
    """Where the next key of a file stands until it takes its place: beside the file that a link leads to."""
    path = path.resolve()
    return path.with_name(f"{path.name}.new")


def prepared(path: Path) -> bytes:
    """The next key of a file, on the disk beside it, for those who may read that one.

    One that a broken-off exchange has left is taken up. Raises OSError, ValueError.
    """
    secret = read_or_make_key(coming(path))
    known = path.stat()
    if (os.geteuid(), os.getegid()) != (known.st_uid, known.st_gid):
        os.chown(coming(path), known.st_uid, known.st_gid)
    coming(path).chmod(stat.S_IMODE(known.st_mode))
    to_disk(coming(path).parent)
    return secret


def put_in_place(path: Path, today: date) -> Path:
    """The next key of a file takes its place; returns where the one before is kept, for old backups.

    Raises OSError where there is no next one, or it cannot be moved.
    """
    path = path.resolve()  # a link stays a link
    coming(path).stat()
    kept = _free(path.with_name(f"{path.name}.until-{today.isoformat()}"))
    shutil.copy2(path, kept)
    to_disk(kept)
    coming(path).replace(path)
    to_disk(path.parent)
    return kept


def settle(config: Config, database: Database, today: date) -> None:
    """Ends an exchange that was broken off after the database was put under the next key."""
    if config.key or config.key_command:
        return
    with suppress(OSError, ValueError):  # the next start tries again; until then both are found
        text = coming(config.key_file).read_text(encoding="ascii", errors="replace")
        if Vault.from_secret(parse_key(text)).check() == database.vault.check():
            put_in_place(config.key_file, today)


def written(secret: bytes) -> str:
    """A key as it is written down."""
    return base64.b64encode(secret).decode()


def _given(config: Config) -> bytes:
    """The key that the configuration holds, or that its command prints."""
    text = config.key or _printed(config.key_command)
    try:
        return parse_key(text)
    except ValueError as error:
        raise Unusable(f"{place(config)}: {error}: give the copy you kept") from error


def _printed(command: tuple[str, ...]) -> str:
    """What the command says; its errors are its own to tell, on standard error."""
    what = f"`key_command` ({command[0]})"
    try:
        done = subprocess.run(  # noqa: S603 - the operator's own
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, timeout=_PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        raise Unusable(f"{what} said nothing within {_PATIENCE} s: it must print the key and end") from None
    except OSError as error:
        raise Unusable(f"{what} cannot be run ({error.strerror}): mend it under [vigil]") from error
    if done.returncode:
        raise Unusable(f"{what} ended with {done.returncode}: run it by hand as the user that runs Vigil")
    return done.stdout.decode("ascii", "replace")


def _no_key(file: Path, error: OSError) -> str:
    """Why the key can be neither read nor made."""
    if not file.parent.is_dir():
        return f"{file}: there is no folder {file.parent}: make it, or mend `key_file`"
    if file.exists():
        remedy = (
            "run this as the user that runs Vigil"
            if isinstance(error, PermissionError)
            else "mend `key_file`"
        )
        return f"{file}: cannot be read ({error.strerror}): {remedy}"
    return f"{file}: cannot be made ({error.strerror}): mend the rights of {file.parent}, or `key_file`"


def _free(path: Path) -> Path:
    """A name of this kind that nothing has yet."""
    number, found = 1, path
    while found.exists():
        number += 1
        found = path.with_name(f"{path.name}-{number}")
    return found
