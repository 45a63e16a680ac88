"""Chats and what stands in them: messages with every version they had, and the bot's own standing."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ANONYMOUS_ADMIN = 1087968824
"""Telegram's account "GroupAnonymousBot", in whose name anonymous admins write."""
GENERAL_TOPIC = 1
"""A forum's own topic: messages there carry no thread, and none may be sent with this one."""
SENDING = frozenset({"can_send_messages", "can_send_documents", "can_send_photos"})
"""What a member may send, as far as the emulator tells it apart."""
ADMINISTERING = (
    "is_anonymous", "can_manage_chat", "can_delete_messages", "can_manage_video_chats",
    "can_restrict_members", "can_promote_members", "can_change_info", "can_invite_users",
    "can_post_stories", "can_edit_stories", "can_delete_stories", "can_pin_messages", "can_manage_topics",
    "can_post_messages", "can_edit_messages",
)  # fmt: skip
"""Rights of an administrator, by their names in the Bot API."""


class Button(NamedTuple):
    """One button under a message: `kind` is the field of the Bot API, "callback_data" or "url" mostly."""

    label: str
    kind: str
    value: Any


class Attachment(NamedTuple):
    """A file that was sent: its kind ("document" or "photo"), and what it is."""

    kind: str
    id: str
    name: str
    mime_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said from `at` on. `source` is the markup that was sent."""

    text: str
    source: str
    entities: tuple[dict[str, Any], ...] = ()
    buttons: tuple[tuple[Button, ...], ...] = ()
    at: float = 0.0
    preview: bool = True

    def says_the_same_as(self, other: "Version") -> bool:
        """Whether an edit from one to the other would change nothing (previews do not count)."""
        return (self.text, self.entities, self.buttons) == (other.text, other.entities, other.buttons)


@dataclass(slots=True)
class Message:
    """A message of the bot's or of a person's, with every version it had. `date` is when it was sent."""

    id: int
    sender: int
    versions: list[Version]
    date: int
    thread: int | None = None
    reply_to: int | None = None
    silent: bool = False
    protected: bool = False
    file: Attachment | None = None
    deleted_at: float | None = None
    reactions: dict[int, tuple[str, ...]] = field(default_factory=dict)
    """Person -> the emoji they reacted with."""

    @property
    def now(self) -> Version:
        """The latest version."""
        return self.versions[-1]

    @property
    def text(self) -> str:
        """What a reader sees: the text, or a file's caption."""
        return self.now.text

    @property
    def source(self) -> str:
        """The markup that was sent."""
        return self.now.source

    @property
    def preview(self) -> bool:
        """Whether links may be previewed below the text."""
        return self.now.preview

    @property
    def buttons(self) -> list[str]:
        """The labels, row after row."""
        return [button.label for row in self.now.buttons for button in row]

    @property
    def deleted(self) -> bool:
        """Whether it is there no more."""
        return self.deleted_at is not None


@dataclass(frozen=True, slots=True)
class Sight:
    """One version of a message as the chat saw it: from when until when, and how it ended.

    `until` is None and `ended` empty while it stands; else it was "edited" or "deleted".
    """

    message: int
    text: str
    since: float
    until: float | None = None
    ended: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """What the bot is in a chat, in the Bot API's words.

    `rights`: of an "administrator", those of ADMINISTERING; of one who is "restricted", those of SENDING.
    """

    status: str = "member"
    rights: frozenset[str] = frozenset()
    outside: bool = False
    """Of one who is "restricted": whether they are no member."""

    @property
    def inside(self) -> bool:
        """Whether the bot is there at all."""
        return self.status not in {"left", "kicked"} and not self.outside

    def may(self, right: str) -> bool:
        """Whether it may: members send, administrators do what they were given."""
        if self.status == "restricted" or right not in SENDING:
            return right in self.rights
        return self.inside


@dataclass(slots=True)
class Chat:
    """A private chat (positive id, that of its person), a group, a supergroup or a channel."""

    id: int
    title: str
    kind: str = "private"
    username: str = ""
    admins: set[int] = field(default_factory=set)
    members: set[int] = field(default_factory=set)
    topics: dict[int, str] = field(default_factory=dict)
    """Thread id -> "open" or "closed"; one that was deleted is not there."""
    forum: bool = False
    bot: Standing = field(default_factory=Standing)
    ended: str = ""
    """"deactivated" (a person's account) or "deleted" (a group), if it is."""
    moved_to: int | None = None
    messages: list[Message] = field(default_factory=list)

    def said_by(self, bot: int) -> list[Message]:
        """What the bot has said here and not deleted."""
        return [message for message in self.messages if message.sender == bot and not message.deleted]

    def find(self, number: int) -> Message | None:
        """The message, if it is (still) there."""
        for message in self.messages:
            if message.id == number and not message.deleted:
                return message
        return None

    def sights(self) -> Iterator[Sight]:
        """Every version of every message, in the order in which they appeared."""
        seen = [sight for message in self.messages for sight in _sights(message)]
        yield from sorted(seen, key=lambda sight: sight.since)


def _sights(message: Message) -> Iterator[Sight]:
    for version, later in zip(message.versions, [*message.versions[1:], None], strict=True):
        if later:
            yield Sight(message.id, version.text, version.at, later.at, "edited")
        elif message.deleted_at is not None:
            yield Sight(message.id, version.text, version.at, message.deleted_at, "deleted")
        else:
            yield Sight(message.id, version.text, version.at)
