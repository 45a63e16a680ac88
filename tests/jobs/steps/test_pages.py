"""Reading pages that have no feed."""

# ruff: noqa: E501  # pages stand here as sites write them

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.steps.pages import parse_page
from jobs.steps.parse import NotAFeed, Parsed
from jobs.steps.selectors import selector

NOW = datetime(2024, 3, 6, 12, tzinfo=UTC)
URL = "https://site.example/news/"
HTML = {"content-type": "text/html; charset=utf-8"}

FRAME = """<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8"><title>News desk</title></head>
<body class="has-sidebar"><div class="cookie-banner">Cookies, <a href="/cookies">read our long policy about them</a></div>
<header><h1>News desk</h1><nav><ul><li><a href="/who-we-are">Who we are and what we do</a></li>
<li><a href="/support-us">Support our work with a gift</a></li></ul></nav></header>
{main}
<aside class="sidebar"><h3>Most read</h3><ul><li><a href="/old-1">A thing many people read last year</a> 2023-01-01</li>
<li><a href="/old-2">Another thing many people read</a> 2023-01-02</li></ul></aside>
<footer><a href="/privacy-policy-of-the-desk">Privacy policy of this desk</a></footer></body></html>"""


def read(main: str, *, lang: str = "en", url: str = URL, **selectors: str) -> Parsed:
    """The page with this main part."""
    return parse_page(FRAME.format(lang=lang, main=main).encode(), HTML, url, selectors, NOW)


BOARD = """<main><table><thead><tr><th>번호</th><th>제목</th><th>날짜</th></tr></thead><tbody>
<tr class="bo_notice"><td><strong>공지</strong></td><td><div><a href="/b.php?wr_id=9">홈페이지 점검으로 접속이 중단됩니다</a></div></td><td>관리자</td><td>24-03-01</td></tr>
<tr><td>41</td><td><div><a href="/b.php?wr_id=41">[긴급] 다섯 사람이 국경에서 붙잡혔습니다 <span class="cnt_cmt">[3]</span></a></div></td><td>관리자</td><td>09:12</td></tr>
<tr><td>40</td><td><div><a href="/b.php?wr_id=40">정기 총회를 알려 드립니다 많이 오세요</a></div></td><td>관리자</td><td>02-27</td></tr>
</tbody></table><div class="paging"><a href="/b.php?page=2">다음 페이지로 넘어가기</a></div></main>"""


def test_a_board_with_notices_and_short_dates() -> None:
    """Every row is an item, pinned ones too; "09:12" is today; counters are no part of a title."""
    entries = read(BOARD, lang="ko").entries
    assert [entry.title for entry in entries] == [
        "홈페이지 점검으로 접속이 중단됩니다",
        "[긴급] 다섯 사람이 국경에서 붙잡혔습니다",
        "정기 총회를 알려 드립니다 많이 오세요",
    ]
    assert [entry.published for entry in entries] == [
        datetime(2024, 3, 1, tzinfo=UTC),
        datetime(2024, 3, 6, tzinfo=UTC),
        datetime(2024, 2, 27, tzinfo=UTC),
    ]
    assert all(entry.date_only and entry.excerpt and entry.language == "ko" for entry in entries)
    assert entries[1].url == "https://site.example/b.php?wr_id=41"


CARDS = """<main><ul>
<li><a href="/a"><img alt=""></a><h3><a href="/a">Ferry crews refuse to carry the detai…</a></h3><span>5 March 2024</span>
<p>Crews on three boats said on Tuesday that they would not carry prisoners to the island, whoever asks them to do it.</p>
<a href="/a">See details</a></li>
<li><h3><a href="/b" title="Letter to the harbour master of the old port">Letter to the harbour mas…</a></h3><span>4 March 2024</span>
<p>Short.</p><a href="/b">See details</a></li></ul></main>"""


def test_teasers_and_cut_titles() -> None:
    """A cut title stays as printed unless the page holds its longer form; buttons are not text."""
    first, second = read(CARDS).entries
    assert first.title == "Ferry crews refuse to carry the detai…"
    assert second.title == "Letter to the harbour master of the old port"
    assert first.text.startswith("Crews on three boats")
    assert "See details" not in first.text
    assert first.excerpt
    assert first.published == datetime(2024, 3, 5, tzinfo=UTC)
    assert first.date_only


