"""The road on which hubs reach us (W3C WebSub): their verifications and their pushes, as routes."""

import re
from collections.abc import Sequence

from aiohttp import web

from bot.web import body_of
from jobs.websub import PATH, Push, Question, Receipt, Subscriber

_TOKEN = re.compile(r"[\w-]{43}", re.ASCII)
_LONGEST_CHALLENGE = 4096
_STATUS = {Receipt.TAKEN: 202, Receipt.IGNORED: 202, Receipt.GONE: 410, Receipt.LATER: 503}


def routes(subscriber: Subscriber) -> Sequence[web.AbstractRouteDef]:
    """What a hub may ask of this subscriber."""

    async def verify(request: web.Request) -> web.StreamResponse:
        token, question = request.match_info["token"], _question(request)
        if not _TOKEN.fullmatch(token) or len(question.challenge) > _LONGEST_CHALLENGE:
            raise web.HTTPNotFound
        if not await subscriber.confirms(token, question):
            raise web.HTTPNotFound
        response = web.Response(text=question.challenge)
        # First the yes, then what follows from it: killed in between, we ask once more. The other way
        # round we would wait for pushes from a hub that never heard us.
        await response.prepare(request)
        await response.write_eof()
        await subscriber.settle(token, question)
        return response

    async def take(request: web.Request) -> web.StreamResponse:
        token, body = request.match_info["token"], await body_of(request)
        if not _TOKEN.fullmatch(token):
            raise web.HTTPNotFound
        push = Push(body, request.headers.get("Content-Type", ""), request.headers.get("X-Hub-Signature", ""))
        return web.Response(status=_STATUS[await subscriber.receive(token, push)])

    path = f"{PATH}{{token}}"
    return [web.get(path, verify, allow_head=False), web.post(path, take)]


def _question(request: web.Request) -> Question:
    def said(name: str) -> str:
        return request.query.get(f"hub.{name}", "")

    return Question(said("mode"), said("topic"), said("challenge"), said("lease_seconds"), said("reason"))
