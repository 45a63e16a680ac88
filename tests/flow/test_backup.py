"""Backup and restore by the real program, on each kind of database: while others write, and killed."""

import asyncio
import shutil
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest

from storage.backup import reading
from storage.database import Database, now_utc
from storage.vault import Vault, read_or_make_key
from tests.backends import Backend
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, a_site, item, rss
from tests.flow import hammer
from tests.flow.program import ROOT, VIGIL, Program

PERSON, LEFT = 42, 43
LONG = 700
"""Statements that take a backup or a restore a second or two, and more than SQLite keeps in memory."""
FIRST = "Nine North Korean refugees face imminent return"
SECOND = "Four Eritrean asylum seekers face imminent deportation"
TEXT = (
    "{0} within days, where they would be tortured. They are held in Shenyang, China. "
    "Northlight calls on China to immediately halt the return. "
) * 3


WRONG = (
    (("backup", "nowhere/vigil.backup"), "there is no folder nowhere: make it first"),
    (("backup", "."), "this is a folder"),
    (("backup", "made.backup"), "--force to overwrite it"),
    (("backup", "config.toml", "--force"), "is not overwritten"),
    (("backup", "vigil.key", "--force"), "is not overwritten"),
    (("restore", "none.backup"), "there is no such file"),
    (("restore", "config.toml"), "this is no backup of Vigil"),
    (("restore", "made.backup"), "add --replace"),
)


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    """A publisher."""
    async with a_site() as made:
        yield made


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """Telegram."""
    async with TelegramEmulator() as made:
        yield made


@pytest.fixture
async def vigil(
    backend: Backend, tmp_path: Path, site: Site, telegram: TelegramEmulator
) -> AsyncIterator[Program]:
    """An installation on each kind of database."""
    program = an_installation(tmp_path / "old", site, telegram, backend.url)
    publish(site)
    yield program
    if program.service:
        await program.stop(signal.SIGKILL)


def an_installation(folder: Path, site: Site, telegram: TelegramEmulator, database: str) -> Program:
    """A folder with a configuration that watches the site and speaks on Telegram."""
    folder.mkdir()
    sources = {"northlight": f"{site.url}/feed"}
    return Program(folder, sources, api_url=telegram.api_url, token=telegram.token, database=database)


def publish(site: Site, *calls: str) -> None:
    """The site has an ordinary post, and these urgent calls."""
    now = now_utc() - timedelta(minutes=5)
    items = [item(title, TEXT.format(title), now, title) for title in calls]
    site.publish("/feed", rss(*items, item("Annual dinner", "An evening of music. " * 30, now, "dinner")))


@contextmanager
def opened(vigil: Program, backend: Backend) -> Iterator[Database]:
    """The installation's database, for a look or a preparation."""
    database = Database(backend.url, Vault.from_secret(read_or_make_key(vigil.folder / "vigil.key")))
    database.prepare()
    yield database
    database.close()


