"""Cutting texts: nothing invented, nothing lost, nothing longer than allowed."""

from hypothesis import given
from hypothesis import strategies as st

from bot.render.text import around, pages, paragraphs, passage, shorten, single_line

TEXTS = st.text(st.sampled_from("abcé북송 .!?\n\t…”—"), max_size=900)


def test_a_passage_begins_and_ends_with_a_sentence() -> None:
    """The sentence that carries the danger is shown whole, and what is left out is marked."""
    text = "Long ago it began. Today nine people face return. They need help. " + "More follows here. " * 30
    found = passage(text, ("face return",), 80)
    assert found == "… Today nine people face return. They need help. More follows here. …"


def test_a_passage_passes_over_the_repeated_title() -> None:
    """The text of a page often begins with its own title."""
    assert passage(
        "Nine face return\nNine people wait in a cell.", ("face return",), 200, title="Nine face return"
    ) == ("Nine people wait in a cell.")


def test_without_evidence_the_beginning_is_shown() -> None:
    """The first paragraph that says something, not a date line."""
    text = "Seoul\n10 March\n" + "We are gravely concerned about nine people who are held near the border."
    assert passage(text, (), 300).startswith("We are gravely concerned")


def test_words_are_shown_among_their_neighbours() -> None:
    """Two words alone say nothing."""
    text = "The nine refugees may be sent back within days, says Northlight in its urgent call of today."
    assert around(text, "may be", 40) == "… nine refugees may be sent back …"
    assert around(text, "not there", 40) == "not there"


def test_short_texts_stay_as_they_are() -> None:
    """Only white space is touched."""
    assert shorten("nine\n people", 20) == "nine people"
    assert shorten("nine people wait", 12) == "nine people…"


@given(TEXTS, st.integers(2, 300))
def test_shortened_text_fits_and_is_a_beginning(text: str, limit: int) -> None:
    """Never longer than asked, never a word that was not there."""
    short = shorten(text, limit)
    assert len(short) <= limit
    whole = single_line(text)
    assert short == whole or (short.endswith("…") and whole.startswith(short[:-1]))


@given(TEXTS, TEXTS, st.integers(40, 300))
def test_a_passage_is_verbatim(text: str, piece: str, limit: int) -> None:
    """Between the marks of omission stand the text's own words, within the limit."""
    found = passage(text, (piece[:30],), limit)
    assert len(found) <= limit + 2
    kept = found.removeprefix("… ").removesuffix("…").removesuffix(" ")
    assert kept in text or any(kept in part for part in paragraphs(text)) or not kept


@given(TEXTS, st.integers(20, 200))
def test_pages_lose_nothing_and_fit(text: str, limit: int) -> None:
    """All words in their order, on pages of the right size."""
    found = pages(text, limit)
    assert all(0 < len(page) <= limit for page in found)
    assert "".join("".join(found).split()) == "".join(text.split())
