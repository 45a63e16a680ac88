"""The filter words: what a person types is understood, or explained; nothing in between."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.commands import routed, words
from bot.commands.mistake import Mistake
from bot.commands.words import Grammar, Wanted
from bot.countries import country_named
from bot.speech import Speech
from storage.people import Route
from storage.queries import Sort
from storage.words import Digest, Kind, Urgency

TODAY = date(2026, 3, 11)
"""A Wednesday."""
ENGLISH, KOREAN = Speech("en"), Speech("ko")
GRAMMARS = (words.SUBSCRIBE, words.LATEST, words.SEARCH, words.DEMANDS)


def read(line: str, grammar: Grammar = words.SUBSCRIBE, speech: Speech = ENGLISH) -> Wanted:
    """Read a line of /subscribe in English unless said otherwise."""
    return words.read(line, grammar, speech, TODAY)


def test_the_whole_grammar_in_one_line() -> None:
    """The example of the design is one route."""
    line = 'KP CN kind:resolution urgency:Expected lang:ko from:nkhr digest:daily "prison camp" -fundraising'
    assert routed.route_of(read(line)) == Route(
        countries=("KP", "CN"),
        kinds=(Kind.RESOLUTION,),
        languages=("ko",),
        sources=("nkhr",),
        keywords=("prison camp",),
        without=("fundraising",),
        least_urgency=Urgency.EXPECTED,
        digest=Digest.DAILY,
    )


@pytest.mark.parametrize(
    ("line", "countries"),
    [
        ("kp", ("KP",)),
        ("China, North Korea", ("CN", "KP")),
        ("south korea", ("KR",)),
        ('"south korea"', ("KR",)),
        ("북한 중국", ("KP", "CN")),
        ("북한,중국", ("KP", "CN")),
        ("burma and viet nam", ("MM", "VN")),
        ("Myanmar Burma", ("MM",)),
        ("the united kingdom USA", ("GB", "US")),
        ("country:China", ("CN",)),
        ("country:north korea", ("KP",)),
        ("country: KP", ("KP",)),
        ("Papua New Guinea", ("PG",)),
        ("DPRK", ("KP",)),
        ("North Korean", ("KP",)),
        ("Democratic People's Republic of Korea", ("KP",)),
        ("Islamic Republic of Iran", ("IR",)),
        ("Russian Federation, Syrian Arab Republic", ("RU", "SY")),
        ("Saudi Arabian", ("SA",)),
        ("South Sudanese", ("SS",)),
        ("the Chinese government", ("CN",)),
        ("to China", ("CN",)),
        ("in kp", ("KP",)),
        ("kp in", ("KP", "IN")),
        ("TO", ("TO",)),
        ("", ()),
    ],
)
def test_countries_by_code_and_by_name(line: str, countries: tuple[str, ...]) -> None:
    """Codes in any case, names in any language of the archive, names of several words."""
    assert read(line).countries == countries


@pytest.mark.parametrize("quotes", ['"{}"', "“{}”", "„{}“", "«{}»", "「{}」"])
def test_any_quotation_marks_hold_a_phrase(quotes: str) -> None:
    """Telephones turn straight quotes into others."""
    assert read(quotes.format("prison camp")).phrases == ("prison camp",)


def test_values_by_their_names_in_the_person_s_language() -> None:
    """A Korean reader need not know the codes."""
    wanted = read("kind:결의안 urgency:즉시 lang:한국어", speech=KOREAN)
    assert wanted == Wanted(kinds=(Kind.RESOLUTION,), least_urgency=Urgency.IMMEDIATE, languages=("ko",))
    assert read("kind:open-letter,Reports").kinds == (Kind.OPEN_LETTER, Kind.REPORT)
    assert read('kind:"urgent appeal"').kinds == (Kind.URGENT_APPEAL,)


@pytest.mark.parametrize(
    ("line", "explained"),
    [
        ("Chnia", "Did you mean China?"),
        ("refugees", '"refugees"'),
        ("kind:resolutoin", "Did you mean resolution?"),
        ("kind:", "a word is missing"),
        ("knd:report", "Did you mean “kind:”?"),
        ("urgency:soonish", "Immediate, Expected"),
        ("lang:klingonese", "lang:ko"),
        ("digest:hourly", "now, daily, weekly"),
        ("to:China", "not understood here"),
        ("since:2005", "not understood here"),
        ("-kind:report", "only words can"),
        ("country:Chnia", "Did you mean China?"),
        ("x" * 1001, "1000"),
        ("KP " * 61, "60"),
    ],
)
def test_a_mistake_is_explained(line: str, explained: str) -> None:
    """The explanation names what was meant, or what can be written."""
    with pytest.raises(Mistake) as caught:
        read(line)
    assert explained in caught.value.told(ENGLISH)
    assert caught.value.told(KOREAN)


def test_a_digest_needs_kinds() -> None:
    """What is urgent always rings, so a digest of it would be a setting that does nothing."""
    with pytest.raises(Mistake):
        routed.route_of(read("KP digest:daily"))


def test_kinds_come_as_a_digest_unless_asked_otherwise() -> None:
    """Only what is urgent makes a sound by itself."""
    assert routed.route_of(read("kind:resolution")).digest is Digest.DAILY
    assert routed.route_of(read("kind:resolution digest:now")).digest is Digest.NONE
    assert routed.route_of(read("KP")).digest is Digest.NONE


def test_times() -> None:
    """A year alone is the whole year; since and before take days, months and years."""
    year = read("2005", words.LATEST)
    assert (year.since, year.before, year.year) == (date(2005, 1, 1), date(2006, 1, 1), 2005)
    assert read("2005년", words.LATEST).year == 2005
    span = read("since:2004-06 before:2006.02.03", words.LATEST)
    assert (span.since, span.before) == (date(2004, 6, 1), date(2006, 2, 3))
    for wrong in ("since:never", "before:2005-13", "year:5", "page:0", "page:x"):
        with pytest.raises(Mistake):
            read(wrong, words.LATEST)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("until:2015", Wanted(before=date(2016, 1, 1))),
        ("language:ko", Wanted(languages=("ko",))),
        ("org:nkhr", Wanted(sources=("nkhr",))),
        ("date:2015-03", Wanted(since=date(2015, 3, 1), before=date(2015, 4, 1))),
        ("date:2015", Wanted(since=date(2015, 1, 1), before=date(2016, 1, 1), year=2015)),
        ("종류:결의안", Wanted(kinds=(Kind.RESOLUTION,))),
        ("kind:결의", Wanted(kinds=(Kind.RESOLUTION,))),
        ("나라:중국", Wanted(countries=("CN",))),
        ("kind=resolution", Wanted(kinds=(Kind.RESOLUTION,))),
        ("since:2015년", Wanted(since=date(2015, 1, 1))),
        ("since:2015년3월", Wanted(since=date(2015, 3, 1))),
        ("sort:최신", Wanted(sort=Sort.NEW)),
    ],
)
def test_filters_by_the_words_that_people_use(line: str, wanted: Wanted) -> None:
    """In either language, whichever the chat speaks."""
    for speech in (ENGLISH, KOREAN):
        assert read(line, words.SEARCH, speech) == wanted


def test_a_filter_that_is_not_understood_is_explained_in_the_person_s_language() -> None:
    """What can be written is listed by the names that the person knows."""
    with pytest.raises(Mistake) as caught:
        read("after:2015", words.SEARCH)
    assert "“since:”" in caught.value.told(ENGLISH)
    with pytest.raises(Mistake) as caught:
        read("종류:무엇", words.SEARCH, KOREAN)
    assert "resolution (결의안)" in caught.value.told(KOREAN)


def test_a_word_with_an_equals_sign_stays_one() -> None:
    """Only a filter's key makes a filter."""
    assert read("E=mc2", words.SEARCH).words == ("E=mc2",)


