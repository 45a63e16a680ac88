"""Persons who are listed by name, age and kinship are as many as a reader finds, in every order."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.extract import kin, kin_arabic, kin_east

_NAMED = st.sampled_from(["Tekle Ghebreab", "Rania Haddad", "Omar Farouk", "Lucía Tzoc", "Hiwa Mohammadi"])
_KIN = st.sampled_from(
    ["his wife Selam", "their daughter Rahwa", "a neighbour", "his brother", "her uncle Dawit"]
)
_AGE = st.one_of(st.none(), st.integers(1, 90))
_PERSON = st.tuples(st.one_of(_NAMED, _KIN), _AGE)


@given(first=st.tuples(_NAMED, _AGE), others=st.lists(st.tuples(_KIN, _AGE), min_size=1, max_size=6))
def test_a_person_and_the_kin_told_behind_are_counted(
    first: tuple[str, int | None], others: list[tuple[str, int | None]]
) -> None:
    """Each once, and the minors among them by their ages."""
    people = [first, *others]
    told = [f"{name} ({age})" if age else name for name, age in people]
    line = f"Soldiers took {', '.join(told[:-1])} and {told[-1]} from a house in Kassala."
    (found,) = kin.listed(line, "en")
    assert found.value == len(people)
    assert found.young == sum(age is not None and age < 18 for _, age in people)
    assert line[found.start :].startswith(first[0])


@given(
    text=st.text(max_size=300),
    language=st.sampled_from(["en", "fr", "es", "ru", "ja", "ko", "zh", "ar", "xx"]),
)
def test_any_line_may_be_asked_for_its_list(text: str, language: str) -> None:
    """Whatever is found lies in the line, and no more are minors than there are persons."""
    for reader in (kin.listed, kin_east.listed, kin_arabic.listed):
        for one in reader(text, language):
            assert 0 <= one.start <= one.end <= len(text)
            assert one.value > 1
            assert one.young <= one.value


def test_the_names_of_children_are_not_added_to_their_number() -> None:
    """Those of "two sons, Kevin and Brandon" are two."""
    (found,) = kin.listed("They took him away with two of his sons, Kevin (22) and Brandon (16).", "en")
    assert (found.value, found.young) == (3, 1)


def test_places_and_bodies_are_no_persons() -> None:
    """Names behind "in" and names of bodies make no list."""
    assert not kin.listed(
        "The meetings in Geneva, Bern, Paris and Berlin were held by Red Cross, Red Crescent.", "en"
    )
