"""Sends, edits and withdraws messages in Telegram's chats, in parts where one is too long.

Nothing that has to stay secret (token, addresses, texts) gets from here into the log.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TypeVar

import structlog
from telegram import Bot, InlineKeyboardMarkup, ReplyParameters
from telegram.constants import ParseMode
from telegram.error import BadRequest, TelegramError

from bot.newest import Newest
from bot.render.html import plain_text, split, to_html
from bot.render.message import Message, Notice, Paragraph, Span
from bot.speech import Speech
from bot.transports.telegram_buttons import Buttons
from bot.transports.telegram_channels import Channels
from bot.transports.telegram_outcome import (
    NowhereError,
    address_of,
    cannot_be_deleted,
    chat_and_thread,
    is_lost_topic,
    is_not_there,
    is_shown_already,
    is_unreadable_markup,
    is_without_words,
    outcome_of,
)
from bot.transports.telegram_pictures import Pictures
from bot.transports.telegram_request import posted
from bot.transports.telegram_strays import Said, Strays, said_in
from bot.transports.telegram_tokens import without_chats, without_tokens
from jobs.outcome import Outcome, Rejected, Sent
from storage.records import Picture

log = structlog.get_logger()

STANDS_ABOVE = Message((Paragraph((Span("↑"),)),))
"""Left, in no language, where a part is not needed any more and Telegram does not delete it."""

_NO_PREVIEW = {"is_disabled": True}
"""Bot API, LinkPreviewOptions."""
Turn = Callable[[str], AbstractAsyncContextManager[None]]
"""One message for an address is on its way: answers share the account's budget with the sender."""
_T = TypeVar("_T")


def _at_once(_address: str) -> AbstractAsyncContextManager[None]:
    return nullcontext()


@dataclass(slots=True)
class _Act:
    """The parts of one message on their way, and the ids of those that were sent."""

    parts: tuple[Message, ...]
    language: str = "en"
    sent: list[int] = field(default_factory=list)
    picture: Picture | None = None
    is_shown: bool = False
    """Whether there is nothing to do about its picture any more."""
    strayed: bool = False
    """Whether its topic is lost, so that the rest goes to the group as a whole."""
    bare: str = ""
    """Why Telegram took one of its parts only without markup."""
    left: str = ""
    """What of a message that was to go stays, and why."""


@dataclass(frozen=True, slots=True)
class _Place:
    """A chat, or one topic of it."""

    chat: int
    thread: int | None