def test_a_search_takes_words_as_words() -> None:
    """Names of countries are words of a search; codes in capitals and keys are filters."""
    wanted = read('China camps KP to:vietnam -"fund raising" "camp 25"', words.SEARCH)
    assert wanted == Wanted(
        words=("China", "camps"),
        countries=("KP",),
        to=("VN",),
        without=("fund raising",),
        phrases=("camp 25",),
    )


@pytest.mark.parametrize(
    "line", ["UA 68/12", "UA: 68/12", "AL CAN 3/2026", "IT workers", "A/RES/78/218", "us"]
)
def test_a_search_keeps_references_and_words_that_look_like_codes(line: str) -> None:
    """A document's number is looked up, not taken apart."""
    wanted = read(line, words.SEARCH)
    assert wanted.countries == ()
    assert wanted.words


def test_demands_take_countries_and_other_addressees() -> None:
    """Of whom something was asked: a state, or a name."""
    assert read("2005 china", words.DEMANDS).to == ("CN",)
    assert read("중국", words.DEMANDS, KOREAN).to == ("CN",)
    assert read("olympic committee", words.DEMANDS).to_names == ("olympic committee",)
    assert read("to:UNHCR", words.SEARCH).to_names == ("UNHCR",)


def test_the_next_page_keeps_the_rest() -> None:
    """Only the page changes."""
    assert words.with_page("/search camp page:2 KP", 3) == "/search camp KP page:3"


