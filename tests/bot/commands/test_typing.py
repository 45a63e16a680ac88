"""What is to be typed: no tap on a sentence does more than it says, in this chat or about another one."""

import re
from collections.abc import Iterator

import pytest

from bot.commands.answer import answer
from bot.commands.request import Elsewhere, Request
from bot.commands.table import COMMANDS
from bot.render.message import Block, Items, Quote, Span, Style
from storage.database import Database
from storage.words import DeskRole
from tests.bot.chat import Chat
from tests.builders import NOON
from tests.transcript import LINES

NAMES = "|".join(command.name for command in COMMANDS)
LINK = re.compile(rf"(?<![\w/@])/({NAMES})(?![\w/])")
"""Of which Telegram makes a link that sends the name alone."""
CUT = re.compile(
    rf"(?<![\w/@])/(?:{NAMES}) "
    r"(?:[0-9#@\"“\[<]|[A-Z]{2}\b|\w+:\S|\d|(?:all|daily|weekly|off|add|drafts|subscribe|yes|send)\b|/[a-z])"
)
"""A command with what belongs to it."""
SLIPS = (
    *("/unsubscribe abc", "/unsubscribe 9", "/settings abc", "/settings 9", "/settings 1 countries qqq"),
    *("/digest never", "/quiet 25", "/quiet 22-7", "/digest 08:00", "/statement abc", "/statement 99999"),
    *("/statement 1 99", "/case 99", "/follow abc", "/mute x", "/cite", "/act", "/search", "/demands"),
    *("/settings clock:Nowhere", "/settings drills:maybe", "/latest xyz", "/subscribe Chnia", "/help"),
    *("/help unsubscribe", "/foo", "/forr", "/settings", "/privacy", "/forget", "/unsubscribe", "/for"),
)
AT_THE_DESK = (
    *("/appeal 99", "/drill 99", "/stop 99", "/correct 99", "/approve 99 abc", "/review 99", "/drill"),
)


def spans(blocks: tuple[Block, ...]) -> Iterator[Span]:
    """What the bot says in its own words."""
    for block in blocks:
        if isinstance(block, Items):
            yield from (span for line in block.lines for span in line)
        elif not isinstance(block, Quote):
            yield from block.line


def said(database: Database, line: str, language: str, other: Elsewhere | None = None) -> list[Span]:
    """The spans of an answer."""
    request = Request(
        line,
        "telegram",
        "42",
        NOON,
        language=language,
        role=None if other else DeskRole.OWNER,
        other=other,
    )
    with database.write() as work:
        return [span for message in answer(request, work).messages for span in spans(message.blocks)]


@pytest.mark.parametrize("language", ["en", "ko"])
def test_no_link_is_half_of_a_line(archive: Database, language: str) -> None:
    """What a command needs goes with it: "/unsubscribe 1" as running text would be a link to all of them."""
    lines = LINES if language == "en" else ()
    for line in ("/subscribe KP", "/subscribe CN", "/quiet 22-7", *lines, *SLIPS, *AT_THE_DESK):
        for span in said(archive, line, language):
            assert span.style is Style.CODE or not CUT.search(span.text), (line, span.text)


@pytest.mark.parametrize("language", ["en", "ko"])
def test_about_another_chat_every_line_leads_there(archive: Database, language: str) -> None:
    """A link or a line without the chat would change, or forget, the admin's own."""
    there = Elsewhere("@northlight", "Northlight", "-1001", may_manage=True)
    for line in ("/settings", "/subscribe KP", "/subscribe CN", "/quiet 22-7", "/digest daily", *SLIPS):
        for span in said(archive, line, language, there):
            if span.style is Style.CODE and span.text.startswith("/for "):
                assert span.text.startswith("/for @"), (line, span.text)
                assert not re.match(r"/for @\w+ /(?:for|start|move|foo|forr)\b", span.text), (line, span.text)
                continue
            assert not {found[1] for found in LINK.finditer(span.text)} - {"for"}, (line, span.text)


def test_forgetting_another_chat_names_it(archive: Database) -> None:
    """The words “this chat” would be the one where it is read."""
    there = Elsewhere("@northlight", "Northlight", "-1001", may_manage=True)
    said(archive, "/subscribe KP", "en", there)
    told = "".join(span.text for span in said(archive, "/forget", "en", there))
    assert "Remove everything about Northlight?" in told
    assert "this chat" not in told
    assert "you" not in told.lower().replace("yours", "")
    told = "".join(span.text for span in said(archive, "/forget yes", "en", there))
    assert "Nothing is stored about Northlight any more." in told


