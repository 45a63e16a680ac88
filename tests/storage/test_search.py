"""The archive is found again in any spelling and script."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.clean import strip_controls
from storage.database import Database
from storage.queries import Query
from storage.records import Addressee, Demand
from storage.terms import compounds, fold, initials, plain, terms
from storage.words import Kind
from tests.builders import NOON, a_statement, kept

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
