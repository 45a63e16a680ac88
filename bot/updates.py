"""The road on which Telegram reaches us, as a route: updates that it brings to our webhook."""

import asyncio
from collections.abc import Sequence

from aiohttp import web

from bot.transports.telegram_webhook import CONNECTIONS, SECRET_HEADER, Webhook
from bot.web import body_of

_LARGEST = 262_144
"""Bytes of an update: a message of 4096 characters with all its entities is a tenth of it."""
_LATER = {"Retry-After": "5"}


def routes(hook: Webhook) -> Sequence[web.AbstractRouteDef]:
    """What Telegram may ask of us. Whoever does not know the secret is told that there is nothing."""
    turns = asyncio.Semaphore(2 * CONNECTIONS)

    async def take(request: web.Request) -> web.StreamResponse:
        if not hook.is_signed(request.headers.get(SECRET_HEADER, "")):
            raise web.HTTPNotFound  # before a stranger has sent us anything
        if turns.locked():
            return web.Response(status=503, headers=_LATER)
        async with turns:
            body = await body_of(request, _LARGEST)
            try:
                kept = await hook.intake.keep(body)
            except Exception:  # noqa: BLE001 - told where it was written; Telegram brings it again
                return web.Response(status=503, headers=_LATER)
        response = web.Response()
        try:
            # First the acknowledgement: an answer to what comes again would be given twice.
            await response.prepare(request)
            await response.write_eof()
        finally:
            if kept:
                hook.intake.answer(kept)
        return response

    return [web.post(hook.path, take)]
