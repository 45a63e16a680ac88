"""What was carried out is remembered for as long as it may come again, and says nothing about anybody."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier, Event

import sqlalchemy as sa

from storage.database import Database
from storage.tables.program import requests
from tests.backends import Backend
from tests.builders import NOON

EVENT = "$an-event-of-somebody:server.example"


def test_a_request_is_carried_out_once(database: Database) -> None:
    """Noted with the first transaction, known in every later one, and another account's is another one."""
    with database.write() as work:
        assert not work.requests.known("telegram", "1:1001")
        assert work.requests.begin("telegram", "1:1001", NOON)
    with database.write() as work:
        assert work.requests.known("telegram", "1:1001")
        assert not work.requests.begin("telegram", "1:1001", NOON)
        assert work.requests.begin("telegram", "2:1001", NOON)
        assert work.requests.begin("matrix", "1:1001", NOON)


def test_of_two_at_the_same_moment_one_carries_it_out(database: Database) -> None:
    """A platform that repeats itself before the first answer finds the second one waiting for the first."""
    begun, both = Event(), Barrier(2)

    def first() -> bool:
        with database.write() as work:
            mine = work.requests.begin("telegram", "1:1001", NOON)
            begun.set()
            both.wait(5)
            time.sleep(0.2)  # the other one is at it by now
            return mine

    def second() -> bool:
        assert begun.wait(5)
        both.wait(5)
        with database.write() as work:
            return work.requests.begin("telegram", "1:1001", NOON)

    with ThreadPoolExecutor(2) as pool:
        assert [one.result(20) for one in (pool.submit(first), pool.submit(second))] == [True, False]


def test_what_cannot_come_again_is_dropped(database: Database) -> None:
    """Kept past the 24 hours in which Telegram repeats itself, and not for ever."""
    with database.write() as work:
        work.requests.begin("telegram", "old", NOON)
        work.requests.begin("telegram", "new", NOON + timedelta(hours=47))
        assert work.requests.known("telegram", "old")
        work.requests.begin("telegram", "newer", NOON + timedelta(days=3))
        assert not work.requests.known("telegram", "old")
        assert work.requests.known("telegram", "new")


def test_no_file_of_the_database_holds_an_id(database: Database, backend: Backend) -> None:
    """An event's id may lead to a person, a time tells when somebody was online: the day alone is kept."""
    with database.write() as work:
        work.requests.begin("matrix", EVENT, NOON)
    for file in backend.files():
        assert EVENT.encode() not in file.read_bytes(), file.name
    with database.read() as work:
        (row,) = work.connection.execute(sa.select(requests)).mappings()
    assert dict(row) == {"trace": database.vault.trace("request", "matrix", EVENT), "day": NOON.date()}
