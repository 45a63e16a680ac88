"""Matrix: sends messages to rooms, enciphered where they are, and answers what people write and choose there.

Built on matrix-nio behind `bot.transports.matrix_server`. Nothing secret (token, rooms, texts) is logged.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from typing import Any

import structlog
from nio.crypto import OlmDevice
from sqlalchemy.exc import SQLAlchemyError

from bot.commands.request import Reply, Request
from bot.config import MatrixConfig
from bot.render.message import Message
from bot.transports.chats import Reactions
from bot.transports.life import Life
from bot.transports.matrix_answering import NAME, Answering, Callbacks
from bot.transports.matrix_choices import Choices
from bot.transports.matrix_devices import Devices
from bot.transports.matrix_following import Following
from bot.transports.matrix_identity import REMEDIES, Account, Identities, Standing, Unanswered, sign
from bot.transports.matrix_invitations import Invitations
from bot.transports.matrix_listening import Chats, Ears, Listening, report
from bot.transports.matrix_outcome import FAILURES, TOKEN_REFUSED, Refused, Stumbled
from bot.transports.matrix_pictures import Load, Pictures
from bot.transports.matrix_power import Power
from bot.transports.matrix_rooms import Rooms
from bot.transports.matrix_sas import Shown
from bot.transports.matrix_sending import Sending
from bot.transports.matrix_server import Author, Homeserver
from bot.transports.matrix_session import AccountRefusedError, Session, Store
from bot.transports.matrix_signing import Identity
from bot.transports.matrix_verifying import Verifying
from bot.transports.pauses import pauses
from jobs.outcome import Outcome
from storage.clock import now_utc
from storage.vault import Sealer

log = structlog.get_logger()

START_WITHIN = 5.0
"""Seconds that `start` waits for the homeserver before it goes on without."""
STOP_WITHIN = 1.0
"""Seconds that answers under way have to finish."""
_NAMED = 5
"""So many devices are named at a time."""


class MatrixTransport:
    """One account on one homeserver.

    `vault` holds Vigil's key, which seals the session. `admins` are known by their names. `answer` is asked
    for every line and choice; `apology` (language -> message) is said when an answer fails. `gone` hears the
    address of a room that the bot was put out of, `returned` of one that it was let into, `moved` of one that
    another replaces, `seen` of reactions, each with the id of the event that told so; `another_device` is
    told, before anything is sent, that the homeserver knows no repetition of what was sent before;
    `verifying` what somebody has to see who compares our keys: pictures, and numbers. `identities` keeps
    the keys of the account. `language` is spoken to whom we do not know: no client says which it speaks.
    `load` gives the bytes of a picture; without it none is shown. `name` is that of the account among
    others.
    """

    remembers = timedelta(hours=23)
    """An event with the same transaction id is the same event. Synapse forgets the id after a day."""
    changes = True

    def __init__(  # noqa: PLR0913 - keyword arguments, set in one place
        self,
        config: MatrixConfig,
        vault: Sealer,
        *,
        admins: Iterable[str] = (),
        answer: Callable[[Request], Awaitable[Reply]],
        apology: Callable[[str], Message],
        gone: Callable[[str, str], Awaitable[None]],
        returned: Callable[[str, str], Awaitable[bool]],
        moved: Callable[[str, str, str], Awaitable[bool]],
        seen: Callable[[Reactions, str], Awaitable[None]],
        another_device: Callable[[], Awaitable[None]],
        verifying: Callable[[str, str], Awaitable[None]],
        identities: Identities,
        language: str = "en",
        load: Load | None = None,
        name: str = NAME,
    ) -> None:
        self.name = name
        self._config = config
        self._store = Store(config.store, vault)
        self._store.prepare()
        self._identities = identities
        self._another_device = another_device
        devices = Devices(strict=config.strict, told=self._told_of_devices)
        self._server = Homeserver(config.homeserver, config.user, self._store, devices)
        rooms, choices = Rooms(self._server, admins), Choices()
        pictures = Pictures(self._server, load) if load else None
        self._power = Power(self._server, rooms, self._told_of_power)
        self._sending = Sending(self._server, rooms, choices, self._power.wanted, pictures)
        callbacks = Callbacks(answer, apology, gone, self._is_sure, seen, language)
        self._answering = Answering(self._server, rooms, self._sending, choices, callbacks)
        invitations = Invitations(config.invitations, config.invited_by, time.monotonic)
        following = Following(self._server, invitations, moved)
        self._verifying = Verifying(self._server, self._show(verifying), self._told_of_verifying)
        chats = Chats(gone, returned)
        ears = Ears(self._verifying, following, invitations, self._power)
        self._listening = Listening(self._server, rooms, self._answering, ears, self._store, chats)
        self._life = Life()

    async def start(self) -> None:
        """Begin to listen. Returns within about five seconds, whether the homeserver can be reached or not.

        An account that the homeserver refuses raises AccountRefusedError.
        """
        try:
            in_time = await self._life.begin(self._live(), START_WITHIN)
        except Exception:
            await self._server.close()
            raise
        if not in_time:
            log.warning("the matrix homeserver has not answered yet; going on without it")

    async def stop(self) -> None:
        """Stop listening, finish or drop the answers under way, remember what was handled; no log-out."""
        listened = await self._life.end()
        await self._answering.close(STOP_WITHIN)
        if listened:
            self._listening.confirm()
        await self._server.close()

    async def connect(self) -> None:
        """Only to send: nothing is listened to, nor answered. Raises AccountRefusedError as `start` does."""
        await self._begin(self._listening.look)

    async def send(self, address: str, message: Message, key: str, under: str = "") -> Outcome:
        """As `bot.announce.Transport` asks."""
        return await self._sending.send(address, message, key, under)

    async def edit(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """As `bot.announce.Transport` asks."""
        return await self._sending.edit(address, reference, message, key)

    async def withdraw(self, address: str, reference: str, instead: Message, key: str) -> Outcome:
        """As `bot.announce.Transport` asks: a redaction has no time limit."""
        return await self._sending.withdraw(address, reference, instead, key)

    async def overwrite(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """As `bot.announce.Transport` asks: what is edited keeps its former versions, so it comes anew."""
        return await self._sending.overwrite(address, reference, message, key)

    async def ping(self) -> Outcome:
        """As `bot.announce.Transport` asks, with whoami."""
        return await self._sending.ping()

    async def _live(self) -> None:
        await self._begin(self._listening.begin)
        self._life.ready()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._listening.run())
            group.create_task(self._sign())

    async def _sign(self) -> None:
        """Have the device signed by the account's identity, as soon as the homeserver does it."""
        session = self._listening.session
        account = Account(session.user, session.device, self._config.password)
        for pause in pauses():
            try:
                await self._server.publish_keys()
                standing = await sign(self._server.ask, account, self._identities)
                text = await self._identities.identity(session.user)
                if standing is Standing.SIGNED and text:
                    self._verifying.master = Identity.from_text(text).public("master")
            except (Refused, Unanswered, SQLAlchemyError, *FAILURES) as error:
                log.warning("the matrix device is not signed yet", error=_named(error), retry_in=round(pause))
                await asyncio.sleep(pause)
            except Exception as error:  # noqa: BLE001 - whatever it is, the bot must go on listening
                log.error("signing the matrix device failed", error=type(error).__name__)  # noqa: TRY400 - keys
                return
            else:
                if standing in REMEDIES:
                    log.warning("the matrix device is not signed", remedy=REMEDIES[standing])
                return

    def _is_sure(self, room: str, event: Any) -> bool:  # noqa: ANN401 - nio has no types
        """With "strict", only of what came enciphered from a device that its owner has confirmed."""
        del room
        return not self._config.strict or self._server.author(event) is Author.CONFIRMED

    @staticmethod
    def _show(verifying: Callable[[str, str], Awaitable[None]]) -> Callable[[Shown], Awaitable[None]]:
        async def show(shown: Shown) -> None:
            names = ", ".join(name for _, name in shown.pictures)
            numbers = " ".join(map(str, shown.numbers))
            log.info("matrix.verifying", pictures=names, numbers=numbers)
            try:
                await verifying(" ".join(picture for picture, _ in shown.pictures), numbers)
            except SQLAlchemyError as error:
                log.warning("admins were not told of a verification", error=type(error).__name__)

        return show

    def _told_of_verifying(self, room: str, number: str) -> None:
        self._answering.tell(room, "/verifying", number)

    def _told_of_power(self, room: str, managers: tuple[str, ...]) -> None:
        self._answering.tell(room, "/powerless", str(now_utc()), managers)

    def _told_of_devices(self, room: str, devices: list[OlmDevice]) -> None:
        """Some of those who can read, or could not, have devices that nobody has confirmed."""
        named = " ".join(f"{one.user_id}/{one.device_id}" for one in devices[:_NAMED])
        policy = "strict" if self._config.strict else "send"
        self._answering.tell(room, f"/unconfirmed {policy} {len(devices)} {named}")

    async def _begin(self, learn: Callable[[Session], Awaitable[None]]) -> None:
        """Ask until the homeserver has let us in and told us the rooms."""
        for pause in pauses():
            try:
                kept, session = self._store.session(), await self._session()
                if session != kept:  # transaction ids belong to a device and its token
                    await self._another_device()
                self._store.keep(session)
                await learn(session)
            except (Refused, Stumbled, *FAILURES) as error:
                if isinstance(error, Refused) and _is_final(error) and not self._life.has_begun:
                    raise AccountRefusedError(f"the homeserver refuses the account ({error.code})") from None
                await asyncio.sleep(report(error, pause))
            except Exception as error:
                if not self._life.has_begun:
                    raise
                # The program has gone on without us: nobody would hear that we have ended.
                log.error("the matrix account could not be begun", error=type(error).__name__)  # noqa: TRY400
                await asyncio.sleep(pause)
            else:
                return

    async def _session(self) -> Session:
        """The device that was kept; where it was logged out meanwhile, the same one anew."""
        if self._config.access_token:
            return await self._server.identify(self._config.access_token)
        kept = self._store.session()
        if kept is not None and _is_of(kept, self._config.user):
            try:
                await self._server.restore(kept)
            except Refused as refused:
                if refused.code not in TOKEN_REFUSED:
                    raise
                log.warning("the matrix session had ended; logging in anew")
            else:
                return kept
        # A device that lost its session lost its place among the keys of others too: it is a new one.
        return await self._server.log_in(self._config.password, self._config.device_name)


def _named(error: Exception) -> str:
    """What is known of a failure without a name of anybody."""
    return (
        error.code
        if isinstance(error, Refused)
        else str(error)
        if isinstance(error, Unanswered)
        else type(error).__name__
    )


def _is_final(error: Refused) -> bool:
    """Whether waiting does not help."""
    return error.code in ("M_FORBIDDEN", *TOKEN_REFUSED)


def _is_of(session: Session, user: str) -> bool:
    """Whether the session is that of the configured account, which may be named in short."""
    return user in (session.user, session.user[1:].partition(":")[0])
