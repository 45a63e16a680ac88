"""Asking about the past: /latest, /search, /resolutions, /demands."""

from datetime import UTC, datetime

import pytest

from bot.speech import Speech
from storage.database import Database
from storage.records import Addressee, Demand
from storage.words import Kind, Relation
from tests.bot.chat import Chat, published
from tests.builders import NOON, a_source, a_statement, kept


@pytest.fixture
def chat(archive: Database) -> Chat:
    """A private chat about the small archive."""
    return Chat(archive)


def test_latest_shows_the_newest_first_with_number_link_and_dates(chat: Chat) -> None:
    """Every result says what it is, whose, and what its date means."""
    read = chat.says("/latest")
    assert (
        read.index("#1 Nine refugees face return")
        < read.index("#3 강제 북송을 멈추라")
        < read.index("#2 Resolution")
    )
    assert (
        "resolution · North Korea · Second Assembly · written 16 February 2005 · posted 1 March 2005" in read
    )
    assert chat.presses("#2").startswith("#2 · resolution")


def test_latest_takes_filters(chat: Chat) -> None:
    """By country, kind, language and year."""
    assert "#1" in chat.says("/latest China lang:en")
    assert "#3" not in chat.read
    assert "#2" in chat.says("/latest kind:resolution 2005")
    assert "1 result" in chat.read
    assert "/search does" in chat.says('/latest "prison camp"')


def test_search_finds_words_and_shows_where_they_stand(chat: Chat) -> None:
    """The passage is quoted; a second filter narrows."""
    read = chat.says("/search prison camps")
    assert "#2 Resolution of the Second Assembly" in read
    assert "We resolve that the prison camps be closed." in read
    assert "Nothing was found" in chat.says("/search prison camps kind:report")


def test_plain_words_in_a_private_chat_are_a_search(chat: Chat) -> None:
    """Nobody needs to know the word /search."""
    assert "#3" in chat.says("강제 북송")


def test_a_search_for_nothing_asks_what_to_look_for(chat: Chat) -> None:
    """An example that works stands beside the question."""
    for line in ("/search", "/search -camps"):
        read = chat.says(line)
        assert "What shall I look for?" in read
        assert "/search" in read


def test_a_year_beside_words_is_a_word_or_a_date(database: Database) -> None:
    """A page of 2005 posted in 2012 is found, and so is what is dated 2005 without saying so."""
    late = a_statement(
        title="Resolution of 2005", text="Adopted in 2005.", published=datetime(2012, 1, 1, tzinfo=UTC)
    )
    dated = a_statement(title="Resolution on camps", published=datetime(2005, 6, 1, tzinfo=UTC))
    other = a_statement(title="Resolution on schools", published=datetime(2009, 6, 1, tzinfo=UTC))
    published(database, a_source(), late, dated, other)
    read = Chat(database).says("/search resolution 2005")
    assert "posted 1 January 2012" in read
    assert "Resolution on camps" in read
    assert "Resolution on schools" not in read


def test_what_was_looked_for_instead_is_said(chat: Chat) -> None:
    """A slip of the keyboard is mended, and the answer says so."""
    read = chat.says("/search prifon camps")
    assert "Nothing holds “prifon”. Looked for instead: “prison”." in read
    assert "#2 Resolution of the Second Assembly" in read


def test_a_part_of_what_was_asked_is_called_a_part(chat: Chat) -> None:
    """Where nothing holds all the words, those that hold some are shown as such."""
    assert "Nothing holds all of it. These hold a part:" in chat.says("/search prison camps zzyzx")
    assert "#2" in chat.read


@pytest.mark.parametrize(
    "line",
    [
        '/search "prison camp',
        "/search the of and",
        "/search 😀",
        "/search " + "camp " * 1000,
        "/search \u202eآمپ\u202c",
        "/search a OR b* NEAR(c) -- ; DROP TABLE statements",
        "/search title:prison AND NOT (camps)",
        "/search sort:sideways camps",
    ],
)
def test_whatever_is_typed_is_answered_or_explained(chat: Chat, line: str) -> None:
    """Never an error's own words."""
    read = chat.says(line)
    assert read
    for word in ("fts5", "syntax", "sqlalchemy", "Traceback", "tsquery"):
        assert word not in read


def test_resolutions_by_year_and_by_words(chat: Chat) -> None:
    """Only resolutions, whatever else holds the words."""
    assert "#2" in chat.says("/resolutions")
    assert "#1" not in chat.read
    assert "#2" in chat.says("/resolutions 2005")
    assert "Nothing was found" in chat.says("/resolutions 1999")
    assert "#2" in chat.says("/resolutions camps")


