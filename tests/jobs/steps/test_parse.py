"""Reading feeds, each kind of feed by one that people really publish."""

from datetime import UTC, datetime
from pathlib import Path
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.steps.parse import NotAFeed, Parsed, parse_feed
from storage.records import Entry

FEEDS = Path(__file__).parents[2] / "data" / "feeds"
NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)
URL = "https://site.example/board/rss.php"


def read(name: str, url: str = URL, **headers: str) -> Parsed:
    """The feed of that name as it would arrive from `url`."""
    return parse_feed((FEEDS / name).read_bytes(), headers, url, NOW)


def rss(*items: str) -> bytes:
    """A feed of these items."""
    return f'<rss version="2.0"><channel><title>t</title>{"".join(items)}</channel></rss>'.encode()


def test_a_gnuboard_feed_without_guids() -> None:
    """Links from the site's root, dc:date at +09:00, Korean text with its own line breaks."""
    parsed = read("gnuboard.xml")
    first, second = parsed.entries
    assert (parsed.title, parsed.language, parsed.degraded) == ("긴급 소식 & 활동", "ko", "")
    assert first.title == "[긴급] 두만강에서 붙잡힌 네 사람, 내일 송환 예정"
    assert first.url == "https://site.example/board/bbs/board.php?bo_table=urgent&wr_id=31"
    assert first.published == datetime(2024, 3, 5, 0, 12, 40, tzinfo=UTC)
    assert not first.date_only
    assert first.text.endswith("지금 외교부에 전화해 주십시오.")
    assert first.text.count("\n") >= 1
    assert first.uid != second.uid
    assert first.fetched == NOW


def test_midnight_is_a_day_and_not_an_hour() -> None:
    """Boards that know only the day write midnight in their own zone; the day they printed is kept."""
    _, second = read("gnuboard.xml").entries
    assert second.date_only
    assert second.published == datetime(2024, 3, 1, tzinfo=UTC)


def test_a_wordpress_feed_prefers_the_full_text() -> None:
    """The longest of content and summary is the text; lists stay lists; the PDF is found."""
    full, cut = read("wordpress.xml").entries
    assert full.uid == "https://lantern.example/?p=412"
    assert full.title == "Families & friends still wait for news"
    assert full.text.split("\n")[:3] == [
        "Nobody has heard from the three teachers since Sunday.",
        "Call the prison.",
        "Write to the mayor.",
    ]
    assert full.enclosures == ("https://site.example/files/appeal.pdf",)
    assert full.language == "en"
    assert not full.excerpt
    assert cut.date_only


def test_a_text_that_breaks_off_is_an_excerpt() -> None:
    """However long it is: "[…]" at its end says that the page holds more."""
    _, cut = read("wordpress.xml").entries
    assert len(cut.text) > 400
    assert cut.excerpt


def test_a_blogger_feed_with_xml_base() -> None:
    """Relative links are resolved against xml:base; the item's own page is meant, not its comments."""
    first, second = read("blogger.xml", url="https://mirror.example/feed").entries
    assert first.url == "https://voces.example/blog/2024/03/agua.html"
    assert second.url == "https://voces.example/archivo/contamos.html"
    assert first.title == "Piden agua & luz"
    assert first.text == "Los presos del penal norte llevan cinco días sin comer.\nLlame al director."
    assert first.published == datetime(2024, 3, 6, 14, 30, tzinfo=UTC)
    assert first.updated == datetime(2024, 3, 6, 15, tzinfo=UTC)
    assert second.title == "1 < 2: por qué contamos"
    assert second.published == second.updated


def test_an_rdf_feed() -> None:
    """RSS 1.0, with the language and the date of Dublin Core."""
    (entry,) = read("rdf.xml").entries
    assert (entry.uid, entry.title, entry.language) == (
        "https://kiroku.example/5",
        "声明を発表しました",
        "ja",
    )
    assert entry.published == datetime(2024, 3, 4, 9, tzinfo=UTC)


def test_an_old_feed_without_dates() -> None:
    """RSS 0.91 has no dates and no guids: unknown stays unknown."""
    (entry,) = read("rss091.xml").entries
    assert (entry.title, entry.url) == ("Vigil on Friday", "http://old.example/vigil.html")
    assert entry.published is None
    assert not entry.date_only
    assert entry.uid
    assert entry.excerpt


