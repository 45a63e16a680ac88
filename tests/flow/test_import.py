"""Filling the archive from files, folders and feeds: whatever happens, nothing is lost and nothing twice."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiohttp import web

from tests.feeds import Site, item, rss
from tests.flow.program import ROOT, Program

COUNT = 900
DOCUMENTS = ROOT / "tests" / "data" / "documents"
START = datetime(2010, 1, 1, tzinfo=UTC)


def entries(folder: Path, count: int = COUNT) -> list[str]:
    """A file of entries; returns their ids."""
    rows = [
        {
            "id": f"entry-{number}",
            "title": f"Statement number {number}",
            "summary": f"The words of number {number}. " * 5,
            "published": (START + timedelta(days=number)).isoformat(),
            "source": f"source-{number % 3}",
        }
        for number in range(count)
    ]
    (folder / "items.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return [str(row["id"]) for row in rows]


def exported(vigil: Program) -> list[dict[str, object]]:
    """The lines of the export."""
    text = (vigil.folder / "out.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("point", ["a batch is about to be imported", "a batch is imported"])
async def test_an_import_that_was_killed_goes_on(vigil: Program, point: str) -> None:
    """Killed at its second batch, run again: each entry is there once."""
    ids = entries(vigil.folder)
    assert await vigil.run_until_killed(point, "import", "items.jsonl") == -9
    code, out, _ = await vigil.run("import", "items.jsonl")
    taken, known = (int(word) for word in out.split() if word.isdigit())
    assert (code, taken + known) == (0, COUNT)
    assert 0 < known < COUNT
    assert (await vigil.run("export", "out.jsonl"))[0] == 0
    assert [line["id"] for line in exported(vigil)] == ids


async def test_what_is_exported_can_be_imported_elsewhere(vigil: Program) -> None:
    """With ids and words; and again, without a change."""
    entries(vigil.folder, 12)
    await vigil.run("import", "items.jsonl", "--defer")
    code, out, _ = await vigil.run("import", "--understand")
    assert (code, out) == (0, "12 understood\n")
    assert (await vigil.run("export", "out.jsonl"))[1] == "out.jsonl: 12 statements\n"
    first = exported(vigil)
    (vigil.folder / "other.toml").write_text('[vigil]\ndatabase = "sqlite:///other.db"\n', encoding="utf-8")
    other = ("--config", "other.toml")
    assert (await vigil.run("import", "out.jsonl", *other))[1] == "12 taken, 0 known already\n"
    assert (await vigil.run("export", "out.jsonl", "--force", *other))[0] == 0
    for one, two in zip(first, exported(vigil), strict=True):
        for name in ("id", "title", "summary", "published", "source", "kind", "date_posted"):
            assert one[name] == two[name]
    code, out, _ = await vigil.run("export", "-", "--as", "csv")
    assert (code, out.count("Statement number")) == (0, 12)
    code, _, err = await vigil.run("export", "out.jsonl")
    assert (code, "--force" in err) == (2, True)


async def test_a_folder_of_documents(vigil: Program) -> None:
    """Each titled item is a statement; a copy adds nothing; what cannot be read is told."""
    folder = vigil.folder / "papers"
    (folder / "deep").mkdir(parents=True)
    for name in ("conference_declaration", "korean_statement", "blog_posts"):
        text = (DOCUMENTS / f"{name}.txt").read_bytes()
        (folder / f"{name}.txt").write_bytes(text)
        (folder / "deep" / f"copy of {name}.txt").write_bytes(text)
    for broken in ("broken.pdf", "broken too.pdf"):
        (folder / broken).write_bytes(b"%PDF-1.4 nothing")
    (folder / "picture.png").write_bytes(b"PNG")
    code, out, err = await vigil.run("import", "papers", "--source", "papers")
    assert code == 0, err
    assert "taken from 3 files, 3 files known already" in out
    assert [line.rpartition("/")[2].partition(":")[0] for line in err.splitlines()] == [
        "broken too.pdf",
        "broken.pdf",
    ]
    assert (
        "0 taken from 0 files, 6 files known already"
        in (await vigil.run("import", "papers", "--source", "papers"))[1]
    )
    _, out, _ = await vigil.run("search", "declaration", "from:papers", "--json")
    assert json.loads(out)["results"]


async def test_a_feed_is_read_backwards_and_its_polls_know_it(vigil: Program, site: Site) -> None:
    """Through its archives (RFC 5005), without ringing; the next poll finds nothing new in it."""
    posts = [
        item(f"Post {n}", f"Post number {n} and its words. " * 30, START + timedelta(days=n), f"p{n}")
        for n in range(9)
    ]

    def page(*numbers: int, before: str = "") -> str:
        made = rss(*(posts[n] for n in numbers))
        link = f'<atom:link xmlns:atom="http://www.w3.org/2005/Atom" rel="prev-archive" href="{before}"/>'
        return made.replace("<item>", f"{link}<item>", 1) if before else made

    site.publish("/feed", page(8, 7, 6, before="/older"))
    site.publish("/older", page(5, 4, 3, before="/oldest"))
    site.publish("/oldest", page(2, 1, 0))
    code, out, err = await vigil.run("import", f"{site.url}/feed", "--pages", "2")
    assert (code, out) == (0, "6 taken, 0 known already, from 2 pages of northlight\n"), err
    code, out, _ = await vigil.run("import", f"{site.url}/feed", "--pages", "9")
    assert (code, out) == (0, "3 taken, 6 known already, from 3 pages of northlight\n")
    _, out, _ = await vigil.run("poll", "--json", "--source", "northlight")
    assert json.loads(out)["sources"][0]["new"] == 0
    assert vigil.states() == []


async def test_a_feed_that_leads_to_another_site_is_not_read(vigil: Program, site: Site) -> None:
    """Its archive must not be filled with the words of others."""
    site.publish("/theirs", rss(item("Theirs", "Their words. " * 40, START, "1")))
    theirs = site.url.replace("127.0.0.1", "localhost")
    site.publish("/feed", "", status=302).headers["Location"] = f"{theirs}/theirs"
    code, out, err = await vigil.run("import", f"{site.url}/feed")
    assert (code, "another site, localhost" in err, out[:7]) == (1, True, "0 taken")
    assert not [path for path, _ in site.asked if path == "/theirs"]


async def test_who_wants_to_be_left_alone_is_left_alone_by_hand_too(vigil: Program, site: Site) -> None:
    """Neither an import nor a look around asks a host before its time, and they say until when."""
    place = site.publish("/feed", "")
    place.fails(429, retry_after=7200)
    code, _, err = await vigil.run("import", f"{site.url}/feed")
    assert (code, "HTTP 429" in err) == (1, True)
    asked = len(site.asked)
    for words in (("import", f"{site.url}/feed"), ("source", "add", site.url)):
        code, out, err = await vigil.run(*words)
        assert (code, "its server asked us to wait until 2" in err, "Traceback" in err) == (1, True, False), (
            out
        )
    await vigil.run("poll", "--source", "northlight")
    assert len(site.asked) == asked, "nor does a poll, which was told of it by the import"


@asynccontextmanager
async def a_wordpress() -> AsyncIterator[str]:
    """A WordPress of five pages, which answers the third one only when it is asked a second time."""
    trouble = [503]

    async def feed(request: web.Request) -> web.Response:
        number = int(request.query.get("paged", "1"))
        if number > 5:
            return web.Response(status=404)
        if number == 3 and trouble:
            return web.Response(status=trouble.pop())
        day = START - timedelta(days=number)
        made = rss(item(f"Page {number}", f"What page {number} says. " * 40, day, f"wp{number}"))
        made = made.replace("<item>", "<generator>https://wordpress.org/?v=6.4</generator><item>", 1)
        return web.Response(text=made, content_type="application/rss+xml")

    app = web.Application()
    app.router.add_get("/feed/", feed)
    runner = web.AppRunner(app)
    await runner.setup()
    where = web.TCPSite(runner, "127.0.0.1", 0)
    await where.start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}/feed/"
    await runner.cleanup()


async def test_wordpress_is_read_page_by_page_to_its_end(vigil: Program) -> None:
    """It says so when a page is refused for a while, and ends where there is no page."""
    async with a_wordpress() as url:
        code, out, err = await vigil.run("import", url, "--pages", "50")
        if code:
            assert "HTTP 503" in err
            assert "run it again to go on" in err
            code, out, err = await vigil.run("import", url, "--pages", "50")
        assert code == 0, err
        assert "from 5 pages of 127" in out
        assert "0 taken, 5 known already" in (await vigil.run("import", url, "--pages", "50"))[1]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("import",), "say what to import"),
        (("import", "none"), "there is no such file"),
        (("import", "empty"), "there is no document in it"),
        (("import", "bad.jsonl"), "bad.jsonl:2: no entry"),
        (("export", "archive.doc"), "ends in .opml, .jsonl or .csv"),
    ],
)
async def test_wrong_files_end_with_code_2(vigil: Program, words: tuple[str, ...], told: str) -> None:
    """Before anything was taken; and no trace of a fault of ours."""
    (vigil.folder / "empty").mkdir()
    (vigil.folder / "bad.jsonl").write_text('{"id": 1, "title": "x"}\n{"id": 2}\n', encoding="utf-8")
    code, _, err = await vigil.run(*words)
    assert (code, told in err, "Traceback" in err) == (2, True, False)
