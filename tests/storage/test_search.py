"""The archive is found again in any spelling and script."""

import time
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.clean import strip_controls
from storage.bounds import Stopped, deadline, in_time
from storage.database import Database
from storage.engines import ways_of
from storage.queries import Query, Sense, Sort
from storage.question import Group, Way, rarest
from storage.records import Addressee, Demand
from storage.roots import keys, keys_of
from storage.terms import compounds, fold, initials, plain, terms
from storage.vocabulary import numbers_in, sign
from storage.words import Kind, Role
from tests.builders import NOON, a_source, a_statement, kept

TEXTS = {
    "camps": "Resolution: abolish the political prison camps in the North.",
    "korean": "중국은 강제 북송을 즉각 중단하라. 난민 9명이 위험하다.",
    "symbol": "The Assembly adopted A/RES/78/218 without a vote.",
    "chinese": "良心犯家屬要求立即釋放",
    "accents": "Détention arbitraire à Téhéran",
}


@pytest.fixture
def archive(database: Database) -> Database:
    """Five statements in four scripts."""
    with database.write() as work:
        kept(work, *(a_statement(title=name, text=text, external_id=name) for name, text in TEXTS.items()))
    return database


@pytest.mark.parametrize(
    ("query", "first"),
    [
        (Query(words=("camp",)), "camps"),
        (Query(words=("CAMPS",)), "camps"),
        (Query(phrases=("prison camps",)), "camps"),
        (Query(words=("강제북송",)), "korean"),
        (Query(words=("북송",)), "korean"),
        (Query(phrases=("강제 북송",)), "korean"),
        (Query(words=("A/RES/78/218",)), "symbol"),
        (Query(words=("立即釋放",)), "chinese"),
        (Query(words=("detention", "teheran")), "accents"),
        (Query(words=("abolishing", "camps")), "camps"),
        (Query(words=("assemblies",)), "symbol"),
        (Query(words=("camp", *("q" * n for n in range(1, 1000)))), "camps"),
    ],
)
def test_a_question_finds_its_statement_first(archive: Database, query: Query, first: str) -> None:
    """Plurals, case, accents, spacing and symbols do not stand in the way."""
    with archive.read() as work:
        hits = work.statements.search(query, 5).hits
    assert [hit.statement.external_id for hit in hits][:1] == [first]


def test_a_row_of_terms_is_asked_for_by_its_rarest_and_read_for_the_others(archive: Database) -> None:
    """An index goes through all that hold a common term; what may stand apart is asked for whole."""
    steps = ((1,), (2, 3), (4,), (5,))
    assert rarest(Way(steps), [900, 7, 300, 8]) == ((2, 3), (5,))
    assert rarest(Way(steps, apart=True), [900, 7, 300, 8]) == steps
    sense = Sense(0, 1, also=("political prison camps in the North", "North in the prison camps political"))
    with archive.read() as work:
        hits = work.statements.search(Query(words=("PPC",), senses=(sense,)), 5).hits
        assert [hit.statement.external_id for hit in hits] == ["camps"], "in this order"
        sense = replace(sense, also=sense.also[1:])
        assert not work.statements.search(Query(words=("PPC",), senses=(sense,)), 5).hits


def test_what_asks_for_more_than_another_way_is_not_asked_for() -> None:
    """Of two that ask for the same the first stays."""
    one, other = Way(((1,), (2,))), Way(((2,), (1,)))
    assert ways_of(Group((one, other, Way(((1,), (2,), (3,))), Way(((4,),)), Way(((4, 5),))), 1)) == [
        one,
        Way(((4, 5),)),
    ]


@pytest.mark.parametrize("unit", ["x", "X", "f0", "Xx", "가", "カ", "中", "-", "a-", "A ", "A of the "])
def test_a_run_that_never_ends_is_read_once(unit: str) -> None:
    """A hex dump in a PDF is one word of a hundred thousand letters: read from each, it takes minutes."""
    text = unit * 100_000
    assert terms(text) == terms(text.lower())
    assert all(len(one) <= 40 for one in compounds(text))
    assert all(one.islower() for one in initials(text))


