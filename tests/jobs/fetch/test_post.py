"""A form goes to a public address, is repeated only where its receiver says so, and never in clear."""

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from jobs.fetch import Fetched, Fetcher, FetchError, Refused, Unreachable

FORM = {"hub.mode": "subscribe", "hub.secret": "a&b=c d"}
HUB = "https://hub.example/"


class Scripted(Fetcher):
    """A web that answers each address as it is told; what was sent where is remembered."""

    def __init__(self, answers: dict[str, tuple[int, str]]) -> None:
        super().__init__(gap=0.0)
        self.answers = answers
        self.sent: list[str] = []

    async def _exchange(
        self, target: URL, headers: dict[str, str], seconds: float, form: object = None
    ) -> Fetched:
        del headers, seconds
        assert form == FORM
        self.sent.append(str(target))
        status, location = self.answers[str(target)]
        return Fetched(str(target), str(target), status, {"location": location} if location else {}, b"")


async def test_a_form_arrives_as_it_was_given() -> None:
    """Also after 307 and 308; any status is an answer."""
    seen: list[dict[str, object]] = []

    async def hub(request: web.Request) -> web.Response:
        seen.append(dict(await request.post()))
        return web.Response(status=418, text="no")

    async def leads(_: web.Request) -> web.Response:
        return web.Response(status=307, headers={"Location": "/hub"})

    app = web.Application()
    app.router.add_post("/hub", hub)
    app.router.add_post("/old", leads)
    async with TestServer(app) as server, Fetcher(allow_private=True, timeout=5, gap=0.0) as fetcher:
        for path in ("/hub", "/old"):
            answer = await fetcher.post(str(server.make_url(path)), FORM)
            assert (answer.status, answer.body) == (418, b"no")
            assert answer.final_url == str(server.make_url("/hub"))
    assert seen == [FORM, FORM]


async def test_every_link_field_of_an_answer_is_kept() -> None:
    """Publishers name the hub in one and themselves in another."""

    async def feed(_: web.Request) -> web.Response:
        response = web.Response(text="x")
        response.headers.extend([("Link", '<https://a/>; rel="hub"'), ("Link", '<https://b/>; rel="self"')])
        return response

    app = web.Application()
    app.router.add_get("/feed", feed)
    async with TestServer(app) as server, Fetcher(allow_private=True, timeout=5) as fetcher:
        answer = await fetcher.get(str(server.make_url("/feed")))
    assert answer.headers["link"] == '<https://a/>; rel="hub", <https://b/>; rel="self"'


@pytest.mark.parametrize("status", [301, 302, 303])
async def test_other_redirects_are_answers(status: int) -> None:
    """The receiver does not say that the form should be sent again."""
    fetcher = Scripted({HUB: (status, "https://other.example/")})
    assert (await fetcher.post(HUB, FORM)).status == status
    assert fetcher.sent == [HUB]


@pytest.mark.parametrize(
    "location",
    [
        "http://hub.example/",
        "https://127.0.0.1/",
        "https://169.254.169.254/latest",
        "https://[::ffff:10.0.0.1]/",
        "https://hub.internal/",
        "ftp://hub.example/",
    ],
)
async def test_a_form_is_sent_neither_in_clear_nor_into_our_own_network(location: str) -> None:
    """Whatever a hub leads to, the secret in the form stays with public hosts, by https."""
    fetcher = Scripted({HUB: (307, location)})
    with pytest.raises(FetchError):
        await fetcher.post(HUB, FORM)
    assert fetcher.sent == [HUB]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/", "http://127.1/", "http://localhost:9/", "http://[::1]/"]
)
async def test_a_hub_inside_is_refused(url: str) -> None:
    """Before a connection is made."""
    async with Fetcher() as fetcher:
        with pytest.raises(Refused):
            await fetcher.post(url, FORM)


async def test_a_circle_ends() -> None:
    """After a few rounds."""
    fetcher = Scripted({HUB: (308, HUB)})
    with pytest.raises(Unreachable, match="redirects"):
        await fetcher.post(HUB, FORM)
    assert len(fetcher.sent) == 6
