"""Every road by which what a stranger wrote makes us ask for an address: none leads into our own network."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from yarl import URL

from jobs.backfill import Backfill, Stopped
from jobs.discover import Search
from jobs.fetch import Fetcher
from jobs.parser import Parser
from jobs.pauses import Pauses
from jobs.websub import Subscriber
from storage.database import Database
from storage.vault import Vault
from storage.words import SourceKind
from tests.builders import NOON, a_source
from tests.feeds import Site, a_site, item, rss
from tests.jobs.watching import CALL, Watch, a_watch
from tests.names import on_loopback

_LINK = '<a href="{0}/secret">A call that is to be read in full by everybody</a>'


class Outside(Fetcher):
    """Takes the names of this test for public, and judges all else as in earnest, or not at all."""

    guarded = True
    inward: list[str]
    """What was asked of our own network."""

    def _check(self, target: URL) -> None:
        is_outside = str(target.host).endswith(".example")
        self._allow_private = is_outside or not self.guarded
        super()._check(target)
        if not is_outside:
            self.inward.append(str(target))


@dataclass
class Scene:
    """A hostile publisher, and a server of our own that nobody from outside may reach."""

    watch: Watch
    fetcher: Outside
    inside: Site
    url: str

    @property
    def own(self) -> str:
        """Our server's address."""
        return f"{self.inside.url.replace('127.0.0.1', 'localhost')}"

    def shows(self, path: str, body: str, content_type: str = "application/rss+xml", **headers: str) -> None:
        """What the publisher answers, with our address where it says {0}."""
        given = {name.title(): value.replace("{0}", self.own) for name, value in headers.items()}
        self.watch.publish(path, body.replace("{0}", self.own), content_type, headers=given)

    async def polls(self, **given: object) -> None:
        """The publisher is a source, and is polled as often as its items need."""
        self.watch.fetcher = self.fetcher
        self.watch.over(a_source(**{"name": "northlight", "url": f"{self.url}/feed"} | given))
        for _ in range(3):
            self.watch.restart()
            await self.watch.polls_due()
            self.watch.later(hours=1)


async def _link_of_an_item(scene: Scene) -> None:
    scene.shows("/feed", rss(item(CALL[0], "Read more...", NOON, "1", link="{0}/secret")))
    await scene.polls()


async def _chosen_by_a_selector(scene: Scene) -> None:
    page = f"<!doctype html><title>News</title><ul><li class=n>{_LINK}</li></ul>"
    scene.shows("/feed", page, "text/html")
    await scene.polls(kind=SourceKind.PAGE, selectors={"item": "li.n", "link": "a", "title": "a"})


async def _pdf_that_is_enclosed(scene: Scene) -> None:
    feed = rss(item(CALL[0], "The statement is attached.", NOON, "1", link=f"{scene.url}/one"))
    file = '<enclosure url="{0}/secret.pdf" type="application/pdf" length="1"/></item>'
    scene.shows("/feed", feed.replace("</item>", file))
    scene.shows("/one", "<!doctype html><p>The statement is attached.</p>", "text/html")
    await scene.polls()


async def _pdf_behind_a_page(scene: Scene) -> None:
    scene.shows("/feed", rss(item(CALL[0], "Read more...", NOON, "1", link=f"{scene.url}/one")))
    link = '<a href="{0}/secret.pdf">Statement (PDF)</a>'
    scene.shows("/one", f"<!doctype html><h1>A call</h1><p>{link}</p>", "text/html")
    await scene.polls()


async def _redirect(scene: Scene) -> None:
    scene.watch.publish("/feed", "", status=301, headers={"Location": f"{scene.own}/secret"})
    await scene.polls()


async def _redirect_of_a_linked_page(scene: Scene) -> None:
    scene.shows("/feed", rss(item(CALL[0], "Read more...", NOON, "1", link=f"{scene.url}/one")))
    scene.watch.publish("/one", "", status=302, headers={"Location": f"{scene.own}/secret"})
    await scene.polls()


async def _hub(scene: Scene) -> None:
    link = f'<{{0}}/secret>; rel="hub", <{scene.url}/feed>; rel="self"'
    scene.shows("/feed", rss(item(*CALL, NOON, "1")), link=link)
    await scene.polls()
    watch = scene.watch
    subscriber = Subscriber(
        watch.database, scene.fetcher, watch.poller, "https://vigil.example", in_clear=True
    )
    for _ in range(3):
        await subscriber.tend(watch.now)
        watch.later(minutes=1)


async def _named_by_a_page(scene: Scene) -> None:
    head = '<link rel="alternate" type="application/rss+xml" href="{0}/secret">'
    scene.shows("/", f"<!doctype html><head>{head}</head><body>Home</body>", "text/html")
    await Search(scene.fetcher, Parser(), lambda: NOON, Pauses()).behind(f"{scene.url}/")


async def _earlier_page(scene: Scene) -> None:
    earlier = '<a:link xmlns:a="http://www.w3.org/2005/Atom" rel="prev-archive" href="{0}/secret"/><item>'
    scene.shows("/feed", rss(item(*CALL, NOON, "1")).replace("<item>", earlier, 1))
    source = a_source(url=f"{scene.url}/feed")
    past = Backfill(scene.watch.database, scene.fetcher, Parser(), source, lambda: NOON, pause=0)
    with suppress(Stopped):
        async for _ in past.batches(3):
            pass


ROADS: dict[str, Callable[[Scene], Awaitable[None]]] = {
    "the link of an item": _link_of_an_item,
    "what a selector chooses": _chosen_by_a_selector,
    "a PDF that is enclosed": _pdf_that_is_enclosed,
    "a PDF behind a page": _pdf_behind_a_page,
    "a redirect": _redirect,
    "a redirect of a linked page": _redirect_of_a_linked_page,
    "a hub": _hub,
    "a feed that a page names": _named_by_a_page,
    "an earlier page of a feed": _earlier_page,
}
OTHERWISE = {"a redirect", "a redirect of a linked page", "an earlier page of a feed"}
"""Where another rule refuses it as well: these lead to no other site."""


@pytest.fixture
async def scene(tmp_path: Path, vault: Vault, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    """Both servers, on this machine; the publisher has a name that is taken for public."""
    on_loopback(monkeypatch)
    database = Database(f"sqlite:///{tmp_path / 'vigil.db'}", vault)
    database.prepare()
    async with a_watch(database) as watch, a_site() as inside, Outside(allow_private=True, gap=0) as fetcher:
        fetcher.inward = []
        url = watch.site.url.replace("127.0.0.1", "www.ngo.example")
        for path in ("/secret", "/secret.pdf"):
            inside.publish(path, rss(item(*CALL, NOON, "inside")), "application/rss+xml")
        yield Scene(replace(watch), fetcher, inside, url)
    database.close()


@pytest.mark.parametrize("road", ROADS)
async def test_no_road_leads_into_our_own_network(scene: Scene, road: str) -> None:
    """Nothing is asked there; without the guard it would be, but where another rule forbids it too."""
    await ROADS[road](scene)
    assert scene.watch.site.asked, "the publisher was asked"
    assert (scene.fetcher.inward, scene.inside.asked) == ([], [])


@pytest.mark.parametrize("road", sorted(ROADS.keys() - OTHERWISE))
async def test_without_the_guard_the_road_would_lead_there(scene: Scene, road: str) -> None:
    """So the test above tries what it says."""
    scene.fetcher.guarded = False
    await ROADS[road](scene)
    assert scene.fetcher.inward
