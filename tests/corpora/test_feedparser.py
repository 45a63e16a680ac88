"""feedparser's own test feeds, headers replayed, through the real poller into one database."""

import asyncio
import io
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import feedparser
import pytest
import sqlalchemy as sa
from yarl import URL

from jobs.fetch import Fetched, Fetcher
from jobs.fetch.answer import Refused
from jobs.poll import Polled, Poller
from jobs.steps.marks import packed, unpacked
from jobs.steps.parse import NotAFeed, parse_feed
from storage.database import Database
from storage.records import Source
from storage.tables.watch import entries
from storage.vault import Vault
from storage.words import SourceState
from tests.builders import NOON
from tests.corpora.conftest import TABLE
from tests.corpora.replay import a_replay, answer_of
from tests.corpora.sdist import unpacked as sdist

VERSION = "6.0.14"
SHA256 = "088679b0c4b543ee211a820dd544698c76a402122eae7473c04a43425f283d06"
FILES = 2248
READ = {SourceState.OK, SourceState.DEGRADED, SourceState.UNCHANGED}
_FIELDS = ("id", "link", "title", "summary", "published", "updated", "created", "links", "author")


class Loopback(Fetcher):
    """The real fetcher, but for the links in the feeds that lead out of this machine."""

    async def get(self, url: str, **given: Any) -> Fetched:
        """As the real one; other hosts than 127.0.0.1 are refused."""
        host = URL(url).host or ""
        if host not in {"127.0.0.1", "localhost"}:
            raise Refused(host, "not on this machine")
        return await super().get(url, **given)


@dataclass
class Run:
    """What the polls came to, by file."""

    root: Path
    database: Database
    first: dict[str, Polled] = field(default_factory=dict, repr=False)
    second: dict[str, Polled] = field(default_factory=dict, repr=False)
    read_again: dict[str, Polled] = field(default_factory=dict, repr=False)
    seconds: float = 0.0

    def stored(self) -> Counter[str]:
        """How many entries each file has in the database."""
        with self.database.read() as work:
            found = work.connection.execute(sa.select(entries.c.source_id))
            names = {source.id: source.name for source in work.sources.all()}
            return Counter(names[source_id] for (source_id,) in found)


