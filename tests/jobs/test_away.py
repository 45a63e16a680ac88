"""An outage of one account is told by the platform as people write it, and the account as it is."""

from datetime import timedelta

import pytest

from jobs.away import Away
from jobs.notices import Admins
from storage.database import Database
from tests.builders import NOON

ADMINS = Admins((("telegram", "1001"),))


@pytest.mark.parametrize(
    ("account", "said"),
    [
        ("telegram", "Telegram"),
        ("telegram 12345", "Telegram 12345"),
        ("matrix @vigil/two:example.org", "Matrix @vigil/two:example.org"),
    ],
)
def test_the_account_is_named_as_it_is(database: Database, account: str, said: str) -> None:
    """No letter of it is made a capital."""
    away = Away(account)
    with database.write() as work:
        away.note(work, NOON, NOON, ADMINS)
        away.note(work, None, NOON + timedelta(hours=1), ADMINS)
        ((event,),) = (notice.events for notice in work.notices.latest(10))
    assert event.title == said
