"""The desk where every request is answered, whatever transport it came by; and who is an admin there."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import UTC, tzinfo
from functools import partial

import structlog

from bot.commands.answer import answer as answer_command
from bot.commands.answer import changes, speech_for
from bot.commands.inline import Offers, offers
from bot.commands.request import Fetch, Reply, Request
from bot.commands.request import typed as as_typed
from bot.commands.showing import meant, unfit
from bot.newest import Newest
from bot.transports.chats import Moved, News, Reactions, Removed, Returned
from bot.transports.console import ADDRESS
from jobs.desk import Rules
from jobs.notices import Admins, announce_at_once, is_named, is_room
from jobs.staff import role_of
from jobs.steps.picture import MOST, Unfit, cleaned
from storage.database import Database, Work, now_utc
from storage.odds import repeated
from storage.people import Event
from storage.senders import transport_of
from storage.words import DeskRole, EventKind, RecipientState

log = structlog.get_logger()

TERMINAL = ("console", ADDRESS)
"""Who sits here has the configuration and the key."""
_DRAWN = 8
"""Pictures that are remembered until they are sent: each is of some kilobytes."""
ONLY_TERMINAL = Admins((TERMINAL,))
ALONE = Rules(admins=ONLY_TERMINAL)


@dataclass(frozen=True, slots=True)
class Desk:
    """Answers requests from any transport against one database."""

    database: Database
    zone: tzinfo = UTC
    admins: Admins = ONLY_TERMINAL
    rules: Rules = ALONE
    _drawn: Newest[str, bytes] = field(default_factory=lambda: Newest(_DRAWN), repr=False, compare=False)

    async def answer(self, request: Request) -> Reply:
        """One request, one transaction, in a thread so that a slow look-up holds nobody up."""
        if request.attached is not None:
            looked_at = await self._with_file(request, request.attached)
            if isinstance(looked_at, Reply):
                return looked_at
            request = looked_at
        reply = await asyncio.to_thread(repeated, partial(self._answer, request))
        for digest, data in reply.pictures.items():
            self._drawn.put(digest, data)
        return reply

    async def picture(self, digest: str) -> bytes | None:
        """The bytes of an appeal's picture, or of one that was drawn for a recent answer.

        None where they are not to be had: its words go without it.
        """
        if (data := self._drawn.get(digest)) is not None:
            return data
        try:
            return await asyncio.to_thread(self._picture, digest)
        except Exception:
            log.exception("picture.not_read")
            return None

    async def offer(self, typed: str, offset: str, language: str) -> Offers:
        """Citations for words that are typed in any chat."""
        return await asyncio.to_thread(self._offer, typed, offset, language)

    async def gone(self, sender: str, address: str, request_id: str = "") -> None:
        """The chat blocked or removed the bot: nothing is sent there until it speaks again.

        `request_id` is what told so: when it comes again, the chat may have spoken since. What becomes of
        one account is nothing to those who belong to another one.
        """
        await asyncio.to_thread(repeated, partial(self._suspend, sender, address, request_id))

    async def became(self, sender: str, news: News, request_id: str) -> bool:
        """What became of a chat of several people, with all its topics; `request_id` as in `gone`.

        Returns whether anything was stored about it.
        """
        return await asyncio.to_thread(repeated, partial(self._become, sender, news, request_id))

    async def seen(self, sender: str, reactions: Reactions, request_id: str) -> None:
        """People have reacted to a message, or do no more; counted where the chat, or the topic, wants it."""
        await asyncio.to_thread(repeated, partial(self._count, sender, reactions, request_id))

    async def another_device(self, sender: str) -> None:
        """The platform knows no repetition of what this account sent: it is another device there now."""
        await asyncio.to_thread(repeated, partial(self._not_recognised, sender))

    async def _with_file(self, request: Request, fetch: Fetch) -> Request | Reply:
        """The request with the picture that was sent, as it will be shown; or why it is not taken.

        Nothing is fetched before it is known that it may be asked for.
        """
        asked = await asyncio.to_thread(self._meant, request)
        if isinstance(asked, Reply):
            return asked
        try:
            picture = await asyncio.to_thread(cleaned, await fetch(MOST))
        except Unfit as why:
            return await asyncio.to_thread(self._unfit, request, why)
        return replace(asked, picture=picture, attached=None)

    def _meant(self, request: Request) -> Request | Reply:
        with self.database.read() as work:
            return meant(self._at_desk(request, work), work, speech_for(request, work, self.zone))

    def _unfit(self, request: Request, why: Unfit) -> Reply:
        with self.database.read() as work:
            return unfit(why, speech_for(request, work, self.zone))

    def _picture(self, digest: str) -> bytes | None:
        with self.database.read() as work:
            return work.pictures.find(digest)

    async def verifying(self, pictures: str, numbers: str) -> None:
        """Somebody compares our keys on Matrix: the desk is told at once what they must see."""
        await asyncio.to_thread(repeated, partial(self._show, pictures, numbers))

    def _show(self, pictures: str, numbers: str) -> None:
        now = now_utc()
        with self.database.write() as work:
            event = Event(EventKind.VERIFYING, now, title=pictures, detail=numbers)
            announce_at_once(work, event, self.admins, now)

    def _answer(self, request: Request) -> Reply:
        self._welcome_back(request)
        # A look-up must not wait for whoever is writing.
        is_changing = request.picture is not None or changes(request.text)
        opened = self.database.write if is_changing else self.database.read
        with opened() as work:
            asked = self._at_desk(request, work)
            told = answer_command(asked, work, self.zone)
            if request.sender and changes(request.text):
                _belong(work, request)
            after = self._at_desk(request, work) if is_changing else asked  # a role may have been given
            return replace(told, role=after.role)

    def _at_desk(self, request: Request, work: Work) -> Request:
        """With the role of the person, as it is now; several people have none together.

        In a room of the admins each has their own.
        """
        person = request.who
        is_theirs = is_room(self.admins, request.transport, request.address) and bool(request.person)
        if (request.group and not is_theirs) or not request.is_sure:
            return request
        role = DeskRole.OWNER if person == TERMINAL else role_of(work, *person, self.admins)
        may_stop = role is None and is_named(self.admins, *person)
        return replace(request, role=role, may_stop=may_stop, rules=self.rules)

    def _welcome_back(self, request: Request) -> None:
        """Who could not be reached and writes, whatever it is, can be: what was kept from them comes."""
        with self.database.read() as work:
            known = work.recipients.find(request.transport, request.address)
        if known is None:
            return
        is_lost, sender = known.state is not RecipientState.ACTIVE, request.sender or request.transport
        if is_lost or known.sender != sender:
            with self.database.write() as work:
                if known.sender != sender:
                    work.recipients.turn_to(known.id, sender, request.now)
                if is_lost:
                    work.recipients.ensure(request.transport, request.address, known.language, request.now)

    def _offer(self, typed: str, offset: str, language: str) -> Offers:
        with self.database.read() as work:
            return offers(as_typed(typed), offset, language, work, now_utc(), self.zone)

    def _not_recognised(self, sender: str) -> None:
        with self.database.write() as work:
            perhaps = work.attempts.not_recognised(sender)
        if perhaps:
            log.warning("deliver.not_recognised", transport=sender, deliveries=perhaps)

    def _suspend(self, sender: str, address: str, request_id: str) -> None:
        transport = transport_of(sender)
        with self.database.write() as work:
            recipient = work.recipients.find(transport, address)
            if (
                recipient
                and recipient.sender == sender
                and (not request_id or work.requests.begin(transport, request_id, now_utc()))
            ):
                work.recipients.suspend(recipient.id, now_utc())

    def _become(self, sender: str, news: News, request_id: str) -> bool:
        transport = transport_of(sender)
        with self.database.read() as work:
            here = work.recipients.within(transport, news.address)
        known = [one for one in here if one.sender == sender]
        if not known:
            return False
        with self.database.write() as work:
            if not work.requests.begin(transport, request_id, now_utc()):
                return True
            for one in known:
                match news:
                    case Removed():
                        work.recipients.forget(one.id)
                    case Returned():
                        work.recipients.ensure(transport, one.address, one.language, now_utc())
                    case Moved(address=before, to=after):
                        to = after + one.address.removeprefix(before)
                        work.recipients.move(one.id, transport, to, now_utc())
        log.info("chat.became", transport=transport, news=type(news).__name__.lower(), recipients=len(known))
        return True

    def _count(self, sender: str, reactions: Reactions, request_id: str) -> None:
        transport = transport_of(sender)
        with self.database.read() as work:
            known = work.recipients.within(transport, reactions.address)
        counting = [one.id for one in known if one.counts and one.sender == sender]
        if not counting:
            return
        with self.database.write() as work:
            if work.requests.begin(transport, request_id, now_utc()):
                count = work.told.seen_by if reactions.whole else work.told.seen
                for one in counting:  # a message's id is of one chat, whatever its topics
                    count(one, reactions.message, reactions.count)


def _belong(work: Work, request: Request) -> None:
    """Who has asked for something belongs to the account that was asked: no other one can write to them."""
    sender = request.sender or request.transport
    for address in (request.address, *((request.other.address,) if request.other else ())):
        known = work.recipients.find(request.transport, address)
        if known is not None and known.sender != sender:
            work.recipients.turn_to(known.id, sender, request.now)