class Sending:
    """What `bot.announce.Transport` asks for, by one bot; `reference` is the parts' ids with commas."""

    def __init__(
        self,
        bot: Bot,
        buttons: Buttons,
        turn: Turn = _at_once,
        pictures: Pictures | None = None,
        channels: Channels | None = None,
    ) -> None:
        """`turn` is waited for before each message that is sent or edited, and kept until it is answered.

        `pictures` shows those of messages; without it none is shown. `channels` knows which chats are such.
        """
        self._bot = bot
        self._buttons = buttons
        self._channels = channels or Channels(bot)
        self._turn = turn
        self._pictures = pictures
        self._acts: Newest[tuple[str, str], _Act] = Newest(1000)
        """Begun and not finished, by address and key."""
        self._strays = Strays()
        self._cut: deque[tuple[Message, tuple[Message, ...]]] = deque(maxlen=8)
        self._html: deque[tuple[Message, str]] = deque(maxlen=16)

    async def send(self, address: str, message: Message, key: str, under: str = "") -> Outcome:
        """Send every part that the same act has not sent before, the first as a reply to `under`.

        The picture is the last of them: what somebody reads on a lock screen is the danger.
        """

        async def act(place: _Place, begun: _Act) -> list[int]:
            # Only a topic can be lost: for all others it need not be known what is said.
            may_stray = place.thread is not None and not begun.sent and not begun.strayed
            said = said_in(place.chat, begun.parts) if may_stray else None
            await self._send_rest(place, begun, after=0, under=under, said=said)
            await self._show(place, begun)
            if said and begun.strayed:
                self._strays.note(said, place.thread, begun.sent)
            return begun.sent

        return await self._whole(address, key, message, act)

    async def edit(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """Change the parts in their places, send those that are missing, delete those too many.

        Of the reader's own deleting Telegram tells only when the part is asked for: Rejected.
        """
        try:
            shown = parts_of(reference)
        except ValueError:
            return Rejected("not the reference of a Telegram message")
        if not shown:
            return Rejected("nothing is left of the message")

        async def act(place: _Place, begun: _Act) -> list[int]:
            for number, part in zip(shown, begun.parts, strict=False):
                await self._edit_part(place, number, part, begun)
            await self._send_rest(place, begun, after=len(shown))
            # From below, so that a reader never sees a hole in the middle.
            kept = [one for one in reversed(shown[len(begun.parts) :]) if not await self._delete(place, one)]
            for number in kept:
                await self._edited(place, number, STANDS_ABOVE, begun)
            return [*shown[: len(begun.parts)], *begun.sent, *reversed(kept)]

        return await self._whole(address, key, message, act)

    async def withdraw(self, address: str, reference: str, instead: Message, key: str) -> Outcome:
        """Delete every part; those that Telegram keeps (after 48 hours) say `instead`."""
        try:
            place, shown = _place(address), parts_of(reference)
        except ValueError:
            return Rejected("not the address and reference of a Telegram message")
        try:
            kept = [one for one in reversed(shown) if not await self._delete(place, one)]
        except TelegramError as error:
            return outcome_of(error, address)
        if not kept:
            return Sent("")

        async def act(place: _Place, begun: _Act) -> list[int]:
            waiting = iter((*begun.parts, *(STANDS_ABOVE,) * len(kept)))
            part, left = next(waiting), []
            for number in reversed(kept):
                if await self._edited(place, number, part, begun):
                    left.append(number)
                    part = next(waiting)
            if left:
                await self._send_rest(place, begun, after=len(left))
            return [*left, *begun.sent]

        return await self._whole(address, key, instead, act)

    async def overwrite(self, address: str, reference: str, message: Message, key: str) -> Outcome:
        """As `edit`: readers see no earlier version. What cannot be edited, or not all of it, goes."""
        outcome = await self.edit(address, reference, message, key)
        if isinstance(outcome, Rejected):
            return await self.withdraw(address, reference, message, f"{key}:away")
        return outcome

    async def ping(self) -> Outcome:
        """Ask who we are (Bot API, getMe)."""
        try:
            await self._bot.get_me()
        except TelegramError as error:
            return outcome_of(error)
        return Sent()

    async def _whole(
        self,
        address: str,
        key: str,
        message: Message,
        act: Callable[[_Place, _Act], Awaitable[list[int]]],
    ) -> Outcome:
        """Do the act from where its last attempt stopped, and say what became of it."""
        try:
            place = _place(address)
        except ValueError:
            return Rejected("not the address of a Telegram chat")
        begun = self._acts.get((address, key))
        if begun is None or not begun.sent:
            # Once a part has gone out the others are those drawn with it, whatever `message` is now.
            begun = _Act(self._parts(message), message.language, picture=message.picture)
        if not begun.parts:
            return Rejected("the message is empty")
        self._acts.put((address, key), begun)
        try:
            numbers = await act(place, begun)
        except TelegramError as error:
            return outcome_of(error, address)
        self._acts.drop((address, key))
        return Sent(",".join(map(str, numbers)), bare=begun.bare, left=begun.left)

    def _marked(self, part: Message) -> str:
        """The part as Telegram's HTML; known as its parts are."""
        for known, html in self._html:
            if known is part:
                return html
        html = to_html(part)
        self._html.append((part, html))
        return html

    def _parts(self, message: Message) -> tuple[Message, ...]:
        """The message in parts; of the last few they are known, for one goes to many."""
        for known, parts in self._cut:
            if known is message:
                return parts
        parts = tuple(part for part in split(message) if plain_text(part))
        self._cut.append((message, parts))
        return parts

    async def _send_rest(
        self,
        place: _Place,
        begun: _Act,
        *,
        after: int,
        under: str = "",
        said: Said | None = None,
    ) -> None:
        """Send the parts behind the first `after`, but for those that were sent already.

        What cannot go to its topic goes to the group's general one, and says so at its end. Where that is
        closed as well, NowhereError is raised: the group has nobody to be told of it. Where the words, known
        as `said`, stand there for another lost topic, that message is this one as well: it rings once.
        """
        while after + len(begun.sent) < len(begun.parts):
            part = begun.parts[after + len(begun.sent)]
            above = None if after or begun.sent or begun.strayed else _replying(under)
            there = _Place(place.chat, None) if begun.strayed else place
            try:
                begun.sent.append(await self._send_part(there, part, above, begun))
            except BadRequest as error:
                if not is_lost_topic(error):
                    raise
                if there.thread is None:
                    raise NowhereError(str(error)) from error
                if said and not begun.sent and (there_already := self._strays.of_another(said, place.thread)):
                    begun.strayed, begun.is_shown, begun.sent = True, True, there_already
                    return
                begun.strayed, begun.parts = True, _saying_so(begun)

    async def _send_part(
        self, place: _Place, part: Message, above: ReplyParameters | None, begun: _Act
    ) -> int:
        keyboard = await self._keyboard(part, place)

        async def post(text: str, mode: ParseMode | None) -> int:
            said = {
                "chat_id": place.chat,
                "text": text,
                "parse_mode": mode,
                "message_thread_id": place.thread,
                "link_preview_options": _NO_PREVIEW,
                "disable_notification": part.silent or None,
                "reply_parameters": above,
                "reply_markup": keyboard,
            }
            async with self._turn(address_of(place.chat, place.thread)):
                return await posted(self._bot, "sendMessage", said)

        return await _marked_up(part, self._marked(part), post, begun)

    async def _keyboard(self, part: Message, place: _Place) -> InlineKeyboardMarkup | None:
        turn = self._turn(address_of(place.chat, place.thread))
        if part.choices and await self._channels.is_one(place.chat, turn):
            return await self._channels.keyboard(part.choices)
        return self._buttons.keyboard(part.choices, place.chat, place.thread)

    async def _edit_part(self, place: _Place, number: int, part: Message, begun: _Act) -> None:
        """Show the part in the place of message `number`; without choices its buttons go."""
        keyboard = await self._keyboard(part, place)

        async def post(text: str, mode: ParseMode | None) -> None:
            said = {
                "chat_id": place.chat,
                "message_id": number,
                "text": text,
                "parse_mode": mode,
                "link_preview_options": _NO_PREVIEW,
                "reply_markup": keyboard,
            }
            async with self._turn(address_of(place.chat, place.thread)):
                await posted(self._bot, "editMessageText", said)

        try:
            await _marked_up(part, self._marked(part), post, begun)
        except BadRequest as error:
            if not is_shown_already(error):
                raise

    async def _edited(self, place: _Place, number: int, part: Message, begun: _Act) -> bool:
        """Show the part; False if the message is not there any more, or is a picture and says nothing."""
        try:
            await self._edit_part(place, number, part, begun)
        except BadRequest as error:
            if is_without_words(error):
                begun.left = "a picture, which Telegram does not delete any more"
            elif not is_not_there(error):
                raise
            return False
        return True

    async def _show(self, place: _Place, begun: _Act) -> None:
        """Send the picture below the words. One that Telegram refuses holds nothing up: the words count."""
        if begun.picture is None or begun.is_shown or self._pictures is None:
            return
        there = _Place(place.chat, None) if begun.strayed else place
        above = ReplyParameters(begun.sent[0], allow_sending_without_reply=True)
        try:
            async with self._turn(address_of(there.chat, there.thread)):
                number = await self._pictures.send(begun.picture, there.chat, there.thread, above)
        except BadRequest as error:
            log.warning("telegram.picture_refused", detail=without_chats(without_tokens(str(error))))
            number = None
        begun.is_shown = True
        if number is not None:
            begun.sent.append(number)

    async def _delete(self, place: _Place, number: int) -> bool:
        """Delete the message, there or not; False if Telegram keeps it."""
        try:
            await self._bot.delete_message(place.chat, number)
        except BadRequest as error:
            if not is_not_there(error) and not cannot_be_deleted(error):
                raise
            return is_not_there(error)
        return True


def parts_of(reference: str) -> tuple[int, ...]:
    """The ids of a message's parts, in order; none of what was withdrawn. Else raises ValueError."""
    return tuple(int(number) for number in reference.split(",")) if reference else ()


def _replying(reference: str) -> ReplyParameters | None:
    """To the message of this reference; without it where it was deleted meanwhile."""
    try:
        numbers = parts_of(reference)
    except ValueError:
        return None
    return ReplyParameters(numbers[0], allow_sending_without_reply=True) if numbers else None


def _saying_so(begun: _Act) -> tuple[Message, ...]:
    """The parts, the last of which says that it is not where it should be."""
    speech = Speech(begun.language)
    said = speech.t("The topic that this was for is closed or was deleted, so it stands here.")
    way = speech.t("To have it here for good, an admin writes /subscribe here.")
    last = begun.parts[-1]
    marked = replace(last, blocks=(*last.blocks, Notice((Span(f"{said}\n{way}"),))))
    return (*begun.parts[:-1], *split(marked))


def _place(address: str) -> _Place:
    return _Place(*chat_and_thread(address))


async def _marked_up(
    part: Message, html: str, post: Callable[[str, ParseMode | None], Awaitable[_T]], begun: _Act
) -> _T:
    """Post the part with its markup; bare if Telegram does not read it: the words count."""
    try:
        return await post(html, ParseMode.HTML)
    except BadRequest as error:
        if not is_unreadable_markup(error):
            raise
        begun.bare = without_chats(str(error))
        # No traceback: it would quote the chat.
        log.error("telegram did not take our markup; sent as plain text", detail=str(error))  # noqa: TRY400 - as said
    return await post(plain_text(part), None)
