"""What people see of the bot before they write: the menus of commands, and how it describes itself.

Each is told to Telegram in every language that the bot speaks, English as everybody's default, and only
where it differs from what Telegram has.
"""

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, field

import structlog
from telegram import (
    Bot,
    BotCommand,
    BotCommandScope,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    BotCommandScopeAllPrivateChats,
    BotCommandScopeChat,
    BotCommandScopeDefault,
)
from telegram.error import BadRequest, TelegramError

from bot.newest import Newest
from bot.transports.telegram_tokens import without_tokens
from storage.words import DeskRole

log = structlog.get_logger()

_DEFAULT = "en"
_LONGEST_SUMMARY = 256
_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Shown:
    """A command of the menus. `texts`: language -> what it does, in a line."""

    name: str
    texts: Mapping[str, str]
    manages: bool = False
    """Whether in a group only its admins can use it."""
    roles: frozenset[DeskRole] = frozenset()
    """Which roles at the admins' desk can, in their own chats with the bot; none given: everybody."""


@dataclass(frozen=True, slots=True)
class Face:
    """All of it. `staff` are the private chats of the bot's admins, and what each may do.

    `about` (language -> text) stands in a chat where nothing was said yet, `short` on the bot's profile.
    """

    commands: Sequence[Shown] = ()
    staff: Mapping[int, DeskRole] = field(default_factory=dict)
    about: Mapping[str, str] = field(default_factory=dict)
    short: Mapping[str, str] = field(default_factory=dict)

    def menus(self) -> list[tuple[BotCommandScope, list[Shown]]]:
        """Whom it concerns, and what they are offered (Bot API, BotCommandScope)."""
        everybody = self.of(None)
        looking = [one for one in everybody if not one.manages]
        return [
            (BotCommandScopeDefault(), everybody),
            (BotCommandScopeAllPrivateChats(), everybody),
            (BotCommandScopeAllGroupChats(), looking),
            (BotCommandScopeAllChatAdministrators(), everybody),
        ]

    def of(self, role: DeskRole | None) -> list[Shown]:
        """What somebody of this role is offered, None being everybody else's."""
        return [one for one in self.commands if not one.roles or role in one.roles]

    def languages(self) -> list[str]:
        """Every language that anything is said in."""
        found = {language for one in self.commands for language in one.texts}
        return sorted(found | set(self.about) | set(self.short))


async def show(bot: Bot, face: Face) -> None:
    """Tell Telegram what has changed; what it does not take is logged, and stays as it was."""
    gate = asyncio.Semaphore(_AT_ONCE)

    async def told(step: Coroutine[None, None, None]) -> None:
        async with gate:
            try:
                await step
            except TelegramError as error:
                log.warning("telegram.not_shown", detail=without_tokens(str(error)))

    menus = [(scope, shown) for scope, shown in face.menus() if shown]
    steps = [_menu(bot, scope, shown, language) for scope, shown in menus for language in face.languages()]
    steps += [_about(bot, language, text) for language, text in face.about.items()]
    steps += [_short(bot, language, text) for language, text in face.short.items()]
    await asyncio.gather(*map(told, steps))


class StaffMenus:
    """The menus of those who work at the desk, each in their own chat: shown to whom the bot has met.

    Who joins by a code is shown theirs at once, whoever is named in the configuration when they first write.
    """

    def __init__(self, bot: Bot, face: Face) -> None:
        self._bot = bot
        self._face = face
        self._shown: Newest[int, DeskRole] = Newest(1000)

    async def show(self) -> None:
        """To all of whom we know, at a start."""
        for chat, role in self._face.staff.items():
            await self.settle(chat, role)

    async def settle(self, chat: int, role: DeskRole | None) -> None:
        """Show in a person's chat what they are offered now, where that is something else than before."""
        shown = self._shown.get(chat)
        if role == shown:
            return
        scope = BotCommandScopeChat(chat)
        try:
            for language in self._face.languages():
                if role is None:
                    await self._bot.delete_my_commands(scope, _code(language))
                else:
                    await _menu(self._bot, scope, self._face.of(role), language)
        except TelegramError as error:
            # Whom the bot has not met yet writes first; `vigil check` tells that.
            if not isinstance(error, BadRequest):
                log.warning("telegram.not_shown", detail=without_tokens(str(error)))
            return
        if role is None:
            self._shown.drop(chat)
        else:
            self._shown.put(chat, role)


async def _menu(bot: Bot, scope: BotCommandScope, shown: Sequence[Shown], language: str) -> None:
    wanted = tuple(BotCommand(one.name, _in(language, one.texts)[:_LONGEST_SUMMARY]) for one in shown)
    code = _code(language)
    if await bot.get_my_commands(scope, code) != wanted:
        await bot.set_my_commands(wanted, scope, code)


async def _about(bot: Bot, language: str, text: str) -> None:
    if (await bot.get_my_description(_code(language))).description != text:
        await bot.set_my_description(text, _code(language))


async def _short(bot: Bot, language: str, text: str) -> None:
    if (await bot.get_my_short_description(_code(language))).short_description != text:
        await bot.set_my_short_description(text, _code(language))


def _in(language: str, texts: Mapping[str, str]) -> str:
    return texts.get(language) or texts.get(_DEFAULT) or next(iter(texts.values()))


def _code(language: str) -> str | None:
    """None is everybody else's."""
    return None if language == _DEFAULT else language
