"""Whoever is asked for is met by whole words of the addressee's name, on both databases and outside."""

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.addressed import condition, holds
from storage.database import Database


@pytest.mark.parametrize(
    ("addressee", "name", "is_meant"),
    [
        ("countries in the region", "UN", False),
        ("other legislatures around the world", "UN", False),
        ("the UN", "un", True),
        ("UN-mandated experts", "UN", True),
        ("Government of Vietnam (Ministry of Justice)", "ministry", True),
        ("Governments of the region", "Government", True),
        ("유엔인권이사회", "유엔", True),
        ("国际奥林匹克委员会", "奥林匹克", True),
        ("anybody", "...", False),
    ],
)
def test_a_name_is_met_from_the_beginning_of_a_word(addressee: str, name: str, is_meant: bool) -> None:
    """A short one as a whole; where no spaces are written, anywhere."""
    assert holds(addressee, name) is is_meant


_TOLD = "UN un countries around the Government. Council, (IOC) 유엔 国际 a-b O'Neil % _"
_WORDS = st.sampled_from(_TOLD.split())
_NAMES = st.lists(_WORDS, min_size=1, max_size=4).map(" ".join)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(_NAMES, _NAMES)
def test_the_database_says_the_same(database: Database, addressee: str, name: str) -> None:
    """Whatever marks and wildcards a name holds."""
    with database.engine.connect() as connection:
        told = connection.scalar(sa.select(condition(sa.literal(addressee), name)))
    assert bool(told) is holds(addressee, name)