def test_a_blog_archive() -> None:
    """Articles with headings: full texts are whole, one with a "Read more" is an excerpt."""
    body = "<p>" + "A sentence that goes on for a while and says something. " * 12 + "</p>"
    entries = read(
        f"""<main><article><h2><a href="/1">The first of the posts</a></h2>{body}</article>
        <article><h2><a href="/2">The second of the posts</a></h2>{body}<a href="/2">Read more</a></article>
        <article><h2><a href="/3">The third of the posts</a></h2>{body}<a href="/3">Read more</a></article></main>""",
    ).entries
    assert [entry.url[-2:] for entry in entries] == ["/1", "/2", "/3"]
    assert [entry.excerpt for entry in entries] == [False, True, True]


def test_a_flat_list_of_dated_links() -> None:
    """Old pages put a date before each link and a <br> after it."""
    entries = read(
        """<div><p>2024.03.02 <a href="/x1">Hearing of the two printers postponed</a><br>
        2024.02.20 <a href="/x2">Printers moved to the northern prison</a><br>
        2024.02.11 <a href="/x3">Two printers arrested in their shop</a><br></p></div>""",
    ).entries
    assert [entry.published for entry in entries] == [
        datetime(2024, 3, 2, tzinfo=UTC),
        datetime(2024, 2, 20, tzinfo=UTC),
        datetime(2024, 2, 11, tzinfo=UTC),
    ]


def test_what_a_page_hides_is_no_item() -> None:
    """Folded menus and what only machines are told do not ring; the time in a row's <time> is its own."""
    row = '<li><a href="/x{n}">Statement number {n} on the printers</a> <time datetime="{at}"></time></li>'
    rows = "".join(row.format(n=n, at=f"2024-03-0{n}T09:30:00+09:00") for n in (3, 2, 1))
    menu = "".join(f'<li><a href="/y{n}">Hidden statement number {n} of ours</a></li>' for n in (1, 2, 3))
    for hidden in (
        "<div hidden><ul>{}</ul></div>",
        '<ul aria-hidden="true">{}</ul>',
        '<div role="menu"><ul>{}</ul></div>',
    ):
        entries = read(f"<main>{hidden.format(menu)}<ul>{rows}</ul></main>").entries
        assert [entry.url for entry in entries] == [f"https://site.example/x{n}" for n in (3, 2, 1)]
        assert entries[0].published == datetime(2024, 3, 3, 0, 30, tzinfo=UTC)
        assert not entries[0].date_only


def test_an_authors_or_a_tags_page_is_no_items_page() -> None:
    """The row's own link is the one that is no tag, author or anchor."""
    rows = "".join(
        f'<article><h3>Statement number {n} on the printers</h3><a rel="author" href="/jo">Jo</a>'
        f'<a href="#top">up</a><a href="/tag/print">print</a><a href="/x{n}">read</a></article>'
        for n in (1, 2, 3)
    )
    entries = read(f"<main>{rows}</main>", item="article").entries
    assert [entry.url for entry in entries] == [f"https://site.example/x{n}" for n in (1, 2, 3)]


LONG = (
    "Witnesses said the gates were shut at noon, that nobody was told why, and that buses stood in the yard. "
    * 3
)


def test_pasted_news_without_links() -> None:
    """Short lines over long paragraphs are titles; a dateline opens an item whose title was lost."""
    parsed = read(
        f"""<main><p>News desk</p><p>This site collects what others do not print, and {LONG}</p>
        <p>GENEVA, Switzerland – Seven delegations walked out on Monday. {LONG}</p><p>{LONG}</p>
        <p>Gates Shut at the Northern Camp</p><p>{LONG}</p><p>{LONG}</p>
        <p>Buses Seen in the Yard</p><p>2024-03-04</p><p>{LONG}</p></main>""",
    )
    first, second, third = parsed.entries
    assert first.title == "Seven delegations walked out on Monday"
    assert second.title == "Gates Shut at the Northern Camp"
    assert second.text.count("\n") == 1
    assert third.published == datetime(2024, 3, 4, tzinfo=UTC)
    assert {entry.url for entry in parsed.entries} == {URL}
    assert len({entry.uid for entry in parsed.entries}) == 3
    assert not any(entry.excerpt for entry in parsed.entries)


def test_selectors_say_where_to_look() -> None:
    """With selectors nothing is guessed."""
    entries = read(
        """<div class="x news"><div class="row"><b class="t">One</b><i class="d">1 March 2024</i><a href="/1">go</a>
        <div class="s">Summary of one.</div></div><div class="row"><b class="t">Two</b><i class="d">2 March 2024</i>
        <a href="/2">go</a><div class="s">Summary of two.</div></div></div>""",
        item="div.news > .row",
        title=".t",
        date="i.d",
        link="a",
        text=".s",
    ).entries
    assert [(entry.title, entry.url[-2:], entry.text) for entry in entries] == [
        ("One", "/1", "Summary of one."),
        ("Two", "/2", "Summary of two."),
    ]
    assert entries[0].published == datetime(2024, 3, 1, tzinfo=UTC)