def test_a_json_feed() -> None:
    """Ids may be numbers, titles may be missing, a stray item marks the feed as degraded."""
    parsed = read("feed.json")
    letter, untitled = parsed.entries
    assert (letter.uid, letter.title, letter.text) == ("17", "Lettre ouverte", "Monsieur,\nLibérez-les.")
    assert letter.url == "https://site.example/lettres/17"
    assert letter.enclosures == ("https://site.example/board/17.pdf",)
    assert letter.published == datetime(2024, 3, 2, 11, tzinfo=UTC)
    assert untitled.title == "Sans titre, deux phrases. La seconde."
    assert untitled.date_only
    assert parsed.language == "fr"
    assert "1" in parsed.degraded


def test_a_malformed_feed_still_gives_its_items() -> None:
    """Entries that can be recovered are read, and the feed says what is wrong with it."""
    parsed = read("malformed.xml")
    assert [entry.title for entry in parsed.entries] == ["Two brothers taken", "Second item"]
    assert [entry.uid for entry in parsed.entries] == ["n-1", "n-2"]
    assert parsed.degraded.startswith("not well-formed: ")
    assert parsed.degraded.count("not well-formed") == 1


def test_cp1251_labelled_as_utf8() -> None:
    """A wrong label does not make mojibake."""
    (entry,) = read("cp1251_declared_utf8.xml").entries
    assert entry.title == "Заявление о голодовке в колонии"


@pytest.mark.parametrize(
    ("encoding", "declared", "header", "certain"),
    [
        ("utf-8", "utf-8", "text/xml", True),
        ("utf-8", "euc-kr", "application/xml; charset=euc-kr", True),
        ("windows-1251", "windows-1251", "application/xml; charset=utf-8", True),
        ("windows-1251", "utf-8", "application/xml; charset=windows-1251", True),
        ("windows-1251", "utf-8", "application/xml", False),
    ],
)
def test_only_a_guess_at_the_characters_degrades_a_feed(
    encoding: str, declared: str, header: str, *, certain: bool
) -> None:
    """Header and document may contradict each other; an admin hears of it when neither of them is right."""
    text = (FEEDS / "cp1251_declared_utf8.xml").read_bytes().decode("cp1251")
    body = text.replace('encoding="utf-8"', f'encoding="{declared}"').encode(encoding)
    parsed = parse_feed(body, {"content-type": header}, URL, NOW)
    assert parsed.entries[0].title == "Заявление о голодовке в колонии"
    assert (parsed.degraded == "") is certain


def test_a_wrong_charset_in_the_header_harms_nothing() -> None:
    """A server that calls a UTF-8 feed us-ascii is common and no defect of the feed."""
    parsed = read("gnuboard.xml", **{"content-type": "text/xml"})
    assert parsed.degraded == ""
    assert parsed.entries[0].title.startswith("[긴급]")


def test_items_without_guid_and_link_are_kept_apart() -> None:
    """Each has a uid of its own, derived from what it says; an empty item is none."""
    entries = read("no_guid.xml").entries
    assert [entry.text for entry in entries][:3] == ["Alpha text.", "Beta text.", "Gamma text."]
    assert len({entry.uid for entry in entries}) == len(entries) == 4
    assert entries[3].title.startswith("Only a text, without a title")


def test_uids_do_not_depend_on_the_neighbours() -> None:
    """When a newer item pushes an older one out, the others keep their uids."""
    items = [f"<item><title>Call {n}</title><description>Text {n}.</description></item>" for n in range(4)]
    before = {e.title: e.uid for e in parse_feed(rss(*items[1:]), {}, URL, NOW).entries}
    after = {e.title: e.uid for e in parse_feed(rss(*items[:3]), {}, URL, NOW).entries}
    assert before["Call 1"] == after["Call 1"]
    assert before["Call 2"] == after["Call 2"]


@pytest.mark.parametrize(
    ("guid", "link"),
    [
        ("<guid>1</guid>", ""),
        ('<guid isPermaLink="true">1</guid>', ""),
        ("<guid>/news/1</guid>", ""),
        ("<guid>urn:uuid:1</guid>", ""),
        ("<guid>javascript:alert(1)</guid>", ""),
        ("<guid>https://other.example/1</guid>", "https://other.example/1"),
        ("<guid>1</guid><link>/one</link>", "https://ngo.example/one"),
        ("<guid>/one</guid><link>/one</link>", "https://ngo.example/one"),
        ("<link>/one</link><guid>1</guid>", "https://ngo.example/one"),
        ('<guid isPermaLink="false">https://other.example/1</guid>', ""),
    ],
)
def test_a_guid_is_a_link_only_as_a_whole_address(guid: str, link: str) -> None:
    """No address is made of a number: nobody is sent to a page that there never was."""
    body = f"<rss version='2.0'><channel><item><title>A</title>{guid}</item></channel></rss>"
    (entry,) = parse_feed(body.encode(), {}, "https://ngo.example/feed", NOW).entries
    assert entry.url == link
    assert entry.uid


