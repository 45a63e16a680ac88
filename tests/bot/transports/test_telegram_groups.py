"""Groups, forums and channels: their admins decide, alerts stay where they belong, nothing stays behind."""

from collections.abc import AsyncIterator

import pytest

from bot.render.message import Message, Paragraph, Span
from bot.speaking import AT_ONCE, always, delivering
from jobs.outcome import Gone, Sent
from storage.database import Database, now_utc
from storage.reach import UNREACHABLE
from storage.words import DeliveryState, RecipientState
from tests.bot.transports.a_service import Service, a_service
from tests.bot.transports.test_telegram import Voice, a_bot, says
from tests.builders import NOON, a_statement, an_alert, queued
from tests.emulators.telegram import Standing, TelegramEmulator, topic_closed

FORUM, SMALL, CHANNEL = -1001234567890, -5, -1009876543210
TOPIC, OTHER_TOPIC = 7, 8
ADMIN, MEMBER = 1, 2


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """A forum with two topics, a small group and a public channel; all have the same admin."""
    async with TelegramEmulator() as made:
        made.group(FORUM, admins={ADMIN}, topics={TOPIC, OTHER_TOPIC})
        made.group(SMALL, admins={ADMIN})
        made.channel(CHANNEL, name="northlight", admins={ADMIN})
        made.chat(CHANNEL).title = "Northlight"
        yield made


@pytest.fixture
async def service(database: Database, telegram: TelegramEmulator) -> AsyncIterator[Service]:
    """On each kind of database."""
    async with a_service(database, telegram) as made:
        yield made


def at(chat: int, topic: int) -> str:
    """The address of a topic."""
    return f"{chat}/{topic}"


def calls(service: Service, address: str | int) -> int:
    """An urgent call waits for the chat; its alert's number."""
    known = service.recipient(address)
    assert known
    with service.database.write() as work:
        return queued(work, known, alert=an_alert(statement=a_statement(), sent=now_utc())).id


async def delivers(service: Service) -> None:
    """The sender does what it can."""
    async with delivering(service.database, always(service.bot, AT_ONCE)) as sender:
        await sender.drain()


def is_active(service: Service, address: str | int) -> bool:
    """Whether the chat is written to."""
    found = service.recipient(address)
    return found is not None and found.state is RecipientState.ACTIVE


def is_kept(service: Service, alert: int) -> bool:
    """Whether the alert is sent when its recipient can be reached again."""
    with service.database.read() as work:
        (delivery,) = work.deliveries.of_alert(alert)
    return delivery.state is not DeliveryState.SENT and delivery.detail.startswith(UNREACHABLE)


