"""Lists of feeds as other programs write them, and as ours are read again."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from jobs.steps.opml import NotOpml, read_opml, write_opml
from storage.records import Source
from storage.words import SourceKind, Trust
from tests.builders import NOON, a_source

NESTED = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="1.0"><head><title>Maria's feeds</title></head><body>
 <outline text="Rights">
  <outline text="Asia">
   <outline type="rss" text="Daily &amp;amp; NK" xmlUrl="https://nk.example/feed/" htmlUrl="https://nk.example/"/>
   <outline text="Deep"><outline xmlURL=" feed://deep.example/rss " title="Deep"/></outline></outline>
  <outline type="rss" text="Again" xmlUrl="http://www.nk.example/feed"/>
 </outline>
 <outline type="link" text="A bookmark" url="https://bookmark.example/"/>
 <outline type="rss" text="Script" xmlUrl="javascript:alert(1)"/>
 <outline type="rss" text="A file" xmlUrl="file:///etc/passwd"/>
 <outline type="rss" text="feed:https" xmlUrl="feed:https://other.example/rss"/>
</body></opml>"""


def test_nested_lists_are_read_and_each_address_counts_once() -> None:
    """However deep, however the attribute is spelt; what is no web address is counted and left out."""
    found = read_opml(NESTED.encode())
    assert [(one.title, one.url, one.kind) for one in found.sources] == [
        ("Daily & NK", "https://nk.example/feed/", SourceKind.FEED),
        ("Deep", "http://deep.example/rss", SourceKind.FEED),
        ("feed:https", "https://other.example/rss", SourceKind.FEED),
    ]
    assert (found.repeated, found.unusable, found.broken) == (1, 2, False)


@pytest.mark.parametrize(
    ("declared", "codec"),
    [("windows-1251", "cp1251"), ("koi8-r", "koi8-r"), ("utf-8", "utf-8-sig"), ("utf-16", "utf-16"),
     ("us-ascii", "utf-8"), ("utf-16", "utf-8")],
)  # fmt: skip
def test_every_charset_is_read(declared: str, codec: str) -> None:
    """Also where it is not the one that the file declares."""
    head = f'<?xml version="1.0" encoding="{declared}"?>'
    feed = '<outline text="Мемориал: новости" xmlUrl="https://memo.example/rss"/>'
    text = f'{head}\n<opml version="2.0"><body>{feed}</body></opml>'
    (one,) = read_opml(text.encode(codec)).sources
    assert one.title == "Мемориал: новости"


def test_a_korean_list_is_read() -> None:
    """EUC-KR, which no XML reader knows, and the wider set that is meant by it."""
    text = '<?xml version="1.0" encoding="euc-kr"?><opml><body><outline text="북한인권시민연합" xmlUrl="http://a.kr/"/>'
    (one,) = read_opml((text + "</body></opml>").encode("cp949")).sources
    assert one.title == "북한인권시민연합"


def test_a_careless_file_gives_what_can_be_read() -> None:
    """A bare ampersand, the end cut off: told, not refused."""
    text = '<opml><body><outline text="Q&A" xmlUrl="https://a.example/?a=1&amp;b=2"/><outline text="cut'
    found = read_opml(text.encode())
    assert [one.url for one in found.sources] == ["https://a.example/?a=1&b=2"]
    assert found.broken


_BOMB = (
    '<!DOCTYPE o [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
    '<opml><body><outline xmlUrl="https://&b;"/></body></opml>'
)
_FILE = (
    '<!DOCTYPE o [<!ENTITY f SYSTEM "file:///etc/passwd">]><opml><body><outline text="&f;"/></body></opml>'
)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (_BOMB.encode(), "entities"),
        (_BOMB.encode("utf-16"), "entities"),
        (_FILE.encode(), "entities"),
        (b"", "no OPML"),
        (b"<rss version='2.0'><channel/></rss>", "no OPML"),
        (b"%PDF-1.7", "no OPML"),
        (b"<rdf:RDF><channel>", "no OPML"),
        (b"<opml>" + b" " * 20_000_001, "too many"),
    ],
)
def test_what_is_no_list_or_a_trap_is_refused(body: bytes, told: str) -> None:
    """In words; in no charset is an entity looked up."""
    with pytest.raises(NotOpml, match=told):
        read_opml(body)


def test_half_a_character_is_left_out() -> None:
    """A reference to what is none, in a name or a namespace, by either number."""
    text = (
        '<opml xmlns:x="&#xd800;"><outline text="A&#xDFFF;&#55296;&#0;B" xmlUrl="https://a.example"/></opml>'
    )
    (one,) = read_opml(text.encode()).sources
    assert (one.title, one.url) == ("AB", "https://a.example")


