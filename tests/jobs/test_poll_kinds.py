"""Sources of every kind, as their software writes them, through the whole poller over several polls."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

import pytest

from storage.database import Database
from storage.records import Statement
from storage.words import SourceKind, SourceState
from tests import feed_software as software
from tests.feed_formats import as_atom, as_json, as_rss
from tests.feeds import Feed
from tests.jobs.steps.test_read import pdf
from tests.jobs.watching import CALL, POST, Watch, a_watch

ENGLISH = (
    CALL[0],
    (
        "Northlight has followed the group since it was arrested near the border in October, and has spoken "
        "to relatives of four of them. Their names are withheld. They were first held in a guest house and "
        "then in a detention centre, and nobody was allowed to see them since. "
    )
    + CALL[1],
)
KOREAN = (
    "[긴급] 중국 선양에 억류된 탈북민 9명 강제북송 임박",
    (
        "중국 선양에 억류된 탈북민 9명이 며칠 안에 북한으로 강제송환될 위기에 처해 있다. "
        "송환되면 고문을 당하게 된다. 우리는 중국 정부에 강제송환을 즉각 중단할 것을 촉구한다."
    ),
)
FRENCH = (
    "Neuf réfugiés nord-coréens menacés d’un renvoi imminent",
    (
        "Neuf réfugiés nord-coréens détenus à Shenyang, en Chine, risquent d’être renvoyés de force en Corée "
        "du Nord dans les prochains jours, où ils seraient torturés. Nous appelons la Chine à cesser "
        "immédiatement le renvoi."
    ),
)
FEEDS = {
    "RSS 0.92": (software.userland, ENGLISH),
    "RSS 1.0": (software.rdf, ENGLISH),
    "RSS 2.0": (software.still(as_rss), ENGLISH),
    "Atom 0.3": (software.atom03, ENGLISH),
    "Atom 1.0": (software.still(as_atom), ENGLISH),
    "JSON Feed": (software.still(as_json), ENGLISH),
    "RSS 0.91": (software.netscape, ENGLISH),
    "Gnuboard": (software.gnuboard, KOREAN),
    "WordPress": (software.wordpress, ENGLISH),
    "SPIP": (software.spip, FRENCH),
    "Drupal": (software.drupal, ENGLISH),
    "Blogger": (software.blogger, ENGLISH),
}
"""How it is drawn, and what is said in it."""
PAGE = "<!DOCTYPE html><html lang='en'><head><title>Northlight</title></head><body>{}</body></html>"
UNDATED = ("RSS 0.92", "RSS 0.91")


@pytest.fixture
async def watch(database: Database) -> AsyncIterator[Watch]:
    """A watch for one reader, who wants what is urgent."""
    async with a_watch(database) as made:
        yield made


def a_feed(watch: Watch, kind: str) -> Feed:
    """A watched feed of this kind with two ordinary posts of last week."""
    feed = watch.site.feed("/feed")
    feed.draw, _ = FEEDS[kind]
    feed.posts(*POST, at=watch.now - timedelta(days=8))
    feed.posts("Report of our board meeting", "The board met on Tuesday.", at=watch.now - timedelta(days=7))
    watch.over_feed()
    return feed


def said(statement: Statement) -> str:
    """Its text on one line."""
    return " ".join(statement.text.split())


@pytest.mark.parametrize("kind", FEEDS)
async def test_a_new_call_rings_once_whatever_the_software(watch: Watch, kind: str) -> None:
    """Its archive rings nothing; the call does, whole, at its own page and as of its own time."""
    feed, (_, (title, text)) = a_feed(watch, kind), FEEDS[kind]
    first = await watch.polls()
    assert (first.source.state, first.source.detail, first.new, first.alerts) == (SourceState.OK, "", 2, ())
    watch.later(hours=1)
    post = feed.posts(title, text, at=watch.now - timedelta(minutes=5))
    polled = await watch.polls()
    ((alert, recipients),) = polled.alerts
    assert (polled.source.state, polled.new, recipients) == (SourceState.OK, 1, 1)
    assert alert.statement.title.startswith(title)
    assert text in said(alert.statement)
    assert alert.statement.url == ("" if kind == "RSS 0.92" else post.link)
    assert alert.statement.published == (None if kind in UNDATED else post.at)


@pytest.mark.parametrize("kind", FEEDS)
async def test_what_only_the_software_changes_is_no_news(watch: Watch, kind: str) -> None:
    """A build time, a count of remarks: every answer is another one, and nothing in it is new or edited."""
    feed, (draw, call) = a_feed(watch, kind), FEEDS[kind]
    feed.posts(*call, at=watch.now)
    await watch.polls()
    before = watch.statements()
    feed.forgets_validators()
    for noise in (1, 2):
        watch.later(hours=1)
        feed.draw = partial(draw, noise=noise)
        polled = await watch.polls()
        assert polled.source.state in (SourceState.OK, SourceState.UNCHANGED)
        assert (polled.new, polled.alerts) == (0, ())
    assert watch.statements() == before
    assert len(before) == 3


async def test_a_board_whose_feed_is_switched_off_says_so_and_rings_when_it_is_on(watch: Watch) -> None:
    """Gnuboard answers 200 with a sentence: told in its words. What it lists later is its past, not news."""
    feed = a_feed(watch, "Gnuboard")
    feed.answers("RSS 보기가 금지되어 있습니다.", "text/html; charset=utf-8")
    polled = await watch.polls()
    assert (polled.source.state, polled.source.detail) == (
        SourceState.NOT_A_FEED,
        "plain text: RSS 보기가 금지되어 있습니다.",
    )
    feed.recovers()
    watch.later(hours=1)
    assert [(one.source.state, one.new, one.alerts) for one in [await watch.polls()]] == [
        (SourceState.OK, 2, ())
    ]
    feed.posts(*KOREAN, at=watch.now)
    watch.later(hours=1)
    assert len((await watch.polls()).alerts) == 1


LETTER = [
    "Urgent appeal for nine North Korean refugees",
    *CALL[1].split(". "),
    *(f"Signed by NGO {n}" for n in range(9)),
]


TEA = [f"We had tea with the families in Shenyang, and talked about winter {n}." for n in range(9)]


def put_pdf(watch: Watch, path: str = "/files/letter.pdf") -> str:
    """The letter as a PDF at this path."""
    place = watch.site.publish(path, "")
    place.answers(pdf(LETTER), "application/pdf")
    return place.url


@pytest.mark.parametrize(
    "road", ["the link", "an enclosure", "the item's text", "the page", "a frame", "a board"]
)
async def test_the_whole_of_a_call_is_read_from_a_pdf(watch: Watch, road: str) -> None:
    """However one comes to it: feed and page only announce it, and it rings by what is in the file."""
    letter = put_pdf(watch, "/download.php" if road == "a board" else "/files/letter.pdf")
    asides = {
        "the page": f'<p><a href="{letter}">Read the appeal</a></p>',
        "a frame": '<object data="/files/letter.pdf" type="application/pdf"></object>',
        "a board": f'<p><a href="{letter}?no=0"><img src="/i.gif" alt=""> 성명서_final.PDF (120K)</a></p>',
    }
    link = letter if road == "the link" else f"{watch.site.url}/7"
    main = f"<main><h1>Appeal</h1><p>We publish an appeal.</p>{asides.get(road, '')}</main>"
    watch.site.publish("/7", PAGE.format(main), "text/html")
    inner = f'<![CDATA[<p>We publish <a class="x" href="{letter}">an appeal</a>.</p>]]>'
    more = f'<enclosure url="{letter}" type="application/pdf" length="1"/>' if road == "an enclosure" else ""
    more = f'<enclosure url="{watch.site.url}/big.mp3" type="audio/mpeg" length="1"/>{more}'
    text = inner if road == "the item's text" else "We publish an appeal."
    stamp = "<pubDate>Tue, 10 Mar 2026 11:00:00 +0000</pubDate>"
    watch.publish(
        "/feed",
        '<rss version="2.0"><channel><title>N</title>'
        f"<item><title>Appeal</title><link>{link}</link><description>{text}</description>{more}{stamp}</item>"
        "</channel></rss>",
    )
    watch.over_feed()
    polled = await watch.polls()
    assert polled.notes == ()
    ((alert, _),) = polled.alerts
    assert "Signed by NGO 8" in said(alert.statement)
    assert (alert.statement.title, alert.statement.url) == ("Appeal", link)
    assert "/big.mp3" not in [path for path, _ in watch.site.asked]


@pytest.mark.parametrize("road", ["the link", "an enclosure", "the page"])
async def test_a_pdf_that_is_replaced_under_its_address_is_read_again(watch: Watch, road: str) -> None:
    """Feed and page stay as they were; the file becomes a call, which rings once."""
    url = f"{watch.site.url}/files/letter.pdf"
    link = url if road == "the link" else f"{watch.site.url}/7"
    aside = f'<p><a href="{url}">Read the letter</a></p>' if road == "the page" else ""
    watch.publish(
        "/7", PAGE.format(f"<main><h1>Letter</h1><p>We write.</p>{aside}</main>"), "text/html", etag='"7"'
    )
    watch.site.publish("/files/letter.pdf", "").answers(pdf(["Letter", *TEA]), "application/pdf")
    more = f'<enclosure url="{url}" type="application/pdf" length="1"/>' if road == "an enclosure" else ""
    stamp = "<pubDate>Tue, 10 Mar 2026 11:00:00 +0000</pubDate>"
    watch.publish(
        "/feed",
        '<rss version="2.0"><channel><title>N</title>'
        f"<item><title>Letter</title><link>{link}</link>"
        f"<description>We write.</description>{more}{stamp}</item>"
        "</channel></rss>",
    )
    watch.over_feed()
    assert (await watch.polls()).alerts == ()
    rung = []
    for minutes in (30, 60, 60, 300, 600, 1440):
        if minutes == 300:
            watch.site.places["/files/letter.pdf"].answers(pdf(["Letter", *TEA, *LETTER]), "application/pdf")
        watch.later(minutes=minutes)
        watch.restart()
        rung += [(minutes, said(alert.statement)) for alert, _ in (await watch.polls()).alerts]
    ((when, text),) = rung
    assert (when, "Signed by NGO 8" in text, TEA[0] in text) == (300, True, True)


async def test_a_pdf_beside_a_whole_text_does_not_take_its_place(watch: Watch) -> None:
    """A long report that is attached to a call, or linked in the column beside it, must not drown it."""
    put_pdf(watch)
    text = " ".join([CALL[1], *(f"Sentence {n} of the call tells more about the nine." for n in range(30))])
    feed = watch.site.feed("/feed")
    feed.shows_only_beginnings()
    feed.posts(CALL[0], text, at=watch.now, aside='<a href="/files/letter.pdf">Annual report</a>')
    watch.over_feed()
    ((alert, _),) = (await watch.polls()).alerts
    assert "Signed by NGO" not in said(alert.statement)
    assert "/files/letter.pdf" not in [path for path, _ in watch.site.asked]


async def test_a_pdf_that_is_down_is_read_later(watch: Watch) -> None:
    """What the page says is kept meanwhile; when the file can be read, the call rings, once."""
    put_pdf(watch)
    watch.site.places["/files/letter.pdf"].fails(503)
    feed = watch.site.feed("/feed")
    feed.shows_only_beginnings()
    feed.posts(
        "Appeal", "We publish an appeal. " * 5, at=watch.now, aside='<a href="/files/letter.pdf">PDF</a>'
    )
    watch.over_feed()
    polled = await watch.polls()
    assert (polled.new, polled.alerts, "503" in polled.notes[0]) == (1, (), True)
    assert said(watch.statements()["Appeal"]).count("We publish an appeal.") == 5
    watch.site.places["/files/letter.pdf"].recovers()
    put_pdf(watch)
    watch.later(hours=1)
    assert len((await watch.polls()).alerts) == 1
    watch.later(hours=9)
    assert (await watch.polls()).alerts == ()


def rows(*titles: str) -> str:
    """A board with a row for each title, in columns."""
    cells = "".join(
        f'<tr><td>{n}</td><td class="subject"><a href="/read/{title[:4]}{len(title)}">{title}</a></td>'
        f"<td>2026-03-{10 - at:02}</td><td>{17 + n}</td></tr>"
        for at, (n, title) in enumerate((len(titles) - i, title) for i, title in enumerate(titles))
    )
    menu = (
        '<ul><li><a href="/about">About our organisation</a></li><li><a href="/give">Give money</a></li></ul>'
    )
    return PAGE.format(f"{menu}<table>{cells}</table>")


def pasted(*items: tuple[str, str]) -> str:
    """News pasted one below the other, without links and dates, as people without software publish."""
    paragraphs = "".join(f"<p>{title}</p><p>{text}</p>" for title, text in items)
    return PAGE.format(f"<main><p>Human rights</p>{paragraphs}</main>")


OLD = (
    (
        "Report of the spring conference",
        "The conference in Prague brought sixty people from ten countries. " * 6,
    ),
    ("Annual meeting of our members", "The members elected a new board and thanked the old one. " * 6),
)


@pytest.mark.parametrize("selectors", [{}, {"item": "tr", "title": ".subject", "date": "td"}])
async def test_a_new_row_of_a_board_rings(watch: Watch, selectors: dict[str, str]) -> None:
    """Guessed or by selectors, the whole text from its own page; the numbers of the rows are no news."""
    titles = [title for title, _ in OLD]
    watch.publish("/feed", rows(*titles), "text/html")
    watch.over_feed(kind=SourceKind.PAGE, selectors=selectors)
    assert (await watch.polls()).new == 2
    watch.publish("/feed", rows(CALL[0], *titles), "text/html")
    article = PAGE.format(f"<main><h1>{CALL[0]}</h1><p>{CALL[1]}</p></main>")
    watch.publish(f"/read/{CALL[0][:4]}{len(CALL[0])}", article, "text/html")
    watch.later(hours=1)
    ((alert, _),) = (await watch.polls()).alerts
    assert alert.statement.url.endswith(f"/read/{CALL[0][:4]}{len(CALL[0])}")
    assert CALL[1] in said(alert.statement)
    watch.later(hours=1)
    polled = await watch.polls()
    assert (polled.new, polled.alerts) == (0, ())


async def test_news_pasted_into_a_page_ring_when_they_are_new(watch: Watch) -> None:
    """Without a link or a date: what is above what was known rings; what was known does not."""
    watch.publish("/feed", pasted(*OLD), "text/html")
    watch.over_feed(kind=SourceKind.PAGE)
    first = await watch.polls()
    assert (first.source.state, first.new, first.alerts) == (SourceState.OK, 2, ())
    watch.publish("/feed", pasted((CALL[0], CALL[1] * 2), *OLD), "text/html")
    watch.later(hours=1)
    polled = await watch.polls()
    ((alert, _),) = polled.alerts
    assert (polled.new, alert.statement.title, alert.statement.url) == (1, CALL[0], f"{watch.site.url}/feed")