SIMPLE = st.text(
    st.characters(categories=["L", "N", "Zs", "Pd", "Po"], exclude_characters='"“”„«»「」'), min_size=1
)
PHRASES = SIMPLE.map(lambda text: " ".join(text.split())).filter(bool).map(lambda text: text[:30].strip())


def no_country(text: str) -> bool:
    """A country's name in quotation marks is that country."""
    return country_named(text) is None


SOME_PHRASES = st.lists(PHRASES.filter(no_country), max_size=3, unique=True).map(tuple)
KINDS = st.lists(st.sampled_from(Kind), max_size=3, unique=True).map(tuple)


@given(
    st.builds(
        Route,
        countries=st.lists(st.sampled_from(["KP", "CN", "US", "MM"]), max_size=3, unique=True).map(tuple),
        kinds=KINDS,
        languages=st.lists(st.sampled_from(["ko", "en"]), max_size=2, unique=True).map(tuple),
        sources=SOME_PHRASES,
        keywords=SOME_PHRASES,
        without=SOME_PHRASES,
        least_urgency=st.none() | st.sampled_from(Urgency),
        digest=st.sampled_from(Digest),
    ).filter(lambda route: route.kinds or route.digest is Digest.NONE)
)
def test_a_route_shown_as_a_line_is_that_route_when_typed(route: Route) -> None:
    """/settings shows lines that can be typed again, here or on another transport."""
    line = routed.typed(route).removeprefix("/subscribe")
    assert routed.route_of(words.read(line, words.SUBSCRIBE, ENGLISH, TODAY)) == route


TYPED = st.lists(
    st.sampled_from(
        [
            "KP",
            "china",
            "kind:",
            "kind:report",
            "since:",
            "2005",
            "-",
            '"',
            "“",
            "to:",
            "page:9",
            "from:x",
            ":",
            ",",
        ]
    )
    | st.text(max_size=12),
    max_size=12,
).map(" ".join)


@given(TYPED, st.sampled_from(GRAMMARS), st.sampled_from([ENGLISH, KOREAN]))
def test_whatever_is_typed_is_understood_or_explained(line: str, grammar: Grammar, speech: Speech) -> None:
    """No line makes the reader fail otherwise than with a sentence for the person."""
    try:
        told = repr(words.query_of(words.read(line, grammar, speech, TODAY)))
    except Mistake as mistake:
        told = mistake.told(speech)
    assert told
