"""The voices: each transport of the configuration, wired to the desk, with its pace."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.commands.request import Reply, Request
from bot.commands.table import COMMANDS
from bot.config import Config, MatrixConfig, TelegramConfig
from bot.desk import Desk
from bot.installation import admins, limits, matrix_sender, telegram_sender
from bot.render.message import Message, Paragraph, Span
from bot.roles import ALL
from bot.sharing import Sharing
from bot.speaking import AT_ONCE, Speaker, always, the_only_one
from bot.speech import Speech, languages, msgid
from bot.transports.chats import Moved, News, Reactions, Returned
from bot.transports.console import ConsoleTransport
from bot.transports.matrix_folder import taken
from bot.transports.telegram import TelegramTransport
from bot.transports.telegram_answering import NAME
from bot.transports.telegram_buttons import Buttons
from bot.transports.telegram_face import Face, Shown
from bot.transports.telegram_keeping import Keeping
from bot.transports.telegram_outcome import GROUP_PER_MINUTE, place_of
from bot.transports.telegram_webhook import PATH, Address
from jobs.desk import Rules
from jobs.pace import Pace
from jobs.staff import role_of
from storage.database import Database, Hold, Unusable
from storage.words import DeskRole

if TYPE_CHECKING:
    from bot.transports.matrix import MatrixTransport

log = structlog.get_logger()

_LISTENS_HERE = "another process listens here; waiting until it stops"
_ABOUT = msgid(
    "Vigil keeps watch over what human-rights organisations publish. When somebody is in danger and a call "
    "goes out, it tells you within moments, in the issuer's own words and with the source. Everything else "
    "can be searched here.\n\nChats with a bot on Telegram are not end-to-end encrypted. If using this bot "
    "endangers you, do not."
)
_SHORT = msgid("Urgent calls of human-rights organisations, as they go out, with their source.")


def rules(config: Config) -> Rules:
    """How appeals are sent, from the configuration."""
    return Rules(
        approvals=config.admins.approvals,
        cooling_off=timedelta(seconds=config.admins.cooling_off),
        per_day=config.admins.appeals_per_day,
        per_second=_per_second(config),
        organisation=config.admins.organisation,
        admins=admins(config),
        review=limits(config).review,
        remind_after=timedelta(seconds=config.review.remind_after),
        zone=ZoneInfo(config.timezone),
    )


def _per_second(config: Config) -> float:
    """What leaves in a second on the slowest transport, which a sending lasts as long as.

    What all accounts of a transport together may send, if people are spread evenly over them.
    """
    bots = (config.telegram, *config.telegram.more) if config.telegram else ()
    rates = [sum(one.messages_per_second for one in bots)] if bots else []
    accounts = (config.matrix, *config.matrix.more) if config.matrix else ()
    rates += [sum(one.messages_per_second for one in accounts)] if accounts else []
    return min(rates, default=AT_ONCE.per_second)


def telegram(
    config: TelegramConfig,
    desk: Desk,
    public_url: str = "",
    pace: Pace | None = None,
    name: str = NAME,
    sharing: Sharing | None = None,
) -> TelegramTransport:
    """The Telegram transport with its menus in every language we speak.

    `public_url` is where our own server is reached, for a webhook; `pace` what its sender keeps; `name` that
    of the account among others; `sharing` leads those who listen to where messages are sent.
    """
    shares = sharing or Sharing(desk.database, ())

    async def answer(request: Request) -> Reply:
        return await desk.answer(request if name == NAME else replace(request, sender=name))

    async def gone(address: str, request_id: str) -> None:
        await desk.gone(name, address, request_id)

    async def became(news: News, request_id: str) -> bool:
        return await desk.became(name, news, request_id)

    async def seen(reactions: Reactions, request_id: str) -> None:
        await desk.seen(name, reactions, request_id)

    async def known(link: str) -> None:
        await asyncio.to_thread(_tell_link, desk.database, name, link)

    @asynccontextmanager
    async def listens() -> AsyncIterator[Hold]:
        leaves = partial(shares.follows, name)
        async with the_only_one(desk.database, f"{name} listens", _LISTENS_HERE, leaves=leaves) as hold:
            yield shares.led(name, hold)

    return TelegramTransport(
        config.token,
        api_url=config.api_url,
        proxy=config.proxy,
        answer=answer,
        face=telegram_face(_staff(desk)),
        apology=apology,
        gone=gone,
        became=became,
        seen=seen,
        offer=desk.offer,
        buttons=telegram_buttons(desk.database),
        keeping=Keeping(desk.database),
        webhook=_address(config, desk, public_url, name) if config.webhook and public_url else None,
        alone=listens,
        pace=pace,
        load=desk.picture,
        name=name,
        known=known,
    )


def _staff(desk: Desk) -> dict[int, DeskRole]:
    """The chats of those who work at the desk: by the configuration, and by a code."""
    with desk.database.read() as work:
        members = [(one.transport, one.address) for one in work.staff.all() if one.role]
        people = dict.fromkeys((*desk.admins.addresses, *members))
        roles = {person: role_of(work, *person, desk.admins) for person in people}
    return {int(address): role for (name, address), role in roles.items() if name == "telegram" and role}


def _tell_link(database: Database, name: str, link: str) -> None:
    """Where people begin a chat with this bot, for whoever spreads them; nothing depends on it."""
    with suppress(SQLAlchemyError), database.write() as work:
        work.senders.tell(name, link=link)


def telegram_face(staff: Mapping[int, DeskRole]) -> Face:
    """What people see of the bot before they write, in every language we speak."""
    spoken = {language: Speech(language) for language in languages()}
    shown = [
        Shown(
            command.name,
            {language: speech.t(command.summary) for language, speech in spoken.items()},
            manages=command.manages,
            roles=command.roles,
        )
        for command in COMMANDS
        if not command.hidden
    ]
    return Face(
        shown,
        staff,
        {language: speech.t(_ABOUT) for language, speech in spoken.items()},
        {language: speech.t(_SHORT) for language, speech in spoken.items()},
    )


def telegram_buttons(database: Database) -> Buttons:
    """Buttons that outlive the program: sealed with the key of the database."""
    return Buttons(lambda text: database.vault.trace("telegram button", text))


def _address(config: TelegramConfig, desk: Desk, public_url: str, name: str) -> Address:
    """Where Telegram reaches us; the secret follows from our key, so that it need not be kept."""
    path = PATH if name == NAME else f"{PATH}/{config.account}"
    return Address(f"{public_url}{path}", desk.database.vault.trace("telegram webhook", config.token), path)


def matrix(
    config: Config, desk: Desk, account: MatrixConfig | None = None, name: str = "matrix"
) -> "MatrixTransport":
    """The Matrix transport, of the first account if no other is named.

    Raises Unusable where its store cannot be made, ValueError without [matrix].
    """
    # Dear, and few speak Matrix.
    from bot.transports.matrix import MatrixTransport  # noqa: PLC0415
    from bot.transports.matrix_keeping import DatabaseIdentities  # noqa: PLC0415

    account = account or config.matrix
    if account is None:
        raise ValueError("[matrix] is not configured")

    async def answer(request: Request) -> Reply:
        return await desk.answer(request if name == "matrix" else replace(request, sender=name))

    async def gone(address: str, request_id: str) -> None:
        await desk.gone(name, address, request_id)

    async def returned(address: str, request_id: str) -> bool:
        return await desk.became(name, Returned(address), request_id)

    async def seen(reactions: Reactions, request_id: str) -> None:
        await desk.seen(name, reactions, request_id)

    async def another_device() -> None:
        await desk.another_device(name)

    async def moved(before: str, after: str, request_id: str) -> bool:
        return await desk.became(name, Moved(before, after), request_id)

    try:
        return MatrixTransport(
            account,
            desk.database.keys,
            admins=config.admins.matrix,
            answer=answer,
            apology=apology,
            gone=gone,
            returned=returned,
            moved=moved,
            seen=seen,
            another_device=another_device,
            verifying=desk.verifying,
            identities=DatabaseIdentities(desk.database),
            language=config.language,
            load=desk.picture,
            name=name,
        )
    except OSError as error:
        remedy = "mend the rights of its folder, or `store` under [matrix]"
        raise Unusable(f"{account.store}: cannot be made ({error.strerror}): {remedy}") from error


@asynccontextmanager
async def _in_its_folder(
    config: Config, desk: Desk, account: MatrixConfig, name: str
) -> AsyncIterator["MatrixTransport"]:
    """The account while this node holds its lock: its folder is taken, and it listens.

    Raises NotTheFolder where it must not begin here, AccountRefusedError where the homeserver refuses it.
    """
    rooms = matrix(config, desk, account, name)
    try:
        async with its_folder(desk.database, account, name):
            await rooms.start()
            yield rooms
    finally:
        await rooms.stop()


@asynccontextmanager
async def its_folder(database: Database, account: MatrixConfig, name: str) -> AsyncIterator[None]:
    """Holds the folder of the account's keys, where there may be other nodes. Raises NotTheFolder."""
    if not database.is_shared:
        yield
        return

    def known() -> str:
        with database.read() as work:
            return work.senders.get(name).mark

    def tell(mark: str) -> None:
        with database.write() as work:
            work.senders.tell(name, mark=mark)

    with taken(account.store, name, await asyncio.to_thread(known)) as mark:
        await asyncio.to_thread(tell, mark)
        yield


