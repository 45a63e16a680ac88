"""Reading documents: pages, PDFs, plain text."""

# ruff: noqa: E501  # pages stand here as sites write them

from datetime import UTC, date, datetime
from unicodedata import category

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jobs.steps.document import Document
from jobs.steps.read import Unreadable, read_document

URL = "https://site.example/letter"


def page(head: str, main: str, lang: str = "en") -> Document:
    """The document on a page with the usual things around it."""
    html = f"""<!DOCTYPE html><html lang="{lang}"><head><meta charset="utf-8">{head}</head><body>
    <div id="cookie">We use cookies.</div><nav><a href="/">Home</a> <a href="/give">Donate now</a></nav>{main}
    <aside><h3>Latest</h3><ul><li><a href="/x">Annual dinner</a></li></ul></aside><footer>All rights reserved.</footer>
    </body></html>"""
    return read_document(html.encode(), "text/html; charset=utf-8", URL)


def pdf(*pages: list[str], top: int = 10) -> bytes:
    """A small PDF with these lines on its pages, the first of each in letters of `top` points."""
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(pages)))
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        f"<< /Type /Pages /Kids [{kids}] /Count {len(pages)} >>",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    for number, lines in enumerate(pages):
        drawn = " T* ".join(f"({line}) Tj /F1 10 Tf" for line in lines)
        stream = f"BT /F1 {top} Tf 14 TL 50 780 Td {drawn} ET"
        font = "/Resources << /Font << /F1 3 0 R >> >> /MediaBox [0 0 595 842]"
        objects.append(f"<< /Type /Page /Parent 2 0 R {font} /Contents {5 + 2 * number} 0 R >>")
        objects.append(f"<< /Length {len(stream)} >> stream\n{stream}\nendstream")
    body = b"%PDF-1.4\n"
    offsets = []
    for number, text in enumerate(objects, 1):
        offsets.append(len(body))
        body += f"{number} 0 obj {text} endobj\n".encode("latin-1")
    table = "".join(f"{offset:010} 00000 n \n" for offset in offsets)
    start = len(body)
    size = len(objects) + 1
    return (
        body
        + f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF".encode()
    )


def test_a_list_of_signatories_stays_a_list() -> None:
    """Each name under a letter is a line; menus, banners and side columns are not in the text."""
    names = [f"Harbour Society {number}, Norway" for number in range(69)]
    listed = "".join(f"<li>{name}</li>" for name in names)
    document = page(
        "<title>A letter</title>",
        f"<main><h1>A letter</h1><p>We ask you to open the gate.</p><ul>{listed}</ul></main>",
    )
    assert [line.lstrip("- ") for line in document.text.split("\n")] == [
        "We ask you to open the gate.",
        *names,
    ]
    assert (document.title, document.language, document.url) == ("A letter", "en", URL)


def test_of_a_short_page_only_its_matter_is_read() -> None:
    """Banner, menu and side column are longer than what it says, and no part of it."""
    document = page("<title>A letter</title>", "<main><h1>A letter</h1><p>The letter is attached.</p></main>")
    assert document.text == "The letter is attached."


def test_times_of_publication() -> None:
    """A stated moment is `published` in UTC; a stated day alone is `posted`."""
    meta = '<meta property="article:published_time" content="{}">'
    moment = page(meta.format("2024-03-05T18:00:00+09:00"), "<main><p>Text.</p></main>")
    day = page(meta.format("2024-03-05"), "<main><p>Text.</p></main>")
    assert (moment.published, moment.posted) == (datetime(2024, 3, 5, 9, tzinfo=UTC), None)
    assert (day.published, day.posted) == (None, date(2024, 3, 5))


def test_json_ld_and_time_elements() -> None:
    """schema.org's datePublished counts, however deep; so does the article's own <time>."""
    graph = (
        '<script type="application/ld+json">{"@graph": [{"datePublished": "2024-03-05T10:00:00Z"}]}</script>'
    )
    assert page(graph, "<main><p>Text.</p></main>").published == datetime(2024, 3, 5, 10, tzinfo=UTC)
    time = '<article><time datetime="2024-03-04T10:00:00Z">yesterday</time><p>Text.</p></article>'
    assert page("", time).published == datetime(2024, 3, 4, 10, tzinfo=UTC)


def test_a_board_page() -> None:
    """The board's own stamp is the day of posting; its label and language are Korean."""
    document = page(
        "<title>호소문</title>",
        "<main><h1>호소문</h1><span>작성일 2024-03-05</span><p>본문입니다.</p></main>",
        "ko",
    )
    assert (document.title, document.posted, document.language) == ("호소문", date(2024, 3, 5), "ko")
    assert "본문입니다." in document.text


def test_the_title_is_the_documents_and_not_the_sites() -> None:
    """A logo in an h1 is no title where the page has a better one."""
    head = '<title>Open the gate - Harbour Society</title><meta property="og:title" content="Open the gate">'
    assert page(head, "<h1>Harbour Society</h1><main><p>Text.</p></main>").title == "Open the gate"
    assert (
        page("<title>Open the gate | Harbour Society</title>", "<main><p>Text.</p></main>").title
        == "Open the gate"
    )


