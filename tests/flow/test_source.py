"""`vigil source`: an operator gives an address, and the feed behind it is watched."""

import asyncio
import json
import os
import pty
from datetime import timedelta
from pathlib import Path

import pytest

from bot.config import load
from storage.database import now_utc
from tests.feeds import Site
from tests.flow.program import VIGIL, Program
from tests.flow.story import TEXT, TITLE

HEAD = '<link rel="alternate" type="application/rss+xml" href="{}">'


@pytest.fixture
def installation(tmp_path: Path) -> Program:
    """A program without sources."""
    return Program(tmp_path, {})


def a_publisher(site: Site, *paths: str) -> None:
    """A site with a home page that names these feeds; in each an urgent call of two years ago."""
    heads = "".join(map(HEAD.format, paths))
    page = f"<!DOCTYPE html><html><head><title>Northlight</title>{heads}</head><body>Hello</body></html>"
    site.publish("/", page, "text/html")
    for number, path in enumerate(paths):
        feed = site.feed(path, title=f"Northlight {path}")
        feed.posts("Annual dinner", "Tickets are on sale.", at=now_utc() - timedelta(days=700 + number))
        feed.posts(TITLE, TEXT, at=now_utc() - timedelta(days=720))


def sources(program: Program) -> list[tuple[str, str, str]]:
    """What is configured: name, address, title."""
    found = load(program.folder / "config.toml").sources
    return [(source.name, source.url, source.title) for source in found]


async def test_one_address_one_feed_and_it_is_watched(installation: Program, site: Site) -> None:
    """It says what is held and what would have rung, adds it, and the next poll reads it; once."""
    a_publisher(site, "/feed")
    code, out, err = await installation.run("source", "add", site.url)
    assert code == 0, err
    for said in ("RSS 2.0", f"Immediate alert  {TITLE}"[:60], "Added to", 'name = "127-0-0-1"'):
        assert said in out
    assert sources(installation) == [("127-0-0-1", f"{site.url}/feed", "Northlight /feed")]
    _, out, _ = await installation.run("poll", "--json")
    assert [(row["state"], row["new"]) for row in json.loads(out)["sources"]] == [("ok", 2)]
    code, out, _ = await installation.run("source", "add", f"{site.url}/", "--yes")
    assert (code, "watched already" in out, 'configured already, as "127-0-0-1"' in out) == (0, True, True)
    assert len(sources(installation)) == 1


async def test_of_several_nobody_chooses_without_being_asked(installation: Program, site: Site) -> None:
    """Code 2 and what to do; --yes takes the best, --name calls it so, and nothing else is written."""
    a_publisher(site, "/feed", "/other")
    before = (installation.folder / "config.toml").read_bytes()
    code, _, err = await installation.run("source", "add", site.url)
    assert (code, "--yes" in err) == (2, True)
    assert (installation.folder / "config.toml").read_bytes() == before
    code, _, err = await installation.run("source", "add", site.url, "--yes", "--name", "north")
    assert code == 0, err
    assert (installation.folder / "config.toml").read_bytes().startswith(before)
    assert [name for name, _, _ in sources(installation)] == ["north"]


async def test_on_a_terminal_the_person_chooses(installation: Program, site: Site) -> None:
    """By numbers, several at once; what is no number is asked again."""
    a_publisher(site, "/feed", "/other", "/third")
    ours, theirs = pty.openpty()
    process = await asyncio.create_subprocess_exec(
        *VIGIL, "source", "add", site.url,
        cwd=installation.folder, env=installation.environment(), stdin=theirs, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.write(ours, b"all\n3, 1\n")
    out, _ = await asyncio.wait_for(process.communicate(), 60)
    os.close(ours)
    os.close(theirs)
    assert "Give numbers from 1 to 3" in out.decode()
    assert [url for _, url, _ in sources(installation)] == [f"{site.url}/third", f"{site.url}/feed"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("ftp://example.org/",), 2, "no web address"),
        (("http://[::1",), 2, "no web address"),
        (("{site}/none",), 1, "opens in a browser; any page of the site will do"),
        (("{site}/", "--name", "env:HOME"), 2, "give a short word"),
        (("http://user:hunter2@127.0.0.1:1/",), 1, "http://127.0.0.1:1/: nothing was found"),
        (("http://127.0.0.1:1/",), 1, "opens in a browser, and that this machine is online"),
    ],
)
async def test_what_cannot_be_added_is_told_with_the_remedy(
    installation: Program, site: Site, words: tuple[str, ...], code: int, told: str
) -> None:
    """No traceback, no password; and the configuration stays as it is."""
    done, out, err = await installation.run("source", "add", *(word.format(site=site.url) for word in words))
    assert (done, told in err, "Traceback" in err, "hunter2" in out + err) == (code, True, False, False)
    assert sources(installation) == []


async def test_the_list_shows_how_the_sources_fare(tmp_path: Path, site: Site) -> None:
    """Before the first poll, after it, and without a password; the list itself makes no database."""
    feed = site.feed("/feed")
    feed.posts("New", "A.", at=now_utc() - timedelta(days=1))
    feed.posts("Old", "B.", at=now_utc() - timedelta(days=100))
    secret = site.url.replace("//", "//reader:hunter2@")
    program = Program(tmp_path, {"northlight": f"{secret}/feed", "gone": f"{site.url}/gone"})
    code, out, _ = await program.run("source", "list")
    assert (code, out.count("not asked yet")) == (0, 2)
    assert not (tmp_path / "vigil.db").exists()
    await program.run("poll")
    _, out, _ = await program.run("source", "list", "--json")
    rows = {row["name"]: row for row in json.loads(out)["sources"]}
    assert (rows["northlight"]["state"], rows["northlight"]["new_in_week"]) == ("ok", 1)
    assert rows["northlight"]["newest"][:10] == f"{now_utc() - timedelta(days=1):%Y-%m-%d}"
    assert (rows["gone"]["state"], rows["gone"]["last_success"]) == ("failing", None)
    assert rows["gone"]["next_due"] > now_utc().isoformat()
    _, shown, _ = await program.run("source", "list")
    assert "hunter2" not in out + shown
