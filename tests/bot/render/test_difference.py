"""What changed in a text, told in words."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render.difference import Quote, change_line, changes
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


TEXTS = st.text(st.sampled_from("ab .\n中한。?'\"3"), max_size=60)
PIECES = st.lists(
    st.sampled_from(
        ["The nine", "must not", "be sent back.", " 3.5 million", "\n\n", " ", "U.S.", "他们", "북송을", "?!"]
    ),
    max_size=25,
).map("".join)


def flat(text: str) -> str:
    """A text with single spaces."""
    return " ".join(text.split())


@given(TEXTS | PIECES, TEXTS | PIECES)
def test_all_that_changed_is_told_and_nothing_else(old: str, new: str) -> None:
    """Two texts with the same words have no changes; what is told stands as it is told in its own version."""
    found = changes(old, new)
    if flat(old) == flat(new):
        assert found == ()
    for change in found:
        assert change.old or change.new
        assert change.old is None or (change.old.run in old and change.old.words.strip())
        assert change.new is None or (change.new.run in new and change.new.words.strip())


@given(PIECES, PIECES)
def test_each_side_quotes_only_its_own_version(old: str, new: str) -> None:
    """Whatever a person reads between "…" marks was written there: before in the old, now in the new."""
    for one in told(old, new):
        said = re.fullmatch(
            r"(?:Taken out: “(?P<gone>.*)”|Added: “(?P<new>.*)”|Before: “(?P<old>.*)” Now: “(?P<now>.*)”)",
            one,
        )
        assert said, one
        for name, version in (("gone", old), ("old", old), ("new", new), ("now", new)):
            for run in (said[name] or "").split("…"):
                assert run.strip() in flat(version)


def test_two_changes_beside_each_other_are_not_mixed() -> None:
    """What stands beside a change is taken from the version it is quoted of, not from the other."""
    old = (
        "Nine people were held in Hunan since May, and all of them must be released before the year is over."
    )
    new = "Ten people were held in Jilin since May, and all of them must be released before June is over."
    found = told(old, new)
    assert len(found) == 3
    for one in found:
        before, _, now = one.partition("Now:")
        assert "Jilin" not in before
        assert "Hunan" not in now


def test_a_number_is_quoted_whole() -> None:
    """A point within a number or an address ends no sentence, and no space is put behind it."""
    (one,) = told(
        "Of 3.5 million people, see un.org/a.b for more.", "Of 3.7 million people, see un.org/a.b for more."
    )
    assert "Of 3.5 million" in one
    assert "Of 3.7 million" in one


def test_a_long_change_is_cut_inside_its_own_version() -> None:
    """What is too long is shown by its two ends."""
    old, new = "x " * 400 + "end.", "Other. " + "y " * 400 + "end."
    (change,) = changes(old, new)
    assert isinstance(change.new, Quote)
    (one,) = told(old, new)
    assert len(one) < 700


def test_a_text_of_one_sentence_a_thousand_times_is_compared_all_the_same() -> None:
    """However it was made, an answer comes."""
    assert changes("Again. " * 20_000, "Again. " * 19_000 + "End.")
    assert 1 <= len(changes("a b c. " * 3000, "a d c. " * 3000)) <= 200


def test_a_change_far_down_in_a_long_text_is_found() -> None:
    """Nothing is left out for being long: what is the same on both sides costs nothing."""
    long = [f"Sentence number {number} of a report." for number in range(30_000)]
    (change,) = changes(" ".join(long), " ".join([*long[:25_000], "And this.", *long[25_000:]]))
    assert change.new is not None
    assert change.new.words == "And this."
