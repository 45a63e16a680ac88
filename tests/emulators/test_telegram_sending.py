"""Sending: what the real server refuses is refused here, in its words and in its order."""

from typing import Any

import aiohttp
import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters
from telegram.error import BadRequest

from tests.emulators.client import Client
from tests.emulators.telegram import TelegramEmulator

GROUP = -1001234567890
NOTE = b"%PDF-1.7 nine names"
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(20)


def keyboard(**button: Any) -> dict[str, Any]:
    """One button."""
    return {"inline_keyboard": [[button]]}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({"text": ""}, "Bad Request: message text is empty"),
        ({"text": " \n"}, "Bad Request: text must be non-empty"),
        ({"text": "<b></b>", "parse_mode": "HTML"}, "Bad Request: text must be non-empty"),
        ({"text": "x" * 4097}, "Bad Request: message is too long"),
        ({"text": "😀" * 2049}, "Bad Request: message is too long"),
        ({"text": "<b>" * 11_000, "parse_mode": "HTML"}, "Bad Request: text is too long"),
        ({"chat_id": ""}, "Bad Request: chat_id is empty"),
        ({"chat_id": 43}, "Bad Request: chat not found"),
        ({"chat_id": "@somewhere"}, "Bad Request: chat not found"),
        ({"message_thread_id": 5}, "Bad Request: message thread not found"),
        ({"link_preview_options": "{"}, "Bad Request: can't parse link preview options JSON object"),
        ({"chat_id": 43, "text": "<b>", "parse_mode": "HTML"}, "Bad Request: can't parse entities: "),
    ],
    ids=[
        *("nothing", "blank", "only markup", "long", "emoji", "too much markup", "no chat", "unknown chat"),
        *("name", "thread", "preview", "markup before chat"),
    ],
)
async def test_what_is_refused(client: Client, message: dict[str, Any], words: str) -> None:
    """Empty, too long, badly marked up, or to nobody; markup is read before the chat is looked for."""
    assert (await client.refusal("sendMessage", **{"chat_id": 42, "text": "x"} | message)).startswith(words)


async def test_the_limit_is_that_of_the_parsed_text(telegram: TelegramEmulator, client: Client) -> None:
    """Markup does not count."""
    await client.sends(42, "<b>" + "x" * 4096 + "</b>", parse_mode="HTML")
    assert [len(text) for text in telegram.texts(42)] == [4096]


async def test_another_token_is_nobodys(telegram: TelegramEmulator) -> None:
    """401."""
    async with aiohttp.ClientSession() as session, session.get(f"{telegram.api_url}1:x/getMe") as answer:
        assert answer.status == 401


async def test_the_name_of_a_method_may_be_written_anyhow(client: Client) -> None:
    """But there must be such a method."""
    assert (await client.call("GETME"))["ok"]
    assert await client.refusal("sendTelegram") == "Not Found: method not found"