def test_a_repeated_guid_loses_no_item() -> None:
    """Items that share a guid get uids of their own; an exact repetition is one item."""
    entries = read("repeated_guid.xml").entries
    assert [entry.title for entry in entries] == ["First call", "Second call", "Third call"]
    assert len({entry.uid for entry in entries}) == 3
    assert entries[2].uid == "own"


def test_an_edited_text_is_the_same_item() -> None:
    """A uid that had to be derived rests on link or title, not on a text that will be corrected."""
    item = "<item><link>/7</link><title>A call</title><description>{}</description></item>"
    (old,) = parse_feed(rss(item.format("Tree men")), {}, URL, NOW).entries
    (new,) = parse_feed(rss(item.format("Three men")), {}, URL, NOW).entries
    assert old.uid == new.uid


def test_nothing_hostile_survives() -> None:
    """Scripts, javascript: links, hidden and reversing characters and lying hosts are gone."""
    first, second, third = read("hostile.xml").entries
    assert (first.title, first.text, first.url) == ("Title", "Seen text", "")
    assert second.title == "abcgnp.exe"
    assert second.url == "https://evil.example/login"
    assert second.text.startswith("zerowidth")
    assert third.url == "http://ok.example/a%20b"
    assert_harmless((first, second, third))


@pytest.mark.parametrize(
    ("name", "detail"),
    [
        ("empty.xml", "an empty answer"),
        ("page_instead.html", "an HTML page: We will be back soon"),
        ("text_instead.txt", "plain text: 이 게시판은 구독할 수 없습니다."),
    ],
)
def test_what_is_no_feed_says_what_it_looked_like(name: str, detail: str) -> None:
    """An admin reads what came instead of a feed."""
    with pytest.raises(NotAFeed) as caught:
        read(name)
    assert caught.value.detail == detail


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        ('{"version": "https://jsonfeed.org/version/1.1", "items": [', "broken JSON"),
        ("{" * 100_000, "broken JSON"),
        ('{"error": "no such feed"}', "JSON without items"),
        ('{"items": {"id": 1}}', "JSON without items"),
    ],
)
def test_json_that_is_no_feed_says_so(body: str, detail: str) -> None:
    """An interface's error message, or half an answer, is told as what it is."""
    with pytest.raises(NotAFeed) as caught:
        parse_feed(body.encode(), {"content-type": "application/json"}, URL, NOW)
    assert caught.value.detail.startswith(detail)


def test_a_text_without_title_has_its_first_words_for_one() -> None:
    """Cut between words where it can be, inside a long one where it must."""
    words = "Nobody has heard from the three teachers since Sunday, " * 5
    (cut,) = parse_feed(rss(f"<item><description>{words}</description></item>"), {}, URL, NOW).entries
    assert words.startswith(cut.title.removesuffix("…"))
    assert cut.title.endswith(("…",))
    assert not cut.title.removesuffix("…").endswith(" ")
    (one,) = parse_feed(rss(f"<item><description>Go {'x' * 300}</description></item>"), {}, URL, NOW).entries
    assert one.title == "Go " + "x" * 116 + "…"


@pytest.mark.parametrize("date", ["soon", "2024", "2024-03", "2024-066T07:30:00Z", "2024-március-06T9:15"])
def test_half_a_date_is_unknown_and_not_guessed(date: str) -> None:
    """A year is not its first of January: what the feed does not say is not said by us."""
    item = f"<item><title>x</title><pubDate>{date}</pubDate></item>"
    (entry,) = parse_feed(rss(item), {}, URL, NOW).entries
    assert entry.published is None


def test_a_feed_without_items_is_a_feed() -> None:
    """A quiet source is not a broken one."""
    parsed = read("no_items.xml")
    assert (parsed.entries, parsed.title, parsed.degraded) == ((), "Quiet", "")


def test_a_body_that_is_a_path_is_not_opened(tmp_path: Path) -> None:
    """A body of "/some/path" or "http://..." is text and never a place to read from."""
    trap = tmp_path / "feed.xml"
    trap.write_bytes(rss("<item><title>From the disk</title></item>"))
    for body in (str(trap), "http://127.0.0.1:1/feed.xml"):
        with pytest.raises(NotAFeed):
            parse_feed(body.encode(), {}, URL, NOW)


