"""One run of the whole program, with secrets that are found wherever they go: nothing it writes holds one."""

import base64
import os
import sqlite3
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import aiohttp
import pytest
from nio import AsyncClient

from storage.packing import unpack
from tests.backends import Backend
from tests.bot.transports.a_bot import texts
from tests.ciphering import a_human, confirms
from tests.emulators.telegram import TelegramEmulator, refusal
from tests.feeds import Site
from tests.flow.program import Program, free_port
from tests.flow.story import TITLE, urgent_call
from tests.flow.test_matrix import until
from tests.synapse import Person, Synapse

PERSON, ADMIN = 7_301_558_244, 6_920_417_733
NAME, USERNAME, SAID = "Zdenka Quillfeather", "zq_lantern_81", "where is the quokka orchard"
KEYWORD, WITHOUT = "heron causeway", "plover sluice"
LOGIN, PASSWORD, MATRIX = "feedreader-osprey", "feed-tamarind-5512", "matrix-juniper-9937"
OF_PEOPLE = {
    "chat id": str(PERSON),
    "admin's chat id": str(ADMIN),
    "name": NAME,
    "user name": USERNAME,
    "message": SAID,
    "keyword": KEYWORD,
    "unwanted word": WITHOUT,
}
OF_FEED = {"login of a feed": LOGIN, "password of a feed": PASSWORD}
PLACED = "northlight"
WISHES = (f'/subscribe KP "{KEYWORD}" -"{WITHOUT}"', "/subscribe", "/quiet 22:00-07:00 Seoul", SAID)
COMMANDS = (
    ("check",),
    ("backup", "made.backup"),
    ("export", "made.jsonl"),
    ("export", "made.csv"),
    ("export", "made.opml"),
    ("source", "list"),
)


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation on Matrix. `rooms`: the encrypted one, the plain one, the admin's."""

    vigil: Program
    account: Person
    person: Person
    admin: Person
    human: AsyncClient
    rooms: tuple[str, str, str]

    async def says(self, line: str) -> None:
        """The person writes it in both rooms."""
        content = {"msgtype": "m.text", "body": line}
        ciphered, plain, _ = self.rooms
        await self.human.room_send(ciphered, "m.room.message", content, ignore_unverified_devices=True)
        self.person.says(plain, line)

    def reads(self) -> str:
        """All that stands in the plain room, and what the admin reads."""
        _, plain, desk = self.rooms
        both = (*texts(self.person, plain, self.account.user), *texts(self.admin, desk, self.account.user))
        return "\n".join(both)


_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"


def forms(secret: str) -> Iterator[bytes]:
    """A secret in the ways in which a program might write it down."""
    raw = secret.encode()
    yield from (raw, quote(secret).encode(), raw.hex().encode(), secret.encode("utf-16-le"))
    for shift in range(3):  # base64, wherever in what was encoded it stood
        yield base64.b64encode(b"\0" * shift + raw)[shift + 1 : -4]
    if secret.isdecimal():  # as SQLite keeps whole numbers of this size
        yield int(secret).to_bytes(6, "big")


def holds(written: dict[str, bytes], secrets: dict[str, str]) -> list[str]:
    """Which secret stands where, in any of its forms."""
    return [
        f"{secret} in {place}"
        for place, content in written.items()
        for secret, value in secrets.items()
        if any(form in content for form in forms(value))
    ]


async def say(telegram: TelegramEmulator, *texts: str) -> None:
    """The person writes, and the bot has dealt with each."""
    for text in texts:
        await telegram.says(PERSON, text)
    await telegram.until_handled(60)


async def served(port: int) -> dict[str, bytes]:
    """What monitoring is told."""
    found = {}
    async with aiohttp.ClientSession() as session:
        for path in ("metrics", "healthz"):
            async with session.get(f"http://127.0.0.1:{port}/{path}") as answer:
                found[path] = await answer.read()
    return found


def files(folder: Path) -> dict[str, bytes]:
    """All that the program has made there, its key aside: its own log, too, and the database as it runs."""
    given = {"config.toml", "vigil.key"}
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in given
    }


def rows(file: Path) -> bytes:
    """Every cell of a database or a backup, with what is packed unpacked."""
    found = []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as opened:
        tables = opened.execute(_TABLES).fetchall()
        for (table,) in tables:
            for row in opened.execute(f'SELECT * FROM "{table}"'):  # noqa: S608 - names of our own
                found += [_cell(value) for value in row]
    return b"\n".join(found)


def _cell(value: object) -> bytes:
    if not isinstance(value, bytes):
        return str(value).encode()
    try:
        return unpack(value).encode()
    except (zlib.error, KeyError, UnicodeDecodeError):
        return value