def test_a_file_next_door_is_not_opened(tmp_path: object) -> None:
    """A document type that lies elsewhere is left where it is, and the list is read."""
    text = f'<!DOCTYPE opml SYSTEM "file://{tmp_path}/none.dtd"><opml><body><outline xmlUrl="https://a.example"/>'
    (one,) = read_opml(f"{text}</body></opml>".encode()).sources
    assert one.url == "https://a.example"


def test_other_programs_find_what_they_know() -> None:
    """OPML 2.0: feeds with xmlUrl below their organisation; a page is a link, which is no feed to them."""
    made = write_opml(
        [
            a_source(title="Calls", language="en"),
            a_source(name="page", kind=SourceKind.PAGE, url="https://page.example/", organisation=""),
            a_source(name="two", url="https://two.example/rss"),
        ],
        NOON,
    )
    root = etree.fromstring(made)
    assert root.get("version") == "2.0"
    assert root.findtext("head/dateCreated") == "Tue, 10 Mar 2026 12:00:00 +0000"
    (group,) = (node for node in root.iterfind("body/outline") if node.get("type") is None)
    assert (group.get("text"), [node.get("xmlUrl") for node in group]) == (
        "Northlight",
        ["http://127.0.0.1/feed", "https://two.example/rss"],
    )
    assert {name: group[0].get(name) for name in ("text", "title", "type", "language")} == {
        "text": "Calls", "title": "Calls", "type": "rss", "language": "en",
    }  # fmt: skip
    (page,) = (node for node in root.iterfind("body/outline") if node.get("type") == "link")
    assert (page.get("url"), page.get("xmlUrl"), page.get("text")) == ("https://page.example/", None, "page")


def test_no_password_leaves_the_house() -> None:
    """Neither as an address nor in what stands beside it."""
    made = write_opml([a_source(url="https://reader:hunter2@a.example/feed", title="")], NOON)
    assert b"hunter2" not in made
    assert b"reader" not in made
    assert b'"https://a.example/feed"' in made


WORDS = st.text(max_size=30).map(lambda text: " ".join(re.sub(r"[^ -~À-ÿ가-힣]", "", text).split()))
SOURCES = st.lists(
    st.builds(
        Source,
        name=WORDS.filter(bool),
        url=st.integers(0, 10_000).map(lambda number: f"https://x.example/{number}?a=1&b=<2>"),
        kind=st.sampled_from((SourceKind.FEED, SourceKind.PAGE)),
        title=WORDS,
        organisation=WORDS,
        language=st.sampled_from(["", "ko", "en-GB"]),
        countries=st.sampled_from([(), ("KP",), ("KP", "CN")]),
        trust=st.sampled_from(Trust),
        every=st.integers(60, 999_999),
        selectors=st.dictionaries(st.sampled_from(["item", "title", "date"]), WORDS.filter(bool)),
    ),
    unique_by=(lambda one: one.name, lambda one: one.url),
    max_size=8,
)  # fmt: skip


@given(SOURCES)
def test_what_is_written_is_read_as_it_was(sources: list[Source]) -> None:
    """Every key of the configuration, quotes and angle brackets included; only the order may be another."""
    found = read_opml(write_opml(sources, NOON))
    assert sorted(found.sources, key=lambda one: one.name) == sorted(sources, key=lambda one: one.name)
    assert (found.repeated, found.unusable, found.broken) == (0, 0, False)


@given(st.text(max_size=50), st.text(max_size=50))
def test_any_words_can_be_written(title: str, organisation: str) -> None:
    """What XML has no place for is left out, and the file is well-formed."""
    found = read_opml(write_opml([a_source(title=title, organisation=organisation)], NOON))
    assert (len(found.sources), found.broken) == (1, False)


@given(
    st.lists(
        st.sampled_from(
            ['<outline xmlUrl="', "https://a", '"/>', "</outline>", "<outline>", "&", "\x00", "<!--",
             'type="link" url="', "[::1", ' vigil:every="9e9s"', ":99999", "<opml>", "</opml>", "\ufeff"]
        ),
        max_size=30,
    )
)  # fmt: skip
def test_any_file_is_a_list_or_refused(pieces: list[str]) -> None:
    """Nothing else happens, and what is listed are web addresses."""
    try:
        found = read_opml(("<opml xmlns:vigil='urn:vigil:source'><body>" + "".join(pieces)).encode())
    except NotOpml:
        return
    assert all(one.url.startswith(("http://", "https://")) for one in found.sources)
