"""Times that are said from today on: understood in both languages, and told as they were read."""

from datetime import date

import pytest

from bot.commands import words
from bot.commands.mistake import Mistake
from bot.commands.relative import time_at
from bot.commands.words import Grammar
from bot.speech import Speech
from storage.database import Database
from tests.bot.chat import Chat, published
from tests.builders import NOON, a_source, a_statement

TODAY = date(2026, 3, 11)
"""A Wednesday."""
ENGLISH = Speech("en")


def read(line: str, grammar: Grammar = words.SEARCH) -> tuple[str, str, tuple[str, ...]]:
    """From which day on, before which, and the words beside."""
    wanted = words.read(line, grammar, ENGLISH, TODAY)
    return str(wanted.since or ""), str(wanted.before or ""), wanted.words


@pytest.mark.parametrize(
    ("said", "since", "before"),
    [
        ("today|오늘|오늘은", "2026-03-11", "2026-03-12"),
        ("yesterday|어제|어제의|1 day ago|하루 전", "2026-03-10", "2026-03-11"),
        ("그저께|two days ago|이틀 전|2일 전", "2026-03-09", "2026-03-10"),
        ("this week|이번 주|이번주에", "2026-03-09", "2026-03-16"),
        ("last week|지난주|지난 주|저번주|a week ago|일주일 전", "2026-03-02", "2026-03-09"),
        ("this month|이번 달|이달", "2026-03-01", "2026-04-01"),
        ("last month|Last Month?|지난달|지난 달에|저번 달|한 달 전", "2026-02-01", "2026-03-01"),
        ("3 months ago|three months ago|석 달 전|3개월 전", "2025-12-01", "2026-01-01"),
        ("this year|올해|금년|올해의", "2026-01-01", "2027-01-01"),
        ("last year|작년|지난해|작년에|1년 전", "2025-01-01", "2026-01-01"),
        ("재작년|지지난해|2 years ago", "2024-01-01", "2025-01-01"),
        ("작년 11월|지난해 11월에|November last year|Nov. last year|지난 11월", "2025-11-01", "2025-12-01"),
        ("재작년 12월의", "2024-12-01", "2025-01-01"),
        ("올해 3월|March this year", "2026-03-01", "2026-04-01"),
        ("last March|지난 3월", "2025-03-01", "2025-04-01"),
        ("last February|지난 2월", "2026-02-01", "2026-03-01"),
        ("since last November|지난 11월부터", "2025-11-01", ""),
        (
            "last 7 days|the past seven days|past week|최근 7일|최근 일주일|지난 7일간",
            "2026-03-05",
            "2026-03-12",
        ),
        ("last 3 months|최근 3개월|최근 석 달", "2025-12-12", "2026-03-12"),
        ("since last month|지난달부터|지난 달 이후", "2026-02-01", ""),
        ("before last year|작년 이전", "", "2025-01-01"),
        ("until yesterday|어제까지", "", "2026-03-11"),
    ],
)
def test_a_time_said_from_today_on_is_one_time_in_both_languages(said: str, since: str, before: str) -> None:
    """However it is said; beside words as well."""
    for one in said.split("|"):
        assert read(f"camp {one}") == (since, before, ("camp",)), one


@pytest.mark.parametrize(
    ("line", "since", "before"),
    [
        ("since:yesterday", "2026-03-10", ""),
        ("since:last month camp", "2026-02-01", ""),
        ('since:"last month" camp', "2026-02-01", ""),
        ("since: 지난 달 camp", "2026-02-01", ""),
        ("이후:작년 before:지난달 camp", "2025-01-01", "2026-02-01"),
        ("since:3 weeks ago until:yesterday camp", "2026-02-16", "2026-03-11"),
        ("date:last week camp", "2026-03-02", "2026-03-09"),
        ("year:작년 camp", "2025-01-01", "2026-01-01"),
    ],
)
def test_keys_of_time_take_such_times_too(line: str, since: str, before: str) -> None:
    """The words after the key are a part of it where they say a time, and words else."""
    assert read(line)[:2] == (since, before)


@pytest.mark.parametrize(
    "line",
    [
        "last camp",
        "this may camp",
        "the last days",
        '"last year"',
        "first month",
        "전주 교도소",
        "이주 노동자",
        "9 months pregnant",
    ],
)
def test_what_says_no_time_is_looked_for(line: str) -> None:
    """Neither a name that is spelt like one nor what stands in quotation marks."""
    assert read(line)[:2] == ("", "")


def test_a_time_before_the_calendar_is_none() -> None:
    """Nobody's archive has it."""
    assert time_at(["999", "years", "ago"], date(900, 1, 1)) == (0, None)
    with pytest.raises(Mistake):
        words.read("since:never camp", words.SEARCH, ENGLISH, TODAY)


def test_last_year_is_named_in_answers() -> None:
    """What was asked of China "last year" is of that year; /latest takes a time beside a country."""
    wanted = words.read("last year China", words.DEMANDS, ENGLISH, TODAY)
    assert (wanted.to, wanted.year) == (("CN",), 2025)
    wanted = words.read("China 지난달", words.LATEST, ENGLISH, TODAY)
    assert (wanted.countries, str(wanted.since)) == (("CN",), "2026-02-01")


def test_it_is_told_how_a_time_was_read_and_what_fits_of_any_date_where_nothing_is_of_it(
    database: Database,
) -> None:
    """Nobody is left with a filter that they did not mean, in either language."""
    said = a_statement(title="Camp 15 was emptied", text="The camp was emptied last month.", published=NOON)
    published(database, a_source(), said)
    chat = Chat(database)
    told = chat.says("/search camp this month")
    assert "Camp 15 was emptied" in told
    assert "“this month” is read as 1" in told
    told = chat.says("/search camp last month")
    assert "Nothing that fits is dated so" in told
    assert "Camp 15 was emptied" in told
    assert "Camp 15 was emptied" in chat.says("/search last month")
    chat.says("/settings lang:ko")
    told = chat.says("/search camp 이번 달")
    assert "Camp 15 was emptied" in told
    assert "“이번 달”" in told