def processes(first: int) -> bytes:
    """What any user of the machine sees of the program in the list of processes, and of all that it began."""
    family, found = {first}, []
    for folder in sorted(Path("/proc").glob("[0-9]*"), key=lambda one: int(one.name)):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            if int(folder.name) in family or parent in family:
                family.add(int(folder.name))
                found.append((folder / "cmdline").read_bytes() + (folder / "comm").read_bytes())
        except OSError:
            continue
    return b"\n".join(found)


def installed(folder: Path, site: Site, telegram: TelegramEmulator, more: str, **given: str) -> Program:
    """All that a configuration can hold, and as much of a log as there can be."""
    more += f"""
[log]
level = "debug"
[matrix]
homeserver = "http://127.0.0.1:{free_port()}"
user = "@vigil:example.org"
password = "{MATRIX}"
"""
    feed = f"{site.url}/feed".replace("http://", f"http://{LOGIN}:{PASSWORD}@")
    account = {"api_url": telegram.api_url, "token": telegram.token} | given
    vigil = Program(folder, {PLACED: feed}, admins=(ADMIN,), more=more, **account)
    telegram.world.person(PERSON).update(first_name=NAME, username=USERNAME)
    telegram.private(ADMIN)
    vigil.afresh = True
    return vigil


async def a_life(vigil: Program, site: Site, telegram: TelegramEmulator, metrics: int) -> dict[str, bytes]:
    """From a subscription to a crash; all that was written, by where."""
    written: dict[str, bytes] = {}

    async def told(*words: str) -> None:
        code, out, err = await vigil.run(*words)
        assert code in {0, 1}, err
        written[" ".join(words)] = (out + err).encode()

    try:
        await vigil.serve()
        vigil.afresh = False
        await say(telegram, *WISHES)
        telegram.fail("sendMessage", refusal(400, f"Bad Request: chat {PERSON} is odd"), text=TITLE)
        urgent_call(site)
        await told("poll", "--source", PLACED, "--json")
        await vigil.until("sent")
        written |= await served(metrics)
        assert vigil.service is not None
        written["the list of processes"] = processes(vigil.service.pid)
        assert b"bot" in written["the list of processes"]
        for words in COMMANDS:
            await told(*words)
        with vigil.database() as database, database.write() as work:
            for table in ("statements", "deliveries"):
                work.connection.exec_driver_sql(f"ALTER TABLE {table} RENAME TO lost_{table}")
        await say(telegram, f"/search {KEYWORD}", f'/subscribe CN "{KEYWORD}"', "/forget yes")
        await told("poll", "--source", PLACED)
    finally:
        if vigil.service:
            written |= files(vigil.folder)
            await vigil.kill()
    written["rows of made.backup"] = rows(vigil.folder / "made.backup")
    return written


async def test_no_secret_is_in_anything_that_is_written(
    tmp_path: Path, site: Site, telegram: TelegramEmulator
) -> None:
    """From a subscription to a crash: logs, tracebacks, metrics, processes, database, backup, exports."""
    metrics = free_port()
    vigil = installed(tmp_path, site, telegram, f'[metrics]\nlisten = "127.0.0.1:{metrics}"')
    written = await a_life(vigil, site, telegram, metrics)
    written["rows of vigil.db"] = rows(tmp_path / "vigil.db")
    secrets = OF_PEOPLE | {"token": telegram.token, "key": key_of(vigil), "matrix password": MATRIX}
    assert holds(written, secrets) == []
    kept = {place for place in written if "vigil.db" in place or "made.backup" in place}
    said = {place: content for place, content in written.items() if place not in kept}
    assert holds(said, OF_FEED) == [], "only the database keeps the address of a source whole, to ask it"
    assert len(holds({"it": (tmp_path / "config.toml").read_bytes()}, OF_FEED | secrets)) == 5, "it is seen"
    for open_to_all in (TITLE, "vigil_sources", "no such table"):
        assert any(open_to_all.encode() in content for content in written.values()), open_to_all


def key_of(vigil: Program) -> str:
    """The key of its file."""
    return (vigil.folder / "vigil.key").read_text(encoding="ascii").strip()