@pytest.fixture(scope="module")
def run(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Run"]:
    """Every file polled three times: as it is, again, and again with the memory of its body lost."""
    assert request.config.cache is not None
    root = sdist(request.config.cache, "feedparser", VERSION, SHA256) / "tests"
    path = tmp_path_factory.mktemp("corpus") / "corpus.db"
    database = Database(f"sqlite:///{path}", Vault.from_secret(bytes(range(32))))
    database.prepare()
    made = Run(root, database)
    asyncio.run(_poll(made))
    yield made
    database.close()


async def _poll(run: Run) -> None:
    names = [str(path.relative_to(run.root)) for path in sorted(run.root.rglob("*")) if path.is_file()]
    names = [name for name in names if not name.endswith(".py")]
    async with (
        a_replay(run.root, "/tests/") as address,
        Loopback(allow_private=True, per_host=20, gap=0.0) as fetcher,
    ):
        poller = Poller(run.database, fetcher)
        with run.database.write() as work:
            work.sources.configure(Source(name, f"{address}/tests/{quote(name)}") for name in names)
        began = time.monotonic()
        run.first = await _once(run, poller, lambda source: source)
        run.seconds = time.monotonic() - began
        run.second = await _once(run, poller, lambda source: source)
        run.read_again = await _once(run, poller, lambda source: replace(source, body_hash="", etag=""))


async def _once(run: Run, poller: Poller, change: Callable[[Source], Source]) -> dict[str, Polled]:
    with run.database.read() as work:
        sources = [change(source) for source in work.sources.all()]
    polled = await poller.all(sources, NOON + timedelta(hours=len(run.first) > 0))
    return {one.source.name: one for one in polled}


def _said(entry: feedparser.FeedParserDict) -> str:
    texts = [part["value"] for part in entry.get("content", [])]
    return repr((texts, [dict.get(entry, name) for name in _FIELDS]))


def theirs(path: Path) -> tuple[int, int]:
    """How many entries feedparser finds in a file, and how many of them say something of their own."""
    answer = answer_of(path)
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if answer.status != 200 or "content-encoding" in headers:
        return 0, 0
    found = feedparser.parse(io.BytesIO(answer.body), response_headers=headers).entries
    return len(found), len({_said(entry) for entry in found if entry})


def table(run: Run) -> Iterator[str]:
    """What became of the files, for people."""
    yield f"feedparser {VERSION}: {len(run.first)} files, polled in {run.seconds:.0f} s"
    stored, counts = run.stored(), {name: theirs(run.root / name) for name in run.first}
    yield f"{'state':<12}{'files':>6}{'their entries':>15}{'not alike':>11}{'stored':>8}"
    for state in sorted({polled.source.state for polled in run.first.values()}):
        names = [name for name, polled in run.first.items() if polled.source.state is state]
        found, distinct = (sum(counts[name][at] for name in names) for at in (0, 1))
        kept = sum(stored[name] for name in names)
        yield f"{state:<12}{len(names):>6}{found:>15}{distinct:>11}{kept:>8}"
    again, anew = (sum(polled.new for polled in of.values()) for of in (run.second, run.read_again))
    yield f"new when polled again: {again}; when every body was read again: {anew}"


def test_every_file_ends_in_a_named_state(run: Run, record_property: Callable[[str, object], None]) -> None:
    """None is left as new, none is a fault of ours, and what is not well says why."""
    assert len(run.first) == FILES
    for text in table(run):
        record_property(TABLE, text)
    for name, polled in run.first.items():
        assert polled.source.state is not SourceState.NEW, name
        assert not polled.source.detail.startswith("fault"), (name, polled.source.detail)
        assert polled.source.detail or polled.source.state in READ, name


def test_no_entry_is_lost(run: Run) -> None:
    """Of every file at least as many entries are stored as feedparser finds, repetitions counted once."""
    stored = run.stored()
    fewer = {name: (stored[name], theirs(run.root / name)[1]) for name in run.first}
    assert {name: pair for name, pair in fewer.items() if pair[0] < pair[1]} == {}


def test_a_second_poll_creates_nothing(run: Run) -> None:
    """Neither an unchanged body nor one that is read again brings an entry that was there."""
    assert [name for name, polled in run.second.items() if polled.new] == []
    assert [name for name, polled in run.read_again.items() if polled.new] == []
    read = sum(polled.source.state is not SourceState.UNCHANGED for polled in run.read_again.values())
    assert read > FILES - 20, "the bodies were not read again"


def test_no_script_survives(run: Run) -> None:
    """Nothing that is stored could run or hide anywhere it is shown."""
    with run.database.read() as work:
        rows = work.connection.execute(sa.select(entries.c.title, entries.c.text, entries.c.url)).all()
    assert len(rows) > 1000
    for title, stored, url in rows:
        text = stored.removeprefix("\x1f")  # the mark of a text that its statement keeps
        assert not re.search(r"<\s*/?\s*script", f"{title}\n{text}", re.IGNORECASE)
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", f"{title}\n{text}{url}")
        assert url == "" or url.startswith(("http://", "https://"))


def test_each_item_of_a_file_reads_the_same_alone(run: Run) -> None:
    """Whichever one item of a file is new, its entry is that of the full reading."""
    several = 0
    for name in run.first:
        answer = answer_of(run.root / name)
        headers = {field.lower(): value for field, value in answer.headers.items()}
        try:
            full = parse_feed(answer.body, headers, "http://127.0.0.1/", NOON)
        except NotAFeed:
            continue
        marks = unpacked(full.marks)
        several += len(marks) > 1
        for new in marks:
            part = parse_feed(answer.body, headers, "http://127.0.0.1/", NOON, packed(marks - {new}))
            assert set(part.entries) <= set(full.entries), name
        assert parse_feed(answer.body, headers, "http://127.0.0.1/", NOON, full.marks).entries == (), name
    assert several > 3
