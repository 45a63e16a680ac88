"""The admin on Telegram hears of trouble once, and of its end once, whatever happens to the program."""

import signal
from datetime import timedelta

import pytest

from storage.database import now_utc
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, item, rss
from tests.flow.program import Program
from tests.flow.story import ADMIN, DINNER
from tests.flow.test_kills import ON_THE_WAY, UNKNOWABLE

PAGE = "<html><head><title>Maintenance</title></head><body><p>Back soon.</p></body></html>"
ILL, WELL = "does not answer with a feed", "· well again"
BEFORE = (
    "the answer has arrived",
    "a notice is written",
    "a notice is queued",
    "validators are written",
    "the poll is committed",
)
AFTER = ("a delivery is claimed", *ON_THE_WAY, "the outcome is committed")


def falls_ill(site: Site) -> None:
    """In place of the feed there is a page."""
    site.publish("/feed", PAGE, "text/html")


def recovers(site: Site) -> None:
    """The feed is back."""
    site.publish("/feed", rss(item(*DINNER, now_utc() - timedelta(hours=1), "dinner")))


def told(telegram: TelegramEmulator, words: str) -> int:
    """How many messages to the admin hold these words."""
    return sum(words in text for text in telegram.texts(ADMIN))


async def test_trouble_and_its_end_are_told_once_over_restarts(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Ill: a notice. Started anew, still ill: none. Well: one more. And nothing to anybody else."""
    telegram.private(ADMIN)
    falls_ill(site)
    vigil.later(timedelta())
    await vigil.serve()
    await vigil.until_notices("queued")
    assert telegram.texts(ADMIN) == [], "it waits a minute for others"
    vigil.later(timedelta(minutes=1))
    await telegram.until(ADMIN, contains=ILL, patience=60)
    await vigil.until_notices("sent")
    await vigil.stop()
    for _ in range(2):
        vigil.later(timedelta(minutes=9))
        code, out, err = await vigil.run("poll")
        assert (code, ILL in out) == (0, True), err
    recovers(site)
    vigil.later(timedelta(minutes=9))
    await vigil.run("poll")
    vigil.later(timedelta(minutes=2))
    await vigil.run("deliver")
    assert vigil.notices() == ["sent", "sent"]
    assert [ILL in text for text in telegram.texts(ADMIN)] == [True, True]
    assert [WELL in text for text in telegram.texts(ADMIN)] == [False, True]


@pytest.mark.parametrize("point", BEFORE)
async def test_a_notice_reaches_its_admin_whenever_the_program_is_killed(
    vigil: Program, site: Site, telegram: TelegramEmulator, point: str
) -> None:
    """Killed between state and notice, or beside them: the next start tells it, once."""
    telegram.private(ADMIN)
    falls_ill(site)
    await vigil.dies(point)
    vigil.later(timedelta(minutes=2))
    await vigil.serve()
    await vigil.until_notices("queued" if point != BEFORE[-1] else "sent")
    vigil.later(timedelta(minutes=2))
    await vigil.until_notices("sent")
    assert await vigil.stop() == 0
    assert told(telegram, ILL) == 1


@pytest.mark.parametrize("point", AFTER)
async def test_a_notice_is_sent_again_only_where_nobody_can_know_whenever_the_program_is_killed(
    vigil: Program, site: Site, telegram: TelegramEmulator, point: str
) -> None:
    """For an admin too a miss is worse than a double: a watch that is blind must not stay unknown."""
    telegram.private(ADMIN)
    falls_ill(site)
    await vigil.run("poll")
    vigil.later(timedelta(minutes=2))
    await vigil.dies(point)
    vigil.later(timedelta(minutes=1))
    await vigil.serve()
    await vigil.until_notices("sent")
    assert await vigil.stop() == 0
    assert told(telegram, ILL) == (2 if point in UNKNOWABLE else 1)


async def test_after_an_outage_the_admin_hears_from_when_to_when_and_what_was_missed(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Down for thirty hours: one word when all have been asked again; a quick restart is no outage."""
    telegram.private(ADMIN)
    vigil.later(timedelta())
    await vigil.run("poll")
    await vigil.serve()
    await vigil.stop()
    vigil.later(timedelta(minutes=5))
    await vigil.serve()
    await vigil.stop(signal.SIGKILL)
    down = vigil.now()
    vigil.later(timedelta(hours=30))
    site.publish(
        "/feed",
        rss(
            item(*DINNER, now_utc() - timedelta(hours=1), "dinner"),
            item("Statement", "A word on the treaty. " * 30, vigil.now() - timedelta(hours=20), "word"),
        ),
    )
    await vigil.serve()
    await vigil.until_notices("queued")
    vigil.later(timedelta(minutes=2))
    await telegram.until(ADMIN, contains="was not at work", patience=60)
    await vigil.stop()
    (text,) = telegram.texts(ADMIN)
    assert f"From: {down.day} " in text
    assert f"{down:%H:%M} UTC" in text
    assert "Sources asked since: 1, of which 0 in trouble" in text
    assert "Statements caught up: 1" in text


async def test_an_admin_who_never_met_the_bot_is_told_about_to_the_operator(
    vigil: Program, site: Site
) -> None:
    """Telegram lets no bot write first: the notice fails in the log, and `vigil check` says what to do."""
    falls_ill(site)
    await vigil.run("poll")
    vigil.later(timedelta(minutes=2))
    await vigil.run("deliver")
    assert vigil.notices() == ["failed"]
    code, out, _ = await vigil.run("check")
    assert (code, "cannot write to 77" in out, "send /start to the bot, once" in out) == (1, True, True)
