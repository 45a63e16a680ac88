"""A backup brings back no draft, and no picture, that the desk has got rid of since."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from jobs.restore import restore
from storage.appeals import Draft
from storage.backup import reading
from storage.database import Database
from storage.records import Picture
from storage.words import AppealState
from tests.builders import NOON, a_reader, a_route

WORDS = Draft("Nine face return", "Write today.", "en")
SHOWN = Picture("0" * 64, "image/jpeg", 12, 8, 3)
ANNA = "a" * 64


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup is."""
    return tmp_path / "vigil.backup"


def brought_back(database: Database, file: Path) -> None:
    """The backup is restored an hour later."""
    with reading(file) as saved:
        restore(database, saved, NOON + timedelta(hours=1), ("telegram",), replace=True)


def test_what_was_dropped_or_taken_back_since_stays_so(database: Database, file: Path) -> None:
    """What is a draft still is there, with the words of the backup; one that went out waits for a look."""
    with database.write() as work:
        a_reader(work, a_route())
        numbers = [work.appeals.add(ANNA, WORDS, NOON).id for _ in range(4)]
    dropped, corrected, sent, stays = numbers
    database.back_up(file, NOON)
    with database.write() as work:
        work.appeals.drop(dropped)
        work.appeals.turn(corrected, AppealState.CORRECTED)
        work.appeals.turn(sent, AppealState.SENT)
    brought_back(database, file)
    with database.read() as work:
        assert work.appeals.states() == dict.fromkeys((sent, stays), AppealState.DRAFT)


def test_a_picture_that_was_taken_out_since_does_not_come_back(database: Database, file: Path) -> None:
    """It may have shown too much; its draft goes on without it, and another one keeps its own."""
    other = replace(SHOWN, digest="1" * 64)
    with database.write() as work:
        a_reader(work, a_route())
        first, second = (
            work.appeals.add(ANNA, replace(WORDS, picture=one), NOON).id for one in (SHOWN, other)
        )
        work.pictures.keep(first, SHOWN, b"jpg")
        work.pictures.keep(second, other, b"png")
    database.back_up(file, NOON)
    with database.write() as work:
        work.pictures.drop(first)
        work.appeals.rewrite(first, ANNA, WORDS, NOON)
    brought_back(database, file)
    with database.read() as work:
        assert (work.pictures.find(SHOWN.digest), work.pictures.find(other.digest)) == (None, b"png")
        found = [work.appeals.get(one) for one in (first, second)]
    assert [one.draft.picture for one in found if one and one.draft] == [None, other]


def test_a_new_machine_has_all_that_was_saved(database: Database, file: Path) -> None:
    """It cannot know what was dropped."""
    with database.write() as work:
        a_reader(work, a_route())
        made = work.appeals.add(ANNA, replace(WORDS, picture=SHOWN), NOON).id
        work.pictures.keep(made, SHOWN, b"jpg")
    database.back_up(file, NOON)
    new = Database(f"sqlite:///{file.parent / 'new.db'}", database.vault)
    new.prepare()
    brought_back(new, file)
    with new.read() as work:
        assert work.pictures.find(SHOWN.digest) == b"jpg"
    new.close()