class TestHow:
    """What else a message can be."""

    async def test_it_is_recorded(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """Silent, protected, without a preview: for the test to see, and for the library."""
        sent = await bot.send_message(
            42, "https://example.org", disable_notification=True, protect_content=True
        )
        assert sent.has_protected_content
        assert telegram.said(42)[0].silent
        assert telegram.said(42)[0].preview
        plain = await bot.send_message(42, "https://example.org", disable_web_page_preview=True)
        assert plain.link_preview_options
        assert plain.link_preview_options.is_disabled
        assert not telegram.said(42)[1].preview
        assert not telegram.said(42)[1].silent

    async def test_a_reply_shows_what_it_replies_to(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """One level deep."""
        asked = await telegram.says(42, "/demands")
        first = await bot.send_message(42, "Six.", reply_parameters=ReplyParameters(asked.id))
        second = await bot.send_message(42, "Seven.", reply_to_message_id=first.message_id)
        assert second.reply_to_message
        assert second.reply_to_message.text == "Six."
        assert second.reply_to_message.reply_to_message is None

    async def test_the_message_replied_to_must_be_there(
        self, telegram: TelegramEmulator, client: Client
    ) -> None:
        """Unless the reply may be sent without; a deleted one is not there."""
        words = "Bad Request: message to be replied not found"
        assert (
            await client.refusal("sendMessage", chat_id=42, text="x", reply_parameters={"message_id": 9})
            == words
        )
        gone = await client.sends(42)
        await client.result("deleteMessage", chat_id=42, message_id=gone)
        reply: dict[str, Any] = {"message_id": gone, "allow_sending_without_reply": True}
        await client.sends(42, "all the same", reply_parameters=reply)
        assert telegram.said(42)[-1].reply_to is None

    @pytest.mark.parametrize(
        ("reply", "words"),
        [
            ("{", "can't parse reply parameters JSON object"),
            ([7], "object expected as reply parameters"),
            ({"allow_sending_without_reply": True}, 'can\'t find field "message_id"'),
            ({"message_id": 1, "chat_id": 99}, "chat not found"),
        ],
        ids=["no JSON", "no object", "no message", "elsewhere"],
    )
    async def test_what_is_no_reply(self, client: Client, reply: Any, words: str) -> None:
        """An object with a message in a chat that there is; an empty one means no reply."""
        said = await client.refusal("sendMessage", chat_id=42, text="x", reply_parameters=reply)
        assert said == f"Bad Request: {words}"
        await client.sends(42, reply_parameters={})

    async def test_a_reply_to_another_chat(self, telegram: TelegramEmulator, client: Client) -> None:
        """Is sent, and is no reply within its own."""
        asked = await telegram.says(7, "/latest")
        await client.sends(42, reply_parameters={"chat_id": 7, "message_id": asked.id})
        assert telegram.said(42)[0].reply_to is None

    async def test_a_reply_stays_in_its_topic(self, telegram: TelegramEmulator, client: Client) -> None:
        """A reply that names no topic goes where the message is that it replies to."""
        telegram.group(GROUP, topics={7})
        asked = await telegram.says(GROUP, "/latest", topic=7)
        await client.sends(GROUP, "Here.", reply_parameters={"message_id": asked.id})
        assert telegram.said(GROUP)[0].thread == 7


class TestTopics:
    """Forums, and what is none."""

    async def test_general_has_no_number(self, telegram: TelegramEmulator, client: Client) -> None:
        """A message for General carries no thread; its number 1 is refused."""
        telegram.group(GROUP, topics={1, 7})
        await client.sends(GROUP)
        words = await client.refusal("sendMessage", chat_id=GROUP, text="x", message_thread_id=1)
        assert words == "Bad Request: message thread not found"

    async def test_in_other_groups_a_thread_is_passed_over(
        self, telegram: TelegramEmulator, client: Client
    ) -> None:
        """The message simply comes to the group."""
        telegram.group(GROUP)
        await client.sends(GROUP, message_thread_id=5)
        assert telegram.said(GROUP)[0].thread is None

    async def test_closed_and_deleted(self, telegram: TelegramEmulator, client: Client) -> None:
        """Each in its own words; who manages topics may write into a closed one."""
        telegram.group(GROUP, topics={7, 8})
        telegram.closes_topic(GROUP, 7)
        telegram.deletes_topic(GROUP, 8)
        closed = await client.refusal("sendMessage", chat_id=GROUP, text="x", message_thread_id=7)
        deleted = await client.refusal("sendMessage", chat_id=GROUP, text="x", message_thread_id=8)
        assert (closed, deleted) == ("Bad Request: TOPIC_CLOSED", "Bad Request: message thread not found")
        telegram.promotes(GROUP, "can_manage_topics")
        await client.sends(GROUP, message_thread_id=7)


class TestButtons:
    """Inline keyboards."""

    @pytest.mark.parametrize(
        ("button", "words"),
        [
            ({"text": "b", "callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
            ({"text": "b", "callback_data": "한" * 22}, "BUTTON_DATA_INVALID"),
            ({"text": "", "callback_data": "x"}, "inline keyboard button text must be non-empty"),
            (
                {"text": "b", "callback_data": ""},
                "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
            ),
            ({"callback_data": "x"}, "can't parse inline keyboard button: Can't find field \"text\""),
            (
                {"text": "b", "url": "ftp://x.org"},
                "inline keyboard button URL 'ftp://x.org' is invalid: Unsupported URL protocol",
            ),
            ({"text": "b", "url": "here"}, "inline keyboard button URL 'here' is invalid: Wrong HTTP URL"),
        ],
        ids=["65 bytes", "66 bytes", "no label", "no data", "no text", "no web", "no address"],
    )
    async def test_refused(self, client: Client, button: dict[str, str], words: str) -> None:
        """64 bytes of data, a label, and something to do."""
        said = await client.refusal("sendMessage", chat_id=42, text="x", reply_markup=keyboard(**button))
        assert said == f"Bad Request: {words}"

    @pytest.mark.parametrize(
        ("markup", "words"),
        [
            ("{", "can't parse reply keyboard markup JSON object"),
            ([], "object expected as reply markup"),
            (
                {"inline_keyboard": [{}]},
                'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays',
            ),
            (
                {"inline_keyboard": [[{"text": "b", "callback_data": "d"}] * 8] * 13},
                "reply markup is too long",
            ),
        ],
        ids=["no JSON", "no object", "no rows", "104 buttons"],
    )
    async def test_keyboards(self, client: Client, markup: Any, words: str) -> None:
        """Rows of buttons, a hundred at most."""
        said = await client.refusal("sendMessage", chat_id=42, text="x", reply_markup=markup)
        assert said == f"Bad Request: {words}"

    async def test_a_press_is_answered_once(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """What the library sends as a button comes back as a press."""
        rows = InlineKeyboardMarkup(
            [
                [
                    InlineKeyboardButton("Read", url="https://example.org"),
                    InlineKeyboardButton("Stop", callback_data="/stop"),
                ]
            ]
        )
        await bot.send_message(42, "x", reply_markup=rows)
        press = await telegram.presses(42, "Stop")
        (update,) = await bot.get_updates()
        assert update.callback_query
        assert (update.callback_query.id, update.callback_query.data) == (press, "/stop")
        await update.callback_query.answer("Stopped.")
        assert telegram.world.presses[press] == "Stopped."
        with pytest.raises(BadRequest, match="Query is too old"):
            await update.callback_query.answer()

    async def test_a_link_cannot_be_pressed(self, telegram: TelegramEmulator, client: Client) -> None:
        """The bot hears of buttons with data only."""
        await client.sends(42, reply_markup=keyboard(text="Read", url="https://example.org"))
        with pytest.raises(AssertionError, match="no button"):
            await telegram.presses(42, "Read")


class TestFiles:
    """Documents and photos."""

    async def test_a_document(self, telegram: TelegramEmulator, bot: Bot) -> None:
        """Arrives as it is, with its caption; its id sends it again."""
        sent = await bot.send_document(
            42, NOTE, filename="names.pdf", caption="<b>Nine</b>", parse_mode="HTML"
        )
        assert sent.document
        assert (sent.document.file_name, sent.document.file_size) == ("names.pdf", len(NOTE))
        assert (sent.caption, sent.caption_entities[0].type) == ("Nine", "bold")
        await bot.send_document(42, sent.document.file_id)
        first, second = telegram.said(42)
        assert first.file == second.file
        assert first.file
        assert first.file.content == NOTE
        assert telegram.transcript(42) == (
            "bot:\n    <document names.pdf>\n    Nine\nbot:\n    <document names.pdf>"
        )

    async def test_a_photo(self, bot: Bot) -> None:
        """A picture is one; what is no picture is refused."""
        sent = await bot.send_photo(42, PICTURE)
        assert len(sent.photo) == 1
        with pytest.raises(BadRequest, match="Image_process_failed"):
            await bot.send_photo(42, NOTE)

    @pytest.mark.parametrize(
        ("what", "words"),
        [
            ({"content": b""}, "file must be non-empty"),
            ({"content": b"x", "caption": "x" * 1025}, "message caption is too long"),
            ({"content": b"x", "caption": "😀" * 513}, "message caption is too long"),
            (
                {"content": PICTURE + bytes(10 << 20), "kind": "photo"},
                "file is too big for a photo; the maximum size is 10485760 bytes",
            ),
        ],
        ids=["empty", "caption", "emoji", "big photo"],
    )
    async def test_limits(self, client: Client, what: dict[str, Any], words: str) -> None:
        """1024 units of caption, 10 MB of photo."""
        method = "sendPhoto" if what.get("kind") else "sendDocument"
        body = await client.upload(method, chat_id=42, **what)
        assert body["description"] == f"Bad Request: {words}"

    async def test_a_request_has_50_megabytes(self, client: Client) -> None:
        """More does not even reach Telegram."""
        body = await client.upload("sendDocument", chat_id=42, content=bytes((50 << 20) + 1))
        assert (body["error_code"], body["description"]) == (413, "Request Entity Too Large")

    @pytest.mark.parametrize(
        ("given", "words"),
        [
            ({}, "there is no document in the request"),
            ({"document": "nonsense"}, "wrong file identifier/HTTP URL specified"),
            ({"document": "https://example.org/x.pdf"}, "failed to get HTTP URL content"),
        ],
        ids=["none", "unknown", "elsewhere"],
    )
    async def test_no_file(self, client: Client, given: dict[str, str], words: str) -> None:
        """A file must come with the request, or be there already; nothing is fetched."""
        assert await client.refusal("sendDocument", chat_id=42, **given) == f"Bad Request: {words}"


class TestCopies:
    """The same again, elsewhere."""

    async def test_a_copy_does_not_say_where_it_is_from(
        self, telegram: TelegramEmulator, client: Client
    ) -> None:
        """Text and formatting arrive."""
        telegram.private(7)
        sent = await client.sends(42, "<b>Nine</b> people", parse_mode="HTML")
        copy = await client.result("copyMessage", chat_id=7, from_chat_id=42, message_id=sent)
        assert copy == {"message_id": telegram.said(7)[0].id}
        assert telegram.said(7)[0].now.entities == telegram.said(42)[0].now.entities

    async def test_a_file_may_get_another_caption(self, telegram: TelegramEmulator, client: Client) -> None:
        """The file is the same."""
        await client.upload("sendDocument", chat_id=42, content=NOTE, caption="Nine")
        await client.result("copyMessage", chat_id=42, from_chat_id=42, message_id=1, caption="Ten")
        first, second = telegram.said(42)
        assert (first.text, second.text, first.file) == ("Nine", "Ten", second.file)

    async def test_what_cannot_be_copied(self, client: Client) -> None:
        """What is not there, and what is protected; and it must be said where from."""
        nowhere = await client.refusal("copyMessage", chat_id=42, message_id=1)
        assert nowhere == 'Bad Request: parameter "from_chat_id" is required'
        sent = await client.sends(42, protect_content=True)
        words = [
            await client.refusal("copyMessage", chat_id=42, from_chat_id=42, message_id=number)
            for number in (sent, 99)
        ]
        assert words == ["Bad Request: message can't be copied", "Bad Request: message to copy not found"]
