"""A host that was made to be taken for another's is seen; honest neighbours are not accused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.fetch.alike import alike


@pytest.mark.parametrize(
    "made",
    [
        "north1ight.example",
        "northlihgt.example",
        "northlight-.example",
        "north-light.example",
        "nortlight.example",
        "northlights.example",
        "n\u043erthlight.example",
        "n\u043erthlight.example".encode("idna").decode(),
        "northl\u0456ght.example",
        "www.northIight.example",
    ],
)
def test_what_looks_like_a_known_host_is_seen(made: str) -> None:
    """Letters of other scripts, digits, hyphens, a letter more or less, two that changed places."""
    assert alike(made, "www.northlight.example")
    assert alike("northlight.example", made)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("northlight.example", "www.northlight.example"),
        ("northlight.example", "northlight.org"),
        ("southlight.example", "northlight.example"),
        ("nkhr.example", "nkdb.example"),
        ("127.0.0.1", "127.0.0.2"),
        ("localhost", "northlight.example"),
    ],
)
def test_honest_neighbours_are_not_accused(one: str, other: str) -> None:
    """Siblings, sections in other countries, short names, numbers."""
    assert not alike(one, other)


@given(one=st.text(max_size=30), other=st.text(max_size=30))
def test_it_is_said_of_both_or_of_none(one: str, other: str) -> None:
    """Whatever stands in the place of a host."""
    assert alike(one, other) == alike(other, one)