@pytest.mark.parametrize("marks", ["\u0301\u0316", "\u0316\u0327\u0301"])
def test_marks_piled_on_one_letter_are_cut_down(marks: str) -> None:
    """To order them takes the square of their number: thirty are more than any script needs."""
    text = f"Chi{marks * 50_000}na"
    assert plain(text) == fold(text) == "china"
    assert len(strip_controls(text)) == len("China") + 30


@pytest.mark.parametrize(
    "text", ['"', "AND OR NOT", "'); DROP TABLE statements; --", "a:b*", "()", "😀", "\x00"]
)
def test_no_text_is_syntax(archive: Database, text: str) -> None:
    """Whatever a person types is looked for, never executed."""
    with archive.read() as work:
        work.statements.search(Query(words=tuple(text.split()), phrases=(text,)), 5)
        assert work.counts().statements == len(TEXTS)


def test_filters_hold_together_with_words(archive: Database) -> None:
    """A word is found only among the languages asked for."""
    with archive.read() as work:
        assert work.statements.search(Query(words=("camp",), languages=("ko",)), 5).total == 0
        assert work.statements.search(Query(words=("camp",), without=("abolish",)), 5).total == 0


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(kinds=(Kind.RESOLUTION,)), {"resolution"}),
        (Query(countries=("ER", "VN")), {"resolution", "release"}),
        (Query(languages=("ko",)), {"korean"}),
        (Query(sources=("NORTHLIGHT",)), {"resolution", "release", "korean"}),
        (Query(sources=("council", "사람들")), {"resolution", "korean"}),
        (Query(sources=("100%",)), set()),
        (Query(to=("ER",)), {"resolution"}),
        (Query(to_names=("unhcr",)), {"release"}),
        (Query(to=("ER",), to_names=("UNHCR",)), {"resolution", "release"}),
        (Query(since=date(2018, 9, 3), before=date(2019, 3, 22)), {"release"}),
        (Query(countries=("ER",), languages=("ko",)), set()),
    ],
)
def test_each_filter_narrows(database: Database, query: Query, found: set[str]) -> None:
    """Several values of one filter widen it, several filters narrow; with and without words alike."""
    resolution = a_statement(
        external_id="resolution",
        kind=Kind.RESOLUTION,
        issuers=("Human Rights Council",),
        countries=("ER",),
        addressees=(Addressee("Government of Eritrea", "ER", 1),),
        demands=(Demand("Government of Eritrea", "free them"),),
        published=None,
        date_written=date(2019, 3, 22),
    )
    release = a_statement(
        external_id="release",
        kind=Kind.STATEMENT,
        countries=("VN",),
        demands=(Demand("UNHCR", "see him"),),
        published=None,
        date_posted=date(2018, 9, 3),
        date_written=date(2018, 9, 1),
    )
    korean = a_statement(external_id="korean", language="ko", issuers=("사람들",), published=None)
    with database.write() as work:
        kept(work, resolution, release, korean)
        listed = work.statements.latest(query, 10)
        searched = work.statements.search(replace(query, words=("refugees",)), 10)
    for hits in (listed, searched):
        assert {hit.statement.external_id for hit in hits.hits} == found
        assert hits.total == len(found)


def test_the_newest_comes_first_by_the_best_date_there_is(database: Database) -> None:
    """When it was published, else posted, else written, else fetched."""
    day = NOON.date()
    dated = [
        a_statement(external_id="written", published=None, date_written=day - timedelta(days=4)),
        a_statement(external_id="published", published=NOON - timedelta(days=1), date_written=day),
        a_statement(external_id="fetched", published=None),
        a_statement(
            external_id="posted", published=None, date_posted=day - timedelta(days=2), date_written=day
        ),
    ]
    with database.write() as work:
        kept(work, *dated)
        hits = work.statements.latest(Query(), 3)
    assert [hit.statement.external_id for hit in hits.hits] == ["fetched", "published", "posted"]
    assert hits.total == 4


@given(st.text(max_size=200))
def test_no_text_gives_a_term_that_is_none(text: str) -> None:
    """What filters ask for holds a colon, what counts begins with "#": no text can be taken for them."""
    for term in terms(text):
        assert term
        assert not set(term) & set(" :#")


