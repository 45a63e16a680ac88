"""The voices: each transport with its pace, and the one deliverer that speaks through it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, timedelta, tzinfo
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from bot.announce import Announcer, Transport
from bot.commands.table import COMMANDS
from bot.config import Config, TelegramConfig
from bot.desk import ONLY_TERMINAL, Desk
from bot.installation import admins, limits
from bot.render.message import Message, Paragraph, Span
from bot.roles import ALL
from bot.speech import Speech, languages, msgid
from bot.transports.chats import Moved, News
from bot.transports.console import ConsoleTransport
from bot.transports.telegram import TelegramTransport
from bot.transports.telegram_buttons import Buttons
from bot.transports.telegram_face import Face, Shown
from bot.transports.telegram_keeping import Keeping
from bot.transports.telegram_outcome import GROUP_PER_MINUTE, place_of
from bot.transports.telegram_webhook import PATH, Address
from jobs.deliver import Deliverer
from jobs.desk import Rules
from jobs.notices import Admins
from jobs.pace import Pace
from storage.database import Database, Hold, Unusable, now_utc, reason

if TYPE_CHECKING:
    from bot.transports.matrix import MatrixTransport

log = structlog.get_logger()

_LOCK_RETRY = 5.0
"""Seconds between two attempts to get a lock."""
_SENDS_HERE = "another process sends here; waiting until it stops"
_LISTENS_HERE = "another process listens here; waiting until it stops"
_ABOUT = msgid(
    "Vigil keeps watch over what human-rights organisations publish. When somebody is in danger and a call "
    "goes out, it tells you within moments, in the issuer's own words and with the source. Everything else "
    "can be searched here.\n\nChats with a bot on Telegram are not end-to-end encrypted. If using this bot "
    "endangers you, do not."
)
_SHORT = msgid("Urgent calls of human-rights organisations, as they go out, with their source.")
AT_ONCE = Pace(1000.0, gap=0.0)
"""For a terminal, which has no limits."""


def rules(config: Config) -> Rules:
    """How appeals are sent, from the configuration."""
    return Rules(
        approvals=config.admins.approvals,
        cooling_off=timedelta(seconds=config.admins.cooling_off),
        per_day=config.admins.appeals_per_day,
        per_second=config.telegram.messages_per_second if config.telegram else AT_ONCE.per_second,
        organisation=config.admins.organisation,
        admins=admins(config),
        review=limits(config).review,
        zone=ZoneInfo(config.timezone),
    )


def telegram(
    config: TelegramConfig, desk: Desk, public_url: str = "", pace: Pace | None = None
) -> TelegramTransport:
    """The Telegram transport with its menus in every language we speak.

    `public_url` is where our own server is reached, for a webhook; `pace` what its sender keeps.
    """

    async def gone(address: str, request_id: str) -> None:
        await desk.gone("telegram", address, request_id)

    async def became(news: News, request_id: str) -> bool:
        return await desk.became("telegram", news, request_id)

    async def seen(address: str, message: int, change: int, request_id: str) -> None:
        await desk.seen("telegram", address, str(message), change, request_id)

    return TelegramTransport(
        config.token,
        api_url=config.api_url,
        proxy=config.proxy,
        answer=desk.answer,
        face=telegram_face(desk.admins),
        apology=apology,
        gone=gone,
        became=became,
        seen=seen,
        offer=desk.offer,
        buttons=telegram_buttons(desk.database),
        keeping=Keeping(desk.database),
        webhook=_address(config, desk, public_url) if config.webhook and public_url else None,
        alone=lambda: the_only_one(desk.database, "telegram listens", _LISTENS_HERE),
        pace=pace,
        load=desk.picture,
    )


def telegram_face(told: Admins) -> Face:
    """What people see of the bot before they write, in every language we speak."""
    spoken = {language: Speech(language) for language in languages()}
    shown = [
        Shown(
            command.name,
            {language: speech.t(command.summary) for language, speech in spoken.items()},
            manages=command.manages,
            desk=command.desk,
        )
        for command in COMMANDS
        if not command.hidden
    ]
    return Face(
        shown,
        [int(address) for transport, address in told.addresses if transport == "telegram"],
        {language: speech.t(_ABOUT) for language, speech in spoken.items()},
        {language: speech.t(_SHORT) for language, speech in spoken.items()},
    )


def telegram_buttons(database: Database) -> Buttons:
    """Buttons that outlive the program: sealed with the key of the database."""
    return Buttons(lambda text: database.vault.trace("telegram button", text))


def _address(config: TelegramConfig, desk: Desk, public_url: str) -> Address:
    """Where Telegram reaches us; the secret follows from our key, so that it need not be kept."""
    return Address(f"{public_url}{PATH}", desk.database.vault.trace("telegram webhook", config.token))


def matrix(config: Config, desk: Desk) -> "MatrixTransport":
    """The Matrix transport. Raises Unusable where its store cannot be made, ValueError without [matrix]."""
    # Dear, and few speak Matrix.
    from bot.transports.matrix import MatrixTransport  # noqa: PLC0415
    from bot.transports.matrix_keeping import DatabaseIdentities  # noqa: PLC0415

    if config.matrix is None:
        raise ValueError("[matrix] is not configured")

    async def gone(address: str, request_id: str) -> None:
        await desk.gone("matrix", address, request_id)

    async def moved(before: str, after: str, request_id: str) -> bool:
        return await desk.became("matrix", Moved(before, after), request_id)

    try:
        return MatrixTransport(
            config.matrix,
            desk.database.keys,
            admins=config.admins.matrix,
            answer=desk.answer,
            apology=apology,
            gone=gone,
            moved=moved,
            verifying=desk.verifying,
            identities=DatabaseIdentities(desk.database),
            language=config.language,
            load=desk.picture,
        )
    except OSError as error:
        remedy = "mend the rights of its folder, or `store` under [matrix]"
        raise Unusable(f"{config.matrix.store}: cannot be made ({error.strerror}): {remedy}") from error


def telegram_pace(config: TelegramConfig) -> Pace:
    """What Telegram takes: so many a second, one a second in a chat, and twenty a minute in a group (FAQ)."""
    return Pace(config.messages_per_second, per_minute=GROUP_PER_MINUTE, place=place_of)


def matrix_pace() -> Pace:
    """No more than a small homeserver takes; where one takes less, it says how long to wait."""
    return Pace(50.0, gap=0.0)


def apology(language: str) -> Message:
    """What is said when an answer failed."""
    text = Speech(language).t("Something went wrong here. Nothing was changed. Please try again in a moment.")
    return Message((Paragraph((Span(text),)),))


async def voices(
    config: Config, desk: Desk, stack: AsyncExitStack, roles: frozenset[str] = ALL
) -> list[tuple[Transport, Pace]]:
    """Every transport of the configuration, and how fast it may speak.

    Those listen until the stack ends whose role this node has.
    """
    console = ConsoleTransport(desk.answer, config.language, timezone=desk.zone)
    senders: list[tuple[Transport, Pace]] = [(console, AT_ONCE)]
    if config.telegram:
        pace = telegram_pace(config.telegram)
        chat = telegram(config.telegram, desk, config.web.public_url if config.web else "", pace)
        if "answer" in roles:
            await chat.start()
        stack.push_async_callback(chat.stop)
        senders.append((chat, pace))
    if config.matrix and "send" in roles:
        rooms = matrix(config, desk)
        await rooms.start()
        stack.push_async_callback(rooms.stop)
        senders.append((rooms, matrix_pace()))
    return senders


@asynccontextmanager
async def the_only_one(
    database: Database, name: str, said: str, beat: Callable[[], None] = lambda: None
) -> AsyncIterator[Hold]:
    """Waits until no other process holds the lock of this name, and says who does; then holds it.

    A database that is away is waited for as well. The lock may be lost before the end: `Hold.is_held` tells.
    """
    async with AsyncExitStack() as stack:
        while not (hold := await _asked_for(database, name, said, stack)):
            beat()
            await asyncio.sleep(_LOCK_RETRY)
        yield hold


async def _asked_for(database: Database, name: str, said: str, stack: AsyncExitStack) -> Hold | None:
    """The lock, to be given back with the stack; None where it is another's, or the database is away."""
    try:
        lock = database.sender_lock(name)
        hold = await _uninterrupted(lock.__enter__, lock.__exit__)
        if hold:
            stack.push(lock)
            return hold
        lock.__exit__(None, None, None)
        held_by = await asyncio.to_thread(database.lock_holder, name)
        log.warning(said, transport=name, held_by=held_by)
    except SQLAlchemyError as error:
        log.warning("lock.database_away", transport=name, said=reason(error), again_in=_LOCK_RETRY)
    return None