class TestTopics:
    """A forum's topics are chats of their own."""

    async def test_what_is_asked_for_in_a_topic_stays_there(self, service: Service) -> None:
        """The wish is the topic's, and what it brings goes to it."""
        telegram = service.telegram
        await telegram.says(FORUM, "/subscribe KP", person=ADMIN, topic=TOPIC)
        answer = await telegram.until(FORUM, contains="You are subscribed")
        assert answer.thread == TOPIC
        assert [route.countries for route in service.routes(at(FORUM, TOPIC))] == [("KP",)]
        assert service.routes(FORUM) == service.routes(at(FORUM, OTHER_TOPIC)) == []
        outcome = await service.bot.send(at(FORUM, TOPIC), says("URGENT"), "k")
        assert isinstance(outcome, Sent)
        assert (await telegram.until(FORUM, contains="URGENT")).thread == TOPIC

    @pytest.mark.parametrize("how", ["closed", "deleted"])
    @pytest.mark.parametrize(
        ("language", "word"), [("en", "closed or was deleted"), ("ko", "닫혔거나 삭제되어")]
    )
    async def test_a_lost_topic_falls_back_to_the_general_one_and_says_so(
        self, telegram: TelegramEmulator, how: str, language: str, word: str
    ) -> None:
        """In the chat's language; once the topic is open again, alerts are there again."""
        async with a_bot(telegram, Voice()) as bot:
            getattr(telegram, "closes_topic" if how == "closed" else "deletes_topic")(FORUM, TOPIC)
            message = Message((Paragraph((Span("URGENT"),)),), language=language)
            outcome = await bot.send(at(FORUM, TOPIC), message, "k", under="12")
            (seen,) = telegram.said(FORUM)
            assert outcome == Sent(str(seen.id))
            assert (seen.thread, seen.text.splitlines()[0]) == (None, "URGENT")
            assert word in seen.text
            assert isinstance(await bot.edit(at(FORUM, TOPIC), str(seen.id), says("OVER"), "e"), Sent)
            assert telegram.texts(FORUM) == ["OVER"]
            telegram.chat(FORUM).topics[TOPIC] = "open"
            assert isinstance(await bot.send(at(FORUM, TOPIC), says("again"), "l"), Sent)
            assert telegram.said(FORUM)[-1].thread == TOPIC
            assert telegram.texts(FORUM)[-1] == "again"

    async def test_two_lost_topics_ring_once_and_each_call_anew(self, telegram: TelegramEmulator) -> None:
        """The second is settled with the message that stands there; what is sent anew, or is new, comes."""
        async with a_bot(telegram, Voice()) as bot:
            for topic in (TOPIC, OTHER_TOPIC):
                telegram.deletes_topic(FORUM, topic)
            first = await bot.send(at(FORUM, TOPIC), says("URGENT"), "k")
            second = await bot.send(at(FORUM, OTHER_TOPIC), says("URGENT"), "l")
            (seen,) = telegram.said(FORUM)
            assert first == second == Sent(str(seen.id))
            assert seen.text.endswith("To have it here for good, an admin writes /subscribe here.")
            for topic in (TOPIC, OTHER_TOPIC):
                assert isinstance(await bot.edit(at(FORUM, topic), str(seen.id), says("OVER"), "e"), Sent)
            assert telegram.texts(FORUM) == ["OVER"]
            await bot.send(at(FORUM, OTHER_TOPIC), says("URGENT", ("Act", "/act 2")), "m")
            await bot.send(at(FORUM, TOPIC), says("URGENT, another"), "n")
            assert len(telegram.said(FORUM)) == 3

    async def test_a_long_text_whose_topic_closes_half_way_is_said_whole(
        self, telegram: TelegramEmulator
    ) -> None:
        """What stands in the topic stays; the rest is in the general one, and its last part says why."""
        words = [f"word{number}" for number in range(1500)]
        async with a_bot(telegram, Voice()) as bot:
            telegram.fail("sendMessage", topic_closed(), nth=2)
            assert isinstance(await bot.send(at(FORUM, TOPIC), says(" ".join(words)), "k"), Sent)
        said = telegram.said(FORUM)
        assert [message.thread for message in said] == [TOPIC, *[None] * (len(said) - 1)]
        assert [word for message in said for word in message.text.split() if word in set(words)] == words
        assert "closed or was deleted" in said[-1].text

    async def test_where_the_general_one_is_closed_too_what_rings_is_kept(self, service: Service) -> None:
        """Nobody there may be told; once a topic is open again, it comes."""
        telegram = service.telegram
        await telegram.says(FORUM, "/subscribe KP", person=ADMIN, topic=TOPIC)
        await telegram.until(FORUM, contains="You are subscribed")
        telegram.closes_topic(FORUM, TOPIC)
        telegram.closes_topic(FORUM, 1)
        assert isinstance(await service.bot.send(at(FORUM, TOPIC), says("URGENT"), "k"), Gone)
        alert = calls(service, at(FORUM, TOPIC))
        await delivers(service)
        assert is_kept(service, alert)
        telegram.reopens_topic(FORUM, TOPIC)
        await telegram.until_true(lambda: is_active(service, at(FORUM, TOPIC)), "its return")
        await delivers(service)
        assert telegram.said(FORUM)[-1].thread == TOPIC
        assert "Nine refugees face return" in telegram.texts(FORUM)[-1]


class TestChannels:
    """Only admins with the right to post may write in a channel; the bot is one of them, or is not."""

    async def test_a_right_to_post_that_is_taken_away_loses_nothing(self, service: Service) -> None:
        """What rang meanwhile is kept, and comes when the right does."""
        telegram = service.telegram
        await telegram.says(ADMIN, "/for @northlight /subscribe KP")
        await telegram.until(ADMIN, contains="You are subscribed")
        telegram.promotes(CHANNEL, "can_manage_chat")
        alert = calls(service, CHANNEL)
        await delivers(service)
        assert is_kept(service, alert)
        assert not is_active(service, CHANNEL)
        telegram.promotes(CHANNEL, "can_manage_chat", "can_post_messages")
        await telegram.until_true(lambda: is_active(service, CHANNEL), "its return")
        await delivers(service)
        (text,) = telegram.texts(CHANNEL)
        assert "Nine refugees face return" in text


