"""Sending, editing and withdrawing on Telegram: what is its own, beside the contracts of every transport."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from telegram import Bot

from bot.render.message import Choice, Message, Paragraph, Span
from bot.transports.telegram_buttons import Buttons
from bot.transports.telegram_request import AiohttpRequest
from bot.transports.telegram_sending import Sending, parts_of
from jobs.outcome import Migrated, Rejected, RetryLater, Sent
from tests.emulators.telegram import TelegramEmulator, flood, refusal

GROUP = -1001234567890
LONG = " ".join(f"word{number}" for number in range(1200))
"""Three parts."""


def says(text: str, *choices: Choice) -> Message:
    """A message of one paragraph."""
    return Message((Paragraph((Span(text),)),), choices=(choices,) if choices else ())


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """A Telegram of our own, with one person and one forum."""
    async with TelegramEmulator() as emulator:
        emulator.private(42)
        emulator.group(GROUP, topics={7})
        yield emulator


@pytest.fixture
async def sending(telegram: TelegramEmulator) -> AsyncIterator[Sending]:
    """What sends, without anything that listens."""
    request = AiohttpRequest()
    bot = Bot(telegram.token, base_url=telegram.api_url, request=request)
    yield Sending(bot, Buttons())
    await request.shutdown()


@pytest.mark.parametrize(("reference", "parts"), [("", ()), ("7", (7,)), ("7,8,12", (7, 8, 12))])
def test_a_reference_is_the_ids_of_its_parts(reference: str, parts: tuple[int, ...]) -> None:
    """In their order; of what was withdrawn nothing is left."""
    assert parts_of(reference) == parts


class TestEdges:
    """What no Telegram is needed for."""

    @pytest.mark.parametrize(
        ("address", "reference", "message"),
        [
            ("nowhere", "1", says("x")),
            ("", "1", says("x")),
            ("42", "$event:server", says("x")),
            ("42", "1", says("\u200b")),
        ],
        ids=["no address", "no address at all", "another transport's reference", "nothing to see"],
    )
    async def test_what_cannot_be_edited(self, address: str, reference: str, message: Message) -> None:
        """Rejected with a word, and nobody is asked: this bot could reach nobody."""
        sending = Sending(Bot("1:unused", base_url="http://127.0.0.1:1/bot"), Buttons())
        outcome = await sending.edit(address, reference, message, "k")
        assert isinstance(outcome, Rejected)
        assert outcome.detail

    @pytest.mark.parametrize(("address", "reference"), [("nowhere", "1"), ("42", "$event:server")])
    async def test_what_cannot_be_withdrawn(self, address: str, reference: str) -> None:
        """Rejected likewise."""
        sending = Sending(Bot("1:unused", base_url="http://127.0.0.1:1/bot"), Buttons())
        assert isinstance(await sending.withdraw(address, reference, says("x"), "k"), Rejected)

    async def test_nothing_is_left_of_what_was_withdrawn(self) -> None:
        """Its empty reference is withdrawn without a question, and cannot be edited."""
        sending = Sending(Bot("1:unused", base_url="http://127.0.0.1:1/bot"), Buttons())
        assert await sending.withdraw("42", "", says("x"), "k") == Sent("")
        assert isinstance(await sending.edit("42", "", says("x"), "k"), Rejected)


class TestParts:
    """Messages too long for one."""

    async def test_what_was_begun_is_ended_as_it_was_drawn(
        self, telegram: TelegramEmulator, sending: Sending
    ) -> None:
        """A text drawn anew between two attempts ("in 2 hours") must not lose its middle."""

        async def flood_the_second() -> None:
            await telegram.until(42)
            telegram.fail("sendMessage", flood(3))

        watch = asyncio.create_task(flood_the_second())
        assert isinstance(await sending.send("42", says(LONG), "k"), RetryLater)
        await watch
        assert isinstance(await sending.send("42", says(f"Much later: {'wait ' * 900}{LONG}"), "k"), Sent)
        assert " ".join(" ".join(telegram.texts(42)).split()) == LONG

    async def test_what_nothing_was_sent_of_is_drawn_anew(
        self, telegram: TelegramEmulator, sending: Sending
    ) -> None:
        """Until a part has left, the newest wording counts."""
        telegram.fail("sendMessage", flood(3))
        assert isinstance(await sending.send("42", says("in 2 hours"), "k"), RetryLater)
        await sending.send("42", says("in 1 hour"), "k")
        assert telegram.texts(42) == ["in 1 hour"]

    async def test_what_was_ended_can_be_begun_again(
        self, telegram: TelegramEmulator, sending: Sending
    ) -> None:
        """Only what stopped half-way is remembered: an alert that was taken back can be sent again."""
        first = await sending.send("42", says(LONG), "k")
        assert isinstance(first, Sent)
        await sending.withdraw("42", first.reference, says("Taken back."), "w")
        second = await sending.send("42", says(LONG), "k")
        assert isinstance(second, Sent)
        assert parts_of(second.reference) == tuple(message.id for message in telegram.said(42))
        assert len(telegram.said(42)) == 3

    async def test_a_part_added_by_an_edit_is_in_the_same_topic(
        self, telegram: TelegramEmulator, sending: Sending
    ) -> None:
        """The rest of a corrected text stands where its beginning does."""
        outcome = await sending.send(f"{GROUP}/7", says("Short."), "1")
        assert isinstance(outcome, Sent)
        assert isinstance(await sending.edit(f"{GROUP}/7", outcome.reference, says(LONG), "2"), Sent)
        assert [message.thread for message in telegram.said(GROUP)] == [7, 7, 7]

    async def test_an_edit_that_grew_hands_its_buttons_down(
        self, telegram: TelegramEmulator, sending: Sending
    ) -> None:
        """The first part loses the buttons that the last one gets."""
        more = Choice("More", "/more")
        outcome = await sending.send("42", says("Short.", more), "1")
        assert isinstance(outcome, Sent)
        await sending.edit("42", outcome.reference, says(LONG, more), "2")
        assert [message.buttons for message in telegram.said(42)] == [[], [], ["More"]]


class TestTrouble:
    """What Telegram answers to edits and deletions."""

    async def test_markup_that_is_refused_still_corrects(
        self, telegram: TelegramEmulator, sending: Sending
    ) -> None:
        """The correction is worth more than its looks."""
        outcome = await sending.send("42", says("wrong"), "1")
        assert isinstance(outcome, Sent)
        telegram.fail("editMessageText", refusal(400, "Bad Request: can't parse entities: unexpected"))
        assert isinstance(await sending.edit("42", outcome.reference, says("a < b"), "2"), Sent)
        assert telegram.texts(42) == ["a < b"]

    async def test_no_preview_comes_back_with_an_edit(
        self, telegram: TelegramEmulator, sending: Sending
    ) -> None:
        """Whoever loads a preview learns that somebody read; an edit asks for none either."""
        outcome = await sending.send("42", says("one"), "1")
        assert isinstance(outcome, Sent)
        await sending.edit("42", outcome.reference, says("two"), "2")
        asked = dict(telegram.calls)["editmessagetext"]
        assert '"is_disabled": true' in str(asked["link_preview_options"]).replace("True", "true")

    async def test_a_moved_topic_keeps_its_thread(self, telegram: TelegramEmulator, sending: Sending) -> None:
        """Of an edit too the new address is the whole one."""
        words = "Bad Request: group chat was upgraded to a supergroup chat"
        telegram.fail("editMessageText", refusal(400, words, migrate_to_chat_id=GROUP))
        assert await sending.edit("-5/7", "1", says("x"), "k") == Migrated(f"{GROUP}/7")

    async def test_what_telegram_neither_deletes_nor_edits_is_said_to_stay(
        self, telegram: TelegramEmulator, sending: Sending
    ) -> None:
        """Rejected, so that somebody hears of it; a part that did go is gone."""
        outcome = await sending.send("42", says(LONG), "1")
        assert isinstance(outcome, Sent)
        await telegram.until(42)
        stays = refusal(400, "Bad Request: message can't be deleted for everyone")
        telegram.fail("deleteMessage", stays)
        telegram.fail("editMessageText", refusal(400, "Bad Request: message can't be edited"))
        withdrawn = await sending.withdraw("42", outcome.reference, says("Taken back."), "2")
        assert withdrawn == Rejected("Message can't be edited")
        assert len(telegram.said(42)) == 1
