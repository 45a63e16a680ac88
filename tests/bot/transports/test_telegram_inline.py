"""Inline mode on Telegram: a citation in any chat, and a link from it back to the bot."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.desk import Desk
from bot.transports.telegram import TelegramTransport
from bot.voices import apology
from storage.database import Database
from storage.records import Assessment
from storage.words import MsgType, Relation
from tests.bot.chat import published
from tests.bot.commands.conftest import statements
from tests.builders import NOON, a_source, a_statement, an_alert
from tests.emulators.telegram import TelegramEmulator

PERSON = 42


@pytest.fixture
async def telegram(database: Database) -> AsyncIterator[TelegramEmulator]:
    """A Telegram with a bot in inline mode that knows three statements."""
    published(database, a_source(), *statements())
    desk = Desk(database)

    async def gone(address: str, request_id: str) -> None:
        await desk.gone("telegram", address, request_id)

    async with TelegramEmulator(inline=True) as made:
        made.private(PERSON)
        bot = TelegramTransport(
            made.token, api_url=made.api_url, answer=desk.answer, apology=apology, gone=gone, offer=desk.offer
        )
        await bot.start()
        yield made
        await bot.stop()


async def offered(telegram: TelegramEmulator, words: str) -> dict[str, Any]:
    """What the bot answers when the person types its name and these words somewhere."""
    asked = await telegram.asks_inline(PERSON, words)
    await telegram.until_true(lambda: asked.answer is not None, "an offer")
    assert asked.answer is not None
    return asked.answer


async def test_words_in_any_chat_are_answered_with_citations(telegram: TelegramEmulator) -> None:
    """Set as HTML with its link, and cached as long as Telegram usually does, for this person alone."""
    answer = await offered(telegram, "2005 camps")
    (result,) = answer["results"]
    assert (result["type"], result["title"]) == ("article", "Resolution of the Second Assembly")
    content = result["input_message_content"]
    assert content["parse_mode"] == "HTML"
    assert content["message_text"].startswith("<b>“Resolution of the Second Assembly”</b>\nSecond Assembly")
    assert '<a href="https://assembly.example/2005">' in content["message_text"]
    assert content["link_preview_options"] == {"is_disabled": True}
    assert (str(answer["cache_time"]), str(answer["is_personal"]).lower()) == ("300", "true")


async def test_a_citation_leads_back_into_the_bot(telegram: TelegramEmulator) -> None:
    """The button's link opens the chat with the bot, which shows the statement."""
    (result,) = (await offered(telegram, "camps"))["results"]
    ((button,),) = result["reply_markup"]["inline_keyboard"]
    where, _, start = button["url"].partition("?start=")
    assert where.startswith("https://t.me/")
    assert start == f"s{result['id']}"
    await telegram.says(PERSON, f"/start {start}")
    await telegram.until(PERSON, contains=f"#{result['id']} · resolution")


async def test_nothing_that_fits_is_an_empty_answer(telegram: TelegramEmulator) -> None:
    """Rather than none, which would leave the person waiting."""
    assert (await offered(telegram, "zebra crossing kind:event"))["results"] == []


async def test_who_comes_by_a_link_first_is_one_tap_from_what_rings(telegram: TelegramEmulator) -> None:
    """Below the item: who reads along, how to act, and the country to ring for."""
    await telegram.says(PERSON, "/start s1")
    met = await telegram.until(PERSON, contains="not end-to-end encrypted")
    labels = [button.label for row in met.now.buttons for button in row]
    assert labels == ["Act", "Ring for China", "What is this?"]
    assert telegram.said(PERSON)[0].text.startswith("#1 · urgent appeal")
    await telegram.presses(PERSON, "Ring for China")
    await telegram.until(PERSON, contains="You are subscribed.")
    await telegram.says(PERSON, "/start s1")
    await telegram.until_handled()
    assert "/privacy" not in telegram.said(PERSON)[-1].text


async def test_what_is_over_is_cited_as_over(telegram: TelegramEmulator, database: Database) -> None:
    """In the list that is offered, and in what is inserted."""
    with database.write() as work:
        case = work.cases.open("Nine", NOON)
        call = work.statements.many([1])[0]
        work.statements.move(call, case, Relation.NEW, ())
    stop = a_statement(title="They are free", alert=Assessment(msg_type=MsgType.CANCEL), case_id=case)
    (number,) = published(database, a_source(), stop)
    with database.write() as work:
        source = work.sources.by_name("northlight")
        told = work.statements.many([number])[0]
        assert source
        work.alerts.add(
            an_alert(identifier="end", statement=told, source=source, msg_type=MsgType.CANCEL, case_id=case)
        )
    answer = await offered(telegram, "Nine refugees face return")
    result = next(one for one in answer["results"] if one["id"] == "1")
    assert result["description"].endswith(" · over")
    assert "This call is over (10 March 2026)." in result["input_message_content"]["message_text"]
