"""One key for all spellings of a name, and the letters it goes by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.naming import acronym, party_key


@pytest.mark.parametrize(
    "spelt",
    [
        "The Citizens' Alliance for North Korean Human Rights",
        "Citizens’ Alliance for North Korean Human Rights (NKHR)",
        "CITIZENS ALLIANCE FOR NORTH KOREAN HUMAN RIGHTS",
        "Citizens’ Alliance, for  North-Korean Human Rights [NKHR]",
    ],
)
def test_spellings_of_one_name_have_one_key(spelt: str) -> None:
    """Articles, apostrophes, hyphens, capitals and an acronym behind it tell nothing."""
    assert party_key(spelt) == "citizens alliance north korean human rights"


def test_names_without_latin_letters_have_keys_too() -> None:
    """In every script, and never an empty one for a name that has letters."""
    assert party_key("북한인권시민연합") == "북한인권시민연합"
    assert party_key("Людзі (Мінск)") == "людзі мінск"
    assert party_key("The") == "the"
    assert party_key("—") == ""


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Citizens’ Alliance for North Korean Human Rights (NKHR)", "nkhr"),
        ("Human Rights Watch", "hrw"),
        ("Asia Pacific Refugee Rights Network", "aprrn"),
        ("Committee of the Families (2005)", ""),
        ("Northlight", ""),
        ("북한인권시민연합", ""),
    ],
)
def test_the_letters_a_name_goes_by(name: str, letters: str) -> None:
    """Those in its brackets, else the initials; a year in brackets is none."""
    assert acronym(name) == letters


@given(st.text(max_size=400))
def test_any_text_has_a_key_that_is_its_own_key(text: str) -> None:
    """Whatever a page lists as a name: bounded, and the same when asked for by what is shown of it."""
    key = party_key(text)
    assert len(key) <= 300
    assert len(acronym(text)) <= 400
    assert party_key(f"  {text}  ") == key