@pytest.mark.parametrize(
    "line", ["/demands china", "/demands 중국", "/demands CN", "/demands People's Republic of China"]
)
def test_demands_are_quoted_for_the_addressee_alone(chat: Chat, line: str) -> None:
    """What was asked of China, word for word, each with its statement; nothing asked of others."""
    read = chat.says(line)
    assert "“halt the return”" in read
    assert "“keep promise number 0”" in read
    assert "“disclose where they are”" not in read
    assert "“open an office at the border”" not in read
    assert "and 2 more demands: /statement 2" in read
    assert "written 16 February 2005" in read


def test_demands_of_a_year(chat: Chat) -> None:
    """The conference's question: what did 2005 demand of China?"""
    read = chat.says("/demands 2005 China")
    assert read.startswith("What was asked of China in 2005")
    assert "keep promise" in read
    assert "halt the return" not in read


def test_demands_of_somebody_who_is_no_country(chat: Chat) -> None:
    """An organisation is found by its name."""
    assert "“open an office at the border”" in chat.says("/demands unhcr")
    assert "keep promise" not in chat.read
    assert "Of whom?" in chat.says("/demands")
    assert "Nothing was found" in chat.says("/demands Iceland")


def test_long_lists_are_paged_by_button_and_by_word(database: Database) -> None:
    """Five on a page, none twice, none left out; the last page offers no more."""
    many = [a_statement(title=f"Post number {number} end") for number in range(12)]
    numbers = published(database, a_source(), *many)
    chat = Chat(database)
    seen: list[str] = []
    chat.says("/latest kind:urgent_appeal")
    while True:
        seen += [label for label in chat.offered if label.startswith("#")]
        if "More" not in chat.offered:
            break
        chat.presses("More")
    assert sorted(seen) == sorted(f"#{number}" for number in numbers)
    assert "page 3 of 3" in chat.read
    assert "There are no more pages." in chat.says("/latest page:4")
    assert "page 3 of 3" in chat.presses("Back")


def test_a_name_that_nobody_has_is_said_to_be_so(chat: Chat) -> None:
    """An empty answer would say that they never spoke; the names that are known are one tap away."""
    for line in ("/search from:nobody camps", "/latest from:nobody", "/resolutions from:nobody"):
        assert "Nobody whose statements are kept here is called “nobody”." in chat.says(line)
    assert "Did you mean one of these?" in chat.says('/latest from:"Secund Assembly"')
    assert "#2" in chat.presses("Second Assembly")


def test_more_shows_the_next_page_of_the_list_shown_last(database: Database) -> None:
    """As people say it, with a slash or without; and nothing is taken away by a slip."""
    published(database, a_source(), *(a_statement(title=f"Post {n}", text="the river") for n in range(12)))
    chat = Chat(database, address="asks for more")
    assert "page 1 of 3" in chat.says("/search river")
    assert "page 2 of 3" in chat.says("more")
    assert "page 3 of 3" in chat.says("/more")
    assert "forget" not in chat.says("/more")
    assert "/forget yes" not in chat.offered.values()
    korean = Chat(database, address="asks in Korean", language="ko")
    korean.says("/latest")
    assert "2" in korean.says("더 보기")


@pytest.mark.parametrize("line", ["/search river", "/latest", "/resolutions river", "/demands China"])
@pytest.mark.parametrize("language", ["en", "ko"])
def test_one_may_go_back_to_the_page_before(database: Database, line: str, language: str) -> None:
    """By the button and by the word, as often as one likes; before the first page there is none."""
    asked = {"addressees": (Addressee("China", "CN", 1),), "demands": (Demand("China", "halt the return"),)}
    many = [
        a_statement(title=f"Post {n}", text="the river", kind=Kind.RESOLUTION, **asked) for n in range(12)
    ]
    published(database, a_source(), *many)
    on, back = {"en": ("More", "Back"), "ko": ("더 보기", "이전")}[language]
    chat = Chat(database, address=f"goes back in {line}", language=language)
    first = chat.says(line)
    assert on in chat.offered
    assert back not in chat.offered
    second = chat.presses(on)
    third = chat.presses(on)
    assert on not in chat.offered
    assert len({first, second, third}) == 3
    assert chat.presses(back) == second
    assert chat.presses(back) == first
    assert back not in chat.offered
    assert chat.says(on) == second
    assert chat.says(f"/{back}") == first
    assert chat.says(back) == Speech(language).t("There is no page before this one.")


def test_back_reads_a_text_backwards_too_and_never_changes_anything(chat: Chat) -> None:
    """Wherever a button of that name stands; what it leads to is only ever shown."""
    first = chat.says("/statement 2 1")
    second = chat.says("Read on")
    assert "page 2 of" in second
    assert chat.says("back") == first
    chat.says("/subscribe KP")
    assert chat.says("back") == "There is no page before this one."
    assert len(chat.routes) == 1