class TestOtherBots:
    """A group has many bots, and most commands there are for another one."""

    @pytest.mark.parametrize("line", ["/play despacito", "/ban", "/r/northkorea", "/5", "/subscribed"])
    async def test_what_is_none_of_ours_is_no_matter_of_ours(self, service: Service, line: str) -> None:
        """Not a word; the same with our name is answered, and so it is in private."""
        telegram = service.telegram
        await telegram.says(FORUM, line, person=MEMBER)
        await telegram.says(FORUM, "/status", person=MEMBER)
        await telegram.until_true(lambda: bool(telegram.texts(FORUM)), "an answer")
        await telegram.until_handled()
        assert len(telegram.texts(FORUM)) == 1
        word, _, rest = line.partition(" ")
        await telegram.says(FORUM, f"{word}@{telegram.username} {rest}", person=MEMBER)
        await telegram.until(FORUM, contains="There is no command")
        await telegram.says(MEMBER, line)
        await telegram.until(MEMBER, contains="There is no command")


class TestWhoDecides:
    """The admins of a chat, whoever else is in it."""

    @pytest.mark.parametrize("line", ["/subscribe", "/unsubscribe", "/settings lang:ko", "/forget yes"])
    async def test_a_member_does_not(self, service: Service, line: str) -> None:
        """They are told so, and nothing is changed; what they look up is answered."""
        telegram = service.telegram
        await telegram.says(FORUM, line, person=MEMBER)
        await telegram.until(FORUM, contains="Only those who manage this group")
        await telegram.says(FORUM, "/status", person=MEMBER)
        await telegram.until_handled()
        assert service.nothing_is_stored()
        assert len(telegram.texts(FORUM)) == 2

    async def test_whoever_takes_the_bot_in_reads_what_it_is(self, service: Service) -> None:
        """Once, in the group; who was restricted meanwhile is not greeted."""
        telegram = service.telegram
        telegram.chat(FORUM).bot = Standing("left")
        telegram.invites(FORUM, by=ADMIN)
        await telegram.until(FORUM, contains="Welcome")
        telegram.promotes(FORUM, by=ADMIN)
        await telegram.until_handled()
        assert len(telegram.texts(FORUM)) == 1


class TestLeaving:
    """What becomes of what was stored."""

    async def test_nothing_stays_behind_where_the_bot_was_removed(self, service: Service) -> None:
        """Of the group and of every topic, with what waited to be sent; others keep what is theirs."""
        telegram = service.telegram
        for topic in (None, TOPIC, OTHER_TOPIC):
            await telegram.says(FORUM, "/subscribe KP", person=ADMIN, topic=topic)
        await telegram.says(SMALL, "/subscribe KP", person=ADMIN)
        await telegram.until(SMALL, contains="You are subscribed")
        await telegram.until(FORUM, contains="You are subscribed", count=3)
        known = service.recipient(at(FORUM, TOPIC))
        assert known
        with service.database.write() as work:
            queued(work, known)
        telegram.kicks(FORUM)
        await telegram.until_handled()
        await telegram.until_true(lambda: service.recipient(FORUM) is None, "forgetting")
        assert service.recipient(at(FORUM, TOPIC)) is service.recipient(at(FORUM, OTHER_TOPIC)) is None
        with service.database.read() as work:
            assert work.deliveries.of_alert(1) == ()
        assert len(service.routes(SMALL)) == 1
        assert telegram.texts(FORUM)[3:] == [], "no word of farewell is tried"

    async def test_who_restricts_the_bot_is_left_alone_until_it_may_speak_again(
        self, service: Service
    ) -> None:
        """What was asked for is kept; nobody has to ask again."""
        telegram = service.telegram
        await telegram.says(FORUM, "/subscribe KP", person=ADMIN)
        await telegram.until(FORUM, contains="You are subscribed")
        telegram.restricts(FORUM, "can_send_photos")
        assert isinstance(await service.bot.send(str(FORUM), says("x"), "k"), Gone)
        known = service.recipient(FORUM)
        assert known
        with service.database.write() as work:
            work.recipients.suspend(known.id, NOON)  # as the sender does, who heard it
        telegram.promotes(FORUM)
        await telegram.until_handled()

        def is_active() -> bool:
            found = service.recipient(FORUM)
            return found is not None and found.state is RecipientState.ACTIVE

        await telegram.until_true(is_active, "its return")
        assert len(service.routes(FORUM)) == 1
        assert len(telegram.texts(FORUM)) == 1, "no second greeting"

    async def test_a_group_that_becomes_a_supergroup_is_followed(self, service: Service) -> None:
        """At once, and not with the next alert: its admins find their settings where they are now."""
        telegram = service.telegram
        await telegram.says(SMALL, "/subscribe KP", person=ADMIN)
        await telegram.until(SMALL, contains="You are subscribed")
        telegram.upgrades(SMALL, -1005)
        await telegram.until_handled()
        await telegram.until_true(lambda: bool(service.routes(-1005)), "the move")
        assert service.recipient(SMALL) is None
        await telegram.says(-1005, "/settings", person=ADMIN)
        await telegram.until(-1005, contains="Everything urgent · North Korea")


