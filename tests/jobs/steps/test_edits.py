"""An item is known by its words, its link and its time; what is no content changes nothing."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jobs.steps import edits
from jobs.steps.attached import joined
from jobs.steps.edits import is_material, marked, merged, same_item, sift, words
from storage.records import Entry
from storage.words import SourceKind
from tests.builders import NOON, a_source, an_entry

LONG = "Nine refugees held in Shenyang face imminent repatriation to North Korea within days, say families."


def shown(**given: object) -> Entry:
    """An entry as its feed shows it."""
    return marked(an_entry(**given), a_source())


@given(st.text(alphabet="aB1é가 ", min_size=1))
def test_words_are_what_is_left_of_any_spelling(text: str) -> None:
    """Case, spacing and punctuation say nothing."""
    assert words(f"  «{text.upper()}» …\n") == words(text.replace(" ", " — "))


@given(st.text(), st.text())
def test_an_entry_is_marked_the_same_way_each_time(title: str, text: str) -> None:
    """Any text at all, lone surrogates included, has a digest that a restart repeats."""
    assert shown(title=title, text=text) == shown(title=title, text=text)


def test_what_is_there_is_new_edited_or_as_it_was() -> None:
    """Three items, one of each."""
    same, edited, new = shown(uid="1"), shown(uid="2", text="Other."), shown(uid="3")
    known = {"1": same.shown, "2": shown(uid="2").shown}
    sifted = sift([same, edited, new], known, [])
    assert (sifted.new, sifted.edited, sifted.renamed) == ((new,), (edited,), ())


def test_an_item_takes_over_only_from_one_that_is_gone() -> None:
    """Two items of the same words side by side are two; and of two heirs only one inherits."""
    old = shown(uid="old", text=LONG)
    heir, other = replace(old, uid="new"), replace(old, uid="newer")
    assert sift([old, heir], {"old": old.shown}, [old]).new == (heir,)
    both = sift([heir, other], {}, [old])
    assert (both.renamed, both.new) == (((old, heir),), (other,))


@pytest.mark.parametrize(
    ("changes", "same"),
    [
        ({"url": "http://ngo.example/new"}, True),
        ({"published": NOON + timedelta(days=9)}, True),
        ({"text": f"{LONG} They ask for help. Read more of it"}, True),
        ({"text": LONG[:60]}, True),
        ({"text": LONG.replace("Shenyang", "Dandong")}, True),
        ({"text": LONG.replace("Shenyang", "Dandong"), "date_only": True}, False),
        ({"text": LONG.replace("Shenyang", "Dandong"), "published": NOON + timedelta(days=7)}, False),
        ({"text": LONG, "title": "Another heading"}, False),
        ({"text": LONG.replace("Shenyang", "Dandong"), "url": "http://ngo.example/other"}, False),
    ],
)
def test_one_item_under_two_names(changes: dict[str, object], same: bool) -> None:
    """The same words, or title, link and time, or an excerpt of it; a template filled anew is new."""
    old = {"uid": "1", "title": "Urgent appeal", "url": "http://ngo.example/", "text": LONG}
    assert same_item(shown(**old), shown(**old | {"uid": "2"} | changes)) is same


def test_short_words_without_link_or_time_tell_nothing() -> None:
    """Two items that say "News" and no more may be two."""
    assert not same_item(
        shown(uid="1", title="News", text="", published=None), shown(uid="2", title="News", text="")
    )


def test_the_row_of_a_list_is_known_by_its_title() -> None:
    """Boards count their readers beside each title: that is no edit."""
    page = a_source(kind=SourceKind.PAGE)
    one, other = (marked(an_entry(text=f"views {n}", excerpt=True), page) for n in (1, 2))
    assert one.shown == other.shown
    assert shown(text="views 1", excerpt=True).shown != shown(text="views 2", excerpt=True).shown


def test_an_edit_keeps_number_and_first_date_and_the_fuller_text() -> None:
    """A page that cannot be read now does not take away what was read before."""
    old = shown(id=7, source_id=3, text=LONG, fetched=NOON)
    later = NOON + timedelta(days=1)
    new = shown(text="Nine […]", excerpt=True, published=later, updated=later)
    now = merged(old, new)
    assert (now.id, now.source_id, now.published, now.updated) == (7, 3, NOON, later)
    assert (now.text, now.excerpt) == (LONG, False)
    assert not is_material(old, now)
    read = merged(old, replace(new, text="It is over.", excerpt=False))
    assert read.text == "It is over."
    assert is_material(old, read)


DEMAND = "We ask the government of China to release Ri Gang-mi at once."
LETTER = ("http://ngo.example/letter.pdf",)
IN_A_WHILE = NOON + timedelta(minutes=10)


def test_what_the_source_itself_takes_out_is_taken_out_though_its_file_cannot_be_read() -> None:
    """It had never been read: the text was the feed's own, and the feed dropped a demand."""
    old = shown(text=f"{LONG} {DEMAND}", enclosures=LETTER, again_at=NOON)
    new = replace(shown(text=LONG, enclosures=LETTER), again_at=IN_A_WHILE)
    assert merged(old, new).text == LONG
    assert is_material(old, merged(old, new))


