"""The shelf finds what may be found alike, and forgets what is taken from it."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.link import Known, Shelf, link_among, read_traits
from jobs.steps.link.compare import compare
from tests.builders import NOON, a_statement

TITLES = (
    "Nine North Korean refugees held in Shenyang",
    "선양에서 탈북민 9명 체포",
    "Iran: Kaveh Darvishi to be hanged",
    "Стой: Каве Дарвиши грозит казнь",
    "UA 6/13 Sudan: opposition member at risk",
    "A report on land",
)
TRAITS = st.builds(
    lambda title, day, number: read_traits(
        a_statement(title=title, text=f"{title} {number} persons.", published=NOON + timedelta(days=day))
    ),
    st.sampled_from(TITLES),
    st.integers(0, 400),
    st.integers(2, 40),
)


@given(st.lists(TRAITS, min_size=1, max_size=8), TRAITS)
def test_no_match_is_lost(known: list, new: object) -> None:  # type: ignore[type-arg]
    """Whatever is alike when all are compared is among those that the shelf names."""
    shelf = Shelf()
    for number, traits in enumerate(known, start=1):
        shelf.add(Known(number, number, traits))
    near = shelf.near(new, shelf.numbers)  # type: ignore[arg-type]
    for number, traits in enumerate(known, start=1):
        if compare(new, traits).score >= 1:  # type: ignore[arg-type]
            assert number in near


def test_who_shares_next_to_nothing_is_not_weighed() -> None:
    """Of thirty who share a word that all share, and one who shares the name, the first few and the one."""
    shelf = Shelf()
    for number in range(1, 31):
        text = f"The court in Minsk heard case {number}."
        shelf.add(Known(number, number, read_traits(a_statement(title=f"Report {number}", text=text))))
    named = read_traits(
        a_statement(title="Maksim Znakevich held in Minsk", text="He was taken from his home.")
    )
    shelf.add(Known(31, 31, named))
    near = shelf.near(named, shelf.numbers)
    assert near[0] == 31
    assert 1 < len(near) < 10


def test_what_is_taken_away_is_found_no_more() -> None:
    """By none of its marks; and what replaces it is found by its own."""
    shelf = Shelf()
    old = read_traits(a_statement(title="Iran: Kaveh Darvishi to be hanged"))
    shelf.add(Known(1, 1, old))
    assert shelf.near(old, {1}) == [1]
    assert shelf.near(old, {2}) == []
    shelf.add(Known(1, 1, read_traits(a_statement(title="A report", text="On land.", published=None))))
    assert shelf.near(old, {1}) == []
    shelf.discard(1)
    shelf.discard(1)
    assert len(shelf) == 0


def test_the_order_in_which_they_are_known_changes_nothing() -> None:
    """The same statements give the same case."""
    known = [Known(n, n, read_traits(a_statement(title=title))) for n, title in enumerate(TITLES, start=1)]
    shelves = Shelf(), Shelf()
    for shelf, ordered in zip(shelves, (known, known[::-1]), strict=True):
        for one in ordered:
            shelf.add(one)
    new = read_traits(replace(a_statement(title=TITLES[2]), published=NOON + timedelta(hours=5)))
    first, second = (link_among(new, shelf.numbers, shelf) for shelf in shelves)
    assert first == second