class TestFromElsewhere:
    """A channel is managed in its admin's own chat with the bot."""

    async def test_an_admin_manages_a_channel(self, service: Service) -> None:
        """By name or by the buttons of the answer; the channel reads nothing of it, and gets the alerts."""
        telegram = service.telegram
        await telegram.says(ADMIN, "/for @northlight /subscribe KP")
        told = await telegram.until(ADMIN, contains="You are subscribed")
        assert told.text.startswith("About Northlight:")
        assert "To take it back: /for @northlight /unsubscribe 1" in told.text
        assert [route.countries for route in service.routes(CHANNEL)] == [("KP",)]
        assert service.recipient(ADMIN) is None
        await telegram.presses(ADMIN, "Settings")
        await telegram.until(ADMIN, contains="Settings")
        await telegram.presses(ADMIN, "Change 1")
        await telegram.until(ADMIN, contains="Subscription 1")
        await telegram.presses(ADMIN, "Take it back")
        await telegram.until(ADMIN, contains="Taken back")
        assert service.routes(CHANNEL) == []
        assert telegram.texts(CHANNEL) == []

    async def test_who_lets_the_bot_in_is_shown_how_in_their_own_chat(self, service: Service) -> None:
        """Nothing is posted in the channel."""
        telegram = service.telegram
        telegram.private(ADMIN)
        telegram.chat(CHANNEL).bot = Standing("left")
        telegram.promotes(CHANNEL, by=ADMIN)
        told = await telegram.until(ADMIN, contains="About Northlight:")
        assert "Settings" in told.text
        await telegram.presses(ADMIN, "Everything urgent")
        await telegram.until(ADMIN, contains="You are subscribed")
        assert len(service.routes(CHANNEL)) == 1
        assert telegram.texts(CHANNEL) == []

    @pytest.mark.parametrize(
        ("named", "person", "said"),
        [
            ("@northlight", MEMBER, "Only those who manage Northlight"),
            ("@nobodys", ADMIN, "no such channel or group"),
            ("42", ADMIN, "no such channel or group"),
            ("-77", ADMIN, "no such channel or group"),
            ("nonsense", ADMIN, "no such channel or group"),
        ],
    )
    async def test_nobody_else_does(self, service: Service, named: str, person: int, said: str) -> None:
        """Nor is anything shown of what the channel asked for."""
        telegram = service.telegram
        await telegram.says(person, f"/for {named} /subscribe KP")
        await telegram.until(person, contains=said)
        assert service.nothing_is_stored()

    async def test_whoever_is_an_admin_no_more_presses_in_vain(self, service: Service) -> None:
        """An old button asks anew who its presser is."""
        telegram = service.telegram
        await telegram.says(ADMIN, "/for @northlight /subscribe KP")
        await telegram.until(ADMIN, contains="You are subscribed")
        telegram.chat(CHANNEL).admins.clear()
        await telegram.presses(ADMIN, "Take it back")
        await telegram.until(ADMIN, contains="Only those who manage Northlight")
        assert len(service.routes(CHANNEL)) == 1
