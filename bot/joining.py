"""Leads newcomers to the bot that has the fewest people: one address for a federation to hand out.

Whoever opens a bot belongs to it, so that people are spread here, before they have written to any.
"""

import asyncio
import time
from collections.abc import Collection, Sequence

from aiohttp import web

from storage.database import Database, Work

JOIN = "/join"
_COUNTED_FOR = 300.0
"""Seconds: all recipients are counted, and some hundred newcomers more at one bot are no harm."""
_LATER = {"Retry-After": "60"}


def routes(database: Database, names: Collection[str]) -> Sequence[web.AbstractRouteDef]:
    """The way in; `names` are the senders that may be handed out."""
    known: list[tuple[str, float]] = []

    def look() -> str:
        with database.read() as work:
            return emptiest(work, names)

    async def lead(_request: web.Request) -> web.StreamResponse:
        if not known or time.monotonic() - known[0][1] >= _COUNTED_FOR:
            known[:] = [(await asyncio.to_thread(look), time.monotonic())]
        link, _ = known[0]
        if not link:
            known.clear()
            return web.Response(status=503, headers=_LATER)
        return web.Response(status=302, headers={"Location": link})

    return [web.get(JOIN, lead)]


def emptiest(work: Work, names: Collection[str]) -> str:
    """The link of the account with the fewest people; "" where none has told its link yet."""
    people = work.senders.people()
    linked = {one.name: one.link for one in work.senders.all() if one.link and one.name in names}
    name = min(sorted(linked), key=lambda each: people.get(each, 0), default="")
    return linked.get(name, "")
