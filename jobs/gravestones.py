"""Keeps the tombstones (`storage.tombstones`) in a file too, where they outlive the loss of the database.

One line each, added and never changed; a last one that a power cut cut short is no tombstone and is written
again. Of the file's time only the day is kept: it would tell when somebody left.
"""

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from pathlib import Path

import structlog

from storage.database import Database
from storage.disk import to_disk

log = structlog.get_logger()

EVERY = 10.0
"""Seconds: who left in the last ones before the machine is lost may be brought back."""
_LINE = re.compile(rb"^([0-9a-f]{64})$", re.MULTILINE)
_HEAD = b"# Vigil: whom no backup may bring back. Copy this file away together with each backup.\n"


@dataclass(slots=True)
class Gravestones:
    """The file of one program; each node has its own, with everybody's."""

    database: Database
    file: Path
    _written: tuple[int, int] = field(default=(0, -1))
    _told: bool = False

    def keep(self, now: datetime) -> int:
        """Adds to the file what it does not hold yet, and waits for the disk; returns how many.

        Where nothing can be written it says so once, and goes on trying.
        """
        with self.database.read() as work:
            if self._written == (work.tombstones.count(), self._size()):
                return 0
            all_of_them = work.tombstones.all()
        try:
            more = all_of_them - read(self.file)
            if more:
                add(self.file, more, now)
        except OSError as error:
            if not self._told:
                log.error("forgotten.not_written", file=str(self.file), error=error.strerror)  # noqa: TRY400
            self._told = True
            return 0
        self._told = False
        self._written = (len(all_of_them), self._size())
        return len(more)

    def _size(self) -> int:
        try:
            return self.file.stat().st_size
        except OSError:
            return 0


def read(file: Path) -> frozenset[str]:
    """The tombstones in a file; none where there is no file. Raises OSError for one that cannot be read."""
    try:
        return frozenset(line.decode("ascii") for line in _LINE.findall(file.read_bytes()))
    except FileNotFoundError:
        return frozenset()


def add(file: Path, tombstones: Iterable[str], now: datetime) -> None:
    """Writes them at the end, in an order that tells nothing; only the owner can read the file."""
    lines = b"".join(f"{one}\n".encode() for one in sorted(tombstones))
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        whole = not size or os.pread(descriptor, 1, size - 1) == b"\n"
        os.write(descriptor, (b"" if size else _HEAD) + (b"" if whole else b"\n") + lines)
        day = datetime.combine(now.date(), time(), UTC).timestamp()
        os.utime(descriptor, (day, day))
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    to_disk(file.parent)