def test_a_pdf() -> None:
    """Lines become paragraphs again, broken words whole; lists and page breaks do no harm."""
    body = pdf(
        [
            "Open the gate",
            "We the undersigned societies ask the harbour master to open the gate without any further de-",
            "lay and to let the families of the sailors pass through it, as they were promised in the sum-",
            "mer, and we further ask that the promise be printed in the newspaper so that everybody who",
            "1",
        ],
        ["waits may read it.", "Signed by", "Harbour Society, Norway", "Sailors Aid, Ghana", "2"],
    )
    document = read_document(body, "application/pdf", URL)
    assert document.title == "Open the gate"
    first, asked, *signed = document.text.split("\n")
    assert first == "Open the gate"
    assert asked.startswith("We the undersigned")
    assert asked.endswith("so that everybody who waits may read it.")
    assert "without any further delay and to let" in asked
    assert "in the summer, and we" in asked
    assert signed == ["Signed by", "Harbour Society, Norway", "Sailors Aid, Ghana"]


@pytest.mark.parametrize(
    ("first", "top", "title"),
    [
        ("Resolution of the Sixth Conference on Sailors at Home", 17, "{first} Their Families and Friends"),
        ("Resolution of the Sixth Conference on Sailors at Home", 10, "{first}"),
        ("Open the gate", 17, "{first}"),
    ],
)
def test_a_title_in_larger_letters_goes_on(first: str, top: int, title: str) -> None:
    """Its first line is full with fewer letters than a line of the text; a short one is whole."""
    text = [
        "We ask the harbour master to open the gate without delay and to let the families of the sailors",
        "pass through it, as they were promised in the summer, and we ask that the promise be printed for",
        "everybody.",
    ]
    document = read_document(
        pdf([first, "Their Families and Friends", *text], top=top), "application/pdf", URL
    )
    assert document.title == title.format(first=first)
    assert document.text.endswith("be printed for everybody.")


def test_what_every_page_of_a_pdf_repeats_is_no_text() -> None:
    """Running heads and feet go, but for the first page's own; a page without words does no harm."""
    body = pdf(
        *(
            [head, f"This is what is said on page {n} of it.", "Harbour Society"]
            for n, head in enumerate(["Open the gate"] * 4, start=1)
        ),
        [""],
    )
    text = read_document(body, "application/pdf", URL).text
    assert text.count("Open the gate") == 1
    assert "Harbour Society" not in text
    assert all(f"page {n} of it" in text for n in (1, 2, 3, 4))


def test_a_list_in_a_pdf_stays_a_list() -> None:
    """However full its lines are, a bullet or a number begins an entry."""
    long = "the harbour master and the keeper of the gate are asked to open it at once for all"
    lines = [f"1. {long}", f"2. {long}", "who wait there", f"- {long}"]
    text = read_document(pdf(lines), "application/pdf", URL).text
    assert text.split("\n") == [f"1. {long}", f"2. {long} who wait there", f"- {long}"]


def test_json_ld_that_is_broken_or_odd_is_passed_over() -> None:
    """Half a script, a number for a date: the page's own <time> still counts."""
    time = '<article><time datetime="2024-03-04T10:00:00Z">yesterday</time><p>Text.</p></article>'
    for script in ('{"datePublished": "2024', '[{"datePublished": 20240305}, "x", null]'):
        head = f'<script type="application/ld+json">{script}</script>'
        assert page(head, time).published == datetime(2024, 3, 4, 10, tzinfo=UTC)


def test_a_pdf_is_known_by_its_bytes() -> None:
    """A server that calls it a page does not make it one."""
    assert read_document(pdf(["Open the gate"]), "text/html", URL).text == "Open the gate"


def test_plain_text() -> None:
    """Text keeps its lines; its charset is found where none is named; its first line is the title."""
    text = "성명서\n\n우리는 강제 송환을 즉시 중단할 것을 촉구한다.\n작성일: 2024.03.05"
    cases = (
        (text.encode(), "text/plain"),
        (text.encode("cp949"), "text/plain; charset=euc-kr"),
        (text.encode("cp949"), ""),
    )
    for body, kind in cases:
        document = read_document(body, kind, URL)
        assert (document.title, document.text, document.posted) == ("성명서", text, date(2024, 3, 5))


@pytest.mark.parametrize(
    ("body", "detail"),
    [
        (b" \n", "an empty answer"),
        (b"\x89PNG\r\n", "an image"),
        (b"%PDF-1.4 broken", "a broken PDF"),
        (pdf([""]), "a PDF without text"),
        (b"<html><body><script>x()</script></body></html>", "an HTML page without text"),
    ],
)
def test_unreadable_says_why(body: bytes, detail: str) -> None:
    """An admin reads what it was instead of a document."""
    with pytest.raises(Unreadable, match=detail):
        read_document(body, "", URL)


_PIECES = st.sampled_from(
    b"<html>|<body>|<main>|<h1>|</h1>|<p>|text |<script type='application/ld+json'>|[{\"datePublished\": 1}]|</script>"
    b"|<time datetime='99'>|<meta name='date' content='x'>|<meta|%PDF-1.4|trailer|1 0 obj|\x00|\xff|&#0;|<ul><li>"
    b"|<title>|</title>|&lt;script&gt;|\xef\xbb\xbf|\xff\xfe".split(b"|"),
)


@settings(max_examples=150, deadline=None)
@given(
    st.one_of(st.binary(max_size=300), st.lists(_PIECES, max_size=40).map(b"".join)),
    st.sampled_from(["", "text/html", "text/plain; charset=utf-7"]),
)
def test_any_bytes_are_a_document_or_unreadable(body: bytes, content_type: str) -> None:
    """Whatever was fetched ends as plain text without controls, or as Unreadable."""
    try:
        document = read_document(body, content_type, URL)
    except Unreadable:
        return
    assert not [c for c in document.title + document.text if category(c) in {"Cc", "Cs"} and c != "\n"]
    assert "<script" not in document.text.lower()
