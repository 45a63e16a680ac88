"""A person in a chat with the bot, on a real database: `chat.says("/latest")` is what is read."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.commands.answer import answer, changes
from bot.commands.request import Reply, Request
from bot.render.html import plain_text
from bot.render.message import Message
from jobs.desk import USUAL, Rules
from storage.database import Database
from storage.people import Recipient, Route
from storage.records import Source, Statement
from storage.words import DeskRole
from tests.builders import NOON, kept


@dataclass
class Chat:
    """One chat. `read` is the text of the last answer, `offered` its buttons by label."""

    database: Database
    transport: str = "console"
    language: str = "en"
    address: str = "chat-1"
    group: bool = False
    may_manage: bool = True
    admin: bool = False
    role: DeskRole | None = None
    now: datetime = NOON
    rules: Rules = USUAL
    """By which an admin's appeals go."""
    request_id: str = ""
    """What the next lines are known by; a line that comes again bears the same."""
    read: str = ""
    offered: dict[str, str] = field(default_factory=dict)
    heard: tuple[Message, ...] = ()
    """The last answer itself."""

    def says(self, text: str) -> str:
        """Say a line and return what is answered; writes only where the line announces it."""
        opened = self.database.write if changes(text) else self.database.read
        request = Request(
            text=text,
            transport=self.transport,
            address=self.address,
            now=self.now,
            language=self.language,
            group=self.group,
            may_manage=self.may_manage,
            role=self.role or (DeskRole.OWNER if self.admin else None),
            rules=self.rules,
            id=self.request_id,
        )
        with opened() as work:
            reply = answer(request, work)
        return self._heard(reply)

    def presses(self, label: str) -> str:
        """Press a button of the last answer."""
        return self.says(self.offered[label])

    def _heard(self, reply: Reply) -> str:
        self.heard = reply.messages
        self.read = "\n\n".join(plain_text(message) for message in reply.messages)
        self.offered = {
            choice.label: choice.command
            for message in reply.messages
            for row in message.choices
            for choice in row
        }
        return self.read

    def recipient(self) -> Recipient | None:
        """What is stored about this chat."""
        with self.database.read() as work:
            return work.recipients.find(self.transport, self.address)

    @property
    def routes(self) -> tuple[Route, ...]:
        """What this chat asked for."""
        with self.database.read() as work:
            recipient = work.recipients.find(self.transport, self.address)
            found = work.routes.of(recipient.id) if recipient else ()
        return tuple(replace(route, id=0, recipient_id=0) for route in found)


def published(database: Database, source: Source, *statements: Statement) -> list[int]:
    """Store statements as one source's poll would; return their numbers."""
    with database.write() as work:
        return [statement.id for statement in kept(work, *statements, source=source)]