SAID = {
    "uyghur": "An Uyghur student was put on a plane.",
    "refoulement": "The principle of non-refoulement binds every state.",
    "icc": "They ask the International Criminal Court to act.",
    "nine": "Nine refugees were taken to Tumen by train.",
    "plane": "A plane with relief goods landed, and a second plane followed; the plane left again.",
    "kana": "ウィグル人の女性が送還された。",
    "traditional": "歐洲議會通過決議，要求釋放記者。",
    "russian": "Беженцев из Узбекистана высылают, пытки не прекращаются.",
    "arabic": "اللاجئون السوريون عند الحدود",
    "spanish": "Las deportaciones de periodistas deben cesar.",
}


@pytest.mark.parametrize(
    ("query", "first"),
    [
        (Query(words=("Uighurs", "student")), "uyghur"),
        (Query(words=("nonrefoulement",)), "refoulement"),
        (Query(words=("non", "refoulement")), "refoulement"),
        (Query(words=("ICC",)), "icc"),
        (Query(words=("refugess",)), "nine"),
        (Query(words=("refugees", "plane", "Tumen")), "nine"),
        (Query(words=("ウイグル",)), "kana"),
        (Query(words=("欧洲议会决议",)), "traditional"),
        (Query(words=("беженец", "пытка")), "russian"),
        (Query(words=("سوري",)), "arabic"),
        (Query(words=("deportación", "periodista")), "spanish"),
        (Query(words=("уйгур",)), "uyghur"),
        (Query(words=("plane",), without=("relief",)), "uyghur"),
    ],
)
def test_spelling_script_and_form_do_not_stand_in_the_way(
    database: Database, query: Query, first: str
) -> None:
    """Other spellings, initials, slips, endings, and a common word beside a rare one: alike on both."""
    with database.write() as work:
        kept(work, *(a_statement(title=name, text=text, external_id=name) for name, text in SAID.items()))
        hits = work.statements.search(query, 5).hits
    assert [hit.statement.external_id for hit in hits][:1] == [first]
    assert any(marked for _, marked in hits[0].snippet)


def test_what_is_taken_back_leaves_no_word_behind(archive: Database) -> None:
    """What is changed is found by its new words alone; what only it held is forgotten: it may be a name."""
    with archive.write() as work:
        hit = work.statements.search(Query(words=("teheran",)), 5).hits[0].statement
        source = work.sources.ensure(a_source())
        work.statements.change(replace(hit, title="quiet", text="Nothing is said."), source)
    with archive.read() as work:
        assert work.statements.search(Query(words=("teheran",)), 5).total == 0
        assert work.statements.search(Query(words=("quiet",)), 5).total == 1
        held = work.connection.execute(sa.text("SELECT term FROM statement_index_terms"))
        assert not {"teheran", "arbitraire"} & {row.term for row in held}


def test_each_term_is_counted_as_often_as_it_is_held(archive: Database) -> None:
    """However it came: new in a transaction, met again in it, or taken back."""
    with archive.write() as work:
        source = work.sources.ensure(a_source())
        kept(work, a_statement(title="quiet", text="Quiet camps, quiet camps.", external_id="q"))
        first = work.statements.search(Query(words=("quiet",)), 5).hits[0].statement  # writes what waits
        kept(work, a_statement(title="camps", text="Two quiet camps: zeta.", external_id="r"))
        work.statements.change(replace(first, title="loud", text="Loud camps."), source)
    with archive.read() as work:
        rows = work.connection.execute(sa.text("SELECT title, rest FROM statement_index_words"))
        held = Counter(number for row in rows for number in set(numbers_in(row.title + row.rest)))
        known = work.connection.execute(
            sa.text("SELECT id, held FROM statement_index_terms WHERE term NOT LIKE '#%'")
        )
        assert {row.id: row.held for row in known} == held


