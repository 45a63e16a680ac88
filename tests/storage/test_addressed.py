"""Whoever speaks or is asked is met by whole words of the name, with the same answers on both databases."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.addressed import holds
from storage.database import Database
from storage.queries import Query
from storage.records import Demand
from tests.builders import a_statement, kept

NAMES = (
    *("countries in the region", "the UN", "UN-mandated experts", "Governments of the region"),
    *("Government of Vietnam (Ministry of Justice)", "Conseil de sécurité", "Resolution 1504 panel"),
    *("유엔인권이사회", "국제 올림픽 위원회", "国際オリンピック委員会", "在中國的難民"),
    *("International Criminal Court", "CRIMINAL LAW COUNCIL"),
)
ASKED = (
    *("UN", "un", "unit", "State", "govern", "ministry justice", "justice vietnam", "securite", "sÉCURITÉ"),
    *("150", "1504", "유엔", "인권이사회", "국제올림픽", "국제 올림픽", "オリンピック"),
    *("中国", "难民", "criminal court", "law court", "region UN", "国际"),
)


@pytest.mark.parametrize(
    ("name", "asked", "is_meant"),
    [
        ("countries in the region", "UN", False),
        ("other legislatures around the world", "UN", False),
        ("the UN", "un", True),
        ("UN-mandated experts", "UN", True),
        ("Government of Vietnam (Ministry of Justice)", "ministry", True),
        ("Governments of the region", "Government", True),
        ("Resolution 1504 panel", "150", False),
        ("유엔인권이사회", "유엔", True),
        ("국제 올림픽 위원회", "국제올림픽", True),
        ("国际奥林匹克委员会", "奧林匹克", True),
        ("在中國的難民", "中国", True),
        ("Conseil de sécurité", "securite", True),
        ("anybody", "...", False),
    ],
)
def test_a_name_is_met_from_the_beginning_of_a_word(name: str, asked: str, is_meant: bool) -> None:
    """A short one as a whole; where no spaces are written, anywhere; in any spelling."""
    assert holds(name, asked) is is_meant


def test_filters_go_by_the_same_rule_beside_words_and_alone(database: Database) -> None:
    """from: and to:, listed by day or found by words; two names never make one between them."""
    with database.write() as work:
        for name in NAMES:
            kept(
                work,
                a_statement(
                    external_id=f"by {name}", text="refuge", issuers=(name, "Ferry Workers"), demands=()
                ),
                a_statement(
                    external_id=f"to {name}",
                    text="refuge",
                    issuers=("X",),
                    addressees=(),
                    demands=(Demand(name, "act"), Demand("Ferry Workers", "act")),
                ),
            )
    with database.read() as work:
        for asked in (*ASKED, "Ferry Workers", "Ferry Council"):
            for role, filters in (("by", Query(sources=(asked,))), ("to", Query(to_names=(asked,)))):
                wanted = {
                    f"{role} {name}" for name in NAMES if holds(name, asked) or asked == "Ferry Workers"
                }
                for words in ((), ("refuge",)):
                    query = Query(words=words, sources=filters.sources, to_names=filters.to_names)
                    hits = work.statements.search(query, 50)
                    assert {hit.statement.external_id for hit in hits.hits} == wanted, (asked, role, words)


_NAMES = st.lists(st.sampled_from([*NAMES, *ASKED, "%", "_", "O'Neil"]), min_size=1, max_size=3).map(" ".join)


@given(_NAMES)
def test_a_name_holds_itself_and_its_words(name: str) -> None:
    """In whatever case and order."""
    words = name.split()
    if any(char.isalnum() for char in name):
        assert holds(name, name.upper())
        assert holds(name, " ".join(reversed([word for word in words if any(map(str.isalnum, word))])))
