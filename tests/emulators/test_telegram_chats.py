"""Chats: who lets the bot read, edit and write, and what the bot can ask of them."""

from typing import Any

import pytest
from telegram import Bot
from telegram.error import BadRequest, Forbidden

from tests.emulators.client import Client
from tests.emulators.telegram import TelegramEmulator

GROUP = -1001234567890
SMALL = -5
CHANNEL = -1009876543210


async def words_for(client: Client, chat: int | str, method: str = "sendMessage") -> str:
    """What is said to a message there, "" if it is taken."""
    body = await client.call(method, chat_id=chat, text="x", action="typing", user_id=42)
    return str(body.get("description", ""))


class TestWhoIsReached:
    """Everything that ends a conversation, made by people instead of ordered as a fault."""

    async def test_people(self, telegram: TelegramEmulator, client: Client) -> None:
        """Blocked, let in again, deactivated, never met."""
        telegram.blocks(42)
        assert await words_for(client, 42) == "Forbidden: bot was blocked by the user"
        assert await words_for(client, 42, "getChat") == ""
        telegram.unblocks(42)
        assert await words_for(client, 42) == ""
        telegram.deactivates(42)
        assert await words_for(client, 42) == "Forbidden: user is deactivated"
        telegram.world.person(7)
        assert await words_for(client, 7) == "Forbidden: bot can't initiate conversation with a user"

    @pytest.mark.parametrize(
        ("chat", "kind"), [(SMALL, "group"), (GROUP, "supergroup"), (CHANNEL, "channel")]
    )
    async def test_thrown_out(self, telegram: TelegramEmulator, client: Client, chat: int, kind: str) -> None:
        """From a group it may still be read of; a supergroup or channel tells nothing any more."""
        _ = telegram.channel(chat) if kind == "channel" else telegram.group(chat)
        sent = await client.sends(chat)
        telegram.kicks(chat)
        words = f"Forbidden: bot was kicked from the {kind} chat"
        edit = await client.refusal("editMessageText", chat_id=chat, message_id=sent, text="y")
        assert (await words_for(client, chat), edit) == (words, words)
        assert await words_for(client, chat, "getChat") == ("" if kind == "group" else words)
        telegram.invites(chat)
        assert (await words_for(client, chat) == "") is (kind != "channel")

    async def test_gone(self, telegram: TelegramEmulator, client: Client) -> None:
        """A group that moved says where to, one that was deleted says so."""
        telegram.group(SMALL)
        telegram.group(-6)
        telegram.upgrades(SMALL, GROUP)
        telegram.deletes_group(-6)
        moved = await client.call("sendMessage", chat_id=SMALL, text="x")
        assert moved["description"] == "Bad Request: group chat was upgraded to a supergroup chat"
        assert moved["parameters"] == {"migrate_to_chat_id": GROUP}
        assert await words_for(client, GROUP) == ""
        assert await words_for(client, -6) == "Forbidden: the group chat was deleted"

    async def test_restricted(self, telegram: TelegramEmulator, client: Client) -> None:
        """What may be sent is told apart."""
        telegram.group(GROUP)
        telegram.restricts(GROUP, "can_send_documents")
        assert await words_for(client, GROUP) == (
            "Bad Request: not enough rights to send text messages to the chat"
        )
        assert (await client.upload("sendDocument", chat_id=GROUP, content=b"x"))["ok"]
        photo = await client.upload("sendPhoto", kind="photo", chat_id=GROUP, content=b"GIF89a")
        assert photo["description"] == "Bad Request: not enough rights to send photos to the chat"


class TestLeaving:
    """The bot goes by itself."""

    async def test_it_is_out_and_told_so(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """As of any change of what it is there; who writes there now, it does not hear."""
        telegram.group(GROUP)
        await bot.leave_chat(GROUP)
        await telegram.says(GROUP, "/start")
        (update,) = await bot.get_updates()
        assert update.my_chat_member
        assert update.my_chat_member.from_user.id == bot.id
        assert update.my_chat_member.new_chat_member.status == "left"
        with pytest.raises(Forbidden, match="bot is not a member of the supergroup chat"):
            await bot.send_message(GROUP, "x")

    async def test_a_person_cannot_be_left(self, bot: Bot) -> None:
        """Only be written to no more."""
        with pytest.raises(BadRequest, match="Can't leave private chats"):
            await bot.leave_chat(42)

    async def test_what_is_public_can_still_be_read(self, telegram: TelegramEmulator, client: Client) -> None:
        """By its name; a private one is closed."""
        telegram.channel(CHANNEL, name="northlight")
        telegram.group(GROUP)
        for chat in (CHANNEL, GROUP):
            await client.result("leaveChat", chat_id=chat)
        assert (await client.result("getChat", chat_id="@northlight"))["id"] == CHANNEL
        assert await words_for(client, GROUP, "getChat") == (
            "Forbidden: bot is not a member of the supergroup chat"
        )


class TestMembers:
    """Who is who."""

    async def test_the_bot_itself(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """Whatever it is at the moment."""
        telegram.group(GROUP)
        seen: list[Any] = [await bot.get_chat_member(GROUP, bot.id)]
        telegram.restricts(GROUP, "can_send_photos")
        seen.append(await bot.get_chat_member(GROUP, bot.id))
        telegram.promotes(GROUP, "can_delete_messages")
        seen.append(await bot.get_chat_member(GROUP, bot.id))
        assert [one.status for one in seen] == ["member", "restricted", "administrator"]
        assert (seen[1].can_send_photos, seen[1].can_send_messages) == (True, False)
        assert (seen[2].can_delete_messages, seen[2].can_restrict_members) == (True, False)

    async def test_of_a_small_group_it_knows_that_it_was_thrown_out(
        self, telegram: TelegramEmulator, bot: Bot
    ) -> None:
        """But of nobody else there anything any more."""
        telegram.group(SMALL, admins={1})
        telegram.kicks(SMALL)
        assert (await bot.get_chat_member(SMALL, bot.id)).status == "kicked"
        with pytest.raises(Forbidden, match="bot was kicked from the group chat"):
            await bot.get_chat_member(SMALL, 1)

    async def test_people(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """An admin, one who has spoken, one who is elsewhere, nobody."""
        telegram.group(GROUP, admins={1})
        await telegram.says(GROUP, "good morning", person=2)
        members = [await bot.get_chat_member(GROUP, person) for person in (1, 2, 42)]
        assert [member.status for member in members] == ["administrator", "member", "left"]
        with pytest.raises(BadRequest, match="User not found"):
            await bot.get_chat_member(GROUP, 99)
        assert await bot.get_chat_member_count(GROUP) == 3

    async def test_admins(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """With the bot, if it is one; a private chat has none."""
        telegram.group(GROUP, admins={2, 1})
        telegram.promotes(GROUP)
        admins = await bot.get_chat_administrators(GROUP)
        assert [admin.user.id for admin in admins] == [1, 2, bot.id]
        with pytest.raises(BadRequest, match="There are no administrators in the private chat"):
            await bot.get_chat_administrators(42)

    async def test_a_chat(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """What the library needs to know of it is there."""
        telegram.group(GROUP, topics={7})
        chat = await bot.get_chat(GROUP)
        assert (chat.type, chat.is_forum) == ("supergroup", True)
        await bot.send_chat_action(GROUP, "typing")
        with pytest.raises(BadRequest, match="Wrong parameter action in request"):
            await bot.send_chat_action(GROUP, "dancing")
