"""What would have rung, had a source been watched."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.installation import scratch_database
from jobs.hindsight import would_have_rung
from jobs.limits import Limits
from jobs.steps.understand import understand_all
from storage.database import Database
from storage.records import Alert, Entry
from storage.words import MsgType
from tests.builders import NOON, a_source, an_entry
from tests.jobs.watching import CALL, POST

YEARS = timedelta(days=4000)


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Database]:
    """An empty database."""
    made = scratch_database(tmp_path)
    yield made
    made.close()


def rung(scratch: Database, *entries: Entry, limits: Limits | None = None) -> list[Alert]:
    """What these would have rung."""
    source = a_source()
    read = understand_all(entries, source, NOON)
    return list(would_have_rung(scratch, source, read, limits or Limits(), NOON))


def a_call(uid: str, at: datetime | None, title: str = CALL[0], text: str = CALL[1]) -> Entry:
    """An urgent call of this time."""
    return an_entry(uid=uid, title=title, text=text, url=f"https://northlight.example/{uid}", published=at)


def test_an_old_call_would_have_rung_when_it_was_new(scratch: Database) -> None:
    """Ten years later it is history; the dinner never was news."""
    dinner = an_entry(uid="2", title=POST[0], text=POST[1])
    (alert,) = rung(scratch, dinner, a_call("1", NOON - YEARS))
    assert (alert.statement.title, alert.sent) == (CALL[0], NOON - YEARS)


def test_a_repetition_rings_nobody_twice(scratch: Database) -> None:
    """The items are taken in the order of their coming, each knowing what came before."""
    later = a_call("2", NOON - YEARS + timedelta(hours=3))
    assert [alert.sent for alert in rung(scratch, later, a_call("1", NOON - YEARS))] == [NOON - YEARS]


def test_a_call_that_is_called_off_would_have_rung_as_such(scratch: Database) -> None:
    """Who heard the call hears of its end."""
    text = "No further action is required: the nine North Korean refugees held in China were released."
    title = "Stop action: nine North Korean refugees released"
    stop = a_call("2", NOON - YEARS + timedelta(days=2), title, text)
    found = rung(scratch, a_call("1", NOON - YEARS), stop)
    assert [alert.msg_type for alert in found] == [MsgType.ALERT, MsgType.CANCEL]


@pytest.mark.parametrize(
    "moment", [datetime(1, 1, 1, tzinfo=UTC), NOON + YEARS, datetime(9999, 12, 31, tzinfo=UTC)]
)
def test_what_is_dated_impossibly_would_not_have_rung(scratch: Database, moment: datetime) -> None:
    """Nor does it end the look."""
    assert rung(scratch, a_call("1", moment)) == []


def test_what_has_no_date_is_taken_to_be_of_now(scratch: Database) -> None:
    """Had the page been watched, it would have been new some day."""
    assert [alert.sent for alert in rung(scratch, a_call("1", None))] == [NOON]
