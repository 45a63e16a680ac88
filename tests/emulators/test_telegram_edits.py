"""Editing and deleting: what may be changed, by whom, and for how long."""

from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest

from tests.emulators.client import Client
from tests.emulators.telegram import TelegramEmulator

GROUP = -1001234567890
CHANNEL = -1009876543210
A_DAY_LATE = timedelta(hours=49)
BUTTON = {"inline_keyboard": [[{"text": "b", "callback_data": "d"}]]}
NOT_FOR_EVERYONE = "Bad Request: message can't be deleted for everyone"


class TestEditing:
    """The bot's own messages."""

    async def test_the_same_again_is_no_edit(self, telegram: TelegramEmulator, client: Client) -> None:
        """Compared is what is read: text, formatting and buttons, not the markup."""
        sent = await client.sends(42, "<b>x</b>", parse_mode="HTML", reply_markup=BUTTON)
        same: dict[str, Any] = {"chat_id": 42, "message_id": sent, "reply_markup": BUTTON}
        for text in ("<b>x</b>", "<B>x</B> "):
            words = await client.refusal("editMessageText", **same, text=text, parse_mode="HTML")
            assert words.startswith("Bad Request: message is not modified: specified new message content")
        assert (await client.refusal("editMessageReplyMarkup", **same)).startswith(
            "Bad Request: message is not modified"
        )
        await client.result("editMessageText", **same, text="x")
        assert len(telegram.said(42)[0].versions) == 2

    async def test_buttons_go_unless_they_come_along(
        self, telegram: TelegramEmulator, client: Client
    ) -> None:
        """An edit without a keyboard takes it away."""
        sent = await client.sends(42, reply_markup=BUTTON)
        await client.result("editMessageText", chat_id=42, message_id=sent, text="x")
        assert telegram.said(42)[0].buttons == []

    async def test_it_must_be_there_and_ours(self, telegram: TelegramEmulator, client: Client) -> None:
        """Missing, deleted, somebody else's."""
        theirs = await telegram.says(42, "/start")
        gone = await client.sends(42)
        await client.result("deleteMessage", chat_id=42, message_id=gone)
        words = [
            await client.refusal("editMessageText", chat_id=42, message_id=number, text="y")
            for number in (99, gone, theirs.id)
        ]
        assert words == [
            "Bad Request: message to edit not found",
            "Bad Request: message to edit not found",
            "Bad Request: message can't be edited",
        ]

    async def test_an_old_message_can_be_edited(self, telegram: TelegramEmulator, client: Client) -> None:
        """A bot's own has no limit."""
        sent = await client.sends(42)
        telegram.clock.move(timedelta(days=400))
        edited = await client.result("editMessageText", chat_id=42, message_id=sent, text="withdrawn")
        assert edited["edit_date"] - edited["date"] >= timedelta(days=400).total_seconds()

    async def test_text_and_caption_are_two_things(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """Each has its own method, and neither does the other's work."""
        text = await bot.send_message(42, "x")
        file = await bot.send_document(42, b"x", caption="x")
        with pytest.raises(BadRequest, match="There is no caption in the message to edit"):
            await text.edit_caption("y")
        with pytest.raises(BadRequest, match="There is no text in the message to edit"):
            await file.edit_text("y")
        await file.edit_caption("y")
        assert telegram.texts(42) == ["x", "y"]

    async def test_it_must_be_said_which(self, client: Client) -> None:
        """Neither nothing nor half of it names a message."""
        words = [
            await client.refusal("editMessageText", text="y"),
            await client.refusal("editMessageText", text="y", message_id=1),
            await client.refusal("deleteMessage", message_id=1),
            await client.refusal("deleteMessage", chat_id=42),
        ]
        assert words == [
            "Bad Request: message identifier is not specified",
            "Bad Request: chat_id is empty",
            "Bad Request: chat identifier is not specified",
            "Bad Request: message identifier is not specified",
        ]

    async def test_an_edit_is_judged_like_a_message(self, client: Client) -> None:
        """Too long is too long."""
        sent = await client.sends(42)
        words = await client.refusal("editMessageText", chat_id=42, message_id=sent, text="x" * 4097)
        assert words == "Bad Request: message is too long"


class TestDeleting:
    """Within 48 hours."""

    async def test_young_and_old(self, telegram: TelegramEmulator, client: Client) -> None:
        """To the second; what is deleted is gone, and cannot be deleted again."""
        old, young = await client.sends(42, "old"), await client.sends(42, "young")
        telegram.clock.move(timedelta(hours=47, minutes=59))
        await client.result("deleteMessage", chat_id=42, message_id=young)
        again = await client.refusal("deleteMessage", chat_id=42, message_id=young)
        assert again == "Bad Request: message to delete not found"
        telegram.clock.move(timedelta(minutes=2))
        assert await client.refusal("deleteMessage", chat_id=42, message_id=old) == NOT_FOR_EVERYONE
        assert telegram.texts(42) == ["old"]

    async def test_in_a_supergroup_the_words_are_others(
        self, telegram: TelegramEmulator, client: Client
    ) -> None:
        """Even for an admin."""
        telegram.group(GROUP)
        telegram.promotes(GROUP)
        sent = await client.sends(GROUP)
        telegram.clock.move(A_DAY_LATE)
        words = await client.refusal("deleteMessage", chat_id=GROUP, message_id=sent)
        assert words == "Bad Request: message can't be deleted"

    async def test_others_messages(self, telegram: TelegramEmulator, client: Client) -> None:
        """In a private chat any, in a group only as an admin who may."""
        private = await telegram.says(42, "/start")
        await client.result("deleteMessage", chat_id=42, message_id=private.id)
        words = []
        for group in (-5, GROUP):
            telegram.group(group)
            theirs = await telegram.says(group, "spam")
            words.append(await client.refusal("deleteMessage", chat_id=group, message_id=theirs.id))
            telegram.promotes(group, "can_delete_messages")
            await client.result("deleteMessage", chat_id=group, message_id=theirs.id)
        assert words == [NOT_FOR_EVERYONE, "Bad Request: message can't be deleted"]

    async def test_many_at_once_are_all_or_none(self, telegram: TelegramEmulator, client: Client) -> None:
        """What is not there is passed over; one that may not go keeps all."""
        first = await client.sends(42, "old")
        telegram.clock.move(A_DAY_LATE)
        second, third = await client.sends(42, "two"), await client.sends(42, "three")
        assert (
            await client.refusal("deleteMessages", chat_id=42, message_ids=[second, first])
            == NOT_FOR_EVERYONE
        )
        assert len(telegram.texts(42)) == 3
        await client.result("deleteMessages", chat_id=42, message_ids=[second, 99, third])
        assert telegram.texts(42) == ["old"]

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({}, "message identifiers are not specified"),
            ({"message_ids": []}, "message identifiers are not specified"),
            ({"message_ids": 7}, "expected an Array of message identifiers"),
            ({"message_ids": [1] * 101}, "too many message identifiers specified"),
            ({"message_ids": [None]}, "message identifier must be a Number"),
            ({"message_ids": ["one"]}, "can't parse message identifier as a Number"),
        ],
        ids=["none", "empty", "no list", "101", "nothing", "no number"],
    )
    async def test_lists(self, client: Client, given: dict[str, Any], words: str) -> None:
        """One to a hundred numbers."""
        assert await client.refusal("deleteMessages", chat_id=42, **given) == f"Bad Request: {words}"


