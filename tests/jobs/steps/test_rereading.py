"""When a page is asked for again, and what of it counts as an edit."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps.document import Document
from jobs.steps.rereading import begun, is_edited, is_own, is_same, is_shared, looked, titles, without
from storage.remembered import Reread
from tests.builders import NOON, an_entry

LONG = "The nine were held in Shenyang for a month and nobody could see them."


@pytest.mark.parametrize("luck", [0.0, 0.999])
def test_it_is_asked_for_after_minutes_an_hour_hours_a_day_and_three_days(luck: float) -> None:
    """Five times, with longer waits, each by a fifth longer at most; then no more."""
    now, known, after = NOON, begun(Reread("said"), NOON, luck), []
    while known.due:
        now = known.due
        after.append(now - NOON)
        known = looked(known, now, luck)
    hours = [0.25, 1, 5, 24, 72]
    assert len(after) == len(hours)
    for found, wanted in zip(after, hours, strict=True):
        assert timedelta(hours=wanted) <= found <= timedelta(hours=1.2 * wanted)


@pytest.mark.parametrize("looks", [0, 4])
def test_one_that_was_not_there_is_asked_for_soon_also_at_the_end(looks: int) -> None:
    """Else nobody would know whether it is gone."""
    again = looked(Reread("said", looks=looks, missed=1), NOON, 0.0)
    assert (again.due, again.looks) == (NOON + timedelta(hours=1), looks + 1)
    for _ in range(9):  # whatever it answers then
        again = looked(again, NOON, 0.0) if again.due else again
    assert again.due is None or again.looks == 9
    now, gone = NOON, looked(Reread("said", looks=4, missed=2), NOON, 0.0)
    while gone.due:
        now, gone = gone.due, looked(gone, gone.due, 0.0)
    assert now - NOON == timedelta(days=28), "a month, if it stays away"


@pytest.mark.parametrize(
    ("before", "after", "edited"),
    [
        (LONG, f"{LONG}\nThey were sent back.", True),
        (f"{LONG}\nThey were sent back.", LONG, True),
        (f"{LONG}\n\u5ba3\u5e03\u91ca\u653e", f"{LONG}\n\u5ba3\u5e03\u6267\u884c", True),
        (f"{LONG}\nExecution on 12 March", f"{LONG}\nExecution on 13 March", True),
        (f"{LONG}\n3\u540d\u96be\u6c11\u4eca\u65e5\u83b7\u91ca", LONG, True),
        (f"{LONG}\n1,204 views", f"{LONG}\n1,311 views", False),
        (f"{LONG}\n\uc870\ud68c\uc218 204", f"{LONG}\n\uc870\ud68c\uc218 311", False),
        (f"{LONG}\n12 March", f"13 March\n{LONG}", False),
        (LONG, LONG.upper().replace(" ", "  "), False),
        (LONG, f"{LONG}\nAnother call of ours", False),
    ],
)
def test_what_says_something_is_an_edit(before: str, after: str, edited: bool) -> None:
    """Counters, dates that stand alone, and the titles of others say nothing of this one."""
    assert is_edited(before, after, {"another call of ours"}) is edited


@given(st.text(), st.text())
def test_an_edit_is_one_both_ways_and_no_text_is_an_edit_of_itself(one: str, other: str) -> None:
    """Whatever pages hold."""
    assert is_edited(one, other) == is_edited(other, one)
    assert not is_edited(one, one)


def test_a_page_is_its_entrys_by_its_title_or_by_its_lines() -> None:
    """A publisher may rewrite the title, or the text; whatever shares neither stands in its place."""
    entry = an_entry(title="Nine in danger", text=f"{LONG}\nOne.\nTwo.")
    assert is_same(entry, Document("Nine in danger: update", "All else is new."))
    assert is_same(entry, Document("Released", f"{LONG}\nThey are free."))
    assert not is_same(entry, Document("Under repair", "We will be back soon."))


def test_links_to_lists_front_pages_and_shared_pages_are_nobodys_own() -> None:
    """What changes there is news of something else."""
    home = "https://ngo.example/feed"
    assert is_own("https://ngo.example/news/1", home)
    assert is_own("https://ngo.example/?p=1", home)
    assert not any(is_own(url, home) for url in ("http://www.ngo.example/feed/", "https://ngo.example/", ""))
    one, other = (an_entry(id=n, title=f"Note {n}", url="http://127.0.0.1/a") for n in (1, 2))
    assert is_shared(one, [one, other])
    assert not is_shared(one, [one])
    assert titles(one, [one, other]) == {"note 2"}
    assert without(Document("Note 1", f"Note 2\n{LONG}\nnote 2!"), {"note 2"}).text == LONG
