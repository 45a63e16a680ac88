"""What changed in a text, told in words."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.difference import change_line, changes, joined
from bot.speech import Speech

TEN_FOR_NINE = (
    "Before: “… to halt the return of the nine now. Last.” Now: “… to halt the return of the ten now. Last.”"
)


def told(old: str, new: str) -> list[str]:
    """The changes as a person reads them."""
    return ["".join(span.text for span in change_line(one, Speech("en"))) for one in changes(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("They are nine.", "They are eleven.", ["Before: “They are nine.” Now: “They are eleven.”"]),
        (
            "Long ago. First. We ask China to halt the return of the nine now. Last.",
            "Long ago. First. We ask China to halt the return of the ten now. Last.",
            [TEN_FOR_NINE],
        ),
        (
            "One. Two. Three. Four.",
            "One. Three. Four.",
            ["Taken out: “One. Two. Three. Four.”"],
        ),
        ("One. Three.", "One. Two. Three.", ["Added: “One. Two. Three.”"]),
        (
            "우리는 중국이 북송을 중단할 것을 요구한다.",
            "우리는 중국이 북송을 즉각 중단할 것을 요구한다.",
            ["Added: “우리는 중국이 북송을 즉각 중단할 것을 요구한다.”"],
        ),
        (
            "我们要求释放他们。",
            "我们要求释放她们。",
            ["Before: “我们要求释放他们。” Now: “我们要求释放她们。”"],
        ),
        ("Same words.\n\nAnd more.", "Same   words.\nAnd more.", []),
    ],
    ids=["a word", "among others", "taken out", "added", "Korean", "Chinese", "only spaces"],
)
def test_what_changed_is_said_with_the_words_beside_it(old: str, new: str, said: list[str]) -> None:
    """Word by word; Chinese and Japanese by the character; nothing where only spaces changed."""
    assert told(old, new) == said


TEXTS = st.text(st.sampled_from("ab .\n中한。"), max_size=60)


@given(TEXTS, TEXTS)
def test_all_that_changed_is_told_and_nothing_else(old: str, new: str) -> None:
    """Two texts with the same words have no changes; what is told stands in the one text or the other."""
    found = changes(old, new)
    if " ".join(old.split()) == " ".join(new.split()):
        assert found == ()
    for change in found:
        assert change.old or change.new
        assert "".join(change.old.split()) in "".join(old.split())
        assert "".join(change.new.split()) in "".join(new.split())


@given(st.lists(st.text(st.sampled_from("ab中"), min_size=1, max_size=4), max_size=8))
def test_words_are_joined_as_they_are_written(words: list[str]) -> None:
    """Nothing is lost between them."""
    assert joined(words).replace(" ", "") == "".join(words)


def test_a_text_of_one_sentence_a_thousand_times_is_compared_all_the_same() -> None:
    """However it was made, an answer comes."""
    assert changes("Again. " * 20_000, "Again. " * 19_000 + "End.")
    assert 1 <= len(changes("a b c. " * 3000, "a d c. " * 3000)) <= 200


def test_a_change_far_down_in_a_long_text_is_found() -> None:
    """Nothing is left out for being long: what is the same on both sides costs nothing."""
    long = [f"Sentence number {number} of a report." for number in range(30_000)]
    (change,) = changes(" ".join(long), " ".join([*long[:25_000], "And this.", *long[25_000:]]))
    assert change.new == "And this."
