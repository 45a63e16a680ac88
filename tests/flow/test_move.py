"""From SQLite to PostgreSQL with the real program: refused, killed, gone on with, and served."""

import json
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage.database import Database
from storage.migrate import downgrade, upgrade
from storage.queries import Query
from storage.vault import Vault, read_or_make_key
from tests.builders import a_statement, kept
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site
from tests.flow.program import Program
from tests.flow.story import PERSON, rung, urgent_call
from tests.postgres import PostgresServer

POINTS = (
    "the old database is closed",
    "rows are on the way",
    "rows have moved",
    "an index is made anew",
    "the new database is open",
)


@pytest.fixture
def address(postgres: PostgresServer) -> Iterator[str]:
    """An empty database on a real server."""
    postgres.make("federation", like="template1")
    yield postgres.url("federation")
    postgres.drop("federation")


@pytest.fixture
async def vigil(tmp_path: Path, site: Site, telegram: TelegramEmulator) -> AsyncIterator[Program]:
    """A volunteer's installation, with somebody who subscribed."""
    sources = {"northlight": f"{site.url}/feed"}
    program = Program(tmp_path, sources, api_url=telegram.api_url, token=telegram.token)
    program.subscribed(PERSON)
    yield program
    if program.service:
        await program.stop(signal.SIGKILL)


async def test_killed_wherever_it_is_a_move_ends_and_the_service_goes_on_where_it_was(
    vigil: Program, site: Site, telegram: TelegramEmulator, address: str
) -> None:
    """The person is not told a second time what they know, and hears what comes next."""
    telegram.private(PERSON)
    urgent_call(site)
    await vigil.serve()
    await telegram.until(PERSON, contains="URGENT", patience=60)
    await vigil.until("sent")
    words = ("migrate", "--from", vigil.url, "--to", address)
    code, _, err = await vigil.run(*words)
    assert (code, "stop the service and all timers, then move" in err) == (1, True), err
    await vigil.stop()
    for point in POINTS:
        assert await vigil.run_until_killed(point, *words) == -signal.SIGKILL, point
        if point != POINTS[-1]:
            code, _, err = await vigil.run("poll")
            assert (code, "is being moved to postgresql://" in err) == (1, True), err
    code, out, err = await vigil.run(*words)
    assert (code, err, "All of it had arrived before" in out) == (0, "", True), out
    code, _, err = await vigil.run("run")
    assert (code, "give that address as `database`" in err) == (2, True)
    _configure(vigil, address)
    await vigil.serve()
    await vigil.until("sent")
    assert rung(telegram) == 1
    await telegram.says(PERSON, "/status")
    await telegram.until(PERSON, contains="1 source", patience=60)


async def test_a_move_says_what_it_does_and_what_is_to_be_done(
    vigil: Program, site: Site, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows by table, that they were compared, the next step; the password comes from elsewhere."""
    del site
    await vigil.run("poll")
    monkeypatch.setenv("VIGIL_NEW", address)
    code, out, err = await vigil.run("migrate", "--to", "env:VIGIL_NEW")
    assert (code, err) == (0, "")
    lines = [line.split() for line in out.splitlines()]
    assert ["copied", "sources", "1"] in lines
    assert ["compared", "recipients", "1"] in lines
    assert "each compared by count and hash" in out
    assert "write the address of postgresql://postgres@/federation as `database` in config.toml" in out
    code, out, _ = await vigil.run("check")
    assert "was moved to postgresql://postgres@/federation" in out
    assert (await vigil.run("migrate", "--stay"))[1].endswith("taken up again\n")
    assert (await vigil.run("poll"))[0] == 0


async def test_killed_wherever_it_is_an_archive_of_before_is_taken_over(vigil: Program, address: str) -> None:
    """Whatever has been done of it, what was said is found; the command says what it did."""
    database = Database(address, Vault.from_secret(read_or_make_key(vigil.folder / "vigil.key")))
    database.prepare()
    text = "Nine people were sent back over the river at night. " * 20
    with database.write() as work:
        kept(work, a_statement(title="Nine", text=text))
    with database.engine.connect().execution_options(vigil_write=True) as connection:
        downgrade(connection, "0050")  # an archive that holds something stays as it is
        upgrade(connection)
    database.close()
    _configure(vigil, address)
    code, out, _ = await vigil.run("migrate")
    assert (code, "`vigil migrate --compact` takes it over" in out) == (0, True), out
    for point in ("the numbers have a table", "the wide indexes are about to go", "an old text is packed"):
        assert await vigil.run_until_killed(point, "migrate", "--compact") == -signal.SIGKILL, point
        with vigil.database() as opened, opened.read() as work:
            hits = work.statements.search(Query(words=("river",)), 5).hits
            assert [(hit.statement.title, hit.statement.text) for hit in hits] == [("Nine", text)], point
    code, out, err = await vigil.run("migrate", "--compact")
    assert (code, err, "1 texts packed" in out) == (0, "", True), out


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--from", "sqlite:///vigil.db"), "say where to: add --to"),
        (("--compact", "--stay"), "--to, --stay and --compact: one at a time"),
        (("--to", "postgresql://vigil:ge@heim@h/x"), "--to: address: cannot be read: write it as"),
        (("--to", "env:NOWHERE"), "NOWHERE is not in the environment"),
        (("--to", "sqlite:///other.db"), "--to: address: cannot be read"),
        (("--from", "sqlite:///none.db", "--to", "postgresql:///x"), "none.db: there is no such database"),
        (("--to", "postgresql:///x?host=/nowhere"), "mend that and run the same command again"),
    ],
)
async def test_what_cannot_be_moved_is_told(vigil: Program, words: tuple[str, ...], told: str) -> None:
    """With the remedy, and without a trace of a fault of ours; the service can go on."""
    code, _, err = await vigil.run("migrate", *words)
    assert code in (1, 2)
    assert told in err
    assert "Traceback" not in err
    assert "geheim" not in err
    with vigil.database():  # it opens
        pass


def _configure(vigil: Program, address: str) -> None:
    """What the operator does at last: the new address in the place of the old one, the key as it was."""
    file = vigil.folder / "config.toml"
    old = next(line for line in file.read_text(encoding="utf-8").splitlines() if line.startswith("database"))
    text = file.read_text(encoding="utf-8").replace(old, f"database = {json.dumps(address)}")
    file.write_text(text, encoding="utf-8")
    vigil.url = address
    opened = Database(address, Vault.from_secret(read_or_make_key(vigil.folder / "vigil.key")))
    opened.prepare()
    opened.close()