class TestChannels:
    """Where admins speak."""

    async def test_a_post_is_the_channels_own(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """No author, the channel as its sender; a public one is known by its name."""
        telegram.channel(CHANNEL, name="northlight")
        post = await bot.send_message("@NorthLight", "news")
        assert post.sender_chat
        assert (post.from_user, post.sender_chat.username, post.chat.type) == (None, "northlight", "channel")
        await post.edit_text("corrected")
        await post.delete()
        assert [sight.text for sight in telegram.seen(CHANNEL)] == ["news", "corrected"]

    async def test_only_with_the_right_to_post(self, telegram: TelegramEmulator, client: Client) -> None:
        """And without it the bot's old posts stay as they are."""
        telegram.channel(CHANNEL)
        sent = await client.sends(CHANNEL)
        telegram.promotes(CHANNEL, "can_manage_chat")
        assert await client.refusal("sendMessage", chat_id=CHANNEL, text="x") == (
            "Bad Request: need administrator rights in the channel chat"
        )
        assert await client.refusal("editMessageText", chat_id=CHANNEL, message_id=sent, text="y") == (
            "Bad Request: message can't be edited"
        )
        assert await client.refusal("deleteMessage", chat_id=CHANNEL, message_id=sent) == (
            "Bad Request: message can't be deleted"
        )

    async def test_others_posts(self, telegram: TelegramEmulator, client: Client) -> None:
        """The bot is told of them, and changes them if it may."""
        telegram.channel(CHANNEL)
        theirs = await telegram.says(CHANNEL, "good morning")
        (update,) = await client.result("getUpdates")
        assert update["channel_post"]["text"] == "good morning"
        change: dict[str, Any] = {"chat_id": CHANNEL, "message_id": theirs.id, "text": "good evening"}
        assert await client.refusal("editMessageText", **change) == "Bad Request: message can't be edited"
        telegram.promotes(CHANNEL, "can_edit_messages")
        await client.result("editMessageText", **change)
        assert theirs.text == "good evening"
