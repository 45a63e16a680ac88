"""One path of the publisher's site: what it answers, and everything that can be the matter with it."""

import asyncio
import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import Enum, auto
from typing import Protocol

from aiohttp import web

from tests.feed_formats import Post, as_article

HTML = "text/html; charset=utf-8"
_FIRST_CHANGE = datetime(2026, 1, 1, tzinfo=UTC)
_DRIP = 0.02


class _Manner(Enum):
    """How an answer is given, whatever it says."""

    PLAINLY = auto()
    NEVER = auto()
    DRIP_BY_DRIP = auto()
    NOT_TO_THE_END = auto()


class Host(Protocol):
    """The site, as a path of it knows it."""

    url: str
    requests: list["Asked"]
    places: dict[str, "Place"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request, as the server saw it."""

    path: str
    etag: str
    """If-None-Match, byte for byte."""
    since: str
    """If-Modified-Since."""
    at: datetime
    headers: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    body: bytes
    headers: dict[str, str]


@dataclass(eq=False)
class Place:
    """One path of the site, and what it answers."""

    site: Host
    path: str
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with every answer."""
    etag: str | None = None
    """None: one that follows the content; "" : none at all."""
    dated: bool = True
    """Whether Last-Modified is sent."""
    _trouble: _Answer | None = None
    _manner: _Manner = _Manner.PLAINLY
    _recovered: asyncio.Event = field(default_factory=asyncio.Event)
    _changes: int = 0

    @property
    def url(self) -> str:
        """Its whole address."""
        return f"{self.site.url}{self.path}"

    @property
    def asked(self) -> list[Asked]:
        """The requests for it, oldest first."""
        return [request for request in self.site.requests if request.path == self.path]

    def content(self) -> tuple[bytes, str]:
        """What it says when all is well, and of what type that is."""
        raise NotImplementedError

    def answers(self, body: bytes | str, content_type: str = HTML, status: int = 200) -> None:
        """From now on it answers just that."""
        said = body.encode() if isinstance(body, str) else body
        self._in_trouble(status, said, {"Content-Type": content_type})

    def fails(self, status: int = 500, *, retry_after: float | None = None) -> None:
        """An error, with the wish to be left alone so many seconds."""
        wish = {} if retry_after is None else {"Retry-After": f"{retry_after:.0f}"}
        self._in_trouble(status, b"<h1>Error</h1>", {"Content-Type": HTML, **wish})

    def dies(self) -> None:
        """Gone for good, and it says so (410)."""
        self.fails(410)

    def vanishes(self) -> None:
        """Nothing is there any more, without a word (404)."""
        self.fails(404)

    def hangs(self) -> None:
        """Takes the request and never answers it."""
        self._manner = _Manner.NEVER

    def drips(self) -> None:
        """Answers a byte at a time, and never comes to an end."""
        self._manner = _Manner.DRIP_BY_DRIP

    def hangs_up(self) -> None:
        """Breaks the connection off in the middle of the answer."""
        self._manner = _Manner.NOT_TO_THE_END

    def becomes_a_page(self, words: str = "We will be back soon") -> None:
        """A friendly page in its stead, with status 200."""
        self.answers(f"<!DOCTYPE html><html><body><h1>{words}</h1></body></html>")

    def recovers(self) -> None:
        """As if nothing had been; who still waited is answered."""
        self._trouble = None
        self._manner = _Manner.PLAINLY
        self._recovered.set()
        self._recovered = asyncio.Event()

    def leads_to(self, path: str, status: int = 302) -> None:
        """It sends everyone to another path (or round in a circle, to itself)."""
        self._in_trouble(status, b"", {"Location": path})

    def moves_to(self, path: str, status: int = 301) -> None:
        """It lives elsewhere from now on, and the old path leads there."""
        left, self.path = Raw(self.site, self.path), path
        left.leads_to(path, status)
        self.site.places |= {left.path: left, path: self}

    def forgets_validators(self) -> None:
        """No ETag and no Last-Modified any more: each answer is whole."""
        self.etag, self.dated = "", False

    def _in_trouble(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self._manner = _Manner.PLAINLY
        self._trouble = _Answer(status, body, headers)

    def _changed(self) -> None:
        self._changes += 1

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        said = self._said(request)
        match self._manner:
            case _Manner.PLAINLY:
                return web.Response(status=said.status, body=said.body, headers=said.headers)
            case _Manner.NEVER:
                await self._recovered.wait()
                return await self.respond(request)
            case _Manner.DRIP_BY_DRIP:
                return await self._drip(request, said)
            case _Manner.NOT_TO_THE_END:
                return await self._hang_up(request, said)

    def _said(self, request: web.Request) -> _Answer:
        if self._trouble is not None:
            return replace(self._trouble, headers={**self.headers, **self._trouble.headers})
        body, content_type = self.content()
        etag = f'"{hashlib.sha256(body).hexdigest()[:12]}"' if self.etag is None else self.etag
        # Changes are a minute apart, so that a date tells them apart, as on a real site.
        modified = format_datetime(_FIRST_CHANGE + timedelta(minutes=self._changes), usegmt=True)
        validators = {"ETag": etag} if etag else {}
        validators |= {"Last-Modified": modified} if self.dated else {}
        headers = {**self.headers, **validators}
        has, since = (request.headers.get(name) for name in ("If-None-Match", "If-Modified-Since"))
        # RFC 9110 13.2.2: the date is looked at only where no tag was given.
        if (etag and has == etag) or (self.dated and has is None and since == modified):
            return _Answer(304, b"", headers)
        return _Answer(200, body, {**headers, "Content-Type": content_type})

    async def _drip(self, request: web.Request, said: _Answer) -> web.StreamResponse:
        response = web.StreamResponse(status=said.status, headers=said.headers)
        await response.prepare(request)
        at, recovered = 0, self._recovered
        while not recovered.is_set():
            await response.write(said.body[at : at + 1] or b" ")
            at += 1
            await asyncio.sleep(_DRIP)
        return response

    async def _hang_up(self, request: web.Request, said: _Answer) -> web.StreamResponse:
        response = web.StreamResponse(status=said.status, headers=said.headers)
        response.content_length = len(said.body)
        await response.prepare(request)
        await response.write(said.body[: len(said.body) // 2])
        if request.transport is not None:
            request.transport.abort()
        return response


@dataclass(eq=False)
class Raw(Place):
    """A path that says what it was given."""

    body: bytes = b""
    content_type: str = HTML

    def content(self) -> tuple[bytes, str]:
        """Just that."""
        return self.body, self.content_type


@dataclass(eq=False)
class Article(Place):
    """A post's own page: the whole text."""

    post: Post | None = None

    def content(self) -> tuple[bytes, str]:
        """The post as it stands."""
        assert self.post is not None
        return as_article(self.post).encode(), HTML
