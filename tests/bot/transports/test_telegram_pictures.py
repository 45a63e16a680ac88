"""Pictures on Telegram: uploaded once, below the words, and never in the way of them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.commands.request import Reply
from bot.render.message import Message
from bot.transports.telegram_incoming import UNREADABLE
from jobs.outcome import RetryLater, Sent, Uncertain
from jobs.steps.picture import cleaned
from tests.bot.transports.test_telegram import GROUP, Voice, a_bot, a_transport, says
from tests.emulators.telegram import TelegramEmulator, dropped, flood, refusal
from tests.pictures import PHOTO

CLEAN = cleaned(PHOTO)
SHOWN = replace(says("Nine face return", ("Full text", "/statement 1")), picture=CLEAN.picture)


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """The platform."""
    async with TelegramEmulator() as emulator:
        yield emulator


class Shelf:
    """Where the bytes are; `asked` is how often."""

    def __init__(self, data: bytes | None = CLEAN.data) -> None:
        self.data, self.asked = data, 0

    async def load(self, digest: str) -> bytes | None:
        """They are read."""
        assert digest == CLEAN.picture.digest
        self.asked += 1
        return self.data


def uploads(telegram: TelegramEmulator) -> int:
    """How often bytes were handed over, and not a name."""
    sent = [given for method, given in telegram.calls if method == "sendphoto"]
    return sum(not isinstance(given["photo"], str) for given in sent)


async def test_many_get_it_and_it_is_uploaded_once(telegram: TelegramEmulator) -> None:
    """Words first, with their buttons; below them, as a reply and without a sound, the picture."""
    shelf = Shelf()
    async with a_bot(telegram, Voice(), load=shelf.load) as bot:
        for person in range(1, 9):
            telegram.private(person)
        outcomes = await asyncio.gather(*(bot.send(str(one), SHOWN, f"key {one}") for one in range(1, 9)))
    assert all(isinstance(one, Sent) and one.reference.count(",") == 1 for one in outcomes)
    assert (uploads(telegram), shelf.asked) == (1, 1)
    for person in range(1, 9):
        words, picture = telegram.said(person)
        assert (words.text, words.buttons, words.silent) == ("Nine face return", ["Full text"], False)
        assert picture.file is not None
        assert picture.file.content == CLEAN.data
        assert (picture.reply_to, picture.silent) == (words.id, True)


async def test_one_that_telegram_refuses_or_that_is_gone_holds_nothing_up(telegram: TelegramEmulator) -> None:
    """The words are what counts, and they have arrived: Sent, and nothing is repeated."""
    telegram.private(1)
    async with a_bot(telegram, Voice(), load=Shelf().load) as bot:
        telegram.fail("sendPhoto", refusal(400, "Bad Request: IMAGE_PROCESS_FAILED"))
        assert isinstance(await bot.send("1", SHOWN, "key"), Sent)
        assert [one.text for one in telegram.said(1)] == ["Nine face return"]
        group = telegram.group(GROUP)
        telegram.restricts(GROUP, "can_send_messages")
        assert isinstance(await bot.send(str(group.id), SHOWN, "key"), Sent)
    async with a_bot(telegram, Voice(), load=Shelf(None).load) as bot:
        assert isinstance(await bot.send("1", SHOWN, "another"), Sent)


@pytest.mark.parametrize("fault", [flood(3), dropped(accepted=False)])
async def test_where_it_has_to_wait_the_words_are_not_said_twice(
    telegram: TelegramEmulator, fault: object
) -> None:
    """The repetition of the act sends the picture alone."""
    telegram.private(1)
    async with a_bot(telegram, Voice(), load=Shelf().load) as bot:
        telegram.fail("sendPhoto", fault)  # type: ignore[arg-type]
        assert isinstance(await bot.send("1", SHOWN, "key"), RetryLater | Uncertain)
        assert isinstance(await bot.send("1", SHOWN, "key"), Sent)
    words, picture = telegram.said(1)
    assert words.text == "Nine face return"
    assert picture.file is not None


async def test_a_name_that_telegram_knows_no_more_is_uploaded_anew(telegram: TelegramEmulator) -> None:
    """Nobody goes without for that."""
    telegram.private(1)
    async with a_bot(telegram, Voice(), load=Shelf().load) as bot:
        await bot.send("1", SHOWN, "first")
        telegram.world.files.clear()
        assert isinstance(await bot.send("1", SHOWN, "second"), Sent)
    assert uploads(telegram) == 2
    assert len(telegram.said(1)) == 4


async def test_what_is_struck_or_withdrawn_loses_its_picture(telegram: TelegramEmulator) -> None:
    """Within 48 hours; later it stays where it is, and nothing is held up by it."""
    telegram.private(1)
    async with a_bot(telegram, Voice(), load=Shelf().load) as bot:
        for act, hours in (("edit", 0), ("withdraw", 0), ("edit", 49), ("withdraw", 49)):
            sent = await bot.send("1", SHOWN, f"{act} {hours}")
            assert isinstance(sent, Sent)
            before = len(telegram.said(1))
            telegram.clock.move(hours * 3600)
            said = says("CORRECTION")
            changed = (
                await bot.edit("1", sent.reference, said, f"again {act} {hours}")
                if act == "edit"
                else await bot.withdraw("1", sent.reference, said, f"again {act} {hours}")
            )
            assert isinstance(changed, Sent)
            assert bool(changed.left) is bool(hours), "whoever took it back hears that it stays"
            gone = {("edit", 0): 1, ("withdraw", 0): 2}.get((act, hours), 0)
            assert len(telegram.said(1)) == before - gone


async def test_a_photo_with_words_is_a_line_with_a_file_and_is_fetched_only_when_asked_for(
    telegram: TelegramEmulator,
) -> None:
    """A document as well; one larger than is asked for is not fetched at all."""
    voice = Voice()
    voice.answers["/appeal 7"] = Reply((says("taken"),))
    async with a_bot(telegram, voice):
        await telegram.sends(901, PHOTO, "/appeal 7")
        await telegram.until(901, contains="taken")
        (heard,) = voice.heard
        assert heard.attached is not None
        assert telegram.fetched == []
        assert await heard.attached(10) is None
        assert telegram.fetched == []
        assert await heard.attached(10_000) == PHOTO
        await telegram.sends(901, PHOTO, "/appeal 7", kind="document")
        await telegram.until(901, contains="taken", count=2)
        assert voice.heard[1].attached is not None


async def test_what_is_forwarded_an_album_and_a_group_bring_no_file(telegram: TelegramEmulator) -> None:
    """Of an album the picture with the words is meant, and no other is taken in its place."""
    voice = Voice()
    async with a_bot(telegram, voice):
        origin = {"type": "hidden_user", "sender_user_name": "somebody", "date": 1}
        await telegram.sends(901, PHOTO, "/appeal 7", shown={"forward_origin": origin})
        await telegram.sends(901, PHOTO, "/appeal 7", shown={"media_group_id": "1"})
        await telegram.sends(901, PHOTO, "", shown={"media_group_id": "1"})
        await telegram.says(901, "/latest")
        await telegram.until(901, contains="heard /latest")
    assert [(one.text, one.attached is not None) for one in voice.heard if one.text != UNREADABLE] == [
        ("/appeal 7", True),
        ("/latest", False),
    ]


async def test_a_bot_that_shows_none_sends_the_words(telegram: TelegramEmulator) -> None:
    """Where nobody gave it the bytes."""
    telegram.private(1)
    bot = a_transport(telegram, Voice())
    await bot.start()
    assert isinstance(await bot.send("1", SHOWN, "key"), Sent)
    await bot.stop()
    assert isinstance(SHOWN, Message)
    assert [one.text for one in telegram.said(1)] == ["Nine face return"]
