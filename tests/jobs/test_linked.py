"""Linked pages are read within bounds, the newest first, and later when they cannot be read now."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from types import MappingProxyType

import pytest

from jobs.fetch import Fetched, Fetcher, Refused, TimedOut
from jobs.linked import Linked
from jobs.pauses import Pauses
from storage.records import Entry
from tests.builders import NOON, an_entry

WHOLE = b"<html><body><main><p>" + b"The whole of what was said. " * 20 + b"</p></main></body></html>"


class Pages(Fetcher):
    """Answers each page as its address says, and remembers what was asked."""

    def __init__(self, others: Mapping[str, bytes] = MappingProxyType({})) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.others = others

    async def get(self, url: str, **_: object) -> Fetched:
        """/slow never answers; /503 answers so and asks for two hours; /private is refused."""
        self.asked.append(url.rsplit("/", 1)[1])
        match self.asked[-1]:
            case "slow":
                await asyncio.sleep(60)
            case "late":
                raise TimedOut("ngo.example", "no complete answer")
            case "private":
                raise Refused("ngo.example", "not a public address")
            case "503":
                return Fetched(url, url, 503, {"retry-after": "7200"}, b"")
        return Fetched(url, url, 200, {"content-type": "text/html"}, self.others.get(self.asked[-1], WHOLE))


def excerpt(page: str, **given: object) -> Entry:
    """An entry that shows only a beginning."""
    return an_entry(uid=page, url=f"http://ngo.example/{page}", text="The whole […]", excerpt=True, **given)


async def test_a_slow_page_holds_up_nobody_for_longer_than_patience_lasts() -> None:
    """What was read is used; the slow one is tried again later, and its task is gone."""
    await Linked(Pages(), Pauses()).read([excerpt("quick")], NOON, 5)  # the first reading loads the readers
    linked = Linked(Pages(), Pauses(), patience=0.5)
    slow, quick = await linked.read([excerpt("slow"), excerpt("quick")], NOON, 5)
    assert (slow.text, slow.note) == ("The whole […]", "the linked page was too slow")
    assert slow.again_at == NOON + timedelta(minutes=10)
    assert quick.text.startswith("The whole of what was said.")
    assert (quick.excerpt, quick.again_at) == (False, None)
    assert len(asyncio.all_tasks()) == 1


async def test_a_page_about_something_else_takes_nothing_away() -> None:
    """A front page that answers for every address must not silence a call."""
    call = an_entry(uid="1", url="http://ngo.example/1", text="They will be returned tonight.", excerpt=True)
    (read,) = await Linked(Pages(), Pauses()).read([call], NOON, 5)
    assert read.text.startswith("They will be returned tonight.\n\nThe whole of what was said.")


async def test_an_excerpt_that_skips_what_stands_between_is_not_repeated() -> None:
    """The date and the first words are on the page, with a salutation between them."""
    own = "Nov 9, 2020\nThe whole of what was said. The whole of what […]"
    page = WHOLE.replace(b"<p>", b"<p>Nov 9, 2020</p><p>Mr President,</p><p>", 1)
    letter = excerpt("letter")
    (read,) = await Linked(Pages({"letter": page}), Pauses()).read([replace(letter, text=own)], NOON, 5)
    assert (read.text.count("Nov 9, 2020"), "[…]" in read.text) == (1, False)
    assert "Mr President," in read.text
    more = replace(letter, text=own.replace(" […]", " of them will be returned tonight."))
    (read,) = await Linked(Pages({"letter": page}), Pauses()).read([more], NOON, 5)
    assert "will be returned tonight." in read.text, "what the page does not say is not lost"


async def test_of_a_long_archive_the_newest_pages_are_read() -> None:
    """Bounded a poll, in the order in which people want to know."""
    pages = Pages()
    entries = [excerpt(str(n), published=NOON - timedelta(days=n)) for n in (3, 1, 2, 0)]
    read = await Linked(pages, Pauses()).read(entries, NOON, 2)
    assert sorted(pages.asked) == ["0", "1"]
    assert [entry.uid for entry in read] == ["3", "1", "2", "0"]


@pytest.mark.parametrize(
    ("page", "minutes"), [("503", 120), ("late", 10), ("private", None)], ids=["pause", "time", "refused"]
)
async def test_when_a_page_is_tried_again(page: str, minutes: int | None) -> None:
    """No earlier than its server wants; and never where it must not be asked."""
    (read,) = await Linked(Pages(), Pauses()).read([excerpt(page)], NOON, 5)
    assert read.note
    assert read.again_at == (NOON + timedelta(minutes=minutes) if minutes else None)
    assert read.tries == (1 if minutes else 0)


async def test_a_paused_host_is_not_asked_and_the_page_waits_for_the_end_of_the_pause() -> None:
    """Whoever asked for a pause asked for it everywhere."""
    pages, pauses = Pages(), Pauses()
    pauses.impose("http://ngo.example/feed", NOON + timedelta(hours=3), host=True)
    (read,) = await Linked(pages, pauses).read([excerpt("quick")], NOON, 5)
    assert (pages.asked, read.again_at) == ([], NOON + timedelta(hours=3))
