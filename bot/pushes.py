"""The road on which hubs reach us (W3C WebSub): their verifications and their pushes, as routes."""

import asyncio
import re
from collections.abc import Sequence

from aiohttp import web

from bot.web import body_of
from jobs.websub import PATH, Push, Question, Receipt, Subscriber

_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
_LONGEST_CHALLENGE = 4096
_AT_ONCE = 8
"""Pushes at hand at a time: each may be as large as an answer of a source, and is in memory."""
_STATUS = {Receipt.TAKEN: 202, Receipt.IGNORED: 202, Receipt.GONE: 410, Receipt.LATER: 503}
_LATER = {"Retry-After": "10"}


def routes(subscriber: Subscriber) -> Sequence[web.AbstractRouteDef]:
    """What a hub may ask of this subscriber."""
    turns = asyncio.Semaphore(_AT_ONCE)

    async def verify(request: web.Request) -> web.StreamResponse:
        token, question = _token(request), _question(request)
        if len(question.challenge) > _LONGEST_CHALLENGE or not await subscriber.confirms(token, question):
            raise web.HTTPNotFound
        response = web.Response(text=question.challenge)
        # First the yes, then what follows from it: killed in between, we ask once more. The other way
        # round we would wait for pushes from a hub that never heard us.
        await response.prepare(request)
        await response.write_eof()
        await subscriber.settle(token, question)
        return response

    async def take(request: web.Request) -> web.StreamResponse:
        token = _token(request)
        if not await subscriber.expects(token):
            return _answer(Receipt.GONE)  # before a stranger has sent us ten megabytes
        if turns.locked():
            return _answer(Receipt.LATER)
        async with turns:
            body = await body_of(request)
            fields = (request.headers.get(name, "") for name in ("Content-Type", "X-Hub-Signature"))
            return _answer(await subscriber.receive(token, Push(body, *fields)))

    path = f"{PATH}{{token}}"
    return [web.get(path, verify, allow_head=False), web.post(path, take)]


def _token(request: web.Request) -> str:
    token = request.match_info["token"]
    if not _TOKEN.fullmatch(token):
        raise web.HTTPNotFound
    return token


def _answer(receipt: Receipt) -> web.Response:
    return web.Response(status=_STATUS[receipt], headers=_LATER if receipt is Receipt.LATER else None)


def _question(request: web.Request) -> Question:
    def said(name: str) -> str:
        return request.query.get(f"hub.{name}", "")

    return Question(said("mode"), said("topic"), said("challenge"), said("lease_seconds"), said("reason"))