@pytest.mark.parametrize("again_at", [IN_A_WHILE, None], ids=["for now", "for good"])
def test_what_a_file_said_stays_while_it_cannot_be_read(again_at: datetime | None) -> None:
    """Of the text as it was, the feed's own part is exchanged, and the file's part is what it was."""
    file = "LETTER\n\nTo the President. " + "We write about the nine. " * 60
    old = replace(shown(text=f"{LONG}\n\n{DEMAND}", enclosures=LETTER))
    old = replace(old, text=joined(old.text, file))
    new = replace(shown(text=LONG, enclosures=LETTER), again_at=again_at)
    assert merged(old, new).text == f"{LONG}\n\n{file}"
    same = replace(
        shown(text=f"{LONG}\n\n{DEMAND}", title="Another title", enclosures=LETTER), again_at=again_at
    )
    assert merged(old, same).text == old.text


def test_a_file_that_is_shown_no_more_is_taken_out() -> None:
    """The source lists its announcement alone: that is what it says now."""
    old = replace(shown(text=LONG, enclosures=LETTER), text=f"{LONG}\n\n{DEMAND * 20}")
    assert merged(old, shown(text=f"{LONG} Updated.")).text == f"{LONG} Updated."


def test_a_page_that_cannot_be_read_keeps_its_words_while_its_excerpt_changes() -> None:
    """An excerpt says less than the page, whatever it says."""
    old = replace(shown(text="Nine […]", excerpt=True), text=f"{LONG} {DEMAND}", excerpt=False)
    for again_at in (IN_A_WHILE, None):
        new = replace(shown(text="Nine refugees […]", excerpt=True), again_at=again_at)
        assert (merged(old, new).text, merged(old, new).excerpt) == (old.text, False)
    read = replace(new, text=LONG, excerpt=False)
    assert merged(old, read).text == LONG


def test_each_text_is_taken_apart_once_however_many_share_a_title_and_a_link(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same title and link three hundred times, and all of it again under new guids."""
    known, again = (
        [
            shown(uid=f"{day}-{n}", title="Urgent appeal", text=f"On day {day} number {n}: {LONG}")
            for n in range(300)
        ]
        for day in ("one", "two")
    )
    split: list[str] = []

    def counted(text: str) -> str:
        split.append(text)
        return words(text)

    monkeypatch.setattr(edits, "words", counted)
    again = [replace(entry, published=NOON + timedelta(minutes=7)) for entry in again]
    assert sift(again, {}, known).new == tuple(again)
    assert len(split) <= len(known) + len(again)


def test_the_same_words_under_a_new_guid_are_found_among_any_number() -> None:
    """A new software calls each of three hundred appeals by another name, and turns their order round."""
    known = [shown(uid=f"old{n}", title="Urgent appeal", text=f"Number {n}: {LONG}") for n in range(300)]
    again = [replace(entry, uid=f"new{entry.uid}") for entry in reversed(known)]
    sifted = sift(again, {}, known)
    assert sifted.new == ()
    assert [(old.uid, new.uid) for old, new in sifted.renamed] == [
        (entry.uid, f"new{entry.uid}") for entry in reversed(known)
    ]