def test_a_year_alone_lists_of_whom_something_was_asked(archive: Database) -> None:
    """Each leads to what was asked."""
    chat = Chat(archive)
    read = chat.says("/demands 2005")
    assert "Of whom something was asked: 2005" in read
    assert "China" in read
    assert "#" in chat.presses(next(iter(chat.offered)))


@pytest.mark.parametrize(
    "typed", ["http://ngo.example/one", "/search https://ngo.example/one/", "/search #1"]
)
def test_a_link_or_a_number_alone_leads_to_its_statement(database: Database, typed: str) -> None:
    """Pasted as it was found elsewhere."""
    published(database, a_source(), a_statement(title="The one", url="https://ngo.example/one"))
    assert "#1 · " in Chat(database).says(typed)


def test_the_filters_are_explained_with_examples_in_both_languages(database: Database) -> None:
    """And nothing of a Korean answer is left in English but what is typed."""
    assert "kind:resolution" in Chat(database).says("/help search")
    korean = Chat(database, language="ko").says("/help search")
    assert "kind:resolution" in korean
    assert "낱말" in korean


def test_what_was_not_looked_through_is_said_even_where_nothing_was_found(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A phrase of common words that stands in the oldest alone: nobody hears that there is none."""
    monkeypatch.setattr("storage.answer.MOST_READ", 300)
    texts = ["The guard took no further action.", *["Further guard, no action."] * 700]
    published(
        database, a_source(), *(a_statement(title=f"of {n}", text=text) for n, text in enumerate(texts))
    )
    read = Chat(database).says('/search "no further action"')
    assert "Nothing was found." in read
    assert "statements with these words were looked through, not all: there may be more." in read


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("/search ???", "What shall I look for?"),
        ("/search 😀", "What shall I look for?"),
        ("/search \u200b\u200b", "What shall I look for?"),
        ("/search -camps page:2 sort:new", "What shall I look for?"),
        ("/search since:2020 before:2010 camps", "Nothing lies since 2020-01-01 and before 2010-01-01."),
        ("/search NEAR(camps prison,5)", "#2 Resolution of the Second Assembly"),
        ("/search (prison|camps)*", "#2 Resolution of the Second Assembly"),
        ("/statement 1 9", "The text of #1 is one page: /statement 1"),
        ("/statement 1 version 3", "No former version of #1 is kept: /statement 1"),
        ("/case 1 7", "Case 1 is one page: /case 1"),
    ],
)
def test_what_cannot_be_answered_is_said_plainly(archive: Database, line: str, said: str) -> None:
    """Signs without words, a time that is none, the syntax of other engines, pages that there are not."""
    with archive.write() as work:
        work.cases.open("A case", NOON)
        one = work.statements.get(1)
        assert one is not None
        work.statements.move(one, 1, Relation.NEW, ())
    assert said in Chat(archive).says(line)


def test_more_where_nothing_follows_is_no_search(chat: Chat) -> None:
    """Neither behind a list of one page, nor in a chat that was shown none; /search finds the word itself."""
    for word in ("more", "더 보기"):
        assert chat.says(word) == "There are no more pages."
    for word in ("back", "/previous", "이전"):
        assert chat.says(word) == "There is no page before this one."
    chat.says("/latest")
    assert chat.says("More") == "There are no more pages."
    assert "Results for: more" in chat.says("/search more")


@pytest.mark.parametrize(
    "line", ["/search to:Cihna return", "/latest to:Cihna", '/resolutions to:"Cihna" return']
)
def test_an_addressee_spelt_almost_as_a_country_is_offered(archive: Database, line: str) -> None:
    """One tap asks the same of the country that was meant."""
    chat = Chat(archive)
    assert "Did you mean one of these?" in chat.says(line)
    assert chat.offered["China"] == line.replace("Cihna", "CN")


def test_peoples_are_found_by_their_names_in_every_language(database: Database) -> None:
    """A text in English answers who asks in Korean, Chinese or Arabic, and the other way round."""
    with database.write() as work:
        kept(work, a_statement(title="Letter", text="Free the Uyghurs held in the camps.", external_id="u"))
        kept(work, a_statement(title="성명", text="로힝야 난민을 돌려보내지 말라.", external_id="r"))
    chat = Chat(database)
    for asked in ("위구르", "위구르족", "維吾爾", "ウイグル", "الأويغور", "Ouïghours", "Uighur"):
        assert "#1 Letter" in chat.says(f"/search {asked}"), asked
    for asked in ("Rohingya", "ロヒンギャ", "罗兴亚", "рохинджа"):
        assert "#2 성명" in chat.says(f"/search {asked}"), asked
