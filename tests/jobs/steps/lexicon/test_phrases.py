"""Phrases are found as the tables write them, and point at the very words of the text."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.lexicon.phrases import Phrases
from jobs.steps.lexicon.tokens import cut


def found(phrase: str, text: str) -> list[str]:
    """The words of a text that one phrase finds."""
    tokens = cut(text)
    return [tokens.evidence(hit.first, hit.last) for hit in Phrases([(phrase, 1)]).find(tokens)]


def test_case_and_accents_do_not_matter() -> None:
    """A phrase finds its words in capitals, with accents and with decomposed ones."""
    assert found("grève de la faim", "En GREVE DE LA FAIM depuis lundi") == ["GREVE DE LA FAIM"]
    assert found("greve", "la gre\u0300ve") == ["gre\u0300ve"]


def test_a_capital_in_the_table_wants_one_in_the_text() -> None:
    """The country is not the bird; the state is not the pronoun."""
    assert found("Turkey", "a turkey farm in Turkey") == ["Turkey"]
    assert found("US", "tell us of the US") == ["US"]


def test_stems_also_with_accents() -> None:
    """A star stands for any ending, in a stem with accents as well."""
    assert found("emprisonné*", "deux emprisonnées") == ["emprisonnées"]
    assert found("российск*", "российскими судами") == ["российскими"]


def test_a_gap_stays_inside_its_sentence() -> None:
    """Words may stand between, but no full stop."""
    assert found("could be ~ deported", "They could be quietly deported.") == ["could be quietly deported"]
    assert found("could be ~ deported", "It could be worse. Two were deported.") == []


def test_syllables_across_a_space_make_no_place() -> None:
    """Two syllables that only meet over a space are not the town of that name."""
    assert found("원산", "회원 산행") == []
    assert found("강제송환", "강제 송환 중단") == ["강제 송환"]


def test_katakana_wants_a_whole_run() -> None:
    """タイ is not found in タイトル."""
    assert found("タイ", "タイトルとタイ政府") == ["タイ"]


def test_arabic_particles_are_looked_through() -> None:
    """The article and the particles glued to a word do not hide it."""
    assert found("ترحيل*", "وبالترحيل القسري") == ["وبالترحيل"]


@given(st.text(max_size=300))
def test_positions_stay_true(text: str) -> None:
    """Every token stands in the text where it says, in order."""
    tokens = cut(text)
    places = list(zip(tokens.starts, tokens.ends, strict=True))
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
