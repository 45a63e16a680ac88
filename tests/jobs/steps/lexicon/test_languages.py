"""The language of a text is told by its letters and its commonest words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.lexicon import detect_language
from jobs.steps.lexicon.tables import table

SENTENCES = {
    "en": "The men were taken from their homes and have not been seen since.",
    "fr": "Les hommes ont été enlevés chez eux et nul ne sait où ils sont.",
    "es": "Los hombres fueron sacados de sus casas y no se sabe dónde están.",
    "de": "Die Männer wurden aus ihren Häusern geholt und sind seither nicht gesehen worden.",
    "pt": "Os homens foram levados de suas casas e não foram mais vistos.",
    "vi": "Những người đàn ông đã bị bắt và không được gặp gia đình.",
    "ru": "Мужчин увезли из дома, и с тех пор их никто не видел.",
    "uk": "Чоловіків забрали з дому, і відтоді їх ніхто не бачив.",
    "ar": "أُخذ الرجال من بيوتهم ولم يرهم أحد منذ ذلك الحين",
    "fa": "مردان را از خانه‌هایشان بردند و از آن زمان دیده نشده‌اند",
    "ko": "남자들은 집에서 끌려갔고 그 뒤로 아무도 보지 못했다.",
    "ja": "男性たちは自宅から連れ去られ、その後だれも見ていない。",
    "zh": "几名男子被从家中带走，此后无人见过他们。",
}


@pytest.mark.parametrize(("code", "sentence"), SENTENCES.items())
def test_a_sentence_is_enough(code: str, sentence: str) -> None:
    """One plain sentence tells its language without help."""
    assert detect_language(sentence) == code


def test_a_wrong_declaration_loses() -> None:
    """A Korean text that a feed declares as English is Korean."""
    assert detect_language(SENTENCES["ko"], "en-US") == "ko"
    assert detect_language(SENTENCES["fr"], "en") == "fr"


def test_a_fitting_declaration_is_believed() -> None:
    """Where the letters decide nothing, the feed's word counts."""
    assert detect_language("Kathmandu 2019", "fr") == "fr"
    assert detect_language("Habari za asubuhi ndugu", "sw") == "sw"
    assert detect_language("12:30", "zh-TW") == "zh"


def test_korean_with_english_names_stays_korean() -> None:
    """Names of organisations in Latin letters do not turn a Korean sentence into English."""
    assert detect_language("NKHR와 APRRN은 UN에 중국의 강제송환 중단을 촉구했다") == "ko"


@given(st.text(max_size=300), st.text(max_size=12))
def test_never_raises(text: str, declared: str) -> None:
    """Any text has an answer, and the same one again."""
    assert detect_language(text, declared) == detect_language(text, declared)


def test_no_letter_of_ascii_tells_a_language() -> None:
    """Texts of ASCII alone are not searched for the letters of the table."""
    assert not any(
        letter.isascii() for row in table("languages").values() for letter in row.get("letters", "")
    )
