"""Two words of names are one where their letters say so, not where they only sound alike."""

import pytest

from jobs.steps.link.name import sounds_of
from jobs.steps.link.spelled import words_alike


def alike(one: str, two: str) -> float:
    """In how far two folded words are one."""
    return words_alike(one, sounds_of(one), two, sounds_of(two))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("куракин", "курагин"),
        ("галиев", "халиев"),
        ("سالم", "سليم"),
        ("كريم", "كرم"),
        ("حسن", "حسين"),
        ("محمود", "محمد"),
    ],
)
def test_another_letter_is_another_name(one: str, two: str) -> None:
    """Whoever writes Cyrillic or Arabic writes a name as it is: Salem is not Salim."""
    assert alike(one, two) == 0


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("куракин", "куракина"),
        ("иванов", "ивановой"),
        ("абдулаев", "абдуллаев"),
        ("عبدالرحمن", "عبدالرحمان"),
        ("kurakin", "куракина"),
        ("степанов", "stepanov"),
        ("bagaev", "багаева"),
    ],
)
def test_cases_doublings_and_other_scripts_are_one_name(one: str, two: str) -> None:
    """An ending, a doubled letter, a long vowel or another script makes no other name."""
    assert alike(one, two) >= 0.7


@pytest.mark.parametrize(
    ("one", "two"), [("kurakin", "курагина"), ("bakaev", "багаева"), ("kotov", "кодова")]
)
def test_other_stops_tell_less(one: str, two: str) -> None:
    """Between Latin and Cyrillic a voiced letter for a voiceless one leaves less than half."""
    assert alike(one, two) < 0.5
