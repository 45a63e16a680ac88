"""Words are named so that what was learnt of them is found again in any text."""

from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.classify.grams import grams
from jobs.steps.lexicon.tokens import cut


def test_words_pairs_and_the_title_are_named() -> None:
    """Folded, numbers by their length, and once more where they stand in the title."""
    title = "Flight at 0620"
    tokens = cut(f"{title}\nÉmigrés wait")
    found = grams(tokens, len(title))
    assert {"flight", "flight at", "at #4", "title:flight at", "emigres wait"} <= found.keys()
    assert "title:emigres" not in found
    assert tokens.evidence(*found["emigres wait"]) == "Émigrés wait"


def test_han_goes_by_threes() -> None:
    """A character is no word: 即将遣 tells more than 即."""
    assert "即 将 遣" in grams(cut("即将遣返"), 0)
    assert not any(name.count(" ") == 2 for name in grams(cut("sent back soon"), 0))


@given(st.text(max_size=200), st.integers(0, 300))
def test_every_gram_stands_where_it_says(text: str, title_end: int) -> None:
    """Whatever the text: tokens in order, inside it, title or not."""
    tokens = cut(text)
    for name, (first, last) in grams(tokens, title_end).items():
        assert 0 <= first <= last < len(tokens.words)
        assert len(name.removeprefix("title:").split(" ")) == last - first + 1