async def _uninterrupted(enter: Callable[[], Hold], leave: Callable[[None, None, None], object]) -> Hold:
    """Enters in a thread; who is stopped meanwhile leaves again."""
    entering = asyncio.ensure_future(asyncio.to_thread(enter))
    try:
        return await asyncio.shield(entering)
    except asyncio.CancelledError:
        await asyncio.wait({entering})
        if not entering.exception():
            leave(None, None, None)
        raise


@asynccontextmanager
async def delivering(
    database: Database,
    transport: Transport,
    pace: Pace,
    beat: Callable[[], None] = lambda: None,
    zone: tzinfo = UTC,
    told: Admins = ONLY_TERMINAL,
) -> AsyncIterator[Deliverer]:
    """The one deliverer of a transport: waits until no other process sends there, then recovers.

    `beat` is called with every step forward; to wait for the other process is one. `told` are those
    who hear of what goes wrong.
    """
    async with the_only_one(database, transport.name, _SENDS_HERE, beat) as hold:
        voice = Announcer(transport, zone)
        deliverer = Deliverer(database, voice, pace, now_utc, beat, told, alone=hold.is_held)
        recovered = await asyncio.to_thread(deliverer.recover)
        if recovered:
            log.warning("deliver.recovered", transport=transport.name, interrupted=recovered)
        yield deliverer
