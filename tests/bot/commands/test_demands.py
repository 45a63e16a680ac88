"""Of whom: /demands answers for the one who was named, in whatever words, and for nobody else."""

from datetime import UTC, date, datetime

import pytest

from storage.database import Database
from storage.records import Addressee, Demand, Statement
from storage.words import Kind
from tests.bot.chat import Chat, published
from tests.builders import a_source

ASKED = {
    "close the camps": Addressee("DPRK", "KP", 1),
    "receive those who flee": Addressee("Republic of Korea", "KR", 1),
    "end returns": Addressee("China", "CN", 1),
    "release the helpers": Addressee("People’s Republic of China", "CN", 1),
    "open the archive": Addressee("Government of China (Ministry of Justice)", "CN", 1),
    "grant visas": Addressee("Government of Vietnam", "VN", 1),
    "fund the clinic": Addressee("Government of Tonga", "TO", 1),
    "name an envoy": Addressee("President Ahn Bo-ra", "KR", 1),
    "meet the families": Addressee("President Nguyen Van Sample", "VN", 1),
    "go to arbitration": Addressee("United Nations High Commissioner on Refugees", None, 1),
}
CHINA = {"end returns", "release the helpers", "open the archive"}

LINES = {
    "2005 North Korean government": {"close the camps"},
    "Democratic People's Republic of Korea 2005": {"close the camps"},
    "2005 Republic of Korea": {"receive those who flee", "name an envoy"},
    "2005 북한 정부": {"close the camps"},
    "2005 People's Republic of China": CHINA,
    "2005 government of China": CHINA,
    "2005 the Chinese government": CHINA,
    "2005 president of China": CHINA,
    "2005 중국정부": CHINA,
    "2005 to China": CHINA,
    "of China 2005": CHINA,
    "2005 on China": CHINA,
    "2005-02 China": CHINA,
    "2005년 중국": CHINA,
    "2005-2006 China": CHINA,
    "2005-2007 China": {*CHINA, "sign the covenant"},
    "2005 2007 China": {*CHINA, "sign the covenant"},
    "2007 China": {"sign the covenant"},
    "2005 China Ministry of Justice": {"open the archive"},
    "2005 Ministry of Justice of China": {"open the archive"},
    "2005 China and Vietnam": {*CHINA, "grant visas", "meet the families"},
    "2005 China, UNHCR": {*CHINA, "go to arbitration"},
    "2005 UNHCR": {"go to arbitration"},
    "President Ahn Bo-ra": {"name an envoy"},
    "2005 TO": {"fund the clinic"},
}
"""What is typed, and what is answered."""


@pytest.fixture
def chat(database: Database) -> Chat:
    """A chat about what a resolution of February 2005 asked of ten, and a letter of 2007 of China."""
    published(
        database,
        a_source(),
        resolution(date(2005, 2, 16), ASKED),
        resolution(date(2007, 5, 1), {"sign the covenant": Addressee("China", "CN", 1)}),
    )
    return Chat(database)


def resolution(day: date, asked: dict[str, Addressee]) -> Statement:
    """A resolution of this day that asks this."""
    return Statement(
        title=f"Resolution of {day:%Y}",
        kind=Kind.RESOLUTION,
        language="en",
        url=f"https://assembly.example/{day:%Y}",
        text="The assembly resolves.",
        issuers=("Second Assembly",),
        date_written=day,
        published=datetime(day.year, day.month, day.day, tzinfo=UTC),
        countries=("KP",),
        addressees=tuple(asked.values()),
        demands=tuple(Demand(whom.name, quote) for quote, whom in asked.items()),
    )


def quoted(read: str) -> set[str]:
    """The demands in an answer."""
    return {quote for quote in (*ASKED, "sign the covenant") if f"“{quote}”" in read}


def test_the_one_who_was_named_and_nobody_else(chat: Chat) -> None:
    """Official names, adjectives, titles, linking words, months and spans, an organ, another name."""
    assert {line: quoted(chat.says(f"/demands {line}")) for line in LINES} == LINES


def test_a_span_of_time_is_said(chat: Chat) -> None:
    """What was taken for a time stands in the heading."""
    read = chat.says("/demands 2005-2006 China")
    assert read.startswith("What was asked of China from 1 January 2005 to 31 December 2006")


def test_a_person_is_not_the_country(chat: Chat) -> None:
    """Of whom nothing was asked is said; the country is one tap away."""
    assert quoted(chat.says("/demands President Xi Jinping")) == set()
    assert "Did you mean one of these?" in chat.read
    assert quoted(chat.presses("China")) == {*CHINA, "sign the covenant"}
    assert quoted(chat.says("/demands Moon Jae-in")) == set()


def test_who_was_probably_meant_is_offered(chat: Chat) -> None:
    """A country by its spelling, with the time that was asked for; an organisation by its other names."""
    assert quoted(chat.says("/demands 2007 Chnia")) == set()
    assert quoted(chat.presses("China")) == {"sign the covenant"}
    chat.says("/demands High Commissionner on Refugees")
    assert quoted(chat.says(chat.offered["United Nations High Commissioner on…"])) == {"go to arbitration"}


def test_a_name_of_two_countries_is_asked_about(chat: Chat) -> None:
    """Neither is taken for the other."""
    for line in ("/demands Korea", "/latest Korea", "/latest country:Korea", "/subscribe Korea"):
        assert "“Korea” may be North Korea (KP) or South Korea (KR)." in chat.says(line)
        assert "북한(KP)" in Chat(chat.database, language="ko").says(line).replace(" (", "(")


def test_the_names_of_one_state_are_counted_together(chat: Chat) -> None:
    """China by any of its names is one line, which leads to all of it."""
    read = chat.says("/demands 2005")
    assert "China · 2 demands" in read
    assert "People’s Republic" not in read
    assert quoted(chat.presses("China")) == CHINA