@pytest.mark.parametrize(
    ("term", "filed"),
    [
        ("uyghurs", "r:uyghur r:uyghurs s:akrs"),
        ("strashchak", "r:strashchak s:strsk"),
        ("qaddafi", "r:qaddaf r:qaddafi s:ktp"),
        ("задержанных", "r:задержа s:strsnk"),
        ("zzz", "r:zzz"),
        ("북송", ""),
        ("2005", ""),
    ],
)
def test_what_a_term_is_filed_under_stays(term: str, filed: str) -> None:
    """Archives hold it: who changes a rule counts RULES on, and every archive is indexed anew."""
    assert " ".join(sorted(keys(term))) == filed
    assert [key for one, key in keys_of(["camps", term]) if one == term] == list(keys(term))


def test_order_by_day(database: Database) -> None:
    """The newest or the oldest first, whatever fits best."""
    day = NOON.date()
    many = [
        a_statement(
            external_id=str(back), text="camp " * back, published=None, date_posted=day - timedelta(back)
        )
        for back in (2, 3, 1)
    ]
    with database.write() as work:
        kept(work, *many)
        new = work.statements.search(Query(words=("camp",), sort=Sort.NEW), 5).hits
        old = work.statements.search(Query(words=("camp",), sort=Sort.OLD), 5).hits
    assert [hit.statement.external_id for hit in new] == ["1", "2", "3"]
    assert [hit.statement.external_id for hit in old] == ["3", "2", "1"]


def test_a_question_that_takes_too_long_is_stopped(archive: Database) -> None:
    """Nobody's question holds up the others; the transaction it was asked in goes on."""
    slow = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
    with archive.read() as work:
        with pytest.raises(Stopped), in_time(work.connection, 0.1):
            work.connection.execute(sa.text(slow))
        assert work.counts().statements == len(TEXTS)


def test_questions_share_one_deadline(archive: Database) -> None:
    """However many there are, and however long each might take; afterwards there is none."""
    slow = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"
    with archive.read() as work:
        begun = time.monotonic()
        with deadline(work.connection, 0.2):
            for _ in range(3):
                with pytest.raises(Stopped), in_time(work.connection, 5.0):
                    work.connection.execute(sa.text(slow))
            for ask in (
                lambda: work.statements.asked.like("Ministry of Nothing"),
                lambda: work.statements.asked.most(date(2000, 1, 1), date(2030, 1, 1), 5),
                lambda: work.statements.parties.like("Ministry of Nothing", Role.SIGNATORY),
                lambda: work.statements.parties.named("Ministry of Nothing", Role.SIGNATORY),
                lambda: work.statements.search(Query(words=("camp",)), 5),
            ):
                with pytest.raises(Stopped):
                    ask()
        assert time.monotonic() - begun < 3
        assert work.statements.asked.like("Ministry of Nothing") == ()


def test_the_words_as_they_were_typed_come_before_their_other_names(database: Database) -> None:
    """Who types 脱北者 reads what says so first, though another name stands in more titles."""
    also = (Sense(0, 1, ("North Korean refugees",)),)
    texts = ["A letter about 脱北者 and others.", *["North Korean refugees: a letter."] * 3]
    with database.write() as work:
        titles = ["literal", "North Korean refugees", "North Korean refugees", "North Korean refugees"]
        kept(work, *(a_statement(title=t, text=x) for t, x in zip(titles, texts, strict=True)))
        hits = work.statements.search(Query(words=("脱北者",), senses=also), 5).hits
    assert hits[0].statement.title == "literal"
    assert len(hits) == 4


def test_what_holds_a_part_is_told_apart(database: Database) -> None:
    """Beside what holds all of the question, and alone."""
    with database.write() as work:
        kept(work, a_statement(title="camp fence", text="."), a_statement(title="camp", text="."))
        hits = work.statements.search(Query(words=("camp", "fence")), 5).hits
    assert {hit.statement.title: hit.in_part for hit in hits} == {"camp fence": False, "camp": True}


@given(st.lists(st.integers(1, 40_000_000), max_size=60))
def test_signs_tell_the_numbers_again(numbers: list[int]) -> None:
    """A statement's terms can be read back, in order, however many terms there are."""
    signs = "".join(map(sign, numbers))
    assert numbers_in(signs) == numbers
    signs.encode("utf-8")  # a database takes them: no halves of a pair


