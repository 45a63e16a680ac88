"""What a test can see and do: people write, press and react; chats show what was said."""

from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot

from tests.emulators.client import Client
from tests.emulators.telegram import TelegramEmulator

GROUP = -1001234567890
NEXT = {"inline_keyboard": [[{"text": "Next", "callback_data": "/latest 2"}]]}


async def heard(client: Client) -> list[dict[str, Any]]:
    """Everything the bot was told."""
    updates: list[dict[str, Any]] = await client.result("getUpdates")
    return updates


class TestWhatTheBotIsTold:
    """Acts of people become updates."""

    async def test_the_bot_does_not_overhear(self, telegram: TelegramEmulator, client: Client) -> None:
        """In a group a bot in privacy mode gets commands, mentions, and replies to itself."""
        telegram.group(GROUP)
        sent = await client.sends(GROUP, "Who will come?")
        await telegram.says(GROUP, "good morning")
        await telegram.says(GROUP, "/latest")
        await telegram.says(GROUP, "me", reply_to=sent)
        await telegram.says(GROUP, f"hello @{telegram.username}")
        texts = [update["message"]["text"] for update in await heard(client)]
        assert texts == ["/latest", "me", f"hello @{telegram.username}"]

    async def test_an_admin_hears_everything(self, telegram: TelegramEmulator, client: Client) -> None:
        """Privacy mode ends where the bot is an admin."""
        telegram.group(GROUP)
        telegram.promotes(GROUP)
        await telegram.says(GROUP, "good morning")
        assert [update for update in await heard(client) if "message" in update]

    async def test_an_anonymous_admin_is_the_group(self, telegram: TelegramEmulator, client: Client) -> None:
        """The sender is Telegram's stand-in, the group stands beside it."""
        telegram.group(GROUP)
        await telegram.says(GROUP, "/settings", anonymous=True)
        (update,) = await heard(client)
        assert update["message"]["from"]["username"] == "GroupAnonymousBot"
        assert update["message"]["sender_chat"]["id"] == GROUP

    async def test_people_edit_too(self, telegram: TelegramEmulator, client: Client) -> None:
        """As another kind of update, with the date of the edit."""
        said = await telegram.says(42, "/latset")
        await telegram.edits(42, said, "/latest")
        first, second = await heard(client)
        assert first["message"]["text"] == "/latset"
        assert second["edited_message"]["text"] == "/latest"
        assert "edit_date" in second["edited_message"]

    async def test_reactions_come_on_request_only(self, telegram: TelegramEmulator, client: Client) -> None:
        """Nobody is told of a reaction who did not ask for it; in a group, only admins are."""
        telegram.group(GROUP)
        await client.sends(42)
        await client.sends(GROUP)
        (message,), (in_group,) = telegram.said(42), telegram.said(GROUP)
        await telegram.reacts(42, message, "👍")
        await client.call("getUpdates", allowed_updates=["message", "message_reaction"])
        await telegram.reacts(42, message, "👎")
        await telegram.reacts(GROUP, in_group, "👍")
        (update,) = await heard(client)
        assert update["message_reaction"]["old_reaction"] == [{"type": "emoji", "emoji": "👍"}]
        assert update["message_reaction"]["new_reaction"] == [{"type": "emoji", "emoji": "👎"}]
        assert telegram.transcript(42) == "bot:\n    x\n    👎"

    async def test_a_group_that_moves_says_so_in_both(
        self, telegram: TelegramEmulator, client: Client
    ) -> None:
        """Old and new id name each other."""
        telegram.group(-5)
        telegram.upgrades(-5, GROUP)
        moved, came = await heard(client)
        assert (moved["message"]["chat"]["id"], moved["message"]["migrate_to_chat_id"]) == (-5, GROUP)
        assert (came["message"]["chat"]["id"], came["message"]["migrate_from_chat_id"]) == (GROUP, -5)

    async def test_a_library_reads_all_of_it(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """python-telegram-bot makes its objects of every kind of update there is."""
        telegram.group(GROUP, topics={7})
        telegram.channel(-1009)
        await bot.get_updates(allowed_updates=["message", "edited_message", "channel_post", "my_chat_member"])
        said = await telegram.says(42, "/start")
        await telegram.edits(42, said, "/help")
        await telegram.says(-1009, "news")
        await telegram.says(GROUP, "/latest", topic=7)
        telegram.promotes(GROUP, "can_delete_messages")
        telegram.restricts(GROUP)
        telegram.kicks(GROUP)
        updates = await bot.get_updates()
        kinds = [update.effective_chat.type for update in updates if update.effective_chat]
        assert kinds == ["private", "private", "channel", *["supergroup"] * 4]
        changes = [update.my_chat_member for update in updates if update.my_chat_member]
        standings = [change.new_chat_member.status for change in changes]
        assert standings == ["administrator", "restricted", "kicked"]
        assert updates[3].effective_message
        assert updates[3].effective_message.message_thread_id == 7


class TestWhatChatsShow:
    """The present, and the past."""

    async def test_a_conversation_reads_like_one(self, telegram: TelegramEmulator, client: Client) -> None:
        """Lines, buttons, edits, replies, sound."""
        said = await telegram.says(42, "/latest")
        sent = await client.sends(42, "page 1", reply_markup=NEXT, reply_parameters={"message_id": said.id})
        assert telegram.transcript(42) == (
            "person 42:\n    /latest\nbot (replying to 1):\n    page 1\n    [Next]"
        )
        await telegram.presses(42, "Next")
        await client.result("editMessageText", chat_id=42, message_id=sent, text="page 2")
        await client.sends(42, "psst", disable_notification=True, protect_content=True)
        assert telegram.transcript(42) == (
            "person 42:\n    /latest\n"
            "bot (replying to 1, edited 1x):\n    page 2\n"
            "bot (silent, protected):\n    psst"
        )

    async def test_nothing_that_stood_is_forgotten(self, telegram: TelegramEmulator, client: Client) -> None:
        """Every version is kept with the times between which it could be read, also after deletion."""
        sent = await client.sends(42, "nine people")
        telegram.clock.move(timedelta(minutes=5))
        await client.result("editMessageText", chat_id=42, message_id=sent, text="ten people")
        telegram.clock.move(timedelta(hours=1))
        await client.result("deleteMessage", chat_id=42, message_id=sent)
        kept = await client.sends(42, "They are safe.")
        first, second, third = telegram.seen(42)
        assert (first.message, first.text, first.ended) == (sent, "nine people", "edited")
        assert (second.message, second.text, second.ended) == (sent, "ten people", "deleted")
        assert (third.message, third.text, third.until, third.ended) == (kept, "They are safe.", None, "")
        assert first.until == second.since
        assert second.until is not None
        assert round(second.until - second.since) == 3600
        assert telegram.texts(42) == ["They are safe."]
        assert telegram.transcript(42).startswith("bot (edited 1x, deleted):\n    ten people")

    async def test_a_deep_link_starts_the_bot_with_its_parameter(
        self, telegram: TelegramEmulator, client: Client
    ) -> None:
        """Up to 64 characters of Telegram's own choice; what no client would pass on fails the test."""
        link = f"https://t.me/{telegram.username}?start="
        await telegram.follows(42, link + "x" * 64)
        (update,) = await client.result("getUpdates")
        assert update["message"]["text"] == f"/start {'x' * 64}"
        for wrong in ("x" * 65, "", "KP,CN", "KP%20CN", "%EC%95%84"):
            with pytest.raises(AssertionError, match="a start parameter is"):
                await telegram.follows(42, link + wrong)
        with pytest.raises(AssertionError, match="another bot's"):
            await telegram.follows(42, "https://t.me/other_bot?start=x")
        with pytest.raises(AssertionError, match="no deep link"):
            await telegram.follows(42, f"https://example.org/{telegram.username}?start=x")

    async def test_a_missing_button_fails_the_test(self, telegram: TelegramEmulator) -> None:
        """With the conversation to look at."""
        await telegram.says(42, "/latest")
        with pytest.raises(AssertionError, match=r"no button 'Next' in\nperson 42:\n    /latest"):
            await telegram.presses(42, "Next")

    async def test_waiting_in_vain_fails_the_test(self, telegram: TelegramEmulator) -> None:
        """And says what for."""
        with pytest.raises(AssertionError, match="'hello' in chat 42"):
            await telegram.until(42, contains="hello", patience=0.01)
