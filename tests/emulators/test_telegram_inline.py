"""Inline mode: words typed after the bot's name, and what is offered for them."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from telegram import Bot, InlineQueryResultArticle, InputTextMessageContent
from telegram.error import BadRequest

from tests.emulators.client import Client
from tests.emulators.telegram import TelegramEmulator


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramEmulator]:
    """A Telegram whose bot has inline mode."""
    async with TelegramEmulator(inline=True) as emulator:
        emulator.private(42)
        yield emulator


def article(number: int = 1, **content: Any) -> dict[str, Any]:
    """A result in text."""
    text = {"message_text": "Nine people"} | content
    return {"type": "article", "id": str(number), "title": "Nine", "input_message_content": text}


async def test_a_question_and_its_answer(telegram: TelegramEmulator, bot: Bot) -> None:
    """What is typed reaches the bot, what the bot offers is seen."""
    asked = await telegram.asks_inline(42, "shenyang", offset="2")
    (update,) = await bot.get_updates()
    assert update.inline_query
    assert (update.inline_query.query, update.inline_query.offset) == ("shenyang", "2")
    offered = InlineQueryResultArticle("1", "Nine", InputTextMessageContent("<b>Nine</b>", "HTML"))
    await update.inline_query.answer([offered], next_offset="3", cache_time=0)
    assert asked.answer
    assert [one["title"] for one in asked.answer["results"]] == ["Nine"]
    assert asked.answer["next_offset"] == "3"


async def test_a_query_that_nobody_asked(bot: Bot) -> None:
    """Cannot be answered."""
    with pytest.raises(BadRequest, match="Query is too old"):
        await bot.answer_inline_query("99", [])


async def test_without_inline_mode_nobody_can_ask() -> None:
    """The test is told what it forgot."""
    async with TelegramEmulator() as plain:
        with pytest.raises(AssertionError, match="inline=True"):
            await plain.asks_inline(42, "x")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ({"results": [article(n) for n in range(51)]}, "too many inline query results specified"),
        ({"results": [article(), article()]}, "RESULT_ID_DUPLICATE"),
        ({"results": [article() | {"id": "x" * 65}]}, "RESULT_ID_INVALID"),
        ({"next_offset": "x" * 65}, "NEXT_OFFSET_INVALID"),
        ({"results": {}}, "expected an Array of inline query results"),
        ({"results": [7]}, "can't parse inline query result: Inline query result must be an object"),
        ({"results": [{"type": "article"}]}, "can't parse inline query result: Can't find field \"id\""),
        (
            {"results": [article() | {"type": "rumour"}]},
            'can\'t parse inline query result: type "rumour" is unsupported for the inline query result',
        ),
        (
            {"results": [article(message_text="")]},
            "can't parse inline query result: Message text is empty",
        ),
        (
            {"results": [article(message_text="<i>x", parse_mode="HTML")]},
            "can't parse inline query result: Can't parse entities: Can't find end tag",
        ),
        (
            {"results": [{"type": "article", "id": "1", "title": "x"}]},
            "can't parse inline query result: Can't find field \"message_text\"",
        ),
        (
            {"results": [{"type": "article", "id": "1", "input_message_content": {"message_text": "x"}}]},
            "can't parse inline query result: Can't find field \"title\"",
        ),
    ],
    ids=[
        *("51", "twice", "65 bytes", "offset", "no list", "no object", "no id", "type"),
        *("empty", "markup", "no text", "no title"),
    ],
)
async def test_what_is_refused(
    telegram: TelegramEmulator, client: Client, answer: dict[str, Any], words: str
) -> None:
    """Counts, ids, and everything that would be refused as a message."""
    asked = await telegram.asks_inline(42, "shenyang")
    refusal = await client.refusal("answerInlineQuery", **{"inline_query_id": "1", "results": [], **answer})
    assert refusal.startswith(f"Bad Request: {words}")
    assert asked.answer is None