def test_a_phrase_is_found_behind_many_that_only_hold_its_words(database: Database) -> None:
    """Its words stand in every statement, but side by side in the oldest alone."""
    texts = ["No prison camp was closed.", *["A camp is no prison."] * 320]
    with database.write() as work:
        kept(work, *(a_statement(title=str(n), text=text) for n, text in enumerate(texts)))
        hits = work.statements.search(Query(phrases=("prison camp",)), 5)
    assert [hit.statement.title for hit in hits.hits] == ["0"]


def test_what_was_read_of_a_question_is_forgotten_when_the_index_changes(database: Database) -> None:
    """The same question finds what came since, and no longer what was taken back."""
    with database.write() as work:
        kept(work, a_statement(title="one", text="A ferry."))
    query = Query(words=("ferry", "harbour"))
    with database.read() as work:
        assert not work.statements.search(query, 5).whole
    with database.write() as work:
        kept(work, a_statement(title="two", text="A ferry in the harbour."))
    with database.read() as work:
        assert work.statements.search(query, 5).hits[0].statement.title == "two"


@pytest.mark.parametrize("text", ["An unforgettable evening " * 20, "잊을 수 없는 저녁이었다 " * 30])
def test_a_passage_never_ends_inside_a_word(database: Database, text: str) -> None:
    """Where words are parted by spaces, the cut goes between them."""
    with database.write() as work:
        kept(work, a_statement(text=f"{text} lighthouse {text}"))
        snippet = work.statements.search(Query(words=("lighthouse",)), 1).hits[0].snippet
    shown = "".join(piece for piece, _ in snippet)
    assert set(shown.strip("…").split()) <= {*text.split(), "lighthouse"}


SPACED = {
    "joined": ("강제북송 중단 촉구", "중국은 강제북송을 중단하라. 강제북송은 국제법 위반이다."),
    "spaced": ("강제 북송 반대 성명", "강제 북송을 규탄한다. 난민은 보호받아야 한다."),
    "apart": ("탈북민 보호", "북송된 사람들은 강제 노동을 당했다."),
    "camps": ("정치범 수용소 해체", "정치범수용소를 해체하라. 강제 실종도 멈추라."),
    "hyphen": ("A fact-finding mission", "It left on Monday."),
    "one": ("A factfinding mission", "It left on Tuesday."),
    "two": ("A fact finding mission", "It left on Wednesday."),
    "simplified": ("中国强制遣返难民", "要求停止强制遣返"),
    "traditional": ("中國強制遣返難民", "要求停止強制遣返"),
}


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (("강제북송", "강제 북송"), ["joined", "spaced", "apart", "camps"]),
        (("강제북송을", "강제 북송을"), ["joined", "spaced", "apart", "camps"]),
        (("정치범수용소", "정치범 수용소"), ["camps"]),
        (('"강제북송"', '"강제 북송"'), ["joined", "spaced"]),
        (("fact-finding", "fact finding"), ["hyphen", "one", "two"]),
        (('"fact finding"', '"fact-finding"'), ["hyphen", "one", "two"]),
        (("中国强制遣返", "中國強制遣返"), ["traditional", "simplified"]),
    ],
)
def test_spaces_hyphens_and_scripts_do_not_change_an_answer(
    database: Database, lines: tuple[str, ...], found: list[str]
) -> None:
    """Together, apart, or in the other Chinese script: the same answers; but in Latin, in the same order."""
    with database.write() as work:
        for name, (title, text) in SPACED.items():
            kept(work, a_statement(title=title, text=text, external_id=name, issuers=(), demands=()))
        answers = []
        for line in lines:
            is_phrase = line.startswith('"')
            words = (line.strip('"'),) if is_phrase else tuple(line.split())
            query = Query(phrases=words) if is_phrase else Query(words=words)
            hits = work.statements.search(query, 9)
            assert hits.whole
            answers.append([hit.statement.external_id for hit in hits.hits])
    is_latin = found[0] == "hyphen"
    assert all(sorted(answer) == found if is_latin else answer == found for answer in answers)
