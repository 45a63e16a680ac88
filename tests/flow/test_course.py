"""The life of an alert in a chat: rung, rewritten by its source, called off; from poll to screen."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from bot.desk import Desk
from bot.speaking import AT_ONCE, always, delivering
from bot.transports.telegram import TelegramTransport
from bot.voices import apology
from storage.database import Database
from storage.tables.log import deliveries
from storage.words import DeliveryState
from tests.builders import NOON, a_reader, a_route
from tests.emulators.telegram import Message, TelegramEmulator, dropped, flood
from tests.feeds import item, rss
from tests.jobs.watching import CALL, Watch, a_watch

PERSON, OTHER, STRANGER = 42, 43, 44
MORE = (CALL[0].replace("Nine", "Twelve"), CALL[1].replace("Nine", "Twelve"))
NINE_FREED = (
    "Stop action: nine North Korean refugees released",
    "The nine North Korean refugees held in Shenyang, China, have been released. No further action.",
)
FREED = (
    "Stop action: twelve North Korean refugees released",
    "The twelve North Korean refugees held in Shenyang, China, have been released. No further action.",
)


@dataclass
class Town:
    """A publisher, the watch over it, and Telegram with one subscriber."""

    watch: Watch
    telegram: TelegramEmulator
    bot: TelegramTransport

    async def publishes(self, *items: tuple[str, str]) -> None:
        """The feed shows these, is asked, and what follows is sent."""
        shown = [item(*words, self.watch.now, f"{number}") for number, words in enumerate(items)]
        self.watch.publish("/feed", rss(*shown))
        await self.watch.polls()
        await self.sends()
        self.watch.later(hours=1)

    async def sends(self) -> None:
        """Everything that is due is sent, by a sender that starts anew."""
        async with delivering(self.watch.database, always(self.bot, AT_ONCE)) as deliverer:
            await deliverer.drain()

    def reads(self, person: int = PERSON) -> list[Message]:
        """What stands in a chat."""
        return self.telegram.said(person)


@pytest.fixture
async def town(database: Database) -> AsyncIterator[Town]:
    """On each kind of database."""
    async with _a_town(database) as made:
        yield made


@asynccontextmanager
async def _a_town(database: Database) -> AsyncIterator[Town]:
    async with a_watch(database) as watch, TelegramEmulator() as telegram:
        telegram.private(PERSON)
        telegram.private(OTHER)
        telegram.private(STRANGER)
        with database.write() as work:
            a_reader(work, a_route(), address=str(PERSON))
        watch.over_feed()
        desk = Desk(database)

        async def gone(_address: str, _request: str) -> None:
            """Nobody leaves here."""

        bot = TelegramTransport(
            telegram.token, api_url=telegram.api_url, answer=desk.answer, apology=apology, gone=gone
        )
        await bot.start()
        try:
            yield Town(watch, telegram, bot)
        finally:
            await bot.stop()


async def test_one_alert_from_its_first_word_to_its_last(town: Town) -> None:
    """It rings; its source corrects the number, in silence and in place; its end is heard, and seen above."""
    await town.publishes(CALL)
    (call,) = town.reads()
    assert (call.text[:6], call.silent, call.reply_to) == ("URGENT", False, None)

    await town.publishes(MORE)
    call, change = town.reads()
    assert (change.silent, change.reply_to) == (True, call.id)
    assert "The source has changed its call." in change.text
    assert "At risk: 12 people (before: 9)" in change.text
    assert call.text.startswith("URGENT")
    assert "Changed by its source" in call.text
    assert "12 people" in call.text

    await town.publishes(MORE, FREED)
    call, change, end = town.reads()
    assert (end.silent, end.reply_to) == (False, call.id)
    assert end.text.startswith("OVER")
    for told in (call, change):
        assert told.text.startswith("OVER")
        assert "Nothing is asked of you any more" in told.text
        assert "where they would be tortured" in told.text, "what was said stays readable"
        assert "<s>" in told.source
        assert "Latest" in told.buttons


async def test_the_end_reaches_whom_the_call_reached_and_nobody_else(town: Town) -> None:
    """Who took back the wish since hears it; who came after the call is not told that it is over."""
    await town.publishes(CALL)
    with town.watch.database.write() as work:
        known = work.recipients.find("telegram", str(PERSON))
        assert known is not None
        work.routes.clear(known.id)
        a_reader(work, a_route(), address=str(OTHER))
    await town.publishes(CALL, NINE_FREED)
    assert [message.text.partition(" ")[0] for message in town.reads()] == ["OVER", "OVER"]
    assert town.reads(OTHER) == []


async def test_of_a_call_that_may_not_have_arrived_the_end_is_told(town: Town) -> None:
    """No answer came, and the message stands there all the same: there is no reference to change it by."""
    town.telegram.fail("sendMessage", dropped(accepted=True))
    await town.publishes(CALL)
    with town.watch.database.write() as work:
        (uncertain,) = (one for one in work.deliveries.of_alert(1) if one.begun)
        work.attempts.settle(uncertain.id, DeliveryState.UNCERTAIN)
    await town.publishes(NINE_FREED)
    *_, end = town.reads()
    assert end.text.startswith("OVER")
    assert end.reply_to is None


async def test_a_change_in_place_waits_out_a_flood(town: Town) -> None:
    """The end is told at once; the first message is changed when Telegram lets us, by whichever program."""
    await town.publishes(CALL)
    town.telegram.fail("editMessageText", flood(1))
    await town.publishes(CALL, NINE_FREED)
    call, end = town.reads()
    assert (call.text[:6], end.text[:4]) == ("URGENT", "OVER")
    with town.watch.database.write() as work:
        work.connection.execute(
            sa.update(deliveries).where(deliveries.c.amend_at > NOON).values(amend_at=NOON)
        )
        work.moments.put("telegram waits", NOON)
    await town.sends()
    assert town.reads()[0].text.startswith("OVER")


async def test_what_its_reader_has_deleted_stays_deleted(town: Town) -> None:
    """The end is told all the same, and nothing is tried again."""
    await town.publishes(CALL)
    town.reads()[0].deleted_at = town.telegram.clock.now()
    await town.publishes(CALL, NINE_FREED)
    assert [message.text[:4] for message in town.reads()] == ["OVER"]
    with town.watch.database.read() as work:
        assert work.told.next_due("telegram") is None


async def test_a_muted_case_sends_nothing_but_its_end(town: Town) -> None:
    """Muted with the button under the alert: the change is not told, only shown in place; the end is."""
    await town.publishes(CALL)
    await town.telegram.presses(PERSON, "Mute")
    await town.telegram.until(PERSON, contains="is muted here")
    await town.publishes(MORE)
    call, muted = town.reads()
    assert "12 people" in call.text
    await town.publishes(MORE, FREED)
    call, muted, end = town.reads()
    assert (call.text[:4], muted.text[:4], end.text[:4]) == ("OVER", "Case", "OVER")


async def test_a_case_is_followed_by_who_asked_for_nothing_else(town: Town) -> None:
    """No route, no alert before: news of the case come all the same, and why is told at a tap."""
    await town.publishes(CALL)
    await town.telegram.says(OTHER, "/follow 1")
    await town.telegram.until(OTHER, contains="You follow case 1")
    await town.publishes(MORE)
    _, change = town.reads(OTHER)
    assert "URGENT UPDATE" in change.text
    assert not change.silent, "it is the first that this chat hears of the case"
    await town.telegram.presses(OTHER, "Why did I get this?")
    await town.telegram.until(OTHER, contains="You follow its case.")


async def test_a_discreet_chat_reads_nothing_but_that_there_is_news(town: Town) -> None:
    """The call, its change and its end, loud or silent: the same words, until the button is pressed."""
    await town.telegram.says(PERSON, "/settings discreet:on")
    await town.telegram.until(PERSON, contains="only say")
    await town.publishes(CALL)
    await town.publishes(MORE)
    await town.publishes(MORE, FREED)
    _, *pings = town.reads()
    assert [(one.text, one.buttons, one.reply_to) for one in pings] == [
        ("There is news.", ["Show"], None)
    ] * 3
    assert [one.silent for one in pings] == [False, True, False]
    await town.telegram.presses(PERSON, "Show")
    await town.telegram.until(PERSON, contains="OVER")
    assert "OVER" in town.reads()[-1].text
    assert len(town.reads()) == 4, "what is shown takes the place of the few words"


async def test_what_a_discreet_chat_was_shown_is_changed_with_what_it_says(town: Town) -> None:
    """Back to the few words: nobody reads there that somebody is at risk who is free since."""
    await town.telegram.says(PERSON, "/settings discreet:on")
    await town.telegram.until(PERSON, contains="only say")
    await town.publishes(CALL)
    await town.telegram.presses(PERSON, "Show")
    await town.telegram.until(PERSON, contains="9 people at risk")
    await town.publishes(CALL, NINE_FREED)
    assert [one.text for one in town.reads()[1:]] == ["There is news."] * 2
    assert town.reads()[1].buttons == ["Show"]
    await town.telegram.presses(PERSON, "Show")
    await town.telegram.until(PERSON, contains="OVER")


async def test_a_chat_that_becomes_discreet_shows_no_call_when_it_is_called_off(town: Town) -> None:
    """What stood there in full says no more than the rest, once it is changed at all."""
    await town.publishes(CALL)
    await town.telegram.says(PERSON, "/settings discreet:on")
    await town.telegram.until(PERSON, contains="only say")
    await town.publishes(CALL, NINE_FREED)
    call, _, end = town.reads()
    assert (call.text, end.text) == ("There is news.", "There is news.")


async def test_a_night_is_kept_quiet_and_its_news_are_one_digest(town: Town) -> None:
    """Not even what is Extreme: then the call, rewritten meanwhile, is one line in the morning."""
    await town.telegram.says(PERSON, "/quiet 11:00-15:00 UTC")
    await town.telegram.until(PERSON, contains="Quiet from 11:00 to 15:00")
    await town.telegram.presses(PERSON, "Silence those too")
    await town.telegram.until(PERSON, contains="Nothing breaks them")
    for shown in (CALL, MORE):
        town.watch.publish("/feed", rss(item(*shown, town.watch.now, "0")))
        await town.watch.polls()
        town.watch.later(hours=1)
    await town.sends()
    *_, digest = town.reads()
    assert digest.text.startswith("1 urgent call that did not ring · North Korea and China\n")
    assert "URGENT · #1 Twelve North Korean refugees" in digest.text
    assert digest.silent
    assert sum("did not ring" in one.text for one in town.reads()) == 1


async def test_what_a_digest_told_is_called_off_where_it_stands_and_to_who_read_it(town: Town) -> None:
    """One read of it in the morning's digest, one was rung, one never heard: the digest's line is struck."""
    await town.telegram.says(PERSON, "/quiet 11:00-15:00 UTC")
    await town.telegram.until(PERSON, contains="Quiet from 11:00 to 15:00")
    await town.telegram.says(PERSON, "/quiet extreme:off")
    await town.telegram.until(PERSON, contains="Nothing breaks them")
    with town.watch.database.write() as work:
        a_reader(work, a_route(), address=str(OTHER))
        a_reader(work, a_route("CU"), address=str(STRANGER))
    for _ in range(2):
        await town.publishes(CALL)
    *_, digest = town.reads()
    assert "URGENT · #1 Nine North Korean refugees" in digest.text

    await town.publishes(CALL, NINE_FREED)
    *_, digest, end = town.reads()
    assert digest.text.startswith("Digest: 1 statement on 1 case")
    assert "OVER · Nine North Korean refugees" in digest.text
    assert "URGENT" not in digest.text
    assert "<s>" in digest.source
    assert (end.text[:4], end.silent, end.reply_to) == ("OVER", True, digest.id)
    assert [one.text.partition(" · ")[0] for one in town.reads(OTHER)] == ["OVER", "OVER"]
    assert town.reads(STRANGER) == []


async def test_what_a_digest_told_is_rewritten_where_it_stands(town: Town) -> None:
    """Its source corrects the number: who read the digest hears it, and reads it there."""
    await town.telegram.says(PERSON, "/quiet 11:00-15:00 UTC")
    await town.telegram.until(PERSON, contains="Quiet from 11:00 to 15:00")
    await town.telegram.says(PERSON, "/quiet extreme:off")
    await town.telegram.until(PERSON, contains="Nothing breaks them")
    for _ in range(4):
        await town.publishes(CALL)
    await town.publishes(MORE)
    *_, digest, change = town.reads()
    assert "URGENT · #1 Twelve North Korean refugees" in digest.text
    assert "changed by its source since" in digest.text
    assert "The source has changed its call." in change.text


async def test_what_is_extreme_and_immediate_rings_through_a_quiet_night(town: Town) -> None:
    """Unless they said otherwise: somebody's life, now."""
    await town.telegram.says(PERSON, "/quiet 11:00-15:00 UTC")
    await town.telegram.until(PERSON, contains="Quiet from 11:00 to 15:00")
    await town.publishes(CALL)
    assert town.reads()[-1].text.startswith("URGENT")