@pytest.mark.parametrize("backend", ["postgresql"], indirect=True)
async def test_no_secret_is_in_anything_that_is_written_by_a_federation(
    tmp_path: Path, site: Site, telegram: TelegramEmulator, backend: Backend
) -> None:
    """As above with PostgreSQL, its files and its journal, where Telegram brings updates to a webhook."""
    metrics, web = free_port(), free_port()
    more = f'[metrics]\nlisten = "127.0.0.1:{metrics}"\n[web]\nlisten = "127.0.0.1:{web}"\n'
    more += f'public_url = "http://127.0.0.1:{web}"'
    vigil = installed(tmp_path, site, telegram, more, database=backend.url, mode="webhook")
    written = await a_life(vigil, site, telegram, metrics)
    secrets = OF_PEOPLE | {"token": telegram.token, "key": key_of(vigil), "matrix password": MATRIX}
    secrets["webhook's secret"] = telegram.webhook.secret
    assert all(len(secret) > 8 for secret in secrets.values()), "none is empty"
    of_database = {file.name: file.read_bytes() for file in backend.files()}
    assert holds(written | of_database, secrets) == []
    assert any(TITLE.encode() in content for content in of_database.values()), "it is read where it stands"


@asynccontextmanager
async def on_matrix(folder: Path, site: Site, server: Synapse, more: str) -> AsyncIterator[Talk]:
    """The program with a person in an encrypted and in a plain room, and an admin in one of their own."""
    number = os.getpid()
    account, person = server.register(f"vigil-{number}"), server.register(f"zdenka-quillfeather-{number}")
    admin = server.register(f"lantern-keeper-{number}")
    more += f'\n[log]\nlevel = "debug"\n[matrix]\nhomeserver = "{server.url}"\n'
    more += f'user = "{account.user}"\npassword = "{account.password}"'
    vigil = Program(folder, {PLACED: f"{site.url}/feed"}, more=more)
    config = folder / "config.toml"
    at_desk = f'telegram = []\nmatrix = ["{admin.user}"]'
    config.write_text(config.read_text().replace("telegram = []", at_desk))
    async with a_human(person, folder.with_name(f"{folder.name}-human")) as human:
        await until(lambda: human.olm.account.shared, vigil)
        await confirms(person, human)
        await vigil.serve()
        rooms = [person.room(account.user, encrypted=True), person.room(account.user, direct=False)]
        desk = admin.room(account.user)
        try:
            await until(lambda: rooms[0] in human.rooms and len(human.rooms[rooms[0]].users) == 2, vigil)
            await until(lambda: not human.rooms[rooms[0]].users[account.user].invited, vigil)
            yield Talk(vigil, account, person, admin, human, (rooms[0], rooms[1], desk))
        finally:
            if vigil.service:
                await vigil.kill()


async def test_no_secret_is_in_anything_that_is_written_on_matrix(
    tmp_path: Path, site: Site, synapse: Synapse
) -> None:
    """On a real homeserver, in an encrypted room and a plain one; the folder of the bot's keys as well.

    No person, room, device or event is named anywhere, nor what the homeserver gave the bot to log in by.
    """
    metrics = free_port()
    async with on_matrix(tmp_path, site, synapse, f'[metrics]\nlisten = "127.0.0.1:{metrics}"') as talk:
        vigil, (ciphered, plain, desk) = talk.vigil, talk.rooms
        for line in WISHES:
            await talk.says(line.replace("/", "!", 1))
        talk.admin.says(desk, "!stats")
        await until(lambda: "Quiet" in talk.reads() and "Recipients" in talk.reads(), vigil)
        urgent_call(site)
        code, out, err = await vigil.run("poll", "--source", PLACED, "--json")
        assert code == 0, err
        await vigil.until("sent", "sent")
        written = {"poll": (out + err).encode()} | await served(metrics)
        assert vigil.service is not None
        written["the list of processes"] = processes(vigil.service.pid)
        for words in COMMANDS:
            _, out, err = await vigil.run(*words)
            written[" ".join(words)] = (out + err).encode()
        with vigil.database() as database, database.write() as work:
            work.connection.exec_driver_sql("ALTER TABLE statement_index_terms RENAME TO lost_terms")
        await talk.says(f"!search {KEYWORD}")
        await until(lambda: vigil.log().count("a command failed") > 1, vigil)
        events = [one["event_id"] for room in (ciphered, plain) for one in talk.person.events(room)]
        written |= files(tmp_path)
        written["names of files"] = "\n".join(written).encode()
    written["rows of vigil.db"] = rows(tmp_path / "vigil.db")
    secrets = {"password": talk.account.password, "key": key_of(vigil), "keyword": KEYWORD}
    secrets |= {"unwanted word": WITHOUT, "message": SAID, "device": talk.human.device_id}
    secrets |= {one: one for one in (talk.person.user, ciphered, plain, desk, *events)}
    secrets |= {one: one.removeprefix("@").partition(":")[0] for one in (talk.person.user, talk.admin.user)}
    assert all(secrets.values())
    assert holds(written, secrets) == []
    assert [place for place, content in written.items() if b"syt_" in content] == [], "as each token begins"
    assert any("keys.db" in place for place in written), "what stands in the folder of its keys was looked at"
    assert TITLE.encode() in written["rows of vigil.db"]
