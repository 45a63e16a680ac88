"""Hours and days pass: the program's clock is moved while it runs or while it is down."""

from datetime import timedelta

from storage.people import Route
from storage.words import Digest, Kind
from tests.emulators.telegram import TelegramEmulator
from tests.feeds import Site, item, rss
from tests.flow.program import Program
from tests.flow.story import DINNER, PERSON, TITLE, rung, urgent_call


async def test_after_two_hours_without_telegram_the_alert_arrives(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """The tries space out, the program is restarted meanwhile, and the first good moment is used."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    await telegram.goes_down()
    urgent_call(site)
    await vigil.serve()
    await vigil.until("queued")
    vigil.later(timedelta(hours=2))
    await vigil.stop()
    await telegram.comes_back()
    await vigil.serve()
    await telegram.until(PERSON, contains=TITLE, patience=60)
    await vigil.until("sent")
    assert rung(telegram) == 1


async def test_an_alert_that_could_not_be_sent_in_time_is_dropped_and_the_log_says_so(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Ten days later nobody is woken by what is long over."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    await telegram.goes_down()
    urgent_call(site)
    await vigil.serve()
    await vigil.until("queued")
    await vigil.stop()
    vigil.later(timedelta(days=10))
    await telegram.comes_back()
    await vigil.serve()
    await vigil.until("cancelled")
    assert rung(telegram) == 0


async def test_a_digest_comes_in_the_morning_as_one_message(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Two ordinary posts of one day wait without a sound, and are told together."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON, Route(kinds=tuple(Kind), digest=Digest.DAILY))
    at = vigil.now() - timedelta(minutes=5)
    other = ("Film evening in the library", "A film and a talk. " * 30)
    site.publish("/feed", rss(item(*DINNER, at, "dinner"), item(*other, at, "film")))
    vigil.later(timedelta())
    await vigil.serve()
    await vigil.until("queued", "queued")
    assert telegram.texts(PERSON) == []
    vigil.later(timedelta(days=1))
    await vigil.until("sent", "sent")
    (digest,) = telegram.texts(PERSON)
    assert DINNER[0] in digest
    assert other[0] in digest


async def test_a_source_that_asked_for_a_pause_gets_it_over_a_restart(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """Retry-After of an hour: not asked after half of it, though the program was started anew; then asked."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    site.feed().fails(503, retry_after=3600)
    await vigil.run("poll")
    urgent_call(site)
    vigil.later(timedelta(minutes=30))
    _, out, _ = await vigil.run("poll")
    assert (len(site.asked), "No source is due" in out) == (1, True)
    vigil.later(timedelta(minutes=31))
    await vigil.serve()
    await telegram.until(PERSON, contains=TITLE, patience=60)


async def test_what_is_older_than_the_window_is_kept_and_rings_for_nobody(
    vigil: Program, site: Site, telegram: TelegramEmulator
) -> None:
    """After a fortnight's outage the archive is whole, and the old calls do not ring."""
    telegram.private(PERSON)
    vigil.subscribed(PERSON)
    await vigil.run("poll")
    urgent_call(site)
    vigil.later(timedelta(days=14))
    code, out, err = await vigil.run("poll")
    assert (code, "Nothing to alert" in out) == (0, True), err
    _, out, _ = await vigil.run("search", "Shenyang")
    assert TITLE in out
    assert vigil.states() == []
