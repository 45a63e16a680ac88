"""Items that were read before are left out, and nothing else changes by it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from jobs.steps.items import items_of
from jobs.steps.marks import MARK, MOST_MARKS, mark, packed, unpacked
from jobs.steps.parse import NotAFeed, Parsed, parse_feed

FEEDS = Path(__file__).parents[2] / "data/feeds"
URL = "https://site.example/board/feed"
NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Feed:
    """A feed of items, each with an enclosure of its own by which its entry is found again."""

    head: str
    items: tuple[str, ...]
    tail: str

    @property
    def body(self) -> bytes:
        """As it is sent."""
        return f"{self.head}{' '.join(self.items)}{self.tail}".encode()


def mostly(common: str, rare: str) -> st.SearchStrategy[str]:
    """One of `common` (parted by strokes), now and then one of `rare`."""
    return st.integers(0, 19).flatmap(lambda n: st.sampled_from((rare if n == 0 else common).split("|")))


_TEXTS = mostly(
    "|http://x.example/1|http://x.example/2|urn:a|urn:b|urn:한| urn:a |http:////x.example/1",
    "/1|a&amp;b;c|a|caf\u00e9",
)
_MARKUP = mostly(
    "||&lt;p&gt;x&lt;/p&gt;|<![CDATA[<p>x</item></p>]]>|<div xmlns='http://www.w3.org/1999/xhtml'>x</div>",
    "<b>x</b>|<div>x</div>|<div lang='fr' base='http://b.example/'>x<p/></div>|<title>x</title>"
    "|<summary>x</summary>|<content>x</content>|<svg><title>s</title></svg>|<link>http://x.example/2</link>"
    "|<div xmlns='http://www.w3.org/1999/xhtml'>x<svg xmlns='http://www.w3.org/2000/svg'><title/></svg></div>"
    "|<x:title>x</x:title>|<media:title type='html'>x</media:title>",
)
_NAMES = mostly(
    "title|description|summary|content|dc:title|dc:date|media:title|c:encoded|guid|id"
    "|link|pubDate|updated|author|category|media:content|itunes:summary|dc:creator",
    "source|image|language|dc:language|x:title|body|textinput|media:group|info|rights",
)
_ATTRIBUTES = mostly(
    "|||| type='html'| type='text'| type='xhtml'| isPermaLink='false'| href='http://x.example/1'"
    "| xmlns:thr='http://purl.org/syndication/thread/1.0'| rel='self' href='/s'",
    " xml:lang='fr'| xml:base='http://b.example/'| mode='base64'| lang='de' base='/z/'"
    "| xmlns:y='http://y.example/'| xmlns:dc='http://purl.org/dc/terms/'| xmlns:dc='http://y.example/'"
    "| xmlns='http://www.w3.org/1999/xhtml'| url='http://x.example/1'",
)
_ELEMENTS = st.builds(
    lambda name, attributes, text, markup: f"<{name}{attributes}>{text}{markup}</{name}>",
    _NAMES,
    _ATTRIBUTES,
    _TEXTS,
    _MARKUP,
)
_SPACES = (
    " xmlns:dc='http://purl.org/dc/elements/1.1/' xmlns:media='http://search.yahoo.com/mrss/'"
    " xmlns:c='http://purl.org/rss/1.0/modules/content/' xmlns:x='http://x.example/ns'"
    " xmlns:itunes='http://www.itunes.com/DTDs/PodCast-1.0.dtd'"
    " xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'"
)
_RSS1 = "http://purl.org/rss/1.0/"
_ATOM = "http://www.w3.org/2005/Atom"
_HEADS = st.sampled_from(
    [
        (f"<rss version='2.0'{_SPACES}><channel><title>F</title><language>en</language>", "</channel></rss>"),
        (f"<rss{_SPACES} xml:base='http://base.example/'><channel xml:lang='ko'>", "<docs/></channel></rss>"),
        (f"<feed xmlns='{_ATOM}' xml:lang='en'{_SPACES}><title>F</title><id>f</id>", "</feed>"),
        (
            f"<rdf:RDF xmlns='http://purl.org/rss/1.0/'{_SPACES}><channel><title>F</title></channel>",
            "</rdf:RDF>",
        ),
    ]
)


@st.composite
def feeds(draw: st.DrawFn) -> Feed:
    """Feeds with all that makes one item depend on another."""
    head, tail = draw(_HEADS)
    name = "entry" if "<feed" in head else "item"
    items = []
    for number in range(draw(st.integers(1, 6))):
        about = draw(st.sampled_from(["", "", " rdf:about='urn:a'", f" rdf:about='urn:{number}'"]))
        enclosure = f"http://e.example/{number}"
        start = (
            f"<link rel='enclosure' href='{enclosure}'/>"
            if name == "entry"
            else f"<enclosure url='{enclosure}'/>"
        )
        own = draw(
            st.sampled_from(["", f"<guid>urn:{number}</guid>", f"<link>http://x.example/i{number}</link>"])
        )
        inside = "".join(draw(st.lists(_ELEMENTS, max_size=5)))
        items.append(f"<{name}{about}>{start}{own}{inside}</{name}>")
    return Feed(head, tuple(items), tail)


@settings(max_examples=120)
@given(feeds(), st.data())
def test_what_is_left_out_changes_nothing_about_the_rest(feed: Feed, data: st.DataObject) -> None:
    """The entries of new items are those of a full reading, uids included, whichever items are known."""
    try:
        full = parse_feed(feed.body, {}, URL, NOW)
    except NotAFeed:
        return
    known = data.draw(st.sets(st.integers(0, len(feed.items) - 1)))
    part = parse_feed(feed.body, {}, URL, NOW, packed(mark(feed.items[n].encode()) for n in sorted(known)))
    left_out = {f"http://e.example/{n}" for n in known}
    wanted = tuple(entry for entry in full.entries if left_out.isdisjoint(entry.enclosures))
    items = items_of(feed.body)
    event("read whole" if items is None else "taken apart")
    assert part.entries == (full.entries if items is None else wanted)
    assert part.marks == full.marks


def rss(*items: str) -> bytes:
    """An RSS feed of these items."""
    return f"<rss version='2.0'><channel><title>F</title>{''.join(items)}</channel></rss>".encode()


def item(number: int, text: str = "Text") -> str:
    """An item with a guid of its own."""
    return f"<item><title>Call {number}</title><guid>g{number}</guid><description>{text}</description></item>"


def read(body: bytes, known: bytes = b"") -> Parsed:
    """The feed."""
    return parse_feed(body, {}, URL, NOW, known)


@pytest.mark.parametrize("name", [path.name for path in FEEDS.iterdir()])
def test_each_item_of_a_real_feed_reads_the_same_alone(name: str) -> None:
    """Whichever one item is new, its entry is that of the full reading; with all known there is none."""
    body = (FEEDS / name).read_bytes()
    try:
        full = read(body)
    except NotAFeed:
        return
    marks = unpacked(full.marks)
    found = [entry for new in marks for entry in read(body, packed(marks - {new})).entries]
    assert {entry.uid: entry for entry in found} == {entry.uid: entry for entry in full.entries}
    assert read(body, full.marks).entries == ()


def test_an_edited_item_is_new_under_its_old_uid() -> None:
    """A changed word brings the item back, and only that one."""
    before = read(rss(item(1), item(2)))
    (edited,) = read(rss(item(1), item(2, "Another text")), before.marks).entries
    assert (edited.uid, edited.text) == (before.entries[1].uid, "Another text")


def test_what_is_known_is_not_read_again() -> None:
    """An item that costs feedparser minutes costs nothing once it is known."""
    slow = f"<item><guid>slow</guid><author>{'a' * 400_000}</author></item>"
    (entry,) = read(rss(item(1), slow), mark(slow.encode())).entries
    assert entry.uid == "g1"


def test_the_uid_of_a_new_item_minds_the_known_ones() -> None:
    """A guid or a link that a known item has as well does not stand for the new one alone."""
    for shared in ("<guid>same</guid>", "<link>/board</link>"):
        items = [f"<item>{shared}<title>Call {number}</title></item>" for number in range(3)]
        full = read(rss(*items))
        part = read(rss(*items), packed(mark(text.encode()) for text in items[1:]))
        assert part.entries == full.entries[:1]


def test_an_id_with_an_element_in_it_is_read_whole() -> None:
    """Which part of it counts only the reader says, so its item is never left out."""
    plain, marked = (f"<item><guid>urn:a{more}</guid><title>Call</title></item>" for more in ("", "<b>x</b>"))
    full = read(rss(plain, marked))
    part = read(rss(plain, marked), mark(marked.encode()))
    assert part.entries[0] == full.entries[0]


def test_an_item_keeps_its_uid_when_its_sibling_leaves() -> None:
    """Of two items with one guid the second is not new when the first is gone."""
    first, second = (f"<item><guid>same</guid><title>Call {number}</title></item>" for number in (1, 2))
    marks = read(rss(first, second)).marks
    assert read(rss(second), marks).entries == ()


def test_malformed_and_json_feeds_leave_out_what_is_known() -> None:
    """Where a feed cannot be taken apart, its items are told by what was read of them."""
    for body, more in (
        (rss(item(1)).replace(b"</rss>", b""), rss(item(2), item(1)).replace(b"</rss>", b"")),
        (
            b'{"items": [{"id": 1, "title": "a"}]}',
            b'{"items": [{"id": 2, "title": "b"}, {"id": 1, "title": "a"}]}',
        ),
    ):
        full = read(more)
        assert len(full.entries) == 2
        assert read(more, read(body).marks).entries == full.entries[:1]


def test_the_marks_of_an_endless_feed_are_bounded() -> None:
    """A source costs a row of 16 KB at most; the items beyond are read each time."""
    body = rss(*(item(number) for number in range(MOST_MARKS + 3)))
    full = read(body)
    assert len(full.marks) == MARK * MOST_MARKS
    assert read(body, full.marks).entries == full.entries[-3:]


@pytest.mark.parametrize(
    ("content_type", "label"),
    [
        ("text/xml; charset=iso-8859-1", "utf-8"),
        ("text/xml; charset=utf-16", "utf-8"),
        ("text/xml", "utf-16"),
        ("", ""),
    ],
)
def test_utf8_is_utf8_whatever_its_label(content_type: str, label: str) -> None:
    """A body that is valid UTF-8 is read as such, in full and in part alike."""
    declared = f"<?xml version='1.0' encoding='{label}'?>" if label else ""
    body = declared.encode() + rss(item(1), item(2, "Ein Mädchen, 아홉 명"))
    if label == "utf-16":
        body = declared.encode() + rss(item(1), item(2, "plain"))
    full = parse_feed(body, {"content-type": content_type}, URL, NOW)
    assert full.entries[1].text in {"Ein Mädchen, 아홉 명", "plain"}
    part = parse_feed(body, {"content-type": content_type}, URL, NOW, mark(item(1).encode()))
    assert part.entries == full.entries[1:]


def test_a_seven_bit_charset_is_not_taken_for_utf8() -> None:
    """Korean and Japanese mail charsets are valid UTF-8 and mean something else."""
    body = b"<?xml version='1.0' encoding='iso-2022-jp'?>" + rss(item(1, "強制送還")).decode().encode(
        "iso-2022-jp"
    )
    (entry,) = read(body).entries
    assert entry.text == "強制送還"
