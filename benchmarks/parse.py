"""Reading feeds against feedparser alone: every item new, one new among twenty, none new.

Run by `make bench`. One process on one core; all are measured in turn, round by round, so that the
machine's noise falls on each alike. Figures are feeds a second: the best round, and the worst.
"""

import io
import random
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import feedparser
from rich.console import Console
from rich.table import Table

from jobs.steps.parse import parse_feed

FEEDS = 20
ITEMS = 20
ROUNDS = 7
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
HEADERS = {"content-type": "application/rss+xml; charset=utf-8"}
URL = "https://site.example/feed/"

_TEXT = (
    "the authorities should at once release those held since march and let their families visit lawyers say"
    " nine people were taken from the border town witnesses described beatings a court set no date 보호 송환"
    " refugees prisoners committee statement resolution government minister police station embassy détention"
)
_WORDS = _TEXT.split()


def _prose(rng: random.Random, words: int) -> str:
    return " ".join(rng.choices(_WORDS, k=words)).capitalize() + "."


def _article(rng: random.Random, link: str) -> str:
    """The content of an entry as WordPress sends it: paragraphs, links, a picture, a list, a quotation."""
    parts = []
    for _ in range(rng.randint(4, 7)):
        linked = f'<a href="{link}#n{rng.randrange(9)}" rel="nofollow">{_prose(rng, 3)}</a>'
        parts.append(f"<p>{_prose(rng, 25)} {linked} <em>{_prose(rng, 5)}</em>&nbsp;{_prose(rng, 10)}</p>")
    names = "".join(f"<li><strong>{_prose(rng, 2)}</strong> {_prose(rng, 5)}</li>" for _ in range(4))
    picture = (
        f'<p><img src="{link}p.jpg" alt="{_prose(rng, 3)}" width="640" height="480" class="wp-image"/></p>'
    )
    return (
        f"{picture}{parts[0]}<ul>{names}</ul>{''.join(parts[1:])}<blockquote>{_prose(rng, 15)}</blockquote>"
    )


def _item(rng: random.Random, feed: int, number: int) -> str:
    link = f"https://site.example/{feed}/{number}/"
    day = NOW - timedelta(hours=number + 1)
    content = _article(rng, link)
    return (
        f"<item><title>{_prose(rng, 8)}</title><link>{link}</link><comments>{link}#respond</comments>"
        f"<dc:creator><![CDATA[{_prose(rng, 2)}]]></dc:creator>"
        f"<pubDate>{day:%a, %d %b %Y %H:%M:%S} +0000</pubDate>"
        f"<category><![CDATA[{_prose(rng, 1)}]]></category><category><![CDATA[{_prose(rng, 1)}]]></category>"
        f'<guid isPermaLink="false">{link}?p={number}</guid>'
        f"<description><![CDATA[<p>{_prose(rng, 40)} [&#8230;]</p>]]></description>"
        f"<content:encoded><![CDATA[{content}]]></content:encoded></item>\n"
    )


def feeds() -> list[tuple[bytes, bytes]]:
    """Pairs of a feed as it was, and as it is with one item more at the top."""
    rng = random.Random(1)  # noqa: S311 - the same feeds each time
    head = (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"'
        ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Watch</title>'
        '<atom:link href="https://site.example/feed/" rel="self"/><link>https://site.example</link>'
        "<description>News</description><language>en-GB</language>\n"
    )
    found = []
    for feed in range(FEEDS):
        items = [_item(rng, feed, number) for number in range(ITEMS + 1)]
        old, new = (f"{head}{''.join(part)}</channel></rss>" for part in (items[1:], items[:-1]))
        found.append((old.encode(), new.encode()))
    return found


def measured(runs: Sequence[Callable[[], object]]) -> list[tuple[float, float]]:
    """Feeds a second of each run, best and worst round; the runs take turns."""
    rates: list[list[float]] = [[] for _ in runs]
    for _ in range(ROUNDS):
        for run, found in zip(runs, rates, strict=True):
            start = time.process_time()
            run()
            found.append(FEEDS / (time.process_time() - start))
    return [(max(found), min(found)) for found in rates]


def main() -> None:
    """Measures and prints the table."""
    pairs = feeds()
    marks = [parse_feed(old, HEADERS, URL, NOW).marks for old, _ in pairs]
    latest = [parse_feed(new, HEADERS, URL, NOW).marks for _, new in pairs]

    def peer() -> None:
        for _, body in pairs:
            assert len(feedparser.parse(io.BytesIO(body), response_headers=HEADERS).entries) == ITEMS

    def whole() -> None:
        for _, body in pairs:
            assert len(parse_feed(body, HEADERS, URL, NOW).entries) == ITEMS

    def one_new() -> None:
        for (_, body), known in zip(pairs, marks, strict=True):
            assert len(parse_feed(body, HEADERS, URL, NOW, known).entries) == 1

    def none_new() -> None:
        for (_, body), known in zip(pairs, latest, strict=True):
            assert not parse_feed(body, HEADERS, URL, NOW, known).entries

    (theirs, worst), *ours = measured([peer, whole, one_new, none_new])
    sizes = sorted(len(body) for _, body in pairs)
    table = Table("feeds/s on one core", "best", "worst", "ratio to feedparser", "worst by worst", box=None)
    table.add_row("feedparser.parse as it comes", f"{theirs:,.0f}", f"{worst:,.0f}", "1", "1")
    for name, (best, low) in zip(("all 20 new", "1 new among 20", "none new"), ours, strict=True):
        table.add_row(name, f"{best:,.0f}", f"{low:,.0f}", f"{best / theirs:.1f}", f"{low / worst:.1f}")
    console = Console(width=110)
    console.print(
        f"{FEEDS} feeds of {ITEMS} entries, {sizes[0] // 1000}-{sizes[-1] // 1000} KB, {ROUNDS} rounds"
    )
    console.print(table)


if __name__ == "__main__":
    main()
