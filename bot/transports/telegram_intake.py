"""Takes in what Telegram hands over for good: durable before it is acknowledged, gone once answered."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from telegram import Bot, Update

from bot.transports.telegram_keeping import Keeping

log = structlog.get_logger()


COLLECT_EVERY = 1.0
"""Seconds between two looks at what other nodes took in."""
_FLEETING = {"inline_query", "chosen_inline_result", "message_reaction", "message_reaction_count"}
"""What is never kept: half a word that somebody types elsewhere, and who liked what."""
_ANOTHERS: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Meaning:
    """Whether an update asks anything of us, and whether that must outlive the program."""

    asks: bool
    lasts: bool = True


@dataclass(frozen=True, slots=True)
class Kept:
    """An update that is ours to answer; `number` is that of its row, 0 for what is not kept."""

    update: Update = field(repr=False)
    number: int = 0


class Intake:
    """The updates of one bot that Telegram brings to us, and not again.

    `take` starts the handling of one and returns its task, if there is any; `meaning` looks at one.
    """

    def __init__(
        self,
        bot: Bot,
        keeping: Keeping,
        take: Callable[[Update], asyncio.Task[None] | None],
        meaning: Callable[[Update], Meaning],
    ) -> None:
        self._bot = bot
        self._keeping = keeping
        self._take = take
        self._meaning = meaning
        self._resumed: set[int] = set()
        self._begun: set[int] = set()
        """The rows that are being answered, or were, by us."""
        self._is_open = False
        """Whether what was left over has been begun: what comes earlier would be taken for that as well."""

    async def keep(self, body: bytes) -> Kept | None:
        """Make what was brought durable; None where nothing is to be done, now or any more.

        Where another node answers, or we do not yet, it is answered from what was kept. What does not last
        is for nobody then: who typed half a word types on. Raises what the database does: then it must not
        be acknowledged.
        """
        raw = _object(body)
        update = self._read(raw)
        if not self._is_open:
            if raw is not None and update is not None and not _FLEETING & raw.keys():
                await self._keeping.keep(self._known_as(update), self._packed(json.dumps(raw)))
            return None
        meaning = self._meaning(update) if update else Meaning(asks=False)
        if update is None or not meaning.asks:
            return None
        if not meaning.lasts:
            return Kept(update)
        number = await self._keeping.keep(self._known_as(update), self._packed(json.dumps(raw)))
        if number is None:
            return None
        self._begun.add(number)
        return Kept(update, number)

    async def hold(self, update: Update, task: asyncio.Task[None]) -> None:
        """Make durable what is being answered, and is about to be confirmed before it is.

        Raises what the database does: then it must not be confirmed.
        """
        if not self._meaning(update).lasts:
            return
        number = await self._keeping.keep(self._known_as(update), self._packed(update.to_json()))
        if number is not None:
            task.add_done_callback(lambda done: self._is_answered(done, number))

    def answer(self, kept: Kept) -> None:
        """Begin to answer; once that is done, the update is not kept any more."""
        task = self._take(kept.update)
        if kept.number and task is None:
            self._keeping.answered(kept.number)
        elif kept.number and task is not None:
            task.add_done_callback(lambda done: self._is_answered(done, kept.number))

    def is_resumed(self, number: int) -> bool:
        """Whether the update of this number is answered already because it was kept, should it come again."""
        return number in self._resumed

    async def resume(self) -> None:
        """Answer what a program before us had acknowledged, and was stopped."""
        try:
            found = await self._keeping.waiting()
        except Exception:
            log.exception("telegram.not_resumed")  # who writes now is to be answered all the same
            found = ()
        self._begin(found)
        self._is_open = True

    async def collect(self) -> None:
        """Answer, until cancelled, what other nodes have taken in meanwhile for this bot."""
        while True:
            await asyncio.sleep(COLLECT_EVERY)
            known = set(self._begun)
            try:
                found = await self._keeping.waiting()
                self._begin(found)
                self._begun -= known - {number for number, _ in found}  # answered, and taken out
            except Exception:
                log.exception("telegram.not_collected")

    def _begin(self, found: Sequence[tuple[int, str | None]]) -> None:
        unpacked = ((number, self._unpacked(body)) for number, body in found if number not in self._begun)
        ours = [(number, raw) for number, raw in unpacked if raw is not _ANOTHERS]
        if ours:
            log.info("telegram.resumed", updates=len(ours))
        for number, raw in ours:
            self._begun.add(number)
            update = self._read(raw)
            if update is None:
                log.error("telegram.kept_in_vain", number=number)
                self._keeping.answered(number)
            elif self._meaning(update).asks:
                self._resumed.add(update.update_id)
                self.answer(Kept(update, number))
            else:
                self._keeping.answered(number)

    async def close(self) -> None:
        """Write down what was answered; what was not is answered after the next start."""
        self._is_open, self._begun = False, set()
        await self._keeping.close()

    def _packed(self, update: str) -> str:
        """With the bot that it was told: to another one, of a token that was changed, nobody has spoken."""
        return json.dumps({"bot": self._account, "update": update})

    def _unpacked(self, body: str | None) -> dict[str, Any] | None:
        """The update that was kept; None for what cannot be read any more, _ANOTHERS for another bot's."""
        try:
            packed = json.loads(body or "")
        except ValueError:
            return None
        if not isinstance(packed, dict) or not isinstance(packed.get("update"), str):
            return None
        return _object(packed["update"].encode()) if packed.get("bot") == self._account else _ANOTHERS

    @property
    def _account(self) -> int:
        """The number of the bot, which its token tells before Telegram does (Bot API)."""
        return int(self._bot.token.partition(":")[0])

    def _known_as(self, update: Update) -> str:
        """Each bot account counts its own."""
        return f"taken {self._account}:{update.update_id}"

    def _is_answered(self, done: asyncio.Task[None], number: int) -> None:
        if done.cancelled():
            return
        if error := done.exception():  # kept: the next start tries again
            log.error("telegram.not_answered", error=type(error).__name__)
        else:
            self._keeping.answered(number)

    def _read(self, raw: dict[str, Any] | None) -> Update | None:
        try:
            return Update.de_json(raw, self._bot) if raw else None
        except Exception as error:  # noqa: BLE001 - one that the library cannot read must not come for ever
            log.error("telegram sent an update that cannot be read", error=type(error).__name__)  # noqa: TRY400 - a traceback may quote a chat
            return None


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) and isinstance(raw.get("update_id"), int) else None