def test_a_local_time_ahead_of_the_clock_is_not_the_future() -> None:
    """15:47 without a zone, read at 12:00 UTC, is an eastern clock: it must ring, so it counts as now."""
    item = "<item><title>x</title><pubDate>{}</pubDate></item>"
    (east,) = parse_feed(rss(item.format("2024-03-06 15:47:00")), {}, URL, NOW).entries
    (future,) = parse_feed(rss(item.format("Wed, 06 Mar 2024 15:47:00 +0000")), {}, URL, NOW).entries
    assert east.published == NOW
    assert future.published == datetime(2024, 3, 6, 15, 47, tzinfo=UTC)


def assert_harmless(entries: tuple[Entry, ...]) -> None:
    """No markup that runs and no control characters in anything that will be shown."""
    for entry in entries:
        for text in (entry.title, entry.text, entry.uid, entry.url, *entry.enclosures):
            assert "<script" not in text.lower()
            assert not [c for c in text if category(c) in {"Cc", "Cs"} and c != "\n"]
        assert "\n" not in entry.title
        assert entry.url == "" or entry.url.startswith(("http://", "https://"))


_PIECES = st.sampled_from(
    (
        "<rss version='2.0'><channel>|<feed xmlns='http://www.w3.org/2005/Atom'>|<item>|</item>|<entry>|</entry>"
        "|<title>|</title>|<title type='html'>|<description>|</description>|<![CDATA[|]]>|<script>|</script>"
        "|&lt;script&gt;|&amp;lt;script|<link>|</link>|<guid>|</guid>|javascript:x|http://["
        "|//h:99999/|&#0;|&#x202e;"
        "|&#xd800;|\x00|\xff|<pubDate>|</pubDate>|99 Foo 99999 99:99|2024-02-30"
        "|<!DOCTYPE x [<!ENTITY a 'b'>]>|&a;"
        "|xml:base='::'|<content type='xhtml'>|{|\"items\": [|}|<!--|-->|<html><body>|text "
        "|<?xml version='1.0' encoding='utf-16'?>"
    )
    .encode("latin-1")
    .split(b"|"),
)


@settings(max_examples=150, deadline=None)
@given(st.one_of(st.binary(max_size=400), st.lists(_PIECES, max_size=40).map(b"".join)))
def test_any_bytes_are_entries_or_not_a_feed(body: bytes) -> None:
    """Whatever a server sends ends as entries that are safe to show, or as NotAFeed."""
    try:
        parsed = parse_feed(body, {"content-type": "application/xml"}, URL, NOW)
    except NotAFeed:
        return
    assert_harmless(parsed.entries)
    assert len({entry.uid for entry in parsed.entries}) == len(parsed.entries)


def test_an_item_of_which_nothing_can_be_shown_is_kept() -> None:
    """A script alone, an id alone, a name alone: something was published, and it is stored."""
    items = (
        "<description>&lt;script&gt;x&lt;/script&gt;</description>",
        "<guid isPermaLink='false'>7</guid>",
        "<author>Ann</author>",
    )
    entries = parse_feed(rss(*(f"<item>{inside}</item>" for inside in items)), {}, URL, NOW).entries
    assert [(entry.title, entry.text) for entry in entries] == [("…", ""), ("…", ""), ("Ann", "")]
    (entry,) = parse_feed(b'{"items": [{"id": 7}, {}]}', {}, URL, NOW).entries
    assert (entry.uid, entry.title) == ("7", "…")


def test_a_format_without_a_name_is_a_feed_when_it_is_well_formed() -> None:
    """CDF calls its root CHANNEL; a broken page with an element called item stays a page."""
    cdf = b"<CHANNEL><ITEM HREF='http://x.example/1'><TITLE>A call</TITLE></ITEM></CHANNEL>"
    (entry,) = parse_feed(cdf, {}, URL, NOW).entries
    assert (entry.title, entry.url) == ("A call", "http://x.example/1")
    with pytest.raises(NotAFeed):
        parse_feed(b"<html><body><br><item><title>x</title></item></body></html>", {}, URL, NOW)


def test_a_licence_is_not_the_link_of_an_item() -> None:
    """Items without a page of their own do not all point to Creative Commons."""
    space = 'xmlns:cc="http://backend.userland.com/creativeCommonsRssModule"'
    item = f"<item {space}><title>x</title><cc:license>http://cc.example/by</cc:license></item>"
    (entry,) = parse_feed(rss(item), {}, URL, NOW).entries
    assert entry.url == ""
