"""A file of a folder is one document where it is one, and keeps its date and the way back to it."""

from datetime import UTC, datetime

from jobs.steps.files import read_file
from tests.builders import NOON, a_source

PART = (
    "The conference is alarmed by the return of refugees from China to North Korea, and by what awaits them. "
)
RESOLUTION = f"""<html><head><title>Resolution of the fifth conference</title>
<meta property="article:published_time" content="2004-03-02"></head><body>
<h1>Resolution of the fifth conference</h1>
<h2>On the refugees in China</h2><p>{PART * 3}</p>
<h2>On the prison camps</h2><p>{PART * 3}The conference urges China to stop.</p></body></html>"""
LISTING = f"""<html><body><h1>News</h1>
<h2><a href="/1">Nine refugees face return</a></h2><p>{PART * 2}</p>
<h2><a href="/2">A camp was closed in the north</a></h2><p>{PART * 2}</p></body></html>"""


def test_a_resolution_with_headings_is_one_statement() -> None:
    """Under its headline, with the date of its page and the name of its file."""
    (one,) = read_file(RESOLUTION.encode(), "text/html", a_source(), NOON, "2004/prague.html")
    assert one.statement.title == "Resolution of the fifth conference"
    assert "On the prison camps" in one.entry.text
    assert one.entry.published == one.statement.published == datetime(2004, 3, 2, tzinfo=UTC)
    assert one.entry.date_only
    assert one.entry.enclosures == ("file:2004/prague.html",)


def test_a_page_that_lists_several_is_several() -> None:
    """Headings that lead elsewhere are items."""
    assert len(read_file(LISTING.encode(), "text/html", a_source(), NOON, "news.html")) == 2
