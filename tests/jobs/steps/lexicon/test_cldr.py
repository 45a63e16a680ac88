"""What CLDR says about languages is borrowed, and given back."""

import pytest
from babel import Locale, localedata

from jobs.steps.lexicon.cldr import locales


def test_what_was_read_for_a_table_is_forgotten() -> None:
    """Half a megabyte a language would stay for good otherwise; what others have asked for stays theirs."""
    assert Locale.parse("fr").territories["KR"] == "Corée du Sud"
    before = set(localedata._cache)
    with locales() as locale:
        assert locale("gl").territories["KR"] == "Corea do Sur"
        assert "gl" in localedata._cache
    assert set(localedata._cache) == before
    assert "fr" in before


def test_it_is_given_back_whatever_happens() -> None:
    """A language that CLDR does not know is the caller's fault, and costs no memory either."""
    before = set(localedata._cache)
    with pytest.raises(ValueError, match="expected only letters"), locales() as locale:
        locale("gl-nowhere!")
    assert set(localedata._cache) == before