def countries(chat: Chat) -> list[tuple[str, ...]]:
    """What the chat's subscriptions are about."""
    return [route.countries for route in chat.routes]


class TestUnsubscribe:
    """The name alone is what a tap sends."""

    def test_of_several_it_asks_and_takes_one(self, chat: Chat) -> None:
        """By a button that goes on meaning this one."""
        chat.says("/subscribe KP")
        chat.says("/subscribe CN")
        read = chat.says("/unsubscribe")
        assert "Take back all 2 subscriptions?" in read
        assert len(countries(chat)) == 2
        chat.presses("Only 1")
        assert countries(chat) == [("CN",)]

    def test_asked_twice_by_the_same_update_it_asks_again(self, chat: Chat) -> None:
        """Nothing was done, so nothing is told as done."""
        chat.says("/subscribe KP")
        chat.says("/subscribe CN")
        chat.request_id = "1:7"
        assert chat.says("/unsubscribe") == chat.says("/unsubscribe")
        assert len(countries(chat)) == 2


class TestCountries:
    """A slip in a country's name is named, offered, and never taken for granted."""

    @pytest.mark.parametrize(
        ("language", "typed", "label", "codes"),
        [
            ("en", "Nroth Korea", "North Korea", ("KP",)),
            ("en", "Noth Korea", "North Korea", ("KP",)),
            ("en", "North Kroea", "North Korea", ("KP",)),
            ("en", "South Koera", "South Korea", ("KR",)),
            ("en", "Chnia", "China", ("CN",)),
            ("en", "Korea", "South Korea", ("KR",)),
            ("en", "KP Chnia kind:report", "China", ("KP", "CN")),
            ("ko", "중궄", "중국", ("CN",)),
            ("ko", "주국", "중국", ("CN",)),
            ("ko", "중구", "중국", ("CN",)),
            ("ko", "조선", "북한", ("KP",)),
            ("ko", "북함", "북한", ("KP",)),
        ],
    )
    def test_a_button_does_what_was_meant(
        self, database: Database, language: str, typed: str, label: str, codes: tuple[str, ...]
    ) -> None:
        """It, or another country; nothing before it is pressed."""
        chat = Chat(database, language=language)
        chat.says(f"/subscribe {typed}")
        assert countries(chat) == []
        assert "/subscribe ?" in chat.offered.values()
        chat.presses(label)
        assert countries(chat) == [codes]

    @pytest.mark.parametrize(
        "typed",
        ["북미", "북유럽", "북극", "북부", "북항", "북함", "인도주의", "이란성", "인도양", "요르단강"],
    )
    def test_half_a_word_is_no_country(self, database: Database, typed: str) -> None:
        """North America is not North Korea."""
        chat = Chat(database, language="ko")
        assert f"“{typed}”" in chat.says(f"/subscribe {typed}")
        assert countries(chat) == []

    @pytest.mark.parametrize("typed", ["북", "북측", "북한", "북조선", "탈북민"])
    def test_what_means_the_north_still_does(self, database: Database, typed: str) -> None:
        """Its short forms."""
        chat = Chat(database, language="ko")
        chat.says(f"/subscribe {typed}")
        assert countries(chat) == [("KP",)]

    @pytest.mark.parametrize("typed", ["countries nroth", "country:Nroth Korea"])
    def test_in_a_subscription_too(self, chat: Chat, typed: str) -> None:
        """The button adds it there."""
        chat.says("/subscribe CN")
        chat.says(f"/settings 1 {typed}")
        assert chat.offered["Settings"] == "/settings"
        assert "Another country" in chat.offered
        chat.presses("North Korea")
        assert countries(chat) == [("CN", "KP")]


def test_what_cannot_be_set_is_told_with_what_can(chat: Chat) -> None:
    """It is no language that anybody asked for."""
    read = chat.says("/settings foo")
    assert "“foo” is nothing that can be set here." in read
    assert "/settings clock:Asia/Seoul" in read
    assert "language that I speak" in chat.says("/settings lang:xx")
    assert chat.offered["Settings"] == "/settings"
