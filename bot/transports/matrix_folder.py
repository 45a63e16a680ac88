"""The folder of one account's keys where several nodes may have it: the same one, and one node at a time.

The keys of a conversation go on with every message. Another device, or an older copy of the same, would
leave people with messages that they cannot read: a node that finds another folder does not begin.
"""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_MARK = "mark"
_LOCK = "lock"


class NotTheFolder(Exception):
    """The account must not be used from here; the message says why, and what to do."""


@contextmanager
def taken(folder: Path, account: str, known: str) -> Iterator[str]:
    """Holds the folder; yields its mark, made where it has none.

    `known` is the mark of the folder in which the account was used last, "" for none. Raises NotTheFolder.
    """
    with (folder / _LOCK).open("a", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise NotTheFolder(
                f"{folder}: another process has it still: it is waited for; where that process hangs, end it"
            ) from None
        mark = _read(folder / _MARK)
        if known and mark != known:
            raise NotTheFolder(
                f"{folder} is not the folder in which {account} was used last: let every node with the role "
                "send reach that one under `store`, as a shared file system does; where it is lost, run "
                f'`vigil admin anew "{account}"`, and the account begins as a new device'
            )
        yield mark or _make(folder / _MARK)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        return ""


def _make(path: Path) -> str:
    mark = secrets.token_hex(16)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(mark)
        file.flush()
        os.fsync(file.fileno())
    return mark