def telegram_pace(config: TelegramConfig) -> Pace:
    """What Telegram takes: so many a second, one a second in a chat, and twenty a minute in a group (FAQ)."""
    return Pace(config.messages_per_second, per_minute=GROUP_PER_MINUTE, place=place_of)


def matrix_pace(config: MatrixConfig) -> Pace:
    """At most so many a second; how many the homeserver takes is learnt from what it refuses."""
    return Pace(config.messages_per_second, gap=0.0, learns=True)


def apology(language: str) -> Message:
    """What is said when an answer failed."""
    text = Speech(language).t("Something went wrong here. Nothing was changed. Please try again in a moment.")
    return Message((Paragraph((Span(text),)),))


async def voices(
    config: Config,
    desk: Desk,
    stack: AsyncExitStack,
    roles: frozenset[str] = ALL,
    sharing: Sharing | None = None,
) -> list[Speaker]:
    """Every account of the configuration.

    Those listen until the stack ends whose role this node has. An account on Matrix listens where it sends:
    among several nodes at the one that holds its lock, and stays there: it would begin anew for minutes.
    """
    console = ConsoleTransport(desk.answer, config.language, timezone=desk.zone)
    speakers = [always(console, AT_ONCE)]
    if config.telegram:
        speakers += await _bots(config, config.telegram, desk, stack, roles, sharing)
    if config.matrix and "send" in roles:
        for account in (config.matrix, *config.matrix.more):
            name = matrix_sender(account, first=account is config.matrix)
            if desk.database.is_shared:
                opened = partial(_in_its_folder, config, desk, account, name)
                speakers.append(Speaker(name, matrix_pace(account), opened))
                continue
            rooms = matrix(config, desk, account, name)
            await rooms.start()
            stack.push_async_callback(rooms.stop)
            speakers.append(always(rooms, matrix_pace(account)))
    return speakers


async def _bots(
    config: Config,
    first: TelegramConfig,
    desk: Desk,
    stack: AsyncExitStack,
    roles: frozenset[str],
    sharing: Sharing | None,
) -> list[Speaker]:
    found, chats, public_url = [], [], config.web.public_url if config.web else ""
    for account in (first, *first.more):
        pace = telegram_pace(account)
        name = telegram_sender(account, first=account is first)
        chat = telegram(account, desk, public_url, pace, name, sharing)
        stack.push_async_callback(chat.stop)
        chats.append(chat)
        found.append(always(chat, pace, chat.webhook, sharing))
    if "answer" in roles:
        await asyncio.gather(*(chat.start() for chat in chats))
    return found
