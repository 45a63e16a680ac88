"""What is recent enough to ring."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from jobs.limits import Limits
from storage.words import Digest
from tests.builders import NOON, an_entry

LIMITS = Limits(zone=ZoneInfo("Asia/Seoul"))


@pytest.mark.parametrize(
    ("given", "first_poll", "rings"),
    [
        ({"published": NOON}, True, True),
        ({"published": NOON - timedelta(days=2, hours=23)}, True, True),
        ({"published": NOON - timedelta(days=3, minutes=1)}, True, False),
        ({"published": NOON + timedelta(minutes=59)}, True, True),
        ({"published": NOON + timedelta(hours=2)}, True, False),
        ({"published": NOON + timedelta(hours=12), "date_only": True}, True, True),
        ({"published": NOON + timedelta(days=1), "date_only": True}, True, False),
        ({"published": None}, True, False),
        ({"published": None}, False, True),
    ],
)
def test_the_age_window(given: dict[str, object], first_poll: bool, rings: bool) -> None:
    """Old, future and (at first) undated entries are silent; clocks and zones are allowed for."""
    assert LIMITS.fresh(an_entry(**given), NOON, first_poll=first_poll) is rings


def test_digests_come_at_eight_in_the_operators_morning() -> None:
    """Noon in UTC is evening in Seoul: the next digest is tomorrow at eight there."""
    assert LIMITS.digest_time(Digest.DAILY, NOON) == datetime(2026, 3, 10, 23, tzinfo=UTC)
    early = datetime(2026, 3, 10, 22, 59, tzinfo=UTC)
    assert LIMITS.digest_time(Digest.DAILY, early) == datetime(2026, 3, 10, 23, tzinfo=UTC)
    weekly = LIMITS.digest_time(Digest.WEEKLY, NOON).astimezone(ZoneInfo("Asia/Seoul"))
    assert (weekly.weekday(), weekly.hour) == (0, 8)
