"""What a source takes out of its list, and what only makes room."""

from dataclasses import replace
from datetime import timedelta

import pytest

from jobs.steps.missing import listed
from storage.records import Entry
from tests.builders import NOON, an_entry

TEN = tuple(
    replace(
        an_entry(uid=f"post-{number:02}", url=f"https://northlight.example/?p=1&n={number:02}"),
        id=number,
        published=NOON + timedelta(days=number),
    )
    for number in range(1, 11)
)


def shows(entries: tuple[Entry, ...]) -> bytes:
    """A feed that lists these."""
    return "".join(f"<item><guid>{entry.uid}</guid></item>" for entry in entries).encode()


def missing(known: tuple[Entry, ...], body: bytes, gone: frozenset[int] = frozenset()) -> list[int]:
    """The numbers of what is missing."""
    return [entry.id for entry in listed(known, gone, set(), body).missing]


def test_one_that_is_taken_out_of_the_middle_is_missing() -> None:
    """Older ones are still there, so it did not make room."""
    assert missing(TEN, shows(TEN[:6] + TEN[7:])) == [7]


def test_the_oldest_make_room_and_are_not_missing() -> None:
    """A feed of five shows the newest five of ten."""
    assert missing(TEN, shows(TEN[5:])) == []


def test_an_old_one_that_is_pinned_makes_nobody_missing() -> None:
    """Two stay on top for good while the others pass: only their pages can tell."""
    body = shows(TEN[:2] + TEN[6:])
    assert missing(TEN, body) == []
    assert [entry.id for entry in listed(TEN, (), set(), body).doubtful] == [6, 5, 4, 3]


def test_many_at_once_are_missing_all_the_same() -> None:
    """Whoever made the site anew or took it over: what is not listed is not listed."""
    assert missing(TEN, shows(TEN[:4] + TEN[8:])) == [8, 7, 6, 5]


@pytest.mark.parametrize(
    ("left", "fewer", "sure", "doubtful"),
    [
        (TEN[:1] + TEN[2:], 1, [2], []),
        (TEN[1:], 1, [], [1]),
        (TEN[1:], 0, [], []),
        (TEN[:2] + TEN[3:], 0, [], [3]),
    ],
    ids=["a second last", "the last", "made room", "filled up from below"],
)
def test_the_last_of_a_list_are_missed_by_its_length_or_by_their_pages(
    left: tuple[Entry, ...], fewer: int, sure: list[int], doubtful: list[int]
) -> None:
    """What makes room for news makes no list shorter."""
    found = listed(TEN, (), set(), shows(left), fewer)
    assert [entry.id for entry in found.missing] == sure
    assert [entry.id for entry in found.doubtful] == doubtful


def test_an_item_is_found_by_its_address_in_any_writing() -> None:
    """Escaped for XML, or for JSON; also where its id was made by us."""
    made = tuple(replace(entry, uid=f"vigil:{entry.id}") for entry in TEN)
    for change in (("&", "&amp;"), ("&", "&#038;"), ("/", "\\/")):
        body = " ".join(entry.url.replace(*change) for entry in made).encode()
        assert missing(made, body) == []


def test_what_is_shown_again_is_back() -> None:
    """And what is known to be gone is not looked for twice."""
    body = shows(TEN[:6] + TEN[7:])
    assert missing(TEN, body, frozenset({7})) == []
    assert listed(TEN, {7}, set(), shows(TEN)).back == (7,)
    assert listed(TEN, {7}, {"post-07"}, b"").back == (7,)