def test_selectors_that_find_nothing_are_named() -> None:
    """After a redesign the admin reads which selector no longer fits, instead of a wrong guess."""
    with pytest.raises(NotAFeed, match=r"li\.post"):
        read(BOARD, item="li.post")
    with pytest.raises(NotAFeed, match="cannot read the selector"):
        read(BOARD, item="li:nth-child(2)")


@pytest.mark.parametrize(
    "selectors",
    [
        {"item": "li >"},
        {"item": ".row.li.x[y]li"},
        {"item": "li", "title": "a:hover"},
        {"item": "li", "date": "span["},
        {"item": "li", "text": "p p!"},
    ],
)
def test_a_selector_that_cannot_be_read_is_quoted(selectors: dict[str, str]) -> None:
    """An admin who mistyped one sees which."""
    wrong = list(selectors.values())[-1]
    with pytest.raises(NotAFeed) as caught:
        read("<ul><li><a href='/1'>One thing happened</a><p>Text.</p></li></ul>", **selectors)
    assert wrong in caught.value.detail


def test_an_item_has_its_first_heading_or_link_for_a_title() -> None:
    """Without a selector for it: the heading, else the first link with words, else all that it says."""
    entries = read(
        "<main><div class='x'><a href='/1'><img></a><h3>By heading</h3></div>"
        "<div class='x'><a href='/2'><img></a><a href='/2'>By link</a></div>"
        "<div class='x'>By itself</div><div class='x'> </div></main>",
        item=".x",
    ).entries
    assert [entry.title for entry in entries] == ["By heading", "By link", "By itself"]


def test_selector_grammar() -> None:
    """Each supported form becomes one XPath; what is not supported is refused."""
    for css in ("li", ".a", "#b", "ul > li.x", "div [data-id=7]", "a[href^='/x'], b", "*"):
        assert selector(css)
    for css in ("", "a:hover", "> a", "a >", "a + b", "[x=']']"):
        with pytest.raises(ValueError, match="selector"):
            selector(css)


def test_a_page_that_calls_itself_utf16_and_is_not_is_read() -> None:
    """Programs of Windows write so; the label could not be read if it were true."""
    rows = "".join(f'<li><a href="/{n}">북한인권 성명서 제{n}호 발표</a></li>' for n in range(1, 5))
    page = f'<html><head><meta charset="utf-16"></head><body><ul>{rows}</ul></body></html>'
    found = parse_page(page.encode(), {}, URL, {}, NOW)
    assert [entry.title for entry in found.entries] == [f"북한인권 성명서 제{n}호 발표" for n in range(1, 5)]


def test_uids_last() -> None:
    """A new row on top leaves the uids of the others alone."""
    row = '<li><a href="/n{0}">Notice number {0} of the desk</a> 2024-03-0{0}</li>'
    before = read("<ul>" + "".join(row.format(n) for n in (2, 1)) + "</ul>").entries
    after = read("<ul>" + "".join(row.format(n) for n in (3, 2, 1)) + "</ul>").entries
    assert [entry.uid for entry in after[1:]] == [entry.uid for entry in before]


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b"", "an empty answer"),
        ("접근할 수 없습니다.".encode(), "plain text"),
        (b"%PDF-1.4 ...", "a PDF"),
        (b"<html><body><p>We will be back soon.</p></body></html>", "no list of items"),
    ],
)
def test_pages_without_items(body: bytes, detail: str) -> None:
    """What has no items ends in NotAFeed with a word on what it was."""
    with pytest.raises(NotAFeed, match=detail):
        parse_page(body, {}, URL, {}, NOW)


_PIECES = st.sampled_from(
    b"<html>|<body>|<main>|<ul>|<li>|</li>|<a href='/x'>|<a href='http://['>|</a>|<h2>|</h2>|<p>|<br>|<table>|<tr>|<td>"
    b"|Some longer title|2024-03-01|99:99|<time datetime='x'>|<article>|</article>|<script>|</script>|&#0;|\x00|\xff"
    b"|<div class='menu'>|</div>|</main>|&lt;script|[3]|09:12".split(b"|"),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(_PIECES, max_size=60).map(b"".join))
def test_any_page_is_entries_or_not_a_feed(body: bytes) -> None:
    """Whatever the tags, the end is entries with distinct uids, or NotAFeed."""
    try:
        parsed = parse_page(body, HTML, URL, {}, NOW)
    except NotAFeed:
        return
    assert len({entry.uid for entry in parsed.entries}) == len(parsed.entries)
    assert not any("<script" in entry.title + entry.text for entry in parsed.entries)