def held(folder: Path) -> dict[str, bytes]:
    """Every file in the folder, with what is in it."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@asynccontextmanager
async def hammering(vigil: Program, backend: Backend) -> AsyncIterator[None]:
    """Another process writes meanwhile."""
    with opened(vigil, backend) as database, database.write() as work:
        hammer.prepare(work)
    words = ("-m", "tests.flow.hammer", backend.url, str(vigil.folder / "vigil.key"))
    process = await asyncio.create_subprocess_exec(sys.executable, *words, cwd=ROOT)
    try:
        while strokes(vigil, backend) < 100:
            assert process.returncode is None
            await asyncio.sleep(0.1)
        yield
        assert process.returncode is None, "it wrote to the end"
    finally:
        process.kill()
        await process.wait()


def strokes(vigil: Program, backend: Backend) -> int:
    """How often the hammer has written."""
    database = Database(backend.url, Vault.from_secret(read_or_make_key(vigil.folder / "vigil.key")))
    with database.read() as work:
        found = work.connection.exec_driver_sql("SELECT value FROM meta WHERE name = 'strokes'").scalar()
    database.close()
    return int(found or 0)


async def test_a_backup_is_of_one_moment_while_another_program_writes(
    vigil: Program, backend: Backend, tmp_path: Path
) -> None:
    """No delivery without its alert, no alert without its statement: as many of each as were counted."""
    async with hammering(vigil, backend):
        for number in range(3):
            before = strokes(vigil, backend)
            code, _, err = await vigil.run("backup", str(tmp_path / f"{number}.backup"))
            assert code == 0, err
            with closing(sqlite3.connect(tmp_path / f"{number}.backup")) as made:
                counted = int(made.execute("SELECT value FROM meta WHERE name = 'strokes'").fetchone()[0])
                for table in hammer.COUNTED:
                    (held,) = made.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608 - names of our own
                    assert held == counted, table
                assert made.execute("PRAGMA foreign_key_check").fetchall() == []
            assert before <= counted < strokes(vigil, backend)


async def test_from_a_lost_machine_to_a_new_one(
    vigil: Program, site: Site, telegram: TelegramEmulator, tmp_path: Path
) -> None:
    """Backed up while the service runs; restored elsewhere: old alerts stay silent, new ones ring."""
    await vigil.serve()
    for one in (PERSON, LEFT):
        await telegram.says(one, "/subscribe")
        await telegram.until(one, contains="You are subscribed", patience=60)
    publish(site, FIRST)
    await vigil.run("poll", "--source", "northlight")
    await telegram.until(PERSON, contains=FIRST, patience=60)
    await telegram.until(LEFT, contains=FIRST, patience=60)
    code, out, err = await vigil.run("backup", "../vigil.backup")
    assert (code, err) == (0, "")
    assert "The key is not in it" in out
    await telegram.says(LEFT, "/forget yes")
    await telegram.until(LEFT, contains="Forgotten", patience=60)
    await vigil.stop()

    new = an_installation(tmp_path / "new", site, telegram, "sqlite:///vigil.db")
    code, _, err = await new.run("restore", "../vigil.backup")
    assert (code, "the key is missing" in err) == (2, True)
    assert not (new.folder / "vigil.key").exists(), "no key is made that would open nothing"
    shutil.copy(vigil.folder / "vigil.key", new.folder)
    code, out, err = await new.run("restore", "../vigil.backup")
    assert code == 0, err
    assert "Recipients in the database now: 2.\nWhoever used /unsubscribe after" in out
    assert "put a copy of that file there, and restore once more" in err, "nothing told who has left"
    copy = str(vigil.folder / "vigil.forgotten")
    (new.folder / "vigil.db").unlink()
    code, out, err = await new.run("restore", "../vigil.backup", "--forgotten", copy)
    assert code == 0, err
    assert "Recipients in the database now: 1.\n" in out
    assert "left since by /forget, or to another chat: 1, not brought back" in out
    publish(site, FIRST, SECOND)
    await new.serve()
    await new.run("poll", "--source", "northlight")
    await telegram.until(PERSON, contains=SECOND, patience=60)
    await telegram.says(PERSON, "/search Shenyang")
    await telegram.until(PERSON, contains="2 results", patience=60)
    assert await new.stop() == 0
    rung = [text for text in telegram.texts(PERSON) if "URGENT" in text]
    assert [FIRST in text for text in rung] == [True, False]


async def test_nothing_is_restored_under_a_running_service(vigil: Program, tmp_path: Path) -> None:
    """It is told to stop first; the service goes on undisturbed."""
    await vigil.serve()
    file = str(tmp_path / "vigil.backup")
    assert (await vigil.run("backup", file))[0] == 0
    for _ in range(100):  # the sender's lock is taken a moment after the start
        code, _, err = await vigil.run("restore", file, "--replace")
        if code:
            break
    assert (code, "stop it first" in err) == (1, True)
    assert await vigil.stop() == 0
    await vigil.run("console", given="/subscribe\n")
    code, out, err = await vigil.run("restore", file, "--replace")
    assert (code, "Restored as of" in out) == (0, True), err
    assert "may ring a second time" in out
    assert "Not in the backup, as they came later: 1, kept" in out


async def test_killed_in_the_middle_of_a_restore_the_old_state_stands(
    vigil: Program, backend: Backend, tmp_path: Path
) -> None:
    """Everything that was there is there, however far it had come; and the restore can be made again."""
    a_long_past(vigil, backend)
    with opened(vigil, backend) as database:
        database.back_up(tmp_path / "vigil.backup", now_utc())
        with database.write() as work:
            hammer.strike(work, LONG + 1)

    words = ("restore", str(tmp_path / "vigil.backup"), "--replace")
    for number, pause in enumerate((0.0, 0.1, 0.3)):
        process = await asyncio.create_subprocess_exec(
            *VIGIL, *words, cwd=vigil.folder, env=vigil.environment()
        )
        await until_rows_go_in(backend)
        await asyncio.sleep(pause)
        process.kill()
        assert await process.wait() == -signal.SIGKILL, "it was not done yet"
        with opened(vigil, backend) as database, database.write() as work:
            found = work.counts()
            assert found.statements == found.alerts
            if found.alerts == LONG:  # it was whole already, and only its last word was cut off
                break
            assert found.alerts == LONG + 1 + number
            hammer.strike(work, LONG + 2 + number)
    code, _, err = await vigil.run(*words)
    assert code == 0, err
    assert strokes(vigil, backend) == LONG


async def test_what_a_killed_backup_left_is_removed_by_the_next_one(
    vigil: Program, backend: Backend, tmp_path: Path
) -> None:
    """Under whatever name it is made: else half a backup would keep forever who used /forget."""
    folder = tmp_path / "backups"
    folder.mkdir()
    for name in (".vigil-backup-notes", ".2026-01-01.backup.12345678", "vigil-backup-12345678.unfinished"):
        (folder / name).write_bytes(b"somebody else's")
    others = held(folder)
    a_long_past(vigil, backend)
    process = await a_backup_under_way(vigil, folder, "monday.backup")
    process.kill()
    assert await process.wait() == -signal.SIGKILL, "it was not done yet"
    (left,) = held(folder).keys() - others.keys()
    assert (folder / left).stat().st_mode & 0o777 == 0o600

    code, _, err = await vigil.run("backup", str(folder / "tuesday.backup"))
    assert (code, err) == (0, "")
    assert held(folder).keys() == others.keys() | {"tuesday.backup"}


async def test_a_backup_that_another_program_writes_is_left_to_it(
    vigil: Program, backend: Backend, tmp_path: Path
) -> None:
    """Two at once, the first one slow: both are whole in the end."""
    a_long_past(vigil, backend)
    process = await a_backup_under_way(vigil, tmp_path, "slow.backup")
    process.send_signal(signal.SIGSTOP)
    try:
        assert (await vigil.run("backup", str(tmp_path / "quick.backup")))[0] == 0
        assert len(unfinished(tmp_path)) == 1
    finally:
        process.send_signal(signal.SIGCONT)
    assert await process.wait() == 0
    assert unfinished(tmp_path) == []
    for name in ("slow.backup", "quick.backup"):
        with reading(tmp_path / name) as made:
            assert made.connection.exec_driver_sql("SELECT count(*) FROM statements").scalar() == LONG


def a_long_past(vigil: Program, backend: Backend) -> None:
    """So much in the database that a backup takes its time."""
    with opened(vigil, backend) as database, database.write() as work:
        hammer.prepare(work)
        for number in range(1, LONG + 1):
            hammer.strike(work, number, words=400)


def unfinished(folder: Path) -> list[int]:
    """The sizes of the backups that are not done yet."""
    return [file.stat().st_size for file in folder.glob(".vigil-backup-????????.unfinished")]


async def a_backup_under_way(vigil: Program, folder: Path, name: str) -> asyncio.subprocess.Process:
    """`vigil backup` in a process of its own, which has begun to write and is not done."""
    process = await asyncio.create_subprocess_exec(
        *VIGIL, "backup", str(folder / name), cwd=vigil.folder, env=vigil.environment()
    )
    for _ in range(3000):
        if any(unfinished(folder)):
            return process
        assert process.returncode is None, "it was done before anybody saw it begin"
        await asyncio.sleep(0.01)
    raise AssertionError("no backup was seen")


async def until_rows_go_in(backend: Backend) -> None:
    """The restore is in the middle of its one transaction."""
    for _ in range(3000):
        if _going_in(backend):
            return
        await asyncio.sleep(0.02)
    raise AssertionError("no restore was seen")


def _going_in(backend: Backend) -> bool:
    if backend.name == "sqlite":
        # Rows that wait for their commit are in the journal, once they no longer fit into memory.
        return any(file.stat().st_size > 1_000_000 for file in backend.files() if file.name.endswith("-wal"))
    locked = (
        "SELECT count(*) FROM pg_locks WHERE granted AND mode = 'AccessExclusiveLock' "
        "AND relation = 'deliveries'::regclass"
    )
    with psycopg.connect(backend.url) as connection:
        row = connection.execute(locked).fetchone()
    return bool(row and row[0])


async def test_a_rehearsal_writes_nothing_and_knows_who_would_be_alerted(vigil: Program, site: Site) -> None:
    """`vigil poll --dry-run` and `vigil check` see the subscribers, and the call still rings afterwards."""
    await vigil.run("console", given="/subscribe\n")
    publish(site, FIRST)
    for _ in range(2):
        code, out, err = await vigil.run("poll", "--source", "northlight", "--dry-run")
        assert code == 0, err
        assert "Would alert: Immediate alert, 1 recipient\n" in out
    code, out, err = await vigil.run("check")
    assert (code, "northlight" in out, "✗" in out) == (0, True, False), out + err
    code, out, err = await vigil.run("poll", "--source", "northlight")
    assert "Alerted: Immediate alert, 1 recipient\n" in out


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_wrong_words_end_with_code_2_and_a_remedy(vigil: Program) -> None:
    """No traceback, nothing is touched, and the sentence says what to do."""
    await vigil.run("console", given="/subscribe\n")
    await vigil.run("backup", "made.backup")
    before = held(vigil.folder)
    for words, told in WRONG:
        code, _, err = await vigil.run(*words)
        assert (code, told in err, "Traceback" in err) == (2, True, False), (words, err)
        assert held(vigil.folder) == before, words


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
async def test_a_backup_made_under_another_key_is_refused(vigil: Program) -> None:
    """The operator reads which key is needed, before the database is touched."""
    await vigil.run("console", given="/subscribe\n")
    await vigil.run("backup", "made.backup")
    code, out, _ = await vigil.run("backup", "made.backup", "--force")
    assert (code, "recipients 1" in out) == (0, True)
    (vigil.folder / "vigil.key").unlink()
    code, _, err = await vigil.run("backup", "keyless.backup")
    assert (code, "is missing" in err) == (0, True), "a lost key is no reason to lose the archive as well"
    (vigil.folder / "vigil.key").write_text("A" * 43 + "=\n", encoding="ascii")
    code, _, err = await vigil.run("restore", "made.backup", "--replace")
    assert (code, "this is not the key of the backup" in err) == (2, True)
