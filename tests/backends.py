"""The kinds of database that Vigil runs on, as tests hold them: an address, and what lies on the disk."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from tests.postgres import PostgresServer

BACKENDS = ("sqlite", "postgresql")


class Backend(Protocol):
    """One empty database of its kind, made for one test."""

    @property
    def name(self) -> str:
        """The kind: "sqlite" or "postgresql"."""

    @property
    def url(self) -> str:
        """Its address, as the configuration takes it."""

    def files(self) -> Iterator[Path]:
        """Every file a thief of the disk would find, after all was written out."""


@dataclass(frozen=True, slots=True)
class SqliteBackend:
    """A file, as a volunteer has it."""

    folder: Path
    name: str = "sqlite"

    @property
    def url(self) -> str:
        """Its address."""
        return f"sqlite:///{self.folder / 'vigil.db'}"

    def files(self) -> Iterator[Path]:
        """The database, its journal and its locks."""
        yield from self.folder.glob("vigil.db*")


@dataclass(frozen=True, slots=True)
class PostgresBackend:
    """A database on a real server, as a federation has it."""

    server: PostgresServer
    database: str
    name: str = "postgresql"

    @property
    def url(self) -> str:
        """Its address."""
        return self.server.url(self.database)

    def files(self) -> Iterator[Path]:
        """Tables, indexes and the write-ahead log."""
        yield from self.server.files(self.database)
