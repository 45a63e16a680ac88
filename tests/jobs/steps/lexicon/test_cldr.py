"""What CLDR says about languages is borrowed, and given back."""

import pytest
from babel import Locale, localedata

from jobs.steps.lexicon.cldr import said


def test_what_was_read_for_a_table_is_forgotten() -> None:
    """Half a megabyte a language would stay for good otherwise; what others have asked for stays theirs."""
    assert Locale.parse("fr").territories["KR"] == "Corée du Sud"
    before = set(localedata._cache)
    galician = said("gl")
    assert galician.territories["KR"] == "Corea do Sur"
    assert galician.months["format"]["wide"][1] == "xaneiro"
    assert galician.days["format"]["wide"][0] == "luns"
    assert set(localedata._cache) == before | {"root"}
    assert "fr" in before


def test_it_is_given_back_whatever_happens() -> None:
    """A language that CLDR does not know is the caller's fault, and costs no memory either."""
    before = set(localedata._cache) | {"root"}
    with pytest.raises(ValueError, match="expected only letters"):
        said("gl-nowhere!")
    assert set(localedata._cache) | {"root"} == before
