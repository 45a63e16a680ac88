"""Nothing that answers a question is lost behind what only seems to: every page together holds it all."""

import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from storage import answer
from storage.database import Database, Work
from storage.queries import Query, Sort
from storage.words import Kind
from tests.builders import NOON, a_source, a_statement, an_entry

PHRASE = "no further action"
COMMON = (
    *("council", "court", "police", "law", "report", "action", "further", "no"),
    *("people", "family", "ministry", "letter"),
)
MANY = 2_300
"""More than are listed at once (`storage.shortlist.MOST`)."""


def _texts() -> list[str]:
    """Common words in any order; in every four hundredth of them the phrase stands, else nowhere."""
    rnd = random.Random(7)  # noqa: S311 - texts, not secrets
    texts = []
    for number in range(MANY):
        said = [rnd.choice(COMMON) for _ in range(25)]
        said += ["rare"] if number % 100 == 1 else []
        text = " ".join(said).replace(PHRASE, "no action")
        texts.append(f"{text}. It took {PHRASE}." if number % 400 == 3 else text)
    return texts


TEXTS = _texts()
KINDS = [Kind.RESOLUTION if number % 7 == 3 else Kind.STATEMENT for number in range(MANY)]


@pytest.fixture
def archive(database: Database) -> Database:
    """One statement a day, the first the oldest."""
    with database.write() as work:
        source = work.sources.ensure(a_source())
        for number, (text, kind) in enumerate(zip(TEXTS, KINDS, strict=True)):
            entry = work.entries.add(source.id, an_entry(uid=str(number), text=text), NOON)
            day = (NOON - timedelta(days=MANY - number)).date()
            one = a_statement(title=f"of {number}", text=text, kind=kind, external_id=str(number))
            one = replace(one, published=None, date_posted=day, demands=(), addressees=(), entry_id=entry)
            work.statements.add(one, source, NOON)
    return database


def _all_pages(work: Work, query: Query, size: int) -> list[int]:
    """What a person sees who goes on to the end."""
    found: list[int] = []
    while hits := work.statements.search(query, size, len(found)).hits:
        found += [int(hit.statement.external_id) for hit in hits]
    return found


def _having(fits: Callable[[str, Kind], bool]) -> set[int]:
    return {number for number in range(MANY) if fits(TEXTS[number], KINDS[number])}


def test_every_statement_is_on_some_page_once(archive: Database) -> None:
    """A phrase of common words, two of them with a filter, and what must not be there."""
    resolution = Kind.RESOLUTION
    asked = [
        (Query(phrases=(PHRASE,)), _having(lambda text, _: PHRASE in text)),
        (
            Query(phrases=(PHRASE,), kinds=(resolution,)),
            _having(lambda text, kind: PHRASE in text and kind is resolution),
        ),
        (
            Query(words=("court", "police"), kinds=(resolution,)),
            _having(lambda text, kind: {"court", "police"} <= set(text.split()) and kind is resolution),
        ),
        (Query(words=("rare",), without=("court",)), _having(lambda t, _: "rare" in t and "court" not in t)),
        (
            Query(words=("council",), without=("law report", "police", "court")),
            _having(
                lambda text, _: (
                    "council" in text
                    and "law report" not in text
                    and not {"police", "court"} & set(text.split())
                )
            ),
        ),
    ]
    with archive.read() as work:
        for query, wanted in asked:
            for sort in Sort:
                found = _all_pages(work, replace(query, sort=sort), 50)
                assert sorted(found) == sorted(wanted), (query, sort)
                total = work.statements.search(replace(query, sort=sort), 5)
                assert total.total == len(wanted) or (total.is_least and total.total < len(wanted))
                if sort is not Sort.BEST:
                    assert found == sorted(found, reverse=sort is Sort.NEW)


def test_what_was_not_looked_through_is_said(archive: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """No look-up goes on for ever; where one ends before the archive does, it is not called all there is."""
    monkeypatch.setattr(answer, "MOST_READ", 800)
    with archive.read() as work:
        hits = work.statements.search(Query(phrases=(PHRASE,)), 5)
        assert hits.unread
        assert 0 < hits.total < 6
        assert not work.statements.search(Query(phrases=("law report",)), 5).unread
        assert not work.statements.search(Query(words=("court", "police")), 5).unread
